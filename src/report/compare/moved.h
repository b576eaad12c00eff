/* Which tokens and documents got worse and better: fed with the tokens of two results, in the order of the
   corpus, in bounded memory but for 8 bytes a document. */
#ifndef PLX_REPORT_MOVED_H
#define PLX_REPORT_MOVED_H

#include "eval/extremes.h"
#include "report/tokens/token_file.h"

/* How many tokens of its unit are shown before and behind one. */
#define PLX_MOVED_BEFORE 5
#define PLX_MOVED_AFTER  2
#define PLX_MOVED_SLOTS  (PLX_MOVED_BEFORE + 1 + PLX_MOVED_AFTER)

/* A document, and what it costs in both: sums. */
struct plx_moved_document {
    uint64_t number; /* among those that have a scored token, from 0 */
    struct plx_snippet id;
    uint64_t tokens;
    double nats[2]; /* sums of BASE and NEW */
    double change;  /* sum of the differences */
};

/* Those that moved most in one direction, the most first, by how much they moved the whole. */
struct plx_moved_documents {
    struct plx_moved_document *list; /* [count] of [most] */
    size_t count;
};

struct plx_moved_slot {
    struct plx_context_token token;
    bool begins_unit;
    uint64_t unit, position, document;
    struct plx_snippet document_id;
    unsigned flags;
    double nats[2], change;
};

/* Zero-initialised is empty. */
struct plx_moved {
    size_t most; /* how many are listed of each kind and in each direction */
    bool units_are_documents;
    bool has_ids;                      /* some token has a document's id */
    struct plx_extremes worse, better; /* tokens, by their change */
    struct plx_moved_documents worse_documents, better_documents;
    uint64_t worse_count, better_count; /* documents */
    uint64_t undefined_count;           /* those that are infinite in both, whose change is no number */

    size_t *document_begins; /* [document_count] index of each one's first token */
    size_t document_count, document_capacity;

    struct plx_moved_document document; /* at hand */
    uint64_t unit;                      /* of the last token */
    uint64_t passed;                    /* tokens */
    char *id;                           /* of the document at hand */
    size_t id_length, id_capacity;
    struct plx_moved_slot slots[PLX_MOVED_SLOTS];
};

/* *moved is zero-initialised but for `most` and `units_are_documents`. PLX_MEMORY. */
enum plx_status plx_moved_init(struct plx_moved *moved, struct plx_error *error);

/* The next token, with what it costs in both. PLX_MEMORY. */
enum plx_status plx_moved_add(struct plx_moved *moved, const struct plx_token_score *token, double base,
                              double new, struct plx_error *error);

/* The end of the corpus: sorts. PLX_MEMORY. */
enum plx_status plx_moved_finish(struct plx_moved *moved, struct plx_error *error);

/* Whether documents can be told apart, after the end. */
bool plx_moved_tells_documents(const struct plx_moved *moved);

/* The share of those documents that got worse whose change is a number; 0 where there is none. */
double plx_moved_worse_share(const struct plx_moved *moved);

void plx_moved_release(struct plx_moved *moved);

#endif
