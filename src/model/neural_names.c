#include "model/neural_names.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 64

/* Hidden layers: as many as four digits count. */
#define LAYERS_MOST 10000
#define DIGITS_MOST 4

/* Names without ".weight" and ".bias" that PyTorch programs give to the first and to the last layer; the
   roles' own are the first. */
static const char *const EMBED_STEMS[] = {"embed", "embedding", "embeddings", "wte", "encoder", "emb"};
static const char *const OUT_STEMS[] = {"out", "output", "decoder", "lm_head", "linear", "fc"};

/* Linear layers one behind the other, of which the last is the output: "mlp.0", "mlp.2" of an nn.Sequential
   with activations between. */
static const struct chain {
    const char *prefix;
    unsigned first, step;
} CHAINS[] = {{"mlp.", 0, 2}, {"linear", 1, 1}, {"fc", 1, 1}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct plx_tensor *plx_neural_find(const struct plx_claims *claims, const char *role)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(claims->names, role));
    return plx_tensors_find(claims->tensors, name ? name : role);
}

/* The tensor STEM.weight or STEM.bias. */
static const struct plx_tensor *find_part(const struct plx_claims *claims, const char *stem, const char *part)
{
    char name[NAME_BYTES + 8];
    snprintf(name, sizeof name, "%s.%s", stem, part);
    return plx_neural_find(claims, name);
}

/* The first of the stems that has a weight; NULL: none. */
static const char *find_stem(const struct plx_claims *claims, const char *const *stems, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (find_part(claims, stems[i], "weight"))
            return stems[i];
    }
    return NULL;
}

/* Makes the layers PREFIX<first>, PREFIX<first + step>, … up to the first that is missing those of the model:
   more than there are tensors, where a description lets layers share some. There is room for one at least. */
static enum plx_status take_layers(const struct plx_claims *claims, const struct chain *chain,
                                   struct plx_neural_cast *cast, struct plx_error *error)
{
    char stem[NAME_BYTES];
    size_t capacity = 0;
    for (;; cast->layer_count++) {
        if (cast->layer_count == capacity) {
            capacity = plx_grown_capacity(capacity, capacity + 1);
            if (plx_resize_array(&cast->layers, capacity, sizeof *cast->layers, error))
                return PLX_MEMORY;
        }
        snprintf(stem, sizeof stem, "%s%zu", chain->prefix, chain->first + cast->layer_count * chain->step);
        const struct plx_tensor *weight = find_part(claims, stem, "weight");
        if (!weight)
            return PLX_OK;
        if (cast->layer_count == LAYERS_MOST)
            return plx_neural_fail(claims, PLX_UNSUPPORTED, "more than 10000 hidden layers", error);
        cast->layers[cast->layer_count] =
            (struct plx_neural_layer){.weight = weight, .bias = find_part(claims, stem, "bias")};
    }
}

/* hidden.weight, or hidden.0.weight and so on. */
static enum plx_status take_hidden(const struct plx_claims *claims, struct plx_neural_cast *cast,
                                   struct plx_error *error)
{
    static const struct chain hidden = {PLX_ROLE_LAYERS, 0, 1};
    const struct plx_tensor *single = plx_neural_find(claims, PLX_ROLE_HIDDEN);
    const enum plx_status status = take_layers(claims, &hidden, cast, error);
    if (status || !single)
        return status;
    if (cast->layer_count > 0)
        return plx_neural_fail(claims, PLX_MALFORMED, "both hidden.weight and hidden.0.weight", error);
    cast->layers[0] =
        (struct plx_neural_layer){.weight = single, .bias = find_part(claims, "hidden", "bias")};
    cast->layer_count = 1;
    return PLX_OK;
}

/* A chain, where the roles' own names have found no hidden layer. */
static enum plx_status take_chain(const struct plx_claims *claims, const char *embed,
                                  struct plx_neural_cast *cast, struct plx_error *error)
{
    for (size_t i = 0; i < COUNT(CHAINS) && cast->layer_count == 0; i++) {
        free(cast->layers);
        cast->layers = NULL;
        const enum plx_status status = take_layers(claims, CHAINS + i, cast, error);
        if (status)
            return status;
        cast->usual = cast->layer_count > 0;
        if (cast->layer_count == 0 || cast->out)
            continue;
        const struct plx_neural_layer *last = cast->layers + --cast->layer_count;
        cast->out = last->weight;
        cast->bias = last->bias;
        cast->makemore = i == 0 && embed && strcmp(embed, "wte") == 0;
        cast->usual = !cast->makemore;
        break;
    }
    return PLX_OK;
}

/* The bigram of a well-known lecture: an nn.Embedding(V, V), and nothing else. */
static const struct plx_tensor *find_lookup_table(const struct plx_tensors *tensors)
{
    const struct plx_tensor *table = plx_tensors_find(tensors, "token_embedding_table.weight");
    const bool square = table && table->dimensions == 2 && table->shape[0] == table->shape[1];
    return square && tensors->count == 1 ? table : NULL;
}

enum plx_status plx_neural_cast(const struct plx_claims *claims, struct plx_neural_cast *cast,
                                struct plx_error *error)
{
    const bool usual = claims->names == NULL; /* names as they are usual */
    const char *embed = find_stem(claims, EMBED_STEMS, usual ? COUNT(EMBED_STEMS) : 1);
    const char *out = find_stem(claims, OUT_STEMS, usual ? COUNT(OUT_STEMS) : 1);
    *cast = (struct plx_neural_cast){
        .logits = plx_neural_find(claims, PLX_ROLE_LOGITS),
        .embed = embed ? find_part(claims, embed, "weight") : NULL,
        .out = out ? find_part(claims, out, "weight") : NULL,
        .bias = find_part(claims, out ? out : "out", "bias"),
        .direct = plx_neural_find(claims, PLX_ROLE_DIRECT),
    };
    if (!cast->logits && usual)
        cast->logits = find_lookup_table(claims->tensors);
    enum plx_status status = take_hidden(claims, cast, error);
    if (status == PLX_OK && usual)
        status = take_chain(claims, embed, cast, error);
    if (status) {
        free(cast->layers);
        cast->layers = NULL;
    }
    return status;
}

/* PREFIX<number>.weight or .bias. */
static bool is_numbered(const char *name, const char *prefix)
{
    const size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) != 0)
        return false;
    name += length;
    const size_t digits = strspn(name, "0123456789");
    const bool number = digits > 0 && digits <= DIGITS_MOST && (digits == 1 || name[0] != '0');
    return number && (strcmp(name + digits, ".weight") == 0 || strcmp(name + digits, ".bias") == 0);
}

bool plx_neural_role_exists(const char *role)
{
    static const char *const ROLES[] = {PLX_ROLE_LOGITS, PLX_ROLE_EMBED,  PLX_ROLE_OUT,        PLX_ROLE_BIAS,
                                        PLX_ROLE_DIRECT, PLX_ROLE_HIDDEN, PLX_ROLE_HIDDEN_BIAS};
    for (size_t i = 0; i < COUNT(ROLES); i++) {
        if (strcmp(role, ROLES[i]) == 0)
            return true;
    }
    return is_numbered(role, PLX_ROLE_LAYERS);
}

bool plx_neural_layer_named(const char *name)
{
    for (size_t i = 0; i < COUNT(CHAINS); i++) {
        if (is_numbered(name, CHAINS[i].prefix))
            return true;
    }
    return false;
}

/* "embed.weight F16 [5, 2], …": the tensors of the file, as many as fit. */
static void list_tensors(const struct plx_tensors *file, char *text, size_t capacity)
{
    size_t used = 0;
    snprintf(text, capacity, "none");
    for (size_t i = 0; i < file->count; i++) {
        char one[160];
        const size_t length = plx_tensor_describe(file->tensors + i, one, sizeof one);
        if (used + length + 24 > capacity) {
            snprintf(text + used, capacity - used, " and %zu more", file->count - i);
            return;
        }
        used += (size_t)snprintf(text + used, capacity - used, "%s%s", i ? ", " : "", one);
    }
}

enum plx_status plx_neural_fail(const struct plx_claims *claims, enum plx_status status, const char *what,
                                struct plx_error *error)
{
    char list[320];
    list_tensors(claims->tensors, list, sizeof list);
    plx_error_set(error, status, "%.180s; the tensors are %s", what, list);
    return plx_error_input(error, claims->input);
}
