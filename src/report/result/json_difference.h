/* Where two JSON values differ. */
#ifndef PLX_REPORT_JSON_DIFFERENCE_H
#define PLX_REPORT_JSON_DIFFERENCE_H

#include "base/json.h"

struct plx_json_difference {
    char path[160];      /* "$.protocol.window" */
    char values[2][100]; /* as JSON, or "missing"; long ones are cut short */
};

/* Whether the values at `path` differ, numbers in any bit but the sign of 0, other than where `passed` is
   true: the first place in the order of `a`, then of `b`. Either may be NULL: missing. */
bool plx_json_differ(const cJSON *a, const cJSON *b, const struct plx_json_path *path,
                     bool (*passed)(const char *path), struct plx_json_difference *difference);

#endif
