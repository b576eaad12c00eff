/* Distances counted by hand. */
#include <perplex/status.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void plx_text_slips__distances(void **state)
{
    static const struct {
        const char *given, *meant;
        size_t slips;
    } cases[] = {
        {"ppl", "ppl", 0},
        {"pplx", "ppl", 1},       /* one too many */
        {"pl", "ppl", 1},         /* one too few */
        {"pqr", "ppl", SIZE_MAX}, /* two of three letters */
        {"plp", "ppl", 1},        /* exchanged */
        {"perplexty", "perplexity", 1},
        {"preplxity", "perplexity", 2},
        {"prplxty", "perplexity", 3}, /* three of ten are allowed */
        {"prplxt", "perplexity", SIZE_MAX},
        {"", "a", SIZE_MAX},
        {"b", "a", SIZE_MAX},
        {"", "", SIZE_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(plx_text_slips(cases[i].given, strlen(cases[i].given), cases[i].meant) == cases[i].slips);
    assert_true(plx_text_slips("ppl > 1", 3, "ppl") == 0);
}

static void plx_text_slips__long(void **state)
{
    char text[101];
    (void)state;
    memset(text, 'a', 100);
    text[100] = '\0';
    assert_true(plx_text_slips(text, 100, text) == SIZE_MAX);
    assert_true(plx_text_slips(text, 64, text + 36) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_text_slips__distances),
        cmocka_unit_test(plx_text_slips__long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
