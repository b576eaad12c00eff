/* Lines of ARPA files. The forms are those that toolkits write: KenLM and SRILM part the columns by tabs and
   the words by single spaces, others by spaces alone. */
#include "model/arpa_entry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 8

struct parsed {
    enum plx_status status;
    struct plx_arpa_entry entry;
    struct plx_word words[WORDS_MAX + 1]; /* the last must stay as it is */
    struct plx_error error;
};

static struct parsed parse(const char *line, size_t length, unsigned order)
{
    struct parsed parsed = {.entry = {NAN, NAN}};
    const struct plx_word untouched = {"untouched", 9};
    for (unsigned i = 0; i <= WORDS_MAX; i++)
        parsed.words[i] = untouched;
    memset(&parsed.error, 0, sizeof parsed.error);
    parsed.status = plx_arpa_parse_entry(line, length, order, &parsed.entry, parsed.words, &parsed.error);
    for (unsigned i = order; i <= WORDS_MAX; i++)
        assert_ptr_equal(parsed.words[i].text, untouched.text);
    return parsed;
}

/* `words` are joined by '|', which no word here contains. */
static void assert_entry(const char *line, size_t length, unsigned order, float probability,
                         const char *words, float backoff)
{
    const struct parsed parsed = parse(line, length, order);
    char found[256] = "";
    if (parsed.status)
        fail_msg("\"%s\": %s", line, parsed.error.message);
    for (unsigned i = 0; i < order; i++) {
        assert_true(parsed.words[i].text >= line && /* they point into the line */
                    parsed.words[i].text + parsed.words[i].length <= line + length);
        strncat(found, parsed.words[i].text, parsed.words[i].length);
        if (i + 1 < order)
            strcat(found, "|");
    }
    assert_string_equal(found, words);
    if (parsed.entry.probability != probability || parsed.entry.backoff != backoff)
        fail_msg("\"%s\": found %.9g and %.9g", line, (double)parsed.entry.probability,
                 (double)parsed.entry.backoff);
}

#define ASSERT_ENTRY(line, order, probability, words, backoff) \
    assert_entry(line, sizeof(line) - 1, order, probability, words, backoff)

static void assert_refused(const char *line, size_t length, unsigned order, uint64_t column,
                           const char *words)
{
    const struct parsed parsed = parse(line, length, order);
    if (parsed.status != PLX_MALFORMED || parsed.error.status != PLX_MALFORMED)
        fail_msg("\"%s\" is not refused", line);
    if (!strstr(parsed.error.message, words))
        fail_msg("\"%s\": \"%s\" is not in \"%s\"", line, words, parsed.error.message);
    if (parsed.error.column != column)
        fail_msg("\"%s\": column %llu", line, (unsigned long long)parsed.error.column);
    assert_int_equal(parsed.error.line, PLX_NOWHERE);
}

#define ASSERT_REFUSED(line, order, column, words) \
    assert_refused(line, sizeof(line) - 1, order, column, words)

static void plx_arpa_parse_entry__tabs(void **state)
{
    (void)state;
    ASSERT_ENTRY("-1.5\tthe\t-0.25", 1, -1.5f, "the", -0.25f);
    ASSERT_ENTRY("-1.5\tthe cat\t-0.25", 2, -1.5f, "the|cat", -0.25f);
    ASSERT_ENTRY("-0.2\t<s> the cat", 3, -0.2f, "<s>|the|cat", 0.0f);
    ASSERT_ENTRY("-0.2\ta b c d e f g h\t0.5", 8, -0.2f, "a|b|c|d|e|f|g|h", 0.5f);
}

static void plx_arpa_parse_entry__spaces(void **state)
{
    (void)state;
    ASSERT_ENTRY("-1.5 the -0.25", 1, -1.5f, "the", -0.25f);
    ASSERT_ENTRY("-1.5 the", 1, -1.5f, "the", 0.0f);
    ASSERT_ENTRY("-1.5 the cat -0.25", 2, -1.5f, "the|cat", -0.25f);
    ASSERT_ENTRY("-1.5   the    cat   -0.25", 2, -1.5f, "the|cat", -0.25f);
    ASSERT_ENTRY("  -1.5 the cat", 2, -1.5f, "the|cat", 0.0f);
}

static void plx_arpa_parse_entry__mixed(void **state)
{
    (void)state;
    ASSERT_ENTRY("-1.5 the cat\t-0.25", 2, -1.5f, "the|cat", -0.25f);
    ASSERT_ENTRY("-1.5  \tthe cat\t-0.25", 2, -1.5f, "the|cat", -0.25f);
    ASSERT_ENTRY(" -1.5\tthe cat\t-0.25", 2, -1.5f, "the|cat", -0.25f);
    ASSERT_ENTRY("-1.5\tthe cat", 2, -1.5f, "the|cat", 0.0f);
    ASSERT_ENTRY("-1.5\tthe\tcat\t-0.25", 2, -1.5f, "the|cat", -0.25f);
    ASSERT_ENTRY("-1.5\tthe\tcat", 2, -1.5f, "the|cat", 0.0f);
}

/* With tabs, what stands in the column of the words is words: a number may be one. */
static void plx_arpa_parse_entry__words_that_look_like_numbers(void **state)
{
    (void)state;
    ASSERT_ENTRY("-1.5\t-0.25", 1, -1.5f, "-0.25", 0.0f);
    ASSERT_ENTRY("-1.5\t1 2\t-0.5", 2, -1.5f, "1|2", -0.5f);
    ASSERT_ENTRY("-1.5 1 2 -0.5", 2, -1.5f, "1|2", -0.5f);
    ASSERT_ENTRY("-1.5 1 2", 2, -1.5f, "1|2", 0.0f);
    ASSERT_ENTRY("-1.5\t= \\data\\", 2, -1.5f, "=|\\data\\", 0.0f);
}

/* Words are parted by space and tab alone. */
static void plx_arpa_parse_entry__other_blanks_in_words(void **state)
{
    (void)state;
    ASSERT_ENTRY("-1.5\ta\xc2\xa0"
                 "b \x85\t-0.25",
                 2, -1.5f,
                 "a\xc2\xa0"
                 "b|\x85",
                 -0.25f);
    ASSERT_ENTRY("-1.5\t\v \f\t-0.25", 2, -1.5f, "\v|\f", -0.25f);
    ASSERT_ENTRY("-1.5 \v a\rb -0.25", 2, -1.5f, "\v|a\rb", -0.25f);
    ASSERT_ENTRY("-1.5\t\xff\xfe", 1, -1.5f, "\xff\xfe", 0.0f);
}

static void plx_arpa_parse_entry__blanks_at_the_end(void **state)
{
    (void)state;
    ASSERT_ENTRY("-1.5\tthe\t-0.25\r", 1, -1.5f, "the", -0.25f);
    ASSERT_ENTRY("-1.5\tthe\t-0.25 \t \r", 1, -1.5f, "the", -0.25f);
    ASSERT_ENTRY("-1.5\tthe\t", 1, -1.5f, "the", 0.0f);
    ASSERT_ENTRY("-1.5\tthe\t\r", 1, -1.5f, "the", 0.0f);
    ASSERT_ENTRY("-1.5\tthe cat\r", 2, -1.5f, "the|cat", 0.0f);
    ASSERT_ENTRY("-1.5 the cat  ", 2, -1.5f, "the|cat", 0.0f);
    ASSERT_ENTRY("-1.5 the cat -0.25 \r", 2, -1.5f, "the|cat", -0.25f);
}

static void plx_arpa_parse_entry__forms_of_numbers(void **state)
{
    (void)state;
    ASSERT_ENTRY("0\ta\t0", 1, 0.0f, "a", 0.0f);
    ASSERT_ENTRY("-0\ta\t-0.0", 1, 0.0f, "a", 0.0f);
    ASSERT_ENTRY("-99\t<s>\t-1", 1, -99.0f, "<s>", -1.0f);
    ASSERT_ENTRY("-9.5e-1\ta\t-2.5E-01", 1, -0.95f, "a", -0.25f);
    ASSERT_ENTRY("-.5\ta\t+.5", 1, -0.5f, "a", 0.5f);
    ASSERT_ENTRY("-1.\ta", 1, -1.0f, "a", 0.0f);
    ASSERT_ENTRY("0.5\ta", 1, 0.5f, "a", 0.0f); /* whether it is refused is for the reader of the file */
    /* A tie between two floats that the nearest double would hide: 1 + 2^-24 + 2^-54 rounds up (Python's
       fractions). */
    ASSERT_ENTRY("-1.00000005960464483090\ta", 1, -1.00000012f, "a", 0.0f);
    ASSERT_ENTRY("-1.000000059604644775390625\ta", 1, -1.0f, "a", 0.0f);
}

static void plx_arpa_parse_entry__infinities(void **state)
{
    (void)state;
    ASSERT_ENTRY("-inf\ta\t-inf", 1, -INFINITY, "a", -INFINITY);
    ASSERT_ENTRY("-Infinity\ta", 1, -INFINITY, "a", 0.0f);
    ASSERT_ENTRY("-1e60\ta", 1, -INFINITY, "a", 0.0f); /* less than any float */
    ASSERT_REFUSED("-1\ta\tinf", 1, 6, "the backoff is infinite");
    ASSERT_REFUSED("-1\ta\t+1e39", 1, 6, "the backoff is infinite");
    ASSERT_REFUSED("-1 a inf", 1, 6, "the backoff is infinite");
}

static void plx_arpa_parse_entry__not_a_number(void **state)
{
    (void)state;
    ASSERT_REFUSED("nan\ta", 1, 1, "the probability is not a number (\"nan\")");
    ASSERT_REFUSED("-nan\ta", 1, 1, "the probability is not a number (\"-nan\")");
    ASSERT_REFUSED("  NaN a", 1, 3, "the probability is not a number (\"NaN\")");
    ASSERT_REFUSED("-1\ta b\tnan", 2, 8, "the backoff is not a number (\"nan\")");
    ASSERT_REFUSED("-1 a b nan", 2, 8, "the backoff is not a number (\"nan\")");
}

static void plx_arpa_parse_entry__malformed_numbers(void **state)
{
    (void)state;
    ASSERT_REFUSED("", 1, 1, "the probability \"\" is not a number");
    ASSERT_REFUSED("\ta", 1, 1, "the probability \"\" is not a number");
    ASSERT_REFUSED("the\t-1", 1, 1, "the probability \"the\" is not a number");
    ASSERT_REFUSED("   x the", 1, 4, "the probability \"x\" is not a number");
    ASSERT_REFUSED("0x1p-3\ta", 1, 1, "the probability \"0x1p-3\" is not a number");
    ASSERT_REFUSED("-1,5\ta", 1, 1, "the probability \"-1,5\" is not a number");
    ASSERT_REFUSED("--1\ta", 1, 1, "the probability \"--1\" is not a number");
    ASSERT_REFUSED("-1\ta\t-0.5x", 1, 6, "the backoff \"-0.5x\" is not a number");
    ASSERT_REFUSED("-1 a b", 1, 6, "the backoff \"b\" is not a number");
    ASSERT_REFUSED("-1\0\ta", 1, 1, "is not a number");
}

/* No more of a long field is shown than fits the message. */
static void plx_arpa_parse_entry__long_fields(void **state)
{
    char line[5000];
    (void)state;
    memset(line, 'x', sizeof line);
    const struct parsed parsed = parse(line, sizeof line, 1);
    assert_int_equal(parsed.status, PLX_MALFORMED);
    assert_true(strlen(parsed.error.message) < 100);
    memcpy(line, "-1\t", 3); /* a long word is a word */
    const struct parsed fine = parse(line, sizeof line, 1);
    assert_int_equal(fine.status, PLX_OK);
    assert_int_equal(fine.words[0].length, sizeof line - 3);
}

static void plx_arpa_parse_entry__empty_words(void **state)
{
    (void)state;
    ASSERT_REFUSED("-1\t\t-0.5", 1, 4, "an empty word: the columns do not add up");
    ASSERT_REFUSED("-1\t a\t-0.5", 1, 4, "an empty word");
    ASSERT_REFUSED("-1\t a\t-0.5", 2, 4, "an empty word");
    ASSERT_REFUSED("-1\ta \t-0.5", 1, 6, "an empty word");
    ASSERT_REFUSED("-1\ta  b\t-0.5", 2, 6, "an empty word");
    ASSERT_REFUSED("-1\ta  b\t-0.5", 3, 6, "an empty word");
    ASSERT_REFUSED("-1\t\ta b\t-0.5", 2, 4, "an empty word");
    ASSERT_REFUSED("-1 \t\ta b\t-0.5", 2, 5, "an empty word");
}

static void plx_arpa_parse_entry__wrong_number_of_words(void **state)
{
    (void)state;
    ASSERT_REFUSED("-1", 1, 1, "1 word expected in a 1-gram, found 0");
    ASSERT_REFUSED("-1\t", 1, 1, "1 word expected in a 1-gram, found 0");
    ASSERT_REFUSED("  -1", 3, 1, "3 words expected in a 3-gram, found 0");
    ASSERT_REFUSED("-1\ta", 2, 1, "2 words expected in a 2-gram, found 1");
    ASSERT_REFUSED("-1\ta b c\t-0.5", 2, 1, "2 words expected in a 2-gram, found 3");
    ASSERT_REFUSED("-1\ta b\t-0.5", 1, 1, "1 word expected in a 1-gram, found 2");
    ASSERT_REFUSED("-1 a", 2, 1, "2 words expected in a 2-gram, found 1");
    ASSERT_REFUSED("-1\ta b\t-0.5 -0.5", 2, 1, "2 words expected in a 2-gram, found 4");
    ASSERT_REFUSED("-0.5\tin the 1990", 2, 1, "2 words expected in a 2-gram, found 3");
    ASSERT_REFUSED("-0.5\tin the 1990\t-0.1", 2, 1, "2 words expected in a 2-gram, found 3");
    ASSERT_REFUSED("-1\ta\t-0.5\t-0.5", 1, 1, "1 word expected in a 1-gram, found 2");
    ASSERT_REFUSED("-1 a b c d", 2, 1, "2 words expected in a 2-gram, found 4");
    ASSERT_REFUSED("-1\ta b c d e f g h i j k l", 8, 1, "8 words expected in a 8-gram, found 12");
}

static void plx_arpa_trimmed_length__blanks(void **state)
{
    (void)state;
    assert_int_equal(plx_arpa_trimmed_length("", 0), 0);
    assert_int_equal(plx_arpa_trimmed_length(" \t\r", 3), 0);
    assert_int_equal(plx_arpa_trimmed_length(" a \t\r \r", 7), 2);
    assert_int_equal(plx_arpa_trimmed_length("a", 1), 1);
    assert_int_equal(plx_arpa_trimmed_length("a\v", 2), 2);
    assert_int_equal(plx_arpa_trimmed_length("a\xc2\xa0", 3), 3);
    assert_int_equal(plx_arpa_trimmed_length("ab ", 1), 1); /* within the length */
}

/* What a deep inspection tells of. */
static void plx_arpa_parse_entry__backoffs_and_exponents(void **state)
{
    static const struct {
        const char *line;
        bool has_backoff;
        unsigned exponents;
    } cases[] = {
        {"-1\tee", false, 0},       {"-1\tE\t0", true, 0},     {"-1e0\tee", false, 1},
        {"-1\tee\t-2E-1", true, 1}, {"-1e0\ta\t2e1", true, 2}, {"-inf\tee\t-inf", true, 0},
        {"-1 a 1e-05", true, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct parsed parsed = parse(cases[i].line, strlen(cases[i].line), 1);
        assert_int_equal(parsed.status, PLX_OK);
        assert_int_equal(parsed.entry.has_backoff, cases[i].has_backoff);
        assert_int_equal(parsed.entry.exponents, cases[i].exponents);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_arpa_parse_entry__tabs),
        cmocka_unit_test(plx_arpa_parse_entry__backoffs_and_exponents),
        cmocka_unit_test(plx_arpa_parse_entry__spaces),
        cmocka_unit_test(plx_arpa_parse_entry__mixed),
        cmocka_unit_test(plx_arpa_parse_entry__words_that_look_like_numbers),
        cmocka_unit_test(plx_arpa_parse_entry__other_blanks_in_words),
        cmocka_unit_test(plx_arpa_parse_entry__blanks_at_the_end),
        cmocka_unit_test(plx_arpa_parse_entry__forms_of_numbers),
        cmocka_unit_test(plx_arpa_parse_entry__infinities),
        cmocka_unit_test(plx_arpa_parse_entry__not_a_number),
        cmocka_unit_test(plx_arpa_parse_entry__malformed_numbers),
        cmocka_unit_test(plx_arpa_parse_entry__long_fields),
        cmocka_unit_test(plx_arpa_parse_entry__empty_words),
        cmocka_unit_test(plx_arpa_parse_entry__wrong_number_of_words),
        cmocka_unit_test(plx_arpa_trimmed_length__blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
