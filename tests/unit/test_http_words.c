/* What servers say when they fail. */
#include "io/http_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *answer, const char *key, const char *wanted)
{
    char words[PLX_HTTP_WORDS];
    plx_http_words(answer, strlen(answer), key, words);
    assert_string_equal(words, wanted);
}

static void plx_http_words__json(void **state)
{
    (void)state;
    expect("{\"error\":{\"message\":\"no such model\",\"type\":\"x\"}}", NULL, "no such model");
    expect("{\"error\":\"overloaded\",\"error_type\":\"x\"}", NULL, "overloaded");
    expect("{\"object\":\"error\",\"message\":\"too long\"}", NULL, "too long");
    expect("{\"detail\":\"Not Found\"}", NULL, "Not Found");
    expect("{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", NULL, "field required");
    expect("{\"detail\":[]}", NULL, "{\"detail\":[]}");
    expect("[1]", NULL, "[1]");
}

static void plx_http_words__text(void **state)
{
    (void)state;
    expect("", NULL, "");
    expect("\r\n  busy,\tcome later \r\nand more", NULL, "busy, come later");
    expect("\n<html>\n<title>502</title>", NULL, "");
    expect("a\x1b[31m red", NULL, "a\\x1b[31m red");
    expect("{\"error\":\"two\\nlines\"}", NULL, "two lines");
}

static void plx_http_words__key(void **state)
{
    (void)state;
    expect("{\"error\":\"wrong key sk-12, not sk-12!\"}", "sk-12", "wrong key *****, not *****!");
    /* Escapes of JSON are undone first. */
    expect("{\"error\":\"wrong key s\\u006b-12\"}", "sk-12", "wrong key *****");
    expect("wrong key sk-12", "sk-12", "wrong key *****");
    expect("wrong key", "", "wrong key");
}

/* The forms that it takes in JSON and in URLs, whatever is cut off later. */
static void plx_http_hide__escaped(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"sk-a/b\"+", "********"},
        {"a sk-a\\/b\\\"+.", "a **********."},
        {"\\u0073\\u006B-a\\u002fb\\\"+ sk", "************************ sk"},
        {"{\\\"sk-a\\\\\\/b\\\\\\\"+", "{\\\"**************"},
        {"/%73k-a%2Fb%22%2b?", "/****************?"},
        {"sk-a\\b\"+ sk-a%2", "sk-a\\b\"+ sk-a%2"},
        {"sk-a\\u002", "sk-a\\u002"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        const size_t size = strlen(cases[i].text);
        memcpy(text, cases[i].text, size + 1);
        assert_int_equal(plx_http_hide(text, size, "sk-a/b\"+"), strchr(cases[i].wanted, '*') != NULL);
        assert_string_equal(text, cases[i].wanted);
    }
    char none[] = "none", split[] = "sk\0sk";
    assert_false(plx_http_hide(none, 4, NULL));
    assert_false(plx_http_hide(none, 4, ""));
    assert_true(plx_http_hide(split + 1, 4, "sk"));
    assert_memory_equal(split, "sk\0**", 6);
    expect("{\"errors\":[\"bad sk-a\\/b\\\"+\"]}", "sk-a/b\"+", "{\"errors\":[\"bad **********\"]}");
}

static void plx_http_words__long(void **state)
{
    (void)state;
    char text[1000];
    char words[PLX_HTTP_WORDS];
    memset(text, 'x', sizeof text);
    plx_http_words(text, sizeof text, NULL, words);
    assert_int_equal(strlen(words), PLX_HTTP_WORDS - 1);
    /* A key that would be cut is no longer there when it is. */
    memcpy(text + 298, "sk-123456", 9);
    plx_http_words(text, sizeof text, "sk-123456", words);
    assert_string_equal(words + 297, "x**");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_http_words__json), cmocka_unit_test(plx_http_words__text),
        cmocka_unit_test(plx_http_words__key),  cmocka_unit_test(plx_http_hide__escaped),
        cmocka_unit_test(plx_http_words__long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
