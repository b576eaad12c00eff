/* Σ p(w | h) in contexts that occur: a text is drawn from the model, word by word, and its pieces are the
   contexts. It is the same text on every run, for a seed. */
#include "inspect/deep.h"

#include "base/exact.h"
#include "base/memory.h"
#include "inspect/inspect.h"
#include "inspect/next_words.h"
#include "model/roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Contexts of one length, and tokens drawn for each of them: some backed off, and make no n-gram. */
#define CONTEXTS_MOST     20
#define DRAWN_PER_CONTEXT 10

/* Tokens of a drawn sentence. */
#define SENTENCE_MOST 100

/* Probabilities looked up in all, unless that is less than a context of each length needs: some seconds. */
#define LOOKUPS_MOST UINT64_C(20000000)

/* Beyond so many types nothing is summed over. */
#define TYPES_MOST (UINT64_C(1) << 26)

struct sampler {
    const struct plx_model *model;
    const struct plx_model_info *info;
    const struct plx_model_options *options;
    bool without_start;
    struct plx_next_words words;
    uint64_t state; /* of the random numbers */
    uint32_t *text; /* [count], drawn */
    size_t *begins; /* [count], where the sentence of a token begins */
    size_t count, capacity;
    struct plx_exact unknown; /* p of the unknown symbol after all contexts but the empty one */
};

/* What is known of the types after a context. */
struct outcome {
    double sum;
    double unknown;
    uint32_t drawn; /* PLX_NO_TOKEN: nothing has a probability that can be drawn from */
};

/* splitmix64 (Steele, Lea, Flood 2014), in [0, 1). */
static double next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

/* Sums and draws in one pass: each type takes the place of the one drawn before with probability p / Σp so
   far. */
static enum plx_status ask(struct sampler *sampler, const uint32_t *context, unsigned length,
                           struct outcome *outcome, struct plx_error *error)
{
    const uint64_t types = sampler->info->vocabulary;
    const struct plx_model_options *options = sampler->options;
    struct plx_next_words *words = &sampler->words;
    struct plx_exact total = {0};
    double so_far = 0;
    *outcome = (struct outcome){.unknown = (double)NAN, .drawn = PLX_NO_TOKEN};
    for (uint64_t first = 0; first < types; first += words->batch) {
        const size_t count = types - first < words->batch ? (size_t)(types - first) : words->batch;
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        const enum plx_status status =
            plx_next_words_score(words, context, length, (uint32_t)first, count, error);
        if (status)
            return status;
        for (size_t i = 0; i < count; i++) {
            const uint32_t id = (uint32_t)(first + i);
            const double p = exp(-words->nats[i]);
            if (id == sampler->info->unknown)
                outcome->unknown = p;
            if (id == sampler->info->start && sampler->without_start)
                continue;
            plx_exact_add(&total, p);
            so_far += p;
            if (p > 0 && next_random(&sampler->state) * so_far < p)
                outcome->drawn = id;
        }
    }
    /* Only of a broken model is it too large to be exact. */
    outcome->sum = total.infinite || total.overflow ? so_far : plx_exact_sum(&total);
    if (!isfinite(outcome->sum))
        outcome->drawn = PLX_NO_TOKEN;
    return PLX_OK;
}

static enum plx_status append(struct sampler *sampler, uint32_t id, size_t begin, struct plx_error *error)
{
    if (sampler->count == sampler->capacity) {
        const size_t capacity = plx_grown_capacity(sampler->capacity, sampler->count + 1);
        enum plx_status status = plx_resize_array(&sampler->text, capacity, sizeof *sampler->text, error);
        if (status == PLX_OK)
            status = plx_resize_array(&sampler->begins, capacity, sizeof *sampler->begins, error);
        if (status)
            return status;
        sampler->capacity = capacity;
    }
    sampler->text[sampler->count] = id;
    sampler->begins[sampler->count++] = begin;
    return PLX_OK;
}

/* One sentence, or as much of it as `most` tokens are; *drawn grows. False in *more: nothing can be drawn. */
static enum plx_status draw_sentence(struct sampler *sampler, size_t most, size_t *drawn, bool *more,
                                     struct plx_error *error)
{
    const struct plx_model_info *info = sampler->info;
    const size_t begin = sampler->count, last = *drawn + (most < SENTENCE_MOST ? most : SENTENCE_MOST);
    enum plx_status status = PLX_OK;
    if (info->start != PLX_NO_TOKEN)
        status = append(sampler, info->start, begin, error);
    while (status == PLX_OK && *drawn < last) {
        const size_t there = sampler->count - begin;
        const size_t length = there < info->context_length ? there : (size_t)info->context_length;
        struct outcome outcome;
        /* At the beginning of all there is no text yet to point into. */
        const uint32_t *context = length ? sampler->text + sampler->count - length : NULL;
        if ((status = ask(sampler, context, (unsigned)length, &outcome, error)))
            return status;
        *more = outcome.drawn != PLX_NO_TOKEN;
        if (!*more || outcome.drawn == info->end) {
            *drawn += *more;
            return PLX_OK;
        }
        status = append(sampler, outcome.drawn, begin, error);
        ++*drawn;
    }
    return status;
}

/* The contexts of one length that have been chosen, by where they end. */
struct chosen {
    unsigned length;
    size_t ends[CONTEXTS_MOST]; /* behind the last token */
    size_t count, most, stored;
};

static const uint32_t *context_of(const struct sampler *sampler, const struct chosen *chosen, size_t i)
{
    return chosen->length ? sampler->text + chosen->ends[i] - chosen->length : NULL;
}

/* Whether the tokens before `end` are an n-gram of the model. */
static enum plx_status look_up(const struct sampler *sampler, size_t end, unsigned length, bool *stored,
                               struct plx_error *error)
{
    double nats;
    uint8_t order;
    const struct plx_scores scores = {.nats = &nats, .orders = &order};
    const struct plx_window window = {sampler->text + end - length, length - 1, length, 0};
    const enum plx_status status = plx_session_score(sampler->words.session, &window, 1, &scores, error);
    *stored = status == PLX_OK && order == length;
    return status;
}

/* Takes contexts that are not there yet, from the beginning of the text on: stored ones, or the others. */
static enum plx_status choose(const struct sampler *sampler, struct chosen *chosen, bool want_stored,
                              struct plx_error *error)
{
    const unsigned length = chosen->length;
    for (size_t end = length; end <= sampler->count && chosen->count < chosen->most; end++) {
        bool stored, there = false;
        if (end - length < sampler->begins[end - 1])
            continue;
        for (size_t i = 0; i < chosen->count && !there; i++)
            there = memcmp(context_of(sampler, chosen, i), sampler->text + end - length,
                           length * sizeof *sampler->text) == 0;
        if (there)
            continue;
        const enum plx_status status = look_up(sampler, end, length, &stored, error);
        if (status)
            return status;
        if (stored != want_stored)
            continue;
        chosen->ends[chosen->count++] = end;
        chosen->stored += stored;
    }
    return PLX_OK;
}

static enum plx_status spell_context(const struct sampler *sampler, const uint32_t *context,
                                     struct plx_inspected_contexts *contexts, struct plx_error *error)
{
    if (!contexts->worst)
        contexts->worst = plx_new_array(contexts->length, sizeof *contexts->worst, error);
    if (!contexts->worst)
        return PLX_MEMORY;
    for (unsigned k = 0; k < contexts->length; k++) {
        free(contexts->worst[k].spelling);
        contexts->worst[k].spelling = NULL;
        const enum plx_status status =
            plx_inspect_symbol(sampler->model, context[k], contexts->worst + k, error);
        if (status)
            return status;
    }
    return PLX_OK;
}

/* The sums of the contexts that have been chosen. */
static enum plx_status sum_up(struct sampler *sampler, const struct chosen *chosen,
                              struct plx_inspected_contexts *contexts, struct plx_error *error)
{
    struct plx_exact unknown = {0};
    double sums = 0;
    struct plx_inspected_range *range = &contexts->sums;
    contexts->count = chosen->count;
    contexts->stored = chosen->stored;
    for (size_t i = 0; i < chosen->count; i++) {
        const uint32_t *context = context_of(sampler, chosen, i);
        struct outcome outcome;
        enum plx_status status = ask(sampler, context, chosen->length, &outcome, error);
        if (status)
            return status;
        const double sum = outcome.sum;
        range->minimum = i == 0 || sum < range->minimum ? sum : range->minimum;
        range->maximum = i == 0 || sum > range->maximum ? sum : range->maximum;
        sums += sum;
        if (!isnan(outcome.unknown)) {
            plx_exact_add(&unknown, outcome.unknown);
            if (chosen->length > 0)
                plx_exact_add(&sampler->unknown, outcome.unknown);
        }
        if (i > 0 && fabs(sum - 1) <= fabs(contexts->worst_sum - 1))
            continue;
        contexts->worst_sum = sum;
        if ((status = spell_context(sampler, context, contexts, error)))
            return status;
    }
    range->mean = sums / (double)chosen->count;
    if (chosen->count == 0)
        range->minimum = range->mean = range->maximum = contexts->worst_sum = (double)NAN;
    contexts->unknown = plx_exact_mean(&unknown);
    return PLX_OK;
}

/* How much can be looked at: contexts of each length, and tokens drawn to get them. */
static void share_out(const struct plx_model_info *info, size_t *contexts, size_t *drawn)
{
    const uint64_t rows = LOOKUPS_MOST / info->vocabulary, each = rows / (2 * (uint64_t)info->order);
    *contexts = each < 1 ? 1 : each < CONTEXTS_MOST ? (size_t)each : CONTEXTS_MOST;
    *drawn = DRAWN_PER_CONTEXT * *contexts;
    if (*drawn > rows / 2)
        *drawn = rows / 2 > info->order ? (size_t)(rows / 2) : info->order;
    if (info->order == 1)
        *drawn = 0; /* its one context is the empty one */
}

static enum plx_status sample(struct sampler *sampler, struct plx_inspected_deep *deep,
                              struct plx_error *error)
{
    size_t contexts, draws;
    bool more = true;
    enum plx_status status = PLX_OK;
    share_out(sampler->info, &contexts, &draws);
    while (status == PLX_OK && more && deep->drawn < draws)
        status = draw_sentence(sampler, draws - deep->drawn, &deep->drawn, &more, error);
    for (unsigned k = 0; status == PLX_OK && k < sampler->info->order; k++) {
        struct chosen chosen = {.length = k, .most = contexts};
        deep->contexts[k].length = k;
        if (k == 0)
            chosen.count = chosen.stored = 1;
        else if ((status = choose(sampler, &chosen, true, error)) == PLX_OK)
            status = choose(sampler, &chosen, false, error);
        if (status == PLX_OK)
            status = sum_up(sampler, &chosen, deep->contexts + k, error);
    }
    deep->unknown = plx_exact_mean(&sampler->unknown);
    return status;
}

/* Whether the start symbol is an outcome shows in its probability without context. */
static enum plx_status judge_start(struct sampler *sampler, struct plx_inspected_deep *deep,
                                   struct plx_error *error)
{
    const struct plx_model_info *info = sampler->info;
    enum plx_status status = PLX_OK;
    deep->start_nats = (double)NAN;
    deep->types = info->vocabulary;
    if (info->start == PLX_NO_TOKEN)
        return PLX_OK;
    if ((status = plx_next_words_score(&sampler->words, NULL, 0, info->start, 1, error)))
        return status;
    deep->start_nats = sampler->words.nats[0];
    deep->without_start = sampler->without_start = plx_start_is_no_outcome(deep->start_nats);
    deep->types -= deep->without_start;
    return PLX_OK;
}

enum plx_status plx_deep_sums(const struct plx_model *model, const struct plx_model_options *options,
                              struct plx_inspected_deep *deep, struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct sampler sampler = {.model = model, .info = info, .options = options, .state = deep->seed};
    enum plx_status status =
        plx_next_words_init(&sampler.words, model, (unsigned)info->context_length, error);
    if (status == PLX_OK)
        status = judge_start(&sampler, deep, error);
    deep->summed = info->vocabulary > 0 && info->vocabulary <= TYPES_MOST;
    if (status == PLX_OK && deep->summed) {
        deep->contexts = plx_new_array(info->order, sizeof *deep->contexts, error);
        status = deep->contexts ? sample(&sampler, deep, error) : PLX_MEMORY;
    }
    plx_next_words_release(&sampler.words);
    free(sampler.text);
    free(sampler.begins);
    return status;
}
