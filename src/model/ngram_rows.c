#include "model/ngram_rows.h"

#include "base/logarithms.h"
#include "base/memory.h"
#include "model/ngram_successors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Targets whose contexts are shared. */
#define TARGETS_MOST ((size_t)1 << 16)

/* Words of a row that are computed together, in the first-level cache. */
#define CHUNK 1024

/* No further target waits. */
#define NONE UINT32_MAX

struct target {
    const uint32_t *end; /* behind its context */
    size_t place;        /* in the order of struct plx_scores */
    uint32_t next;       /* target that waits for the same row, or NONE */
    uint8_t length;      /* of the context: at most order − 1, no unknown word in it */
};

/* A suffix of the context at hand, by its length. */
struct level {
    uint32_t word; /* its first */
    bool matters;  /* its row is not that of the level below */
    float backoff;
    uint32_t waiting; /* the first target that waits for its row, or NONE */
    struct plx_ngram_list list;
    struct plx_ngram_successor *memory; /* of the list, for lengths above 1 */
    size_t capacity;
};

struct plx_ngram_rows {
    const struct plx_ngram_model *model;
    struct plx_ngram_finder *finder;
    size_t types;
    double *nats;         /* [V] */
    struct level *levels; /* [order], by length from 0 */
    unsigned depth;       /* the levels that are there: 0 … depth */
    float *backoffs;      /* [order] of the context at hand */
    struct target *targets;
    size_t count, capacity;
    size_t *places; /* [capacity] */
    plx_distribution_sink *sink;
    void *user;
};

struct plx_ngram_rows *plx_ngram_rows_new(const struct plx_ngram_model *model, struct plx_error *error)
{
    const size_t order = model->base.info.order;
    struct plx_ngram_rows *rows = plx_new_array(1, sizeof *rows, error);
    if (!rows)
        return NULL;
    rows->model = model;
    rows->types = (size_t)model->base.info.vocabulary;
    if ((rows->nats = plx_new_array(rows->types, sizeof *rows->nats, error)) &&
        (rows->levels = plx_new_array(order, sizeof *rows->levels, error)) &&
        (rows->backoffs = plx_new_array(order, sizeof *rows->backoffs, error)) &&
        (rows->finder = plx_ngram_finder_new(model, error)))
        return rows;
    plx_ngram_rows_free(rows);
    return NULL;
}

void plx_ngram_rows_free(struct plx_ngram_rows *rows)
{
    if (!rows)
        return;
    for (unsigned k = 0; rows->levels && k < rows->model->base.info.order; k++)
        free(rows->levels[k].memory);
    free(rows->levels);
    free(rows->backoffs);
    free(rows->nats);
    free(rows->targets);
    free(rows->places);
    plx_ngram_finder_free(rows->finder);
    free(rows);
}

/* Turns log10 p of the n-grams of `from` words of the context and one more into −ln p: adds the backoffs of
   the longer suffixes, the shortest first. */
static void finish(const struct plx_ngram_rows *rows, unsigned from, unsigned length, double *values,
                   size_t count)
{
    for (unsigned k = from + 1; k <= length; k++) {
        const double backoff = (double)rows->levels[k].backoff;
        for (size_t i = 0; i < count; i++)
            values[i] += backoff;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = 0.0 - values[i] * PLX_LN_10;
}

static void put_unigrams(struct plx_ngram_rows *rows, unsigned length)
{
    const float *unigrams = plx_ngram_unigrams(rows->finder);
    for (size_t done = 0; done < rows->types; done += CHUNK) {
        const size_t count = rows->types - done < CHUNK ? rows->types - done : CHUNK;
        double *values = rows->nats + done;
        for (size_t i = 0; i < count; i++)
            values[i] = (double)unigrams[done + i];
        finish(rows, 0, length, values, count);
    }
}

/* What follows the suffix of k words. */
static void put_successors(struct plx_ngram_rows *rows, unsigned k, unsigned length)
{
    const struct plx_ngram_list *list = &rows->levels[k].list;
    double values[CHUNK];
    for (size_t done = 0; done < list->count; done += CHUNK) {
        const struct plx_ngram_successor *successors = list->successors + done;
        const size_t count = list->count - done < CHUNK ? list->count - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            values[i] = (double)successors[i].probability;
        finish(rows, k, length, values, count);
        for (size_t i = 0; i < count; i++)
            rows->nats[successors[i].id] = values[i];
    }
}

/* The row of the suffix of `length` words of the context. False where it has what is not a number, or
   −infinity: not what lies under a longer n-gram, which scoring does not read either. */
static bool fill(struct plx_ngram_rows *rows, unsigned length)
{
    unsigned damaged = 0;
    put_unigrams(rows, length);
    for (unsigned k = 1; k <= length; k++)
        put_successors(rows, k, length);
    for (size_t i = 0; i < rows->types; i++)
        damaged |= (unsigned)!(rows->nats[i] > -(double)INFINITY);
    return !damaged;
}

/* Gives the row of the level, if any target waits for it. */
static enum plx_status give(struct plx_ngram_rows *rows, unsigned length, struct plx_error *error)
{
    struct level *level = rows->levels + length;
    size_t count = 0;
    if (level->waiting == NONE)
        return PLX_OK;
    for (uint32_t i = level->waiting; i != NONE; i = rows->targets[i].next)
        rows->places[count++] = rows->targets[i].place;
    level->waiting = NONE;
    if (!fill(rows, length))
        return plx_ngram_refuse_damaged(&rows->model->base, error);
    return rows->sink(rows->user, rows->nats, rows->places, count, error);
}

/* Leaves levels until those are there that the context shares. */
static enum plx_status leave(struct plx_ngram_rows *rows, const struct target *target,
                             struct plx_error *error)
{
    unsigned shared = 0;
    while (shared < rows->depth && shared < target->length &&
           rows->levels[shared + 1].word == target->end[-(ptrdiff_t)shared - 1])
        shared++;
    for (; rows->depth > shared; rows->depth--) {
        const enum plx_status status = give(rows, rows->depth, error);
        if (status)
            return status;
    }
    return PLX_OK;
}

/* Adds the levels of the context that are not there. */
static enum plx_status enter(struct plx_ngram_rows *rows, const struct target *target,
                             struct plx_error *error)
{
    if (rows->depth < target->length)
        plx_ngram_context_backoffs(rows->finder, target->end, target->length, rows->backoffs);
    while (rows->depth < target->length) {
        const unsigned length = rows->depth + 1;
        struct level *level = rows->levels + length;
        const uint32_t word = target->end[-(ptrdiff_t)length];
        const enum plx_status status =
            length == 1 ? plx_ngram_follow_word(rows->finder, word, &level->list, error)
                        : plx_ngram_follow(rows->finder, target->end, length, &level[-1].list, &level->list,
                                           &level->memory, &level->capacity, error);
        if (status)
            return status;
        level->word = word;
        level->backoff = rows->backoffs[length];
        level->matters = level->backoff != 0.0f || level->list.count > 0;
        level->waiting = NONE;
        rows->depth = length;
    }
    return PLX_OK;
}

/* By the words of their contexts, the newest first; a context before those that end in it. */
static int compare(const void *a, const void *b)
{
    const struct target *left = a, *right = b;
    const unsigned common = left->length < right->length ? left->length : right->length;
    for (ptrdiff_t i = 1; i <= (ptrdiff_t)common; i++) {
        if (left->end[-i] != right->end[-i])
            return left->end[-i] < right->end[-i] ? -1 : 1;
    }
    if (left->length != right->length)
        return left->length < right->length ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

/* The targets that have been gathered. */
static enum plx_status give_gathered(struct plx_ngram_rows *rows, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    rows->depth = 0;
    rows->levels[0].waiting = NONE;
    if (rows->count > 0)
        qsort(rows->targets, rows->count, sizeof *rows->targets, compare);
    for (size_t i = 0; i < rows->count && status == PLX_OK; i++) {
        struct target *target = rows->targets + i;
        if ((status = leave(rows, target, error)) || (status = enter(rows, target, error)))
            break;
        unsigned length = target->length;
        while (length > 0 && !rows->levels[length].matters)
            length--;
        target->next = rows->levels[length].waiting;
        rows->levels[length].waiting = (uint32_t)i;
    }
    for (unsigned k = rows->depth + 1; k > 0 && status == PLX_OK; k--)
        status = give(rows, k - 1, error);
    rows->count = 0;
    return status;
}

static enum plx_status reserve(struct plx_ngram_rows *rows, const struct plx_window *windows, size_t count,
                               struct plx_error *error)
{
    size_t targets = 0;
    for (size_t w = 0; w < count && targets < TARGETS_MOST; w++)
        targets += windows[w].end - windows[w].first;
    if (targets > TARGETS_MOST)
        targets = TARGETS_MOST;
    if (targets <= rows->capacity)
        return PLX_OK;
    enum plx_status status = plx_resize_array(&rows->targets, targets, sizeof *rows->targets, error);
    if (status == PLX_OK)
        status = plx_resize_array(&rows->places, targets, sizeof *rows->places, error);
    if (status == PLX_OK)
        rows->capacity = targets;
    return status;
}

enum plx_status plx_ngram_rows_give(struct plx_ngram_rows *rows, const struct plx_window *windows,
                                    size_t count, plx_distribution_sink *sink, void *user,
                                    struct plx_error *error)
{
    const size_t most = rows->model->base.info.order - 1;
    size_t place = 0;
    enum plx_status status = reserve(rows, windows, count, error);
    rows->sink = sink;
    rows->user = user;
    rows->count = 0;
    for (size_t w = 0; w < count; w++) {
        for (size_t t = windows[w].first; t < windows[w].end && status == PLX_OK; t++) {
            const uint32_t *end = windows[w].ids + t;
            rows->targets[rows->count++] = (struct target){
                .end = end,
                .place = place++,
                .length = (uint8_t)plx_ngram_reach(end, t, most),
            };
            if (rows->count == rows->capacity)
                status = give_gathered(rows, error);
        }
    }
    return status ? status : give_gathered(rows, error);
}
