#include "model/claims.h"

#include "base/number.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "perplex."

static const char *described(const struct plx_claims *claims, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(claims->members, key));
}

const char *plx_claims_get(const struct plx_claims *claims, const char *key)
{
    char name[64];
    const char *value = described(claims, key);
    if (value || !claims->tensors)
        return value;
    snprintf(name, sizeof name, PREFIX "%s", key);
    return plx_tensors_metadata(claims->tensors, name);
}

enum plx_status plx_claims_check(const struct plx_claims *claims, struct plx_error *error)
{
    static const char *const KEYS[] = {"architecture", "order",         "activation", "context_order",
                                       "padding",      "start_token",   "start_id",   "end_token",
                                       "end_id",       "unknown_token", "unknown_id"};
    static const size_t COUNT = sizeof KEYS / sizeof *KEYS;
    const size_t prefix = sizeof PREFIX - 1;
    char list[256];
    size_t used = 0;
    for (size_t i = 0; i < claims->tensors->metadata_count; i++) {
        const char *key = claims->tensors->metadata[i].key;
        size_t known = 0;
        if (strncmp(key, PREFIX, prefix) != 0)
            continue;
        while (known < COUNT && strcmp(KEYS[known], key + prefix) != 0)
            known++;
        if (known < COUNT)
            continue;
        for (size_t k = 0; k < COUNT && used < sizeof list; k++)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", KEYS[k]);
        plx_error_set(error, PLX_MALFORMED, "there is no key \"%.80s\" for the metadata of a model", key);
        plx_error_input(error, claims->input);
        return plx_error_hint(error, "behind \"" PREFIX "\" there can be %s", list);
    }
    return PLX_OK;
}

bool plx_claims_named(const struct plx_claims *claims)
{
    return claims->description || plx_claims_get(claims, "architecture");
}

const char *plx_claims_input(const struct plx_claims *claims, const char *key)
{
    return described(claims, key) ? claims->description : claims->input;
}

enum plx_status plx_claims_error(const struct plx_claims *claims, const char *key, struct plx_error *error,
                                 const char *format, ...)
{
    const bool in_description = described(claims, key) != NULL;
    char message[384];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    plx_error_set(error, PLX_MALFORMED, "%s%s %s", in_description ? "$." : PREFIX, key, message);
    plx_error_input(error, plx_claims_input(claims, key));
    return in_description ? PLX_MALFORMED
                          : plx_error_hint(error, "this comes from __metadata__ in the header of the file");
}

enum plx_status plx_claims_u64(const struct plx_claims *claims, const char *key, uint64_t least,
                               uint64_t most, uint64_t *value, struct plx_error *error)
{
    const char *text = plx_claims_get(claims, key);
    if (!text || plx_parse_u64(text, strlen(text), least, most, value))
        return PLX_OK;
    return plx_claims_error(claims, key, error,
                            "is \"%.40s\", but should be a number from %" PRIu64 " to %" PRIu64, text, least,
                            most);
}

enum plx_status plx_claims_word(const struct plx_claims *claims, const char *key, const char *const *words,
                                size_t count, size_t *index, struct plx_error *error)
{
    const char *text = plx_claims_get(claims, key);
    char list[160];
    size_t used = 0;
    if (!text)
        return PLX_OK;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            *index = i;
            return PLX_OK;
        }
    }
    for (size_t i = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", words[i]);
    return plx_claims_error(claims, key, error, "is \"%.60s\", but should be one of: %s", text, list);
}
