#include "serve/members.h"

#include "base/memory.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool plx_members_malformed(struct plx_members *members)
{
    struct plx_error error;
    plx_json_scan_error(&members->scan, 1, 0, &error);
    return plx_reply_refuse(members->answer, 400, "the body is no usable JSON: %s, at byte %" PRIu64,
                            error.message, (uint64_t)members->scan.at);
}

bool plx_members_read(const struct plx_served *served, const void *body, size_t size,
                      bool (*take)(void *user, struct plx_members *members, struct plx_word key, bool *known),
                      void *user, struct plx_reply *answer)
{
    struct plx_members members = {.scan = {.text = body, .size = size}, .answer = answer, .served = served};
    struct plx_json_string key;
    uint8_t room[64];
    if (plx_json_scan_space(&members.scan) != '{')
        return plx_reply_refuse(answer, 400, "the body must be a JSON object");
    plx_json_scan_begin(&members.scan, '{');
    for (size_t i = 0; plx_json_scan_more(&members.scan, '}', i); i++) {
        bool known = false;
        if (!plx_json_scan_key(&members.scan, &key))
            return plx_members_malformed(&members);
        plx_json_scan_space(&members.scan);
        if (key.length <= sizeof room && !take(user, &members, plx_json_word(&key, room), &known))
            return false;
        if (!known && !plx_json_scan_skip(&members.scan))
            return plx_members_malformed(&members);
    }
    if (members.scan.message || !plx_json_scan_end(&members.scan))
        return plx_members_malformed(&members);
    return true;
}

bool plx_members_is(struct plx_word key, const char *name)
{
    return strlen(name) == key.length && memcmp(name, key.text, key.length) == 0;
}

bool plx_members_null(struct plx_members *members)
{
    struct plx_json_scan *scan = &members->scan;
    const bool found = scan->size - scan->at >= 4 && memcmp(scan->text + scan->at, "null", 4) == 0;
    scan->at += found ? 4 : 0;
    return found;
}

bool plx_members_bool(struct plx_members *members, const char *key, bool *value)
{
    struct plx_json_scan *scan = &members->scan;
    const uint8_t *at = scan->text + scan->at;
    const size_t left = scan->size - scan->at;
    *value = left >= 4 && memcmp(at, "true", 4) == 0;
    if (!*value && (left < 5 || memcmp(at, "false", 5) != 0))
        return plx_reply_refuse(members->answer, 400, "%s must be true or false", key);
    scan->at += *value ? 4 : 5;
    return true;
}

/* The text of a number, or of what stands in its place and is none. */
static bool scan_number(struct plx_members *members, const char *key, struct plx_word *number)
{
    const int byte = plx_json_scan_space(&members->scan);
    if (byte != '-' && (byte < '0' || byte > '9'))
        return plx_reply_refuse(members->answer, 400, "%s must be a number", key);
    return plx_json_scan_number(&members->scan, number) || plx_members_malformed(members);
}

bool plx_members_number(struct plx_members *members, const char *key, double *value)
{
    struct plx_word number = {0};
    if (!scan_number(members, key, &number))
        return false;
    return plx_parse_double(number.text, number.length, value) ||
           plx_reply_refuse(members->answer, 400, "%s must be a number", key);
}

bool plx_members_u64(struct plx_members *members, const char *key, uint64_t most, uint64_t *value)
{
    struct plx_word number = {0};
    if (!scan_number(members, key, &number))
        return false;
    if (plx_parse_u64(number.text, number.length, 0, most, value))
        return true;
    return plx_reply_refuse(members->answer, 400, "%s must be a whole number from 0 to %" PRIu64 ", not %.*s",
                            key, most, number.length < 40 ? (int)number.length : 40, number.text);
}

bool plx_members_i64(struct plx_members *members, const char *key, int64_t *value)
{
    struct plx_word number = {0};
    uint64_t size;
    if (!scan_number(members, key, &number))
        return false;
    const bool negative = number.length > 0 && *number.text == '-';
    if (plx_parse_u64(number.text + negative, number.length - negative, 0, INT64_MAX, &size)) {
        *value = negative ? -(int64_t)size : (int64_t)size;
        return true;
    }
    return plx_reply_refuse(members->answer, 400, "%s must be a whole number within +-%" PRId64 ", not %.*s",
                            key, INT64_MAX, number.length < 40 ? (int)number.length : 40, number.text);
}

bool plx_members_string(struct plx_members *members, const char *key, char **text, size_t *length)
{
    struct plx_json_string string;
    struct plx_error error;
    if (plx_json_scan_space(&members->scan) != '"')
        return plx_reply_refuse(members->answer, 400, "%s must be a string", key);
    if (!plx_json_scan_string(&members->scan, &string))
        return plx_members_malformed(members);
    uint8_t *room = plx_new_array(string.length + 1, 1, &error);
    if (!room)
        return plx_reply_fail(members->answer, &error);
    const struct plx_word word = plx_json_word(&string, room);
    if (!string.escaped)
        memcpy(room, word.text, word.length);
    room[word.length] = '\0';
    *text = (char *)room;
    *length = word.length;
    return true;
}

bool plx_members_model(struct plx_members *members)
{
    char *name = NULL, shown[512];
    size_t length = 0;
    if (!plx_members_string(members, "model", &name, &length) || !name)
        return false;
    const bool served = strlen(members->served->name) == length && strcmp(members->served->name, name) == 0;
    plx_text_visible(name, shown, sizeof shown);
    free(name);
    return served ||
           plx_reply_refuse(members->answer, 404, "there is no model \"%.200s\" here: it is \"%.200s\"",
                            shown, members->served->name);
}
