/* Results that were written as JSON, read back. */
#ifndef PLX_REPORT_RESULT_FILE_H
#define PLX_REPORT_RESULT_FILE_H

#include <perplex/network.h>

#include "base/json.h"

/* The most that a result, or what is made of some, may have. */
#define PLX_RESULT_BYTES_MAX ((size_t)64 << 20)

/* Reads the result at `path` (a path, "-" or a URL, by `network`): *json is to be deleted with cJSON_Delete,
   NULL on failure. PLX_MALFORMED where it is no perplex.result/1, the errors of sources. */
enum plx_status plx_result_file_read(const char *path, const struct plx_network *network, cJSON **json,
                                     struct plx_error *error);

/* PLX_MALFORMED where the result is that of a shard. */
enum plx_status plx_result_file_whole(const cJSON *json, const char *path, struct plx_error *error);

/* The member `key`; NULL, which the readers of its members report, where there is none. */
const cJSON *plx_result_member(const cJSON *parent, const char *key);

/* What stands at the path: "corpus.sha256", without steps into lists; NULL where there is nothing. */
const cJSON *plx_result_find(const cJSON *result, const char *path);

/* The string at the path; "" where there is none. */
const char *plx_result_string(const cJSON *result, const char *path);

/* The names of its inputs, valid as long as the JSON. */
enum plx_status plx_result_file_inputs(const cJSON *json, const char *path, const char **model,
                                       const char **corpus, struct plx_error *error);

/* A name's file; where a path ends with a slash, all of it. Of "openai:MODEL@URL" the model and its server.
 */
const char *plx_result_input_name(const char *path);

#endif
