#include "support/remote_model.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* What changes in an open model. */
struct state {
    pthread_mutex_t mutex;
    struct remote_counts counts;
    unsigned asking;
    uint64_t chance;
};

struct remote {
    struct plx_model base;
    const struct plx_model *local;
    struct remote_settings settings;
    struct state *state;
};

struct session {
    struct plx_session base;
    struct plx_session *local;
};

static const struct remote *remote_of(const struct plx_model *model)
{
    return (const struct remote *)(const void *)model;
}

static void close_remote(struct plx_model *model)
{
    struct state *own = remote_of(model)->state;
    pthread_mutex_destroy(&own->mutex);
    free(own);
    free(model);
}

static struct plx_session *new_session(const struct plx_model *model, struct plx_error *error)
{
    struct session *session = plx_new_array(1, sizeof *session, error);
    if (session && !(session->local = plx_session_new(remote_of(model)->local, error))) {
        free(session);
        return NULL;
    }
    return session ? &session->base : NULL;
}

static void free_session(struct plx_session *base)
{
    struct session *session = (struct session *)(void *)base;
    plx_session_free(session->local);
    free(session);
}

static uint64_t draw(struct state *own)
{
    own->chance = own->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return own->chance >> 33;
}

/* Counts it; PLX_OK if it is answered. */
static enum plx_status note(const struct remote *remote, const struct plx_window *window, uint64_t *pause_us,
                            struct plx_error *error)
{
    struct state *own = remote->state;
    enum plx_status status = PLX_OK;
    pthread_mutex_lock(&own->mutex);
    if (remote->settings.answers && own->counts.windows >= remote->settings.answers) {
        status = plx_error_set(error, remote->settings.failure, "it does not answer any more");
    } else {
        own->counts.windows++;
        own->counts.ids += window->end;
        if (window->end > own->counts.most_ids)
            own->counts.most_ids = window->end;
        *pause_us = remote->settings.pause_us ? draw(own) % remote->settings.pause_us : 0;
    }
    pthread_mutex_unlock(&own->mutex);
    return status;
}

/* One window, answered into its place. */
static enum plx_status answer(struct session *session, const struct plx_window *windows, size_t index,
                              double *nats, struct plx_error *error)
{
    const struct remote *remote = remote_of(session->base.model);
    uint64_t pause_us = 0;
    enum plx_status status = note(remote, windows + index, &pause_us, error);
    if (status)
        return status;
    const struct timespec pause = {.tv_nsec = (long)(1000 * pause_us)};
    if (pause_us > 0)
        nanosleep(&pause, NULL);
    status = plx_session_score(session->local, windows + index, 1, &(struct plx_scores){.nats = nats}, error);
    if (status == PLX_OK && session->base.listener)
        status = session->base.listener(session->base.listener_user, index, nats, error);
    return status;
}

static enum plx_status wait_for_nothing(const struct remote *remote, struct plx_error *error)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    while (!remote->settings.interrupted(remote->settings.user))
        nanosleep(&pause, NULL);
    return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
}

static void count_calls(struct state *own, int more, uint64_t requests)
{
    pthread_mutex_lock(&own->mutex);
    own->counts.requests += requests;
    own->asking = (unsigned)((int)own->asking + more);
    if (own->asking > own->counts.at_a_time)
        own->counts.at_a_time = own->asking;
    pthread_mutex_unlock(&own->mutex);
}

/* The windows from one of them on, round to it again, each second one later than its neighbour. */
static enum plx_status score(struct plx_session *base, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error)
{
    struct session *session = (struct session *)(void *)base;
    const struct remote *remote = remote_of(base->model);
    enum plx_status status = PLX_OK;
    if (remote->settings.endless)
        return wait_for_nothing(remote, error);
    count_calls(remote->state, 1, (count + 1) / 2);
    for (size_t turn = 0; turn < 2; turn++) {
        double *nats = scores->nats;
        for (size_t i = 0; i < count && status == PLX_OK; i++) {
            if (i % 2 != turn)
                status = answer(session, windows, i, nats, error);
            nats += windows[i].end - windows[i].first;
        }
    }
    count_calls(remote->state, -1, 0);
    return status;
}

static void look_up(const struct plx_model *model, const struct plx_word *words, const uint64_t *hashes,
                    size_t count, uint32_t *ids)
{
    (void)hashes;
    plx_model_lookup(remote_of(model)->local, words, count, ids);
}

static struct plx_word token(const struct plx_model *model, uint32_t id)
{
    const struct remote *remote = remote_of(model);
    return remote->settings.bare ? (struct plx_word){NULL, 0} : plx_model_token(remote->local, id);
}

/* Two windows make a request. */
static void estimate(const struct plx_model *model, const struct plx_window *windows, size_t count,
                     uint64_t *requests, uint64_t *tokens)
{
    (void)model;
    *requests += (count + 1) / 2;
    for (size_t i = 0; i < count; i++)
        *tokens += windows[i].end;
}

static void endpoint_counts(const struct plx_model *model, struct plx_endpoint_counts *counts)
{
    struct state *own = remote_of(model)->state;
    pthread_mutex_lock(&own->mutex);
    counts->requests = own->counts.requests;
    counts->prompt_tokens = own->counts.ids;
    pthread_mutex_unlock(&own->mutex);
}

/* Tokens of two bytes, the last of a text perhaps of one, whose ids are the first byte's value less 10. */
static enum plx_status tokenize(const struct plx_model *model, const char *text, size_t size,
                                struct plx_text_tokens *tokens, struct plx_error *error)
{
    const size_t more = (size + 1) / 2, capacity = tokens->count + more;
    enum plx_status status;
    if (capacity > tokens->capacity) {
        if ((status = plx_resize_array(&tokens->ids, capacity, sizeof *tokens->ids, error)) ||
            (status = plx_resize_array(&tokens->ends, capacity, sizeof *tokens->ends, error)))
            return status;
        tokens->capacity = capacity;
    }
    for (size_t at = 0; at < size; at += 2) {
        tokens->ids[tokens->count] = (uint32_t)((uint8_t)text[at] % model->info.vocabulary);
        tokens->ends[tokens->count++] = at + 2 < size ? at + 2 : size;
    }
    return PLX_OK;
}

static const double *known_answer(const struct plx_model *model, size_t *count)
{
    const struct remote_settings *settings = &remote_of(model)->settings;
    *count = settings->knows ? 3 : 0;
    return settings->knows ? settings->known : NULL;
}

static const struct plx_model_class remote_class = {
    .close = close_remote,
    .session_new = new_session,
    .session_free = free_session,
    .score = score,
    .lookup = look_up,
    .token = token,
    .tokenize = tokenize,
    .estimate = estimate,
    .endpoint_counts = endpoint_counts,
    .known_answer = known_answer,
};

struct plx_model *remote_model(const struct plx_model *local, const struct remote_settings *settings)
{
    struct plx_error error;
    struct remote *remote = plx_new_array(1, sizeof *remote, &error);
    assert_non_null(remote);
    assert_non_null(remote->state = plx_new_array(1, sizeof *remote->state, &error));
    assert_int_equal(pthread_mutex_init(&remote->state->mutex, NULL), 0);
    remote->local = local;
    remote->settings = *settings;
    remote->base.class = &remote_class;
    remote->base.name = plx_copy_string(local->name, strlen(local->name), &error);
    remote->base.info = local->info;
    struct plx_model_info *info = &remote->base.info;
    info->capabilities &= ~(unsigned)(PLX_FULL_DISTRIBUTION | PLX_MATCHED_ORDER | PLX_LOG10_FLOAT);
    info->capabilities |= PLX_REMOTE;
    if (settings->bare || settings->tokenizes)
        info->capabilities &= ~(unsigned)PLX_STRING_TOKENS;
    if (settings->tokenizes)
        info->capabilities |= PLX_TOKENIZES;
    if (settings->bare)
        info->start = info->end = info->unknown = PLX_NO_TOKEN;
    if (settings->context_length)
        info->context_length = settings->context_length;
    info->batch = settings->piece;
    info->batch_windows = settings->batch_windows ? settings->batch_windows : 3;
    return &remote->base;
}

struct remote_counts remote_counts(const struct plx_model *model)
{
    return remote_of(model)->state->counts;
}
