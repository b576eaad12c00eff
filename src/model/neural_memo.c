#include "model/neural_memo.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What is remembered takes no more. */
#define BYTES_MOST ((size_t)32 << 20)

/* A place for contexts that find the table full: they belong to whoever asks. */
#define NOWHERE SIZE_MAX

enum state { FREE, CLAIMED, GIVEN };

struct plx_memo {
    size_t width;
    size_t slots;
    size_t left;    /* contexts for which there is room */
    uint32_t *rows; /* [slots, width] */
    double *values; /* [slots] */
    uint8_t *states;
    pthread_mutex_t mutex;
    pthread_cond_t given;
};

/* A third more slots than contexts. */
static size_t slots_of(size_t contexts)
{
    return contexts + contexts / 3 + 1;
}

/* rows^width, or as many as there is memory for. */
static size_t contexts_of(size_t width, size_t rows)
{
    const size_t slot_bytes = width * sizeof(uint32_t) + sizeof(double) + 1;
    const size_t most = BYTES_MOST / slot_bytes * 3 / 4;
    size_t contexts = 1;
    for (size_t i = 0; i < width && contexts < most; i++)
        contexts = rows > most / contexts ? most : contexts * rows;
    return contexts < most ? contexts : most;
}

struct plx_memo *plx_memo_new(size_t width, size_t rows, struct plx_error *error)
{
    struct plx_memo *memo = plx_new_array(1, sizeof *memo, error);
    if (!memo)
        return NULL;
    memo->width = width;
    memo->left = contexts_of(width, rows);
    memo->slots = slots_of(memo->left);
    memo->rows = plx_new_array(memo->slots, width * sizeof *memo->rows, error);
    memo->values = plx_new_array(memo->slots, sizeof *memo->values, error);
    memo->states = plx_new_array(memo->slots, sizeof *memo->states, error);
    if (memo->rows && memo->values && memo->states && pthread_mutex_init(&memo->mutex, NULL) == 0) {
        if (pthread_cond_init(&memo->given, NULL) == 0)
            return memo;
        pthread_mutex_destroy(&memo->mutex);
    }
    plx_error_set(error, PLX_MEMORY, "out of memory");
    free(memo->rows);
    free(memo->values);
    free(memo->states);
    free(memo);
    return NULL;
}

void plx_memo_free(struct plx_memo *memo)
{
    if (!memo)
        return;
    pthread_cond_destroy(&memo->given);
    pthread_mutex_destroy(&memo->mutex);
    free(memo->rows);
    free(memo->values);
    free(memo->states);
    free(memo);
}

/* The place of a context, or the free one where it belongs. */
static size_t find(const struct plx_memo *memo, const uint32_t *rows, uint64_t hash)
{
    const size_t bytes = memo->width * sizeof *rows;
    size_t place = (size_t)plx_hash_place(hash, memo->slots);
    while (memo->states[place] != FREE && memcmp(memo->rows + place * memo->width, rows, bytes) != 0)
        place = place + 1 == memo->slots ? 0 : place + 1;
    return place;
}

static enum plx_memo_answer claim(struct plx_memo *memo, const uint32_t *rows, size_t *place)
{
    const size_t bytes = memo->width * sizeof *rows;
    *place = find(memo, rows, plx_hash64(rows, bytes, 0));
    switch ((enum state)memo->states[*place]) {
    case GIVEN: return PLX_MEMO_KNOWN;
    case CLAIMED: return PLX_MEMO_AWAITED;
    case FREE: break;
    }
    if (memo->left == 0) {
        *place = NOWHERE;
        return PLX_MEMO_YOURS;
    }
    memo->left--;
    memcpy(memo->rows + *place * memo->width, rows, bytes);
    memo->states[*place] = CLAIMED;
    return PLX_MEMO_YOURS;
}

enum plx_memo_answer plx_memo_ask(struct plx_memo *memo, const uint32_t *context, double *value,
                                  size_t *place)
{
    pthread_mutex_lock(&memo->mutex);
    const enum plx_memo_answer answer = claim(memo, context, place);
    if (answer == PLX_MEMO_KNOWN)
        *value = memo->values[*place];
    pthread_mutex_unlock(&memo->mutex);
    return answer;
}

void plx_memo_give(struct plx_memo *memo, size_t place, double value)
{
    if (place == NOWHERE)
        return;
    pthread_mutex_lock(&memo->mutex);
    memo->values[place] = value;
    memo->states[place] = GIVEN;
    pthread_cond_broadcast(&memo->given);
    pthread_mutex_unlock(&memo->mutex);
}

double plx_memo_wait(struct plx_memo *memo, size_t place)
{
    pthread_mutex_lock(&memo->mutex);
    while (memo->states[place] == CLAIMED)
        pthread_cond_wait(&memo->given, &memo->mutex);
    const double value = memo->values[place];
    pthread_mutex_unlock(&memo->mutex);
    return value;
}
