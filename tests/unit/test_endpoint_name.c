#include "model/endpoint_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *argument, const char *model, const char *base, const char *label)
{
    struct plx_endpoint_name name;
    struct plx_error error;
    if (plx_endpoint_name_parse(argument, &name, &error))
        fail_msg("%s: %s", argument, error.message);
    assert_string_equal(name.model, model);
    assert_string_equal(name.base, base);
    assert_string_equal(name.label, label);
    plx_endpoint_name_release(&name);
}

static void plx_endpoint_name_parse__parts(void **state)
{
    (void)state;
    check("m@http://h:8000", "m", "http://h:8000", "http://h:8000");
    check("m@http://h:8000/", "m", "http://h:8000", "http://h:8000");
    check("m@http://h/v1", "m", "http://h", "http://h");
    check("m@https://h/v1//", "m", "https://h", "https://h");
    check("m@http://h/v10", "m", "http://h/v10", "http://h/v10");
    check("m@http://h/proxy/one/v1/", "m", "http://h/proxy/one", "http://h/proxy/one");
    check("meta-llama/Llama-3.1-8B@http://h", "meta-llama/Llama-3.1-8B", "http://h", "http://h");
    check("a@b@c@HTTPS://h", "a@b@c", "HTTPS://h", "https://h");
    check("m:latest@http://[::1]:80/v1", "m:latest", "http://[::1]:80", "http://[::1]:80");
}

static void plx_endpoint_name_parse__user_is_not_shown(void **state)
{
    (void)state;
    struct plx_error error;
    check("m@http://user:pa%40ss@h/v1", "m", "http://user:pa%40ss@h", "http://h");
    char *shown = plx_endpoint_name_shown("vllm", "a/b@https://user:secret@h:1/x/v1", &error);
    assert_string_equal(shown, "vllm:a/b@https://h:1/x");
    free(shown);
}

static void plx_endpoint_name_parse__refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "m",
        "m@",
        "m@h:8000",
        "m@ftp://secret@h",
        "@http://secret@h",
        "m@http://",
        "m@http://h?key=secret",
        "m@http://h/#secret",
        "m@http://h/v1/completions",
        "m@http://h/generate/",
        "m@http://h /secret",
        "m@http://h\n/",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct plx_endpoint_name name;
        struct plx_error error;
        char text[1200];
        if (plx_endpoint_name_parse(bad[i], &name, &error) != PLX_USAGE)
            fail_msg("\"%s\" is taken", bad[i]);
        assert_null(name.model);
        plx_error_format(&error, text, sizeof text);
        assert_null(strstr(text, "secret"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_endpoint_name_parse__parts),
        cmocka_unit_test(plx_endpoint_name_parse__user_is_not_shown),
        cmocka_unit_test(plx_endpoint_name_parse__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
