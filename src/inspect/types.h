/* Distinct tokens: how many there are, and how often each occurs. Both are bounded in memory and say when the
   bound was met. Words are told apart by 64-bit hashes, as in the vocabularies: that two of ten million share
   one has a probability of about one in 400,000. */
#ifndef PLX_INSPECT_TYPES_H
#define PLX_INSPECT_TYPES_H

#include <perplex/status.h>
#include <perplex/word.h>

#include <stdbool.h>

/* A set that is only counted: 16 to 32 bytes a type. Zero-initialised with `most` is empty. */
struct plx_distinct {
    uint64_t *slots; /* [mask + 1] hashes; 0: empty */
    size_t mask;
    uint64_t count;
    uint64_t most;
    bool full; /* others have been met since count reached `most` */
};

enum plx_status plx_distinct_add(struct plx_distinct *distinct, const struct plx_word *words, size_t count,
                                 struct plx_error *error);
void plx_distinct_release(struct plx_distinct *distinct);

/* A type and how often it was met. */
struct plx_type {
    uint64_t hash, count, offset; /* of its text */
    uint32_t length;
};

/* Words with their text. */
struct plx_type_table {
    struct plx_type *types; /* [count], in the order of their first occurrence */
    size_t count, capacity;
    uint32_t *slots; /* [mask + 1], index + 1 of types; 0: empty */
    size_t mask;
    char *text;
    size_t text_size, text_capacity;
    uint64_t most; /* types */
    bool full;     /* others have been met, and are not in the table */
};

/* Adds `times` occurrences of the word, of less than 4 GiB. */
enum plx_status plx_type_table_add(struct plx_type_table *table, struct plx_word word, uint64_t times,
                                   struct plx_error *error);

/* Of the type `index`; valid until the next word is added. */
struct plx_word plx_type_table_word(const struct plx_type_table *table, size_t index);

/* Sorts the types: the most frequent first, among equals by their bytes. Nothing can be added afterwards. */
void plx_type_table_sort(struct plx_type_table *table);

void plx_type_table_release(struct plx_type_table *table);

#endif
