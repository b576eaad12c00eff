/* A set of words numbered from 0, words being any bytes. Immutable once filled; then any thread may look up.
 */
#ifndef PLX_MODEL_VOCABULARY_H
#define PLX_MODEL_VOCABULARY_H

#include <perplex/model.h>

#include "base/hash.h"

struct plx_vocabulary;

/* Room for about `expected` words is made ahead (a hint). NULL on failure. */
struct plx_vocabulary *plx_vocabulary_new(size_t expected, struct plx_error *error);
void plx_vocabulary_free(struct plx_vocabulary *vocabulary); /* NULL is fine */

/* Adds a word with the next id. If it is there already *id is PLX_NO_TOKEN and nothing is added. The text is
 * copied. */
enum plx_status plx_vocabulary_add(struct plx_vocabulary *vocabulary, struct plx_word word, uint32_t *id,
                                   struct plx_error *error);

size_t plx_vocabulary_size(const struct plx_vocabulary *vocabulary);

/* PLX_NO_TOKEN where there is none. */
uint32_t plx_vocabulary_find(const struct plx_vocabulary *vocabulary, struct plx_word word);
uint32_t plx_vocabulary_find_text(const struct plx_vocabulary *vocabulary, const char *word);

/* The same for many words, with the memory accesses overlapped. */
void plx_vocabulary_find_all(const struct plx_vocabulary *vocabulary, const struct plx_word *words,
                             size_t count, uint32_t *ids);

/* {NULL, 0} out of range. */
struct plx_word plx_vocabulary_word(const struct plx_vocabulary *vocabulary, uint32_t id);

/* The hash that words are known by, of a word behind which 8 bytes more can be read, whatever they are: for
   the lookup of words that are hashed where they are read. Any thread. */
static inline uint64_t plx_vocabulary_hash_padded(struct plx_word word)
{
    return plx_hash64_padded(word.text, word.length, 0);
}

/* plx_vocabulary_find_all of words of which hashes and lengths are known. */
void plx_vocabulary_find_hashed(const struct plx_vocabulary *vocabulary, const uint64_t *hashes,
                                const uint32_t *lengths, size_t count, uint32_t *ids);

#endif
