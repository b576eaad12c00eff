/* Evaluation: the cross-entropy of a corpus under a model, by a protocol. */
#ifndef PERPLEX_EVALUATE_H
#define PERPLEX_EVALUATE_H

#include <perplex/breakdown.h>
#include <perplex/corpus.h>
#include <perplex/journal.h>
#include <perplex/model.h>
#include <perplex/protocol.h>
#include <perplex/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far an evaluation has come. */
struct plx_progress {
    uint64_t done_bytes; /* of the corpus' medium */
    uint64_t size_bytes; /* 0: not known */
    uint64_t tokens;     /* scored so far */
    uint64_t requests;   /* that have been put to an endpoint (endpoint.h); 0 for other models */
    double seconds;      /* since the evaluation began */
};

/* What is special about a scored token; a bit mask. */
enum plx_token_flag {
    PLX_TOKEN_END = 1 << 0,     /* an end symbol */
    PLX_TOKEN_BLANK = 1 << 1,   /* with END: of a line without words */
    PLX_TOKEN_UNKNOWN = 1 << 2, /* the model does not know it, or it is the unknown symbol itself */
    PLX_TOKEN_LITERAL = 1 << 3  /* with UNKNOWN: the corpus spells the unknown symbol out */
};

/* A scored token and its score. */
struct plx_token_score {
    uint64_t unit;            /* which line, document or stream of the corpus, from 0; those that
                                 give no token are not counted */
    uint64_t position;        /* in its unit, from 0; a start symbol that the protocol adds does not count */
    struct plx_word token;    /* as the corpus spells it, or the model where that has ids; {NULL, 0} where
                                 neither says. Of an end symbol, the model's spelling */
    struct plx_word document; /* the id that the corpus gives its document; {NULL, 0} if none */
    uint32_t id;              /* in the model's vocabulary; PLX_NO_TOKEN if that lacks it */
    unsigned flags;           /* of enum plx_token_flag */
    unsigned order;           /* length of the n-gram found; 0 where the model does not say */
    double nats;              /* −ln p as the protocol charges it; +infinity is possible */
};

/* Takes the next scored tokens, in the order of the corpus, in the thread that evaluates; what they point to
   is borrowed for the call. A failure ends the evaluation with it. */
typedef enum plx_status plx_token_sink(void *user, const struct plx_token_score *tokens, size_t count,
                                       struct plx_error *error);

/* How many tokens a modified loss can ignore. */
#define PLX_IGNORED_MAX 16

/* A modified loss, reported beside the plain cross-entropy, never in its place: each modification by itself,
   and all together where there are several. What is 0 is not asked for. With q = softmax(−nats/T) over the V
   tokens of the vocabulary and their weights w, a target y costs

       (1 − ε) w_y (−ln q_y) (1 − q_y)^γ + ε/V Σ_c w_c (−ln q_c)

   and the loss is the sum over targets divided by the sum of their w_y, as PyTorch's cross_entropy has it.
   All is borrowed. */
struct plx_loss_variant {
    double temperature;      /* T > 0 */
    double label_smoothing;  /* ε, at most 1 */
    double focal;            /* γ > 0; not together with label smoothing */
    const uint32_t *ignored; /* [ignored_count] ids of targets that are left out, PLX_IGNORED_MAX at most */
    size_t ignored_count;
    const double *class_weights;      /* w [class_count], finite and at least 0, or NULL: 1 */
    uint64_t class_count;             /* V */
    const char *class_weights_sha256; /* of the file that they come from, for the result; NULL: none */
};

/* What a peer would print: summary.h. */
struct plx_summary;

#define PLX_SHARDS_MAX 1000000

/* A share of a corpus, for results that are put together afterwards. Zero-initialised: all of it. */
struct plx_shard {
    uint64_t index; /* from 1 */
    uint64_t count; /* of shards, PLX_SHARDS_MAX at most; 0: there are none */
};

/* How an evaluation is carried out. Zero-initialised means the defaults. All is borrowed for the call only,
   which makes the calls back in its own thread. */
struct plx_evaluate_options {
    const struct plx_protocol *protocol; /* NULL: plx_protocol_default */
    unsigned threads;                    /* in all; 0: one for each processor that may be used */
    size_t batch; /* targets scored together; 0: as many as suit the model. Does not change the
                     result */
    void (*progress)(void *user, const struct plx_progress *progress); /* called after every block */
    bool (*interrupted)(void *user); /* true ends the evaluation with PLX_INTERRUPTED */
    void *user;
    plx_token_sink *tokens; /* gets every scored token; NULL: nobody */
    void *tokens_user;      /* its first argument */
    bool distributions;     /* metrics of full distributions too; needs PLX_FULL_DISTRIBUTION */
    bool explain;           /* the numbers under all presets that the pass allows too: plx_result_explained */
    const struct plx_loss_variant *losses;         /* T ≠ 1 and ε need PLX_FULL_DISTRIBUTION; NULL: none */
    struct plx_summary *summary;                   /* gets what it needs; NULL: none */
    const struct plx_breakdown_options *breakdown; /* NULL: nothing of it */
    struct plx_shard shard; /* the corpus is read whole, its counts are of all of it, but only this share is
                               scored */
    struct plx_journal *journal; /* keeps what has been scored, and answers what it has kept before, see
                                    journal.h; NULL: none */
};

/* Reads the corpus to its end and scores it under the protocol. options may be NULL. *result is to be freed
   with plx_result_free and outlives model and corpus; NULL on failure. A perplexity that is not finite is a
   success here (see plx_result_metrics). May be called from several threads at once, with one model and
   different corpora; the threads that it starts itself end with it.

   PLX_USAGE where the protocol contradicts itself (plx_protocol_check), makes no sense for these tokens or is
   one that the tool of the summary has no number for, and for modified losses outside their range;
   PLX_MISMATCH where model, corpus and protocol do not fit, or ignored ids or class weights and the
   vocabulary; PLX_MALFORMED where nothing is left to score or the corpus is no text; PLX_UNSUPPORTED where it
   has gigabytes between two tokens, and, before the corpus is read, where full distributions are needed and
   the model does not give them; PLX_NOT_FINITE where a sum leaves the range in which it is exact, or the
   model gives no distribution; PLX_INTERNAL where not every token was scored once or skipped;
   PLX_INTERRUPTED, PLX_MEMORY; the errors of reading (corpus.h). With a journal: PLX_MISMATCH where it is of
   something else, PLX_MALFORMED where it is none, PLX_UNSUPPORTED where the model has no fingerprint,
   PLX_IO. What has been scored stays in it, whatever happens. */
PLX_API enum plx_status plx_evaluate(const struct plx_model *model, struct plx_corpus *corpus,
                                     const struct plx_evaluate_options *options, struct plx_result **result,
                                     struct plx_error *error);

/* Counts the processors that this process may use; at least 1. Any thread. */
PLX_API unsigned plx_processors(void);

#ifdef __cplusplus
}
#endif
#endif
