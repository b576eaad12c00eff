/* Evaluation: the cross-entropy of a corpus under a model, by a protocol. */
#ifndef PERPLEX_EVALUATE_H
#define PERPLEX_EVALUATE_H

#include <perplex/corpus.h>
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
    double seconds;      /* since the evaluation began */
};

/* Zero-initialised means the defaults. */
struct plx_evaluate_options {
    const struct plx_protocol *protocol; /* NULL: plx_protocol_default */
    unsigned threads;                    /* in all; 0: one for each processor that may be used */
    size_t batch;                        /* targets scored together; 0: 4096. Does not change the result */
    void (*progress)(
        void *user,
        const struct plx_progress *progress); /* called after every block, by the caller's thread */
    bool (*interrupted)(void *user);          /* true ends the evaluation with PLX_INTERRUPTED */
    void *user;
};

/* Reads the corpus to its end and scores it. *result is to be freed with plx_result_free; NULL on failure. A
   result that is not finite is a success here (see plx_result_metrics). The model may be shared with other
   threads, the corpus not. Besides the errors of reading: PLX_MISMATCH where model, corpus and protocol do
   not fit, PLX_MALFORMED where nothing is left to score. */
PLX_API enum plx_status plx_evaluate(const struct plx_model *model, struct plx_corpus *corpus,
                                     const struct plx_evaluate_options *options, struct plx_result **result,
                                     struct plx_error *error);

/* Processors that this process may use. */
PLX_API unsigned plx_processors(void);

#ifdef __cplusplus
}
#endif
#endif
