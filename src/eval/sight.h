/* What a model sees when it scores a target, so that two scorings of one token can be known to be the same:
   the ids of the context that it can use, as their number and a hash; of a model that scores by position,
   the position.

   The hash is that of Karp and Rabin ("Efficient randomized pattern-matching algorithms", 1987), modulo
   2^61 − 1, so that it moves from target to target in constant time however long the context is. */
#ifndef PLX_EVAL_SIGHT_H
#define PLX_EVAL_SIGHT_H

#include "eval/batch.h"

struct plx_sight {
    uint64_t hash;
    uint64_t length; /* ids of the context */
};

struct plx_sighter {
    uint64_t context_length; /* of the model */
    bool positions;          /* it scores by position */
    uint32_t end;            /* an id that sessions take for something else by `role`, or PLX_NO_TOKEN */
    enum plx_end_role role;
    uint64_t oldest; /* factor of the oldest id of a whole context */
};

/* Two sighters of one model can be compared. */
void plx_sighter_init(struct plx_sighter *sighter, const struct plx_model *model,
                      const struct plx_plan *plan);

/* Of every target of the batch, sights[target_count]. */
void plx_sighter_batch(const struct plx_sighter *sighter, const struct plx_batch *batch,
                       struct plx_sight *sights);

#endif
