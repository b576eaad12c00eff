/* Backoff n-gram models, whatever file they came from, and the scoring of them.

   p(w | h) is that of the longest stored n-gram that is a suffix of h·w, times the backoffs of all longer
   contexts that are stored (the rule of the ARPA format). Probabilities and backoffs are float32 logarithms
   to the base 10, added in double.

   Scoring goes by blocks of positions, and in a block order by order: all n-grams of two words, then those of
   three of the positions that had one of two, and so on, so that the memory accesses of a block overlap. What
   n-grams are looked up in is behind struct plx_ngram_search, which is asked once for each order of a block.
   Three places implement it: ngram_hash.c (our tables), kenlm_probing.c, kenlm_trie.c. */
#ifndef PLX_MODEL_NGRAM_H
#define PLX_MODEL_NGRAM_H

#include "model/model.h"
#include "model/ngram_sink.h"
#include "model/stored.h"

/* Orders fit a byte. */
#define PLX_NGRAM_ORDER_MAX 255

/* Positions searched together: enough to overlap the memory accesses, few enough to stay in the first-level
   caches. */
#define PLX_NGRAM_BLOCK 512

/* The position behind them, to which a search may write what is of no position, and the length of a row that
   has it too. */
#define PLX_NGRAM_NOWHERE PLX_NGRAM_BLOCK
#define PLX_NGRAM_ROW     (PLX_NGRAM_BLOCK + 16) /* whole cache lines */

/* How many positions ahead of the one at hand the unigrams are fetched. */
#define PLX_NGRAM_UNIGRAMS_AHEAD 32

/* Where the search of a position stands: what the structure needs to go on to the next order (a key; a range
   of entries). */
struct plx_ngram_state {
    uint64_t first, second;
};

/* What is known of the positions of a block: the n-grams that end there. */
struct plx_ngram_block {
    size_t count;
    const uint32_t *id[PLX_NGRAM_BLOCK]; /* id[i][0] is the word, id[i][−k] the one k places before */
    uint8_t reach[PLX_NGRAM_BLOCK];      /* the most words that an n-gram ending here may have: at most
                                            the model's order; 0 for an unknown word */
    uint8_t length[PLX_NGRAM_ROW];       /* of the longest n-gram found; 1 at the beginning */
    float probability[PLX_NGRAM_ROW];    /* of that; −0 may stand for 0, but for order 1 */
    struct plx_ngram_state state[PLX_NGRAM_BLOCK];
    float *backoffs;                 /* [order − 1][PLX_NGRAM_ROW]: row k − 1 has those of the
                                        n-grams of k words that end at a position; 0 where there is
                                        none, as it is at the beginning */
    uint16_t alive[PLX_NGRAM_BLOCK]; /* positions whose search goes on */
    size_t alive_count;
};

struct plx_ngram_model;

/* What a structure of n-grams does. All are called by any number of threads at once. */
struct plx_ngram_search {
    /* Order 1. For every position of reach > 0: sets probability, backoffs row 0 (where the
       model's order is above 1) and state; and makes the list of those that are alive, reach > 1. */
    void (*unigrams)(const struct plx_ngram_model *model, struct plx_ngram_block *block);

    /* Order `order` > 1, for the positions that are alive: looks up the n-gram of so many words that ends
       there. Where it is stored sets probability, length, state, and row order − 1 of the backoffs (unless
       the order is the model's highest). Alive afterwards are those of reach > order whose longer n-grams
       may be stored. */
    void (*ngrams)(const struct plx_ngram_model *model, struct plx_ngram_block *block, unsigned order);

    /* Instead of all that comes before order `order` > 1, for positions of which it is known that the search
       would get there, all of them: makes the list of those that are alive, and sets their states. What it
       does to lengths, probabilities and backoffs of lower orders is up to it. */
    void (*begin)(const struct plx_ngram_model *model, struct plx_ngram_block *block, unsigned order);
};

/* Formats' own structs begin with it. */
struct plx_ngram_model {
    struct plx_model base;
    const struct plx_ngram_search *search;
    uint64_t *counts;                        /* [order], owned */
    struct plx_ngram_successors *successors; /* for full distributions (ngram_successors.h); owned */

    /* Gives a sink all n-grams of `order` > 1: begin, add, end. NULL where the keys are not at hand. */
    enum plx_status (*export)(const struct plx_ngram_model *model, unsigned order,
                              struct plx_ngram_sink *sink, struct plx_error *error);

    /* Gives the values of all n-grams of an order, 1 … the model's, as plx_model_each_stored does; NULL where
       they cannot be had. */
    bool (*each)(const struct plx_ngram_model *model, unsigned order, plx_take_ngrams *take, void *user);

    /* Releases what is the format's own, not the struct; may be NULL. */
    void (*close)(struct plx_ngram_model *model);
};

/* For models whose words are in a struct plx_vocabulary. */
extern const struct plx_model_class plx_ngram_class;

/* For a class of n-gram models that have their words elsewhere, which adds lookup and token. */
#define PLX_NGRAM_CLASS_SLOTS                                                                               \
    .close = plx_ngram_close, .session_new = plx_ngram_session_new, .session_free = plx_ngram_session_free, \
    .score = plx_ngram_score, .distributions = plx_ngram_distributions

void plx_ngram_close(struct plx_model *base);
struct plx_session *plx_ngram_session_new(const struct plx_model *model, struct plx_error *error);
void plx_ngram_session_free(struct plx_session *base);
enum plx_status plx_ngram_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                const struct plx_scores *scores, struct plx_error *error);
enum plx_status plx_ngram_distributions(struct plx_session *base, const struct plx_window *windows,
                                        size_t count, plx_distribution_sink *sink, void *user,
                                        struct plx_error *error);

/* For structures that know n-grams by their keys (ngram_key.h): sets state.first of all positions to the key
   of the n-gram of `order` words that ends there, and makes the list of those that are alive, all. */
void plx_ngram_set_keys(struct plx_ngram_block *block, unsigned order);

/* How many of the words before ids[0], of which there are `before`, are a context: `most` at most, those
   behind the last unknown one. */
size_t plx_ngram_reach(const uint32_t *ids, size_t before, size_t most);

/* The error of a number that is none. Files that are used in place are not looked through when they are
   opened. */
enum plx_status plx_ngram_refuse_damaged(const struct plx_model *model, struct plx_error *error);

/* The end of opening: fills in what follows from the order, the counts and the vocabulary, which are set
   (kind, capabilities, roles, parameters), and makes what all sessions will share. */
enum plx_status plx_ngram_describe(struct plx_ngram_model *model, struct plx_error *error);

#endif
