/* Two models with one vocabulary: which ids stand for the same token. Roles come before spellings: start, end
   and unknown symbol of one model are those of the other, however they are spelled; all other tokens are the
   same where their strings are. Models without strings share their ids. */
#ifndef PLX_MODEL_SHARED_VOCABULARY_H
#define PLX_MODEL_SHARED_VOCABULARY_H

#include "model/model.h"

struct plx_shared_vocabulary {
    uint32_t *ids;     /* [V of `from`] as outcomes of `to`; NULL: the same ids */
    uint32_t left_out; /* the id of `from`, a start, that `to` does not have or never predicts: PLX_NO_TOKEN
                          in ids. PLX_NO_TOKEN: there is none */
};

/* Released with plx_shared_vocabulary_release in any case. PLX_MISMATCH where the vocabularies differ in more
   than a start that is never predicted, with what only one of them has; PLX_MEMORY and the errors of a
   session. */
enum plx_status plx_shared_vocabulary_find(const struct plx_model *from, const struct plx_model *to,
                                           struct plx_shared_vocabulary *shared, struct plx_error *error);

void plx_shared_vocabulary_release(struct plx_shared_vocabulary *shared);

#endif
