#include "report/metric.h"

#include "base/error.h"
#include "report/result/result_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct plx_metric METRICS[] = {
    {"perplexity", "ppl", "perplexity", PLX_METRIC_EXPONENTIAL, false, false, false},
    {"nats_per_token", "nats", "nats/token", PLX_METRIC_LINEAR, false, false, false},
    {"bits_per_token", "bits", "bits/token", PLX_METRIC_LINEAR, false, false, false},
    {"normalized.bits_per_byte", "bpb", "bits/byte", PLX_METRIC_LINEAR, true, false, false},
    {"normalized.bits_per_character", "bpc", "bits/character", PLX_METRIC_LINEAR, true, false, false},
    {"normalized.bits_per_word", "bpw", "bits/word", PLX_METRIC_LINEAR, true, false, false},
    {"normalized.byte_perplexity", NULL, "perplexity per byte", PLX_METRIC_EXPONENTIAL, true, false, false},
    {"normalized.character_perplexity", NULL, "perplexity per character", PLX_METRIC_EXPONENTIAL, true, false,
     false},
    {"normalized.word_perplexity", NULL, "perplexity per word", PLX_METRIC_EXPONENTIAL, true, false, false},
    {"unknown.share", "oov", "unknown", PLX_METRIC_OTHER, false, false, true},
    {"unknown.perplexity_without", NULL, "perplexity without unknown", PLX_METRIC_OTHER, false, false, false},
    {"counts.scored", NULL, "scored", PLX_METRIC_OTHER, false, false, true},
    {"counts.tokens", NULL, "tokens", PLX_METRIC_OTHER, false, false, true},
    {"unknown.tokens", NULL, "unknown tokens", PLX_METRIC_OTHER, false, false, true},
    {"counts.infinite", NULL, "of zero probability", PLX_METRIC_OTHER, false, false, false},
    {"uncertainty.standard_error_nats", NULL, "standard error (nats)", PLX_METRIC_OTHER, false, false, true},
    {"model.parameters", NULL, "parameters", PLX_METRIC_OTHER, false, false, true},
    {"model.vocabulary", NULL, "vocabulary", PLX_METRIC_OTHER, false, false, true},
    {"distribution.entropy_nats", NULL, "entropy (nats)", PLX_METRIC_OTHER, false, false, true},
    {"distribution.accuracy.at_1", "accuracy", "accuracy", PLX_METRIC_OTHER, false, true, false},
    {"distribution.mean_reciprocal_rank", "mrr", "mean reciprocal rank", PLX_METRIC_OTHER, false, true,
     false},
    {"distribution.expected_calibration_error", "ece", "calibration error", PLX_METRIC_OTHER, false, false,
     false},
    {"runtime.seconds", NULL, "seconds", PLX_METRIC_OTHER, false, false, false},
    {"runtime.tokens_per_second", NULL, "tokens/s", PLX_METRIC_OTHER, false, true, false},
    {"runtime.peak_memory_bytes", NULL, "peak memory (bytes)", PLX_METRIC_OTHER, false, false, false},
};

#define METRIC_COUNT (sizeof METRICS / sizeof *METRICS)

const struct plx_metric *plx_metric(size_t index)
{
    return index < METRIC_COUNT ? METRICS + index : NULL;
}

const char *plx_metric_leaf(const char *path)
{
    const char *point = strrchr(path, '.');
    return point ? point + 1 : path;
}

static bool same(const char *a, const char *name, size_t length)
{
    return a && strlen(a) == length && memcmp(a, name, length) == 0;
}

static const struct plx_metric *find_known(const char *name, size_t length)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (same(METRICS[i].path, name, length) || same(METRICS[i].abbreviation, name, length))
            return METRICS + i;
    }
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (same(plx_metric_leaf(METRICS[i].path), name, length))
            return METRICS + i;
    }
    return NULL;
}

/* How results write what is not finite; 0 for other words. */
static double number_of_word(const char *word)
{
    if (strcmp(word, "nan") == 0)
        return (double)NAN;
    if (strcmp(word, "inf") == 0)
        return (double)INFINITY;
    return strcmp(word, "-inf") == 0 ? -(double)INFINITY : 0;
}

static bool is_number(const cJSON *value)
{
    return cJSON_IsNumber(value) || (cJSON_IsString(value) && number_of_word(value->valuestring) != 0);
}

/* Leaves of a result by that name or path, and what resembles it. */
struct search {
    const char *name;
    size_t length;
    size_t found;
    char *text;       /* the first one's path */
    char listed[256]; /* all of them, as many as fit */
    size_t slips;     /* of the nearest */
    char nearest[PLX_METRIC_PATH];
};

static void try_name(struct search *search, const char *candidate)
{
    const size_t slips = candidate ? plx_text_slips(search->name, search->length, candidate) : SIZE_MAX;
    if (slips >= search->slips)
        return;
    search->slips = slips;
    snprintf(search->nearest, sizeof search->nearest, "%s", candidate);
}

static void try_known(struct search *search)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        try_name(search, METRICS[i].abbreviation);
        try_name(search, plx_metric_leaf(METRICS[i].path));
        try_name(search, METRICS[i].path);
    }
}

static void note(struct search *search, const char *path)
{
    try_name(search, plx_metric_leaf(path));
    try_name(search, path);
    if (!same(path, search->name, search->length) &&
        !same(plx_metric_leaf(path), search->name, search->length))
        return;
    if (search->found++ == 0)
        snprintf(search->text, PLX_METRIC_PATH, "%s", path);
    const size_t used = strlen(search->listed);
    snprintf(search->listed + used, sizeof search->listed - used, "%s%s", used ? ", " : "", path);
}

static bool is_hidden(const char *path)
{
    return strcmp(path, "accumulators") == 0 || strcmp(path, "runtime.inputs") == 0;
}

/* What `parent`, at `path`, has. Lists have no names. */
static void search_object(struct search *search, const cJSON *parent, const char *path)
{
    const cJSON *child;
    char below[PLX_METRIC_PATH];
    cJSON_ArrayForEach(child, parent)
    {
        const int length = snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", child->string);
        if (length < 0 || (size_t)length >= sizeof below || is_hidden(below))
            continue;
        if (cJSON_IsObject(child))
            search_object(search, child, below);
        else if (is_number(child))
            note(search, below);
    }
}

enum plx_status plx_metric_find(const char *name, size_t length, const cJSON *result,
                                struct plx_metric *found, char text[PLX_METRIC_PATH], struct plx_error *error)
{
    struct search search = {.name = name, .length = length, .text = text, .slips = SIZE_MAX};
    const struct plx_metric *known = find_known(name, length);
    if (known) {
        *found = *known;
        return PLX_OK;
    }
    try_known(&search);
    if (result)
        search_object(&search, result, "");
    if (search.found == 1 || (search.found > 1 && same(text, name, length))) {
        *found = (struct plx_metric){.path = text, .label = text};
        return PLX_OK;
    }
    const int shown = length < 80 ? (int)length : 80;
    if (search.found > 1) {
        plx_error_set(error, PLX_USAGE, "several metrics are called \"%.*s\"", shown, name);
        return plx_error_hint(error, "one of %s", search.listed);
    }
    plx_error_set(error, PLX_USAGE, "there is no metric \"%.*s\"", shown, name);
    if (*search.nearest)
        return plx_error_hint(error, "did you mean %s?", search.nearest);
    return plx_error_hint(error, "any number of a result by its name: perplexity, nats_per_token, "
                                 "bits_per_byte, unknown.tokens, …");
}

bool plx_metric_value(const struct plx_metric *metric, const cJSON *result, double *value)
{
    const cJSON *at = plx_result_find(result, metric->path);
    if (!at || !is_number(at))
        return false;
    *value = cJSON_IsNumber(at) ? at->valuedouble : number_of_word(at->valuestring);
    return true;
}

bool plx_metric_is_relative(const struct plx_metric *metric)
{
    return strstr(plx_metric_leaf(metric->path), "perplexity") != NULL;
}

double plx_metric_shifted(const struct plx_metric *metric, double value, double nats, double change)
{
    switch (metric->scale) {
    case PLX_METRIC_LINEAR: return value + value / nats * change;
    case PLX_METRIC_EXPONENTIAL: return value * exp(log(value) / nats * change);
    case PLX_METRIC_OTHER: break;
    }
    return (double)NAN;
}
