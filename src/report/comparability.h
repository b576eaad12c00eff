/* Whether the numbers of two results may be compared: whether they are of the same predictions. */
#ifndef PLX_REPORT_COMPARABILITY_H
#define PLX_REPORT_COMPARABILITY_H

#include <perplex/status.h>

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* What of two results may be compared: nothing; the figures per byte, character and word; all. */
enum plx_comparable { PLX_COMPARABLE_NOTHING, PLX_COMPARABLE_TEXT, PLX_COMPARABLE_TOKENS };

/* A field in which they differ; a value is NULL where its result lacks the field, else borrowed from it. */
struct plx_difference {
    char field[96]; /* "protocol.window" */
    const cJSON *values[2];
    const char *effect; /* what it does to the number of the second, a sentence; static */
};

struct plx_comparability {
    struct plx_difference *differences; /* [difference_count] */
    size_t difference_count;
    enum plx_comparable level;
    const char *reason; /* a sentence; static; NULL where all may be compared */
};

/* Compares the fields of two results, which *found points into afterwards; to be released. PLX_MEMORY. */
enum plx_status plx_comparability_find(const cJSON *a, const cJSON *b, struct plx_comparability *found,
                                       struct plx_error *error);

/* Whether the figures per byte, character and word may be compared in spite of a difference in this field. */
bool plx_difference_leaves_text(const char *field);

void plx_comparability_release(struct plx_comparability *comparability);

#endif
