/* Members that several reports have. */
#ifndef PLX_REPORT_RESULT_PARTS_H
#define PLX_REPORT_RESULT_PARTS_H

#include <perplex/protocol.h>
#include <perplex/warning.h>

#include "base/json_writer.h"

/* "protocol": every field. */
void plx_json_protocol(struct plx_json_writer *json, const struct plx_protocol *protocol);

/* "warnings". */
void plx_json_warnings(struct plx_json_writer *json, const struct plx_warning *warnings, size_t count);

#endif
