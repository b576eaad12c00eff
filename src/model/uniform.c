/* The uniform model: each of V types has the probability 1/V. What a table of perplexities begins with, and
   the shortest example of a model format. */
#include "model/model.h"

#include "base/memory.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void close_uniform(struct plx_model *model)
{
    free(model);
}

static struct plx_session *new_session(const struct plx_model *model, struct plx_error *error)
{
    (void)model;
    return plx_new_array(1, sizeof(struct plx_session), error);
}

static void free_session(struct plx_session *session)
{
    free(session);
}

/* −ln (1/V), whatever the context. */
static enum plx_status score(struct plx_session *session, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error)
{
    const double nats = log((double)session->model->info.vocabulary);
    size_t target = 0;
    (void)error;
    for (size_t w = 0; w < count; w++) {
        for (size_t i = windows[w].first; i < windows[w].end; i++)
            scores->nats[target++] = windows[w].ids[i] == PLX_NO_TOKEN ? (double)INFINITY : nats;
    }
    return PLX_OK;
}

/* One row for all targets. */
static enum plx_status give_distributions(struct plx_session *session, const struct plx_window *windows,
                                          size_t count, plx_distribution_sink *sink, void *user,
                                          struct plx_error *error)
{
    const size_t types = (size_t)session->model->info.vocabulary;
    const double nats = log((double)types);
    size_t targets = 0;
    for (size_t w = 0; w < count; w++)
        targets += windows[w].end - windows[w].first;
    if (targets == 0)
        return PLX_OK;
    double *row = plx_new_array(types, sizeof *row, error);
    size_t *places = plx_new_array(targets, sizeof *places, error);
    enum plx_status status = row && places ? PLX_OK : PLX_MEMORY;
    for (size_t i = 0; i < types && status == PLX_OK; i++)
        row[i] = nats;
    for (size_t i = 0; i < targets && status == PLX_OK; i++)
        places[i] = i;
    if (status == PLX_OK)
        status = sink(user, row, places, targets, error);
    free(row);
    free(places);
    return status;
}

static const struct plx_model_class uniform_class = {
    .close = close_uniform,
    .session_new = new_session,
    .session_free = free_session,
    .score = score,
    .distributions = give_distributions,
};

static enum plx_status open_uniform(const char *argument, const struct plx_model_options *options,
                                    struct plx_model **model, struct plx_error *error)
{
    uint64_t vocabulary;
    *model = NULL;
    if (options->vocabulary)
        return plx_error_set(error, PLX_USAGE, "a uniform model knows no words, \"%.200s\" is not needed",
                             options->vocabulary);
    /* One spelling of a number, so that one model has one name and one fingerprint. */
    if (*argument == '0' || !plx_parse_u64(argument, strlen(argument), 1, PLX_NO_TOKEN, &vocabulary)) {
        plx_error_set(error, PLX_USAGE, "uniform:V takes a number of types from 1 to %lu, not \"%s\"",
                      (unsigned long)PLX_NO_TOKEN, argument);
        return plx_error_hint(error, "uniform:50257 is the uniform distribution over GPT-2's tokens");
    }
    struct plx_model *made = plx_new_array(1, sizeof *made, error);
    if (!made)
        return PLX_MEMORY;
    made->class = &uniform_class;
    made->info = (struct plx_model_info){
        .kind = PLX_KIND_UNIFORM,
        .architecture = "uniform",
        .vocabulary = vocabulary,
        .capabilities = PLX_STRING_TOKENS | PLX_ANY_TOKENS | PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT |
                        PLX_FULL_DISTRIBUTION,
        .start = PLX_NO_TOKEN,
        .end = PLX_NO_TOKEN,
        .unknown = PLX_NO_TOKEN,
    };
    *model = made;
    return PLX_OK;
}

const struct plx_model_format plx_model_format_uniform = {
    .name = "uniform",
    .description = "uniform:V, the same probability for each of V types; no file",
    .open_named = open_uniform,
};
