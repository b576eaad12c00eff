/* The names of what corpora consist of. */
#include <perplex/corpus.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void plx_content_name__all(void **state)
{
    (void)state;
    assert_string_equal(plx_content_name(PLX_CONTENT_TEXT), "text");
    assert_string_equal(plx_content_name(PLX_CONTENT_STRINGS), "strings");
    assert_string_equal(plx_content_name(PLX_CONTENT_IDS), "ids");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_content_name__all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
