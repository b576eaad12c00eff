#include "support/inputs.h"

#include "support/fixtures.h"
#include "support/safetensors_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_model *open_bytes(const void *bytes, size_t size, const char *name)
{
    struct plx_model *model;
    struct plx_error error;
    if (model_open_bytes(bytes, size, name, NULL, &model, &error))
        fail_msg("%s: line %llu: %s", name, (unsigned long long)error.line, error.message);
    return model;
}

struct plx_model *inputs_model(const char *arpa)
{
    return open_bytes(arpa, strlen(arpa), "test.arpa");
}

struct plx_model *inputs_model_file(const char *name)
{
    char *path = fixture_path(name);
    struct plx_model *model = fixture_open(path);
    free(path);
    return model;
}

struct plx_model *inputs_bare_model(unsigned types)
{
    const size_t size = (size_t)types * types * sizeof(float);
    char header[128];
    void *logits = calloc(1, size);
    assert_non_null(logits);
    snprintf(header, sizeof header,
             "{\"logits\":{\"dtype\":\"F32\",\"shape\":[%u,%u],\"data_offsets\":[0,%zu]}}", types, types,
             size);
    const struct safetensors_file file = safetensors_file(header, logits, size);
    struct plx_model *model = open_bytes(file.bytes, file.size, "m");
    free(file.bytes);
    free(logits);
    return model;
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
    struct plx_corpus *corpus = corpus_open_bytes(text, strlen(text), tokens);
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
