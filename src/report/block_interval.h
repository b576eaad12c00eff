/* The interval of a result's mean cross-entropy, by the sums of its blocks. */
#ifndef PLX_REPORT_BLOCK_INTERVAL_H
#define PLX_REPORT_BLOCK_INTERVAL_H

#include "eval/block_error.h"

#include <cjson/cJSON.h>

/* found->blocks is 0 where the result has too few, or none. PLX_MALFORMED with the place where they are not
   as the schema has them. */
enum plx_status plx_block_interval_read(const cJSON *result, const char *path, struct plx_block_error *found,
                                        struct plx_error *error);

#endif
