/* Tokens that servers make of texts, from answers in the form in which they write them: vLLM's
   vllm/entrypoints/serve/tokenize, SGLang's /tokenize and /detokenize, and /tokenize of Text Generation
   Inference. Spellings are GPT-2's and SentencePiece's; 😀 is F0 9F 98 80, é is C3 A9. */
#include "model/endpoint.h"
#include "support/mock_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT "Hi é😀!"

/* What the server answers to /tokenize and to /detokenize, and what it was last asked. */
struct canned {
    const char *tokens, *pieces;
    char asked[512];
};

static void answer(void *user, void **state, const struct mock_http_request *request,
                   struct mock_http_reply *reply)
{
    struct canned *canned = user;
    const char *text = strcmp(request->path, "/detokenize") == 0 ? canned->pieces : canned->tokens;
    (void)state;
    snprintf(canned->asked, sizeof canned->asked, "%s", request->body);
    reply->status = text ? 200 : 404;
    reply->type = "application/json";
    reply->body = strdup(text ? text : "{}");
    reply->size = strlen(reply->body);
}

static void answered(void *user, void **state, bool whole)
{
    (void)user, (void)state, (void)whole;
}

static void closed(void *user, void *state)
{
    (void)user, (void)state;
}

static enum plx_status tokenize(const struct plx_dialect *dialect, struct canned *canned, const char *text,
                                struct plx_text_tokens *tokens, struct plx_buffer *spelt,
                                struct plx_error *error)
{
    static const struct plx_network network = {.tries = 1, .stall_timeout_ms = 1000};
    const struct mock_http_options options = {
        .answer = answer, .answered = answered, .closed = closed, .user = canned};
    struct mock_http *http = mock_http_start(&options);
    assert_non_null(http);
    char base[64];
    snprintf(base, sizeof base, "http://127.0.0.1:%u", mock_http_port(http, 0));
    const struct plx_http_client_options client = {
        .base = base, .network = &network, .concurrency = 1, .answer_bytes = 1 << 16};
    struct plx_endpoint endpoint = {.base = {.name = (char[]){"test"}},
                                    .name = {.model = (char[]){"m"}},
                                    .dialect = dialect,
                                    .put_first = PLX_NO_TOKEN};
    static const struct plx_model_class none = {0};
    endpoint.base.class = &none;
    endpoint.client = plx_http_client_new(&client, error);
    endpoint.spellings = plx_spellings_new(error);
    assert_non_null(endpoint.client);
    assert_non_null(endpoint.spellings);
    *tokens = (struct plx_text_tokens){0};
    const enum plx_status status = plx_endpoint_tokenize(&endpoint.base, text, strlen(text), tokens, error);
    if (status == PLX_OK && spelt) {
        const struct plx_sent_prompt prompt = {.ids = tokens->ids, .count = tokens->count};
        assert_int_equal(plx_endpoint_spell(&endpoint, &prompt, spelt, error), PLX_OK);
    }
    plx_http_client_free(endpoint.client);
    plx_spellings_free(endpoint.spellings);
    mock_http_stop(http);
    return status;
}

static void check(const struct plx_dialect *dialect, struct canned canned, const char *text,
                  const uint32_t *ids, const size_t *ends, size_t count)
{
    struct plx_text_tokens tokens;
    struct plx_buffer spelt;
    struct plx_error error;
    plx_buffer_init(&spelt, 1 << 16);
    if (tokenize(dialect, &canned, text, &tokens, &spelt, &error))
        fail_msg("%s: %s", canned.tokens, error.message);
    assert_int_equal(tokens.count, count);
    assert_memory_equal(tokens.ids, ids, count * sizeof *ids);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(tokens.ends[i], ends[i]);
    /* The bytes that were learned make the text again. */
    assert_int_equal(spelt.size, strlen(text));
    assert_memory_equal(spelt.data, text, spelt.size);
    plx_buffer_release(&spelt);
    free(tokens.ids);
    free(tokens.ends);
}

static const uint32_t IDS[] = {5, 6, 7, 8, 9, 10, 11, 12};

static void tokenize__vllm(void **state)
{
    (void)state;
    check(&plx_dialect_vllm,
          (struct canned){.tokens =
                              "{\"count\":6,\"max_model_len\":64,\"tokens\":[5,6,7,8,9,10],\"token_strs\":"
                              "[\"Hi\",\"ĠÃ\",\"©\",\"ðŁ\",\"ĺĢ\",\"!\"]}"},
          TEXT, IDS, (size_t[]){2, 4, 5, 7, 9, 10}, 6);
    check(&plx_dialect_vllm,
          (struct canned){.tokens = "{\"tokens\":[5,6,7,8,9,10,11,12],\"token_strs\":[\"▁Hi\",\"▁\",\"é\","
                                    "\"<0xF0>\",\"<0x9F>\",\"<0x98>\",\"<0x80>\",\"!\"]}"},
          TEXT, IDS, (size_t[]){2, 3, 5, 6, 7, 8, 9, 10}, 8);
    check(&plx_dialect_vllm,
          (struct canned){.tokens = "{\"tokens\":[5,6,7,8],\"token_strs\":[\"Hi\",\" é\",\"😀\",\"!\"]}"},
          TEXT, IDS, (size_t[]){2, 5, 9, 10}, 4);
    check(&plx_dialect_vllm,
          (struct canned){.tokens = "{\"tokens\":[5,6],\"token_strs\":[\"<|end of text|>\",\"ĠHi\"]}"},
          "<|end of text|> Hi", IDS, (size_t[]){15, 18}, 2);
}

static void tokenize__sglang(void **state)
{
    (void)state;
    check(&plx_dialect_sglang,
          (struct canned){.tokens = "{\"tokens\":[5,6,7,8,9],\"count\":5,\"max_model_len\":64}",
                          .pieces = "{\"text\":[\"Hi\",\" \xEF\xBF\xBD\",\"\xEF\xBF\xBD\",\"😀\",\"!\"]}"},
          TEXT, IDS, (size_t[]){2, 4, 5, 9, 10}, 5);
    check(&plx_dialect_sglang,
          (struct canned){.tokens = "{\"tokens\":[5,6]}", .pieces = "{\"text\":[\"Hi\",\"there\"]}"},
          "Hi there", IDS, (size_t[]){2, 8}, 2);
}

/* 日本語é are E6 97 A5, E6 9C AC, E8 AA 9E, C3 A9: tokens that are parts of several characters. Where what
   came leaves open which bytes are whose, tokens end together: of the five that 語語 is
   either has two. */
static void tokenize__several_characters(void **state)
{
    (void)state;
#define PART "\"\xEF\xBF\xBD\""
#define TWO  "\"\xEF\xBF\xBD\xEF\xBF\xBD\""
    check(&plx_dialect_sglang,
          (struct canned){.tokens = "{\"tokens\":[5,6,7,5,8,9]}",
                          .pieces = "{\"text\":[" PART "," PART "," PART "," PART "," TWO ",\"語\"]}"},
          "日本語", (uint32_t[]){5, 6, 7, 5, 8, 9}, (size_t[]){1, 2, 3, 4, 6, 9}, 6);
    check(
        &plx_dialect_sglang,
        (struct canned){.tokens = "{\"tokens\":[5,6,7]}", .pieces = "{\"text\":[" PART "," TWO "," TWO "]}"},
        "日本", IDS, (size_t[]){2, 4, 6}, 3);
    check(&plx_dialect_sglang,
          (struct canned){.tokens = "{\"tokens\":[5,6,7,8,9,10]}",
                          .pieces = "{\"text\":[" PART "," PART "," PART "," PART "," PART ",\"é\"]}"},
          "語語é", IDS, (size_t[]){5, 5, 5, 5, 6, 8}, 6);
    check(
        &plx_dialect_sglang,
        (struct canned){.tokens = "{\"tokens\":[5,6]}", .pieces = "{\"text\":[" PART ",\" \xEF\xBF\xBD\"]}"},
        "\xEF\xBF\xBD \xEF\xBF\xBD", IDS, (size_t[]){3, 7}, 2);
#undef PART
#undef TWO
    /* [E6 97] [A5 E6] [9C AC], and two characters whose first token is the same. */
    check(&plx_dialect_tgi,
          (struct canned){.tokens = "[{\"id\":5,\"start\":0,\"stop\":1},{\"id\":6,\"start\":0,\"stop\":2},"
                                    "{\"id\":7,\"start\":1,\"stop\":2}]"},
          "日本", IDS, (size_t[]){6, 6, 6}, 3);
    check(&plx_dialect_tgi,
          (struct canned){.tokens = "[{\"id\":5,\"start\":0,\"stop\":1},{\"id\":6,\"start\":0,\"stop\":1},"
                                    "{\"id\":5,\"start\":1,\"stop\":2},{\"id\":7,\"start\":1,\"stop\":2}]"},
          "éè", (uint32_t[]){5, 6, 5, 7}, (size_t[]){2, 2, 4, 4}, 4);
}

/* A part of a character alone is no text. */
static void spell__within_a_character(void **state)
{
    (void)state;
    struct plx_endpoint endpoint = {.put_first = PLX_NO_TOKEN};
    static const struct plx_model_class none = {0};
    struct plx_buffer text;
    struct plx_error error;
    plx_buffer_init(&text, 64);
    endpoint.base.class = &none;
    endpoint.spellings = plx_spellings_new(&error);
    assert_int_equal(plx_spellings_learn(endpoint.spellings, IDS, 2, (struct plx_word){"é", 2}, &error),
                     PLX_OK);
    for (size_t i = 0; i < 2; i++) {
        const struct plx_sent_prompt part = {.ids = IDS + i, .count = 1};
        assert_int_equal(plx_endpoint_spell(&endpoint, &part, &text, &error), PLX_MISMATCH);
        assert_non_null(strstr(error.message, "within a character"));
    }
    plx_spellings_free(endpoint.spellings);
    plx_buffer_release(&text);
}

static void tokenize__tgi(void **state)
{
    (void)state;
    static const char start[] = "[{\"id\":1,\"text\":\"<s>\",\"start\":0,\"stop\":0},";
    char characters[512], bytes[512];
    snprintf(characters, sizeof characters, "%s%s", start,
             "{\"id\":5,\"start\":0,\"stop\":2},{\"id\":6,\"start\":2,\"stop\":4},{\"id\":7,\"start\":4,"
             "\"stop\":5},{\"id\":8,\"start\":4,\"stop\":5},{\"id\":9,\"start\":5,\"stop\":6}]");
    check(&plx_dialect_tgi, (struct canned){.tokens = characters}, TEXT, IDS, (size_t[]){2, 5, 9, 9, 10}, 5);
    snprintf(bytes, sizeof bytes, "%s%s", start,
             "{\"id\":5,\"start\":0,\"stop\":2},{\"id\":6,\"start\":3,\"stop\":5},{\"id\":7,\"start\":5,"
             "\"stop\":9},{\"id\":8,\"start\":9,\"stop\":10}]");
    check(&plx_dialect_tgi, (struct canned){.tokens = bytes}, TEXT, IDS, (size_t[]){2, 5, 9, 10}, 4);
}

static void tokenize__refused(void **state)
{
    (void)state;
    static const struct {
        const struct plx_dialect *dialect;
        struct canned canned;
        const char *message;
    } cases[] = {
        {&plx_dialect_vllm, {.tokens = "{\"tokens\":[5],\"token_strs\":[\"hi é😀!\"]}"}, "token 1 is not"},
        {&plx_dialect_vllm, {.tokens = "{\"tokens\":[5],\"token_strs\":[\"Hi\"]}"}, "do not spell the text"},
        {&plx_dialect_vllm, {.tokens = "{\"tokens\":[5,6],\"token_strs\":[\"Hi é😀!\"]}"}, "as strings"},
        {&plx_dialect_vllm, {.tokens = "{\"tokens\":[5],\"token_strs\":null}"}, "as strings"},
        {&plx_dialect_vllm, {.tokens = "{\"tokens\":[-5],\"token_strs\":[\"Hi é😀!\"]}"}, "has no id"},
        {&plx_dialect_vllm, {.tokens = "{\"tokens\":[0.5],\"token_strs\":[\"Hi é😀!\"]}"}, "has no id"},
        {&plx_dialect_vllm, {.tokens = "<html>"}, "no JSON"},
        {&plx_dialect_sglang, {.tokens = "{}"}, "without \"tokens\""},
        {&plx_dialect_sglang,
         {.tokens = "{\"tokens\":[5,6]}", .pieces = "{\"text\":\"Hi é😀!\"}"},
         "one by one"},
        {&plx_dialect_sglang,
         {.tokens = "{\"tokens\":[5,6]}", .pieces = "{\"text\":[\"Hi \xEF\xBF\xBD\",\"!\"]}"},
         "do not spell the text"},
        {&plx_dialect_tgi, {.tokens = "{\"error\":\"no fast tokenizer\"}"}, "without a list"},
        {&plx_dialect_tgi, {.tokens = "[{\"id\":5,\"start\":0,\"stop\":2}]"}, "do not spell the text"},
        {&plx_dialect_tgi,
         {.tokens = "[{\"id\":5,\"start\":0,\"stop\":2},{\"id\":6,\"start\":5,\"stop\":6}]"},
         "token 2 is not"},
        {&plx_dialect_tgi,
         {.tokens = "[{\"id\":5,\"start\":0,\"stop\":4},{\"id\":6,\"start\":1,\"stop\":6}]"},
         "token 2 is not"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct canned canned = cases[i].canned;
        struct plx_text_tokens tokens;
        struct plx_error error;
        if (tokenize(cases[i].dialect, &canned, TEXT, &tokens, NULL, &error) != PLX_MISMATCH)
            fail_msg("%s is taken, or %s", canned.tokens, error.message);
        if (!strstr(error.message, cases[i].message))
            fail_msg("%s: %s", canned.tokens, error.message);
        free(tokens.ids);
        free(tokens.ends);
    }
}

static void tokenize__what_is_asked(void **state)
{
    (void)state;
    struct canned canned = {.tokens = "{\"tokens\":[5],\"token_strs\":[\"a\\\"b\"]}"};
    struct plx_text_tokens tokens;
    struct plx_error error;
    assert_int_equal(tokenize(&plx_dialect_vllm, &canned, "a\"b", &tokens, NULL, &error), PLX_OK);
    assert_string_equal(canned.asked, "{\"model\":\"m\",\"prompt\":\"a\\\"b\",\"add_special_tokens\":false,"
                                      "\"return_token_strs\":true}");
    free(tokens.ids);
    free(tokens.ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokenize__vllm),
        cmocka_unit_test(tokenize__sglang),
        cmocka_unit_test(tokenize__tgi),
        cmocka_unit_test(tokenize__several_characters),
        cmocka_unit_test(spell__within_a_character),
        cmocka_unit_test(tokenize__refused),
        cmocka_unit_test(tokenize__what_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
