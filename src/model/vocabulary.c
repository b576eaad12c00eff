#include "model/vocabulary.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* How many words of a batch are hashed and prefetched ahead of their comparison. */
#define BATCH 32

/* 2^31 slots at most: ids stay below PLX_NO_TOKEN. */
#define WORDS_MAX ((size_t)1 << 30)

/* A word is looked up by its length and 64-bit hash alone, so that one cache line answers. That a word of the
   text which is not in the vocabulary passes for one that is has a probability of 2^-64 for each pair of such
   words: with ten million different unknown words and a vocabulary of a million, one in two million. KenLM's
   files identify words in the same way. Two words of the vocabulary itself are told apart by their bytes when
   they are added. */
struct slot {
    uint64_t hash;
    uint32_t id; /* PLX_NO_TOKEN: empty */
    uint32_t length;
};

struct plx_vocabulary {
    struct slot *slots; /* [mask + 1], at most half of them taken */
    size_t mask;
    uint64_t *offsets; /* [size + 1] into text */
    size_t size;
    size_t capacity;        /* of offsets, less one */
    struct plx_buffer text; /* the words, one behind the other */
};

static struct slot *new_slots(size_t count, struct plx_error *error)
{
    struct slot *slots = plx_new_array(count, sizeof *slots, error);
    if (slots) {
        for (size_t i = 0; i < count; i++)
            slots[i].id = PLX_NO_TOKEN;
    }
    return slots;
}

struct plx_vocabulary *plx_vocabulary_new(size_t expected, struct plx_error *error)
{
    size_t slots = 64;
    while (slots < expected * 2 && slots < WORDS_MAX)
        slots *= 2;
    struct plx_vocabulary *vocabulary = plx_new_array(1, sizeof *vocabulary, error);
    if (!vocabulary)
        return NULL;
    plx_buffer_init(&vocabulary->text, SIZE_MAX / 2);
    vocabulary->mask = slots - 1;
    vocabulary->capacity = slots / 2;
    vocabulary->slots = new_slots(slots, error);
    vocabulary->offsets = plx_new_array(vocabulary->capacity + 1, sizeof *vocabulary->offsets, error);
    if (!vocabulary->slots || !vocabulary->offsets) {
        plx_vocabulary_free(vocabulary);
        return NULL;
    }
    return vocabulary;
}

void plx_vocabulary_free(struct plx_vocabulary *vocabulary)
{
    if (!vocabulary)
        return;
    plx_buffer_release(&vocabulary->text);
    free(vocabulary->slots);
    free(vocabulary->offsets);
    free(vocabulary);
}

static struct plx_word word_at(const struct plx_vocabulary *vocabulary, uint32_t id)
{
    const uint64_t *offset = vocabulary->offsets + id;
    return (struct plx_word){(const char *)vocabulary->text.data + offset[0],
                             (size_t)(offset[1] - offset[0])};
}

/* The slot of the word, or the empty slot where it would go. */
static size_t find_slot(const struct plx_vocabulary *vocabulary, struct plx_word word, uint64_t hash)
{
    for (size_t i = (size_t)hash & vocabulary->mask;; i = (i + 1) & vocabulary->mask) {
        const struct slot *slot = vocabulary->slots + i;
        if ((slot->hash == hash && slot->length == (uint32_t)word.length) || slot->id == PLX_NO_TOKEN)
            return i;
    }
}

static uint64_t hash_word(struct plx_word word)
{
    return plx_hash64(word.text, word.length, 0);
}

/* Doubles the slots and the room for offsets. */
static enum plx_status grow(struct plx_vocabulary *vocabulary, struct plx_error *error)
{
    if (vocabulary->size >= WORDS_MAX)
        return plx_error_set(error, PLX_UNSUPPORTED, "a vocabulary of more than %zu words",
                             (size_t)WORDS_MAX);
    const size_t count = (vocabulary->mask + 1) * 2;
    const enum plx_status status =
        plx_resize_array(&vocabulary->offsets, count / 2 + 1, sizeof *vocabulary->offsets, error);
    if (status)
        return status;
    vocabulary->capacity = count / 2;
    struct slot *slots = new_slots(count, error);
    if (!slots)
        return PLX_MEMORY;
    free(vocabulary->slots);
    vocabulary->slots = slots;
    vocabulary->mask = count - 1;
    for (uint32_t id = 0; id < vocabulary->size; id++) {
        const uint64_t hash = hash_word(word_at(vocabulary, id));
        size_t i = (size_t)hash & vocabulary->mask;
        while (slots[i].id != PLX_NO_TOKEN)
            i = (i + 1) & vocabulary->mask;
        slots[i] = (struct slot){hash, id, (uint32_t)word_at(vocabulary, id).length};
    }
    return PLX_OK;
}

enum plx_status plx_vocabulary_add(struct plx_vocabulary *vocabulary, struct plx_word word, uint32_t *id,
                                   struct plx_error *error)
{
    enum plx_status status;
    if (vocabulary->size == vocabulary->capacity && (status = grow(vocabulary, error)))
        return status;
    const uint64_t hash = hash_word(word);
    struct slot *slot = vocabulary->slots + find_slot(vocabulary, word, hash);
    if (slot->id != PLX_NO_TOKEN) {
        const struct plx_word found = word_at(vocabulary, slot->id);
        if (memcmp(found.text, word.text, word.length) != 0)
            return plx_error_set(error, PLX_UNSUPPORTED,
                                 "two words of the vocabulary have the same 64-bit hash");
        *id = PLX_NO_TOKEN;
        return PLX_OK;
    }
    if ((status = plx_buffer_append(&vocabulary->text, word.text, word.length, error)))
        return status;
    *id = (uint32_t)vocabulary->size++;
    vocabulary->offsets[vocabulary->size] = vocabulary->text.size;
    *slot = (struct slot){hash, *id, (uint32_t)word.length};
    return PLX_OK;
}

size_t plx_vocabulary_size(const struct plx_vocabulary *vocabulary)
{
    return vocabulary->size;
}

uint32_t plx_vocabulary_find(const struct plx_vocabulary *vocabulary, struct plx_word word)
{
    return vocabulary->slots[find_slot(vocabulary, word, hash_word(word))].id;
}

uint32_t plx_vocabulary_find_text(const struct plx_vocabulary *vocabulary, const char *word)
{
    return plx_vocabulary_find(vocabulary, (struct plx_word){word, strlen(word)});
}

void plx_vocabulary_find_all(const struct plx_vocabulary *vocabulary, const struct plx_word *words,
                             size_t count, uint32_t *ids)
{
    uint64_t hashes[BATCH];
    for (size_t done = 0; done < count; done += BATCH) {
        const size_t n = count - done < BATCH ? count - done : BATCH;
        for (size_t i = 0; i < n; i++) {
            hashes[i] = hash_word(words[done + i]);
            __builtin_prefetch(vocabulary->slots + ((size_t)hashes[i] & vocabulary->mask));
        }
        for (size_t i = 0; i < n; i++)
            ids[done + i] = vocabulary->slots[find_slot(vocabulary, words[done + i], hashes[i])].id;
    }
}

struct plx_word plx_vocabulary_word(const struct plx_vocabulary *vocabulary, uint32_t id)
{
    if (id >= vocabulary->size)
        return (struct plx_word){NULL, 0};
    return word_at(vocabulary, id);
}

void plx_vocabulary_find_hashed(const struct plx_vocabulary *vocabulary, const uint64_t *hashes,
                                const uint32_t *lengths, size_t count, uint32_t *ids)
{
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(vocabulary->slots + ((size_t)hashes[i] & vocabulary->mask));
    for (size_t i = 0; i < count; i++) {
        const struct plx_word word = {NULL, lengths[i]};
        ids[i] = vocabulary->slots[find_slot(vocabulary, word, hashes[i])].id;
    }
}
