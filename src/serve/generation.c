#include "serve/generation.h"

#include <math.h>
#include <string.h>

/* splitmix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014), in [0, 1). */
static double draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* The token that is to come. */
struct choice {
    struct plx_generation *generation;
    struct plx_costs *costs; /* with room for it at its end */
    uint32_t id;
};

/* Draws from softmax(−nats / temperature). */
static uint32_t sample(const struct plx_served *served, const double *nats, uint32_t best, double temperature,
                       uint64_t *state)
{
    const uint64_t vocabulary = served->info->vocabulary;
    double sum = 0;
    uint32_t chosen = best;
    for (uint32_t id = 0; id < vocabulary; id++)
        sum += id == served->no_outcome ? 0 : exp((nats[best] - nats[id]) / temperature);
    double left = draw(state) * sum;
    for (uint32_t id = 0; id < vocabulary && left >= 0; id++) {
        const double share = id == served->no_outcome ? 0 : exp((nats[best] - nats[id]) / temperature);
        if (share > 0)
            chosen = id;
        left -= share;
    }
    return chosen;
}

static enum plx_status choose(void *user, const double *nats, const size_t *targets, size_t count,
                              struct plx_error *error)
{
    struct choice *choice = user;
    struct plx_generation *generation = choice->generation;
    struct plx_costs *costs = choice->costs;
    const size_t last = costs->count - 1;
    const struct plx_served *served = generation->served;
    const double temperature = generation->request->temperature;
    double cost;
    (void)targets;
    (void)count;
    plx_costs_rank(served, nats, 1, &choice->id, &cost);
    if (choice->id == PLX_NO_TOKEN)
        return plx_error_set(error, PLX_NOT_FINITE, "no token has a probability above 0 here");
    if (temperature > 0)
        choice->id = sample(served, nats, choice->id, temperature, &generation->state);
    costs->nats[last] = nats[choice->id];
    if (costs->ranked > 0)
        plx_costs_rank(served, nats, costs->ranked, costs->best_ids + last * costs->ranked,
                       costs->best_nats + last * costs->ranked);
    return PLX_OK;
}

/* Adds one token. */
static enum plx_status add_token(struct plx_generation *generation, struct plx_prompt *prompt,
                                 struct plx_costs *costs, struct plx_error *error)
{
    const struct plx_served *served = generation->served;
    struct choice choice = {.generation = generation, .costs = costs};
    enum plx_status status = plx_prompt_reserve(prompt, 1, error);
    if (status == PLX_OK)
        status = plx_costs_resize(costs, prompt->count + 1, error);
    if (status)
        return status;
    prompt->ids[prompt->count] = 0; /* any token, for a window must end with one */
    const struct plx_window window = plx_costs_window(served, prompt->ids, prompt->count, prompt->count + 1);
    status = plx_session_distributions(generation->session, &window, 1, choose, &choice, error);
    if (status)
        return status;
    status = plx_prompt_spell_token(prompt, served, prompt->count, choice.id, &prompt->text, error);
    prompt->ids[prompt->count] = choice.id;
    prompt->ends[prompt->count++] = prompt->text.size;
    return status;
}

/* Whether one of the texts to stop at is in the text from `begin` on, and where the first of them begins. Up
   to `known` there is none. */
static bool find_stop(const struct plx_completions_request *request, const struct plx_buffer *text,
                      size_t begin, size_t known, size_t *place)
{
    bool found = false;
    for (size_t i = 0; i < request->stop_count; i++) {
        const size_t length = strlen(request->stops[i]);
        const size_t first = known - begin < length ? begin : known - length + 1;
        const uint8_t *at = memmem(text->data + first, text->size - first, request->stops[i], length);
        if (at && (!found || (size_t)(at - text->data) < *place))
            *place = (size_t)(at - text->data);
        found = found || at;
    }
    return found;
}

/* Takes back tokens that stand behind the end of the text. */
static void cut_tokens(struct plx_prompt *prompt, struct plx_costs *costs, size_t least, size_t text_end)
{
    while (prompt->count > least && prompt->count > 1 && prompt->ends[prompt->count - 2] >= text_end)
        prompt->count--;
    costs->count = prompt->count;
}

enum plx_status plx_generate(struct plx_generation *generation, struct plx_prompt *prompt,
                             struct plx_costs *costs, const char **finish, size_t *text_end,
                             struct plx_error *error)
{
    const struct plx_served *served = generation->served;
    const size_t begin = prompt->text.size, given = prompt->count;
    enum plx_status status = PLX_OK;
    *finish = "length";
    *text_end = begin;
    if (generation->request->max_tokens > 0 && prompt->count < served->info->least_context)
        return plx_error_set(error, PLX_MISMATCH,
                             "the model says nothing after a prompt of %zu tokens: it needs %llu",
                             prompt->count, (unsigned long long)served->info->least_context);
    while (prompt->count - given < generation->request->max_tokens && status == PLX_OK) {
        status = plx_interest_check(generation->interest, served, error);
        if (status)
            break;
        const size_t known = prompt->text.size;
        status = add_token(generation, prompt, costs, error);
        *text_end = prompt->text.size;
        if (status)
            break;
        if (find_stop(generation->request, &prompt->text, begin, known, text_end)) {
            *finish = "stop";
            cut_tokens(prompt, costs, given, *text_end);
            break;
        }
        if (prompt->ids[prompt->count - 1] == served->info->end) {
            *finish = "stop";
            break;
        }
    }
    return status;
}
