#include "eval/extra.h"

#include "base/error.h"
#include "eval/block.h"
#include "model/roles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum plx_status check_range(const struct plx_loss_variant *wanted, struct plx_error *error)
{
    if (!(wanted->temperature >= 0 && isfinite(wanted->temperature)))
        return plx_error_set(error, PLX_USAGE, "a temperature of %g: it must be above 0 and finite",
                             wanted->temperature);
    if (!(wanted->label_smoothing >= 0 && wanted->label_smoothing <= 1))
        return plx_error_set(error, PLX_USAGE, "a label smoothing of %g: it lies between 0 and 1",
                             wanted->label_smoothing);
    if (!(wanted->focal >= 0 && isfinite(wanted->focal)))
        return plx_error_set(error, PLX_USAGE, "a focal loss with γ = %g: it must be above 0 and finite",
                             wanted->focal);
    if (wanted->focal > 0 && wanted->label_smoothing > 0)
        return plx_error_set(error, PLX_USAGE, "the focal loss is not defined for smoothed labels");
    if (wanted->ignored_count > PLX_IGNORED_MAX)
        return plx_error_set(error, PLX_USAGE, "at most %d ids can be ignored", PLX_IGNORED_MAX);
    for (uint64_t i = 0; wanted->class_weights && i < wanted->class_count; i++) {
        if (!(wanted->class_weights[i] >= 0 && isfinite(wanted->class_weights[i])))
            return plx_error_set(error, PLX_USAGE, "class %llu has the weight %g: it must be at least 0",
                                 (unsigned long long)i, wanted->class_weights[i]);
    }
    return PLX_OK;
}

/* Whether ids and weights are those of the model's tokens. */
static enum plx_status check_ids(const struct plx_loss_variant *wanted, const struct plx_model_info *info,
                                 const struct plx_plan *plan, struct plx_error *error)
{
    const bool named = wanted->ignored_count > 0 || wanted->class_weights;
    if (named && !plan->named)
        return plx_error_set(error, PLX_UNSUPPORTED,
                             "the model does not tell tokens by their ids: none can be ignored or weighted");
    for (size_t i = 0; i < wanted->ignored_count; i++) {
        if (wanted->ignored[i] == PLX_NO_TOKEN ||
            (info->vocabulary > 0 && wanted->ignored[i] >= info->vocabulary))
            return plx_error_set(error, PLX_MISMATCH,
                                 "token id %lu is to be ignored, but the model has ids up to %llu only",
                                 (unsigned long)wanted->ignored[i], (unsigned long long)info->vocabulary - 1);
    }
    if (wanted->class_weights && info->vocabulary == 0)
        return plx_error_set(error, PLX_UNSUPPORTED,
                             "the model does not know its vocabulary: its tokens cannot be weighted");
    if (wanted->class_weights && wanted->class_count != info->vocabulary)
        return plx_error_set(error, PLX_MISMATCH, "%llu class weights, but the model has %llu tokens",
                             (unsigned long long)wanted->class_count, (unsigned long long)info->vocabulary);
    return PLX_OK;
}

/* Whether a loss needs whole rows: see plx_variant_needs_rows. */
static bool smooths(const struct plx_loss_variant *wanted)
{
    return (wanted->temperature > 0 && wanted->temperature != 1) || wanted->label_smoothing > 0;
}

bool plx_extra_needs_rows(const struct plx_evaluate_options *options)
{
    return options->distributions || (options->losses && smooths(options->losses));
}

/* Whether the model has what is needed. */
static enum plx_status check_rows(const struct plx_extra_request *request, const struct plx_model *model,
                                  struct plx_error *error)
{
    if (!request->rows || (plx_model_info(model)->capabilities & PLX_FULL_DISTRIBUTION))
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "the model does not give the probabilities of all tokens, which %s",
                  request->distributions ? "metrics of full distributions need"
                                         : "a temperature and label smoothing need");
    return plx_error_input(error, plx_model_name(model));
}

enum plx_status plx_extra_settle(const struct plx_evaluate_options *options, const struct plx_model *model,
                                 const struct plx_plan *plan, struct plx_extra_request *request,
                                 struct plx_error *error)
{
    const struct plx_loss_variant *wanted = options->losses;
    const struct plx_model_info *info = plx_model_info(model);
    enum plx_status status = PLX_OK;
    *request = (struct plx_extra_request){.distributions = options->distributions,
                                          .rows = plx_extra_needs_rows(options),
                                          .types = info->vocabulary,
                                          .excluded = PLX_NO_TOKEN};
    if (wanted && (status = check_range(wanted, error)))
        return status;
    if (wanted && (status = check_ids(wanted, info, plan, error))) {
        plx_error_input(error, plx_model_name(model));
        return status;
    }
    if ((status = check_rows(request, model, error)) ||
        (request->rows && (status = plx_roles_unpredicted(model, &request->excluded, error))))
        return status;
    request->variant_count =
        plx_variants_settle(wanted, info->vocabulary, request->excluded, request->variants);
    if (wanted && wanted->class_weights && wanted->class_weights_sha256)
        snprintf(request->class_weights_sha256, sizeof request->class_weights_sha256, "%s",
                 wanted->class_weights_sha256);
    return PLX_OK;
}

bool plx_extra_wanted(const struct plx_extra_request *request)
{
    return request->distributions || request->variant_count > 0;
}

/* Where tokens of the values met last stand in the row: targets of one context are often few different ones.
 */
#define STANDINGS 64

struct pass {
    const struct plx_model *model;
    const struct plx_extra_request *request;
    const struct plx_extra_targets *targets;
    struct plx_extra *extra;
    uint64_t seen; /* scored targets whose row has come */
    struct plx_outcomes outcomes;
    struct plx_row row;
    struct plx_variant_row variant_rows[PLX_VARIANTS_MAX];
    struct {
        double value;
        struct plx_standing standing;
    } standings[STANDINGS];
};

static bool counts(const struct plx_extra_targets *targets, size_t target)
{
    return !(targets->flags[target] & PLX_TOKEN_UNSCORED);
}

static enum plx_status measure(struct pass *pass, const double *nats, struct plx_error *error)
{
    const struct plx_extra_request *request = pass->request;
    pass->outcomes = (struct plx_outcomes){nats, (size_t)request->types, request->excluded};
    bool fine = request->distributions ? plx_row_measure(&pass->outcomes, &pass->row)
                                       : plx_row_least(&pass->outcomes, &pass->row.least);
    for (size_t i = 0; i < request->variant_count && fine; i++) {
        if (plx_variant_needs_rows(request->variants + i))
            fine = plx_variant_prepare(request->variants + i, &pass->outcomes, pass->row.least,
                                       pass->variant_rows + i);
    }
    memset(pass->standings, 0, sizeof pass->standings);
    if (fine)
        return PLX_OK;
    plx_error_set(error, PLX_NOT_FINITE, "the model gives no distribution: %s",
                  isfinite(pass->row.least) ? "a probability is no number" : "no token has a probability");
    return plx_error_input(error, plx_model_name(pass->model));
}

/* Looks through the row unless another target of it had the same probability. */
static struct plx_standing standing_of(struct pass *pass, uint32_t id)
{
    const double *nats = pass->outcomes.nats;
    struct plx_standing standing = {0};
    uint64_t bits;
    if (id == PLX_NO_TOKEN || id == pass->outcomes.excluded)
        return standing;
    memcpy(&bits, nats + id, sizeof bits);
    const size_t place = (size_t)((bits * UINT64_C(0x9E3779B97F4A7C15)) >> 58);
    if (pass->standings[place].standing.equal > 0 && pass->standings[place].value == nats[id])
        return pass->standings[place].standing;
    plx_row_compare(&pass->outcomes, nats[id], &standing.above, &standing.equal);
    pass->standings[place].value = nats[id];
    pass->standings[place].standing = standing;
    return standing;
}

static void add_target(struct pass *pass, size_t target)
{
    const struct plx_extra_request *request = pass->request;
    const uint32_t id = pass->targets->ids[target];
    const double charged = pass->targets->nats[target];
    pass->seen++;
    if (request->distributions)
        plx_distribution_add(&pass->extra->distribution, &pass->row, charged, standing_of(pass, id));
    for (size_t i = 0; i < request->variant_count; i++) {
        if (plx_variant_needs_rows(request->variants + i))
            plx_variant_add(request->variants + i, pass->extra->losses + i, pass->variant_rows + i, id,
                            charged);
    }
}

static enum plx_status take_row(void *user, const double *nats, const size_t *targets, size_t count,
                                struct plx_error *error)
{
    struct pass *pass = user;
    size_t first = 0;
    while (first < count && !counts(pass->targets, targets[first]))
        first++;
    if (first == count)
        return PLX_OK;
    const enum plx_status status = measure(pass, nats, error);
    for (size_t i = first; i < count && status == PLX_OK; i++) {
        if (counts(pass->targets, targets[i]))
            add_target(pass, targets[i]);
    }
    return status;
}

/* The losses that need nothing but what the targets cost; returns how many targets count. */
static uint64_t add_plain(const struct plx_extra_request *request, const struct plx_extra_targets *targets,
                          struct plx_extra *extra)
{
    uint64_t scored = 0;
    for (size_t target = 0; target < targets->count; target++) {
        if (!counts(targets, target))
            continue;
        scored++;
        for (size_t i = 0; i < request->variant_count; i++) {
            if (!plx_variant_needs_rows(request->variants + i))
                plx_variant_add(request->variants + i, extra->losses + i, NULL, targets->ids[target],
                                targets->nats[target]);
        }
    }
    return scored;
}

enum plx_status plx_extra_score(const struct plx_extra_request *request,
                                const struct plx_extra_targets *targets, struct plx_session *session,
                                struct plx_extra *extra, struct plx_error *error)
{
    struct pass pass = {.model = session->model, .request = request, .targets = targets, .extra = extra};
    const uint64_t scored = add_plain(request, targets, extra);
    if (!request->rows)
        return PLX_OK;
    const enum plx_status status =
        plx_session_distributions(session, targets->windows, targets->window_count, take_row, &pass, error);
    if (status || pass.seen == scored)
        return status;
    return plx_error_set(error, PLX_INTERNAL, "%llu targets, but distributions for %llu",
                         (unsigned long long)scored, (unsigned long long)pass.seen);
}

void plx_extra_merge(struct plx_extra *into, const struct plx_extra *from)
{
    plx_distribution_merge(&into->distribution, &from->distribution);
    for (size_t i = 0; i < PLX_VARIANTS_MAX; i++)
        plx_variant_merge(into->losses + i, from->losses + i);
}

static bool in_range(const struct plx_exact *sum)
{
    return !sum->overflow && !sum->invalid;
}

enum plx_status plx_extra_check(const struct plx_extra_request *request, const struct plx_extra *extra,
                                struct plx_error *error)
{
    const struct plx_distribution *distribution = &extra->distribution;
    bool fine = in_range(&distribution->entropy) && in_range(&distribution->rank) &&
                in_range(&distribution->deviation);
    for (size_t i = 0; i < PLX_CALIBRATION_BINS; i++)
        fine &= in_range(&distribution->bins[i].confidence);
    for (size_t i = 0; i < PLX_ROW_NODES; i++) {
        const struct plx_temperature_node *node = distribution->temperature.nodes + i;
        fine &= in_range(&node->value) && in_range(&node->first) && in_range(&node->second);
    }
    if (!fine)
        return plx_error_set(error, PLX_NOT_FINITE, "a sum over full distributions is out of range");
    for (size_t i = 0; i < request->variant_count; i++) {
        if (!in_range(&extra->losses[i].loss) || !in_range(&extra->losses[i].weight))
            return plx_error_set(error, PLX_NOT_FINITE, "the sum of a modified loss is out of range");
    }
    return PLX_OK;
}
