/* What follows a context in an n-gram model: the words w for which the n-gram h·w is stored, with their
   log10 p. Most of a vocabulary follows no context, so that a whole distribution is the unigrams but for
   these.

   No format says which words follow: tables know n-grams by keys, and a trie goes from the newest word to the
   oldest. They are found by asking for h·w, w being each of those that follow h without its first word: an
   n-gram is stored only with its suffix, and where a file lacks suffixes all words are asked for. What
   follows a single word is asked for with all of the vocabulary and remembered by the model, for all
   sessions: at most 8 bytes for each 2-gram and 48 for each word of the vocabulary, as far as words have been
   met. */
#ifndef PLX_MODEL_NGRAM_SUCCESSORS_H
#define PLX_MODEL_NGRAM_SUCCESSORS_H

#include "model/ngram.h"

struct plx_ngram_successor {
    uint32_t id;
    float probability; /* of the n-gram: log10 */
};

/* What follows a context of k words: the n-grams of k + 1 words, by ascending id. */
struct plx_ngram_list {
    const struct plx_ngram_successor *successors; /* [count] */
    size_t count;
    bool all; /* longer n-grams may end in any word, whether it is among these or not */
};

/* What a model remembers. */
struct plx_ngram_successors;

/* NULL on failure. */
struct plx_ngram_successors *plx_ngram_successors_new(struct plx_error *error);

/* NULL is fine. */
void plx_ngram_successors_free(struct plx_ngram_successors *successors);

/* Asks for successors, for one thread at a time. */
struct plx_ngram_finder;

/* NULL on failure. The model must stay. */
struct plx_ngram_finder *plx_ngram_finder_new(const struct plx_ngram_model *model, struct plx_error *error);

/* NULL is fine. */
void plx_ngram_finder_free(struct plx_ngram_finder *finder);

/* log10 p of all words without context: [V], the model's. */
const float *plx_ngram_unigrams(const struct plx_ngram_finder *finder);

/* The backoffs of a context of `length` words, 1 … order − 1, the last of which is end[−1]: backoffs[k] is
   that of its last k words, 0 where they are not stored; k = 1 … length. */
void plx_ngram_context_backoffs(struct plx_ngram_finder *finder, const uint32_t *end, unsigned length,
                                float *backoffs);

/* What follows the word. The list is the model's. */
enum plx_status plx_ngram_follow_word(struct plx_ngram_finder *finder, uint32_t word,
                                      struct plx_ngram_list *list, struct plx_error *error);

/* What follows a context of `length` words, 1 … order − 1; `shorter` is what follows it without its first
   word: of its members only `all` matters where that is set. The list is in *memory (of *capacity; grown, the
   caller's) until that is used again. */
enum plx_status plx_ngram_follow(struct plx_ngram_finder *finder, const uint32_t *end, unsigned length,
                                 const struct plx_ngram_list *shorter, struct plx_ngram_list *list,
                                 struct plx_ngram_successor **memory, size_t *capacity,
                                 struct plx_error *error);

#endif
