/* Which neural models are recognised, by what is said of them, by the names of their tensors and by their
   shapes; and what the errors say of others. The shapes are worked by hand from the formula in neural.h. */
#include "model/neural.h"

#include "support/safetensors_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

/* Models are written as "NAME SHAPE; NAME SHAPE": their elements are F32 and 0, but for one that a test may
   choose. Metadata are written as the members of a JSON object. */

#define HEADER_BYTES 8192
#define DATA_FLOATS  4096

static float data[DATA_FLOATS];

/* The header, and how many elements there are. */
static size_t write_header(const char *tensors, const char *metadata, char *header)
{
    size_t used = (size_t)sprintf(header, "{\"__metadata__\":{%s}", metadata), end = 0;
    char name[64], shape[64];
    int length;
    while (sscanf(tensors, " %63s [%63[^]]]%n", name, shape, &length) == 2) {
        size_t count = 1;
        for (char *at = shape; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
            count *= strtoul(at, NULL, 10);
        used += (size_t)sprintf(header + used,
                                ",\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", name,
                                shape, end * 4, (end + count) * 4);
        end += count;
        tensors += length;
        tensors += *tensors == ';';
    }
    strcpy(header + used, "}");
    assert_true(end <= DATA_FLOATS && used + 2 < HEADER_BYTES);
    return end;
}

static enum plx_status open_with(const char *tensors, const char *metadata,
                                 const struct plx_model_options *options, struct plx_model **model,
                                 struct plx_error *error)
{
    char header[HEADER_BYTES];
    const size_t count = write_header(tensors, metadata, header);
    const struct safetensors_file file = safetensors_file(header, data, count * 4);
    const struct plx_source_options source_options = {.fingerprint = true};
    struct plx_source *source;
    assert_int_equal(
        plx_source_open_memory(file.bytes, file.size, "test.safetensors", &source_options, &source, error),
        PLX_OK);
    const enum plx_status status = plx_model_open_source(source, options, model, error);
    plx_source_close(source);
    free(file.bytes);
    return status;
}

/* To be closed with plx_model_close. */
static const struct plx_neural_model *open_fine(const char *tensors, const char *metadata)
{
    struct plx_model *model;
    struct plx_error error;
    if (open_with(tensors, metadata, NULL, &model, &error))
        fail_msg("%s: %s", tensors, error.message);
    return (const struct plx_neural_model *)(const void *)model;
}

static void close_model(const struct plx_neural_model *model)
{
    struct plx_model *base;
    memcpy(&base, &model, sizeof base); /* what was opened was not const */
    plx_model_close(base);
}

static void assert_refused(const char *tensors, const char *metadata, enum plx_status status,
                           const char *words)
{
    struct plx_model *model;
    struct plx_error error;
    const enum plx_status found = open_with(tensors, metadata, NULL, &model, &error);
    if (found != status || !strstr(error.message, words))
        fail_msg("%s: status %s, \"%s\"", tensors, plx_status_name(found), found ? error.message : "");
    assert_null(model);
    assert_string_equal(error.input, "test.safetensors");
}

static void assert_warned(const struct plx_neural_model *model, const char *code)
{
    size_t count;
    const struct plx_warning *warnings = plx_model_warnings(&model->base, &count);
    if (!code) {
        assert_int_equal(count, 0);
        return;
    }
    assert_int_equal(count, 1);
    assert_string_equal(warnings[0].code, code);
}

#define FFN  "\"perplex.architecture\":\"ffn\""
#define TANH ",\"perplex.activation\":\"tanh\""

/* V = 5, d = 2, h = 3, n = 4. */
#define TRIPLE "embed.weight [5,2]; hidden.weight [3,6]; hidden.bias [3]; out.weight [5,3]; out.bias [5]"

static void plx_neural_bind__one_hidden_layer(void **state)
{
    (void)state;
    const struct plx_neural_model *model = open_fine(TRIPLE, FFN TANH);
    const struct plx_model_info *info = plx_model_info(&model->base);
    assert_string_equal(info->architecture, "feed-forward");
    assert_int_equal(info->order, 4);
    assert_int_equal(info->context_length, 3);
    assert_int_equal(info->least_context, 3);
    assert_int_equal(info->start_repeat, 3);
    assert_int_equal(info->vocabulary, 5);
    assert_int_equal(info->parameters, 5 * 2 + 3 * 6 + 3 + 5 * 3 + 5);
    assert_int_equal(info->capabilities & PLX_EMPTY_CONTEXT, 0);
    assert_int_equal(model->types, 5);
    assert_int_equal(model->outputs, 5);
    assert_int_equal(model->depth, 2);
    assert_int_equal(model->context, 3);
    assert_int_equal(model->layer_count, 1);
    assert_int_equal(model->layers[0].inputs, 6);
    assert_int_equal(model->layers[0].outputs, 3);
    assert_string_equal(model->layers[0].weight->name, "hidden.weight");
    assert_string_equal(model->layers[0].bias->name, "hidden.bias");
    assert_int_equal(model->width, 3);
    assert_int_equal(model->activation, PLX_ACTIVATION_tanh);
    assert_int_equal(model->padding, PLX_NO_TOKEN);
    assert_false(model->newest_first);
    assert_null(model->direct);
    assert_null(model->rows);
    assert_warned(model, NULL);
    close_model(model);
}

static void plx_neural_bind__several_hidden_layers(void **state)
{
    (void)state;
    const struct plx_neural_model *model =
        open_fine("embed.weight [5,2]; hidden.0.weight [3,4]; hidden.0.bias [3]; hidden.1.weight [7,3]; "
                  "hidden.2.weight [2,7]; hidden.2.bias [2]; out.weight [5,2]",
                  FFN ",\"perplex.activation\":\"gelu\",\"perplex.order\":\"3\"");
    assert_int_equal(model->context, 2);
    assert_int_equal(model->layer_count, 3);
    assert_int_equal(model->layers[1].inputs, 3);
    assert_int_equal(model->layers[1].outputs, 7);
    assert_null(model->layers[1].bias);
    assert_int_equal(model->layers[2].outputs, 2);
    assert_int_equal(model->width, 2);
    assert_null(model->bias);
    assert_int_equal(model->activation, PLX_ACTIVATION_gelu);
    close_model(model);
}

/* A layer of the width of the embeddings lets the output be the embeddings. */
static void plx_neural_bind__tied_and_direct(void **state)
{
    (void)state;
    const struct plx_neural_model *model =
        open_fine("embed.weight [5,2]; hidden.weight [2,6]; direct.weight [5,6]", FFN TANH);
    assert_ptr_equal(model->out, model->embed);
    assert_string_equal(model->direct->name, "direct.weight");
    assert_int_equal(plx_model_info(&model->base)->parameters, 10 + 12 + 30);
    close_model(model);
}

/* Without hidden layers: logits = out · x_0, or direct · x_0 beside it. */
static void plx_neural_bind__no_hidden_layer(void **state)
{
    (void)state;
    const struct plx_neural_model *model = open_fine("embed.weight [5,2]; out.weight [5,6]", FFN);
    assert_int_equal(model->context, 3);
    assert_int_equal(model->width, 6);
    assert_int_equal(model->layer_count, 0);
    assert_int_equal(model->activation, PLX_ACTIVATION_identity);
    assert_warned(model, NULL);
    close_model(model);
    model = open_fine("embed.weight [5,2]; out.weight [5,2]", FFN);
    assert_int_equal(model->context, 1);
    close_model(model);
}

static void plx_neural_bind__conventions(void **state)
{
    static const char *const NAMES[] = {"identity", "tanh", "relu", "hardtanh", "gelu"};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        char metadata[128];
        snprintf(metadata, sizeof metadata, FFN ",\"perplex.activation\":\"%s\"", NAMES[i]);
        const struct plx_neural_model *model = open_fine(TRIPLE, metadata);
        assert_string_equal(plx_activation_name(model->activation), NAMES[i]);
        close_model(model);
    }
    const struct plx_neural_model *model =
        open_fine(TRIPLE, FFN TANH ",\"perplex.context_order\":\"newest-first\"");
    assert_true(model->newest_first);
    close_model(model);
    model = open_fine(TRIPLE, FFN TANH ",\"perplex.context_order\":\"oldest-first\"");
    assert_false(model->newest_first);
    close_model(model);
}

/* Names and shapes alone: the model of Bengio et al. has tanh, but nobody says that it is that model. */
static void plx_neural_bind__without_metadata(void **state)
{
    (void)state;
    const struct plx_neural_model *model = open_fine(TRIPLE, "");
    assert_string_equal(plx_model_info(&model->base)->architecture, "feed-forward");
    assert_int_equal(model->activation, PLX_ACTIVATION_tanh);
    assert_warned(model, "activation");
    close_model(model);
}

/* makemore.py, class MLP: wte has a row more than there are tokens, for what is before the start. */
static void plx_neural_bind__makemore(void **state)
{
    (void)state;
    const struct plx_neural_model *model = open_fine(
        "wte.weight [6,2]; mlp.0.weight [3,6]; mlp.0.bias [3]; mlp.2.weight [5,3]; mlp.2.bias [5]", "");
    const struct plx_model_info *info = plx_model_info(&model->base);
    assert_int_equal(info->order, 4);
    assert_int_equal(info->vocabulary, 5);
    assert_int_equal(info->least_context, 0);
    assert_int_equal(info->start_repeat, 1);
    assert_true(info->capabilities & PLX_EMPTY_CONTEXT);
    assert_int_equal(model->padding, 5);
    assert_false(model->start_pads);
    assert_true(model->newest_first);
    assert_int_equal(model->activation, PLX_ACTIVATION_tanh);
    assert_string_equal(model->out->name, "mlp.2.weight");
    assert_string_equal(model->bias->name, "mlp.2.bias");
    assert_string_equal(model->layers[0].bias->name, "mlp.0.bias");
    assert_warned(model, NULL);
    close_model(model);
}

/* Names of PyTorch programs, which leave open how the model computes. */
static void plx_neural_bind__usual_names(void **state)
{
    static const char *const MODELS[] = {
        "embeddings.weight [5,2]; linear1.weight [3,6]; linear1.bias [3]; linear2.weight [5,3]; "
        "linear2.bias [5]",
        "embedding.weight [5,2]; fc1.weight [3,6]; fc1.bias [3]; fc2.weight [5,3]; fc2.bias [5]",
        "embedding.weight [5,2]; fc1.weight [3,6]; fc1.bias [3]; output.weight [5,3]; output.bias [5]",
    };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct plx_neural_model *model = open_fine(
            MODELS[i], "\"perplex.activation\":\"relu\",\"perplex.context_order\":\"newest-first\"");
        assert_int_equal(model->layer_count, 1);
        assert_int_equal(model->context, 3);
        assert_non_null(model->bias);
        assert_true(model->newest_first);
        assert_int_equal(model->activation, PLX_ACTIVATION_relu);
        close_model(model);
        assert_refused(MODELS[i], "", PLX_UNSUPPORTED, "nothing says which activation");
        assert_refused(MODELS[i], "\"perplex.activation\":\"relu\"", PLX_UNSUPPORTED,
                       "whether the oldest or the newest token is first; the tensors are embedding");
    }
}

static void plx_neural_bind__usual_names_of_bigrams(void **state)
{
    (void)state;
    const struct plx_neural_model *model =
        open_fine("encoder.weight [5,2]; decoder.weight [5,2]; decoder.bias [5]", "");
    assert_string_equal(plx_model_info(&model->base)->architecture, "factored");
    assert_string_equal(model->out->name, "decoder.weight");
    assert_string_equal(model->bias->name, "decoder.bias");
    close_model(model);
    model = open_fine("token_embedding_table.weight [5,5]", "");
    assert_string_equal(plx_model_info(&model->base)->architecture, "table");
    close_model(model);
    assert_refused("token_embedding_table.weight [5,4]", "", PLX_UNSUPPORTED,
                   "no tensor has the role logits");
}

static void plx_neural_bind__padding(void **state)
{
    static const struct {
        const char *tensors, *metadata;
        uint32_t padding;
        bool start_pads;
        unsigned repeat;
    } cases[] = {
        {TRIPLE, ",\"perplex.start_id\":\"4\"", 4, true, 3},
        {TRIPLE, ",\"perplex.start_id\":\"4\",\"perplex.padding\":\"start\"", 4, true, 3},
        {TRIPLE, ",\"perplex.start_id\":\"4\",\"perplex.padding\":\"none\"", PLX_NO_TOKEN, false, 3},
        {TRIPLE, ",\"perplex.start_id\":\"4\",\"perplex.padding\":\"2\"", 2, false, 1},
        {TRIPLE, ",\"perplex.padding\":\"0\"", 0, false, 1},
        /* A row more: it pads, unless it is the start symbol's own, which is never predicted then. */
        {"embed.weight [6,2]; hidden.weight [3,6]; out.weight [5,3]", "", 5, false, 1},
        {"embed.weight [6,2]; hidden.weight [3,6]; out.weight [5,3]", ",\"perplex.start_id\":\"1\"", 5, false,
         1},
        {"embed.weight [6,2]; hidden.weight [3,6]; out.weight [5,3]",
         ",\"perplex.start_id\":\"1\",\"perplex.padding\":\"start\"", 1, true, 3},
        {"embed.weight [6,2]; hidden.weight [3,6]; out.weight [5,3]", ",\"perplex.start_id\":\"5\"", 5, true,
         3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char metadata[256];
        snprintf(metadata, sizeof metadata, FFN TANH "%s", cases[i].metadata);
        const struct plx_neural_model *model = open_fine(cases[i].tensors, metadata);
        const struct plx_model_info *info = plx_model_info(&model->base);
        assert_int_equal(model->padding, cases[i].padding);
        assert_int_equal(model->start_pads, cases[i].start_pads);
        assert_int_equal(info->start_repeat, cases[i].repeat);
        assert_int_equal(info->least_context, cases[i].padding == PLX_NO_TOKEN ? 3 : 0);
        assert_int_equal((info->capabilities & PLX_EMPTY_CONTEXT) != 0, cases[i].padding != PLX_NO_TOKEN);
        assert_int_equal(model->outputs, 5);
        assert_int_equal(model->types, i == 8 ? 6 : 5);
        close_model(model);
    }
}

/* makemore begins with token 0, before which stands the row that is no token's; a model that is padded with
   its start symbol has that there. Embeddings are 0, 1 and, of the row more, 2; the hidden unit sees the
   older token only, which is the second one, and the logits are 0 and tanh of it. */
static void plx_neural_bind__what_stands_before_the_start(void **state)
{
    static const char TENSORS[] = "wte.weight [3,1]; mlp.0.weight [1,2]; mlp.2.weight [2,1]";
    static const float WEIGHTS[] = {0, 1, 2, 0, 1, 0, 1};
    static const uint32_t IDS[] = {0, 1};
    static const struct {
        const char *metadata;
        double logit;
    } cases[] = {{"\"perplex.start_id\":\"0\"", 0.9640275800758169}, /* tanh 2 */
                 {"\"perplex.start_id\":\"0\",\"perplex.padding\":\"start\"", 0},
                 {"\"perplex.padding\":\"1\"", 0.7615941559557649}}; /* tanh 1 */
    (void)state;
    memcpy(data, WEIGHTS, sizeof WEIGHTS);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_neural_model *model = open_fine(TENSORS, cases[i].metadata);
        const struct plx_window window = {IDS, 1, 2, 0};
        struct plx_error error;
        double nats;
        struct plx_session *session = plx_session_new(&model->base, &error);
        assert_int_equal(
            plx_session_score(session, &window, 1, &(struct plx_scores){&nats, NULL, NULL}, &error), PLX_OK);
        assert_true(fabs(nats - log(1 + exp(-cases[i].logit))) < 1e-12);
        plx_session_free(session);
        close_model(model);
    }
    memset(data, 0, sizeof WEIGHTS);
}

static void plx_neural_bind__missing_roles(void **state)
{
    (void)state;
    assert_refused("hidden.weight [3,6]", FFN, PLX_MALFORMED,
                   "a feed-forward model lacks the roles embed.weight and out.weight; the tensors are "
                   "hidden.weight F32 [3, 6]");
    assert_refused("embed.weight [5,2]", FFN, PLX_MALFORMED, "lacks the role out.weight");
    assert_refused(
        "x [5,2]", FFN, PLX_MALFORMED,
        "lacks the roles embed.weight, hidden.weight and out.weight; the tensors are x F32 [5, 2]");
    assert_refused(
        "embed.weight [5,2]; hidden.weight [3,6]", "", PLX_UNSUPPORTED,
        "lacks the role out.weight; the tensors are embed.weight F32 [5, 2], hidden.weight F32 [3, 6]");
    assert_refused("hidden.weight [3,6]; out.weight [5,3]", "", PLX_UNSUPPORTED,
                   "lacks the role embed.weight");
    assert_refused(
        "wte [5,2]; h.0.w [3]", "", PLX_UNSUPPORTED,
        "no tensor has the role logits (a table) or embed.weight (other models); the tensors are wte "
        "F32 [5, 2], h.0.w F32 [3]");
    assert_refused("embed.weight [5,2]; hidden.weight [2,6]; hidden.0.weight [2,2]", FFN, PLX_MALFORMED,
                   "both hidden.weight and hidden.0.weight");
    assert_refused(
        TRIPLE "; norm [3]", "", PLX_UNSUPPORTED,
        "the tensor \"norm\" has no role in a model that is feed-forward otherwise; the tensors are");
}

/* Nothing that has a role's own name, or a layer's, is left out without a word. */
static void plx_neural_check_roles__what_would_be_left_out(void **state)
{
    static const struct {
        const char *tensors, *metadata, *words;
    } cases[] = {
        {"embed.weight [5,2]; hidden.1.weight [3,6]; out.weight [5,2]", "",
         "there is hidden.1.weight, but no hidden.0.weight; the tensors are"},
        {"embed.weight [5,2]; hidden.0.weight [3,6]; hidden.2.weight [3,3]; out.weight [5,3]", FFN TANH,
         "there is hidden.2.weight, but no hidden.1.weight"},
        {"embed.weight [5,2]; hidden.0.weight [3,6]; hidden.1.bias [3]; out.weight [5,3]", FFN TANH,
         "there is hidden.1.bias, but no hidden.1.weight"},
        {"embed.weight [5,2]; hidden.0.weight [3,6]; hidden.bias [3]; out.weight [5,3]", FFN TANH,
         "there is hidden.bias, but no hidden.weight"},
        {TRIPLE "; hidden.1.weight [3,3]", FFN TANH, "both hidden.weight and hidden.1.weight"},
        {TRIPLE "; hidden.0.bias [3]", FFN TANH, "both hidden.weight and hidden.0.bias"},
        {TRIPLE "; logits [5,5]", FFN TANH ",\"x\":\"y\"", NULL}, /* it is said which */
        {"logits [5,5]; out.bias [5]", "\"perplex.architecture\":\"table\"",
         "there is out.bias, but the model is table"},
        {"embed.weight [5,2]; out.weight [5,2]; logits [5,5]; out.bias [5]",
         "\"perplex.architecture\":\"table\"", NULL},
        {"logits [5,5]; hidden.0.weight [5,5]", "\"perplex.architecture\":\"table\"",
         "there is hidden.0.weight, but the model is table"},
        {"embedding.weight [5,2]; fc1.weight [3,6]; fc3.weight [3,3]; output.weight [5,3]",
         FFN TANH ",\"perplex.context_order\":\"oldest-first\"",
         "the tensor \"fc3.weight\" has the name of a layer, but no place among the others"},
        {"wte.weight [6,2]; mlp.0.weight [3,6]; mlp.1.weight [3]; mlp.2.weight [5,3]", FFN TANH,
         "the tensor \"mlp.1.weight\" has the name of a layer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].words)
            assert_refused(cases[i].tensors, cases[i].metadata, PLX_MALFORMED, cases[i].words);
        else
            close_model(open_fine(cases[i].tensors, cases[i].metadata));
    }
}

static void plx_neural_bind__contradictions(void **state)
{
    (void)state;
    assert_refused(TRIPLE, FFN ",\"perplex.order\":\"3\"", PLX_MALFORMED,
                   "perplex.order is 3, but the tensor hidden.weight F32 [3, 6] is for 3 preceding tokens");
    assert_refused("logits [5,5]", "\"perplex.order\":\"3\"", PLX_MALFORMED,
                   "perplex.order is 3, but the tensor logits F32 [5, 5] is for 1 preceding token");
    assert_refused("logits [5,5]", "\"perplex.architecture\":\"table\",\"perplex.order\":\"3\"",
                   PLX_MALFORMED, "perplex.order is 3, but the tensor logits F32 [5, 5] is for 1 preceding");
    assert_refused(TRIPLE, "\"perplex.architecture\":\"bigram\"", PLX_MALFORMED,
                   "a bigram has no hidden layers");
    assert_refused(TRIPLE, "\"perplex.architecture\":\"transformer\"", PLX_MALFORMED,
                   "perplex.architecture is \"transformer\", but should be one of: bigram, table, factored, "
                   "ffn");
    assert_refused(TRIPLE, FFN ",\"perplex.activation\":\"swish\"", PLX_MALFORMED,
                   "perplex.activation is \"swish\", but should be one of: identity, tanh, relu, hardtanh, "
                   "gelu");
    assert_refused(TRIPLE, FFN ",\"perplex.context_order\":\"mixed\"", PLX_MALFORMED,
                   "perplex.context_order");
    assert_refused(TRIPLE, FFN ",\"perplex.order\":\"1\"", PLX_MALFORMED, "perplex.order is \"1\"");
    assert_refused(TRIPLE, FFN ",\"perplex.order\":\"x\"", PLX_MALFORMED, "perplex.order is \"x\"");
    assert_refused(TRIPLE, FFN TANH ",\"perplex.padding\":\"5\"", PLX_MALFORMED, "perplex.padding is \"5\"");
    assert_refused(TRIPLE, FFN TANH ",\"perplex.padding\":\"start\"", PLX_MALFORMED,
                   "perplex.padding is \"start\", but the model has no start symbol");
    assert_refused("logits [5,5]", "\"perplex.padding\":\"0\"", PLX_MALFORMED, "is for feed-forward models");
}

/* What would be read and change nothing. */
static void plx_neural_bind__claims_without_effect(void **state)
{
    static const struct {
        const char *tensors, *metadata, *words;
    } cases[] = {
        {"embed.weight [5,2]; out.weight [5,2]",
         "\"perplex.architecture\":\"factored\",\"perplex.activation\":\"relu\"",
         "perplex.activation is \"relu\", but the model has no hidden layer"},
        {"embed.weight [5,2]; out.weight [5,6]", FFN TANH, "but the model has no hidden layer"},
        {"logits [5,5]", "\"perplex.activation\":\"gelu\"", "but the model has no hidden layer"},
        {"logits [5,5]", "\"perplex.context_order\":\"oldest-first\"",
         "perplex.context_order is for models with embeddings, but this is a table"},
        {TRIPLE, FFN ",\"perplex.activaton\":\"relu\"",
         "there is no key \"perplex.activaton\" for the metadata of a model"},
        {"logits [5,5]", "\"perplex.\":\"\"", "there is no key \"perplex.\""},
        {"logits [5,5]", "\"perplex\":\"\",\"activaton\":\"relu\"", NULL},
        {"embed.weight [5,2]; out.weight [5,2]",
         "\"perplex.activation\":\"identity\",\"perplex.context_order\":\"newest-first\"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].words)
            assert_refused(cases[i].tensors, cases[i].metadata, PLX_MALFORMED, cases[i].words);
        else
            close_model(open_fine(cases[i].tensors, cases[i].metadata));
    }
}

static void plx_neural_bind__shapes(void **state)
{
    static const struct {
        const char *tensors, *words;
    } cases[] = {
        {"embed.weight [5,2]; hidden.weight [3,5]; out.weight [5,3]",
         "tensor hidden.weight F32 [3, 5] should have a column for each number of some embeddings of 2"},
        {"embed.weight [5,2]; hidden.weight [18]; out.weight [5,3]",
         "hidden.weight F32 [18] should be two-dimensional, with a row for each unit"},
        {"embed.weight [10]; hidden.weight [3,6]; out.weight [5,3]", "embed.weight F32 [10] should be"},
        {"embed.weight [5,2]; hidden.weight [3,0]; out.weight [5,3]", "hidden.weight F32 [3, 0] should be"},
        {"embed.weight [5,2]; hidden.weight [3,6]; out.weight [5,2]",
         "tensor out.weight F32 [5, 2] should be [5, 3]"},
        {"embed.weight [5,2]; hidden.weight [3,6]; out.weight [6,3]",
         "tensor embed.weight F32 [5, 2] should be [6, 2]"},
        {"embed.weight [7,2]; hidden.weight [3,6]; out.weight [5,3]",
         "tensor embed.weight F32 [7, 2] should be [5, 2]"},
        {"embed.weight [5,2]; hidden.weight [3,6]; hidden.bias [6]; out.weight [5,3]",
         "tensor hidden.bias F32 [6] should be [3]"},
        {"embed.weight [5,2]; hidden.weight [3,6]; out.weight [5,3]; out.bias [3]",
         "tensor out.bias F32 [3] should be [5]"},
        {"embed.weight [5,2]; hidden.weight [3,6]; out.weight [5,3]; direct.weight [5,4]",
         "tensor direct.weight F32 [5, 4] should be [5, 6]"},
        {"embed.weight [5,2]; hidden.0.weight [3,6]; hidden.1.weight [4,6]; out.weight [5,4]",
         "tensor hidden.1.weight F32 [4, 6] should be [4, 3]"},
        {"embed.weight [5,2]; hidden.weight [3,6]; direct.weight [5,6]", "lacks the role out.weight"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].tensors, FFN TANH, PLX_MALFORMED, cases[i].words);
}

static void plx_neural_bind__unused_tensors(void **state)
{
    (void)state;
    const struct plx_neural_model *model = open_fine(TRIPLE "; norm [3]", FFN TANH);
    assert_warned(model, "unused-tensor");
    assert_int_equal(plx_model_info(&model->base)->parameters, 51);
    close_model(model);
}

/* Coordinates are those of the row and the column. */
static void plx_neural_check_weights__not_finite(void **state)
{
    const struct plx_model_options tolerant = {.allow_non_finite = true};
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    data[5 * 2 + 2 * 6 + 4] = -1.0F / 0.0F;
    assert_int_equal(open_with(TRIPLE, FFN TANH, NULL, &model, &error), PLX_MALFORMED);
    assert_string_equal(error.message, "element [2, 4] of tensor \"hidden.weight\" is not a finite number");
    assert_non_null(strstr(error.hint, "diverge"));
    assert_int_equal(open_with(TRIPLE, FFN TANH, &tolerant, &model, &error), PLX_OK);
    assert_warned((const struct plx_neural_model *)(const void *)model, "not-finite");
    plx_model_close(model);
    data[5 * 2 + 2 * 6 + 4] = 0;
    data[5 * 2 + 3 * 6 + 1] = 0.0F / 0.0F;
    assert_int_equal(open_with(TRIPLE, FFN TANH, NULL, &model, &error), PLX_MALFORMED);
    assert_string_equal(error.message, "element [1] of tensor \"hidden.bias\" is not a finite number");
    data[5 * 2 + 3 * 6 + 1] = 0;
}

static void plx_neural_role__of_each_tensor(void **state)
{
    static const char *const ROLES[] = {"embed.weight", "hidden.0.weight", "hidden.0.bias", "out.weight",
                                        "out.bias"};
    char role[PLX_ROLE_BYTES];
    (void)state;
    const struct plx_neural_model *model = open_fine(
        "wte.weight [6,2]; mlp.0.weight [3,6]; mlp.0.bias [3]; mlp.2.weight [5,3]; mlp.2.bias [5]", "");
    for (size_t i = 0; i < 5; i++) {
        assert_true(plx_neural_role(model, model->tensors.tensors + i, role, sizeof role));
        assert_string_equal(role, ROLES[i]);
    }
    close_model(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_neural_bind__one_hidden_layer),
        cmocka_unit_test(plx_neural_bind__several_hidden_layers),
        cmocka_unit_test(plx_neural_bind__tied_and_direct),
        cmocka_unit_test(plx_neural_bind__no_hidden_layer),
        cmocka_unit_test(plx_neural_bind__conventions),
        cmocka_unit_test(plx_neural_bind__without_metadata),
        cmocka_unit_test(plx_neural_bind__makemore),
        cmocka_unit_test(plx_neural_bind__usual_names),
        cmocka_unit_test(plx_neural_bind__usual_names_of_bigrams),
        cmocka_unit_test(plx_neural_bind__padding),
        cmocka_unit_test(plx_neural_bind__what_stands_before_the_start),
        cmocka_unit_test(plx_neural_bind__missing_roles),
        cmocka_unit_test(plx_neural_check_roles__what_would_be_left_out),
        cmocka_unit_test(plx_neural_bind__contradictions),
        cmocka_unit_test(plx_neural_bind__claims_without_effect),
        cmocka_unit_test(plx_neural_bind__shapes),
        cmocka_unit_test(plx_neural_bind__unused_tensors),
        cmocka_unit_test(plx_neural_check_weights__not_finite),
        cmocka_unit_test(plx_neural_role__of_each_tensor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
