#include "model/ngram_successors.h"

#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What follows a word, in one block of memory. */
struct followers {
    size_t count;
    bool all;
    struct plx_ngram_successor successors[];
};

/* What is found out once for a model. */
struct found {
    size_t types;                           /* V */
    float *unigrams;                        /* [V] log10 p */
    _Atomic(struct followers *) *followers; /* [V]; NULL: not asked for yet */
};

/* Whoever has found something puts it here, unless another thread was faster: it is the same then. What is
   here stays. */
struct plx_ngram_successors {
    _Atomic(struct found *) found;
};

struct plx_ngram_finder {
    const struct plx_ngram_model *model;
    struct found *found; /* the model's */
    struct plx_ngram_block block;
    /* [PLX_NGRAM_BLOCK, order] the n-grams of the block: each of them has words of its own, the newest one in
       the last column. */
    uint32_t *words;
    struct plx_ngram_successor *memory; /* what follows a word, until it is known how many */
    size_t capacity;
};

struct plx_ngram_successors *plx_ngram_successors_new(struct plx_error *error)
{
    return plx_new_array(1, sizeof(struct plx_ngram_successors), error);
}

static void free_found(struct found *found)
{
    if (!found)
        return;
    for (size_t i = 0; found->followers && i < found->types; i++)
        free(atomic_load_explicit(found->followers + i, memory_order_relaxed));
    free(found->followers);
    free(found->unigrams);
    free(found);
}

void plx_ngram_successors_free(struct plx_ngram_successors *successors)
{
    if (!successors)
        return;
    free_found(atomic_load_explicit(&successors->found, memory_order_relaxed));
    free(successors);
}

/* Puts `count` words into the block, none of which has n-grams of more than `reach` words. */
static void set_block(struct plx_ngram_block *block, size_t count, unsigned reach)
{
    block->count = count;
    memset(block->reach, (int)reach, count);
    memset(block->length, 1, count);
}

static uint32_t *newest(const struct plx_ngram_finder *finder, size_t i)
{
    const size_t order = finder->model->base.info.order;
    return finder->words + i * order + (order - 1);
}

static void find_unigrams(struct plx_ngram_finder *finder, float *unigrams, size_t types)
{
    for (size_t done = 0; done < types; done += PLX_NGRAM_BLOCK) {
        const size_t count = types - done < PLX_NGRAM_BLOCK ? types - done : PLX_NGRAM_BLOCK;
        for (size_t i = 0; i < count; i++)
            *newest(finder, i) = (uint32_t)(done + i);
        set_block(&finder->block, count, 1);
        finder->model->search->unigrams(finder->model, &finder->block);
        memcpy(unigrams + done, finder->block.probability, count * sizeof *unigrams);
    }
}

static struct found *new_found(struct plx_ngram_finder *finder, struct plx_error *error)
{
    const size_t types = (size_t)finder->model->base.info.vocabulary;
    struct found *found = plx_new_array(1, sizeof *found, error);
    if (!found)
        return NULL;
    found->types = types;
    found->unigrams = plx_new_array(types, sizeof *found->unigrams, error);
    found->followers = plx_new_array(types, sizeof *found->followers, error);
    if (!found->unigrams || !found->followers) {
        free_found(found);
        return NULL;
    }
    find_unigrams(finder, found->unigrams, types);
    return found;
}

/* The model's, made by whoever asks first. */
static struct found *share(struct plx_ngram_finder *finder, struct plx_error *error)
{
    struct plx_ngram_successors *successors = finder->model->successors;
    struct found *there = atomic_load_explicit(&successors->found, memory_order_acquire);
    struct found *made = there ? NULL : new_found(finder, error);
    if (!made || atomic_compare_exchange_strong_explicit(&successors->found, &there, made,
                                                         memory_order_acq_rel, memory_order_acquire))
        return there ? there : made;
    free_found(made);
    return there;
}

struct plx_ngram_finder *plx_ngram_finder_new(const struct plx_ngram_model *model, struct plx_error *error)
{
    const size_t order = model->base.info.order;
    struct plx_ngram_finder *finder = plx_new_array(1, sizeof *finder, error);
    if (!finder)
        return NULL;
    finder->model = model;
    finder->block.backoffs = plx_new_array(order * PLX_NGRAM_ROW, sizeof *finder->block.backoffs, error);
    finder->words = plx_new_array(PLX_NGRAM_BLOCK * order, sizeof *finder->words, error);
    for (size_t i = 0; finder->words && i < PLX_NGRAM_BLOCK; i++)
        finder->block.id[i] = newest(finder, i);
    if (finder->block.backoffs && finder->words && (finder->found = share(finder, error)))
        return finder;
    plx_ngram_finder_free(finder);
    return NULL;
}

void plx_ngram_finder_free(struct plx_ngram_finder *finder)
{
    if (!finder)
        return;
    free(finder->block.backoffs);
    free(finder->words);
    free(finder->memory);
    free(finder);
}

const float *plx_ngram_unigrams(const struct plx_ngram_finder *finder)
{
    return finder->found->unigrams;
}

void plx_ngram_context_backoffs(struct plx_ngram_finder *finder, const uint32_t *end, unsigned length,
                                float *backoffs)
{
    const struct plx_ngram_model *model = finder->model;
    struct plx_ngram_block *block = &finder->block;
    float *rows = block->backoffs;
    for (unsigned k = 1; k <= length; k++)
        rows[(size_t)(k - 1) * PLX_NGRAM_ROW] = 0.0f;
    memcpy(newest(finder, 0) + 1 - length, end - length, length * sizeof *end);
    set_block(block, 1, length);
    model->search->unigrams(model, block);
    for (unsigned k = 2; k <= length && block->alive_count > 0; k++)
        model->search->ngrams(model, block, k);
    for (unsigned k = 1; k <= length; k++)
        backoffs[k] = rows[(size_t)(k - 1) * PLX_NGRAM_ROW];
}

/* Writes the context before the newest word of `count` n-grams. One word more is in reach where longer
   n-grams there may be, so that the search tells whether it would go on; whatever word that is. */
static void set_context(struct plx_ngram_finder *finder, const uint32_t *end, unsigned length, size_t count)
{
    const bool longer = length + 1 < finder->model->base.info.order;
    for (size_t i = 0; i < count; i++) {
        uint32_t *oldest = newest(finder, i) - length;
        memcpy(oldest, end - length, length * sizeof *end);
        if (longer)
            oldest[-1] = 0;
    }
}

/* Adds the words of the block whose n-grams of `order` words are stored. */
static void take(const struct plx_ngram_finder *finder, unsigned order, struct plx_ngram_successor *memory,
                 struct plx_ngram_list *list)
{
    const struct plx_ngram_block *block = &finder->block;
    for (size_t i = 0; i < block->count; i++) {
        memory[list->count] = (struct plx_ngram_successor){*block->id[i], block->probability[i]};
        list->count += block->length[i] == order;
    }
    for (size_t j = 0; j < block->alive_count && !list->all; j++)
        list->all = block->length[block->alive[j]] != order;
}

static enum plx_status reserve(struct plx_ngram_successor **memory, size_t *capacity, size_t need,
                               struct plx_error *error)
{
    if (*capacity >= need)
        return PLX_OK;
    const size_t grown = plx_grown_capacity(*capacity, need);
    const enum plx_status status = plx_resize_array(memory, grown, sizeof **memory, error);
    if (status == PLX_OK)
        *capacity = grown;
    return status;
}

enum plx_status plx_ngram_follow(struct plx_ngram_finder *finder, const uint32_t *end, unsigned length,
                                 const struct plx_ngram_list *shorter, struct plx_ngram_list *list,
                                 struct plx_ngram_successor **memory, size_t *capacity,
                                 struct plx_error *error)
{
    const struct plx_ngram_model *model = finder->model;
    const unsigned order = length + 1;
    const size_t asked = shorter->all ? finder->found->types : shorter->count;
    *list = (struct plx_ngram_list){0};
    set_context(finder, end, length, asked < PLX_NGRAM_BLOCK ? asked : PLX_NGRAM_BLOCK);
    for (size_t done = 0; done < asked; done += PLX_NGRAM_BLOCK) {
        const size_t count = asked - done < PLX_NGRAM_BLOCK ? asked - done : PLX_NGRAM_BLOCK;
        const enum plx_status status = reserve(memory, capacity, list->count + count, error);
        if (status)
            return status;
        for (size_t i = 0; i < count; i++)
            *newest(finder, i) = shorter->all ? (uint32_t)(done + i) : shorter->successors[done + i].id;
        set_block(&finder->block, count, order + (order < model->base.info.order));
        model->search->begin(model, &finder->block, order);
        if (finder->block.alive_count > 0)
            model->search->ngrams(model, &finder->block, order);
        take(finder, order, *memory, list);
    }
    list->successors = *memory;
    return PLX_OK;
}

/* A copy of just the size; NULL on failure. */
static struct followers *keep(const struct plx_ngram_list *list, struct plx_error *error)
{
    const size_t bytes = list->count * sizeof *list->successors; /* at most 8 · 2^32 */
    struct followers *followers = plx_new_array(1, sizeof *followers + bytes, error);
    if (!followers)
        return NULL;
    followers->count = list->count;
    followers->all = list->all;
    if (bytes > 0)
        memcpy(followers->successors, list->successors, bytes);
    return followers;
}

enum plx_status plx_ngram_follow_word(struct plx_ngram_finder *finder, uint32_t word,
                                      struct plx_ngram_list *list, struct plx_error *error)
{
    static const struct plx_ngram_list everything = {.all = true};
    _Atomic(struct followers *) *place = finder->found->followers + word;
    struct followers *there = atomic_load_explicit(place, memory_order_acquire);
    if (!there) {
        const enum plx_status status = plx_ngram_follow(finder, &word + 1, 1, &everything, list,
                                                        &finder->memory, &finder->capacity, error);
        struct followers *made = status ? NULL : keep(list, error);
        if (!made)
            return PLX_MEMORY;
        if (atomic_compare_exchange_strong_explicit(place, &there, made, memory_order_acq_rel,
                                                    memory_order_acquire))
            there = made;
        else
            free(made);
    }
    *list = (struct plx_ngram_list){there->successors, there->count, there->all};
    return PLX_OK;
}
