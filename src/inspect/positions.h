/* Whether the answers of a model that scores by position are to this corpus. */
#ifndef PLX_INSPECT_POSITIONS_H
#define PLX_INSPECT_POSITIONS_H

#include "inspect/inspection.h"

/* Under way. */
struct plx_positions {
    const struct plx_model_info *info;
    struct plx_session *session; /* NULL: the model's answers do not say to which tokens they are */
    uint64_t next;               /* position */
    bool differs;
    char difference[256]; /* the first */
};

enum plx_status plx_positions_init(struct plx_positions *positions, const struct plx_model *model,
                                   struct plx_error *error);
void plx_positions_release(struct plx_positions *positions);

/* The next ids[count] of the corpus, without line ends; PLX_NO_TOKEN is a token that the model does not
   have. Whether line ends are tokens is for a protocol to say: an end symbol among the answers is passed
   over where the corpus goes on with something else. Errors are those of plx_session_score; a difference is
   none. */
enum plx_status plx_positions_take(struct plx_positions *positions, const uint32_t *ids, size_t count,
                                   struct plx_error *error);

/* At the end of the corpus: lists what does not fit, and what cannot be known here. `compared`: each token of
   the corpus has been taken, in order. */
enum plx_status plx_positions_list(struct plx_positions *positions, const struct plx_inspected_corpus *corpus,
                                   bool compared, struct plx_findings *findings, struct plx_error *error);

#endif
