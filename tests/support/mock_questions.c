#include "mock_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What each dialect's server says that it is. vLLM 0.6 to 0.11, SGLang 0.4 and 0.5, TGI 3, llama.cpp's of
   2025; the forms are those of their sources and documentation. */

static bool path_is(const char *path, const char *name)
{
    size_t length = strcspn(path, "?");
    return strlen(name) == length && strncmp(path, name, length) == 0;
}

bool mock_is_question(enum mock_dialect dialect, const char *path)
{
    if (path_is(path, "/v1/completions"))
        return dialect != MOCK_TGI;
    if (path_is(path, "/generate"))
        return dialect == MOCK_TGI || dialect == MOCK_SGLANG;
    return dialect == MOCK_LLAMA_CPP && path_is(path, "/completion");
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static int integer(const cJSON *object, const char *name, int otherwise)
{
    const cJSON *item = member(object, name);
    if (cJSON_IsTrue(item))
        return 1;
    return cJSON_IsNumber(item) ? (int)cJSON_GetNumberValue(item) : otherwise;
}

/* A prompt of ids, or of text. */
static void read_prompt(const struct plx_model *model, const struct mock_behaviour *behaviour,
                        const cJSON *item, struct mock_question *question)
{
    struct mock_tokens *tokens = &question->prompts[question->count++];
    if (cJSON_IsString(item)) {
        const char *text = cJSON_GetStringValue(item);
        if (!mock_tokenize(model, text, strlen(text), mock_has(behaviour, MOCK_FAULT_SPECIAL_TOKENS), tokens))
            snprintf(question->refusal, sizeof question->refusal, "the text has no tokens");
        return;
    }
    size_t size = (size_t)cJSON_GetArraySize(item);
    const cJSON *id = NULL;
    *tokens = (struct mock_tokens){.ids = calloc(size + 1, sizeof *tokens->ids), .ids_given = true};
    cJSON_ArrayForEach(id, item)
    {
        if (!cJSON_IsNumber(id) || !tokens->ids) {
            snprintf(question->refusal, sizeof question->refusal, "a prompt is ids or text");
            return;
        }
        tokens->ids[tokens->count++] = (uint32_t)cJSON_GetNumberValue(id);
    }
    if (mock_has(behaviour, MOCK_FAULT_REFUSE_IDS))
        snprintf(question->refusal, sizeof question->refusal, "prompt: Input should be a valid string");
}

static void read_prompts(const struct plx_model *model, const struct mock_behaviour *behaviour,
                         const cJSON *item, struct mock_question *question)
{
    const cJSON *first = cJSON_IsArray(item) ? cJSON_GetArrayItem(item, 0) : NULL;
    question->several = cJSON_IsArray(first) || cJSON_IsString(first);
    size_t count = question->several ? (size_t)cJSON_GetArraySize(item) : 1;
    question->prompts = calloc(count, sizeof *question->prompts);
    if (!question->prompts || (!cJSON_IsArray(item) && !cJSON_IsString(item)))
        snprintf(question->refusal, sizeof question->refusal, "there is no prompt");
    else if (count > 1 && mock_has(behaviour, MOCK_FAULT_ONE_PROMPT))
        snprintf(question->refusal, sizeof question->refusal, "only one prompt is supported");
    else if (!question->several)
        read_prompt(model, behaviour, item, question);
    else
        for (first = item->child; first && !question->refusal[0]; first = first->next)
            read_prompt(model, behaviour, first, question);
}

static void read_completions(const struct plx_model *model, const struct mock_behaviour *behaviour,
                             const cJSON *body, struct mock_question *question)
{
    const cJSON *name = member(body, "model");
    int generated = integer(body, "max_tokens", 16);
    question->model = cJSON_IsString(name) ? cJSON_GetStringValue(name) : "";
    question->return_ids = behaviour->dialect == MOCK_VLLM && cJSON_IsTrue(member(body, "return_token_ids"));
    question->echo = cJSON_IsTrue(member(body, "echo")) && behaviour->dialect != MOCK_LLAMA_CPP;
    question->logprobs = integer(body, "logprobs", -1);
    if (behaviour->dialect == MOCK_VLLM)
        question->prompt_logprobs = integer(body, "prompt_logprobs", -1);
    if (generated < 0 || (generated == 0 && (mock_has(behaviour, MOCK_FAULT_REFUSE_ZERO) ||
                                             mock_has(behaviour, MOCK_FAULT_FAIL_ZERO) ||
                                             (behaviour->dialect == MOCK_VLLM && !question->echo))))
        snprintf(question->refusal, sizeof question->refusal, "max_tokens must be at least 1, got %d.",
                 generated);
    if (question->logprobs > 5 && behaviour->dialect == MOCK_OPENAI)
        snprintf(question->refusal, sizeof question->refusal,
                 "Requested logprobs of %d, which is greater than max allowed: 5", question->logprobs);
    if (question->echo && question->logprobs >= 0 && mock_has(behaviour, MOCK_FAULT_REFUSE_ECHO))
        snprintf(question->refusal, sizeof question->refusal,
                 "Setting 'echo' and 'logprobs' at the same time is not supported for this model.");
    question->generated = generated > 0 ? (size_t)generated : 0;
    read_prompts(model, behaviour, member(body, "prompt"), question);
}

static void read_generate(const struct plx_model *model, const struct mock_behaviour *behaviour,
                          const cJSON *body, struct mock_question *question)
{
    bool tgi = behaviour->dialect == MOCK_TGI;
    const cJSON *parameters = member(body, tgi ? "parameters" : "sampling_params");
    int generated = integer(parameters, "max_new_tokens", tgi ? 100 : 128);
    question->model = "";
    if (tgi) {
        question->echo = cJSON_IsTrue(member(parameters, "decoder_input_details"));
        question->logprobs = cJSON_IsTrue(member(parameters, "details")) || question->echo ? 0 : -1;
        if (generated < 1)
            snprintf(question->refusal, sizeof question->refusal,
                     "Input validation error: `max_new_tokens` must be strictly positive");
        if (!cJSON_IsString(member(body, "inputs")))
            snprintf(question->refusal, sizeof question->refusal,
                     "Failed to deserialize the JSON body into the target type: inputs: expected a string");
    } else {
        question->logprobs = cJSON_IsTrue(member(body, "return_logprob")) ? 0 : -1;
        question->echo = question->logprobs == 0 && integer(body, "logprob_start_len", -1) == 0;
    }
    question->generated = generated > 0 ? (size_t)generated : 0;
    const cJSON *ids = member(body, "input_ids");
    read_prompts(model, behaviour, tgi ? member(body, "inputs") : ids ? ids : member(body, "text"), question);
}

void mock_question_read(const struct plx_model *model, const struct mock_behaviour *behaviour,
                        const char *path, const cJSON *body, struct mock_question *question)
{
    *question = (struct mock_question){.logprobs = -1, .prompt_logprobs = -1, .model = ""};
    if (!cJSON_IsObject(body))
        snprintf(question->refusal, sizeof question->refusal, "the body is no JSON object");
    else if (path_is(path, "/generate"))
        read_generate(model, behaviour, body, question);
    else
        read_completions(model, behaviour, body, question);
}

void mock_question_free(struct mock_question *question)
{
    for (size_t i = 0; i < question->count; i++)
        mock_tokens_free(&question->prompts[i]);
    free(question->prompts);
}

cJSON *mock_error(enum mock_dialect dialect, unsigned status, const char *message)
{
    cJSON *answer = cJSON_CreateObject();
    if (dialect == MOCK_TGI) {
        cJSON_AddStringToObject(answer, "error", message);
        cJSON_AddStringToObject(answer, "error_type", "validation");
        return answer;
    }
    cJSON *error = answer;
    if (dialect == MOCK_VLLM)
        cJSON_AddStringToObject(answer, "object", "error");
    else
        error = cJSON_AddObjectToObject(answer, "error");
    cJSON_AddStringToObject(error, "message", message);
    cJSON_AddStringToObject(error, "type",
                            dialect == MOCK_OPENAI ? "invalid_request_error" : "BadRequestError");
    cJSON_AddNullToObject(error, "param");
    cJSON_AddNumberToObject(error, "code", status);
    return answer;
}

/* Tokens of a text, and the text of tokens. */

static cJSON *tokens_with_places(const struct plx_model *model, const char *text,
                                 const struct mock_tokens *tokens)
{
    cJSON *answer = cJSON_CreateArray();
    size_t bytes = 0;
    size_t characters = 0; /* TGI counts these */
    for (size_t i = 0; i < tokens->count; i++) {
        cJSON *token = cJSON_CreateObject();
        size_t begin = characters;
        char *name = tokens->ends[i] ? strndup(text + bytes, tokens->ends[i] - bytes)
                                     : mock_token_text(model, tokens->ids[i]);
        for (; bytes < tokens->ends[i]; bytes++)
            characters += ((unsigned char)text[bytes] & 0xc0) != 0x80;
        cJSON_AddNumberToObject(token, "id", tokens->ids[i]);
        cJSON_AddStringToObject(token, "text", name);
        cJSON_AddNumberToObject(token, "start", (double)begin);
        cJSON_AddNumberToObject(token, "stop", (double)characters);
        cJSON_AddItemToArray(answer, token);
        free(name);
    }
    return answer;
}

/* As the vocabularies of byte-level tokenizers write bytes: what is no visible character of Latin-1, space
   among them, as one from U+0100 on. */
static char *in_byte_alphabet(const char *text, size_t size)
{
    char *name = calloc(2 * size + 1, 1);
    size_t length = 0;
    for (size_t i = 0; name && i < size; i++) {
        unsigned byte = (unsigned char)text[i];
        bool visible = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
        unsigned code =
            visible ? byte : 0x100 + byte - (byte > 0x20 ? byte > 0xa0 ? 0xad - 67 : 0x7f - 33 : 0);
        if (code < 0x80) {
            name[length++] = (char)code;
        } else {
            name[length++] = (char)(0xc0 | code >> 6);
            name[length++] = (char)(0x80 | (code & 0x3f));
        }
    }
    return name;
}

static cJSON *plain_tokens(const struct plx_model *model, const cJSON *body, const char *text,
                           const struct mock_tokens *tokens, uint64_t context)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddNumberToObject(answer, "count", (double)tokens->count);
    cJSON_AddNumberToObject(answer, "max_model_len", (double)context);
    cJSON *ids = cJSON_AddArrayToObject(answer, "tokens");
    for (size_t i = 0; i < tokens->count; i++)
        cJSON_AddItemToArray(ids, cJSON_CreateNumber(tokens->ids[i]));
    if (!cJSON_IsTrue(member(body, "return_token_strs"))) {
        cJSON_AddNullToObject(answer, "token_strs");
        return answer;
    }
    cJSON *strings = cJSON_AddArrayToObject(answer, "token_strs");
    for (size_t i = 0, begin = 0; i < tokens->count; begin = tokens->ends[i++]) {
        char *name = tokens->ends[i] ? in_byte_alphabet(text + begin, tokens->ends[i] - begin)
                                     : mock_token_text(model, tokens->ids[i]);
        cJSON_AddItemToArray(strings, cJSON_CreateString(name));
        free(name);
    }
    return answer;
}

static cJSON *tokenize(const struct plx_model *model, const struct mock_behaviour *behaviour,
                       const cJSON *body, uint64_t context)
{
    const cJSON *item = member(body, behaviour->dialect == MOCK_TGI         ? "inputs"
                                     : behaviour->dialect == MOCK_LLAMA_CPP ? "content"
                                                                            : "prompt");
    const char *text = cJSON_IsString(item) ? cJSON_GetStringValue(item) : NULL;
    bool special =
        mock_has(behaviour, MOCK_FAULT_SPECIAL_TOKENS) && !cJSON_IsFalse(member(body, "add_special_tokens"));
    struct mock_tokens tokens = {0};
    cJSON *answer = NULL;
    if (text && mock_tokenize(model, text, strlen(text), special, &tokens))
        answer = behaviour->dialect == MOCK_TGI ? tokens_with_places(model, text, &tokens)
                                                : plain_tokens(model, body, text, &tokens, context);
    mock_tokens_free(&tokens);
    return answer;
}

static cJSON *join_tokens(const struct plx_model *model, const cJSON *tokens)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    const cJSON *id = NULL;
    cJSON_ArrayForEach(id, tokens)
    {
        char *name = mock_token_text(model, (uint32_t)cJSON_GetNumberValue(id));
        fputs(name, stream);
        free(name);
    }
    fclose(stream);
    cJSON *joined = cJSON_CreateString(text);
    free(text);
    return joined;
}

/* SGLang takes several lists of tokens too. */
static cJSON *detokenize(const struct plx_model *model, enum mock_dialect dialect, const cJSON *body)
{
    const cJSON *tokens = member(body, "tokens");
    cJSON *answer = cJSON_CreateObject();
    if (dialect == MOCK_VLLM) {
        cJSON_AddItemToObject(answer, "prompt", join_tokens(model, tokens));
    } else if (!cJSON_IsArray(cJSON_GetArrayItem(tokens, 0))) {
        cJSON_AddItemToObject(answer, "text", join_tokens(model, tokens));
    } else {
        cJSON *texts = cJSON_AddArrayToObject(answer, "text");
        const cJSON *list = NULL;
        cJSON_ArrayForEach(list, tokens) cJSON_AddItemToArray(texts, join_tokens(model, list));
    }
    return answer;
}

/* What the servers are. */

static cJSON *models(const struct mock_behaviour *behaviour, const char *name, uint64_t context)
{
    enum mock_dialect dialect = behaviour->dialect;
    static const char *const owners[MOCK_DIALECTS] = {"organization-owner", "vllm", "huggingface", "sglang",
                                                      "llamacpp"};
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "object", "list");
    cJSON *model = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(answer, "data"), model);
    cJSON_AddStringToObject(model, "id", name);
    cJSON_AddStringToObject(model, "object", "model");
    cJSON_AddNumberToObject(model, "created", 1700000000);
    cJSON_AddStringToObject(model, "owned_by", owners[dialect]);
    bool tells = dialect == MOCK_VLLM || dialect == MOCK_SGLANG;
    if (tells)
        cJSON_AddStringToObject(model, "root", name);
    if (tells || mock_has(behaviour, MOCK_FAULT_TELLS_LENGTH))
        cJSON_AddNumberToObject(model, "max_model_len", (double)context);
    return answer;
}

static cJSON *tgi_info(const char *name, uint64_t context)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "model_id", name);
    cJSON_AddNullToObject(answer, "model_sha");
    cJSON_AddStringToObject(answer, "model_pipeline_tag", "text-generation");
    cJSON_AddNumberToObject(answer, "max_concurrent_requests", 128);
    cJSON_AddNumberToObject(answer, "max_best_of", 2);
    cJSON_AddNumberToObject(answer, "max_stop_sequences", 4);
    cJSON_AddNumberToObject(answer, "max_input_tokens", (double)context - 1);
    cJSON_AddNumberToObject(answer, "max_total_tokens", (double)context);
    cJSON_AddNumberToObject(answer, "validation_workers", 2);
    cJSON_AddNumberToObject(answer, "max_client_batch_size", 4);
    cJSON_AddStringToObject(answer, "router", "text-generation-router");
    cJSON_AddStringToObject(answer, "version", "3.0.0");
    return answer;
}

static cJSON *sglang_info(const char *path, const char *name, uint64_t context)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "model_path", name);
    cJSON_AddStringToObject(answer, "tokenizer_path", name);
    if (strstr(path, "model_info")) {
        cJSON_AddTrueToObject(answer, "is_generation");
        cJSON_AddNullToObject(answer, "preferred_sampling_params");
        return answer;
    }
    cJSON_AddStringToObject(answer, "served_model_name", name);
    cJSON_AddNumberToObject(answer, "context_length", (double)context);
    cJSON_AddNumberToObject(answer, "max_total_num_tokens", 100000);
    cJSON_AddNumberToObject(answer, "max_req_input_len", (double)context - 6);
    cJSON_AddStringToObject(answer, "version", "0.4.6.post1");
    return answer;
}

static cJSON *llama_properties(const char *name, uint64_t context)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON *settings = cJSON_AddObjectToObject(answer, "default_generation_settings");
    cJSON_AddNumberToObject(settings, "n_ctx", (double)context);
    cJSON_AddNumberToObject(answer, "total_slots", 1);
    cJSON_AddStringToObject(answer, "model_path", name);
    cJSON_AddStringToObject(answer, "chat_template", "");
    cJSON_AddStringToObject(answer, "build_info", "b5000-abcdef12");
    return answer;
}

cJSON *mock_other_answer(const struct plx_model *model, const struct mock_behaviour *behaviour,
                         const char *path, const cJSON *body, const char *name, uint64_t context)
{
    enum mock_dialect dialect = behaviour->dialect;
    if (path_is(path, "/v1/models"))
        return models(behaviour, name, context);
    if (path_is(path, "/tokenize") && dialect != MOCK_OPENAI)
        return tokenize(model, behaviour, body, context);
    if (path_is(path, "/detokenize") && (dialect == MOCK_VLLM || dialect == MOCK_SGLANG))
        return detokenize(model, dialect, body);
    if (path_is(path, "/version") && dialect == MOCK_VLLM) {
        cJSON *answer = cJSON_CreateObject();
        cJSON_AddStringToObject(answer, "version", "0.8.5");
        return answer;
    }
    if (path_is(path, "/info") && dialect == MOCK_TGI)
        return tgi_info(name, context);
    if (dialect == MOCK_SGLANG && (path_is(path, "/get_model_info") || path_is(path, "/model_info") ||
                                   path_is(path, "/get_server_info") || path_is(path, "/server_info")))
        return sglang_info(path, name, context);
    if (path_is(path, "/props") && dialect == MOCK_LLAMA_CPP)
        return llama_properties(name, context);
    return NULL;
}
