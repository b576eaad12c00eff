/* Models that a server of this program has: it tells what they are, and their words, so that whatever can be
   measured through it comes out as if the model were here. */
#include "model/endpoint.h"

#include "base/base64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/memory.h"
#include "base/word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of capabilities that hold over the network too: answers are those of tokens behind others, one
   number each. */
static const struct {
    const char *name;
    enum plx_capability capability;
} CAPABILITIES[] = {
    {"string_tokens", PLX_STRING_TOKENS},
    {"unknown_context", PLX_UNKNOWN_CONTEXT},
    {"restart_at_end", PLX_RESTART_AT_END},
    {"any_tokens", PLX_ANY_TOKENS},
};

static const char NAME[] = "/v1/models";
static const struct plx_json_path ROOT = {0};
static const struct plx_json_path PLACE = {.parent = &ROOT, .key = "perplex"};

static enum plx_status take_count(const cJSON *described, const char *key, uint64_t most, uint64_t *value,
                                  struct plx_error *error)
{
    return plx_json_get_u64(described, key, &PLACE, NAME, 0, most, value, error);
}

/* A symbol with a role, or null. */
static enum plx_status take_symbol(const cJSON *described, const char *key, uint64_t types, uint32_t *id,
                                   struct plx_error *error)
{
    uint64_t value = 0;
    *id = PLX_NO_TOKEN;
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(described, key);
    if (!member || cJSON_IsNull(member))
        return PLX_OK;
    const enum plx_status status =
        take_count(described, key, types ? types - 1 : UINT32_MAX - 1, &value, error);
    if (status == PLX_OK)
        *id = (uint32_t)value;
    return status;
}

static enum plx_status take_capabilities(const cJSON *described, unsigned *capabilities,
                                         struct plx_error *error)
{
    const cJSON *list, *name;
    const enum plx_status status = plx_json_get_array(described, "capabilities", &PLACE, NAME, &list, error);
    if (status)
        return status;
    cJSON_ArrayForEach(name, list)
    {
        for (size_t i = 0; i < sizeof CAPABILITIES / sizeof *CAPABILITIES; i++) {
            if (cJSON_IsString(name) && strcmp(name->valuestring, CAPABILITIES[i].name) == 0)
                *capabilities |= CAPABILITIES[i].capability;
        }
    }
    return PLX_OK;
}

/* Which model it is, where the server knows. */
static void take_fingerprint(struct plx_endpoint *endpoint, const cJSON *described)
{
    char *ours = endpoint->base.info.sha256;
    const char *sha256 = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(described, "sha256"));
    if (sha256 && strlen(sha256) == 64 && strspn(sha256, "0123456789abcdef") == 64)
        snprintf(ours, sizeof endpoint->base.info.sha256, "%s", sha256);
}

static enum plx_status ask_vocabulary(struct plx_endpoint *endpoint, struct plx_error *error)
{
    struct plx_buffer answer;
    enum plx_status status = plx_endpoint_ask(endpoint, "/v1/vocabulary", NULL, NULL, &answer, error);
    if (status)
        return status;
    status = plx_endpoint_take_vocabulary(endpoint, answer.data, answer.size, error);
    plx_buffer_release(&answer);
    return status;
}

enum plx_status plx_endpoint_take_served(struct plx_endpoint *endpoint, const cJSON *described,
                                         struct plx_error *error)
{
    struct plx_model_info *info = &endpoint->base.info;
    uint64_t order = 0, repeat = 0;
    enum plx_status status = take_count(described, "vocabulary", UINT32_MAX, &info->vocabulary, error);
    if (status == PLX_OK)
        status = take_count(described, "context_length", UINT32_MAX, &info->context_length, error);
    if (status == PLX_OK)
        status = take_count(described, "least_context", UINT32_MAX, &info->least_context, error);
    if (status == PLX_OK)
        status = take_count(described, "order", 1024, &order, error);
    if (status == PLX_OK)
        status = take_count(described, "start_repeat", 1024, &repeat, error);
    if (status == PLX_OK)
        status = take_count(described, "parameters", (uint64_t)1 << 53, &info->parameters, error);
    if (status == PLX_OK)
        status = take_symbol(described, "start", info->vocabulary, &info->start, error);
    if (status == PLX_OK)
        status = take_symbol(described, "end", info->vocabulary, &info->end, error);
    if (status == PLX_OK)
        status = take_symbol(described, "unknown", info->vocabulary, &info->unknown, error);
    if (status == PLX_OK)
        status = take_capabilities(described, &info->capabilities, error);
    if (status)
        return status;
    take_fingerprint(endpoint, described);
    info->order = (unsigned)order;
    info->start_repeat = (unsigned)repeat;
    if (info->least_context == 0)
        info->least_context = 1;
    endpoint->served = endpoint->bounded = true;
    const bool words = (info->capabilities & PLX_STRING_TOKENS) && !(info->capabilities & PLX_ANY_TOKENS);
    return words ? ask_vocabulary(endpoint, error) : PLX_OK;
}

/* The words of a server. */
struct words {
    struct plx_json_scan json;
    struct plx_vocabulary *vocabulary;
    uint8_t *room;          /* [size of the answer] */
    char *bytes;            /* likewise */
    bool unlisted;          /* a token that is no word has been seen */
    enum plx_status status; /* of what is no fault of the JSON */
};

/* {"bytes": "<base64>"} */
static bool read_bytes(struct words *words, struct plx_word *word)
{
    struct plx_json_string key, value;
    struct plx_json_scan *json = &words->json;
    if (!plx_json_scan_begin(json, '{') || !plx_json_scan_key(json, &key))
        return false;
    (void)plx_json_scan_space(json);
    if (!plx_json_scan_string(json, &value))
        return false;
    const struct plx_word text = plx_json_word(&value, words->room);
    word->text = words->bytes;
    if (key.length != 5 || memcmp(key.raw, "bytes", 5) != 0 ||
        !plx_base64_decode(text.text, text.length, words->bytes, words->json.size, &word->length))
        return plx_json_scan_fail(json, json->at, "{\"bytes\": base64} is expected", NULL);
    return plx_json_scan_byte(json, '}') || plx_json_scan_unexpected(json, "'}' is expected");
}

/* Adds the token at hand. Null is a token that no text has. */
static bool read_word(struct words *words, struct plx_error *error)
{
    struct plx_json_scan *json = &words->json;
    struct plx_word word = {"", 0};
    struct plx_json_string string;
    uint32_t id;
    const int byte = plx_json_scan_space(json);
    if (byte == 'n') {
        if (!plx_json_scan_skip(json))
            return false;
        if (words->unlisted)
            return plx_json_scan_fail(json, json->at, "a second token without a word", NULL);
        words->unlisted = true;
        words->status = plx_vocabulary_add_unlisted(words->vocabulary, word, error);
        return words->status == PLX_OK;
    }
    if (byte == '{') {
        if (!read_bytes(words, &word))
            return false;
    } else {
        if (!plx_json_scan_string(json, &string))
            return false;
        word = plx_json_word(&string, words->room);
    }
    words->status = plx_vocabulary_add(words->vocabulary, word, &id, error);
    if (words->status)
        return false;
    return id != PLX_NO_TOKEN || plx_json_scan_fail(json, json->at, "a word that is there twice", NULL);
}

static bool read_words(struct words *words, struct plx_error *error)
{
    struct plx_json_scan *json = &words->json;
    struct plx_json_string key;
    if (!plx_json_scan_begin(json, '{'))
        return false;
    for (size_t m = 0; plx_json_scan_more(json, '}', m); m++) {
        if (!plx_json_scan_key(json, &key))
            return false;
        if (key.length != 6 || memcmp(key.raw, "tokens", 6) != 0) {
            if (!plx_json_scan_skip(json))
                return false;
            continue;
        }
        if (!plx_json_scan_begin(json, '['))
            return false;
        for (size_t i = 0; plx_json_scan_more(json, ']', i); i++) {
            if (!read_word(words, error))
                return false;
        }
        if (json->message)
            return false;
    }
    return !json->message && plx_json_scan_end(json);
}

enum plx_status plx_endpoint_take_vocabulary(struct plx_endpoint *endpoint, const void *text, size_t size,
                                             struct plx_error *error)
{
    const uint64_t types = endpoint->base.info.vocabulary;
    struct words words = {.json = {.text = text, .size = size}};
    words.vocabulary = plx_vocabulary_new((size_t)types, error);
    words.room = plx_new_array(size, 1, error);
    words.bytes = plx_new_array(size, 1, error);
    enum plx_status status = words.vocabulary && words.room && words.bytes ? PLX_OK : PLX_MEMORY;
    if (status == PLX_OK && !read_words(&words, error))
        status = words.status ? words.status
                              : plx_error_set(error, PLX_MISMATCH,
                                              "the server's list of words is not what is expected: at byte "
                                              "%zu, %s",
                                              words.json.at,
                                              words.json.message ? words.json.message : "more than a list");
    if (status == PLX_OK && plx_vocabulary_size(words.vocabulary) != types)
        status = plx_error_set(error, PLX_MISMATCH, "the server lists %zu words of a vocabulary of %llu",
                               plx_vocabulary_size(words.vocabulary), (unsigned long long)types);
    free(words.room);
    free(words.bytes);
    if (status)
        plx_vocabulary_free(words.vocabulary);
    else
        endpoint->base.vocabulary = words.vocabulary;
    return status;
}
