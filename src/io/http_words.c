#include "io/http_words.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void plx_http_hide(char *text, const char *key)
{
    const size_t length = key ? strlen(key) : 0;
    if (length == 0)
        return;
    for (char *at = text; (at = strstr(at, key)) != NULL; at += length)
        memset(at, '*', length);
}

/* Servers made with FastAPI list what they object to: "detail" is an array of objects with "msg" then. */
static const char *words_of_detail(const cJSON *detail)
{
    const cJSON *first = cJSON_IsArray(detail) ? detail->child : detail;
    return cJSON_GetStringValue(cJSON_IsObject(first) ? cJSON_GetObjectItemCaseSensitive(first, "msg")
                                                      : first);
}

static const char *words_of_json(const cJSON *value)
{
    if (!cJSON_IsObject(value))
        return NULL;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(value, "error");
    const char *words = cJSON_GetStringValue(
        cJSON_IsObject(error) ? cJSON_GetObjectItemCaseSensitive(error, "message") : error);
    if (!words)
        words = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "message"));
    if (!words)
        words = words_of_detail(cJSON_GetObjectItemCaseSensitive(value, "detail"));
    return words;
}

static bool words_break(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* A message of several lines becomes one; of a text, what is behind the first is left out. */
static void words_fold(char *text, bool first_line)
{
    char *end = text;
    for (char *at = text; *at; at++) {
        if (first_line && words_break(*at) && end > text)
            break;
        const bool space = words_break(*at) || *at == '\t' || *at == ' ';
        if (!space)
            *end++ = *at;
        else if (end > text && end[-1] != ' ')
            *end++ = ' ';
    }
    while (end > text && end[-1] == ' ')
        end--;
    *end = '\0';
}

void plx_http_words(const void *answer, size_t size, const char *key, char words[PLX_HTTP_WORDS])
{
    struct plx_error ignored;
    cJSON *value = NULL;
    char *text = NULL;
    words[0] = '\0';
    if (size == 0)
        return;
    if (plx_json_parse(answer, size, "", &value, &ignored) != PLX_OK)
        value = NULL;
    const char *message = words_of_json(value);
    text = message ? plx_copy_string(message, strlen(message), &ignored)
                   : plx_copy_string(answer, size, &ignored);
    if (text) {
        plx_http_hide(text, key);
        words_fold(text, !message);
        if (message || text[0] != '<') /* the first line of HTML says that it is HTML */
            plx_text_visible(text, words, PLX_HTTP_WORDS);
    }
    free(text);
    cJSON_Delete(value);
}
