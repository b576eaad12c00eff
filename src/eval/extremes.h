/* The tokens that cost most, or least: the first so many of them, in bounded memory. */
#ifndef PLX_EVAL_EXTREMES_H
#define PLX_EVAL_EXTREMES_H

#include <perplex/status.h>

#include "eval/snippet.h"

/* How many tokens of its unit are spelled on either side of a token. */
#define PLX_CONTEXT_BEFORE 16
#define PLX_CONTEXT_AFTER  8

struct plx_context_token {
    uint32_t id; /* PLX_NO_TOKEN if it has none */
    struct plx_snippet spelled;
};

/* A scored token with what stands around it, in the order of the corpus. */
struct plx_extreme {
    uint64_t at; /* among all tokens that the protocol keeps: the earlier one comes first among equals */
    uint64_t unit, position;
    uint64_t document; /* from 0 */
    double nats;
    double compared[2];    /* where `nats` is a difference: BASE's and NEW's */
    unsigned order, flags; /* as in struct plx_token_score */
    struct plx_snippet document_id;
    struct plx_context_token token;
    uint8_t before_count, after_count;
    struct plx_context_token before[PLX_CONTEXT_BEFORE], after[PLX_CONTEXT_AFTER];
};

/* Zero-initialised with `most` is empty. */
struct plx_extremes {
    size_t most;
    bool lowest;              /* those that cost least */
    struct plx_extreme *list; /* [count] */
    uint32_t *heap; /* [count] indices of the list, the one to go first at the top; in the end sorted */
    size_t count, capacity;
};

/* Whether a token is to be added; the later ones of the same cost are not. */
bool plx_extremes_wants(const struct plx_extremes *extremes, double nats);

/* Adds a token that is wanted, and drops another if there are too many. Tokens come in the order of the
   corpus. */
enum plx_status plx_extremes_add(struct plx_extremes *extremes, const struct plx_extreme *token,
                                 struct plx_error *error);

/* Sorts the heap, the most extreme first. Nothing can be added afterwards. */
void plx_extremes_sort(struct plx_extremes *extremes);

void plx_extremes_release(struct plx_extremes *extremes);

#endif
