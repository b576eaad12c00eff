#include "model/nplm.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/word.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines between two questions whether to go on. */
#define PAUSE_LINES 256

#define TITLE(name, title) title,
static const char *const TITLES[] = {PLX_NPLM_MATRICES(TITLE)};
#undef TITLE

/* Puts the place into an error. */
static enum plx_status at_line(const struct plx_nplm *nplm, struct plx_error *error)
{
    plx_error_input(error, nplm->name);
    return plx_error_at_line(error, nplm->lines.number, PLX_NOWHERE);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static enum plx_status pause(const struct plx_nplm *nplm, struct plx_error *error)
{
    const struct plx_model_options *options = nplm->options;
    if (nplm->lines.number % PAUSE_LINES != 0)
        return PLX_OK;
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    if (options->progress) {
        uint64_t size, done;
        plx_source_progress(nplm->lines.source, &size, &done);
        options->progress(options->user, done, size);
    }
    return PLX_OK;
}

static enum plx_status next(struct plx_nplm *nplm, struct plx_error *error)
{
    enum plx_status status = pause(nplm, error);
    if (status == PLX_OK)
        status = plx_lines_next(&nplm->lines, &nplm->line, &nplm->length, NULL, error);
    if (status || !nplm->line)
        return status;
    while (nplm->length > 0 && is_blank(nplm->line[nplm->length - 1]))
        nplm->length--;
    while (nplm->length > 0 && is_blank(nplm->line[0])) {
        nplm->line++;
        nplm->length--;
    }
    return PLX_OK;
}

/* The next line of a section; *more is false at the blank line that ends it. */
static enum plx_status next_of(struct plx_nplm *nplm, const char *title, bool *more, struct plx_error *error)
{
    const enum plx_status status = next(nplm, error);
    *more = status == PLX_OK && nplm->line && nplm->length > 0;
    if (status || nplm->line)
        return status;
    plx_error_set(error, PLX_MALFORMED, "the file ends within the section %s", title);
    at_line(nplm, error);
    return plx_error_hint(error, "was the file copied or downloaded completely?");
}

/* Takes the next word of the line from *at on; false if there is none. */
static bool next_word(const struct plx_nplm *nplm, const char **at, struct plx_word *word)
{
    const char *end = nplm->line + nplm->length;
    while (*at < end && is_blank(**at))
        ++*at;
    word->text = *at;
    while (*at < end && !is_blank(**at))
        ++*at;
    word->length = (size_t)(*at - word->text);
    return word->length > 0;
}

static int shown(struct plx_word word)
{
    return (int)(word.length < 60 ? word.length : 60);
}

/* The toolkit's names of activations. */
static bool parse_activation(struct plx_word word, enum plx_activation *activation)
{
    static const struct {
        const char *name;
        enum plx_activation activation;
    } names[] = {{"rectifier", PLX_ACTIVATION_relu},
                 {"tanh", PLX_ACTIVATION_tanh},
                 {"hardtanh", PLX_ACTIVATION_hardtanh},
                 {"identity", PLX_ACTIVATION_identity}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (plx_word_is(word, names[i].name)) {
            *activation = names[i].activation;
            return true;
        }
    }
    return false;
}

static enum plx_status parse_size(const struct plx_nplm *nplm, struct plx_word name, struct plx_word value,
                                  uint64_t least, uint64_t *number, struct plx_error *error)
{
    if (plx_parse_u64(value.text, value.length, least, PLX_NO_TOKEN - 1, number))
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "%.*s is \"%.*s\", but should be a number from %" PRIu64 " to %lu",
                  shown(name), name.text, shown(value), value.text, least, (unsigned long)PLX_NO_TOKEN - 1);
    return at_line(nplm, error);
}

/* One line of \config. */
static enum plx_status read_setting(struct plx_nplm *nplm, struct plx_word name, struct plx_word value,
                                    struct plx_error *error)
{
#define TAKE(field, least)         \
    if (plx_word_is(name, #field)) \
        return parse_size(nplm, name, value, least, &nplm->field, error);
    PLX_NPLM_CONFIG(TAKE)
#undef TAKE
    if (plx_word_is(name, "vocab_size")) {
        const enum plx_status status = parse_size(nplm, name, value, 1, &nplm->input_vocab_size, error);
        nplm->output_vocab_size = nplm->input_vocab_size;
        return status;
    }
    if (plx_word_is(name, "activation_function")) {
        if (parse_activation(value, &nplm->activation))
            return PLX_OK;
        plx_error_set(error, PLX_UNSUPPORTED,
                      "the activation function \"%.*s\" is not one of rectifier, tanh, hardtanh, identity",
                      shown(value), value.text);
        return at_line(nplm, error);
    }
    if (plx_word_is(name, "version")) {
        if (plx_word_is(value, "1"))
            return PLX_OK;
        plx_error_set(error, PLX_UNSUPPORTED, "version %.*s of the format is not read, only version 1",
                      shown(value), value.text);
        return at_line(nplm, error);
    }
    plx_model_warn(&nplm->model->base, "unknown-setting", nplm->lines.number,
                   "the setting %.*s means nothing here", shown(name), name.text);
    return PLX_OK;
}

static enum plx_status read_config(struct plx_nplm *nplm, struct plx_error *error)
{
    static const char title[] = "\\config";
    enum plx_status status;
    bool more;
    const char *missing = NULL;
    nplm->num_hidden = UINT64_MAX;
    while ((status = next_of(nplm, title, &more, error)) == PLX_OK && more) {
        struct plx_word name, value, rest;
        const char *at = nplm->line;
        if (!next_word(nplm, &at, &name) || !next_word(nplm, &at, &value) || next_word(nplm, &at, &rest)) {
            plx_error_set(error, PLX_MALFORMED, "a line of %s is a name and a value", title);
            return at_line(nplm, error);
        }
        if ((status = read_setting(nplm, name, value, error)))
            return status;
    }
    if (status)
        return status;
#define CHECK(field, least)                                    \
    if (!missing && nplm->field == ((least) ? 0 : UINT64_MAX)) \
        missing = #field;
    PLX_NPLM_CONFIG(CHECK)
#undef CHECK
    nplm->configured = true;
    nplm->output_line = nplm->lines.number;
    if (!missing)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "%s does not say the %s", title, missing);
    return at_line(nplm, error);
}

/* `size` words, a line each. */
static enum plx_status read_words(struct plx_nplm *nplm, const char *title, uint64_t size,
                                  struct plx_vocabulary **vocabulary, struct plx_error *error)
{
    enum plx_status status;
    bool more;
    if (*vocabulary) {
        plx_error_set(error, PLX_MALFORMED, "the vocabulary of the section %s is there already", title);
        return at_line(nplm, error);
    }
    *vocabulary = plx_vocabulary_new(1024, error);
    if (!*vocabulary)
        return PLX_MEMORY;
    while ((status = next_of(nplm, title, &more, error)) == PLX_OK && more) {
        struct plx_word word, rest;
        const char *at = nplm->line;
        uint32_t id;
        (void)next_word(nplm, &at, &word);
        if (next_word(nplm, &at, &rest)) {
            plx_error_set(error, PLX_MALFORMED, "a line of %s is one word", title);
            return at_line(nplm, error);
        }
        if ((status = plx_vocabulary_add(*vocabulary, word, &id, error)))
            return status;
        if (id == PLX_NO_TOKEN) {
            plx_error_set(error, PLX_MALFORMED, "the word \"%.*s\" is already in %s", shown(word), word.text,
                          title);
            return at_line(nplm, error);
        }
    }
    if (status || plx_vocabulary_size(*vocabulary) == size)
        return status;
    plx_error_set(error, PLX_MALFORMED, "%s has %zu words, but the configuration says %" PRIu64, title,
                  plx_vocabulary_size(*vocabulary), size);
    return at_line(nplm, error);
}

/* [rows, columns], or [rows] where columns is 0. */
static bool measure(const struct plx_nplm *nplm, enum plx_nplm_matrix matrix, size_t *rows, size_t *columns)
{
    const bool deep = nplm->num_hidden > 0;
    size_t inputs;
    if (__builtin_mul_overflow(nplm->ngram_size - 1, nplm->input_embedding_dimension, &inputs))
        return false;
    const struct {
        uint64_t rows, columns;
    } shapes[] = {
        [PLX_NPLM_INPUT_EMBEDDINGS] = {nplm->input_vocab_size, nplm->input_embedding_dimension},
        [PLX_NPLM_HIDDEN_WEIGHTS_1] = {deep ? nplm->num_hidden : nplm->output_embedding_dimension, inputs},
        [PLX_NPLM_HIDDEN_BIASES_1] = {deep ? nplm->num_hidden : nplm->output_embedding_dimension, 0},
        [PLX_NPLM_HIDDEN_WEIGHTS_2] = {deep ? nplm->output_embedding_dimension : 1,
                                       deep ? nplm->num_hidden : 1},
        [PLX_NPLM_HIDDEN_BIASES_2] = {deep ? nplm->output_embedding_dimension : 1, 0},
        [PLX_NPLM_OUTPUT_WEIGHTS] = {nplm->output_vocab_size, nplm->output_embedding_dimension},
        [PLX_NPLM_OUTPUT_BIASES] = {nplm->output_vocab_size, 0},
    };
    size_t count, bytes;
    *rows = (size_t)shapes[matrix].rows;
    *columns = (size_t)shapes[matrix].columns;
    return !__builtin_mul_overflow(*rows, *columns ? *columns : 1, &count) &&
           !__builtin_mul_overflow(count, sizeof(float), &bytes) && *columns < SIZE_MAX / sizeof(float);
}

static enum plx_status fail_row(const struct plx_nplm *nplm, const char *title, size_t count, bool more,
                                struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "a row of %s should have %zu number%s, and has %s", title, count,
                  count == 1 ? "" : "s", more ? "more" : "fewer");
    return at_line(nplm, error);
}

/* The numbers of a line, `count` of them, behind the others. */
static enum plx_status read_row(const struct plx_nplm *nplm, const char *title, size_t count,
                                struct plx_buffer *data, struct plx_error *error)
{
    const char *at = nplm->line;
    struct plx_word word;
    size_t found = 0;
    if (nplm->length / 2 + 1 < count) /* memory grows with what is there, not with what is promised */
        return fail_row(nplm, title, count, false, error);
    const enum plx_status status = plx_buffer_reserve(data, count * sizeof(float), error);
    if (status)
        return plx_error_input(error, nplm->name);
    while (next_word(nplm, &at, &word)) {
        float value;
        uint32_t bits;
        if (!plx_parse_float(word.text, word.length, &value)) {
            plx_error_set(error, PLX_MALFORMED, "\"%.*s\" is not a number", shown(word), word.text);
            return at_line(nplm, error);
        }
        if (found++ == count)
            return fail_row(nplm, title, count, true, error);
        memcpy(&bits, &value, sizeof bits);
        bits = htole32(bits);
        memcpy(data->data + data->size, &bits, sizeof bits);
        data->size += sizeof bits;
    }
    return found == count ? PLX_OK : fail_row(nplm, title, count, false, error);
}

static enum plx_status read_rows(struct plx_nplm *nplm, const char *title, size_t rows, size_t columns,
                                 struct plx_buffer *data, struct plx_error *error)
{
    enum plx_status status;
    bool more;
    size_t found = 0;
    while ((status = next_of(nplm, title, &more, error)) == PLX_OK && more) {
        if (found++ == rows)
            break;
        if ((status = read_row(nplm, title, columns ? columns : 1, data, error)))
            return status;
    }
    if (status || found == rows)
        return status;
    plx_error_set(error, PLX_MALFORMED, "%s should have %zu rows, and has %s", title, rows,
                  found > rows ? "more" : "fewer");
    return at_line(nplm, error);
}

static enum plx_status read_matrix(struct plx_nplm *nplm, enum plx_nplm_matrix matrix,
                                   struct plx_error *error)
{
    const char *title = TITLES[matrix];
    struct plx_tensors *tensors = &nplm->model->tensors;
    struct plx_buffer data;
    size_t rows, columns;
    if (nplm->read[matrix]) {
        plx_error_set(error, PLX_MALFORMED, "the section %s is there twice", title);
        return at_line(nplm, error);
    }
    nplm->read[matrix] = true;
    if (!measure(nplm, matrix, &rows, &columns)) {
        plx_error_set(error, PLX_MALFORMED, "the size of %s is no number of bytes", title);
        return at_line(nplm, error);
    }
    plx_buffer_init(&data, SIZE_MAX);
    enum plx_status status = read_rows(nplm, title, rows, columns, &data, error);
    const bool unused =
        nplm->num_hidden == 0 && (matrix == PLX_NPLM_HIDDEN_WEIGHTS_2 || matrix == PLX_NPLM_HIDDEN_BIASES_2);
    if (status || unused) {
        plx_buffer_release(&data);
        return status;
    }
    const struct plx_tensor view = {.dtype = PLX_F32,
                                    .dimensions = columns ? 2 : 1,
                                    .shape = {rows, columns},
                                    .count = rows * (columns ? columns : 1),
                                    .data = data.data};
    status = plx_tensors_own(tensors, data.data, error);
    return status ? status : plx_tensors_add(tensors, title + 1, strlen(title + 1), &view, error);
}

static enum plx_status read_section(struct plx_nplm *nplm, struct plx_error *error)
{
    const struct plx_word title = {nplm->line, nplm->length};
    const bool words = plx_word_is(title, "\\vocab"), output = plx_word_is(title, "\\output_vocab");
    enum plx_status status = PLX_OK;
    bool more = true;
    if (words || output)
        nplm->output_line = nplm->lines.number;
    if (words || plx_word_is(title, "\\input_vocab")) {
        status = read_words(nplm, words ? "\\vocab" : "\\input_vocab", nplm->input_vocab_size, &nplm->input,
                            error);
        if (words && !nplm->output)
            nplm->output = nplm->input;
        return status;
    }
    if (output)
        return read_words(nplm, "\\output_vocab", nplm->output_vocab_size, &nplm->output, error);
    for (unsigned i = 0; i < PLX_NPLM_MATRIX_COUNT; i++) {
        if (plx_word_is(title, TITLES[i]))
            return read_matrix(nplm, (enum plx_nplm_matrix)i, error);
    }
    if (title.text[0] != '\\') {
        plx_error_set(error, PLX_MALFORMED, "\"%.*s\" stands where a section should begin", shown(title),
                      title.text);
        return at_line(nplm, error);
    }
    plx_model_warn(&nplm->model->base, "unknown-section", nplm->lines.number,
                   "the section %.*s means nothing here", shown(title), title.text);
    while (status == PLX_OK && more)
        status = next_of(nplm, "of that kind", &more, error);
    return status;
}

/* Nothing of what a model needs may be missing. */
static enum plx_status check_sections(const struct plx_nplm *nplm, struct plx_error *error)
{
    for (unsigned i = 0; i < PLX_NPLM_MATRIX_COUNT; i++) {
        const bool second = i == PLX_NPLM_HIDDEN_WEIGHTS_2 || i == PLX_NPLM_HIDDEN_BIASES_2;
        if (nplm->read[i] || (second && nplm->num_hidden == 0))
            continue;
        plx_error_set(error, PLX_MALFORMED, "the section %s is missing", TITLES[i]);
        return at_line(nplm, error);
    }
    if (!nplm->input == !nplm->output)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the section %s is missing",
                  nplm->input ? "\\output_vocab" : "\\input_vocab");
    return at_line(nplm, error);
}

/* What stands behind the end is not read by the toolkit. */
static enum plx_status pass_rest(struct plx_nplm *nplm, struct plx_error *error)
{
    enum plx_status status;
    while ((status = next(nplm, error)) == PLX_OK && nplm->line) {
        if (nplm->length > 0)
            plx_model_warn(&nplm->model->base, "text-after-end", nplm->lines.number,
                           "there is text behind \\end, which is not read");
    }
    return status;
}

enum plx_status plx_nplm_read(struct plx_nplm *nplm, struct plx_error *error)
{
    enum plx_status status;
    while ((status = next(nplm, error)) == PLX_OK && nplm->line) {
        const struct plx_word title = {nplm->line, nplm->length};
        if (nplm->length == 0)
            continue;
        if (plx_word_is(title, "\\end"))
            break;
        const bool config = plx_word_is(title, "\\config");
        if (config == nplm->configured) {
            plx_error_set(error, PLX_MALFORMED,
                          config ? "the section \\config is there twice"
                                 : "the first section should be \\config, which the others depend on");
            return at_line(nplm, error);
        }
        status = config ? read_config(nplm, error) : read_section(nplm, error);
        if (status)
            return status;
    }
    if (status)
        return status;
    if (!nplm->line) {
        plx_error_set(error, PLX_MALFORMED, "the file ends without \\end");
        at_line(nplm, error);
        return plx_error_hint(error, "was the file copied or downloaded completely?");
    }
    if (!nplm->configured) {
        plx_error_set(error, PLX_MALFORMED, "the section \\config is missing");
        return at_line(nplm, error);
    }
    status = check_sections(nplm, error);
    return status ? status : pass_rest(nplm, error);
}

const struct plx_tensor *plx_nplm_tensor(const struct plx_nplm *nplm, enum plx_nplm_matrix matrix)
{
    return plx_tensors_find(&nplm->model->tensors, TITLES[matrix] + 1);
}
