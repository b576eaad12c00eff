#include "model/endpoint_spelling.h"

#include "base/hash.h"
#include "base/memory.h"
#include "model/model.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Ids from here on are not kept: no vocabulary is as large, and one such id must not take gigabytes. */
#define IDS_MOST ((size_t)1 << 22)

struct spelt {
    uint64_t hash; /* of the string in answers; 0: none came */
    char *bytes;   /* owned; NULL: not known */
    size_t length;
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
    for (size_t i = 0; i < spellings->count; i++)
        free(spellings->tokens[i].bytes);
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
            spellings->tokens[i] = (struct spelt){0, NULL, 0};
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

/* Whether these are its bytes with a blank before them. */
static bool lacks_blank(const struct spelt *spelt, struct plx_word bytes)
{
    return bytes.length == spelt->length + 1 && bytes.text[0] == ' ' &&
           memcmp(bytes.text + 1, spelt->bytes, spelt->length) == 0;
}

enum plx_status plx_spellings_learn(struct plx_spellings *spellings, uint32_t id, struct plx_word bytes,
                                    struct plx_error *error)
{
    struct spelt *spelt;
    pthread_mutex_lock(&spellings->mutex);
    enum plx_status status = find(spellings, id, &spelt, error);
    if (status == PLX_OK && spelt && (!spelt->bytes || lacks_blank(spelt, bytes))) {
        char *copy = plx_copy_string(bytes.text, bytes.length, error);
        if (copy) {
            free(spelt->bytes);
            spelt->bytes = copy;
            spelt->length = bytes.length;
        } else {
            status = PLX_MEMORY;
        }
    }
    pthread_mutex_unlock(&spellings->mutex);
    return status;
}

bool plx_spellings_bytes(struct plx_spellings *spellings, uint32_t id, struct plx_buffer *text,
                         enum plx_status *status, struct plx_error *error)
{
    pthread_mutex_lock(&spellings->mutex);
    const struct spelt *spelt = id < spellings->count ? spellings->tokens + id : NULL;
    const bool known = spelt && spelt->bytes;
    *status = known ? plx_buffer_append(text, spelt->bytes, spelt->length, error) : PLX_OK;
    pthread_mutex_unlock(&spellings->mutex);
    return known;
}
