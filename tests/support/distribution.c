#include "support/distribution.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

static void score(struct distribution *distribution, size_t windows)
{
    struct plx_error error = {0};
    const struct plx_scores scores = {.nats = distribution->nats};
    if (plx_session_score(distribution->session, distribution->windows, windows, &scores, &error))
        fail_msg("a whole distribution: %s", error.message);
}

/* Whether the start symbol takes part in a sum: its p as a 1-gram tells. */
static bool is_start_predicted(struct distribution *distribution, const struct plx_model_info *info)
{
    const double least = 99 * 2.302585092994045684;
    if (info->start == PLX_NO_TOKEN || !(info->capabilities & PLX_EMPTY_CONTEXT))
        return true;
    distribution->ids[0] = info->start;
    distribution->windows[0] = (struct plx_window){distribution->ids, 0, 1, 0};
    score(distribution, 1);
    return distribution->nats[0] > 0 && distribution->nats[0] < least;
}

struct distribution distribution_new(const struct plx_model *model, size_t context_capacity)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_error error = {0};
    struct distribution distribution = {
        .model = model,
        .session = plx_session_new(model, &error),
        .types = (size_t)info->vocabulary,
        .context_capacity = context_capacity,
    };
    distribution.ids = allocate(distribution.types * (context_capacity + 1), sizeof *distribution.ids);
    distribution.windows = allocate(distribution.types, sizeof *distribution.windows);
    distribution.nats = allocate(distribution.types, sizeof *distribution.nats);
    if (!distribution.session)
        fail_msg("a session: %s", error.message);
    distribution.start_predicted = is_start_predicted(&distribution, info);
    return distribution;
}

void distribution_free(struct distribution *distribution)
{
    plx_session_free(distribution->session);
    free(distribution->ids);
    free(distribution->windows);
    free(distribution->nats);
    *distribution = (struct distribution){0};
}

double distribution_sum(struct distribution *distribution, const uint32_t *context, size_t length)
{
    const uint32_t start = plx_model_info(distribution->model)->start;
    assert_true(length <= distribution->context_capacity);
    for (size_t id = 0; id < distribution->types; id++) {
        uint32_t *ids = distribution->ids + id * (length + 1);
        for (size_t i = 0; i < length; i++)
            ids[i] = context[i];
        ids[length] = (uint32_t)id;
        distribution->windows[id] = (struct plx_window){ids, length, length + 1, 0};
    }
    score(distribution, distribution->types);

    /* Neumaier's sum: the rounding of 30,000 additions must not be taken for the model's. */
    double sum = 0, lost = 0;
    for (size_t id = 0; id < distribution->types; id++) {
        if (id == start && !distribution->start_predicted)
            continue;
        const double p = exp(-distribution->nats[id]), next = sum + p;
        lost += sum >= p ? (sum - next) + p : (p - next) + sum;
        sum = next;
    }
    return sum + lost;
}
