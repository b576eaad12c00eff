#include "eval/breakdown.h"

#include "base/error.h"

#include <string.h>

static const struct {
    const char *name;
    enum plx_breakdown part;
} NAMES[] = {{"position", PLX_BREAKDOWN_POSITION},   {"order", PLX_BREAKDOWN_ORDER},
             {"frequency", PLX_BREAKDOWN_FREQUENCY}, {"document", PLX_BREAKDOWN_DOCUMENT},
             {"unknown", PLX_BREAKDOWN_UNKNOWN},     {"all", PLX_BREAKDOWN_ALL}};

#define NAME_COUNT (sizeof NAMES / sizeof *NAMES)

const char *plx_breakdown_name(size_t index)
{
    return index < NAME_COUNT ? NAMES[index].name : NULL;
}

unsigned plx_breakdown_parse(const char *name)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (strcmp(NAMES[i].name, name) == 0)
            return NAMES[i].part;
    }
    return 0;
}

/* What there can be of all parts. */
static unsigned expand(const struct plx_breakdown_options *options, const struct plx_plan *plan)
{
    unsigned parts = options->parts;
    if (!(parts & PLX_BREAKDOWN_ALL))
        return parts;
    parts |= PLX_BREAKDOWN_POSITION | PLX_BREAKDOWN_DOCUMENT | PLX_BREAKDOWN_UNKNOWN;
    parts |= plan->details ? PLX_BREAKDOWN_ORDER : 0;
    parts |= options->counts && plan->named ? PLX_BREAKDOWN_FREQUENCY : 0;
    return parts & ~(unsigned)PLX_BREAKDOWN_ALL;
}

enum plx_status plx_breakdown_uncountable(const struct plx_model *model, struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED,
                  "the model does not know its vocabulary: its tokens cannot be counted");
    return plx_error_input(error, plx_model_name(model));
}

static enum plx_status check_counts(const struct plx_breakdown_options *options,
                                    const struct plx_model *model, const struct plx_plan *plan,
                                    struct plx_error *error)
{
    const uint64_t vocabulary = plx_model_info(model)->vocabulary;
    if (!options->counts) {
        plx_error_set(error, PLX_USAGE, "a breakdown by frequency needs the counts of a training corpus");
        return plx_error_hint(error, "--counts CORPUS has it counted");
    }
    if (!plan->named)
        return plx_breakdown_uncountable(model, error);
    if (options->counts->vocabulary == vocabulary)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH,
                  "the counts are of a vocabulary of %llu, but the model has %llu tokens",
                  (unsigned long long)options->counts->vocabulary, (unsigned long long)vocabulary);
    return plx_error_input(error, plx_model_name(model));
}

enum plx_status plx_breakdown_settle(const struct plx_breakdown_options *options,
                                     const struct plx_model *model, const struct plx_plan *plan,
                                     struct plx_breakdown_request *request, struct plx_error *error)
{
    *request = (struct plx_breakdown_request){0};
    if (!options)
        return PLX_OK;
    request->parts = expand(options, plan);
    request->worst = options->worst;
    request->best = options->best;
    if (options->worst > PLX_EXTREMES_MAX || options->best > PLX_EXTREMES_MAX)
        return plx_error_set(error, PLX_USAGE, "at most %d worst or best tokens can be listed",
                             PLX_EXTREMES_MAX);
    if ((request->parts & PLX_BREAKDOWN_ORDER) && !plan->details) {
        plx_error_set(error, PLX_UNSUPPORTED,
                      "the model does not say how long the n-grams are that it finds");
        return plx_error_input(error, plx_model_name(model));
    }
    if (!(request->parts & PLX_BREAKDOWN_FREQUENCY))
        return PLX_OK;
    const enum plx_status status = check_counts(options, model, plan, error);
    if (status == PLX_OK)
        request->counts = *options->counts;
    return status;
}

bool plx_breakdown_sums_wanted(const struct plx_breakdown_request *request)
{
    return request->parts & (PLX_BREAKDOWN_POSITION | PLX_BREAKDOWN_FREQUENCY | PLX_BREAKDOWN_UNKNOWN);
}

bool plx_breakdown_trail_wanted(const struct plx_breakdown_options *options,
                                const struct plx_breakdown_request *request)
{
    return (request->parts & PLX_BREAKDOWN_DOCUMENT) || request->worst > 0 || request->best > 0 ||
           (options && options->documents);
}

static size_t position_bin(uint64_t position)
{
    if (position < PLX_POSITIONS_SINGLE)
        return (size_t)position;
    return PLX_POSITIONS_SINGLE + 59 - (size_t)__builtin_clzll(position);
}

void plx_position_bin_range(size_t bin, uint64_t *from, uint64_t *to)
{
    if (bin < PLX_POSITIONS_SINGLE) {
        *from = *to = bin;
        return;
    }
    *from = UINT64_C(1) << (bin - PLX_POSITIONS_SINGLE + 4);
    *to = *from + (*from - 1);
}

static size_t frequency_band(uint64_t count)
{
    size_t band = count < 2 ? (size_t)count : 2;
    for (; count >= 10; count /= 10)
        band++;
    return band;
}

void plx_frequency_band_range(size_t band, uint64_t *from, uint64_t *to)
{
    uint64_t power = 1;
    if (band < 2) {
        *from = *to = band;
        return;
    }
    for (size_t i = 2; i < band; i++)
        power *= 10;
    *from = band == 2 ? 2 : power;
    *to = band + 1 == PLX_FREQUENCY_BANDS ? UINT64_MAX : power * 10 - 1;
}

/* A target that counts. */
static void add(const struct plx_breakdown_request *request, struct plx_breakdown_sums *sums,
                uint64_t position, enum plx_before before, bool unknown, uint32_t id, double nats)
{
    if (request->parts & PLX_BREAKDOWN_POSITION)
        plx_exact_add(sums->positions + position_bin(position), nats);
    if (request->parts & PLX_BREAKDOWN_UNKNOWN)
        plx_exact_add(sums->after + before, nats);
    if (request->parts & PLX_BREAKDOWN_FREQUENCY)
        plx_exact_add(unknown ? &sums->unknown : sums->bands + frequency_band(request->counts.counts[id]),
                      nats);
}

void plx_breakdown_measure(const struct plx_breakdown_request *request, const struct plx_batch *batch,
                           struct plx_breakdown_sums *sums)
{
    size_t target = 0;
    memset(sums, 0, sizeof *sums);
    for (size_t w = 0; w < batch->window_count; w++) {
        const struct plx_window *window = batch->windows + w;
        uint64_t position = batch->places[w].in_window;
        enum plx_before before = batch->places[w].before;
        for (size_t i = window->first; i < window->end; i++, target++, position++) {
            const unsigned flags = batch->flags[target];
            const bool unknown = flags & PLX_TOKEN_UNKNOWN;
            if (!(flags & PLX_TOKEN_UNSCORED))
                add(request, sums, position, before, unknown, window->ids[i], batch->nats[target]);
            before = unknown ? PLX_BEFORE_UNKNOWN : PLX_BEFORE_KNOWN;
        }
    }
}

static void merge(struct plx_exact *into, const struct plx_exact *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (from[i].count > 0)
            plx_exact_merge(into + i, from + i);
    }
}

void plx_breakdown_merge(struct plx_breakdown_sums *into, const struct plx_breakdown_sums *from)
{
    merge(into->positions, from->positions, PLX_POSITION_BINS);
    merge(into->bands, from->bands, PLX_FREQUENCY_BANDS);
    merge(&into->unknown, &from->unknown, 1);
    merge(into->after, from->after, PLX_BEFORE_COUNT);
}
