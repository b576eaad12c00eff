#include "model/endpoint_spelling.h"

#include "base/hash.h"
#include "base/memory.h"
#include "model/model.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Ids from here on are not kept: no vocabulary is as large, and one such id must not take gigabytes. */
#define IDS_MOST ((size_t)1 << 22)

/* Tokens that are text together. */
struct run {
    uint32_t *ids; /* [count], owned */
    size_t count;
    char *bytes; /* [length], owned */
    size_t length;
};

struct spelt {
    uint64_t hash;    /* of the string in answers; 0: none came */
    struct run *runs; /* [count] that begin with the token, often that of the token alone */
    size_t count, capacity;
    bool part; /* it stands in runs of others */
};

struct plx_spellings {
    pthread_mutex_t mutex;
    struct spelt *tokens; /* [count] by id */
    size_t count;
};

struct plx_spellings *plx_spellings_new(struct plx_error *error)
{
    struct plx_spellings *spellings = plx_new_array(1, sizeof *spellings, error);
    if (spellings)
        pthread_mutex_init(&spellings->mutex, NULL);
    return spellings;
}

void plx_spellings_free(struct plx_spellings *spellings)
{
    if (!spellings)
        return;
    for (size_t i = 0; i < spellings->count; i++) {
        struct spelt *spelt = spellings->tokens + i;
        for (size_t k = 0; k < spelt->count; k++) {
            free(spelt->runs[k].ids);
            free(spelt->runs[k].bytes);
        }
        free(spelt->runs);
    }
    free(spellings->tokens);
    pthread_mutex_destroy(&spellings->mutex);
    free(spellings);
}

/* Room for a token; *spelt is NULL where its id is too large to be kept. */
static enum plx_status find(struct plx_spellings *spellings, uint32_t id, struct spelt **spelt,
                            struct plx_error *error)
{
    *spelt = NULL;
    if (id >= IDS_MOST)
        return PLX_OK;
    if (id >= spellings->count) {
        const size_t count = plx_grown_capacity(spellings->count, (size_t)id + 1);
        const enum plx_status status =
            plx_resize_array(&spellings->tokens, count, sizeof *spellings->tokens, error);
        if (status)
            return status;
        for (size_t i = spellings->count; i < count; i++)
            spellings->tokens[i] = (struct spelt){0};
        spellings->count = count;
    }
    *spelt = spellings->tokens + id;
    return PLX_OK;
}

static enum plx_status check_before(struct plx_spellings *spellings, const struct plx_answer *answer,
                                    size_t prompt, size_t position, struct plx_error *error)
{
    const uint32_t id = answer->prompts[prompt].ids[position];
    const uint64_t hash = answer->came[prompt].strings[position];
    struct spelt *spelt;
    const enum plx_status status = find(spellings, id, &spelt, error);
    if (status || !spelt)
        return status;
    if (spelt->hash == 0)
        spelt->hash = hash;
    if (spelt->hash == hash)
        return PLX_OK;
    return plx_answer_fail_prompt(answer, prompt, error,
                                  "token %zu, of id %lu, came back as another string than it did before",
                                  position + 1, (unsigned long)id);
}

enum plx_status plx_spellings_check(struct plx_spellings *spellings, const struct plx_answer *answer,
                                    struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    pthread_mutex_lock(&spellings->mutex);
    for (size_t p = 0; p < answer->count && status == PLX_OK; p++) {
        const struct plx_prompt_answer *came = answer->came + p;
        /* Where ids came, these have been held against what was sent; strings may then be pieces of the text,
           and the first token's may lack its blank. */
        const bool told = came->has_strings && !came->has_ids;
        for (size_t i = 1; told && i < answer->prompts[p].count && status == PLX_OK; i++) {
            if (came->strings[i] != 0 && answer->prompts[p].ids[i] != PLX_NO_TOKEN)
                status = check_before(spellings, answer, p, i, error);
        }
    }
    pthread_mutex_unlock(&spellings->mutex);
    return status;
}

/* The longest run that ids[count] begin with; NULL: none. */
static struct run *find_run(struct spelt *spelt, const uint32_t *ids, size_t count)
{
    size_t best = SIZE_MAX;
    for (size_t k = 0; k < spelt->count; k++) {
        const struct run *run = spelt->runs + k;
        if (run->count <= count && memcmp(run->ids, ids, run->count * sizeof *ids) == 0 &&
            (best == SIZE_MAX || run->count > spelt->runs[best].count))
            best = k;
    }
    return best == SIZE_MAX ? NULL : spelt->runs + best;
}

/* Whether these are its bytes with a blank before them. */
static bool lacks_blank(const struct run *run, struct plx_word bytes)
{
    return bytes.length == run->length + 1 && bytes.text[0] == ' ' &&
           memcmp(bytes.text + 1, run->bytes, run->length) == 0;
}

static enum plx_status add_run(struct spelt *spelt, const uint32_t *ids, size_t count, struct plx_word bytes,
                               struct plx_error *error)
{
    const enum plx_status status =
        plx_reserve_array(&spelt->runs, &spelt->capacity, spelt->count + 1, sizeof *spelt->runs, error);
    if (status)
        return status;
    struct run run = {.count = count, .length = bytes.length};
    run.ids = plx_new_array(count, sizeof *run.ids, error);
    run.bytes = plx_copy_string(bytes.text, bytes.length, error);
    if (!run.ids || !run.bytes) {
        free(run.ids);
        free(run.bytes);
        return PLX_MEMORY;
    }
    memcpy(run.ids, ids, count * sizeof *ids);
    spelt->runs[spelt->count++] = run;
    return PLX_OK;
}

static enum plx_status learn(struct plx_spellings *spellings, const uint32_t *ids, size_t count,
                             struct plx_word bytes, struct plx_error *error)
{
    struct spelt *spelt;
    enum plx_status status = PLX_OK;
    for (size_t i = 1; i < count && status == PLX_OK; i++) {
        status = find(spellings, ids[i], &spelt, error);
        if (status == PLX_OK && spelt)
            spelt->part = true;
    }
    if (status == PLX_OK)
        status = find(spellings, ids[0], &spelt, error);
    if (status || !spelt)
        return status;
    spelt->part |= count > 1;
    struct run *run = find_run(spelt, ids, count);
    if (!run || run->count < count)
        return add_run(spelt, ids, count, bytes, error);
    if (!lacks_blank(run, bytes))
        return PLX_OK;
    char *copy = plx_copy_string(bytes.text, bytes.length, error);
    if (!copy)
        return PLX_MEMORY;
    free(run->bytes);
    run->bytes = copy;
    run->length = bytes.length;
    return PLX_OK;
}

enum plx_status plx_spellings_learn(struct plx_spellings *spellings, const uint32_t *ids, size_t count,
                                    struct plx_word bytes, struct plx_error *error)
{
    pthread_mutex_lock(&spellings->mutex);
    const enum plx_status status = learn(spellings, ids, count, bytes, error);
    pthread_mutex_unlock(&spellings->mutex);
    return status;
}

enum plx_spelt plx_spellings_bytes(struct plx_spellings *spellings, const uint32_t *ids, size_t count,
                                   size_t *taken, struct plx_buffer *text, enum plx_status *status,
                                   struct plx_error *error)
{
    *status = PLX_OK;
    pthread_mutex_lock(&spellings->mutex);
    struct spelt *spelt = *ids < spellings->count ? spellings->tokens + *ids : NULL;
    const struct run *run = spelt ? find_run(spelt, ids, count) : NULL;
    const bool part = spelt && spelt->part;
    if (run) {
        *taken = run->count;
        *status = plx_buffer_append(text, run->bytes, run->length, error);
    }
    pthread_mutex_unlock(&spellings->mutex);
    return run ? PLX_SPELT : part ? PLX_SPELT_PART : PLX_SPELT_NOT;
}
