/* NPLM models as text. The format, the order of the context and the padding are those of the toolkit's
   src/model.cpp, neuralClasses.h and neuralLM.h (moses-smt/nplm). */
#include "model/nplm.h"

#include "support/fixtures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define E 2.718281828459045

static struct file_bytes fixture(void)
{
    char *path = fixture_path("models/nplm/tiny.nplm");
    const struct file_bytes file = file_read(path);
    free(path);
    return file;
}

/* The fixture with `old` replaced by `new`, once, NUL-terminated; released with free(). */
static char *edit(const char *old, const char *new)
{
    const struct file_bytes file = fixture();
    char *text = malloc(file.size + strlen(new) + 1);
    assert_non_null(text);
    memcpy(text, file.bytes, file.size);
    text[file.size] = '\0';
    char *place = strstr(text, old);
    if (!place)
        fail_msg("\"%s\" is not in the fixture", old);
    const size_t begin = (size_t)(place - text), end = begin + strlen(old);
    memcpy(text + begin, new, strlen(new));
    memcpy(text + begin + strlen(new), file.bytes + end, file.size - end);
    text[file.size - strlen(old) + strlen(new)] = '\0';
    free(file.bytes);
    return text;
}

static struct plx_model *open_fine(char *text)
{
    struct plx_model *model;
    struct plx_error error;
    if (model_open_bytes(text, strlen(text), "test", NULL, &model, &error))
        fail_msg("%s", error.message);
    free(text);
    return model;
}

static const struct plx_neural_model *inside(const struct plx_model *model)
{
    return (const struct plx_neural_model *)(const void *)model;
}

static void assert_refused(char *text, enum plx_status status, uint64_t line, const char *words)
{
    struct plx_model *model;
    struct plx_error error;
    const enum plx_status found = model_open_bytes(text, strlen(text), "test", NULL, &model, &error);
    if (found != status || !strstr(error.message, words))
        fail_msg("\"%s\": %s, \"%s\"", words, plx_status_name(found), found ? error.message : "");
    assert_null(model);
    assert_string_equal(error.input, "test");
    if (error.line != (line ? line : PLX_NOWHERE))
        fail_msg("%s: line %lu", words, (unsigned long)error.line);
    free(text);
}

static void plx_model_format_nplm__info(void **state)
{
    static const char *const WORDS[] = {"<unk>", "</s>", "a", "c", "<s>", "<null>", "b"};
    static const uint32_t ROWS[] = {0, 2, 4, 0, 1, 3, 5}; /* c is not in the input vocabulary */
    (void)state;
    struct plx_model *model = open_fine(edit("", ""));
    const struct plx_model_info *info = plx_model_info(model);
    size_t warnings;
    assert_string_equal(info->format, "nplm");
    assert_string_equal(info->architecture, "feed-forward");
    assert_int_equal(info->order, 3);
    assert_int_equal(info->context_length, 2);
    assert_int_equal(info->least_context, 0);
    assert_int_equal(info->vocabulary, 7);
    assert_int_equal(info->parameters, 12 + 8 + 2 + 4 + 2 + 8 + 4);
    assert_int_equal(info->start, 4);
    assert_int_equal(info->end, 1);
    assert_int_equal(info->unknown, 0);
    assert_int_equal(info->capabilities, PLX_STRING_TOKENS | PLX_EMPTY_CONTEXT | PLX_FULL_DISTRIBUTION);
    for (uint32_t i = 0; i < 7; i++) {
        const struct plx_word word = plx_model_token(model, i);
        assert_int_equal(word.length, strlen(WORDS[i]));
        assert_memory_equal(word.text, WORDS[i], word.length);
        assert_int_equal(inside(model)->rows[i], ROWS[i]);
    }
    assert_int_equal(inside(model)->outputs, 4);
    assert_int_equal(inside(model)->padding, 3);
    assert_true(inside(model)->start_pads);
    assert_false(inside(model)->newest_first);
    plx_model_warnings(model, &warnings);
    assert_int_equal(warnings, 0);
    plx_model_close(model);
}

/* With the fixture's weights, o the embedding of the older word and y that of the newer:
   x_1 = max(0, (o_1, y_2 − 1)), x_2 = max(0, (2 x_1,1 − 1, x_1,2)), and the logits of <unk>, </s>, a, c are
   0, x_2,1, x_2,2, ln 2 (0.693147). Embeddings: <unk> (0, 0), <s> (1, 0), </s> (0, 0), <null> (0, 1),
   a (1, 1), b (−1, 2). */
static const struct {
    const char *words; /* the last one is the target */
    double odds;       /* Z / exp(logit) */
} SCORES[] = {
    {"<s> <s> <unk>", 4 + E},       /* x_2 = (1, 0): Z = 1 + e + 1 + 2 */
    {"<s> <s> </s>", (4 + E) / E},  /* the same */
    {"<s> <s> c", (4 + E) / 2},     /* the same */
    {"a b a", (3 + 2 * E) / E},     /* x_2 = (1, 1): Z = 1 + e + e + 2 */
    {"b a a", 5},                   /* x_2 = (0, 0): Z = 1 + 1 + 1 + 2. The order of the words matters */
    {"b c b", (double)INFINITY},    /* b is never predicted */
    {"a c </s>", (4 + E) / E},      /* c as context is <unk>: x_2 = (1, 0) */
    {"b b a b a", (3 + 2 * E) / E}, /* only the last two words matter */
    {"<s> </s>", (4 + E) / E},      /* short, and <s> first: another <s> before it */
    {"a </s>", 5},                  /* short: <null> before it, x_1 = (0, 0) */
    {"b a", (4 + E) / E},           /* <null> b: x_1 = (0, 1), x_2 = (0, 1): Z = 1 + 1 + e + 2 */
    {"c", 2.5},                     /* <null> <null>: x_2 = (0, 0) */
};

static size_t look_up(const struct plx_model *model, const char *text, uint32_t *ids)
{
    size_t count = 0;
    for (const char *at = text; *at; at += *at == ' ') {
        const struct plx_word word = {at, strcspn(at, " ")};
        plx_model_lookup(model, &word, 1, ids + count++);
        at += word.length;
    }
    return count;
}

static void plx_model_format_nplm__scores_by_hand(void **state)
{
    struct plx_error error;
    (void)state;
    struct plx_model *model = open_fine(edit("", ""));
    struct plx_session *session = plx_session_new(model, &error);
    for (size_t i = 0; i < sizeof SCORES / sizeof *SCORES; i++) {
        uint32_t ids[8];
        double nats;
        const size_t count = look_up(model, SCORES[i].words, ids);
        const struct plx_window window = {ids, count - 1, count, 0};
        assert_int_equal(
            plx_session_score(session, &window, 1, &(struct plx_scores){&nats, NULL, NULL}, &error), PLX_OK);
        if (isinf(SCORES[i].odds) ? nats != SCORES[i].odds : fabs(nats - log(SCORES[i].odds)) > 1e-6)
            fail_msg("%s: %.9g, not %.9g", SCORES[i].words, nats, log(SCORES[i].odds));
    }
    plx_session_free(session);
    plx_model_close(model);
}

/* Without hidden units, the first layer is the only one and the second one of the file means nothing. */
static void plx_model_format_nplm__no_hidden_units(void **state)
{
    (void)state;
    char *text = edit("num_hidden 2", "num_hidden 0");
    char *second = strstr(text, "\\hidden_weights 2");
    const char *output = strstr(text, "\\output_weights");
    static const char dummy[] = "\\hidden_weights 2\n0\n\n\\hidden_biases 2\n0\n\n";
    assert_true(second && output);
    memmove(second + sizeof dummy - 1, output, strlen(output) + 1);
    memcpy(second, dummy, sizeof dummy - 1);
    struct plx_model *model = open_fine(text);
    assert_int_equal(inside(model)->layer_count, 1);
    assert_int_equal(inside(model)->tensors.count, 5);
    assert_int_equal(plx_model_info(model)->parameters, 12 + 8 + 2 + 8 + 4);
    plx_model_close(model);
}

static void plx_model_format_nplm__activations(void **state)
{
    static const struct {
        const char *name;
        enum plx_activation activation;
    } cases[] = {{"activation_function rectifier", PLX_ACTIVATION_relu},
                 {"activation_function tanh", PLX_ACTIVATION_tanh},
                 {"activation_function hardtanh", PLX_ACTIVATION_hardtanh},
                 {"activation_function identity", PLX_ACTIVATION_identity},
                 {"version 1", PLX_ACTIVATION_relu}}; /* nothing said: model's constructor has this */
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *model = open_fine(edit("activation_function rectifier", cases[i].name));
        assert_int_equal(inside(model)->activation, cases[i].activation);
        plx_model_close(model);
    }
}

/* One vocabulary for both, under its own title: words are rows. */
static void plx_model_format_nplm__one_vocabulary(void **state)
{
    static const char TEXT[] = "\\config\nngram_size 2\nvocab_size 2\ninput_embedding_dimension 1\n"
                               "num_hidden 0\noutput_embedding_dimension 1\n\n\\vocab\n<unk>\na\n\n"
                               "\\input_embeddings\n1\n2\n\n\\hidden_weights 1\n1\n\n"
                               "\\hidden_biases 1\n0\n\n\\output_weights\n0\n1\n\n"
                               "\\output_biases\n0\n0\n\n\\end\n";
    (void)state;
    struct plx_model *model = open_fine(strdup(TEXT));
    assert_int_equal(plx_model_info(model)->vocabulary, 2);
    assert_int_equal(inside(model)->outputs, 2);
    assert_null(inside(model)->rows);
    plx_model_close(model);
}

static void plx_model_format_nplm__without_vocabularies(void **state)
{
    (void)state;
    char *text = edit("\\output_vocab\n<unk>\n</s>\na\nc\n\n", "");
    char *begin = strstr(text, "\\input_vocab"), *end = strstr(text, "\\input_embeddings");
    assert_true(begin && end);
    memmove(begin, end, strlen(end) + 1);
    struct plx_model *model = open_fine(text);
    assert_int_equal(plx_model_info(model)->vocabulary, 6);
    assert_int_equal(plx_model_info(model)->least_context,
                     2); /* nothing is known to stand before the start */
    assert_int_equal(inside(model)->outputs, 4);
    assert_null(inside(model)->rows);
    assert_null(model->vocabulary);
    plx_model_close(model);
}

/* A context that is too short is filled with <unk> where <null> is no word. */
static void plx_model_format_nplm__without_null(void **state)
{
    (void)state;
    struct plx_model *model = open_fine(edit("<null>", "d"));
    assert_int_equal(inside(model)->padding, 0);
    plx_model_close(model);
}

static void plx_model_format_nplm__deviations(void **state)
{
    static const struct {
        const char *old, *new, *code;
        uint64_t line;
    } cases[] = {
        {"version 1\n", "version 1\nseed 7\n", "unknown-setting", 3},
        {"\\input_vocab\n", "\\comment\nx y\n\n\\input_vocab\n", "unknown-section", 11},
        {"\\end", "\\end\nx\n", "text-after-end", 62},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count;
        struct plx_model *model = open_fine(edit(cases[i].old, cases[i].new));
        const struct plx_warning *warnings = plx_model_warnings(model, &count);
        assert_int_equal(count, 1);
        assert_string_equal(warnings[0].code, cases[i].code);
        assert_int_equal(warnings[0].line, cases[i].line);
        plx_model_close(model);
    }
    /* Blanks at the ends of lines, carriage returns, blank lines at the end. */
    plx_model_close(open_fine(edit("ngram_size 3\n", " ngram_size\t3 \r\n")));
    plx_model_close(open_fine(edit("\\end", "\\end\n\n")));
}

static void plx_model_format_nplm__refused(void **state)
{
    static const struct {
        const char *old, *new;
        enum plx_status status;
        uint64_t line;
        const char *words;
    } cases[] = {
        {"version 1", "version 2", PLX_UNSUPPORTED, 2, "version 2 of the format is not read"},
        {"rectifier", "sigmoid", PLX_UNSUPPORTED, 9, "\"sigmoid\" is not one of rectifier, tanh"},
        {"ngram_size 3\n", "", PLX_MALFORMED, 9, "\\config does not say the ngram_size"},
        {"num_hidden 2\n", "", PLX_MALFORMED, 9, "\\config does not say the num_hidden"},
        {"ngram_size 3", "ngram_size 1", PLX_MALFORMED, 3,
         "ngram_size is \"1\", but should be a number from 2"},
        {"num_hidden 2", "num_hidden -2", PLX_MALFORMED, 7, "num_hidden is \"-2\""},
        {"num_hidden 2", "num_hidden 2 3", PLX_MALFORMED, 7, "a name and a value"},
        {"input_vocab_size 6", "input_vocab_size 7", PLX_MALFORMED, 18,
         "\\input_vocab has 6 words, but the configuration says 7"},
        {"\na\nb\n", "\na b\nb\n", PLX_MALFORMED, 16, "a line of \\input_vocab is one word"},
        {"\na\nb\n", "\na\na\n", PLX_MALFORMED, 17, "the word \"a\" is already in \\input_vocab"},
        {"<unk>\n<s>", "x\n<s>", PLX_MALFORMED, 19,
         "lacks the word \"<unk>\" of the output vocabulary, and <unk>"},
        {"\\output_vocab\n<unk>\n</s>\na\nc\n\n", "", PLX_MALFORMED, 55,
         "the section \\output_vocab is missing"},
        {"0\t1\n1\t1\n", "0\t1\n1\n", PLX_MALFORMED, 30,
         "a row of \\input_embeddings should have 2 numbers, and has fewer"},
        {"0\t1\n1\t1\n", "0\t1\n1\t1\t1\n", PLX_MALFORMED, 30, "has more"},
        {"0\t1\n1\t1\n", "0\t1\n1\tx\n", PLX_MALFORMED, 30, "\"x\" is not a number"},
        {"0\t1\n1\t1\n", "0\t1\n", PLX_MALFORMED, 31, "\\input_embeddings should have 6 rows, and has fewer"},
        {"-1\t2\n", "-1\t2\n0\t0\n", PLX_MALFORMED, 32,
         "\\input_embeddings should have 6 rows, and has more"},
        {"-1\t2\n", "-1\tnan\n", PLX_MALFORMED, 0, "element [5, 1] of tensor \"input_embeddings\""},
        {"\\hidden_biases 2\n-1\n0\n\n", "", PLX_MALFORMED, 57, "the section \\hidden_biases 2 is missing"},
        {"\\hidden_biases 2\n-1\n0\n\n", "\\hidden_biases 2\n-1\n0\n\n\\hidden_biases 2\n", PLX_MALFORMED, 49,
         "the section \\hidden_biases 2 is there twice"},
        {"\\input_vocab\n", "\\config\n", PLX_MALFORMED, 11, "the section \\config is there twice"},
        {"\\input_vocab\n", "word\n", PLX_MALFORMED, 11, "\"word\" stands where a section should begin"},
        {"\\end", "", PLX_MALFORMED, 60, "the file ends without \\end"},
        {"0.693147\n\n\\end", "0.693147\n", PLX_MALFORMED, 59,
         "the file ends within the section \\output_biases"},
        {"input_embedding_dimension 2\nnum_hidden 2",
         "input_embedding_dimension 4000000000\nnum_hidden 4000000000", PLX_MALFORMED, 26,
         "\\input_embeddings should have 4000000000 numbers, and has fewer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(edit(cases[i].old, cases[i].new), cases[i].status, cases[i].line, cases[i].words);
}

static void plx_model_format_nplm__vocabulary_of_its_own(void **state)
{
    const struct plx_model_options options = {.vocabulary = "vocab.txt"};
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    char *text = edit("", "");
    assert_int_equal(model_open_bytes(text, strlen(text), "test", &options, &model, &error), PLX_USAGE);
    free(text);
}

static void plx_model_format_nplm__probe(void **state)
{
    extern const struct plx_model_format plx_model_format_nplm;
    (void)state;
    assert_int_equal(plx_model_format_nplm.probe((const uint8_t *)"\\config\nversion", 15, "x"),
                     PLX_PROBE_CONTENT);
    assert_int_equal(plx_model_format_nplm.probe((const uint8_t *)"\n\\config\r\n", 10, "x"),
                     PLX_PROBE_CONTENT);
    assert_int_equal(plx_model_format_nplm.probe((const uint8_t *)"\\configure\n", 11, "x"), PLX_PROBE_NO);
    assert_int_equal(plx_model_format_nplm.probe((const uint8_t *)"\\data\\\n", 7, "x.nplm"), PLX_PROBE_NO);
    assert_int_equal(plx_model_format_nplm.probe((const uint8_t *)"\\config", 7, "x"), PLX_PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_format_nplm__info),
        cmocka_unit_test(plx_model_format_nplm__scores_by_hand),
        cmocka_unit_test(plx_model_format_nplm__no_hidden_units),
        cmocka_unit_test(plx_model_format_nplm__activations),
        cmocka_unit_test(plx_model_format_nplm__one_vocabulary),
        cmocka_unit_test(plx_model_format_nplm__without_vocabularies),
        cmocka_unit_test(plx_model_format_nplm__without_null),
        cmocka_unit_test(plx_model_format_nplm__deviations),
        cmocka_unit_test(plx_model_format_nplm__refused),
        cmocka_unit_test(plx_model_format_nplm__vocabulary_of_its_own),
        cmocka_unit_test(plx_model_format_nplm__probe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
