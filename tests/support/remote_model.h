/* A model that answers as if it were far away, over a local one: in any order, late, or no more after so many
   windows. What fails here fails the running test. */
#ifndef PLX_TESTS_REMOTE_MODEL_H
#define PLX_TESTS_REMOTE_MODEL_H

#include "model/model.h"

struct remote_settings {
    size_t batch_windows;    /* 0: 3 */
    size_t piece;            /* the most targets of a window; 0: windows are whole */
    uint64_t context_length; /* 0: that of the local model */
    unsigned pause_us;       /* of a window at most, by chance */
    uint64_t answers;        /* that are given before it fails; 0: all */
    enum plx_status failure; /* PLX_NETWORK, say */
    bool endless;            /* never answers, until `interrupted` */
    bool (*interrupted)(void *user);
    void *user;
    bool tokenizes; /* has no strings, but makes tokens of texts, of two bytes each */
    bool knows;     /* has been asked something when it was opened; `known` was the answer */
    double known[3];
    bool bare; /* has neither strings nor start and end symbols */
};

/* The local model must stay. To be closed with plx_model_close. */
struct plx_model *remote_model(const struct plx_model *local, const struct remote_settings *settings);

/* What it has been asked so far. */
struct remote_counts {
    uint64_t windows, ids; /* of the windows that were answered */
    uint64_t requests;     /* of two windows each */
    uint64_t most_ids;     /* of one window */
    unsigned at_a_time;    /* the most calls */
};
struct remote_counts remote_counts(const struct plx_model *model);

#endif
