/* Windows become prompts, prompts become requests, and answers scores. */
#include "model/endpoint.h"

#include "base/error.h"
#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Prompts are sent together up to so many tokens: enough to be worth a request, few enough that a try again
   does not cost much. */
#define REQUEST_TOKENS 4096

/* A part of a window that is one prompt: ids[begin … end − 1], of which first … end − 1 are targets. */
struct piece {
    size_t window;
    size_t begin, first, end;
    size_t scores; /* where those of the first target go */
};

/* Goes through the pieces of windows. */
struct cutter {
    const struct plx_endpoint *endpoint;
    const struct plx_window *windows;
    size_t count;
    size_t window;
    size_t first;  /* the next target */
    bool inside;   /* a window has been begun */
    size_t scores; /* of the windows before */
};

/* Behind the last token that is worth sending: a word that a model cannot have costs infinitely much
   whatever stands before it. */
static size_t sent_end(const struct plx_window *window)
{
    size_t end = window->end;
    while (end > window->first && window->ids[end - 1] == PLX_NO_TOKEN)
        end--;
    return end;
}

/* The next piece; false at the end. A piece longer than the longest prompt is only possible where contexts
   are not bounded: those cannot be cut. */
static bool cut(struct cutter *cutter, struct piece *piece)
{
    const struct plx_endpoint *endpoint = cutter->endpoint;
    const uint64_t known = endpoint->base.info.context_length;
    const uint64_t context = known > 0 ? known : 1; /* the first of a prompt has no score */
    for (; cutter->window < cutter->count; cutter->window++, cutter->inside = false) {
        const struct plx_window *window = cutter->windows + cutter->window;
        const size_t end = sent_end(window);
        if (!cutter->inside)
            cutter->first = window->first;
        cutter->inside = true;
        if (cutter->first >= end) {
            cutter->scores += window->end - window->first;
            continue;
        }
        *piece = (struct piece){.window = cutter->window, .first = cutter->first, .end = end};
        if (endpoint->bounded && piece->first > context)
            piece->begin = piece->first - (size_t)context;
        if (endpoint->bounded && endpoint->longest > context && end - piece->begin > endpoint->longest)
            piece->end = piece->begin + (size_t)endpoint->longest;
        piece->scores = cutter->scores + (piece->first - window->first);
        cutter->first = piece->end;
        return true;
    }
    return false;
}

static size_t piece_tokens(const struct piece *piece)
{
    return piece->end - piece->begin;
}

/* Whether one more prompt goes into a request that has some, and may have so many tokens. */
static bool fits(const struct plx_endpoint *endpoint, size_t prompts, size_t tokens, size_t most,
                 const struct piece *piece)
{
    return prompts < endpoint->prompts_per_request && tokens + piece_tokens(piece) <= most;
}

/* So that a run gets on with a budget that does not pay for a full request any more. */
static size_t request_tokens(const struct plx_endpoint *endpoint)
{
    struct plx_http_counts counts;
    if (endpoint->max_tokens == 0)
        return REQUEST_TOKENS;
    plx_http_client_counts(endpoint->client, &counts);
    const uint64_t left = endpoint->max_tokens > counts.tokens ? endpoint->max_tokens - counts.tokens : 0;
    return left < REQUEST_TOKENS ? (size_t)left : REQUEST_TOKENS;
}

void plx_endpoint_estimate(const struct plx_model *model, const struct plx_window *windows, size_t count,
                           uint64_t *requests, uint64_t *tokens)
{
    const struct plx_endpoint *endpoint = (const struct plx_endpoint *)model;
    struct cutter cutter = {.endpoint = endpoint, .windows = windows, .count = count};
    struct piece piece;
    size_t prompts = 0, together = 0;
    while (cut(&cutter, &piece)) {
        if (prompts == 0 || !fits(endpoint, prompts, together, REQUEST_TOKENS, &piece)) {
            ++*requests;
            prompts = together = 0;
        }
        prompts++;
        together += piece_tokens(&piece);
        *tokens += piece_tokens(&piece);
    }
}

/* A request under way. */
struct request {
    struct job *job;
    const struct piece *pieces;      /* [count] */
    struct plx_sent_prompt *prompts; /* [count] */
    size_t count;
    struct plx_buffer text; /* of the prompts */
    struct plx_buffer body;
};

/* A call of score. */
struct job {
    const struct plx_endpoint *endpoint;
    struct plx_session *session;
    const struct plx_window *windows;
    double *nats;
    size_t *offsets; /* [window_count] of the scores of each window */
    size_t *missing; /* [window_count] pieces that are not answered yet */
    struct piece *pieces;
    struct plx_sent_prompt *prompts;
    size_t count; /* of pieces */
    struct request *requests;
    struct plx_http_call *calls;
    size_t call_count;
};

static void release(struct job *job)
{
    for (size_t i = 0; i < job->call_count; i++) {
        plx_buffer_release(&job->requests[i].text);
        plx_buffer_release(&job->requests[i].body);
        plx_buffer_release(&job->calls[i].answer);
    }
    free(job->offsets);
    free(job->missing);
    free(job->pieces);
    free(job->prompts);
    free(job->requests);
    free(job->calls);
}

static enum plx_status fail_long(const struct plx_endpoint *endpoint, const struct piece *piece,
                                 struct plx_error *error)
{
    plx_error_set(error, PLX_MISMATCH, "a prompt of %zu tokens, but the server takes %" PRIu64 " at most",
                  piece_tokens(piece), endpoint->longest);
    return plx_error_hint(error, "--window %" PRIu64 " or less makes such prompts", endpoint->longest);
}

/* Lists the pieces of all windows. */
static enum plx_status cut_all(struct job *job, size_t count, struct plx_error *error)
{
    struct cutter cutter = {.endpoint = job->endpoint, .windows = job->windows, .count = count};
    struct piece piece;
    size_t capacity = 0;
    while (cut(&cutter, &piece)) {
        if (job->endpoint->longest && piece_tokens(&piece) > job->endpoint->longest)
            return fail_long(job->endpoint, &piece, error);
        const enum plx_status status =
            plx_reserve_array(&job->pieces, &capacity, job->count + 1, sizeof *job->pieces, error);
        if (status)
            return status;
        job->pieces[job->count++] = piece;
        job->missing[piece.window]++;
    }
    return PLX_OK;
}

/* The texts of a request's prompts. */
static enum plx_status spell(const struct plx_endpoint *endpoint, struct request *request,
                             struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < request->count && status == PLX_OK; i++) {
        const size_t begin = request->text.size;
        status = plx_endpoint_spell(endpoint, request->prompts + i, &request->text, error);
        request->prompts[i].length = request->text.size - begin;
    }
    const char *at = request->text.data ? (const char *)request->text.data : "";
    for (size_t i = 0; i < request->count; at += request->prompts[i++].length)
        request->prompts[i].text = at;
    return status;
}

/* One request of the pieces from `from` on; *from moves behind them. */
static enum plx_status fill_request(struct job *job, size_t *from, struct plx_error *error)
{
    const struct plx_endpoint *endpoint = job->endpoint;
    struct request *request = job->requests + job->call_count;
    struct plx_http_call *call = job->calls + job->call_count++;
    const size_t most = request_tokens(endpoint);
    size_t tokens = 0;
    *request = (struct request){.job = job, .pieces = job->pieces + *from, .prompts = job->prompts + *from};
    plx_buffer_init(&request->text, PLX_ENDPOINT_BODY_BYTES);
    plx_buffer_init(&request->body, PLX_ENDPOINT_BODY_BYTES);
    do {
        const struct piece *piece = job->pieces + *from;
        request->prompts[request->count++] = (struct plx_sent_prompt){
            .ids = job->windows[piece->window].ids + piece->begin, .count = piece_tokens(piece)};
        tokens += piece_tokens(piece);
        ++*from;
    } while (*from < job->count && fits(endpoint, request->count, tokens, most, job->pieces + *from));
    enum plx_status status = endpoint->text ? spell(endpoint, request, error) : PLX_OK;
    if (status == PLX_OK)
        status = endpoint->dialect->write(endpoint, request->prompts, request->count, &request->body, error);
    *call = (struct plx_http_call){
        .path = endpoint->dialect->path,
        .body = (const char *)request->body.data,
        .body_size = request->body.size,
        .tokens = tokens,
        .counts = true,
        .owner = request,
    };
    return status;
}

static enum plx_status tell(struct job *job, size_t window, struct plx_error *error)
{
    struct plx_session *session = job->session;
    return session->listener
               ? session->listener(session->listener_user, window, job->nats + job->offsets[window], error)
               : PLX_OK;
}

/* The scores of an answer that has been checked. */
static enum plx_status keep(struct request *request, const struct plx_answer *answer, struct plx_error *error)
{
    struct job *job = request->job;
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < request->count && (status == PLX_OK || status == PLX_INTERRUPTED); i++) {
        const struct piece *piece = request->pieces + i;
        for (size_t t = piece->first; t < piece->end; t++) {
            const double log = answer->came[i].logs[t - piece->begin];
            const bool unknown = job->windows[piece->window].ids[t] == PLX_NO_TOKEN;
            job->nats[piece->scores + (t - piece->first)] = unknown ? (double)INFINITY : log == 0 ? 0 : -log;
        }
        if (--job->missing[piece->window] == 0) /* what has come is told of, interrupted or not */
            status = tell(job, piece->window, error);
    }
    return status;
}

static enum plx_status take_answer(void *user, struct plx_http_call *call, struct plx_error *error)
{
    struct request *request = call->owner;
    struct plx_answer answer;
    (void)user;
    enum plx_status status = plx_endpoint_read(request->job->endpoint, request->prompts, request->count,
                                               &call->answer, &answer, error);
    if (status)
        return status;
    status = keep(request, &answer, error);
    plx_answer_release(&answer);
    plx_buffer_release(&call->answer);
    plx_buffer_release(&request->body);
    return status;
}

/* Scores that need no answer, of which there is an infinite one for every unknown word at a window's end. */
static enum plx_status begin(struct job *job, size_t count, struct plx_error *error)
{
    size_t target = 0;
    for (size_t w = 0; w < count; w++) {
        job->offsets[w] = target;
        for (size_t i = job->windows[w].first; i < job->windows[w].end; i++)
            job->nats[target++] = (double)INFINITY;
    }
    enum plx_status status = cut_all(job, count, error);
    for (size_t w = 0; w < count && status == PLX_OK; w++) {
        if (job->missing[w] == 0)
            status = tell(job, w, error);
    }
    return status;
}

static enum plx_status send(struct job *job, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    job->prompts = plx_new_array(job->count, sizeof *job->prompts, error);
    job->requests = plx_new_array(job->count, sizeof *job->requests, error);
    job->calls = plx_new_array(job->count, sizeof *job->calls, error);
    if (!job->prompts || !job->requests || !job->calls)
        return PLX_MEMORY;
    for (size_t from = 0; from < job->count && status == PLX_OK;)
        status = fill_request(job, &from, error);
    return status ? status
                  : plx_http_client_call(job->endpoint->client, job->calls, job->call_count, take_answer, job,
                                         error);
}

enum plx_status plx_endpoint_score(struct plx_session *session, const struct plx_window *windows,
                                   size_t count, const struct plx_scores *scores, struct plx_error *error)
{
    struct job job = {.endpoint = (const struct plx_endpoint *)session->model,
                      .session = session,
                      .windows = windows,
                      .nats = scores->nats};
    job.offsets = plx_new_array(count, sizeof *job.offsets, error);
    job.missing = plx_new_array(count, sizeof *job.missing, error);
    enum plx_status status = job.offsets && job.missing ? begin(&job, count, error) : PLX_MEMORY;
    if (status == PLX_OK && job.count > 0)
        status = send(&job, error);
    release(&job);
    if (status && !*error->input)
        plx_error_input(error, session->model->name);
    return status;
}
