#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The test vectors of RFC 4648, section 10; and the two letters that differ between alphabets. */
static void plx_base64__of_the_standard(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
        {"+/+/", "\xfb\xff\xbf"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char bytes[8];
        size_t size;
        assert_true(plx_base64_decode(pairs[i][0], strlen(pairs[i][0]), bytes, sizeof bytes, &size));
        assert_int_equal(size, strlen(pairs[i][1]));
        assert_memory_equal(bytes, pairs[i][1], size);
        char text[PLX_BASE64_OF(8)];
        plx_base64_encode(bytes, size, text);
        assert_string_equal(text, pairs[i][0]);
        if (size > 0)
            assert_false(plx_base64_decode(pairs[i][0], strlen(pairs[i][0]), bytes, size - 1, &size));
    }
}

static void plx_base64_decode__what_is_none(void **state)
{
    static const char *const texts[] = {"Z",    "Zg",   "Zg=",  "Zm8",  "====", "Z===",       "Zg==Zg==",
                                        "Zm 9", "Zm-_", "Zh==", "Zm9=", "Zg=v", "\xc3\xa9==", "Zm9v\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char bytes[16];
        size_t size;
        if (plx_base64_decode(texts[i], strlen(texts[i]), bytes, sizeof bytes, &size))
            fail_msg("\"%s\" is taken for base64", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_base64__of_the_standard),
        cmocka_unit_test(plx_base64_decode__what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
