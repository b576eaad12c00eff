#include "support/result_text.h"

#include "support/fixtures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct plx_result *evaluate_bytes(const struct plx_model *model, const void *text, size_t size,
                                  enum plx_token_kind tokens, const struct plx_evaluate_options *options,
                                  struct plx_error *error)
{
    struct plx_corpus *corpus = corpus_open_bytes(text, size, tokens);
    struct plx_result *result;
    const enum plx_status status = plx_evaluate(model, corpus, options, &result, error);
    plx_corpus_close(corpus);
    assert_true((status == PLX_OK) == (result != NULL));
    return result;
}

char *result_text(const struct plx_result *result)
{
    struct plx_error error = {0};
    size_t length;
    char *text;
    if (plx_result_json(result, &text, &length, &error))
        fail_msg("a result as JSON: %s", error.message);
    assert_int_equal(strlen(text), length);
    return text;
}

cJSON *result_tree(struct plx_result *result)
{
    char *text = result_text(result);
    cJSON *tree = cJSON_Parse(text);
    assert_non_null(tree);
    plx_text_free(text);
    plx_result_free(result);
    return tree;
}

/* Behind the string whose opening quote is at `at`. */
static char *skip_string(char *at)
{
    for (at++; *at && *at != '"'; at++)
        at += *at == '\\' && at[1];
    return *at ? at + 1 : at;
}

void result_text_remove(char *text, const char *key)
{
    const size_t length = strlen(key);
    char *begin = NULL, *at = text;
    int depth = 0;
    while (*at && !begin) {
        if (*at == '"') {
            char *end = skip_string(at);
            if (depth == 1 && (size_t)(end - at) == length + 2 && memcmp(at + 1, key, length) == 0 &&
                *end == ':')
                begin = at;
            at = end;
            continue;
        }
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        at++;
    }
    if (!begin) {
        fail_msg("the result has no member \"%s\"", key);
        return;
    }
    while (*at && !(depth == 1 && *at == ',') && !(depth == 1 && *at == '}')) {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        at++;
    }
    memmove(begin, at, strlen(at) + 1);
}

const cJSON *result_member(const cJSON *result, const char *path)
{
    const cJSON *at = result;
    for (const char *key = path; at && *key;) {
        char name[64];
        const size_t length = strcspn(key, ".");
        assert_true(length < sizeof name);
        memcpy(name, key, length);
        name[length] = '\0';
        at = cJSON_GetObjectItemCaseSensitive(at, name);
        key += length + (key[length] == '.');
    }
    if (!at)
        fail_msg("the result has no \"%s\"", path);
    return at;
}

double result_number(const cJSON *result, const char *path)
{
    const cJSON *member = result_member(result, path);
    if (cJSON_IsNumber(member))
        return member->valuedouble;
    assert_true(cJSON_IsString(member));
    return strcmp(member->valuestring, "inf") == 0 ? (double)INFINITY : (double)NAN;
}

uint64_t result_count(const cJSON *result, const char *path)
{
    const double number = result_number(result, path);
    assert_true(number >= 0 && number < 9007199254740992.0 && number == floor(number));
    return (uint64_t)number;
}

double result_total_nats(const cJSON *result)
{
    const cJSON *sum = result_member(result, "accumulators.nats.sum");
    assert_true(cJSON_IsString(sum));
    return (double)(strtold(sum->valuestring, NULL) * 0x1p-64L);
}
