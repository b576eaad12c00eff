/* Known prompts, before anything is believed: that the server answers for the tokens that were sent, one
   number for each but the first, and the same when it is asked again. */
#include "model/endpoint.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tokens of the known prompt; another prompt is its beginning. */
#define LONG  PLX_ENDPOINT_KNOWN
#define SHORT 4

/* Two answers to the same prompt that differ by more nats than this, for one token, if not by too many, are
   those of a server whose rounding depends on what else it does at the time (batched kernels of float16 do
   that), which is said. Prompts that only begin alike are rounded in other ways, but a wrong place or another
   model shows. */
#define JITTERS 1e-6
#define UNLIKE  0.5

struct probe {
    struct plx_endpoint *endpoint;
    uint32_t ids[LONG];
    struct plx_buffer text;
    struct plx_sent_prompt prompts[2];
    size_t count;
    double logs[2][LONG]; /* the first answers */
};

/* Tokens that repeat themselves, so that strings that come back at the wrong place are seen. */
static void take_ids(struct probe *probe, const uint32_t *some, size_t count)
{
    static const size_t pattern[LONG] = {0, 1, 0, 2, 1, 1, 0};
    for (size_t i = 0; i < LONG; i++)
        probe->ids[i] = some[pattern[i] % count];
}

/* Of a text that the server makes tokens of; none, where it makes too few or other words of it. */
static enum plx_status tokenize_known(struct probe *probe, bool *done, struct plx_error *error)
{
    static const char text[] = "the first of the month and the last of the year";
    struct plx_text_tokens tokens = {0};
    const enum plx_status status =
        plx_endpoint_tokenize(&probe->endpoint->base, text, strlen(text), &tokens, error);
    *done = status == PLX_OK && tokens.count >= LONG;
    if (*done)
        memcpy(probe->ids, tokens.ids, sizeof probe->ids);
    free(tokens.ids);
    free(tokens.ends);
    /* A tokenizer that changes texts is in the way of texts alone. */
    return status == PLX_MISMATCH && !probe->endpoint->text ? PLX_OK : status;
}

/* The known prompt: as text what surely makes the same tokens again, else ids that every model has. */
static enum plx_status choose(struct probe *probe, struct plx_error *error)
{
    struct plx_endpoint *endpoint = probe->endpoint;
    const uint64_t types = endpoint->base.info.vocabulary ? endpoint->base.info.vocabulary : 4;
    const uint32_t low[] = {(uint32_t)(1 % types), (uint32_t)(3 % types), (uint32_t)(2 % types)};
    const uint32_t middle[] = {(uint32_t)(types / 2), (uint32_t)(types / 3), (uint32_t)(types * 2 / 3)};
    bool done = false;
    take_ids(probe, endpoint->base.vocabulary ? middle : low, 3); /* special tokens are at the ends */
    enum plx_status status =
        endpoint->base.info.capabilities & PLX_TOKENIZES ? tokenize_known(probe, &done, error) : PLX_OK;
    if (endpoint->put_first != PLX_NO_TOKEN) {
        memmove(probe->ids + 1, probe->ids, sizeof probe->ids - sizeof *probe->ids);
        probe->ids[0] = endpoint->put_first;
    }
    probe->count = endpoint->prompts_per_request > 1 ? 2 : 1;
    probe->prompts[0] = (struct plx_sent_prompt){.ids = probe->ids, .count = LONG};
    probe->prompts[1] = (struct plx_sent_prompt){.ids = probe->ids, .count = SHORT};
    return status;
}

/* The texts of both prompts, one behind the other. */
static enum plx_status spell(struct probe *probe, struct plx_error *error)
{
    size_t ends[2] = {0, 0};
    enum plx_status status = PLX_OK;
    for (size_t p = 0; p < probe->count && status == PLX_OK; p++) {
        status = plx_endpoint_spell(probe->endpoint, probe->prompts + p, &probe->text, error);
        ends[p] = probe->text.size;
    }
    probe->prompts[0].text = (const char *)probe->text.data;
    probe->prompts[0].length = ends[0];
    probe->prompts[1].text = (const char *)probe->text.data + ends[0];
    probe->prompts[1].length = ends[1] - ends[0];
    return status;
}

/* One request; its answer is read and checked. With `refused`, an answer of another status than 2xx is no
   failure but sets it. */
static enum plx_status ask(struct probe *probe, struct plx_answer *answer, struct plx_buffer *text,
                           bool *refused, struct plx_error *error)
{
    const struct plx_endpoint *endpoint = probe->endpoint;
    struct plx_buffer body;
    long code = 200;
    plx_buffer_init(&body, PLX_ENDPOINT_BODY_BYTES);
    enum plx_status status = endpoint->dialect->write(endpoint, probe->prompts, probe->count, &body, error);
    if (status == PLX_OK)
        status =
            plx_endpoint_ask(endpoint, endpoint->dialect->path, &body, refused ? &code : NULL, text, error);
    plx_buffer_release(&body);
    if (status)
        return status;
    if (refused)
        *refused = code < 200 || code > 299;
    if (!refused || !*refused)
        status = plx_endpoint_read(endpoint, probe->prompts, probe->count, text, answer, error);
    if (status || (refused && *refused))
        plx_buffer_release(text);
    return status;
}

/* What is generated takes a place of those that the server has told of; prompts that the user has bounded
   to fewer leave it one. */
static void generate_one(struct plx_endpoint *endpoint)
{
    endpoint->generated = 1;
    if (endpoint->longest > 1 && endpoint->longest == endpoint->told) {
        endpoint->longest--;
        endpoint->base.info.context_length--;
    }
}

/* Whether the server takes completions of no tokens; not all do, and some refuse them with a failure of
   theirs (500), which then is not known for what it is. *first says what was wrong with the answer to one, if
   there was one. */
static enum plx_status settle_generated(struct probe *probe, struct plx_error *first)
{
    struct plx_answer answer;
    struct plx_buffer text;
    bool refused = false;
    probe->endpoint->generated = 0;
    const enum plx_status status = ask(probe, &answer, &text, &refused, first);
    if (status == PLX_OK && !refused) {
        plx_answer_release(&answer);
        plx_buffer_release(&text);
        return PLX_OK;
    }
    generate_one(probe->endpoint);
    return status == PLX_MISMATCH || status == PLX_NETWORK ? PLX_OK : status;
}

static enum plx_status compare(struct probe *probe, const struct plx_answer *again, struct plx_error *error)
{
    double most = 0;
    size_t at = 0, place;
    if (probe->count == 2 && plx_answers_apart(probe->logs[0], probe->logs[1], SHORT, &at) > UNLIKE)
        return plx_error_set(
            error, PLX_MISMATCH,
            "the server gives token %zu of a prompt the log-probability %.6g, and %.6g where "
            "the prompt goes on",
            at + 1, probe->logs[1][at], probe->logs[0][at]);
    for (size_t p = 0; p < probe->count; p++) {
        const double apart =
            plx_answers_apart(probe->logs[p], again->came[p].logs, probe->prompts[p].count, &place);
        if (apart > most) {
            most = apart;
            at = place;
        }
    }
    if (most > PLX_ANSWERS_DIFFER)
        return plx_error_set(
            error, PLX_MISMATCH,
            "the server gave the same prompt other log-probabilities when it was asked again: "
            "token %zu differs by %.3g",
            at + 1, most);
    if (most > JITTERS)
        plx_model_warn(
            &probe->endpoint->base, "unsteady-answers", 0,
            "the server's answers to one prompt differ by up to %.2g nats a token, so a second run "
            "will give another number",
            most);
    return PLX_OK;
}

static void note_name(struct plx_endpoint *endpoint, struct plx_word name)
{
    const size_t length = strlen(endpoint->name.model);
    char shown[80];
    if (!name.text || (name.length == length && memcmp(name.text, endpoint->name.model, length) == 0))
        return;
    plx_endpoint_show(endpoint, name, shown, sizeof shown);
    plx_model_warn(&endpoint->base, "answered-by-another", 0,
                   "the server names the model \"%s\" in its answers", shown);
}

/* Asks twice, and compares. */
static enum plx_status ask_twice(struct probe *probe, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (int time = 0; time < 2 && status == PLX_OK; time++) {
        struct plx_answer answer;
        struct plx_buffer text;
        status = ask(probe, &answer, &text, NULL, error);
        if (status)
            return status;
        for (size_t p = 0; time == 0 && p < probe->count; p++)
            memcpy(probe->logs[p], answer.came[p].logs, probe->prompts[p].count * sizeof(double));
        if (time == 0)
            note_name(probe->endpoint, answer.model);
        else
            status = compare(probe, &answer, error);
        plx_answer_release(&answer);
        plx_buffer_release(&text);
    }
    return status;
}

enum plx_status plx_endpoint_probe(struct plx_endpoint *endpoint, struct plx_error *error)
{
    struct probe probe = {.endpoint = endpoint};
    struct plx_error first = {.status = PLX_OK};
    plx_buffer_init(&probe.text, PLX_ENDPOINT_BODY_BYTES);
    enum plx_status status = choose(&probe, error);
    if (status == PLX_OK && endpoint->text)
        status = spell(&probe, error);
    if (status == PLX_OK && endpoint->dialect == &plx_dialect_openai) {
        status = settle_generated(&probe, &first);
        if (status)
            *error = first;
    }
    if (status == PLX_OK)
        status = ask_twice(&probe, error);
    if (status == PLX_MISMATCH && first.status == PLX_MISMATCH)
        *error = first; /* without a generated token there is less to explain */
    memcpy(endpoint->known, probe.logs[0], sizeof endpoint->known);
    plx_buffer_release(&probe.text);
    return status;
}
