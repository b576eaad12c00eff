/* Headings of WikiText, and white space as Python has it. Expected values come from Python: str.isspace of
   every code point, and the rule of wikitext_document_level as it is written there, step by step. */
#include "corpus/headings.h"

#include "base/utf8.h"

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* [chr(c) for c in range(0x110000) if chr(c).isspace()] */
static const uint32_t SPACES[] = {0x9,    0xA,    0xB,    0xC,    0xD,    0x1C,   0x1D,   0x1E,
                                  0x1F,   0x20,   0x85,   0xA0,   0x1680, 0x2000, 0x2001, 0x2002,
                                  0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
                                  0x2028, 0x2029, 0x202F, 0x205F, 0x3000};

static void plx_space_length__of_all_code_points(void **state)
{
    size_t next = 0;
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        uint8_t text[4];
        if (c >= 0xD800 && c < 0xE000)
            continue;
        const size_t length = plx_utf8_encode(c, text);
        const bool space = next < sizeof SPACES / sizeof *SPACES && SPACES[next] == c;
        next += space;
        assert_int_equal(plx_space_length(text, length), space ? length : 0);
        if (space && length > 1) /* cut off, it is none */
            assert_int_equal(plx_space_length(text, length - 1), 0);
    }
    assert_int_equal(next, sizeof SPACES / sizeof *SPACES);
}

static void replace(char *text, const char *from, const char *to)
{
    char result[128] = "";
    size_t size = 0;
    for (const char *at = text; *at;) {
        const bool here = strncmp(at, from, strlen(from)) == 0;
        size += (size_t)snprintf(result + size, sizeof result - size, "%.*s", here ? (int)strlen(to) : 1,
                                 here ? to : at);
        at += here ? strlen(from) : 1;
    }
    strcpy(text, result);
}

/* As it is written in Python, for lines whose white space is spaces and tabs. */
static bool is_page(const char *line)
{
    char text[128];
    snprintf(text, sizeof text, "%s", line);
    replace(text, "= = =", "===");
    replace(text, "= =", "==");
    size_t begin = strspn(text, " \t"), end = strlen(text);
    while (end > begin && strchr(" \t", text[end - 1]))
        end--;
    return end - begin >= 2 && memcmp(text + begin, "= ", 2) == 0 && memcmp(text + end - 2, " =", 2) == 0;
}

static bool page(const char *line)
{
    return plx_heading_of_page((const uint8_t *)line, strlen(line));
}

static void plx_heading_of_page__as_python_has_it(void **state)
{
    struct random random = {71};
    size_t found = 0;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        static const char LETTERS[] = "== = = x= = \t= ";
        char line[32];
        const size_t length = random_below(&random, sizeof line);
        for (size_t k = 0; k < length; k++)
            line[k] = LETTERS[random_below(&random, sizeof LETTERS - 1)];
        line[length] = '\0';
        found += is_page(line);
        if (page(line) != is_page(line))
            fail_msg("\"%s\" is %sa heading", line, is_page(line) ? "" : "not ");
    }
    assert_true(found > 300);
}

static void plx_heading_of_page__lines(void **state)
{
    (void)state;
    assert_true(page(" = Robert Boulter = "));
    assert_true(page(" = = = x = = = =") == is_page(" = = = x = = = ="));
    assert_false(page(" = = Career = = "));
    assert_false(page(" = = = 2000 = = = "));
    assert_false(page(" = Title"));
    assert_false(page("Title = "));
    assert_false(page(""));
    assert_false(page(" = "));
    assert_true(page("\xC2\xA0= x =\xE2\x80\xA8")); /* a no-break space, a line separator */
    assert_false(page("\xC2= x ="));
}

static void plx_heading_of_article__lines(void **state)
{
    static const struct {
        const char *line;
        bool heading;
    } cases[] = {
        {" = Robert Boulter = ", true},
        {"= a =\r", true},
        {" = = Career = = ", false},
        {" = = a =", false},
        {" = a = =", false},
        {"= =", false},
        {"=  =", false},
        {" = Title is = 5", false},
        {"\xC2\xA0= x =", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (plx_heading_of_article((const uint8_t *)cases[i].line, strlen(cases[i].line)) != cases[i].heading)
            fail_msg("\"%s\"", cases[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_space_length__of_all_code_points),
        cmocka_unit_test(plx_heading_of_page__as_python_has_it),
        cmocka_unit_test(plx_heading_of_page__lines),
        cmocka_unit_test(plx_heading_of_article__lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
