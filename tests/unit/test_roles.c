/* The symbols with a role, and the vocabulary that has them: by spelling, by metadata, and where these
   contradict each other. */
#include "model/roles.h"

#include "support/fixtures.h"
#include "support/safetensors_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A table of four types with these metadata members (each ending in a comma) and this list of tokens. */
static enum plx_status open_with_roles(const char *metadata, const char *tokens, struct plx_model **model,
                                       struct plx_error *error)
{
    static const uint8_t zeros[32];
    char path[] = "/tmp/perplex-test-XXXXXX", header[512];
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, tokens, strlen(tokens)), (ssize_t)strlen(tokens));
    close(file);
    snprintf(header, sizeof header,
             "{\"__metadata__\":{%s\"x\":\"y\"},\"logits\":{\"dtype\":\"F16\",\"shape\":[4,4],"
             "\"data_offsets\":[0,32]}}",
             metadata);
    const struct safetensors_file weights = safetensors_file(header, zeros, sizeof zeros);
    const struct plx_model_options options = {.vocabulary = tokens[0] ? path : NULL};
    const enum plx_status status =
        model_open_bytes(weights.bytes, weights.size, "test.safetensors", &options, model, error);
    free(weights.bytes);
    unlink(path);
    return status;
}

static void assert_roles(const char *metadata, const char *tokens, uint32_t start, uint32_t end,
                         uint32_t unknown)
{
    struct plx_model *model;
    struct plx_error error;
    size_t warnings;
    if (open_with_roles(metadata, tokens, &model, &error))
        fail_msg("%s: %s", metadata, error.message);
    const struct plx_model_info *info = plx_model_info(model);
    assert_int_equal(info->start, start);
    assert_int_equal(info->end, end);
    assert_int_equal(info->unknown, unknown);
    plx_model_warnings(model, &warnings);
    assert_int_equal(warnings, 0);
    plx_model_close(model);
}

#define NONE PLX_NO_TOKEN

static void plx_roles_find__by_spelling(void **state)
{
    (void)state;
    assert_roles("", "a\nb\nc\nd\n", NONE, NONE, NONE);
    assert_roles("", "<unk>\n<s>\n</s>\nd\n", 1, 2, 0);
    assert_roles("", "<UNK>\n<eos>\n</s>\nd\n", NONE, 2, 0);
    assert_roles("", "<UNK>\n<eos>\n<unk>\nd\n", NONE, 1, 2);
    assert_roles("", "<|endoftext|>\nb\nc\nd\n", NONE, 0, NONE);
    assert_roles("", "<|endoftext|>\n<eos>\nc\nd\n", NONE, 1, NONE);
    assert_roles("", "<S>\n<EOS>\nc\nd\n", NONE, NONE, NONE);
}

static void plx_roles_find__by_metadata(void **state)
{
    static const char TOKENS[] = "<unk>\n<s>\n</s>\nd\n";
    (void)state;
    assert_roles("\"perplex.end_token\":\"d\",", TOKENS, 1, 3, 0);
    assert_roles("\"perplex.end_id\":\"3\",", TOKENS, 1, 3, 0);
    assert_roles("\"perplex.end_id\":\"3\",\"perplex.end_token\":\"d\",", TOKENS, 1, 3, 0);
    assert_roles("\"perplex.start_token\":\"d\",\"perplex.unknown_id\":\"1\",", TOKENS, 3, 2, 1);
    assert_roles("\"perplex.unknown_token\":\"d\",", TOKENS, 1, 2, 3);
    assert_roles("\"perplex.start_id\":\"0\",\"perplex.end_id\":\"0\",", "", 0, 0, NONE); /* no vocabulary */
    assert_roles("\"perplex.end_id\":\"3\",\"perplex.end_token\":\"d\",", "", NONE, 3, NONE);
}

static void plx_roles_find__contradictions(void **state)
{
    static const struct {
        const char *metadata, *words;
    } cases[] = {
        {"\"perplex.end_token\":\"x\",", "perplex.end_token is \"x\", which the vocabulary lacks"},
        {"\"perplex.end_id\":\"4\",", "perplex.end_id is \"4\", but ids are 0 to 3"},
        {"\"perplex.start_id\":\"-1\",", "perplex.start_id is \"-1\""},
        {"\"perplex.unknown_id\":\"\",", "perplex.unknown_id is \"\""},
        {"\"perplex.end_id\":\"2\",\"perplex.end_token\":\"d\",",
         "perplex.end_id is 2, but the vocabulary has \"d\" as 3"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(open_with_roles(cases[i].metadata, "a\nb\nc\nd\n", &model, &error), PLX_MALFORMED);
        assert_null(model);
        assert_string_equal(error.input, "test.safetensors");
        if (!strstr(error.message, cases[i].words))
            fail_msg("\"%s\" is not in \"%s\"", cases[i].words, error.message);
    }
}

static void plx_roles_find__token_without_vocabulary(void **state)
{
    struct plx_model *model;
    struct plx_error error;
    size_t count;
    (void)state;
    assert_int_equal(open_with_roles("\"perplex.end_token\":\"d\",", "", &model, &error), PLX_OK);
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    assert_int_equal(plx_model_info(model)->end, PLX_NO_TOKEN);
    assert_int_equal(count, 1);
    assert_string_equal(warnings[0].code, "unresolved-role");
    plx_model_close(model);
}

static void plx_model_format_safetensors__vocabulary(void **state)
{
    struct plx_model *model;
    struct plx_error error;
    const struct plx_word words[] = {{"c", 1}, {"x", 1}, {"a", 1}};
    uint32_t ids[3];
    (void)state;
    assert_int_equal(open_with_roles("", "a\nb\nc\nd\n", &model, &error), PLX_OK);
    assert_int_equal(plx_model_info(model)->capabilities, PLX_STRING_TOKENS | PLX_FULL_DISTRIBUTION);
    /* hashlib.sha256(b"a\nb\nc\nd\n") */
    assert_string_equal(plx_model_info(model)->vocabulary_sha256,
                        "cf2c7f63055d2e84af6e3f01ac1bb7fce598d20cf213fab2b56b8e8047b46ced");
    plx_model_lookup(model, words, 3, ids);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], PLX_NO_TOKEN);
    assert_int_equal(ids[2], 0);
    assert_memory_equal(plx_model_token(model, 3).text, "d", 1);
    plx_model_close(model);
    assert_int_equal(open_with_roles("", "a\nb\nc\n", &model, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "has 3 tokens, but the model test.safetensors has 4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_roles_find__by_spelling),
        cmocka_unit_test(plx_roles_find__by_metadata),
        cmocka_unit_test(plx_roles_find__contradictions),
        cmocka_unit_test(plx_roles_find__token_without_vocabulary),
        cmocka_unit_test(plx_model_format_safetensors__vocabulary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
