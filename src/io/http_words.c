#include "io/http_words.h"

#include "base/json.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int hex_value(const char *digits, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        const char *digit = digits[i] ? strchr("0123456789abcdef", tolower((unsigned char)digits[i])) : NULL;
        if (!digit)
            return -1;
        value = value * 16 + (int)(digit - "0123456789abcdef");
    }
    return value;
}

/* Bytes of the text that stand for `byte`: itself, as URLs escape it, or JSON, with as many backslashes as it
   takes for JSON in a string of JSON. 0: it is another one. */
static size_t match_byte(const char *text, size_t size, char byte)
{
    size_t at = 0;
    if (size > 0 && text[0] == byte)
        return 1;
    if (size >= 3 && text[0] == '%')
        return hex_value(text + 1, 2) == (unsigned char)byte ? 3 : 0;
    while (at < size && text[at] == '\\')
        at++;
    if (at > 0 && at < size && text[at] == byte)
        return at + 1;
    if (at > 0 && size - at >= 5 && text[at] == 'u' && hex_value(text + at + 1, 4) == (unsigned char)byte)
        return at + 5;
    return 0;
}

/* Bytes of the text's beginning that stand for the key; 0: it begins with something else. */
static size_t match_key(const char *text, size_t size, const char *key)
{
    size_t at = 0;
    for (; *key; key++) {
        const size_t length = match_byte(text + at, size - at, *key);
        if (length == 0)
            return 0;
        at += length;
    }
    return at;
}

bool plx_http_hide(char *text, size_t size, const char *key)
{
    bool hidden = false;
    for (size_t at = 0; key && *key && at < size;) {
        const size_t length = match_key(text + at, size - at, key);
        memset(text + at, '*', length);
        hidden |= length > 0;
        at += length > 0 ? length : 1;
    }
    return hidden;
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
        plx_http_hide(text, strlen(text), key);
        words_fold(text, !message);
        if (message || text[0] != '<') /* the first line of HTML says that it is HTML */
            plx_text_visible(text, words, PLX_HTTP_WORDS);
    }
    free(text);
    cJSON_Delete(value);
}
