/* Which tensor of a file has which role in a neural model, by names alone. */
#ifndef PLX_MODEL_NEURAL_NAMES_H
#define PLX_MODEL_NEURAL_NAMES_H

#include "model/claims.h"
#include "model/neural.h"

/* The roles, by their names in descriptions, which are also the names of tensors that need no description;
   hidden layers are hidden.weight and hidden.bias, or from the input on hidden.0.weight, hidden.1.weight, …
 */
#define PLX_ROLE_LOGITS      "logits"
#define PLX_ROLE_EMBED       "embed.weight"
#define PLX_ROLE_OUT         "out.weight"
#define PLX_ROLE_BIAS        "out.bias"
#define PLX_ROLE_DIRECT      "direct.weight"
#define PLX_ROLE_HIDDEN      "hidden.weight"
#define PLX_ROLE_HIDDEN_BIAS "hidden.bias"
#define PLX_ROLE_LAYERS      "hidden." /* and a number of at most four digits */

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
   for a file that has both hidden.weight and hidden.0.weight, PLX_UNSUPPORTED for more than 10000 layers. */
enum plx_status plx_neural_cast(const struct plx_claims *claims, struct plx_neural_cast *cast,
                                struct plx_error *error);

/* The tensor that the claims name for the role, or that has its name; NULL: none. */
const struct plx_tensor *plx_neural_find(const struct plx_claims *claims, const char *role);

/* Whether a role of this name exists. */
bool plx_neural_role_exists(const char *role);

/* Whether PyTorch programs give the name to one of several layers. */
bool plx_neural_layer_named(const char *name);

/* That no layer and no other part is left out of a model that is bound: each role that a description names is
   used, each tensor whose name is that of a role, and, where no description names any, each that has the name
   of a layer. What belongs to a table only, or to the others only, may be beside the other where the
   architecture says which of the two the model is. */
enum plx_status plx_neural_check_roles(const struct plx_neural_model *model, const struct plx_claims *claims,
                                       struct plx_error *error);

/* An error about what the file holds, which it lists. `what` ends before "; the tensors are …". */
enum plx_status plx_neural_fail(const struct plx_claims *claims, enum plx_status status, const char *what,
                                struct plx_error *error);

#endif
