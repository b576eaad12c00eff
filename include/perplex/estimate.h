/* Estimates: what an evaluation would take, without scoring anything. */
#ifndef PERPLEX_ESTIMATE_H
#define PERPLEX_ESTIMATE_H

#include <perplex/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What it takes. */
struct plx_estimate {
    char protocol[32];      /* its name */
    uint64_t tokens;        /* of the corpus */
    uint64_t targets;       /* that the protocol scores, of the share that is scored */
    bool remote;            /* the model is behind an endpoint (PLX_REMOTE); else what follows is 0: */
    uint64_t kept_windows;  /* that the journal answers */
    uint64_t windows;       /* that the model is still asked for */
    uint64_t requests;      /* that they make, if none has to be tried again */
    uint64_t prompt_tokens; /* in these */
};

/* Reads the corpus to its end as plx_evaluate does, and counts. What a server charges for is not sent; a
   server that makes the tokens of a text itself is asked for them. The options are those of the evaluation,
   with their journal, if it has one, which stays as it is. The errors of plx_evaluate but those of scores. */
PLX_API enum plx_status plx_estimate(const struct plx_model *model, struct plx_corpus *corpus,
                                     const struct plx_evaluate_options *options,
                                     struct plx_estimate *estimate, struct plx_error *error);

/* Writes it as JSON, perplex.estimate/1 (configs/schema/estimate-1.schema.json), UTF-8. *text is to be freed
   with plx_text_free, NULL on failure; it ends with a NUL, which *length does not count. PLX_MEMORY. */
PLX_API enum plx_status plx_estimate_json(const struct plx_estimate *estimate, char **text, size_t *length,
                                          struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
