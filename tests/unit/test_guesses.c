/* Guesses at why words are unknown. Lower cases after Unicode's own table, as Python's str.lower has it. */
#include "inspect/guesses.h"

#include "support/inspections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_lower(const char *text, const char *expected)
{
    char copy[128];
    snprintf(copy, sizeof copy, "%s", text);
    assert_int_equal(plx_lower_case(copy, strlen(copy)), strcmp(text, expected) != 0);
    assert_string_equal(copy, expected);
}

static void plx_lower_case__letters(void **state)
{
    (void)state;
    assert_lower("AZ[@az09", "az[@az09");
    assert_lower("ÀÖ×ØÞß÷ÿ", "àö×øþß÷ÿ");
    assert_lower("ĀāĲĳĴĸĹĺŇňŉŊŋŶŸŹźŻžſ", "āāĳĳĵĸĺĺňňŉŋŋŷÿźźżžſ");
    assert_lower("ΑΟΠΣΩΪΫάω", "αοπσωϊϋάω");
    assert_lower("ΆΈΉΊΌΎΏ", "άέήίόύώ");
    assert_lower("ȘșȚ Ґғ Ӑ", "șșț ґғ ӑ");
    assert_lower("ЀЏАЯяѠѡ", "ѐџаяяѡѡ");
    assert_lower("中文 😀 İ", "中文 😀 İ"); /* i and a dot would be longer */
    assert_lower("\xC3\xFF"
                 "A",
                 "\xC3\xFF"
                 "a");
    assert_lower("", "");
}

#define HEAD "\\data\\\nngram 1=8\n\n\\1-grams:\n-1\t</s>\n-1\t<s>\n-1\t<unk>\n"
static const char ARPA[] = HEAD "-1\tthe\n-1\tcat\n-1\tRome\n-1\twell\n-1\t@-@\n\\end\\\n";
static const char PLAIN[] = HEAD "-1\tthe\n-1\tcat\n-1\tRome\n-1\twell\n-1\tu\n\\end\\\n";

static void assert_guess(const char *model, const char *text, const char *code, unsigned tokens)
{
    struct scratch scratch;
    scratch_make(&scratch);
    const char *names[] = {scratch_text(&scratch, "model", model), scratch_text(&scratch, "corpus", text)};
    cJSON *json = inspect_names(names, 2, NULL);
    const cJSON *guess, *found = NULL;
    cJSON_ArrayForEach(guess, json_at(json, "coverage.guesses"))
    {
        if (strcmp(json_text(guess, "code"), code) == 0)
            found = guess;
    }
    if (tokens == 0)
        assert_null(found);
    else if (!found || json_number(found, "tokens") != tokens)
        fail_msg("%s in \"%s\": %s", code, text, found ? cJSON_Print(found) : "not there");
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

static void plx_guesses_make__lower_case(void **state)
{
    (void)state;
    assert_guess(ARPA, "The CAT Rome\n", "lower-case", 1); /* two are won, Rome is lost */
    assert_guess(ARPA, "The cat Rome\n", "lower-case", 0);
    assert_guess(ARPA, "the cat\n", "lower-case", 0);
    assert_guess(ARPA, "<UNK> THE\n", "lower-case", 1);
}

static void plx_guesses_make__punctuation(void **state)
{
    (void)state;
    assert_guess(ARPA, "the cat, (cat) \"Rome.\" dog. ... well-cat\n", "punctuation", 3);
    assert_guess(ARPA, "the cat , dog.\n", "punctuation", 0);
}

static void plx_guesses_make__hyphens(void **state)
{
    (void)state;
    assert_guess(ARPA, "well-cat the-well-cat well-dog - -cat well--cat\n", "hyphens", 2);
    assert_guess(PLAIN, "well-cat\n", "hyphens", 0);
}

static void plx_guesses_make__foreign_tokenization(void **state)
{
    (void)state;
    assert_guess(PLAIN, "well @-@ cat @,@ @.@\n", "foreign-tokenization", 3);
    assert_guess(ARPA, "well @-@ cat\n", "foreign-tokenization", 0);
}

/* One token in two thousand is not worth a word. */
static void plx_guesses_make__not_worth_it(void **state)
{
    char text[8100] = "";
    (void)state;
    for (size_t i = 0; i < 2000; i++)
        memcpy(text + 4 * i, i ? "cat " : "THE\n", 5);
    assert_guess(ARPA, text, "lower-case", 0);
    text[4 * 1000] = 'C';
    assert_guess(ARPA, text, "lower-case", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_lower_case__letters),
        cmocka_unit_test(plx_guesses_make__lower_case),
        cmocka_unit_test(plx_guesses_make__punctuation),
        cmocka_unit_test(plx_guesses_make__hyphens),
        cmocka_unit_test(plx_guesses_make__foreign_tokenization),
        cmocka_unit_test(plx_guesses_make__not_worth_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
