#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void path_base__behind_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(plx_path_base("model.arpa"), "model.arpa");
    assert_string_equal(plx_path_base("/data/models/model.arpa"), "model.arpa");
    assert_string_equal(plx_path_base("https://example.org/model.arpa"), "model.arpa");
    assert_string_equal(plx_path_base("folder/"), "");
    assert_string_equal(plx_path_base("/"), "");
    assert_string_equal(plx_path_base(""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_base__behind_the_last_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
