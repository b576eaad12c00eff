/* The numbers of results by name, for tables, gates and pages: any number that a result has can be asked for,
   by the name of its leaf ("nats_per_token") or, where several have that name, by its path
   ("unknown.tokens"). Those that are known here have short names too, and an interval. */
#ifndef PLX_REPORT_METRIC_H
#define PLX_REPORT_METRIC_H

#include <perplex/status.h>

#include <cjson/cJSON.h>
#include <stdbool.h>

/* How a number follows from the mean cross-entropy, and so its interval from that of the mean. */
enum plx_metric_scale {
    PLX_METRIC_OTHER,      /* it does not */
    PLX_METRIC_LINEAR,     /* a multiple of it: bits, bits per byte */
    PLX_METRIC_EXPONENTIAL /* e to the power of such a multiple: perplexities */
};

/* A number of a result. */
struct plx_metric {
    const char *path;         /* "normalized.bits_per_byte" */
    const char *abbreviation; /* "bpb"; NULL: none */
    const char *label;        /* for people: "bits/byte" */
    enum plx_metric_scale scale;
    bool of_text;       /* it does not depend on the tokenization: a figure per byte, character or word */
    bool higher_better; /* of all others the lower is the better one; of neither for counts */
    bool neutral;       /* there is no better: counts, times */
};

/* Row `index` of those that are known, NULL behind the last. */
const struct plx_metric *plx_metric(size_t index);

#define PLX_METRIC_PATH 96

/* Finds what `name` ([length]) stands for: a known one by its path, leaf or abbreviation; else the number of
   that leaf or path in `result`, which may be NULL, outside accumulators and runtime.inputs. *found is filled
   in; its strings point to known rows or to `text`. PLX_USAGE where there is none (the hint names what
   resembles it) or several, which the hint lists. */
enum plx_status plx_metric_find(const char *name, size_t length, const cJSON *result,
                                struct plx_metric *found, char text[PLX_METRIC_PATH],
                                struct plx_error *error);

/* The metric's value in a result; +infinity, -infinity or NaN where it says so. False where the result has no
   such number. */
bool plx_metric_value(const struct plx_metric *metric, const cJSON *result, double *value);

/* Whether it is a perplexity of any kind, of which ratios are differences of cross-entropies. */
bool plx_metric_is_relative(const struct plx_metric *metric);

/* What the value becomes where the mean cross-entropy changes by so many nats: for both ends of an interval
   around it. `nats` is the result's nats_per_token. NaN for PLX_METRIC_OTHER. */
double plx_metric_shifted(const struct plx_metric *metric, double value, double nats, double change);

/* The leaf of a path: "bits_per_byte". */
const char *plx_metric_leaf(const char *path);

#endif
