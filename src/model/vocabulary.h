/* A set of words numbered from 0, words being any bytes. Immutable once filled; then any thread may look up.

   Words are identified by their 64-bit hash (MurmurHash64A, seed 0, as in KenLM's files), in lines of 64
   bytes, so that one cache line answers nearly every question; in memory and in our own files alike (native
   byte order):

       hashes u64[5] | ids + 1 u32[5], 0 for an empty slot | u32 noting tags 0 … 31

   A word's home is the line that the upper bits of its hash point to. Where that is full it goes to the
   nearest line behind that has room, and every line that it has passed notes its tag (the hash modulo 32); a
   search that does not find its word goes on only where that tag has passed. Behind the last home are spare
   lines, so that nothing wraps around. Slots are filled from the first on.

   What a false match is worth: a word of the text that is not in the vocabulary passes for one that is where
   the hashes are equal: with a probability of V · 2^-64 for each different word. Of ten million different
   unknown words and a vocabulary of a million, one does with a probability of 5.4e-7; comparing the length
   too would make that some ten times less. Two words of the vocabulary itself are told apart by their bytes
   when they are added, and refused where their hashes are equal (2.7e-8 for a million words). */
#ifndef PLX_MODEL_VOCABULARY_H
#define PLX_MODEL_VOCABULARY_H

#include <perplex/model.h>

#include "base/hash.h"

struct plx_vocabulary;

/* Room for about `expected` words is made ahead (a hint). NULL on failure. */
struct plx_vocabulary *plx_vocabulary_new(size_t expected, struct plx_error *error);
void plx_vocabulary_free(struct plx_vocabulary *vocabulary); /* NULL is fine */

/* Adds a word with the next id. If it is there already *id is PLX_NO_TOKEN and nothing is added. The text is
   copied. Not to a mapped one. PLX_UNSUPPORTED for another word of the same hash; PLX_MEMORY. */
enum plx_status plx_vocabulary_add(struct plx_vocabulary *vocabulary, struct plx_word word, uint32_t *id,
                                   struct plx_error *error);

/* Adds a word with the next id that no lookup finds: the symbol for unknown words of a model that has none in
   its text. Once. */
enum plx_status plx_vocabulary_add_unlisted(struct plx_vocabulary *vocabulary, struct plx_word word,
                                            struct plx_error *error);

size_t plx_vocabulary_size(const struct plx_vocabulary *vocabulary);

/* PLX_NO_TOKEN where there is none. */
uint32_t plx_vocabulary_find(const struct plx_vocabulary *vocabulary, struct plx_word word);
uint32_t plx_vocabulary_find_text(const struct plx_vocabulary *vocabulary, const char *word);

/* {NULL, 0} out of range; {"", 0} where a mapped one is damaged. */
struct plx_word plx_vocabulary_word(const struct plx_vocabulary *vocabulary, uint32_t id);

/* A vocabulary as it lies in memory or in a file. */
struct plx_vocabulary_parts {
    size_t size;            /* V */
    const uint8_t *lines;   /* [homes + spare][64], best at a multiple of 64 */
    uint64_t homes, spare;  /* both ≥ 1 */
    const uint8_t *offsets; /* u64[V + 1] into the text: word i is offsets[i] … offsets[i + 1] − 1 */
    const char *text;
    uint64_t text_bytes;
};

#define PLX_VOCABULARY_LINE ((size_t)64) /* bytes */

/* How many homes a vocabulary of `size` words has in a file. */
uint64_t plx_vocabulary_homes(size_t size);

/* Lays the lines out as in a file: plx_vocabulary_homes, and bytes that follow from the words alone. */
enum plx_status plx_vocabulary_pack(struct plx_vocabulary *vocabulary, struct plx_error *error);

/* Valid until the next word is added. */
struct plx_vocabulary_parts plx_vocabulary_parts(const struct plx_vocabulary *vocabulary);

/* A vocabulary that lies elsewhere and stays there: nothing of it is read before it is asked for, and
   whatever is read, nothing out of bounds is. NULL on failure. */
struct plx_vocabulary *plx_vocabulary_map(const struct plx_vocabulary_parts *parts, struct plx_error *error);

/* The hash that words are known by, of a word behind which 8 bytes more can be read, whatever they are: for
   the lookup of words that are hashed where they are read. Any thread. */
static inline uint64_t plx_vocabulary_hash_padded(struct plx_word word)
{
    return plx_hash64_padded(word.text, word.length, 0);
}

/* plx_vocabulary_find of many words whose hashes (plx_hash64, seed 0) are known, with the memory accesses
   overlapped. */
void plx_vocabulary_find_hashed(const struct plx_vocabulary *vocabulary, const uint64_t *hashes, size_t count,
                                uint32_t *ids);

#endif
