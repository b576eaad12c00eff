/* Whether the parts of n-grams, context and suffix, are stored too: of a batch of n-grams after the other.
   The answers to one batch are looked at when the next has been read, so that the memory has that time. */
#ifndef PLX_MODEL_ARPA_PARTS_H
#define PLX_MODEL_ARPA_PARTS_H

#include "base/prefetch.h"
#include "model/arpa_notes.h"
#include "model/ngram_table.h"

/* N-grams of a batch. */
#define PLX_ARPA_BATCH ((size_t)32)

struct plx_arpa_parts {
    const struct plx_ngram_table *table; /* of the order below */
    uint64_t keys[2 * PLX_ARPA_BATCH];   /* [asked] */
    size_t asked;
    uint64_t lines[PLX_ARPA_BATCH];                          /* [count] where the n-grams are */
    uint8_t context[PLX_ARPA_BATCH], suffix[PLX_ARPA_BATCH]; /* [count] the questions about them */
    size_t count;
};

static inline uint8_t plx_arpa_parts_key(struct plx_arpa_parts *parts, uint64_t key)
{
    if (parts->table->homes > 0)
        plx_prefetch(plx_ngram_home(parts->table, plx_ngram_scatter(key)));
    parts->keys[parts->asked] = key;
    return (uint8_t)parts->asked++;
}

/* Asks about an n-gram more, the batch's at most PLX_ARPA_BATCH-th, by the keys of its parts.

   Files are sorted by context, or by suffix, or one n-gram follows the other as in a text: a part is often
   one of the n-gram before. */
static inline void plx_arpa_parts_ask(struct plx_arpa_parts *parts, uint64_t context, uint64_t suffix,
                                      uint64_t line)
{
    const size_t i = parts->count++;
    const uint8_t c = i > 0 ? parts->context[i - 1] : 0, s = i > 0 ? parts->suffix[i - 1] : 0;
    parts->lines[i] = line;
    if (i > 0 && parts->keys[s] == context)
        parts->context[i] = s;
    else
        parts->context[i] = i > 0 && parts->keys[c] == context ? c : plx_arpa_parts_key(parts, context);
    parts->suffix[i] = i > 0 && parts->keys[s] == suffix ? s : plx_arpa_parts_key(parts, suffix);
}

/* Notes which n-grams of the batch lack a part; then there is none. */
void plx_arpa_parts_answer(struct plx_arpa_parts *parts, struct plx_arpa_notes *notes);

#endif
