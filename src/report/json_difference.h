/* Where two JSON values differ. */
#ifndef PLX_REPORT_JSON_DIFFERENCE_H
#define PLX_REPORT_JSON_DIFFERENCE_H

#include "base/json.h"

struct plx_json_difference {
    char path[160];      /* "$.protocol.window" */
    char values[2][100]; /* as JSON, or "missing"; long ones are cut short */
};

/* Whether they differ, numbers in any bit but the sign of 0, other than at places that `passed` (NULL: none)
   passes over: the first place in the order of `a`, then of `b`. */
bool plx_json_differ(const cJSON *a, const cJSON *b, bool (*passed)(const char *path),
                     struct plx_json_difference *difference);

#endif
