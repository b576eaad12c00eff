/* Which tensor of a file has which role in a neural model, by names alone. */
#ifndef PLX_MODEL_NEURAL_NAMES_H
#define PLX_MODEL_NEURAL_NAMES_H

#include "model/claims.h"
#include "model/neural.h"

/* The roles, by their names in descriptions, which are also the names of tensors that need no description;
   hidden layers are hidden.weight and hidden.bias, or from the input on hidden.0.weight, hidden.1.weight, …
 */
#define PLX_ROLE_LOGITS "logits"
#define PLX_ROLE_EMBED  "embed.weight"
#define PLX_ROLE_OUT    "out.weight"
#define PLX_ROLE_BIAS   "out.bias"
#define PLX_ROLE_DIRECT "direct.weight"
#define PLX_ROLE_HIDDEN "hidden.weight"

/* What is found; NULL where nothing is. */
struct plx_neural_cast {
    const struct plx_tensor *logits, *embed, *out, *bias, *direct;
    struct plx_neural_layer *layers; /* [layer_count] without their sizes; owned */
    size_t layer_count;
    bool makemore; /* by its names it is the MLP of makemore: tanh, the newest token first */
    bool usual;    /* the layers have names that tell neither their activation nor the order of the tokens */
};

/* The roles that the claims name, and the tensors whose name is that of a role; where the claims name none,
   also tensors with names as they are usual in PyTorch programs. cast->layers is to be freed. PLX_MALFORMED
   for a file that has both hidden.weight and hidden.0.weight. */
enum plx_status plx_neural_cast(const struct plx_claims *claims, struct plx_neural_cast *cast,
                                struct plx_error *error);

/* Whether a role of this name exists. */
bool plx_neural_role_exists(const char *role);

/* An error about what the file holds, which it lists. `what` ends before "; the tensors are …". */
enum plx_status plx_neural_fail(const struct plx_claims *claims, enum plx_status status, const char *what,
                                struct plx_error *error);

#endif
