/* Two results side by side: what compare.c finds out, and compare_text.c and compare_json.c write. */
#ifndef PLX_REPORT_COMPARISON_H
#define PLX_REPORT_COMPARISON_H

#include <perplex/compare.h>

#include "base/buffer.h"
#include "report/comparability.h"

#include <cjson/cJSON.h>

/* The figures of a result, the first three of its tokens, the others of its text. */
enum plx_figure {
    PLX_FIGURE_NATS,
    PLX_FIGURE_BITS,
    PLX_FIGURE_PERPLEXITY,
    PLX_FIGURE_BYTE,
    PLX_FIGURE_CHARACTER,
    PLX_FIGURE_WORD,
    PLX_FIGURE_COUNT
};

/* The key of each in JSON. */
extern const char *const plx_figure_keys[PLX_FIGURE_COUNT];

/* A result. The strings belong to `json`, or to the caller. */
struct plx_compared {
    cJSON *json;
    const char *file, *model, *corpus, *protocol;
    uint64_t tokens, scored, scored_bytes, unknown;
    double figures[PLX_FIGURE_COUNT];
};

#define PLX_COMPARISON_WARNINGS 4

struct plx_comparison {
    struct plx_compared sides[2]; /* A, B */
    struct plx_comparability comparability;
    enum plx_verdict verdict;
    const char *reason;
    double changes[PLX_FIGURE_COUNT]; /* B − A; of the perplexity B / A */
    struct {
        const char *code;
        char message[256];
    } warnings[PLX_COMPARISON_WARNINGS];
    size_t warning_count;
};

enum plx_status plx_comparison_text(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error);
enum plx_status plx_comparison_json(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error);

#endif
