/* ARPA models as toolkits and people write them. expected.tsv holds what the y_ models give to their texts,
   computed in float64 by another program that follows the ARPA rule literally; the lines and reasons for
   which the n_ models are refused were read off the files by eye. */
#include "support/encoded_text.h"
#include "support/fixtures.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double LN_10 = 2.302585092994045684;

/* What is stored is rounded to float32: of −10 to 5e-7, and most numbers here are small. */
static const double TOLERANCE = 1e-6;

/* A line of expected.tsv. */
struct expected {
    char model[64];
    size_t line, position, length;
    double log10_p;
};

struct expectations {
    struct expected *rows;
    size_t count;
};

static struct expectations read_expectations(void)
{
    char *path = fixture_path("messy/expected.tsv");
    struct expectations expectations = {NULL, 0};
    char line[256];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "model\tline\tposition\tngram_length\tlog10_prob\n");
    while (fgets(line, sizeof line, file)) {
        struct expected *rows =
            realloc(expectations.rows, (expectations.count + 1) * sizeof *expectations.rows);
        if (!rows)
            abort();
        expectations.rows = rows;
        struct expected *row = rows + expectations.count++;
        assert_int_equal(sscanf(line, "%63s\t%zu\t%zu\t%zu\t%lf", row->model, &row->line, &row->position,
                                &row->length, &row->log10_p),
                         5);
    }
    fclose(file);
    free(path);
    return expectations;
}

static bool is_of(const struct expected *row, const char *path)
{
    const char *name = path_name(path);
    const size_t length = strlen(row->model);
    return strncmp(name, row->model, length) == 0 && strcmp(name + length, ".arpa") == 0;
}

/* Scores of a whole text, one session call for all lines. */
struct scored_text {
    double *nats;
    uint8_t *orders;
};

static struct scored_text score_lines(const struct plx_model *model, const struct encoded_text *encoded)
{
    struct scored_text scored = {calloc(encoded->count, sizeof *scored.nats), calloc(encoded->count, 1)};
    struct plx_window *windows = calloc(encoded->line_count, sizeof *windows);
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    if (!scored.nats || !scored.orders || !windows || !session)
        abort();
    for (size_t line = 0; line < encoded->line_count; line++)
        windows[line] = (struct plx_window){encoded->ids + encoded->lines[line], 1,
                                            encoded->lines[line + 1] - encoded->lines[line], 0};
    const struct plx_scores scores = {.nats = scored.nats, .orders = scored.orders};
    if (plx_session_score(session, windows, encoded->line_count, &scores, &error))
        fail_msg("%s", error.message);
    plx_session_free(session);
    free(windows);
    return scored;
}

/* Every position of the text, in order, against the rows of the model; returns how many rows there were. */
static size_t check_words(const char *path, const struct expectations *expectations)
{
    char *text_path = fixture_text(path);
    const struct file_bytes text = file_read(text_path);
    struct plx_model *model = fixture_open(path);
    struct encoded_text encoded = encode_text(model, text.bytes, text.size);
    struct scored_text scored = score_lines(model, &encoded);
    size_t used = 0, at = 0, row = 0;
    for (size_t line = 0; line < encoded.line_count; line++) {
        const size_t targets = encoded.lines[line + 1] - encoded.lines[line] - 1;
        for (size_t position = 1; position <= targets; position++, at++, used++) {
            while (row < expectations->count && !is_of(expectations->rows + row, path))
                row++;
            if (row == expectations->count)
                fail_msg("%s: expected.tsv has no more than %zu positions", path, used);
            const struct expected *expected = expectations->rows + row++;
            const double log10_p = -scored.nats[at] / LN_10;
            if (expected->line != line + 1 || expected->position != position ||
                expected->length != scored.orders[at] || !(fabs(log10_p - expected->log10_p) <= TOLERANCE))
                fail_msg(
                    "%s: line %zu, position %zu: %.9g by a %u-gram; expected: line %zu, position %zu, %.9g "
                    "by a %zu-gram",
                    path, line + 1, position, log10_p, scored.orders[at], expected->line, expected->position,
                    expected->log10_p, expected->length);
        }
    }
    free(scored.nats);
    free(scored.orders);
    encoded_text_free(&encoded);
    plx_model_close(model);
    free(text.bytes);
    free(text_path);
    return used;
}

static void plx_session_score__every_word_as_expected(void **state)
{
    (void)state;
    const struct expectations expectations = read_expectations();
    struct fixtures models = fixtures_matching("messy", "y_", ".arpa");
    size_t used = 0;
    assert_int_equal(models.count, 15);
    for (size_t i = 0; i < models.count; i++)
        used += check_words(models.paths[i], &expectations);
    assert_int_equal(used, expectations.count);
    fixtures_free(&models);
    free(expectations.rows);
}

/* What a whole evaluation must come to. */
struct totals {
    size_t tokens, lengths[8];
    double nats;
};

static struct totals add_up(const char *path, const struct expectations *expectations)
{
    struct totals totals = {0};
    for (size_t i = 0; i < expectations->count; i++) {
        const struct expected *row = expectations->rows + i;
        if (!is_of(row, path))
            continue;
        totals.tokens++;
        totals.nats -= row->log10_p * LN_10;
        assert_true(row->length < sizeof totals.lengths / sizeof *totals.lengths);
        totals.lengths[row->length]++;
    }
    return totals;
}

static cJSON *evaluate_text(const struct plx_model *model, const void *text, size_t size)
{
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text, size, PLX_TOKENS_WORD, NULL, &error);
    if (!result)
        fail_msg("%s: %s", plx_model_name(model), error.message);
    return result_tree(result);
}

static cJSON *evaluate(const char *path)
{
    char *text_path = fixture_text(path);
    const struct file_bytes text = file_read(text_path);
    struct plx_model *model = fixture_open(path);
    cJSON *result = evaluate_text(model, text.bytes, text.size);
    plx_model_close(model);
    free(text.bytes);
    free(text_path);
    return result;
}

static void check_evaluation(const char *path, const struct expectations *expectations)
{
    const struct totals totals = add_up(path, expectations);
    cJSON *result = evaluate(path);
    const double tolerance = (double)totals.tokens * TOLERANCE * LN_10;
    assert_string_equal(result_member(result, "protocol.name")->valuestring, "sentence");
    assert_int_equal(result_count(result, "counts.tokens"), totals.tokens);
    assert_int_equal(result_count(result, "counts.scored"), totals.tokens);
    const double nats = result_total_nats(result);
    if (!(fabs(nats - totals.nats) <= tolerance))
        fail_msg("%s: %.9g nats in all, expected %.9g", path, nats, totals.nats);
    const double perplexity = exp(totals.nats / (double)totals.tokens);
    assert_true(fabs(result_number(result, "perplexity") / perplexity - 1) <= TOLERANCE * LN_10);
    const cJSON *order;
    size_t seen = 0;
    cJSON_ArrayForEach(order, result_member(result, "orders"))
    {
        const uint64_t length = result_count(order, "order");
        assert_true(length < sizeof totals.lengths / sizeof *totals.lengths);
        assert_int_equal(result_count(order, "tokens"), totals.lengths[length]);
        seen += totals.lengths[length];
    }
    assert_int_equal(seen, totals.tokens);
    cJSON_Delete(result);
}

static void plx_evaluate__totals_as_expected(void **state)
{
    (void)state;
    const struct expectations expectations = read_expectations();
    struct fixtures models = fixtures_matching("messy", "y_", ".arpa");
    for (size_t i = 0; i < models.count; i++)
        check_evaluation(models.paths[i], &expectations);
    fixtures_free(&models);
    free(expectations.rows);
}

/* Each line as a text of its own, so that its words stand at the end of one, too. */
static void check_lines(const char *path, const struct expectations *expectations)
{
    char *text_path = fixture_text(path);
    const struct file_bytes text = file_read(text_path);
    struct plx_model *model = fixture_open(path);
    size_t line = 1;
    for (const uint8_t *at = text.bytes, *end = at + text.size; at < end; line++) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        assert_non_null(newline);
        uint8_t *copy = malloc((size_t)(newline - at) + 1);
        double nats = 0;
        if (!copy)
            abort();
        memcpy(copy, at, (size_t)(newline - at) + 1);
        cJSON *result = evaluate_text(model, copy, (size_t)(newline - at) + 1);
        for (size_t i = 0; i < expectations->count; i++) {
            const struct expected *row = expectations->rows + i;
            nats -= is_of(row, path) && row->line == line ? row->log10_p * LN_10 : 0;
        }
        if (!(fabs(result_total_nats(result) - nats) <= 10 * TOLERANCE * LN_10))
            fail_msg("%s: line %zu alone: %.9g nats, expected %.9g", path, line, result_total_nats(result),
                     nats);
        cJSON_Delete(result);
        free(copy);
        at = newline + 1;
    }
    plx_model_close(model);
    free(text.bytes);
    free(text_path);
}

static void plx_evaluate__line_by_line_as_expected(void **state)
{
    (void)state;
    const struct expectations expectations = read_expectations();
    struct fixtures models = fixtures_matching("messy", "y_", ".arpa");
    for (size_t i = 0; i < models.count; i++)
        check_lines(models.paths[i], &expectations);
    fixtures_free(&models);
    free(expectations.rows);
}

/* Deviations that are accepted, but not in silence; every other y_ file is read without a word. Counted, and
   their first lines found, by eye: blank lines do not count as text. */
static const struct deviation {
    const char *name, *code;
    uint64_t count, line;
    bool note; /* it changes no score */
} DEVIATIONS[] = {
    {"y_crlf.arpa", "crlf", 25, 1, true},
    {"y_irstlm_style_header.arpa", "header-blanks", 3, 3, true},
    {"y_irstlm_style_header.arpa", "missing-blank-line", 3, 15, true},
    {"y_irstlm_style_header.arpa", "extra-blank-line", 1, 7, true},
    {"y_missing_context.arpa", "missing-context", 1, 22, false},
    {"y_missing_suffix.arpa", "missing-suffix", 1, 22, true},
    {"y_spaces_for_tabs.arpa", "spaces-for-tabs", 13, 7, true},
    {"y_text_before_data.arpa", "text-before-data", 2, 1, false},
    {"y_text_before_data.arpa", "text-after-end", 3, 30, false},
    {"y_uppercase_unk.arpa", "upper-case-unknown", 1, 7, true},
    {"y_zero_count_top_order.arpa", "empty-order", 1, 4, true},
};

static bool result_warns(const cJSON *result, const char *code)
{
    for (const cJSON *warning = cJSON_GetObjectItem(result, "warnings")->child; warning;
         warning = warning->next) {
        if (strcmp(cJSON_GetObjectItem(warning, "code")->valuestring, code) == 0)
            return true;
    }
    return false;
}

/* Of the model's warnings, a result has those that may concern its numbers. */
static void check_result(const struct plx_model *model, const struct plx_warning *warnings, size_t count)
{
    static const char text[] = "the\n";
    cJSON *result = evaluate_text(model, text, sizeof text - 1);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(result_warns(result, warnings[i].code), !warnings[i].note);
    cJSON_Delete(result);
}

static void plx_model_warnings__name_what_was_tolerated(void **state)
{
    (void)state;
    struct fixtures models = fixtures_matching("messy", "y_", ".arpa");
    size_t met = 0;
    for (size_t i = 0; i < models.count; i++) {
        struct plx_model *model = fixture_open(models.paths[i]);
        size_t count, k = 0;
        const struct plx_warning *warnings = plx_model_warnings(model, &count);
        for (size_t d = 0; d < sizeof DEVIATIONS / sizeof *DEVIATIONS; d++) {
            if (strcmp(DEVIATIONS[d].name, path_name(models.paths[i])) != 0)
                continue;
            assert_true(k < count);
            assert_string_equal(warnings[k].code, DEVIATIONS[d].code);
            assert_int_equal(warnings[k].count, DEVIATIONS[d].count);
            assert_int_equal(warnings[k].line, DEVIATIONS[d].line);
            assert_int_equal(warnings[k].note, DEVIATIONS[d].note);
            k++;
        }
        check_result(model, warnings, count);
        if (k < count)
            fail_msg("%s: the warning \"%s\" is not expected", models.paths[i], warnings[k].message);
        met += k;
        plx_model_close(model);
    }
    assert_int_equal(met, sizeof DEVIATIONS / sizeof *DEVIATIONS);
    fixtures_free(&models);
}

/* What is refused: how, on which line, and a word of the reason. */
static const struct refusal {
    const char *name;
    enum plx_status status;
    uint64_t line;
    const char *words[3];
} REFUSALS[] = {
    /* The header promises six 2-grams, and after five of them the next section begins. */
    {"n_count_mismatch.arpa", PLX_MALFORMED, 21, {"promises 6 2-grams", "has 5"}},
    {"n_duplicate_ngram.arpa", PLX_MALFORMED, 20, {"2-gram", "\"the cat\"", "twice"}},
    {"n_empty_word.arpa", PLX_MALFORMED, 12, {"empty word"}},
    /* Four lines, and \data\ on none of them. */
    {"n_garbage.arpa", PLX_MALFORMED, 4, {"\\data\\", "not an ARPA model"}},
    {"n_irstlm_iarpa.arpa", PLX_UNSUPPORTED, 1, {"IRSTLM", "iARPA", "not interpolated"}},
    {"n_nan.arpa", PLX_MALFORMED, 17, {"probability", "not a number", "nan"}},
    {"n_no_end.arpa", PLX_MALFORMED, 23, {"ends before", "\\end\\"}},
    {"n_positive_prob.arpa", PLX_MALFORMED, 17, {"positive", "0.3"}},
    {"n_word_count_wrong.arpa", PLX_MALFORMED, 19, {"2 words", "2-gram", "3"}},
};

static void check_refusal(const char *path, const struct refusal *refusal,
                          const struct plx_model_options *options)
{
    struct plx_model *model;
    struct plx_error error = {0};
    char text[1024];
    const enum plx_status status = plx_model_open(path, options, &model, &error);
    assert_null(model);
    if (status != refusal->status || error.status != status || error.line != refusal->line)
        fail_msg("%s: status %s, line %llu: \"%s\"", path, plx_status_name(status),
                 (unsigned long long)error.line, error.message);
    for (size_t i = 0; i < 3 && refusal->words[i]; i++) {
        if (!strstr(error.message, refusal->words[i]))
            fail_msg("%s: \"%s\" is not in \"%s\"", path, refusal->words[i], error.message);
    }
    assert_string_equal(error.input, path);
    plx_error_format(&error, text, sizeof text);
    assert_null(strchr(text, '\n'));
}

static void check_refusals(const struct plx_model_options *options, const char *const *tolerated)
{
    struct fixtures models = fixtures_matching("messy", "n_", ".arpa");
    assert_int_equal(models.count, sizeof REFUSALS / sizeof *REFUSALS);
    for (size_t i = 0; i < models.count; i++) {
        assert_string_equal(path_name(models.paths[i]), REFUSALS[i].name);
        bool skip = false;
        for (const char *const *name = tolerated; *name; name++)
            skip |= strcmp(*name, REFUSALS[i].name) == 0;
        if (!skip)
            check_refusal(models.paths[i], REFUSALS + i, options);
    }
    fixtures_free(&models);
}

static void plx_model_open__refused_with_line_and_reason(void **state)
{
    (void)state;
    const char *const nothing[] = {NULL};
    check_refusals(NULL, nothing);
}

static void plx_model_open__options_tolerate_only_what_they_name(void **state)
{
    (void)state;
    const struct plx_model_options positive = {.allow_positive = true};
    const struct plx_model_options mismatch = {.allow_count_mismatch = true};
    const char *const with_positive[] = {"n_positive_prob.arpa", NULL};
    const char *const with_mismatch[] = {"n_count_mismatch.arpa", NULL};
    check_refusals(&positive, with_positive);
    check_refusals(&mismatch, with_mismatch);
}

/* log10 p of each position of "<s> the cat sat </s>". */
static void score_the_cat_sat(const struct plx_model *model, double log10_p[4])
{
    static const char text[] = "the cat sat\n";
    struct encoded_text encoded = encode_text(model, text, sizeof text - 1);
    struct scored_text scored = score_lines(model, &encoded);
    assert_int_equal(encoded.count, 5);
    for (size_t i = 0; i < 4; i++)
        log10_p[i] = -scored.nats[i] / LN_10;
    free(scored.nats);
    free(scored.orders);
    encoded_text_free(&encoded);
}

static struct plx_model *open_tolerant(const char *name, const struct plx_model_options *options,
                                       const char *code, uint64_t line)
{
    char *path = fixture_path(name);
    struct plx_model *model;
    struct plx_error error = {0};
    size_t count;
    if (plx_model_open(path, options, &model, &error))
        fail_msg("%s: %s", path, error.message);
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    assert_int_equal(count, 1);
    assert_string_equal(warnings[0].code, code);
    assert_int_equal(warnings[0].count, 1);
    assert_int_equal(warnings[0].line, line);
    assert_true(warnings[0].message[0] != '\0');
    free(path);
    return model;
}

static void assert_scores(const struct plx_model *model, const double expected[4])
{
    double log10_p[4];
    score_the_cat_sat(model, log10_p);
    for (size_t i = 0; i < 4; i++) {
        if (!(fabs(log10_p[i] - expected[i]) <= TOLERANCE))
            fail_msg("position %zu: %.9g, expected %.9g", i + 1, log10_p[i], expected[i]);
    }
}

/* The word behind "the cat" is a 3-gram's, so that the clamped 2-gram shows only without "the". */
static void plx_model_open__allow_positive(void **state)
{
    (void)state;
    const struct plx_model_options options = {.allow_positive = true};
    const double expected[4] = {-0.4, -0.2, -0.25, -0.05 - 0.6};
    struct plx_model *model =
        open_tolerant("messy/n_positive_prob.arpa", &options, "positive-probability", 17);
    assert_scores(model, expected);

    const struct plx_word words[] = {{"cat", 3}, {"sat", 3}};
    uint32_t ids[2];
    double nats;
    struct plx_error error;
    struct plx_session *session = plx_session_new(model, &error);
    plx_model_lookup(model, words, 2, ids);
    const struct plx_window window = {ids, 1, 2, 0};
    const struct plx_scores scores = {.nats = &nats};
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
    assert_true(nats == 0);
    plx_session_free(session);
    plx_model_close(model);
}

static void plx_model_open__allow_count_mismatch(void **state)
{
    (void)state;
    const struct plx_model_options options = {.allow_count_mismatch = true};
    const double expected[4] = {-0.4, -0.2, -0.25, -0.05 - 0.6};
    struct plx_model *model = open_tolerant("messy/n_count_mismatch.arpa", &options, "count-mismatch", 21);
    assert_scores(model, expected);
    assert_int_equal(plx_model_info(model)->ngrams[1], 5);
    plx_model_close(model);
}

/* The tolerated deviation is in the result, too. */
static void plx_evaluate__lists_the_warnings_of_the_model(void **state)
{
    (void)state;
    char *path = fixture_path("messy/y_missing_context.arpa");
    cJSON *result = evaluate(path);
    const cJSON *first = cJSON_GetArrayItem(result_member(result, "warnings"), 0);
    assert_non_null(first);
    assert_string_equal(result_member(first, "code")->valuestring, "missing-context");
    cJSON_Delete(result);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_session_score__every_word_as_expected),
        cmocka_unit_test(plx_evaluate__totals_as_expected),
        cmocka_unit_test(plx_evaluate__line_by_line_as_expected),
        cmocka_unit_test(plx_model_warnings__name_what_was_tolerated),
        cmocka_unit_test(plx_model_open__refused_with_line_and_reason),
        cmocka_unit_test(plx_model_open__options_tolerate_only_what_they_name),
        cmocka_unit_test(plx_model_open__allow_positive),
        cmocka_unit_test(plx_model_open__allow_count_mismatch),
        cmocka_unit_test(plx_evaluate__lists_the_warnings_of_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
