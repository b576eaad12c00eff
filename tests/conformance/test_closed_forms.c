/* Results that are known without any computation of perplexity: what a uniform model costs, whatever the text
   is cut into; and what the perplexities of a text by words and by bytes have to do with each other, whatever
   the model. */
#include "support/fixtures.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *name;
    long double types;
} UNIFORM[] = {
    {"uniform:2", 2},         {"uniform:3", 3},           {"uniform:10", 10},
    {"uniform:256", 256},     {"uniform:33278", 33278},   {"uniform:50257", 50257},
    {"uniform:65536", 65536}, {"uniform:128256", 128256}, {"uniform:4294967295", 4294967295},
};

#define UNIFORM_COUNT (sizeof UNIFORM / sizeof *UNIFORM)

static const enum plx_token_kind KINDS[] = {PLX_TOKENS_WORD, PLX_TOKENS_CHARACTER, PLX_TOKENS_BYTE};

#define KIND_COUNT (sizeof KINDS / sizeof *KINDS)

static cJSON *evaluate(const struct plx_model *model, const void *text, size_t size,
                       enum plx_token_kind tokens)
{
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text, size, tokens, NULL, &error);
    if (!result) {
        fail_msg("%s: %s", plx_model_name(model), error.message);
        return NULL;
    }
    char *json = result_text(result);
    cJSON *root = cJSON_Parse(json);
    assert_non_null(root);
    plx_text_free(json);
    plx_result_free(result);
    return root;
}

/* ln V, correctly rounded: the wider logarithm is good for that unless it lies in the middle of two doubles.
 */
static double rounded_logarithm(long double types)
{
    const long double wide = logl(types);
    const double rounded = (double)wide, below = nextafter(rounded, 0), above = nextafter(rounded, 100);
    const long double off = fabsl(wide - (long double)rounded), step = (long double)(above - below) / 2;
    assert_true(sizeof(long double) > sizeof(double) && fabsl(off - step / 2) > step / 512);
    return rounded;
}

/* A text of so many tokens: its last byte is a newline, which is a token of all kinds. */
static char *text_of(size_t tokens, enum plx_token_kind kind, size_t *size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvw";
    *size = kind == PLX_TOKENS_WORD && tokens > 1 ? 2 * (tokens - 1) : tokens;
    char *text = malloc(*size);
    if (!text)
        abort();
    for (size_t i = 0; i < *size; i++)
        text[i] = letters[i % (sizeof letters - 1)];
    for (size_t i = 1; i < *size && kind == PLX_TOKENS_WORD; i += 2)
        text[i] = ' ';
    text[*size - 1] = '\n';
    return text;
}

static void plx_evaluate__uniform_costs_the_logarithm_of_its_types(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 1000, 100000};
    for (size_t i = 0; i < UNIFORM_COUNT; i++) {
        const double expected = rounded_logarithm(UNIFORM[i].types);
        struct plx_model *model = fixture_open(UNIFORM[i].name);
        for (size_t k = 0; k < KIND_COUNT * sizeof counts / sizeof *counts; k++) {
            size_t size;
            char *text = text_of(counts[k / KIND_COUNT], KINDS[k % KIND_COUNT], &size);
            cJSON *result = evaluate(model, text, size, KINDS[k % KIND_COUNT]);
            assert_int_equal(result_count(result, "counts.scored"), counts[k / KIND_COUNT]);
            assert_int_equal(result_count(result, "counts.tokens"), counts[k / KIND_COUNT]);
            const double found = result_number(result, "nats_per_token");
            if (found != expected) /* to the bit */
                fail_msg("%s, %zu %ss: %.17g instead of %.17g", UNIFORM[i].name, counts[k / KIND_COUNT],
                         plx_token_kind_name(KINDS[k % KIND_COUNT]), found, expected);
            if (counts[k / KIND_COUNT] > 1)
                assert_true(result_number(result, "uncertainty.standard_error_nats") == 0);
            cJSON_Delete(result);
            free(text);
        }
        plx_model_close(model);
    }
}

/* One type has nothing to tell. */
static void plx_evaluate__one_type_costs_nothing(void **state)
{
    (void)state;
    struct plx_model *model = fixture_open("uniform:1");
    cJSON *result = evaluate(model, "the sea\nrises\n", 14, PLX_TOKENS_WORD);
    assert_true(result_number(result, "nats_per_token") == 0);
    assert_true(result_number(result, "perplexity") == 1);
    assert_true(result_number(result, "normalized.byte_perplexity") == 1);
    assert_true(result_number(result, "normalized.bits_per_word") == 0);
    cJSON_Delete(result);
    plx_model_close(model);
}

/* Of a text, counted by walking over its bytes. */
struct counts {
    long double words, lines, characters, bytes;
};

static bool is_separator(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

static struct counts count_text(const struct file_bytes *text)
{
    struct counts counts = {.bytes = (long double)text->size};
    bool inside = false;
    for (size_t i = 0; i < text->size; i++) {
        counts.lines += text->bytes[i] == '\n';
        counts.characters += (text->bytes[i] & 0xC0) != 0x80;
        counts.words += !inside && !is_separator(text->bytes[i]);
        inside = !is_separator(text->bytes[i]);
    }
    assert_true(text->size > 0 && text->bytes[text->size - 1] == '\n');
    return counts;
}

static void assert_near(const cJSON *result, const char *member, long double expected, const char *what)
{
    const double found = result_number(result, member);
    if (!(fabsl((long double)found - expected) <= 1e-14L * fabsl(expected)))
        fail_msg("%s: %s is %.17g instead of %.20Lg", what, member, found, expected);
}

/* The tokens of the text times log2 V bits, over whatever it is made of. */
static void check_uniform(const struct file_bytes *text, size_t uniform, enum plx_token_kind kind)
{
    const struct counts counts = count_text(text);
    const long double tokens = kind == PLX_TOKENS_WORD        ? counts.words + counts.lines
                               : kind == PLX_TOKENS_CHARACTER ? counts.characters
                                                              : counts.bytes;
    const long double bits = tokens * log2l(UNIFORM[uniform].types);
    char what[64];
    struct plx_model *model = fixture_open(UNIFORM[uniform].name);
    cJSON *result = evaluate(model, text->bytes, text->size, kind);
    snprintf(what, sizeof what, "%s by %ss", UNIFORM[uniform].name, plx_token_kind_name(kind));
    assert_near(result, "counts.tokens", tokens, what);
    assert_near(result, "bits_per_token", log2l(UNIFORM[uniform].types), what);
    assert_near(result, "normalized.bits_per_byte", bits / counts.bytes, what);
    assert_near(result, "normalized.bits_per_character", bits / counts.characters, what);
    assert_near(result, "normalized.bits_per_word", bits / counts.words, what);
    cJSON_Delete(result);
    plx_model_close(model);
}

static struct file_bytes read_almanac(void)
{
    char *path = source_path("corpora/almanac/test.txt");
    const struct file_bytes text = file_read(path);
    free(path);
    return text;
}

/* Characters of one to four bytes, blank lines, and blanks of all kinds. */
static const char ODD[] = "\n na\xC3\xAFve  \xE2\x82\xAC 5\t\xF0\x9F\x8C\x8A \n \n\t\nthe s\xC3\xA9\x61\n";

static void plx_evaluate__uniform_normalised(void **state)
{
    (void)state;
    const struct file_bytes almanac = read_almanac();
    uint8_t odd_bytes[sizeof ODD];
    memcpy(odd_bytes, ODD, sizeof ODD);
    const struct file_bytes odd = {odd_bytes, sizeof ODD - 1};
    const struct counts counts = count_text(&almanac);
    assert_true(counts.bytes > counts.characters); /* or bits per character would be those per byte */
    for (size_t uniform = 0; uniform < UNIFORM_COUNT; uniform++) {
        for (size_t i = 0; i < KIND_COUNT; i++) {
            check_uniform(&almanac, uniform, KINDS[i]);
            check_uniform(&odd, uniform, KINDS[i]);
        }
    }
    free(almanac.bytes);
}

/* ln of a perplexity by one unit is the total over the count of that unit. */
static void check_ratio(const cJSON *result, const char *one, const char *one_count, const char *other,
                        const char *other_count, const char *what)
{
    const double left = log(result_number(result, one)), right = log(result_number(result, other));
    const double expected =
        (double)result_count(result, other_count) / (double)result_count(result, one_count);
    if (!(left > 0 && right > 0)) {
        fail_msg("%s: %s or %s is no perplexity", what, one, other);
        return;
    }
    if (!(fabs(left / right / expected - 1) <= 1e-13 * (1 + 1 / right))) /* exp and log round */
        fail_msg("%s: ln %s / ln %s is %.17g instead of %.17g", what, one, other, left / right, expected);
}

/* Where the whole text is scored, these are the counts of the text. */
static void check_counts(const cJSON *result, const struct file_bytes *text, const char *what)
{
    const struct counts counts = count_text(text);
    if (result_count(result, "counts.scored") < result_count(result, "counts.tokens"))
        return;
    assert_near(result, "counts.scored_bytes", counts.bytes, what);
    assert_near(result, "counts.scored_characters", counts.characters, what);
    assert_near(result, "counts.scored_words", counts.words, what);
}

static void plx_evaluate__perplexities_by_words_and_bytes(void **state)
{
    (void)state;
    struct fixtures fixtures = fixtures_distributions();
    const struct file_bytes text = read_almanac();
    size_t finite = 0;
    for (size_t i = 0; i < fixtures.count * KIND_COUNT; i++) {
        const char *path = fixtures.paths[i / KIND_COUNT];
        struct plx_model *model = fixture_open(path);
        cJSON *result = evaluate(model, text.bytes, text.size, KINDS[i % KIND_COUNT]);
        char what[256];
        snprintf(what, sizeof what, "%s by %ss", fixture_name(path),
                 plx_token_kind_name(KINDS[i % KIND_COUNT]));
        check_counts(result, &text, what);
        if (isfinite(result_number(result, "normalized.word_perplexity"))) {
            finite++;
            check_ratio(result, "normalized.word_perplexity", "counts.scored_words",
                        "normalized.byte_perplexity", "counts.scored_bytes", what);
            check_ratio(result, "normalized.character_perplexity", "counts.scored_characters",
                        "normalized.byte_perplexity", "counts.scored_bytes", what);
            check_ratio(result, "normalized.word_perplexity", "counts.scored_words", "perplexity",
                        "counts.scored", what);
        }
        cJSON_Delete(result);
        plx_model_close(model);
    }
    assert_true(finite > fixtures.count);
    fixtures_free(&fixtures);
    free(text.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__uniform_costs_the_logarithm_of_its_types),
        cmocka_unit_test(plx_evaluate__one_type_costs_nothing),
        cmocka_unit_test(plx_evaluate__uniform_normalised),
        cmocka_unit_test(plx_evaluate__perplexities_by_words_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
