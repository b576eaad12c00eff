/* What a difference between two results does to their numbers. */
#ifndef PLX_REPORT_EFFECTS_H
#define PLX_REPORT_EFFECTS_H

#include <cjson/cJSON.h>

/* A sentence, static, on what it does to the number of NEW that its field differs from BASE's; a value is
   NULL where its result lacks the field. */
const char *plx_difference_effect(const char *field, const cJSON *base, const cJSON *new);

#endif
