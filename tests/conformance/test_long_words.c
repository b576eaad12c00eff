/* Words of 64 KiB, in the model and in the text, as an ARPA file and converted: the scores are worked out by
   hand, so that whoever cuts, mixes up or misses such a word gives another one. */
#include <perplex/convert.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONG = 1 << 16, PIECES_MOST = 32 };

/* Puts pieces together; 'X', 'Y' and 'Z' stand for words of 64 KiB that differ only at their ends: X in its
   last byte from Y, Z is shorter by a byte. */
static char *spell(const char *const *pieces)
{
    char *text = malloc((size_t)PIECES_MOST * (LONG + 64)), *at = text;
    if (!text)
        abort();
    for (; *pieces; pieces++) {
        for (const char *c = *pieces; *c; c++) {
            const size_t length = *c == 'X' || *c == 'Y' ? LONG : *c == 'Z' ? LONG - 1 : 0;
            if (length == 0) {
                *at++ = *c;
                continue;
            }
            memset(at, 'l', length);
            at[length - 1] = *c == 'Y' ? 'e' : 'l';
            at += length;
        }
    }
    *at = '\0';
    return text;
}

static const char *const MODEL[] = {
    "\\data\\\nngram 1=7\nngram 2=4\nngram 3=1\n\n\\1-grams:\n-1.5\t<unk>\n-99\t<s>\t-0.5\n-1\t</s>\n",
    "-0.25\tX\t-0.125\n-0.375\tY\t-0.0625\n-0.75\ta\t-0.03125\n-1.25\tZ\n\n\\2-grams:\n",
    "-0.1875\t<s> X\t-0.015625\n-0.3125\tX Y\n-0.4375\tY X\t-0.2\n-0.5625\ta Z\n\n\\3-grams:\n",
    "-0.09375\tX Y X\n\n\\end\\\n", NULL};

/* The fourth line has a word that is longer by one byte, and so unknown. */
static const char *const TEXT[] = {"X Y X\n", "Y a Z\n", "X\n", "Xl\n", NULL};
static const double LOG10_P[] = {
    -0.1875,               /* <s> X */
    -0.3125 - 0.015625,    /* backoff of <s> X; X Y */
    -0.09375,              /* X Y X */
    -0.2 - 0.125 - 1,      /* backoffs of Y X and X; </s> */
    -0.5 - 0.375,          /* backoff of <s>; Y */
    -0.0625 - 0.75,        /* backoff of Y; a */
    -0.5625,               /* a Z */
    -1,                    /* </s> */
    -0.1875,               /* <s> X */
    -0.015625 - 0.125 - 1, /* backoffs of <s> X and X; </s> */
    -0.5 - 1.5,            /* backoff of <s>; <unk> */
    -1,                    /* </s> */
};

enum { COUNT = sizeof LOG10_P / sizeof *LOG10_P };

static enum plx_status check(void *user, const struct plx_token_score *tokens, size_t count,
                             struct plx_error *error)
{
    size_t *at = user;
    (void)error;
    for (size_t i = 0; i < count; i++, ++*at) {
        const double expected = *at < COUNT ? LOG10_P[*at] : (double)NAN;
        const double log10_p = tokens[i].nats / -2.302585092994045684;
        if (!(fabs(log10_p - expected) <= 1e-7)) /* −0.2 in float32 */
            fail_msg("token %zu: %.9g, expected %.9g", *at, log10_p, expected);
    }
    return PLX_OK;
}

static void check_form(const char *path, enum plx_load load, unsigned threads)
{
    const struct plx_model_options model_options = {.load = load, .threads = threads};
    struct plx_model *model;
    struct plx_error error = {0};
    size_t at = 0;
    if (plx_model_open(path, &model_options, &model, &error))
        fail_msg("%s", error.message);
    const struct plx_evaluate_options options = {.threads = threads, .tokens = check, .tokens_user = &at};
    char *text = spell(TEXT);
    struct plx_result *result = evaluate_bytes(model, text, strlen(text), PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s", error.message);
    assert_int_equal(at, COUNT);
    plx_result_free(result);
    free(text);
    plx_model_close(model);
}

static void plx_evaluate__words_of_64_kib(void **state)
{
    (void)state;
    struct plx_error error = {0};
    char *arpa = spell(MODEL);
    file_write(folder_path("m.arpa"), arpa, strlen(arpa));
    if (plx_convert_model(folder_path("m.arpa"), folder_path("m.plx"), NULL, &error))
        fail_msg("%s", error.message);
    for (unsigned threads = 1; threads <= 2; threads++) {
        check_form(folder_path("m.arpa"), PLX_LOAD_MAP, threads);
        check_form(folder_path("m.plx"), PLX_LOAD_MAP, threads);
        check_form(folder_path("m.plx"), PLX_LOAD_COPY, threads);
    }
    free(arpa);
}

/* Messages do not carry such a word whole. */
static void plx_model_open__a_long_word_twice(void **state)
{
    static const char *const twice[] = {"\\data\\\nngram 1=3\n\n\\1-grams:\n-1\tX\n-1\tY\n-1\tX\n\n\\end\\\n",
                                        NULL};
    (void)state;
    char *arpa = spell(twice);
    struct plx_error error = {0};
    struct plx_model *model;
    assert_int_equal(model_open_bytes(arpa, strlen(arpa), "m.arpa", NULL, &model, &error), PLX_MALFORMED);
    assert_int_equal(error.line, 7);
    assert_non_null(strstr(error.message, "\"lll"));
    assert_non_null(strstr(error.message, "twice"));
    free(arpa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_evaluate__words_of_64_kib, folder_make, folder_remove),
        cmocka_unit_test(plx_model_open__a_long_word_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
