/* Units, windows and the positions that they score: turns the stream of encoded tokens into batches for the
   model.

   Every token ends up as a target of exactly one window or is counted as skipped with its reason. What a
   window sees is cut to what the model can use, so that a model of bounded context scores nothing twice and
   keeps little. */
#ifndef PLX_EVAL_WINDOWS_H
#define PLX_EVAL_WINDOWS_H

#include "eval/batch.h"
#include "eval/shard.h"
#include "eval/spelling.h"

/* Why tokens were not scored. */
struct plx_skipped {
    uint64_t no_context; /* nothing that the model could condition on */
    uint64_t masked;     /* context of a window only, by the field score */
    uint64_t
        replaced;   /* overwritten by the start symbol of its window, or being one where it is not scored */
    uint64_t tail;  /* in a partial last window that is dropped */
    uint64_t limit; /* behind the limit */
    uint64_t blank; /* line ends of blank lines */
};

/* Takes a full batch and puts an empty one in its place. */
typedef enum plx_status plx_batch_sink(void *user, struct plx_batch **batch, struct plx_error *error);

struct plx_windows {
    const struct plx_plan *plan;
    size_t batch_targets; /* the most targets of a batch */
    size_t batch_windows; /* see plx_windows_keep_whole, else 0 */
    plx_batch_sink *sink;
    void *user;
    struct plx_batch *batch;         /* being filled */
    struct plx_spelling *spelling;   /* NULL: nobody wants it */
    struct plx_token_counts *counts; /* of what the protocol keeps; NULL: nobody wants them */
    struct plx_parts parts;          /* no batch has targets of two */

    /* The tokens of the unit at hand that are still needed; index `base` of the unit is element 0. */
    uint32_t *ids, *bytes, *characters;
    uint16_t *flags;
    uint64_t *numbers; /* where tokens are numbered, else NULL */
    size_t count, capacity;
    uint64_t base;
    uint64_t starts;           /* start symbols at the unit's beginning */
    uint64_t spelled_starts;   /* start symbols of the corpus, left out since the last token */
    uint64_t decided;          /* tokens before this index are scored or skipped */
    uint64_t window_begin;     /* of the window at hand */
    uint64_t window_end;       /* of the next window; unused without windows */
    bool open;                 /* a unit has begun */
    bool filled;               /* with a token that is no symbol added by the protocol */
    bool ended;                /* and the last one is an end symbol */
    bool left_out;             /* the last token of the corpus so far is not in the unit */
    bool new_document;         /* the next token is the first of one */
    bool new_unit, new_window; /* the next target is the first of it */

    bool first_window; /* the window to come is the unit's first */

    uint64_t units;          /* begun so far */
    uint64_t kept;           /* tokens that are not left out before they are in a unit */
    uint64_t unit_token;     /* of these, how many precede the unit */
    uint64_t targets;        /* given to the model so far */
    uint64_t behind_targets; /* the token of these that follows the last target */

    bool numbered;        /* see plx_windows_number */
    uint64_t passed;      /* tokens of the blocks before the one at hand */
    uint64_t next_number; /* those to come have this number or a higher one */

    uint64_t rest_bytes, rest_characters; /* that belong to the next token, or to the last there is */
    uint64_t tokens;                      /* all of the corpus, end symbols too */
    uint64_t scored; /* targets, less those that are skipped as unknown; counted where there is a limit */
    struct plx_skipped skipped;
};

void plx_windows_init(struct plx_windows *windows, const struct plx_plan *plan, size_t batch_targets,
                      plx_batch_sink *sink, void *user, struct plx_batch *batch);

/* Has the windows of a remote model given out whole, however much of the corpus has been read and whatever a
   batch holds already, which is full with so many windows, > 0. */
void plx_windows_keep_whole(struct plx_windows *windows, size_t batch_windows);

/* Has the spelling of every token noted that is kept. */
void plx_windows_note(struct plx_windows *windows, struct plx_spelling *spelling);

/* Has every token counted that is kept, whether it is scored or not. */
void plx_windows_count(struct plx_windows *windows, struct plx_token_counts *counts);

/* Has the corpus cut into parts. */
void plx_windows_part(struct plx_windows *windows);

/* Has the targets of every batch numbered, from the first block on: token i of all that the blocks hold has
   the number 2i, an end symbol that is added behind it 2i + 1. By these numbers the targets of one protocol
   are found again among those of another. */
void plx_windows_number(struct plx_windows *windows);

/* The number of the first token that may still become a target. */
uint64_t plx_windows_undecided(const struct plx_windows *windows);

/* The next block of the corpus, in order. PLX_MISMATCH where a window is to be whole and does not fit the
   model's context. */
enum plx_status plx_windows_add(struct plx_windows *windows, const struct plx_block *block,
                                struct plx_error *error);

/* The end of the corpus: ends the last unit and gives the last batch to the sink. */
enum plx_status plx_windows_finish(struct plx_windows *windows, struct plx_error *error);

/* How many of the tokens that the protocol keeps are scored or skipped for good. */
uint64_t plx_windows_decided(const struct plx_windows *windows);

void plx_windows_release(struct plx_windows *windows);

#endif
