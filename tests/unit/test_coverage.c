/* How much of a corpus a model knows, counted by hand. */
#include "inspect/coverage.h"
#include "inspect/inspect.h"
#include "model/model.h"

#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/inspections.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "\\data\\\nngram 1=8\n\n\\1-grams:\n-1\t</s>\n-1\t<s>\n"

/* Knows the, cat, @-@, run, é; with an unknown symbol. */
static const char ARPA[] = HEAD "-1\t<unk>\n-1\tthe\n-1\tcat\n-1\t@-@\n-1\trun\n-1\t\xC3\xA9\n\\end\\\n";
static const char WITHOUT[] = HEAD "-1\tx\n-1\tthe\n-1\tcat\n-1\tZ\n-1\trun\n-1\ty\n\\end\\\n";

static cJSON *cover(const char *model, const char *text, const struct plx_inspect_options *options)
{
    struct scratch scratch;
    scratch_make(&scratch);
    const char *names[] = {scratch_text(&scratch, "model", model), scratch_text(&scratch, "corpus", text)};
    cJSON *json = inspect_names(names, 2, options);
    scratch_remove(&scratch);
    return json;
}

static void plx_coverage__counts(void **state)
{
    (void)state;
    cJSON *json = cover(ARPA, "the cat <unk>\nb the b \n\n<UNK> a <s> the </s>\n", NULL);
    assert_string_equal(json_text(json, "coverage.by"), "strings");
    assert_int_equal(json_number(json, "coverage.tokens.total"), 11);
    assert_int_equal(json_number(json, "coverage.tokens.known"), 6);
    assert_int_equal(json_number(json, "coverage.tokens.unknown"), 5);
    assert_int_equal(json_number(json, "coverage.tokens.literal"), 2);
    assert_true(fabs(json_number(json, "coverage.tokens.known_share") - 6.0 / 11) < 1e-15);
    assert_int_equal(json_number(json, "coverage.types.known"), 4);
    assert_int_equal(json_number(json, "coverage.types.unknown"), 4);
    assert_int_equal(cJSON_GetArraySize(json_at(json, "coverage.most_frequent_unknown")), 2);
    assert_string_equal(json_text(json, "coverage.most_frequent_unknown.0.token"), "b");
    assert_int_equal(json_number(json, "coverage.most_frequent_unknown.0.count"), 2);
    assert_string_equal(json_text(json, "coverage.most_frequent_unknown.1.token"), "a");
    const cJSON *start = json_finding(json, "coverage", "start-symbol");
    assert_non_null(start);
    assert_int_equal(json_number(start, "line"), 4);
    assert_int_equal(json_number(start, "offset"), 32);
    assert_non_null(json_finding(json, "coverage", "end-symbol"));
    assert_non_null(json_finding(json, "coverage", "many-unknown")); /* 3 of 11 */
    cJSON_Delete(json);
}

static void plx_coverage__order_and_number_of_unknowns(void **state)
{
    const struct plx_inspect_options options = {.top = 3};
    (void)state;
    cJSON *json = cover(ARPA, "c bb b bb d d a e\n", &options);
    assert_int_equal(cJSON_GetArraySize(json_at(json, "coverage.most_frequent_unknown")), 3);
    assert_string_equal(json_text(json, "coverage.most_frequent_unknown.0.token"), "bb");
    assert_string_equal(json_text(json, "coverage.most_frequent_unknown.1.token"), "d");
    assert_string_equal(json_text(json, "coverage.most_frequent_unknown.2.token"), "a");
    assert_int_equal(json_number(json, "coverage.types.unknown"), 6);
    assert_true(cJSON_IsTrue(json_at(json, "coverage.types.exact")));
    cJSON_Delete(json);
}

static void plx_coverage__more_types_than_counted(void **state)
{
    const struct plx_inspect_options options = {.most_types = 2};
    (void)state;
    cJSON *json = cover(ARPA, "c bb b bb d d a e the\n", &options);
    assert_int_equal(json_number(json, "coverage.tokens.unknown"), 8);
    assert_int_equal(json_number(json, "coverage.types.unknown"), 2);
    assert_false(cJSON_IsTrue(json_at(json, "coverage.types.exact")));
    cJSON_Delete(json);
}

/* A literal <unk> is one, whether or not the model has the symbol. */
static void plx_coverage__model_without_unknown_symbol(void **state)
{
    (void)state;
    cJSON *json = cover(WITHOUT, "the <unk> cat <UNK> b\n", NULL);
    assert_int_equal(json_number(json, "coverage.tokens.unknown"), 3);
    assert_int_equal(json_number(json, "coverage.tokens.literal"), 2);
    cJSON_Delete(json);
}

static void plx_coverage__characters(void **state)
{
    const struct plx_inspect_options options = {.corpus.tokens = PLX_TOKENS_CHARACTER};
    (void)state;
    cJSON *json = cover(WITHOUT, "xyz xy\xff\n", &options);
    assert_int_equal(json_number(json, "coverage.tokens.total"), 8);
    assert_int_equal(json_number(json, "coverage.tokens.known"), 4);
    assert_int_equal(json_number(json, "coverage.types.known"), 2);
    assert_int_equal(json_number(json, "coverage.types.unknown"), 4);
    const cJSON *guess = json_at(json, "coverage.guesses.0"); /* z is not Z: upper-casing is no guess */
    assert_null(guess);
    cJSON_Delete(json);
    json = cover(ARPA, "\xC3\xA9\xC3\x89\n", &options);
    assert_int_equal(json_number(json, "coverage.tokens.known"), 1);
    assert_string_equal(json_text(json, "coverage.guesses.0.code"), "lower-case");
    cJSON_Delete(json);
}

static void plx_coverage__any_tokens(void **state)
{
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    const char *names[] = {"uniform:3", scratch_text(&scratch, "corpus", "a b c d\n")};
    cJSON *json = inspect_names(names, 2, NULL);
    assert_string_equal(json_text(json, "coverage.by"), "any");
    assert_int_equal(json_number(json, "coverage.tokens.known"), 4);
    assert_int_equal(json_number(json, "coverage.types.known"), 4);
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

static void plx_coverage_ids__range(void **state)
{
    static const uint32_t ids[] = {0, 6, 7, 2, 9, 7};
    struct plx_model *model;
    struct plx_error error;
    struct plx_coverage coverage;
    struct plx_inspected_coverage *inspected;
    const struct plx_corpus_info info = {.content = PLX_CONTENT_IDS, .tokens = PLX_TOKENS_PIECE};
    const struct plx_inspected_corpus corpus = {
        .info = {.content = PLX_CONTENT_IDS, .files = 1}, .tokens = 6, .types = 5, .types_exact = true};
    const struct plx_chunk chunk = {.content = PLX_CONTENT_IDS,
                                    .ids = ids,
                                    .size = 6,
                                    .input = "f",
                                    .offset = 1024,
                                    .line = PLX_NOWHERE,
                                    .id_bytes = 2};
    (void)state;
    assert_int_equal(plx_model_open("uniform:7", NULL, &model, &error), PLX_OK);
    assert_int_equal(plx_coverage_init(&coverage, model, &info, 100, &error), PLX_OK);
    assert_int_equal(plx_coverage_ids(&coverage, &chunk, &error), PLX_OK);
    assert_int_equal(plx_coverage_finish(&coverage, &corpus, 5, &inspected, &error), PLX_OK);
    assert_int_equal(inspected->by, PLX_COVERAGE_IDS);
    assert_int_equal(inspected->known, 3);
    assert_int_equal(inspected->unknown, 3);
    assert_int_equal(inspected->known_types, 3);
    assert_int_equal(inspected->unknown_types, 2);
    assert_int_equal(inspected->top_count, 2);
    assert_string_equal(inspected->top[0].text, "7");
    assert_int_equal(inspected->top[0].count, 2);
    assert_int_equal(inspected->findings.count, 1);
    assert_string_equal(inspected->findings.items[0].warning.code, "id-out-of-range");
    assert_int_equal(inspected->findings.items[0].warning.count, 3);
    assert_int_equal(inspected->findings.items[0].at.offset, 1028);
    plx_inspected_coverage_free(inspected);
    plx_coverage_release(&coverage);
    plx_model_close(model);
}

/* The unknown symbol in a corpus of ids. */
static void plx_coverage_ids__literal(void **state)
{
    static const uint32_t ids[] = {2, 3, 2};
    struct plx_model *model = inputs_model(ARPA);
    struct plx_error error;
    struct plx_coverage coverage;
    const struct plx_corpus_info info = {.content = PLX_CONTENT_IDS, .tokens = PLX_TOKENS_PIECE};
    const struct plx_chunk chunk = {.content = PLX_CONTENT_IDS, .ids = ids, .size = 3, .input = "f"};
    (void)state;
    assert_int_equal(plx_model_info(model)->unknown, 2);
    assert_int_equal(plx_coverage_init(&coverage, model, &info, 100, &error), PLX_OK);
    assert_int_equal(plx_coverage_ids(&coverage, &chunk, &error), PLX_OK);
    assert_int_equal(coverage.known, 1);
    assert_int_equal(coverage.literal, 2);
    assert_int_equal(coverage.out_of_range.count, 0);
    plx_coverage_release(&coverage);
    plx_model_close(model);
}

/* Tokens as strings: places are those of tokens, and the end symbol is what ends a line there. */
static void plx_coverage_words__strings(void **state)
{
    static const struct plx_word words[] = {{"the", 3}, {"dog", 3}, {"</s>", 4}};
    struct plx_model *model = inputs_model(ARPA);
    struct plx_error error;
    struct plx_coverage coverage;
    struct plx_inspected_coverage *inspected;
    const struct plx_corpus_info info = {.content = PLX_CONTENT_STRINGS, .tokens = PLX_TOKENS_WORD};
    const struct plx_inspected_corpus corpus = {.info = {.content = PLX_CONTENT_STRINGS, .files = 2},
                                                .tokens = 3};
    const struct plx_chunk chunk = {
        .content = PLX_CONTENT_STRINGS, .tokens = words, .size = 3, .input = "f", .line = 9};
    (void)state;
    assert_int_equal(plx_coverage_init(&coverage, model, &info, 100, &error), PLX_OK);
    assert_int_equal(plx_coverage_words(&coverage, &chunk, words, 3, &error), PLX_OK);
    assert_int_equal(plx_coverage_finish(&coverage, &corpus, 5, &inspected, &error), PLX_OK);
    assert_int_equal(inspected->known, 2);
    assert_int_equal(inspected->findings.count, 2); /* one of three is unknown, too */
    assert_string_equal(inspected->findings.items[0].warning.code, "end-symbol");
    assert_true(inspected->findings.items[0].note);
    assert_int_equal(inspected->findings.items[0].warning.line, 9);
    assert_string_equal(inspected->findings.items[0].input, "f");
    plx_inspected_coverage_free(inspected);
    plx_coverage_release(&coverage);
    plx_model_close(model);
}

/* A model without strings cannot say what it knows of a text. */
static void plx_coverage__no_vocabulary(void **state)
{
    const struct plx_corpus_info words = {.content = PLX_CONTENT_TEXT, .tokens = PLX_TOKENS_WORD},
                                 strings = {.content = PLX_CONTENT_STRINGS, .tokens = PLX_TOKENS_WORD},
                                 ids = {.content = PLX_CONTENT_IDS, .tokens = PLX_TOKENS_PIECE};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    char *path = fixture_path("models/tiny.table.safetensors");
    struct file_bytes file = file_read(path);
    struct plx_error error;
    struct plx_model *model;
    assert_int_equal(model_open_bytes(file.bytes, file.size, "m", NULL, &model, &error), PLX_OK);
    const struct plx_corpus_info *const infos[] = {&words, &strings, &ids};
    const enum plx_coverage_by expected[] = {PLX_COVERAGE_NONE, PLX_COVERAGE_NONE, PLX_COVERAGE_IDS};
    for (size_t i = 0; i < 3; i++) {
        struct plx_coverage coverage;
        assert_int_equal(plx_coverage_init(&coverage, model, infos[i], 10, &error), PLX_OK);
        assert_int_equal(coverage.by, expected[i]);
        plx_coverage_release(&coverage);
    }
    plx_model_close(model);
    const char *names[] = {scratch_file(&scratch, "m.safetensors", file.bytes, file.size),
                           scratch_text(&scratch, "corpus", "a b\n")};
    cJSON *json = inspect_names(names, 2, NULL);
    assert_string_equal(json_text(json, "coverage.by"), "none");
    assert_non_null(json_finding(json, "coverage", "no-vocabulary"));
    assert_null(json_at(json, "coverage.tokens"));
    cJSON_Delete(json);
    free(file.bytes);
    free(path);
    scratch_remove(&scratch);
}

/* A model of bytes without a vocabulary fits bytes as strings; not what is longer. */
static void plx_coverage__bytes_as_strings(void **state)
{
    static const struct plx_word words[] = {{"a", 1}, {"b", 1}, {"cd", 2}, {"", 0}};
    const struct plx_corpus_info bytes = {.content = PLX_CONTENT_STRINGS, .tokens = PLX_TOKENS_BYTE};
    const struct plx_corpus_info ids = {.content = PLX_CONTENT_IDS, .tokens = PLX_TOKENS_BYTE};
    const struct plx_inspected_corpus corpus = {.info = {.content = PLX_CONTENT_STRINGS, .files = 1},
                                                .tokens = 4};
    const struct plx_chunk chunk = {
        .content = PLX_CONTENT_STRINGS, .tokens = words, .size = 4, .input = "f", .line = 3};
    struct plx_error error;
    struct plx_model *model;
    struct plx_coverage coverage;
    struct plx_inspected_coverage *inspected;
    const char *names[] = {"uniform:256", "uniform:255"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(plx_model_open(names[i], NULL, &model, &error), PLX_OK);
        model->info.capabilities &= ~(unsigned)(PLX_ANY_TOKENS | PLX_STRING_TOKENS);
        assert_int_equal(plx_coverage_init(&coverage, model, &ids, 10, &error), PLX_OK);
        assert_int_equal(coverage.by, PLX_COVERAGE_IDS);
        plx_coverage_release(&coverage);
        assert_int_equal(plx_coverage_init(&coverage, model, &bytes, 10, &error), PLX_OK);
        assert_int_equal(coverage.by, i ? PLX_COVERAGE_NONE : PLX_COVERAGE_ANY);
        assert_int_equal(plx_coverage_words(&coverage, &chunk, words, 4, &error), PLX_OK);
        assert_int_equal(plx_coverage_finish(&coverage, &corpus, 5, &inspected, &error), PLX_OK);
        assert_string_equal(inspected->findings.items[0].warning.code, i ? "no-vocabulary" : "no-byte");
        assert_int_equal(inspected->known, i ? 0 : 2);
        plx_inspected_coverage_free(inspected);
        plx_coverage_release(&coverage);
        plx_model_close(model);
    }
}

/* Answers and the tokens that they are to: whether they are this corpus'. */
static void plx_positions__compared(void **state)
{
    static const char answers[] = "{\"tokens\": [\"a\", \"b\", \"</s>\", \"c\", \"</s>\"], "
                                  "\"token_logprobs\": [-1, -2, -3, -4, -5]}\n",
                      bare[] = "{\"tokens\": [\"a\", \"b\", \"c\"], \"token_logprobs\": [-1, -2, -3]}\n";
    static const struct {
        const char *answers, *text, *words; /* of the warning; NULL: there is none */
    } cases[] = {
        {answers, "a b\nc\n", NULL},
        {bare, "a b\nc\n", NULL},
        {answers, "a c\nb\n", "token 2 of this record is \"b\", but the corpus has \"c\" there"},
        {answers, "a b\nb\n", "token 4 of this record is \"c\", but the corpus has \"b\" there"},
        {bare, "a c\nb\n", "token 2 of this record is \"b\""},
        {bare, "a b\n", "ends before the answers"},
        {answers, "a b\n", "ends before the answers"},
        {bare, "a b c a\n", "end after 3 tokens"},
        {answers, "a b\nc\na\n", "end after 5 tokens"},
        {bare, "a x c\n", "never mention"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *json = cover(cases[i].answers, cases[i].text, NULL);
        const cJSON *finding = json_finding(json, "coverage", "positions");
        if (!cases[i].words != !finding ||
            (finding && !strstr(json_text(finding, "message"), cases[i].words)))
            fail_msg("case %zu: %s", i, finding ? json_text(finding, "message") : "nothing found");
        cJSON_Delete(json);
    }
}

/* Answers alone: only their number can be compared, and that is said. */
static void plx_positions__counted(void **state)
{
    static const struct {
        const char *answers, *text, *code;
    } cases[] = {
        {"-1\n-2\n-3\n", "a b c\n", "positions-not-compared"},
        {"-1\n-2\n-3\n", "a\nb\n", "positions"}, /* two tokens, four with line ends */
        {"-1\n-2\n-3\n-4\n", "a\nb\n", "positions-not-compared"},
        {"-1\n-2\n-3\n-4\n", "a\n\nb\n", "positions-not-compared"}, /* blank lines left out */
        {"-1\n-2\n-3\n-4\n-5\n", "a\n\nb\n", "positions-not-compared"},
        {"-1\n-2\n-3\n-4\n-5\n-6\n", "a\n\nb\n", "positions"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *json = cover(cases[i].answers, cases[i].text, NULL);
        if (!json_finding(json, "coverage", cases[i].code))
            fail_msg("case %zu: no %s", i, cases[i].code);
        cJSON_Delete(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_coverage__counts),
        cmocka_unit_test(plx_coverage__order_and_number_of_unknowns),
        cmocka_unit_test(plx_coverage__more_types_than_counted),
        cmocka_unit_test(plx_coverage__model_without_unknown_symbol),
        cmocka_unit_test(plx_coverage__characters),
        cmocka_unit_test(plx_coverage__any_tokens),
        cmocka_unit_test(plx_coverage_ids__range),
        cmocka_unit_test(plx_coverage_ids__literal),
        cmocka_unit_test(plx_coverage_words__strings),
        cmocka_unit_test(plx_coverage__no_vocabulary),
        cmocka_unit_test(plx_coverage__bytes_as_strings),
        cmocka_unit_test(plx_positions__compared),
        cmocka_unit_test(plx_positions__counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
