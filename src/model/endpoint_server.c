/* What a server says of itself: in its list of models, and on routes that only one kind of server has. */
#include "model/endpoint.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "io/http_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct plx_json_path ROOT = {0};

enum plx_status plx_endpoint_ask(const struct plx_endpoint *endpoint, const char *path,
                                 const struct plx_buffer *body, long *status, struct plx_buffer *answer,
                                 struct plx_error *error)
{
    struct plx_http_call call = {
        .path = path,
        .body = body ? (const char *)body->data : NULL,
        .body_size = body ? body->size : 0,
        .any_status = status != NULL,
    };
    const enum plx_status result = plx_http_client_call(endpoint->client, &call, 1, NULL, NULL, error);
    *answer = call.answer;
    if (status)
        *status = call.status;
    if (result)
        plx_buffer_release(answer);
    return result;
}

/* What a route answers; *value is NULL where there is no such route, or no JSON behind it. */
static enum plx_status look(const struct plx_endpoint *endpoint, const char *path, cJSON **value,
                            struct plx_error *error)
{
    struct plx_buffer answer;
    struct plx_error ignored;
    long code;
    *value = NULL;
    const enum plx_status status = plx_endpoint_ask(endpoint, path, NULL, &code, &answer, error);
    if (status)
        return status;
    if (code == 401 || code == 403) {
        char words[PLX_HTTP_WORDS];
        plx_http_client_words(endpoint->client, &answer, words);
        plx_error_set(error, PLX_NETWORK, "the server answers %ld: %s", code,
                      *words ? words : "it wants another key, or one");
        plx_buffer_release(&answer);
        return plx_error_hint(error, "PERPLEX_API_KEY or --api-key-file gives a key");
    }
    if (code == 200 &&
        plx_json_parse((const char *)answer.data, answer.size, path, value, &ignored) != PLX_OK)
        *value = NULL;
    plx_buffer_release(&answer);
    return PLX_OK;
}

/* A member that is a count; 0: there is none. */
static uint64_t count_of(const cJSON *object, const char *key)
{
    struct plx_error ignored;
    uint64_t count = 0;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(value) &&
                   plx_json_get_u64(object, key, &ROOT, "", 1, UINT32_MAX, &count, &ignored) == PLX_OK
               ? count
               : 0;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text ? text : "";
}

/* The model in the server's list; the first where none has its name. */
static const cJSON *find_model(const cJSON *models, const char *name)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(models, "data"), *model;
    cJSON_ArrayForEach(model, data)
    {
        if (strcmp(text_of(model, "id"), name) == 0)
            return model;
    }
    return cJSON_GetArrayItem(data, 0);
}

void plx_endpoint_show(const struct plx_endpoint *endpoint, struct plx_word text, char *shown,
                       size_t capacity)
{
    struct plx_error ignored;
    char *copy = plx_copy_string(text.text, text.length, &ignored);
    shown[0] = '\0';
    if (!copy)
        return;
    plx_http_hide(copy, text.length, endpoint->key);
    plx_text_visible(copy, shown, capacity);
    free(copy);
}

static enum plx_status check_model(const struct plx_endpoint *endpoint, const char *id,
                                   struct plx_error *error)
{
    char shown[160];
    if (!*id || strcmp(id, endpoint->name.model) == 0)
        return PLX_OK;
    plx_endpoint_show(endpoint, (struct plx_word){id, strlen(id)}, shown, sizeof shown);
    plx_error_set(error, PLX_MISMATCH, "the server has no model \"%.160s\", but \"%s\"", endpoint->name.model,
                  shown);
    return plx_error_hint(error, "%s:%s@%s names it", endpoint->base.info.format, shown,
                          endpoint->name.label);
}

static enum plx_status refuse_llama(struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED,
                  "this is llama.cpp's server, which gives no log-probabilities of the tokens of a prompt");
    return plx_error_hint(error,
                          "llama-perplexity measures the same models; a server of vLLM, SGLang or Text "
                          "Generation Inference gives them");
}

/* A server whose list of models does not say what it is. */
static enum plx_status guess(struct plx_endpoint *endpoint, struct plx_error *error)
{
    cJSON *info = NULL, *props = NULL;
    enum plx_status status = look(endpoint, "/info", &info, error);
    const bool tgi = cJSON_GetObjectItemCaseSensitive(info, "model_id") &&
                     (count_of(info, "max_input_tokens") || count_of(info, "max_input_length") ||
                      count_of(info, "max_total_tokens"));
    cJSON_Delete(info);
    if (status == PLX_OK && !tgi)
        status = look(endpoint, "/props", &props, error);
    const bool llama = cJSON_GetObjectItemCaseSensitive(props, "default_generation_settings") != NULL;
    cJSON_Delete(props);
    if (status)
        return status;
    endpoint->dialect = tgi ? &plx_dialect_tgi : &plx_dialect_openai;
    return llama ? refuse_llama(error) : PLX_OK;
}

static enum plx_status recognise(struct plx_endpoint *endpoint, const char *owner, struct plx_error *error)
{
    const bool open = !endpoint->dialect;
    if (strcmp(owner, "llamacpp") == 0)
        return refuse_llama(error);
    if (!open)
        return PLX_OK;
    if (strcmp(owner, "vllm") == 0)
        endpoint->dialect = &plx_dialect_vllm;
    else if (strcmp(owner, "sglang") == 0)
        endpoint->dialect = &plx_dialect_sglang;
    else if (strcmp(owner, "perplex") == 0)
        endpoint->dialect = &plx_dialect_openai;
    else
        return guess(endpoint, error);
    return PLX_OK;
}

/* Text Generation Inference says on a route of its own what it has. */
static enum plx_status meet_tgi(struct plx_endpoint *endpoint, struct plx_error *error)
{
    cJSON *info;
    enum plx_status status = look(endpoint, "/info", &info, error);
    const uint64_t tokens = count_of(info, "max_input_tokens");
    if (status == PLX_OK)
        endpoint->longest = tokens ? tokens : count_of(info, "max_input_length");
    if (status == PLX_OK)
        status = check_model(endpoint, text_of(info, "model_id"), error);
    cJSON_Delete(info);
    return status;
}

/* SGLang's list of models has had no lengths for long. */
static enum plx_status meet_sglang(struct plx_endpoint *endpoint, struct plx_error *error)
{
    cJSON *info;
    if (endpoint->longest)
        return PLX_OK;
    const enum plx_status status = look(endpoint, "/get_server_info", &info, error);
    endpoint->longest = count_of(info, "context_length");
    if (!endpoint->longest)
        endpoint->longest = count_of(info, "max_req_input_len");
    cJSON_Delete(info);
    return status;
}

/* What the list of models says. */
static enum plx_status take_listed(struct plx_endpoint *endpoint, const cJSON *model, struct plx_error *error)
{
    const char *owner = text_of(model, "owned_by");
    const cJSON *described = cJSON_GetObjectItemCaseSensitive(model, "perplex");
    enum plx_status status = recognise(endpoint, owner, error);
    if (status)
        return status;
    const bool ours = strcmp(owner, "perplex") == 0 && cJSON_IsObject(described);
    const bool listed = model && endpoint->dialect != &plx_dialect_tgi;
    endpoint->longest = listed ? count_of(model, "max_model_len") : 0;
    if (listed)
        status = check_model(endpoint, text_of(model, "id"), error);
    return status || !ours ? status : plx_endpoint_take_served(endpoint, described, error);
}

enum plx_status plx_endpoint_meet(struct plx_endpoint *endpoint, struct plx_error *error)
{
    cJSON *models;
    enum plx_status status = look(endpoint, "/v1/models", &models, error);
    if (status == PLX_OK)
        status = take_listed(endpoint, find_model(models, endpoint->name.model), error);
    cJSON_Delete(models);
    if (status == PLX_OK && endpoint->dialect == &plx_dialect_tgi)
        status = meet_tgi(endpoint, error);
    if (status == PLX_OK && endpoint->dialect == &plx_dialect_sglang)
        status = meet_sglang(endpoint, error);
    if (status == PLX_OK && endpoint->longest > endpoint->dialect->reserved)
        endpoint->longest -= endpoint->dialect->reserved;
    return status;
}
