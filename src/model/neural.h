/* Neural bigram and feed-forward n-gram models: −ln softmax(logits(context))[target].

   table:         logits = a row of a [V, V] tensor, that of the previous token
   factored:      logits = out · embed[previous] + bias
   feed-forward:  x_0 = the embeddings of the n − 1 previous tokens, one behind the other
                  x_l = activation(weight_l · x_{l−1} + bias_l)
                  logits = out · x_L + bias (+ direct · x_0)
                  (Y. Bengio et al., "A neural probabilistic language model", JMLR 3, 2003)

   A factored model is a feed-forward one of order 2 without hidden layers. */
#ifndef PLX_MODEL_NEURAL_H
#define PLX_MODEL_NEURAL_H

#include "model/claims.h"
#include "model/model.h"
#include "model/tensors.h"

/* X(name in metadata and descriptions) */
#define PLX_ACTIVATION_LIST(X) \
    X(identity)                \
    X(tanh)                    \
    X(relu)                    \
    X(hardtanh)                \
    X(gelu)

#define PLX_ACTIVATION_ENUM(name) PLX_ACTIVATION_##name,
enum plx_activation { PLX_ACTIVATION_LIST(PLX_ACTIVATION_ENUM) };
#undef PLX_ACTIVATION_ENUM

#define PLX_NEURAL_PROPERTIES 8

struct plx_neural_layer {
    const struct plx_tensor *weight; /* [outputs, inputs] */
    const struct plx_tensor *bias;   /* [outputs]; NULL: none */
    size_t inputs, outputs;
};

struct plx_neural_model {
    struct plx_model base;
    struct plx_tensors tensors; /* owned; the others point into it */
    size_t types;               /* V: the ids of contexts; info.vocabulary */
    size_t outputs;             /* of these the first so many are predicted: rows of out; V of most models */

    const struct plx_tensor
        *logits; /* [V, V], of the table form, which has nothing of what follows; else NULL */

    const struct plx_tensor *embed; /* [rows, depth] */
    size_t depth;                   /* d */
    size_t context;                 /* n − 1 */
    bool newest_first;              /* the order of the embeddings in x_0; else the oldest is first */
    uint32_t *rows;                 /* [V] row of embed of each id, owned; NULL: the id itself */
    uint32_t
        padding; /* row of embed for what precedes the first token; PLX_NO_TOKEN: contexts are never short */
    struct plx_neural_layer *layers; /* [layer_count], owned */
    size_t layer_count;
    enum plx_activation activation;
    const struct plx_tensor *out;    /* [outputs, width] */
    const struct plx_tensor *bias;   /* [outputs]; NULL: none */
    const struct plx_tensor *direct; /* [outputs, context · depth]; NULL: none */
    size_t width;                    /* of x_L */

    /* How large logits can become, where that decides how they are computed: see neural_outputs.h. */
    bool wide;         /* all in double */
    bool turned;       /* products in float are those of the transposes: only so places do not matter */
    double *centre;    /* [K] what all rows of out and direct have in common, owned; NULL: all is wide */
    double row_reach;  /* how far one is from it at the most */
    double bias_shift; /* about the mean of the biases */
    double bias_reach; /* how far they are from it at the most */
    bool start_pads;   /* a short context that begins with the start symbol is padded with the start symbol's
                          row; else with `padding`, whatever it begins with */
    struct plx_model_property properties[PLX_NEURAL_PROPERTIES]; /* of base.info */
    char padding_text[64];                                       /* of one of them */

    char *vocabulary_file; /* owned: the path of the list of tokens; NULL: there is none */

    struct plx_memo *memo; /* owned: see neural_memo.h */
};

/* The row of embed that stands for a token. */
static inline uint32_t plx_neural_row(const struct plx_neural_model *model, uint32_t id)
{
    return model->rows ? model->rows[id] : id;
}

/* "tanh", … Static. */
const char *plx_activation_name(enum plx_activation activation);

/* The end of opening for every format of weights: finds out what the tensors are, checks shapes and numbers,
   looks for the vocabulary. Takes the tensors over, also when it fails. `input` is the file's name. */
enum plx_status plx_neural_open(struct plx_tensors *tensors, const char *input,
                                const struct plx_model_options *options, struct plx_model **opened,
                                struct plx_error *error);

/* The same where more is known: `claims`, whose tensors are ignored, go before the metadata of the tensors. A
   relative path of a vocabulary has been resolved: options->vocabulary. */
enum plx_status plx_neural_open_claimed(struct plx_tensors *tensors, const struct plx_claims *claims,
                                        const struct plx_model_options *options, struct plx_model **opened,
                                        struct plx_error *error);

/* A model that has the tensors, which are taken over also when it fails, and nothing else yet. */
struct plx_neural_model *plx_neural_new(struct plx_tensors *tensors, struct plx_error *error);

/* The end of opening of a model that is bound, and has a vocabulary or does without: checks the weights,
   finds the symbols with a role, chooses the padding and fills in the rest of info. On failure the model has
   been released, its vocabulary too. */
enum plx_status plx_neural_finish(struct plx_neural_model *model, const struct plx_claims *claims,
                                  const struct plx_model_options *options, struct plx_model **opened,
                                  struct plx_error *error);

/* Finds the roles of model->tensors: by what is said, names and shapes. Sets all of the model from `types`
   to `width`, and info.architecture and order; `padding` only where the embeddings have a row for it. */
enum plx_status plx_neural_bind(struct plx_neural_model *model, const struct plx_claims *claims,
                                struct plx_error *error);

/* Counts the weights, which must be finite unless it is `tolerant`: then it warns of each tensor. A tensor
   without a role is a warning where somebody says what the model is, and else a reason to doubt that it is
   one. */
enum plx_status plx_neural_check_weights(struct plx_neural_model *model, const struct plx_claims *claims,
                                         bool tolerant, struct plx_error *error);

/* The role of a tensor, "hidden.0.weight"; false if it has none. */
bool plx_neural_role(const struct plx_neural_model *model, const struct plx_tensor *tensor, char *role,
                     size_t capacity);

struct plx_session *plx_neural_session_new(const struct plx_model *base, struct plx_error *error);
void plx_neural_session_free(struct plx_session *base);
enum plx_status plx_neural_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                 const struct plx_scores *scores, struct plx_error *error);
enum plx_status plx_neural_distributions(struct plx_session *base, const struct plx_window *windows,
                                         size_t count, plx_distribution_sink *sink, void *user,
                                         struct plx_error *error);

#endif
