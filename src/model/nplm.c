#include "model/nplm.h"

#include "base/memory.h"
#include "base/word.h"
#include "model/token_list.h"

#include <stdlib.h>
#include <string.h>

/* The row of the input embeddings for what the input vocabulary lacks, as the toolkit's vocabulary has it. */
static uint32_t find_row(const struct plx_vocabulary *input, struct plx_word word)
{
    const uint32_t row = plx_vocabulary_find(input, word);
    return row != PLX_NO_TOKEN ? row : plx_vocabulary_find_text(input, "<unk>");
}

/* Puts the place of the output vocabulary into an error. */
static enum plx_status at_outputs(const struct plx_nplm *nplm, struct plx_error *error)
{
    plx_error_input(error, nplm->name);
    return plx_error_at_line(error, nplm->output_line, PLX_NOWHERE);
}

/* Adds the words of `from` that are not there yet, and the rows of all that are added. */
static enum plx_status add_words(struct plx_nplm *nplm, const struct plx_vocabulary *from,
                                 struct plx_error *error)
{
    struct plx_neural_model *model = nplm->model;
    for (uint32_t i = 0; i < plx_vocabulary_size(from); i++) {
        const struct plx_word word = plx_vocabulary_word(from, i);
        uint32_t id;
        const enum plx_status status = plx_vocabulary_add(model->base.vocabulary, word, &id, error);
        if (status)
            return plx_error_input(error, nplm->name);
        if (id == PLX_NO_TOKEN)
            continue;
        model->rows[id] = find_row(nplm->input, word);
        if (model->rows[id] != PLX_NO_TOKEN)
            continue;
        plx_error_set(error, PLX_MALFORMED,
                      "the input vocabulary lacks the word \"%.*s\" of the output vocabulary, and <unk>",
                      (int)(word.length < 80 ? word.length : 80), word.text);
        return at_outputs(nplm, error);
    }
    return PLX_OK;
}

/* The words that are predicted come first, then those that are context only. */
static enum plx_status join_vocabularies(struct plx_nplm *nplm, struct plx_error *error)
{
    struct plx_neural_model *model = nplm->model;
    const size_t most = plx_vocabulary_size(nplm->output) + plx_vocabulary_size(nplm->input);
    model->base.vocabulary = plx_vocabulary_new(most, error);
    model->rows = plx_new_array(most, sizeof *model->rows, error);
    if (!model->base.vocabulary || !model->rows)
        return PLX_MEMORY;
    enum plx_status status = add_words(nplm, nplm->output, error);
    if (status == PLX_OK)
        status = add_words(nplm, nplm->input, error);
    if (status)
        return status;
    model->types = plx_vocabulary_size(model->base.vocabulary);
    if (model->types >= PLX_NO_TOKEN) {
        plx_error_set(error, PLX_UNSUPPORTED, "more than %lu words", (unsigned long)PLX_NO_TOKEN - 1);
        return plx_error_input(error, nplm->name);
    }
    bool own = true;
    for (size_t i = 0; i < model->types && own; i++)
        own = model->rows[i] == i;
    if (own) {
        free(model->rows);
        model->rows = NULL;
    }
    return PLX_OK;
}

/* Of a model without words, an id is the number of one word in both vocabularies. */
static enum plx_status take_ids(struct plx_nplm *nplm, struct plx_error *error)
{
    struct plx_neural_model *model = nplm->model;
    model->types = (size_t)nplm->input_vocab_size;
    if (model->types < model->outputs) {
        plx_error_set(error, PLX_MALFORMED,
                      "without vocabularies, the output vocabulary cannot be the larger one");
        return at_outputs(nplm, error);
    }
    return plx_token_list_open(nplm->name, nplm->options, model->types, &model->base.vocabulary,
                               &model->vocabulary_file, model->base.info.vocabulary_sha256, error);
}

/* Before the first word the toolkit has <null>, or <s> if a context that is too short begins with that
   (neuralLM::lookup_ngram). */
static enum plx_status bind_vocabulary(struct plx_nplm *nplm, struct plx_error *error)
{
    static const struct plx_word null = {"<null>", 6};
    struct plx_neural_model *model = nplm->model;
    model->outputs = (size_t)nplm->output_vocab_size;
    model->start_pads = true;
    if (!nplm->input)
        return take_ids(nplm, error);
    if (nplm->options->vocabulary)
        return plx_error_set(error, PLX_USAGE,
                             "this NPLM model has its vocabulary inside, \"%.200s\" is not needed",
                             nplm->options->vocabulary);
    const enum plx_status status = join_vocabularies(nplm, error);
    if (status == PLX_OK)
        model->padding = find_row(nplm->input, null);
    return status;
}

static enum plx_status bind_layers(struct plx_nplm *nplm, struct plx_error *error)
{
    static const enum plx_nplm_matrix weights[] = {PLX_NPLM_HIDDEN_WEIGHTS_1, PLX_NPLM_HIDDEN_WEIGHTS_2};
    static const enum plx_nplm_matrix biases[] = {PLX_NPLM_HIDDEN_BIASES_1, PLX_NPLM_HIDDEN_BIASES_2};
    struct plx_neural_model *model = nplm->model;
    model->layer_count = nplm->num_hidden > 0 ? 2 : 1;
    model->layers = plx_new_array(model->layer_count, sizeof *model->layers, error);
    if (!model->layers)
        return PLX_MEMORY;
    for (size_t i = 0; i < model->layer_count; i++) {
        const struct plx_tensor *weight = plx_nplm_tensor(nplm, weights[i]);
        model->layers[i] = (struct plx_neural_layer){
            .weight = weight,
            .bias = plx_nplm_tensor(nplm, biases[i]),
            .inputs = weight->shape[1],
            .outputs = weight->shape[0],
        };
    }
    return PLX_OK;
}

/* The shapes are those of the configuration. */
static enum plx_status bind(struct plx_nplm *nplm, struct plx_error *error)
{
    struct plx_neural_model *model = nplm->model;
    model->embed = plx_nplm_tensor(nplm, PLX_NPLM_INPUT_EMBEDDINGS);
    model->out = plx_nplm_tensor(nplm, PLX_NPLM_OUTPUT_WEIGHTS);
    model->bias = plx_nplm_tensor(nplm, PLX_NPLM_OUTPUT_BIASES);
    model->depth = (size_t)nplm->input_embedding_dimension;
    model->context = (size_t)nplm->ngram_size - 1;
    model->width = (size_t)nplm->output_embedding_dimension;
    model->activation = nplm->activation;
    model->base.info.architecture = "feed-forward";
    model->base.info.order = (unsigned)nplm->ngram_size;
    const enum plx_status status = bind_layers(nplm, error);
    return status ? status : bind_vocabulary(nplm, error);
}

static enum plx_status open_nplm(struct plx_source *source, const struct plx_model_options *options,
                                 struct plx_model **opened, struct plx_error *error)
{
    struct plx_tensors none = {0};
    struct plx_nplm nplm = {.options = options,
                            .name = plx_source_name(source),
                            .activation = PLX_ACTIVATION_relu, /* where the file says nothing */
                            .model = plx_neural_new(&none, error)};
    *opened = NULL;
    if (!nplm.model)
        return PLX_MEMORY;
    const struct plx_claims claims = {.input = nplm.name, .tensors = &nplm.model->tensors};
    plx_lines_init(&nplm.lines, source, PLX_SOURCE_PEEK_MAX - 1);
    enum plx_status status = plx_nplm_read(&nplm, error);
    if (status == PLX_OK)
        status = bind(&nplm, error);
    if (nplm.output != nplm.input)
        plx_vocabulary_free(nplm.output);
    plx_vocabulary_free(nplm.input);
    if (status) {
        plx_model_close(&nplm.model->base);
        return status;
    }
    return plx_neural_finish(nplm.model, &claims, options, opened, error);
}

/* The first words are \config. */
static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char TITLE[] = "\\config";
    size_t at = 0;
    (void)name;
    while (at < size && (head[at] == '\n' || head[at] == '\r' || head[at] == ' ' || head[at] == '\t'))
        at++;
    if (size - at <= sizeof TITLE - 1 || memcmp(head + at, TITLE, sizeof TITLE - 1) != 0)
        return PLX_PROBE_NO;
    const uint8_t next = head[at + sizeof TITLE - 1];
    return next == '\n' || next == '\r' || next == ' ' || next == '\t' ? PLX_PROBE_CONTENT : PLX_PROBE_NO;
}

const struct plx_model_format plx_model_format_nplm = {
    .name = "nplm",
    .description = "feed-forward n-gram model of the NPLM toolkit, as text (plain or gzip); normalised",
    .probe = probe,
    .open = open_nplm,
};
