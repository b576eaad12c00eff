#include "model/neural.h"

#include "model/neural_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is said of a model, or NONE. */
#define NONE SIZE_MAX

enum architecture { BIGRAM, TABLE, FACTORED, FEED_FORWARD };
static const char *const ARCHITECTURES[] = {"bigram", "table", "factored", "ffn"};
static const char *const CONTEXT_ORDERS[] = {"oldest-first", "newest-first"};

#define ACTIVATION_NAME(name) #name,
static const char *const ACTIVATIONS[] = {PLX_ACTIVATION_LIST(ACTIVATION_NAME)};
#undef ACTIVATION_NAME

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *plx_activation_name(enum plx_activation activation)
{
    return ACTIVATIONS[activation];
}

struct binding {
    struct plx_neural_model *model;
    const struct plx_claims *claims;
    struct plx_neural_cast cast;
    size_t architecture, activation, context_order; /* as claimed, or NONE */
    uint64_t order;                                 /* likewise, or 0 */
    struct plx_error *error;
};

static enum plx_status read_claims(struct binding *binding)
{
    const struct plx_claims *claims = binding->claims;
    struct plx_error *error = binding->error;
    enum plx_status status;
    binding->architecture = binding->activation = binding->context_order = NONE;
    if ((status = plx_claims_word(claims, "architecture", ARCHITECTURES, COUNT(ARCHITECTURES),
                                  &binding->architecture, error)) ||
        (status = plx_claims_word(claims, "activation", ACTIVATIONS, COUNT(ACTIVATIONS), &binding->activation,
                                  error)) ||
        (status = plx_claims_word(claims, "context_order", CONTEXT_ORDERS, COUNT(CONTEXT_ORDERS),
                                  &binding->context_order, error)))
        return status;
    return plx_claims_u64(claims, "order", 2, UINT32_MAX, &binding->order, error);
}

/* An error about what the file holds: wrong where somebody says what it is, else just not known. */
static enum plx_status fail(const struct binding *binding, const char *what)
{
    const enum plx_status status = plx_claims_named(binding->claims) ? PLX_MALFORMED : PLX_UNSUPPORTED;
    plx_neural_fail(binding->claims, status, what, binding->error);
    return plx_error_hint(binding->error, "a description (JSON) can say which tensor has which role");
}

/* By what is said, and by which roles are there. */
static enum plx_status choose_architecture(struct binding *binding)
{
    const struct plx_neural_cast *cast = &binding->cast;
    const bool deep = cast->layer_count > 0 || cast->direct || (binding->order > 2 && cast->embed);
    const size_t claimed = binding->architecture;
    if (claimed == TABLE)
        return cast->logits ? PLX_OK : fail(binding, "a table lacks the role " PLX_ROLE_LOGITS);
    if ((claimed == NONE || claimed == BIGRAM) && cast->logits && cast->embed) {
        plx_neural_fail(binding->claims, PLX_MALFORMED,
                        "both " PLX_ROLE_LOGITS " (a table) and " PLX_ROLE_EMBED " (other models)",
                        binding->error);
        return plx_error_hint(binding->error, "perplex.architecture in the metadata says which");
    }
    if ((claimed == BIGRAM || claimed == FACTORED) && deep)
        return fail(binding, "a bigram has no hidden layers, no " PLX_ROLE_DIRECT " and the order 2");
    if (claimed == FACTORED && !cast->embed)
        return fail(binding, "a factored bigram lacks the role " PLX_ROLE_EMBED);
    if (claimed == BIGRAM && !cast->logits && !cast->embed)
        return fail(binding,
                    "a bigram lacks the role " PLX_ROLE_LOGITS " (a table) or " PLX_ROLE_EMBED " (factored)");
    if (claimed == NONE && !cast->logits && !cast->embed && !deep)
        return fail(binding, "no tensor has the role " PLX_ROLE_LOGITS " (a table) or " PLX_ROLE_EMBED
                             " (other models)");
    binding->architecture = claimed == FEED_FORWARD || deep       ? FEED_FORWARD
                            : claimed != FACTORED && cast->logits ? TABLE
                                                                  : FACTORED;
    return PLX_OK;
}

/* The tensor must be [rows, columns], or [rows] where columns is 0. A `tensor` of NULL is fine. */
static enum plx_status check_shape(const struct binding *binding, const struct plx_tensor *tensor,
                                   size_t rows, size_t columns)
{
    char found[160], wanted[64];
    const unsigned dimensions = columns ? 2 : 1;
    if (!tensor || (tensor->dimensions == dimensions && tensor->shape[0] == rows &&
                    (dimensions == 1 || tensor->shape[1] == columns)))
        return PLX_OK;
    plx_tensor_describe(tensor, found, sizeof found);
    if (columns)
        snprintf(wanted, sizeof wanted, "[%zu, %zu]", rows, columns);
    else
        snprintf(wanted, sizeof wanted, "[%zu]", rows);
    plx_error_set(binding->error, PLX_MALFORMED, "tensor %s should be %s", found, wanted);
    return plx_error_input(binding->error, binding->claims->input);
}

/* A matrix whose sizes are those of the model: of a tensor that fixes some. */
static enum plx_status check_matrix(const struct binding *binding, const struct plx_tensor *tensor,
                                    const char *row)
{
    char found[160];
    if (tensor->dimensions == 2 && tensor->shape[0] > 0 && tensor->shape[1] > 0 &&
        tensor->shape[0] < PLX_NO_TOKEN)
        return PLX_OK;
    plx_tensor_describe(tensor, found, sizeof found);
    plx_error_set(binding->error, PLX_MALFORMED,
                  "tensor %s should be two-dimensional, with a row for each %s", found, row);
    return plx_error_input(binding->error, binding->claims->input);
}

/* The order that is said must be that of the shapes. */
static enum plx_status check_order(const struct binding *binding, const struct plx_tensor *tensor)
{
    const struct plx_neural_model *model = binding->model;
    char found[160];
    if (binding->order == 0 || binding->order - 1 == model->context)
        return PLX_OK;
    plx_tensor_describe(tensor, found, sizeof found);
    return plx_claims_error(binding->claims, "order", binding->error,
                            "is %" PRIu64 ", but the tensor %s is for %zu preceding token%s", binding->order,
                            found, model->context, model->context == 1 ? "" : "s");
}

static enum plx_status bind_table(struct binding *binding)
{
    struct plx_neural_model *model = binding->model;
    const struct plx_tensor *logits = binding->cast.logits;
    enum plx_status status = check_matrix(binding, logits, "token");
    if (status)
        return status;
    model->logits = logits;
    model->types = model->outputs = logits->shape[0];
    model->context = 1;
    status = check_shape(binding, logits, model->types, model->types);
    return status ? status : check_order(binding, logits);
}

static enum plx_status bind_factored(struct binding *binding)
{
    struct plx_neural_model *model = binding->model;
    const struct plx_neural_cast *cast = &binding->cast;
    enum plx_status status = check_matrix(binding, cast->embed, "token");
    if (status)
        return status;
    model->embed = cast->embed;
    model->types = model->outputs = cast->embed->shape[0];
    model->depth = model->width = cast->embed->shape[1];
    model->context = 1;
    model->out = cast->out ? cast->out : cast->embed; /* weight tying */
    model->bias = cast->bias;
    if ((status = check_shape(binding, model->out, model->types, model->depth)) ||
        (status = check_shape(binding, model->bias, model->types, 0)))
        return status;
    return check_order(binding, model->out);
}

/* What a feed-forward model cannot do without. */
static enum plx_status check_roles(const struct binding *binding)
{
    const struct plx_neural_cast *cast = &binding->cast;
    const bool tied = cast->layer_count > 0 || cast->direct; /* may be: shapes tell */
    if (cast->embed && (cast->out || tied))
        return PLX_OK;
    return fail(binding, cast->embed ? "a feed-forward model lacks the role " PLX_ROLE_OUT
                         : cast->out ? "a feed-forward model lacks the role " PLX_ROLE_EMBED
                         : cast->layer_count > 0
                             ? "a feed-forward model lacks the roles " PLX_ROLE_EMBED " and " PLX_ROLE_OUT
                             : "a feed-forward model lacks the roles " PLX_ROLE_EMBED ", " PLX_ROLE_HIDDEN
                               " and " PLX_ROLE_OUT);
}

/* How many embeddings the tensor takes that x_0 goes into. */
static enum plx_status find_context(struct binding *binding)
{
    struct plx_neural_model *model = binding->model;
    const struct plx_neural_cast *cast = &binding->cast;
    const struct plx_tensor *first = cast->layer_count > 0 ? cast->layers[0].weight
                                     : cast->direct        ? cast->direct
                                                           : cast->out;
    char found[160];
    enum plx_status status = check_matrix(binding, cast->embed, "token");
    if (status == PLX_OK)
        status = check_matrix(binding, first, cast->layer_count > 0 ? "unit" : "token");
    if (status)
        return status;
    model->embed = cast->embed;
    model->depth = cast->embed->shape[1];
    model->context = first->shape[1] / model->depth;
    if (first->shape[1] % model->depth == 0 && model->context < UINT32_MAX)
        return check_order(binding, first);
    plx_tensor_describe(first, found, sizeof found);
    plx_error_set(binding->error, PLX_MALFORMED,
                  "tensor %s should have a column for each number of some embeddings of %zu numbers (%.100s)",
                  found, model->depth, cast->embed->name);
    return plx_error_input(binding->error, binding->claims->input);
}

/* Each layer takes what the one before it gives. */
static enum plx_status bind_layers(struct binding *binding)
{
    struct plx_neural_model *model = binding->model;
    model->layers = binding->cast.layers;
    model->layer_count = binding->cast.layer_count;
    binding->cast.layers = NULL;
    model->width = model->context * model->depth;
    for (size_t i = 0; i < model->layer_count; i++) {
        struct plx_neural_layer *layer = model->layers + i;
        enum plx_status status = check_matrix(binding, layer->weight, "unit");
        if (status)
            return status;
        layer->inputs = model->width;
        layer->outputs = model->width = layer->weight->shape[0];
        if ((status = check_shape(binding, layer->weight, layer->outputs, layer->inputs)) ||
            (status = check_shape(binding, layer->bias, layer->outputs, 0)))
            return status;
    }
    return PLX_OK;
}

/* The embeddings are one for each token that is predicted, or have one more: for a symbol that is never
   predicted, if the start symbol is said to have this id, else for what precedes the first token. */
static enum plx_status count_types(struct binding *binding)
{
    struct plx_neural_model *model = binding->model;
    const size_t rows = model->embed->shape[0];
    uint64_t start = PLX_NO_TOKEN;
    const enum plx_status status =
        plx_claims_u64(binding->claims, "start_id", 0, rows - 1, &start, binding->error);
    if (status)
        return status;
    model->types = model->outputs;
    if (rows != model->outputs + 1)
        return check_shape(binding, model->embed, model->outputs, model->depth);
    if (start == model->outputs)
        model->types = rows;
    else
        model->padding = (uint32_t)model->outputs;
    return PLX_OK;
}

static enum plx_status bind_output(struct binding *binding)
{
    struct plx_neural_model *model = binding->model;
    const struct plx_neural_cast *cast = &binding->cast;
    model->out = cast->out ? cast->out : cast->embed; /* weight tying */
    model->bias = cast->bias;
    model->direct = cast->direct;
    enum plx_status status = check_matrix(binding, model->out, "token");
    if (status)
        return status;
    model->outputs = model->out->shape[0];
    if (!cast->out && model->width != model->depth)
        return fail(binding, "a feed-forward model lacks the role " PLX_ROLE_OUT);
    if ((status = check_shape(binding, model->out, model->outputs, model->width)) ||
        (status = check_shape(binding, model->bias, model->outputs, 0)) ||
        (status = check_shape(binding, model->direct, model->outputs, model->context * model->depth)))
        return status;
    return count_types(binding);
}

/* A model that does not say how it computes: the roles' own names are for that of Bengio et al., which has
   tanh; other names stand for many programs. */
static enum plx_status choose_conventions(struct binding *binding)
{
    struct plx_neural_model *model = binding->model;
    const struct plx_neural_cast *cast = &binding->cast;
    const bool unknown_activation = binding->activation == NONE && model->layer_count > 0;
    if (cast->usual && (unknown_activation || (binding->context_order == NONE && model->context > 1))) {
        fail(binding, unknown_activation ? "nothing says which activation the hidden layers have"
                                         : "nothing says whether the oldest or the newest token is first");
        return plx_error_hint(binding->error, "the metadata perplex.%s, or a description (JSON), can say it",
                              unknown_activation ? "activation" : "context_order");
    }
    model->activation = binding->activation != NONE ? (enum plx_activation)binding->activation
                        : model->layer_count > 0    ? PLX_ACTIVATION_tanh
                                                    : PLX_ACTIVATION_identity;
    model->newest_first = binding->context_order == NONE ? cast->makemore : binding->context_order == 1;
    if (unknown_activation && !cast->makemore)
        plx_model_warn(&model->base, "activation", 0,
                       "nothing says which activation the hidden layers have: tanh is taken");
    return PLX_OK;
}

static enum plx_status bind_feed_forward(struct binding *binding)
{
    enum plx_status status;
    if ((status = check_roles(binding)) || (status = find_context(binding)) ||
        (status = bind_layers(binding)) || (status = bind_output(binding)))
        return status;
    return choose_conventions(binding);
}

/* An activation changes nothing where there is no hidden layer, so that whoever claims one thinks of another
   model. That of none is "identity"; and of one token the order is any. */
static enum plx_status check_activation(const struct binding *binding)
{
    const size_t claimed = binding->activation;
    if (claimed == NONE || claimed == PLX_ACTIVATION_identity || binding->model->layer_count > 0)
        return PLX_OK;
    return plx_claims_error(binding->claims, "activation", binding->error,
                            "is \"%s\", but the model has no hidden layer", ACTIVATIONS[claimed]);
}

/* A table has no embeddings that would follow each other. */
static enum plx_status check_context_order(const struct binding *binding)
{
    if (binding->context_order == NONE || !binding->model->logits)
        return PLX_OK;
    return plx_claims_error(binding->claims, "context_order", binding->error,
                            "is for models with embeddings, but this is a table");
}

enum plx_status plx_neural_bind(struct plx_neural_model *model, const struct plx_claims *claims,
                                struct plx_error *error)
{
    static const char *const NAMES[] = {
        [TABLE] = "table", [FACTORED] = "factored", [FEED_FORWARD] = "feed-forward"};
    struct binding binding = {.model = model, .claims = claims, .error = error};
    enum plx_status status = plx_claims_check(claims, error);
    if (status == PLX_OK)
        status = read_claims(&binding);
    if (status == PLX_OK)
        status = plx_neural_cast(claims, &binding.cast, error);
    if (status)
        return status;
    model->padding = PLX_NO_TOKEN;
    status = choose_architecture(&binding);
    if (status == PLX_OK)
        status = binding.architecture == TABLE      ? bind_table(&binding)
                 : binding.architecture == FACTORED ? bind_factored(&binding)
                                                    : bind_feed_forward(&binding);
    free(binding.cast.layers);
    if (status || (status = check_activation(&binding)) || (status = check_context_order(&binding)))
        return status;
    model->base.info.architecture = NAMES[binding.architecture];
    model->base.info.order = (unsigned)model->context + 1;
    return plx_neural_check_roles(model, claims, error);
}
