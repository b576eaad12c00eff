/* The lint of n-gram models: tiny ones, whose sums and figures are worked out by hand. */
#include "inspect/deep.h"
#include "support/fixtures.h"
#include "support/inspections.h"

#include <perplex/convert.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct plx_inspect_options DEEP = {.deep = true};

static cJSON *inspect_text(const char *text, const struct plx_inspect_options *options)
{
    struct scratch scratch;
    scratch_make(&scratch);
    cJSON *json = inspect_one(scratch_text(&scratch, "model.arpa", text), options);
    scratch_remove(&scratch);
    return json;
}

static void assert_near(const cJSON *json, const char *path, double expected)
{
    const double value = json_number(json, path);
    if (!(fabs(value - expected) < 1e-6))
        fail_msg("%s is %.9g, not %.9g", path, value, expected);
}

/* The check of that code, which must be there. */
static const cJSON *find_check(const cJSON *json, const char *code)
{
    const cJSON *check;
    cJSON_ArrayForEach(check, json_at(json, "model.deep.checks"))
    {
        if (strcmp(json_text(check, "code"), code) == 0)
            return check;
    }
    fail_msg("there is no check %s", code);
    return NULL;
}

static double check_count(const cJSON *json, const char *code)
{
    return json_number(find_check(json, code), "count");
}

/* Without context: 0.1 + 0.5 + 0.25 + 0.15. After <s>: 0.5 + 2/3 (0.1 + 0.5 + 0.15) = 1. After a, which has
   no backoff: 0.9 + 0.1 + 0.25 + 0.15 = 1.4. After b: half of what is without context. After <unk>: all of
   it. */
static const char SUMS[] =
    "\\data\\\nngram 1=5\nngram 2=2\n\n\\1-grams:\n-1\t<unk>\n-0.30103\t</s>\n-99\t<s>\t-0.1760913\n"
    "-0.60206\ta\n-0.8239087\tb\t-0.30103\n\n\\2-grams:\n-0.30103\t<s> a\n-0.0457575\ta </s>\n\n\\end\\\n";

static void plx_deep_sums__by_hand(void **state)
{
    (void)state;
    cJSON *json = inspect_text(SUMS, &DEEP);
    assert_int_equal(json_number(json, "model.deep.sums.types"), 4);
    assert_true(cJSON_IsTrue(json_at(json, "model.deep.sums.without_start")));
    assert_true(cJSON_IsTrue(json_at(json, "model.deep.sums.with_unknown")));
    assert_int_equal(json_number(json, "model.deep.sums.drawn"), 200);
    assert_int_equal(cJSON_GetArraySize(json_at(json, "model.deep.sums.lengths")), 2);
    const cJSON *empty = json_at(json, "model.deep.sums.lengths.0");
    assert_int_equal(json_number(empty, "length"), 0);
    assert_int_equal(json_number(empty, "contexts"), 1);
    assert_near(empty, "minimum", 1);
    assert_near(empty, "unknown_mean", 0.1);
    assert_int_equal(cJSON_GetArraySize(json_at(empty, "furthest.context")), 0);
    const cJSON *one = json_at(json, "model.deep.sums.lengths.1");
    assert_int_equal(json_number(one, "length"), 1);
    assert_int_equal(json_number(one, "contexts"), 4);
    assert_int_equal(json_number(one, "stored"), 4);
    assert_near(one, "minimum", 0.5);
    assert_near(one, "mean", (1 + 1.4 + 0.5 + 1) / 4);
    assert_near(one, "maximum", 1.4);
    assert_near(one, "unknown_mean", (0.2 / 3 + 0.1 + 0.05 + 0.1) / 4);
    assert_near(one, "furthest.sum", 0.5);
    assert_string_equal(json_text(one, "furthest.context.0.token"), "b");
    assert_int_equal(json_number(one, "furthest.context.0.id"), 4);
    assert_near(json, "model.deep.sums.unknown_mean", (0.2 / 3 + 0.1 + 0.05 + 0.1) / 4);
    cJSON_Delete(json);
}

/* A chain: what is drawn is "<s> a b </s>" but for once in a million times, in which b follows "<s> a" alone.
   Of the contexts of two words "a b" is no 2-gram of the model. */
static const char CHAIN[] =
    "\\data\\\nngram 1=5\nngram 2=2\nngram 3=1\n\n\\1-grams:\n-9\t<unk>\n-9\t</s>\t0\n"
    "-99\t<s>\t-9\n-9\ta\t-9\n0\tb\t-9\n\n\\2-grams:\n0\t<s> a\t-9\n-0.25\tb </s>\n\n"
    "\\3-grams:\n0\t<s> a b\n\n\\end\\\n";

static void plx_deep_sums__contexts_are_drawn(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        const struct plx_inspect_options options = {.deep = true, .seed = seed};
        cJSON *json = inspect_text(CHAIN, &options);
        assert_int_equal(json_number(json, "model.deep.sums.seed"), seed);
        const cJSON *one = json_at(json, "model.deep.sums.lengths.1"),
                    *two = json_at(json, "model.deep.sums.lengths.2");
        assert_int_equal(json_number(one, "contexts"), 3); /* <s>, a, b */
        assert_int_equal(json_number(one, "stored"), 3);
        assert_int_equal(json_number(two, "contexts"), 2);
        assert_int_equal(json_number(two, "stored"), 1);
        /* What is backed off to has nearly nothing. */
        assert_near(two, "minimum", pow(10, -0.25));
        assert_near(two, "maximum", 1);
        assert_string_equal(json_text(two, "furthest.context.0.token"), "a");
        assert_string_equal(json_text(two, "furthest.context.1.token"), "b");
        cJSON_Delete(json);
    }
}

/* Of a model whose words do not follow each other there is no text to draw, and only the empty context. */
static void plx_deep_sums__nothing_to_draw(void **state)
{
    (void)state;
    cJSON *json =
        inspect_text("\\data\\\nngram 1=2\nngram 2=1\n\n\\1-grams:\n-inf\ta\n-inf\tb\n\n\\2-grams:\n"
                     "0\ta b\n\n\\end\\\n",
                     &DEEP);
    assert_int_equal(json_number(json, "model.deep.sums.drawn"), 0);
    assert_near(json, "model.deep.sums.lengths.0.mean", 0);
    assert_false(cJSON_IsTrue(json_at(json, "model.deep.sums.without_start")));
    assert_false(cJSON_IsTrue(json_at(json, "model.deep.sums.with_unknown")));
    assert_null(json_at(json, "model.deep.sums.unknown_mean"));
    assert_int_equal(json_number(json, "model.deep.sums.lengths.1.contexts"), 0);
    assert_string_equal(json_text(json, "model.deep.sums.lengths.1.mean"), "nan");
    assert_null(json_at(json, "model.deep.sums.lengths.1.furthest"));
    cJSON_Delete(json);
}

/* Backoffs that make probabilities of 10^25 and more than a double holds. */
static void plx_deep_sums__beyond_all_bounds(void **state)
{
    (void)state;
    cJSON *json =
        inspect_text("\\data\\\nngram 1=3\nngram 2=1\n\n\\1-grams:\n-99\t<s>\n-5\t</s>\n-0.1\ta\t400\n"
                     "\n\\2-grams:\n-0.1\t<s> a\n\n\\end\\\n",
                     &DEEP);
    const cJSON *one = json_at(json, "model.deep.sums.lengths.1");
    assert_int_equal(json_number(one, "contexts"), 2); /* <s> and a, after which nothing can be drawn */
    assert_string_equal(json_text(one, "maximum"), "inf");
    assert_string_equal(json_text(one, "mean"), "inf");
    assert_string_equal(json_text(one, "furthest.sum"), "inf");
    assert_string_equal(json_text(one, "furthest.context.0.token"), "a");
    cJSON_Delete(json);
    json = inspect_text(
        "\\data\\\nngram 1=2\nngram 2=1\n\n\\1-grams:\n-99\t<s>\t25\n-1\ta\n\n\\2-grams:\n-9\ta a\n"
        "\n\\end\\\n",
        &DEEP);
    assert_true(fabs(json_number(json, "model.deep.sums.lengths.1.maximum") / 1e24 - 1) < 1e-6);
    assert_true(isfinite(json_number(json, "model.deep.sums.lengths.1.mean")));
    cJSON_Delete(json);
}

static void plx_deep_sums__same_seed_same_contexts(void **state)
{
    const struct plx_inspect_options other = {.deep = true, .seed = 1};
    char *path = fixture_path("models/almanac.o3.arpa");
    (void)state;
    cJSON *first = inspect_one(path, &DEEP), *again = inspect_one(path, &DEEP),
          *different = inspect_one(path, &other);
    const cJSON *deep = json_at(first, "model.deep");
    assert_true(cJSON_Compare(deep, json_at(again, "model.deep"), true));
    assert_false(cJSON_Compare(json_at(deep, "sums.lengths.2"),
                               json_at(different, "model.deep.sums.lengths.2"), true));
    assert_true(cJSON_Compare(json_at(deep, "orders"), json_at(different, "model.deep.orders"), true));
    for (int k = 0; k < 3; k++) {
        char name[64];
        snprintf(name, sizeof name, "sums.lengths.%d.contexts", k);
        assert_int_equal(json_number(deep, name), k ? 20 : 1);
        snprintf(name, sizeof name, "sums.lengths.%d.furthest.sum", k);
        assert_near(deep, name, 1); /* without <s>, whose p is 1 */
    }
    cJSON_Delete(first);
    cJSON_Delete(again);
    cJSON_Delete(different);
    free(path);
}

/* Bins end at their lower ends; -99 and -inf are apart. */
static const char VALUES[] =
    "\\data\\\nngram 1=10\nngram 2=2\n\n\\1-grams:\n0\ta\t-0.5\n-0.25\tb\t0\n-0.5\tc\t0.25\n-0.75\td\n"
    "-7.75\te\n-8\tf\n-100\tg\t-inf\n-99\th\n-99\t<s>\n-inf\ti\n\n\\2-grams:\n-1\ta b\n-0.5\tb "
    "c\n\n\\end\\\n";

static void plx_deep_values__by_hand(void **state)
{
    static const unsigned bins[2][17] = {{[0] = 2, [1] = 2, [15] = 1, [16] = 2}, {[1] = 1, [2] = 1}};
    (void)state;
    cJSON *json = inspect_text(VALUES, &DEEP);
    assert_int_equal(cJSON_GetArraySize(json_at(json, "model.deep.orders")), 2);
    for (int order = 0; order < 2; order++) {
        const cJSON *histogram = json_at(json, order ? "model.deep.orders.1.log10_probability.histogram"
                                                     : "model.deep.orders.0.log10_probability.histogram");
        for (int i = 0; i < 17; i++)
            assert_int_equal(cJSON_GetArrayItem(histogram, i)->valuedouble, bins[order][i]);
    }
    const cJSON *one = json_at(json, "model.deep.orders.0"), *two = json_at(json, "model.deep.orders.1");
    assert_int_equal(json_number(one, "order"), 1);
    assert_near(one, "log10_probability.minimum", -100);
    assert_near(one, "log10_probability.median", -0.75);
    assert_near(one, "log10_probability.mean", -117.25 / 7);
    assert_near(one, "log10_probability.maximum", 0);
    assert_int_equal(json_number(one, "log10_probability.minus_99"), 2);
    assert_int_equal(json_number(one, "log10_probability.infinite"), 1);
    assert_near(one, "log10_backoff.minimum", -0.5);
    assert_near(one, "log10_backoff.mean", -0.25 / 9);
    assert_near(one, "log10_backoff.maximum", 0.25);
    assert_int_equal(json_number(one, "log10_backoff.zero"), 7);
    assert_int_equal(json_number(one, "log10_backoff.infinite"), 1);
    assert_near(two, "log10_probability.median", -1); /* the lower of two */
    assert_near(two, "log10_probability.mean", -0.75);
    assert_null(json_at(two, "log10_backoff"));
    assert_int_equal(check_count(json, "minus-99-start"), 1);
    assert_int_equal(check_count(json, "minus-99"), 1);
    assert_int_equal(check_count(json, "zero-probability"), 1);
    assert_int_equal(check_count(json, "infinite-backoff"), 1);
    assert_int_equal(check_count(json, "no-unknown-symbol"), 1);
    cJSON_Delete(json);
}

/* Medians that share their upper bits with others. */
static void plx_deep_values__median_to_the_last_bit(void **state)
{
    (void)state;
    cJSON *json =
        inspect_text("\\data\\\nngram 1=6\n\n\\1-grams:\n-1.0000001\ta\n-1.0000002\tb\n-1.0000004\tc\n"
                     "-1.0000005\td\n-1.5\te\n-0.1\tf\n\n\\end\\\n",
                     &DEEP);
    /* Of -0.1, -1.0000001, -1.0000002, -1.0000004, -1.0000005, -1.5 the fourth. */
    const double median = json_number(json, "model.deep.orders.0.log10_probability.median");
    assert_true(median == (double)-1.0000004f);
    assert_true(median != (double)-1.0000002f && median != (double)-1.0000005f);
    cJSON_Delete(json);
    /* -99 takes no part, though its bits begin like theirs. */
    json = inspect_text("\\data\\\nngram 1=5\n\n\\1-grams:\n-99\ta\n-99\tb\n-99.25\tc\n-99.125\td\n-100\te\n"
                        "\n\\end\\\n",
                        &DEEP);
    assert_true(json_number(json, "model.deep.orders.0.log10_probability.median") == -99.25);
    cJSON_Delete(json);
}

/* An order without n-grams has no figures. */
static void plx_deep_values__empty_order(void **state)
{
    char *path = fixture_path("messy/y_zero_count_top_order.arpa");
    (void)state;
    cJSON *json = inspect_one(path, &DEEP);
    assert_string_equal(json_text(json, "model.deep.orders.2.log10_probability.mean"), "nan");
    assert_string_equal(json_text(json, "model.deep.orders.2.log10_probability.median"), "nan");
    assert_int_equal(check_count(json, "empty-order"), 1);
    assert_int_equal(json_number(find_check(json, "empty-order"), "line"), 4);
    cJSON_Delete(json);
    free(path);
}

/* What the README of the messy files says that each has; all else is 0 there, and seen to be. */
static void plx_deep_checks__messy_files(void **state)
{
    static const struct {
        const char *name, *code;
        unsigned count, line; /* line 0: none */
    } cases[] = {
        {"y_crlf.arpa", "crlf", 25, 1},
        {"y_text_before_data.arpa", "text-before-data", 2, 1},
        {"y_text_before_data.arpa", "text-after-end", 3, 30},
        {"y_uppercase_unk.arpa", "upper-case-unknown", 1, 7},
        {"y_minus99_bos.arpa", "minus-99-start", 1, 0},
        {"y_order1.arpa", "crlf", 0, 0},
        {"y_spaces_for_tabs.arpa", "spaces-for-tabs", 13, 7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[96];
        snprintf(name, sizeof name, "messy/%s", cases[i].name);
        char *path = fixture_path(name);
        cJSON *json = inspect_one(path, &DEEP);
        const cJSON *check = find_check(json, cases[i].code);
        assert_int_equal(json_number(check, "count"), cases[i].count);
        assert_int_equal(json_at(check, "line") ? json_number(check, "line") : 0, cases[i].line);
        assert_int_equal(check_count(json, "duplicate"), 0);
        assert_true(cJSON_IsTrue(json_at(find_check(json, "duplicate"), "refused")));
        assert_int_equal(check_count(json, "byte-order-mark"), 0);
        assert_false(cJSON_IsTrue(json_at(find_check(json, "byte-order-mark"), "refused")));
        cJSON_Delete(json);
        free(path);
    }
}

/* What so many files have that only the deep inspection tells of it. */
static void plx_deep_checks__remarks(void **state)
{
    static const struct {
        const char *name, *code;
        unsigned count, line;
    } cases[] = {
        {"messy/y_missing_backoff.arpa", "missing-backoff", 6, 7},
        {"messy/y_missing_backoff.arpa", "scientific-notation", 0, 0},
        {"messy/y_scientific.arpa", "scientific-notation", 7, 7},
        {"messy/y_scientific.arpa", "missing-backoff", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = fixture_path(cases[i].name);
        cJSON *json = inspect_one(path, &DEEP);
        const cJSON *check = find_check(json, cases[i].code);
        assert_int_equal(json_number(check, "count"), cases[i].count);
        assert_int_equal(json_at(check, "line") ? json_number(check, "line") : 0, cases[i].line);
        assert_false(cJSON_IsTrue(json_at(check, "refused")));
        const cJSON *finding;
        cJSON_ArrayForEach(finding, json_at(json, "model.findings"))
            assert_string_not_equal(json_text(finding, "code"), cases[i].code);
        cJSON_Delete(json);
        free(path);
    }
}

/* A converted model has what its file had, and is known not to have what is looked for in such files. */
static void plx_deep_checks__of_converted_models(void **state)
{
    static const char *const names[] = {"messy/y_missing_backoff.arpa", "messy/y_scientific.arpa",
                                        "messy/y_crlf.arpa", "messy/y_text_before_data.arpa"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct scratch scratch;
        struct plx_error error;
        char *path = fixture_path(names[i]), converted[4096];
        scratch_make(&scratch);
        snprintf(converted, sizeof converted, "%s", scratch_text(&scratch, "model.plx", ""));
        assert_int_equal(plx_convert_model(path, converted, NULL, &error), PLX_OK);
        cJSON *text = inspect_one(path, &DEEP), *binary = inspect_one(converted, &DEEP);
        assert_string_equal(json_text(binary, "model.format"), "plx");
        assert_true(cJSON_Compare(json_at(text, "model.deep"), json_at(binary, "model.deep"), true));
        assert_true(cJSON_Compare(json_at(text, "model.findings"), json_at(binary, "model.findings"), true));
        cJSON_Delete(text);
        cJSON_Delete(binary);
        scratch_remove(&scratch);
        free(path);
    }
}

/* Every finding of a file has its check, with the same count. */
static void plx_deep_checks__agree_with_findings(void **state)
{
    struct fixtures files = fixtures_matching("messy", "y_", ".arpa");
    unsigned compared = 0;
    (void)state;
    for (size_t i = 0; i < files.count; i++) {
        cJSON *json = inspect_one(files.paths[i], &DEEP);
        const cJSON *finding;
        cJSON_ArrayForEach(finding, json_at(json, "model.findings"))
        {
            const char *code = json_text(finding, "code");
            if (strcmp(code, "sum") == 0 || strcmp(code, "no-unknown-symbol") == 0)
                continue;
            assert_int_equal(check_count(json, code), json_number(finding, "count"));
            compared++;
        }
        cJSON_Delete(json);
    }
    assert_true(compared >= 8);
    fixtures_free(&files);
}

/* Where every n-gram is in one bin, or apart. */
static void plx_deep_values__every_ngram_counts(void **state)
{
    struct fixtures models = fixtures_models();
    unsigned looked = 0;
    (void)state;
    for (size_t i = 0; i < models.count; i++) {
        struct plx_error error;
        cJSON *json = inspect_if_possible(models.paths[i], &DEEP, &error);
        const cJSON *ngrams = json_at(json, "model.ngrams"), *order, *bin;
        int k = 0;
        cJSON_ArrayForEach(order, json_at(json, "model.deep.orders"))
        {
            double count = json_number(order, "log10_probability.minus_99") +
                           json_number(order, "log10_probability.infinite");
            cJSON_ArrayForEach(bin, json_at(order, "log10_probability.histogram")) count += bin->valuedouble;
            assert_int_equal(count, cJSON_GetArrayItem(ngrams, k++)->valuedouble);
            looked++;
        }
        cJSON_Delete(json);
    }
    assert_true(looked > 20);
    fixtures_free(&models);
}

/* The values of the 1-grams of a KenLM binary, of which which `count` bytes at `at` are those of NaNs. */
static struct plx_inspected_values values_with_nan(size_t at, size_t count)
{
    static const uint8_t nan[8] = {0, 0, 0xC0, 0x7F, 0, 0, 0xC0, 0x7F};
    char *path = fixture_path("models/kenlm/tiny.o4.probing.bin");
    struct file_bytes file = file_read(path);
    struct plx_inspected_values values = {0};
    const struct plx_model_options options = {0};
    struct scratch scratch;
    struct plx_error error;
    memcpy(file.bytes + at, nan, count);
    scratch_make(&scratch);
    struct plx_model *model = fixture_open(scratch_file(&scratch, "model.bin", file.bytes, file.size));
    assert_int_equal(plx_deep_values(model, &options, 1, &values, &error), PLX_OK);
    plx_model_close(model);
    scratch_remove(&scratch);
    free(file.bytes);
    free(path);
    return values;
}

/* NaNs, which text cannot have, stay out of all figures. The 1-grams begin with log10 p and backoff of <unk>,
   -2.104 and 0, the lowest and one of two that are 0. */
static void plx_deep_values__not_a_number(void **state)
{
    const size_t at = 488;
    (void)state;
    const struct plx_inspected_values values = values_with_nan(at, 0), probability = values_with_nan(at, 4),
                                      backoff = values_with_nan(at + 4, 4), both = values_with_nan(at, 8);
    uint64_t counts[2] = {0, 0};
    for (size_t i = 0; i < PLX_INSPECTED_BINS; i++) {
        counts[0] += values.bins[i];
        counts[1] += both.bins[i];
    }
    assert_int_equal(counts[0], 19);
    assert_int_equal(counts[1], 18);
    assert_int_equal(values.not_a_number, 0);
    assert_int_equal(probability.not_a_number, 1);
    assert_int_equal(backoff.not_a_number, 1);
    assert_int_equal(both.not_a_number, 2);
    assert_true(fabs(values.probabilities.minimum + 2.104005) < 1e-6);
    assert_true(probability.probabilities.minimum > -2.1 && isfinite(probability.probabilities.mean));
    assert_int_equal(values.zero_backoffs, 2);
    assert_int_equal(backoff.zero_backoffs, 1);
    assert_int_equal(backoff.infinite_backoffs, 0);
    assert_true(isfinite(backoff.backoffs.mean));
}

static void plx_inspect_deep__refuses_others(void **state)
{
    char *neural = fixture_path("models/tiny.table.safetensors");
    const char *const names[] = {neural, "uniform:7"};
    struct plx_error error;
    struct scratch scratch;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_null(inspect_if_possible(names[i], &DEEP, &error));
        assert_int_equal(error.status, PLX_UNSUPPORTED);
        assert_non_null(strstr(error.message, "only n-gram models"));
    }
    free(neural);
    scratch_make(&scratch);
    const char *text = scratch_text(&scratch, "text", "a b\n");
    struct plx_inspection *inspection;
    assert_int_equal(plx_inspect(&text, 1, &DEEP, &inspection, &error), PLX_USAGE);
    scratch_remove(&scratch);
}

static bool interrupt(void *user)
{
    unsigned *left = user;
    return (*left)-- == 0;
}

static void plx_inspect_deep__interrupted(void **state)
{
    struct scratch scratch;
    unsigned times = 0;
    (void)state;
    scratch_make(&scratch);
    const char *name = scratch_text(&scratch, "model.arpa", SUMS);
    for (unsigned k = 0;; k += 7) {
        unsigned left = k;
        const struct plx_inspect_options options = {
            .model.interrupted = interrupt, .model.user = &left, .deep = true};
        struct plx_inspection *inspection;
        struct plx_error error;
        const enum plx_status status = plx_inspect(&name, 1, &options, &inspection, &error);
        plx_inspection_free(inspection);
        if (status == PLX_OK)
            break;
        assert_int_equal(status, PLX_INTERRUPTED);
        times++;
    }
    assert_true(times >= 20);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_deep_sums__by_hand),
        cmocka_unit_test(plx_deep_sums__contexts_are_drawn),
        cmocka_unit_test(plx_deep_sums__nothing_to_draw),
        cmocka_unit_test(plx_deep_sums__beyond_all_bounds),
        cmocka_unit_test(plx_deep_sums__same_seed_same_contexts),
        cmocka_unit_test(plx_deep_values__by_hand),
        cmocka_unit_test(plx_deep_values__median_to_the_last_bit),
        cmocka_unit_test(plx_deep_values__empty_order),
        cmocka_unit_test(plx_deep_values__every_ngram_counts),
        cmocka_unit_test(plx_deep_checks__messy_files),
        cmocka_unit_test(plx_deep_checks__remarks),
        cmocka_unit_test(plx_deep_checks__of_converted_models),
        cmocka_unit_test(plx_deep_checks__agree_with_findings),
        cmocka_unit_test(plx_deep_values__not_a_number),
        cmocka_unit_test(plx_inspect_deep__refuses_others),
        cmocka_unit_test(plx_inspect_deep__interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
