/* A vocabulary of five million words: every word is found, as an ARPA file and converted, and has the score
   that its number gives it. */
#include <perplex/convert.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 5000000, SYMBOLS = 3, BATCH = 4096 };

/* Word n: its number to the base 36, the lowest digit first, so that neighbours share their ends. */
static size_t spell(unsigned n, char word[8])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    size_t length = 0;
    do {
        word[length++] = digits[n % 36];
        n /= 36;
    } while (n > 0);
    return length;
}

/* −log10 p of word n, in units of 2^-10. */
static unsigned cost(unsigned n)
{
    return 1024 + n % 8191;
}

static void write_model(const char *path)
{
    FILE *file = fopen(path, "w");
    char word[8];
    assert_non_null(file);
    fprintf(file, "\\data\\\nngram 1=%d\nngram 2=1\n\n\\1-grams:\n-2\t<unk>\n-99\t<s>\n-1\t</s>\n",
            WORDS + SYMBOLS);
    for (unsigned n = 0; n < WORDS; n++) {
        const int length = (int)spell(n, word);
        fprintf(file, "-%u.%010llu\t%.*s\n", cost(n) / 1024, cost(n) % 1024 * 9765625ULL, length, word);
    }
    fprintf(file, "\n\\2-grams:\n-0.5\t<s> %.*s\n\n\\end\\\n", (int)spell(WORDS - 1, word), word);
    assert_int_equal(fclose(file), 0);
}

/* The ids of all words are their places in the file, and each has its score. */
static void check_words(const struct plx_model *model)
{
    static char spelled[BATCH][8];
    static struct plx_word words[BATCH];
    static struct plx_window windows[BATCH];
    static uint32_t ids[BATCH];
    static double nats[BATCH];
    const struct plx_scores scores = {.nats = nats};
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    for (unsigned n = 0; n < WORDS;) {
        size_t count = 0;
        const unsigned first = n;
        for (; count < BATCH && n < WORDS; count++, n++)
            words[count] = (struct plx_word){spelled[count], spell(n, spelled[count])};
        plx_model_lookup(model, words, count, ids);
        for (size_t i = 0; i < count; i++)
            windows[i] = (struct plx_window){ids + i, 0, 1, 0};
        assert_int_equal(plx_session_score(session, windows, count, &scores, &error), PLX_OK);
        for (size_t i = 0; i < count; i++) {
            const double expected = (double)cost(first + (unsigned)i) / 1024 * 2.302585092994045684;
            const struct plx_word word = plx_model_token(model, ids[i]);
            if (ids[i] != first + i + SYMBOLS || nats[i] != expected || word.length != words[i].length ||
                memcmp(word.text, words[i].text, word.length) != 0)
                fail_msg("word %zu: id %u, %.17g nats, expected %.17g", first + i, ids[i], nats[i], expected);
        }
    }
    plx_session_free(session);
}

/* Words that are not there are not found. */
static void check_others(const struct plx_model *model)
{
    char word[8];
    for (unsigned n = WORDS; n < WORDS + 100000; n++) {
        const struct plx_word sought = {word, spell(n, word)};
        uint32_t id;
        plx_model_lookup(model, &sought, 1, &id);
        assert_int_equal(id, PLX_NO_TOKEN);
    }
}

static void check_model(const char *path, enum plx_load load)
{
    static const char text[] = "0 zzzzz\n";
    const struct plx_model_options options = {.load = load, .threads = 2};
    struct plx_model *model;
    struct plx_error error = {0};
    if (plx_model_open(path, &options, &model, &error))
        fail_msg("%s", error.message);
    assert_int_equal(plx_model_info(model)->vocabulary, WORDS + SYMBOLS);
    check_words(model);
    check_others(model);
    /* 0 is word 0; zzzzz, 36^5 − 1, is unknown. */
    cJSON *result = result_tree(evaluate_bytes(model, text, sizeof text - 1, PLX_TOKENS_WORD, NULL, &error));
    assert_true(result_total_nats(result) == (1.0 + 2.0 + 1.0) * 2.302585092994045684);
    cJSON_Delete(result);
    plx_model_close(model);
}

static void plx_model_open__five_million_words(void **state)
{
    (void)state;
    struct plx_error error = {0};
    write_model(folder_path("m.arpa"));
    check_model(folder_path("m.arpa"), PLX_LOAD_MAP);
    const struct plx_model_options options = {.threads = 2};
    if (plx_convert_model(folder_path("m.arpa"), folder_path("m.plx"), &options, &error))
        fail_msg("%s", error.message);
    check_model(folder_path("m.plx"), PLX_LOAD_MAP);
    check_model(folder_path("m.plx"), PLX_LOAD_COPY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_model_open__five_million_words, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
