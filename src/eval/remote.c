#include "eval/remote.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

void plx_remote_release(struct plx_remote *remote)
{
    if (remote->made)
        pthread_mutex_destroy(&remote->mutex);
    free(remote->answer);
    *remote = (struct plx_remote){0};
}

/* Of all that the model is shown. */
static uint64_t hash_question(const uint32_t *ids, const struct plx_window *window)
{
    const uint64_t shape[] = {window->first, window->end, window->position};
    return plx_hash64(ids, window->end * sizeof *ids, plx_hash64(shape, sizeof shape, 0));
}

static enum plx_status reserve_left(struct plx_batch_left *left, size_t count, struct plx_error *error)
{
    if (count <= left->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(left->capacity, count);
    enum plx_status status;
    if ((status = plx_resize_array(&left->indices, capacity, sizeof *left->indices, error)) ||
        (status = plx_resize_array(&left->targets, capacity, sizeof *left->targets, error)) ||
        (status = plx_resize_array(&left->questions, capacity, sizeof *left->questions, error)) ||
        (status = plx_resize_array(&left->windows, capacity, sizeof *left->windows, error)))
        return status;
    left->capacity = capacity;
    return PLX_OK;
}

static struct plx_journal_key known_key(const struct plx_remote *remote)
{
    return (struct plx_journal_key){.first = UINT64_MAX, .count = (uint32_t)remote->known_count};
}

/* The answer to a window with so many targets, into nats[count], if the journal has it. */
static enum plx_status look_up(struct plx_remote *remote, const struct plx_journal_key *key, double *nats,
                               bool *found, struct plx_error *error)
{
    *found = false;
    if (!remote->journal)
        return PLX_OK;
    const size_t size = key->count * sizeof *nats;
    enum plx_status status = plx_reserve_array(&remote->answer, &remote->answer_capacity, size, 1, error);
    if (status || (status = plx_journal_find(remote->journal, key, remote->answer, size, found, error)))
        return status;
    for (size_t i = 0; *found && i < key->count; i++) {
        const uint64_t bits = plx_load_u64(remote->answer + i * sizeof bits);
        memcpy(nats + i, &bits, sizeof bits);
    }
    return PLX_OK;
}

/* Whether what the model has answered already is what it answered then. */
static enum plx_status recognise(struct plx_remote *remote, struct plx_error *error)
{
    const struct plx_journal_key key = known_key(remote);
    bool found = false;
    size_t at = 0;
    double *before = plx_new_array(key.count, sizeof *before, error);
    if (!before)
        return PLX_MEMORY;
    enum plx_status status = look_up(remote, &key, before, &found, error);
    if (found && plx_answers_apart(before, remote->known, key.count, &at) > PLX_ANSWERS_DIFFER) {
        plx_error_set(error, PLX_MISMATCH,
                      "the journal is of another model by the same name: token %zu of a known prompt had the "
                      "log-probability %.6g, and now has %.6g",
                      at + 1, before[at], remote->known[at]);
        status = plx_journal_refuse(remote->journal, error);
    }
    free(before);
    if (found)
        remote->known = NULL;
    return status;
}

enum plx_status plx_remote_init(struct plx_remote *remote, const struct plx_model *model,
                                struct plx_journal *journal, struct plx_error *error)
{
    *remote = (struct plx_remote){.journal = journal};
    if (pthread_mutex_init(&remote->mutex, NULL) != 0)
        return plx_error_set(error, PLX_MEMORY, "the system has no room for another lock");
    remote->made = true;
    remote->known = plx_model_known_answer(model, &remote->known_count);
    return journal && remote->known ? recognise(remote, error) : PLX_OK;
}

enum plx_status plx_remote_find(struct plx_remote *remote, struct plx_batch *batch, struct plx_error *error)
{
    struct plx_batch_left *left = &batch->left;
    size_t target = 0;
    left->count = left->target_count = 0;
    enum plx_status status = reserve_left(left, batch->window_count, error);
    for (size_t w = 0; w < batch->window_count && status == PLX_OK; w++) {
        const struct plx_window *window = batch->windows + w;
        const size_t count = window->end - window->first;
        const struct plx_journal_key key = {.first = batch->first_target + target,
                                            .question = hash_question(batch->ids + batch->offsets[w], window),
                                            .count = (uint32_t)count};
        bool found;
        status = look_up(remote, &key, batch->nats + target, &found, error);
        if (status == PLX_OK && !found) {
            left->indices[left->count] = w;
            left->targets[left->count] = target;
            left->questions[left->count++] = key.question;
            left->target_count += count;
        }
        target += count;
    }
    if (status)
        return status;
    return plx_reserve_array(&left->nats, &left->nats_capacity, left->target_count, sizeof *left->nats,
                             error);
}

/* One batch that asks. */
struct asker {
    struct plx_remote *remote;
    const struct plx_batch *batch;
};

static enum plx_status add(struct plx_journal *journal, const struct plx_journal_key *key, const double *nats,
                           struct plx_error *error)
{
    const size_t size = key->count * sizeof *nats;
    uint8_t *answer = plx_journal_room(journal, size, error);
    if (!answer)
        return PLX_MEMORY;
    for (size_t i = 0; i < key->count; i++) {
        uint64_t bits;
        memcpy(&bits, nats + i, sizeof bits);
        plx_store_u64(answer + i * sizeof bits, bits);
    }
    return plx_journal_add(journal, key, size, error);
}

/* There is nobody else at the journal. A journal of no windows is none, so what was known before goes with
   the first. */
static enum plx_status keep(struct plx_remote *remote, const struct plx_journal_key *key, const double *nats,
                            struct plx_error *error)
{
    const struct plx_journal_key known = known_key(remote);
    if (remote->known) {
        const enum plx_status status = add(remote->journal, &known, remote->known, error);
        if (status)
            return status;
        remote->known = NULL;
    }
    return add(remote->journal, key, nats, error);
}

/* What has come is kept in any case, also by those who are to stop. */
static enum plx_status listen(void *user, size_t index, const double *nats, struct plx_error *error)
{
    const struct asker *asker = user;
    struct plx_remote *remote = asker->remote;
    const struct plx_batch_left *left = &asker->batch->left;
    const struct plx_window *window = left->windows + index;
    const struct plx_journal_key key = {.first = asker->batch->first_target + left->targets[index],
                                        .question = left->questions[index],
                                        .count = (uint32_t)(window->end - window->first)};
    pthread_mutex_lock(&remote->mutex);
    enum plx_status status = remote->journal ? keep(remote, &key, nats, error) : PLX_OK;
    if (status == PLX_OK && remote->stopped)
        status = plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    pthread_mutex_unlock(&remote->mutex);
    return status;
}

/* Whoever has failed first says why. */
static void fail(struct plx_remote *remote, const struct plx_error *error)
{
    pthread_mutex_lock(&remote->mutex);
    if (!remote->stopped)
        remote->error = *error;
    remote->stopped = true;
    pthread_mutex_unlock(&remote->mutex);
}

static bool is_stopped(struct plx_remote *remote)
{
    pthread_mutex_lock(&remote->mutex);
    const bool stopped = remote->stopped;
    pthread_mutex_unlock(&remote->mutex);
    return stopped;
}

enum plx_status plx_remote_ask(struct plx_remote *remote, struct plx_batch *batch,
                               struct plx_session *session, struct plx_error *error)
{
    struct plx_batch_left *left = &batch->left;
    struct asker asker = {remote, batch};
    if (left->count > 0 && is_stopped(remote))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    for (size_t i = 0; i < left->count; i++)
        left->windows[i] = batch->windows[left->indices[i]];
    session->listener = listen;
    session->listener_user = &asker;
    const enum plx_status status = left->count == 0
                                       ? PLX_OK
                                       : plx_session_score(session, left->windows, left->count,
                                                           &(struct plx_scores){.nats = left->nats}, error);
    session->listener = NULL;
    if (status) {
        fail(remote, error);
        return status;
    }
    const double *nats = left->nats;
    for (size_t i = 0; i < left->count; i++) {
        const size_t count = left->windows[i].end - left->windows[i].first;
        memcpy(batch->nats + left->targets[i], nats, count * sizeof *nats);
        nats += count;
    }
    batch->nats_there = true;
    return PLX_OK;
}

void plx_remote_stop(struct plx_remote *remote)
{
    if (!remote->made)
        return;
    pthread_mutex_lock(&remote->mutex);
    remote->stopped = true;
    pthread_mutex_unlock(&remote->mutex);
}

void plx_remote_reason(struct plx_remote *remote, struct plx_error *error)
{
    if (!remote->made)
        return;
    pthread_mutex_lock(&remote->mutex);
    if (remote->error.status != PLX_OK)
        *error = remote->error;
    pthread_mutex_unlock(&remote->mutex);
}
