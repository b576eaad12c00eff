#include "base/word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void plx_word_is__all_of_it(void **state)
{
    (void)state;
    assert_true(plx_word_is((struct plx_word){"textual", 4}, "text"));
    assert_false(plx_word_is((struct plx_word){"textual", 7}, "text"));
    assert_false(plx_word_is((struct plx_word){"text", 3}, "text"));
    assert_false(plx_word_is((struct plx_word){"test", 4}, "text"));
    assert_false(plx_word_is((struct plx_word){NULL, 0}, "text"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plx_word_is__all_of_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
