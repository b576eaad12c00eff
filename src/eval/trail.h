/* What is asked for that needs the tokens one after the other: documents, and the worst and best tokens with
   what stands around them. Every token that the protocol keeps passes, in the order of the corpus; its score
   follows before the next one passes, if it has one. */
#ifndef PLX_EVAL_TRAIL_H
#define PLX_EVAL_TRAIL_H

#include <perplex/evaluate.h>

#include "eval/documents.h"
#include "eval/extremes.h"

/* Tokens that are remembered: the one that is decided about, and those around it. */
#define PLX_TRAIL_SLOTS (PLX_CONTEXT_BEFORE + 1 + PLX_CONTEXT_AFTER)

struct plx_trail_slot {
    struct plx_context_token token;
    uint64_t document;
    struct plx_snippet document_id;
    bool begins_unit;
    bool scored; /* what follows is known */
    uint64_t unit, position;
    unsigned order, flags;
    double nats;
};

/* Zero-initialised is empty. */
struct plx_trail {
    bool ids;      /* tokens have some */
    bool contexts; /* tokens are remembered */
    struct plx_documents documents;
    struct plx_extremes worst, best;
    struct plx_snippet document_id;
    uint64_t passed;                              /* tokens */
    struct plx_trail_slot slots[PLX_TRAIL_SLOTS]; /* token i is in i % PLX_TRAIL_SLOTS */
};

/* The first tokens of the corpus to pass belong to no document until one begins. */
void plx_trail_init(struct plx_trail *trail, const struct plx_breakdown_options *options, bool ids);

/* The document of that number begins; {NULL, 0}: it has no id. */
enum plx_status plx_trail_begin_document(struct plx_trail *trail, uint64_t number, struct plx_word id,
                                         struct plx_error *error);

/* A token; {NULL, 0}: its spelling is not known. */
enum plx_status plx_trail_pass(struct plx_trail *trail, struct plx_word spelled, uint32_t id,
                               bool begins_unit, struct plx_error *error);

/* What the token that passed last costs. */
void plx_trail_score(struct plx_trail *trail, const struct plx_token_score *score, uint32_t bytes);

/* The end of the corpus: decides about the last tokens, and sorts. */
enum plx_status plx_trail_finish(struct plx_trail *trail, struct plx_error *error);

void plx_trail_release(struct plx_trail *trail);

#endif
