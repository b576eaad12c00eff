#include "model/neural_names.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 64

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

static const struct plx_tensor *find_role(const struct plx_claims *claims, const char *role)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(claims->names, role));
    return plx_tensors_find(claims->tensors, name ? name : role);
}

/* The tensor STEM.weight or STEM.bias. */
static const struct plx_tensor *find_part(const struct plx_claims *claims, const char *stem, const char *part)
{
    char name[NAME_BYTES + 8];
    snprintf(name, sizeof name, "%s.%s", stem, part);
    return find_role(claims, name);
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

/* Makes the layers PREFIX<first>, PREFIX<first + step>, … those of the model. */
static enum plx_status take_layers(const struct plx_claims *claims, const struct chain *chain,
                                   struct plx_neural_cast *cast, struct plx_error *error)
{
    char stem[NAME_BYTES];
    cast->layers = plx_new_array(claims->tensors->count, sizeof *cast->layers, error);
    if (!cast->layers)
        return PLX_MEMORY;
    while (cast->layer_count < claims->tensors->count) {
        struct plx_neural_layer *layer = cast->layers + cast->layer_count;
        snprintf(stem, sizeof stem, "%s%zu", chain->prefix, chain->first + cast->layer_count * chain->step);
        layer->weight = find_part(claims, stem, "weight");
        layer->bias = find_part(claims, stem, "bias");
        if (!layer->weight)
            break;
        cast->layer_count++;
    }
    return PLX_OK;
}

/* hidden.weight, or hidden.0.weight and so on. */
static enum plx_status take_hidden(const struct plx_claims *claims, struct plx_neural_cast *cast,
                                   struct plx_error *error)
{
    static const struct chain hidden = {"hidden.", 0, 1};
    const struct plx_tensor *single = find_role(claims, PLX_ROLE_HIDDEN);
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
        .logits = find_role(claims, PLX_ROLE_LOGITS),
        .embed = embed ? find_part(claims, embed, "weight") : NULL,
        .out = out ? find_part(claims, out, "weight") : NULL,
        .bias = find_part(claims, out ? out : "out", "bias"),
        .direct = find_role(claims, PLX_ROLE_DIRECT),
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

bool plx_neural_role_exists(const char *role)
{
    static const char *const ROLES[] = {PLX_ROLE_LOGITS, PLX_ROLE_EMBED,  PLX_ROLE_OUT, PLX_ROLE_BIAS,
                                        PLX_ROLE_DIRECT, PLX_ROLE_HIDDEN, "hidden.bias"};
    size_t digits = 0;
    for (size_t i = 0; i < COUNT(ROLES); i++) {
        if (strcmp(role, ROLES[i]) == 0)
            return true;
    }
    if (strncmp(role, "hidden.", 7) != 0)
        return false;
    role += 7;
    digits = strspn(role, "0123456789");
    const bool number = digits > 0 && digits < 6 && (digits == 1 || role[0] != '0');
    return number && (strcmp(role + digits, ".weight") == 0 || strcmp(role + digits, ".bias") == 0);
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
