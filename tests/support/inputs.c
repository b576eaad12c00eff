#include "support/inputs.h"

#include "support/safetensors_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct plx_model *inputs_model(const char *arpa)
{
    const struct plx_source_options options = {.fingerprint = true};
    struct plx_source *source;
    struct plx_model *model;
    struct plx_error error;
    if (plx_source_open_memory(arpa, strlen(arpa), "test.arpa", &options, &source, &error))
        fail_msg("%s", error.message);
    if (plx_model_open_source(source, NULL, &model, &error))
        fail_msg("line %llu: %s", (unsigned long long)error.line, error.message);
    plx_source_close(source);
    return model;
}

struct plx_model *inputs_model_file(const char *name)
{
    const char *folder = getenv("TEST_DATA_DIR");
    char path[4096];
    struct plx_model *model;
    struct plx_error error;
    assert_non_null(folder);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (plx_model_open(path, NULL, &model, &error))
        fail_msg("%s: %s", path, error.message);
    return model;
}

struct plx_model *inputs_bare_model(unsigned types)
{
    const size_t size = (size_t)types * types * sizeof(float);
    const struct plx_source_options options = {.fingerprint = true};
    struct plx_source *source;
    struct plx_model *model;
    struct plx_error error;
    char header[128];
    void *logits = calloc(1, size);
    assert_non_null(logits);
    snprintf(header, sizeof header,
             "{\"logits\":{\"dtype\":\"F32\",\"shape\":[%u,%u],\"data_offsets\":[0,%zu]}}", types, types,
             size);
    const struct safetensors_file file = safetensors_file(header, logits, size);
    assert_int_equal(plx_source_open_memory(file.bytes, file.size, "m", &options, &source, &error), PLX_OK);
    if (plx_model_open_source(source, NULL, &model, &error))
        fail_msg("%s", error.message);
    plx_source_close(source);
    free(file.bytes);
    free(logits);
    return model;
}

struct plx_corpus *inputs_corpus(const void *text, size_t size, enum plx_token_kind tokens)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    const struct plx_corpus_options options = {.tokens = tokens};
    struct plx_source *source;
    struct plx_corpus *corpus;
    struct plx_error error;
    if (plx_source_open_memory(text, size, "test.txt", &source_options, &source, &error))
        fail_msg("%s", error.message);
    if (plx_corpus_open_source(source, &options, &corpus, &error))
        fail_msg("%s", error.message);
    return corpus;
}

struct plx_protocol inputs_protocol(const char *fields)
{
    char text[512];
    struct plx_error error;
    char *rest = text;
    snprintf(text, sizeof text, "%s", fields);
    const struct plx_protocol *preset = plx_protocol_find(strtok_r(text, " ", &rest));
    assert_non_null(preset);
    struct plx_protocol protocol = *preset;
    for (char *field; (field = strtok_r(NULL, " ", &rest)) != NULL;) {
        char *equals = strchr(field, '=');
        assert_non_null(equals);
        *equals = '\0';
        if (plx_protocol_set(&protocol, field, equals + 1, &error))
            fail_msg("%s", error.message);
    }
    return protocol;
}

struct plx_result *inputs_evaluate(const struct plx_model *model, const char *text,
                                   enum plx_token_kind tokens, const char *protocol)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const struct plx_evaluate_options options = {.protocol = &fields, .threads = 1};
    struct plx_corpus *corpus = inputs_corpus(text, strlen(text), tokens);
    struct plx_result *result;
    struct plx_error error;
    if (plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s", error.message);
    plx_corpus_close(corpus);
    return result;
}

const struct plx_corpus_info *inputs_tokens(enum plx_content content, enum plx_token_kind tokens)
{
    static struct plx_corpus_info info;
    info = (struct plx_corpus_info){.format = "test", .content = content, .tokens = tokens, .files = 1};
    return &info;
}

const struct plx_corpus_info *inputs_text(enum plx_token_kind tokens)
{
    return inputs_tokens(PLX_CONTENT_TEXT, tokens);
}
