/* The uniform model. Expected values: ln V to 50 digits by `bc -l`, SHA-256 by Python's hashlib. */
#include <perplex/model.h>

#include "support/fixtures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Two windows of ids up to V − 1, with and without context, and a token that is not known. */
static void check_scores(const char *name, uint64_t types, double nats)
{
    const uint32_t last = (uint32_t)(types - 1);
    const uint32_t ids[] = {0, PLX_NO_TOKEN, last, 0, PLX_NO_TOKEN};
    const struct plx_window windows[] = {{ids, 0, 1, 0}, {ids, 2, 5, 7}, {ids, 3, 3, 0}};
    const struct plx_scores scores = {.nats = (double[4]){0}};
    struct plx_error error;
    struct plx_model *model = fixture_open(name);
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    assert_int_equal(plx_session_score(session, windows, 3, &scores, &error), PLX_OK);
    for (size_t i = 0; i < 3; i++)
        assert_true(scores.nats[i] == nats);
    assert_true(isinf(scores.nats[3]) && scores.nats[3] > 0);
    plx_session_free(session);
    plx_model_close(model);
}

static void plx_session_score__logarithm_of_the_types(void **state)
{
    (void)state;
    check_scores("uniform:1", 1, 0.0);
    check_scores("uniform:2", 2, 0.69314718055994530941723212145817656807550013436025);
    check_scores("uniform:7", 7, 1.94591014905531330510535274344317972963708472958186);
    check_scores("uniform:50257", 50257, 10.82490511970208010711849554464049729727024194728930);
    check_scores("uniform:4294967295", 4294967295, 22.18070977768541925767045320343905530940390456590815);
}

static void plx_session_score__refused(void **state)
{
    (void)state;
    const uint32_t ids[] = {6, 7};
    const struct plx_window window = {ids, 1, 2, 0};
    const struct plx_scores scores = {.nats = (double[1]){0}};
    const struct plx_scores details = {.nats = (double[1]){0}, .orders = (uint8_t[1]){0}};
    struct plx_error error;
    struct plx_model *model = fixture_open("uniform:7");
    struct plx_session *session = plx_session_new(model, &error);
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_MISMATCH);
    assert_int_equal(plx_session_score(session, &window, 0, &details, &error), PLX_UNSUPPORTED);
    plx_session_free(session);
    plx_model_close(model);
}

static void plx_model_open__what_it_is(void **state)
{
    (void)state;
    struct plx_model *model = fixture_open("uniform:7");
    const struct plx_model_info *info = plx_model_info(model);
    assert_string_equal(plx_model_name(model), "uniform:7");
    assert_string_equal(info->format, "uniform");
    assert_int_equal(info->kind, PLX_KIND_UNIFORM);
    assert_string_equal(plx_model_kind_name(info->kind), "uniform");
    assert_int_equal(info->vocabulary, 7);
    assert_int_equal(info->context_length, 0);
    assert_int_equal(info->parameters, 0);
    assert_int_equal(info->start, PLX_NO_TOKEN);
    assert_int_equal(info->end, PLX_NO_TOKEN);
    assert_int_equal(info->unknown, PLX_NO_TOKEN);
    assert_string_equal(info->sha256, "9f206cd776983083a98e1f7772e0764b745f074ae647ed320743a18218a2abaf");
    assert_string_equal(info->vocabulary_sha256, "");
    plx_model_close(model);
    model = fixture_open("uniform:50257");
    assert_string_equal(plx_model_info(model)->sha256,
                        "0d59af570296cfb0edbfcfcf09a15e24edd7e4f9aa06d1d2e96b07eda26b7754");
    plx_model_close(model);
}

static void plx_model_lookup__every_word(void **state)
{
    (void)state;
    const struct plx_word words[] = {{"the", 3}, {"", 0}, {"\xFF", 1}};
    uint32_t ids[] = {5, 5, 5};
    struct plx_model *model = fixture_open("uniform:7");
    plx_model_lookup(model, words, 3, ids);
    assert_true(ids[0] == 0 && ids[1] == 0 && ids[2] == 0);
    assert_null(plx_model_token(model, 0).text);
    plx_model_close(model);
}

static void plx_model_open__arguments(void **state)
{
    (void)state;
    static const char *const names[] = {"uniform:",
                                        "uniform:0",
                                        "uniform:4294967296",
                                        "uniform:007",
                                        "uniform:-1",
                                        "uniform:+7",
                                        "uniform:7 ",
                                        "uniform: 7",
                                        "uniform:7.0",
                                        "uniform:1e3",
                                        "uniform:0x7",
                                        "uniform:7:7",
                                        "uniform:18446744073709551623"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_model *model = (struct plx_model *)&model;
        struct plx_error error;
        if (plx_model_open(names[i], NULL, &model, &error) != PLX_USAGE)
            fail_msg("%s is accepted", names[i]);
        assert_null(model);
        assert_non_null(strstr(error.message, "from 1 to 4294967295"));
        assert_non_null(strstr(error.message, names[i] + strlen("uniform:")));
        assert_non_null(strstr(error.hint, "uniform:50257"));
    }
}

static void plx_model_open__options_of_no_use(void **state)
{
    (void)state;
    const struct plx_model_options options[] = {{.vocabulary = "vocab.txt"}, {.logprob_base = 10}};
    for (size_t i = 0; i < 2; i++) {
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(plx_model_open("uniform:7", options + i, &model, &error), PLX_USAGE);
        assert_null(model);
        assert_non_null(strstr(error.message, i == 0 ? "vocab.txt" : "logarithms"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_session_score__logarithm_of_the_types),
        cmocka_unit_test(plx_session_score__refused),
        cmocka_unit_test(plx_model_open__what_it_is),
        cmocka_unit_test(plx_model_lookup__every_word),
        cmocka_unit_test(plx_model_open__arguments),
        cmocka_unit_test(plx_model_open__options_of_no_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
