/* Fingerprints of models that are not read: they are those that the models have. */
#include <perplex/model.h>

#include "support/fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void plx_model_fingerprint__is_the_models(void **state)
{
    static const enum plx_fingerprint kinds[] = {PLX_FINGERPRINT_FULL, PLX_FINGERPRINT_QUICK};
    struct fixtures fixtures = fixtures_models();
    (void)state;
    assert_true(fixtures.count > 20);
    for (size_t i = 0; i < 2 * fixtures.count; i++) {
        const struct plx_model_options options = {.fingerprint = kinds[i % 2]};
        const char *path = fixtures.paths[i / 2];
        char sha256[65], vocabulary[65];
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(plx_model_open(path, &options, &model, &error), PLX_OK);
        assert_int_equal(plx_model_fingerprint(path, &options, sha256, vocabulary, &error), PLX_OK);
        const struct plx_model_info *info = plx_model_info(model);
        if (strlen(sha256) != 64 || strcmp(sha256, info->sha256) != 0 ||
            strcmp(vocabulary, info->vocabulary_sha256) != 0)
            fail_msg("%s: %s %s instead of %s %s", path, sha256, vocabulary, info->sha256,
                     info->vocabulary_sha256);
        plx_model_close(model);
    }
    fixtures_free(&fixtures);
}

/* What is no model shows, what is a malformed one only if its format is used in place. */
static void plx_model_fingerprint__failures(void **state)
{
    const struct plx_model_options none = {0}, no_format = {.format = "x"};
    char sha256[65], vocabulary[65], *text = source_path("corpora/almanac/test.txt");
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_model_fingerprint("/nowhere.arpa", &none, sha256, vocabulary, &error), PLX_IO);
    assert_string_equal(sha256, "");
    assert_int_equal(plx_model_fingerprint(text, &none, sha256, vocabulary, &error), PLX_UNSUPPORTED);
    assert_string_equal(error.input, text);
    assert_int_equal(plx_model_fingerprint(text, &no_format, sha256, vocabulary, &error), PLX_USAGE);
    assert_int_equal(plx_model_fingerprint("uniform:0", &none, sha256, vocabulary, &error), PLX_USAGE);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_fingerprint__is_the_models),
        cmocka_unit_test(plx_model_fingerprint__failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
