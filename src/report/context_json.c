#include "report/context_json.h"

#include "report/flag_names.h"

#include <string.h>

void plx_write_snippet(struct plx_json_writer *json, const char *key, const struct plx_snippet *snippet)
{
    static const char more[] = "…";
    char text[PLX_SNIPPET_BYTES + sizeof more];
    memcpy(text, snippet->text, snippet->length);
    memcpy(text + snippet->length, more, sizeof more);
    plx_json_string_n(json, key, text, snippet->length + (snippet->cut ? sizeof more - 1 : 0));
}

void plx_write_token(struct plx_json_writer *json, const struct plx_context_token *token)
{
    if (token->spelled.known)
        plx_write_snippet(json, "token", &token->spelled);
    else if (token->id != PLX_NO_TOKEN)
        plx_json_u64(json, "id", token->id);
}

/* By its spelling, or by its id where there is none. */
static void write_element(struct plx_json_writer *json, const struct plx_context_token *token)
{
    if (token->spelled.known)
        plx_write_snippet(json, NULL, &token->spelled);
    else if (token->id != PLX_NO_TOKEN)
        plx_json_u64(json, NULL, token->id);
    else
        plx_json_null(json, NULL);
}

void plx_write_context(struct plx_json_writer *json, const char *key, const struct plx_context_token *tokens,
                       size_t count)
{
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < count; i++)
        write_element(json, tokens + i);
    plx_json_end_array(json);
}

void plx_write_flags(struct plx_json_writer *json, unsigned flags)
{
    plx_json_begin_array(json, "flags");
    for (size_t i = 0; i < PLX_FLAG_NAMES; i++) {
        if (flags & plx_flag_names[i].flag)
            plx_json_string(json, NULL, plx_flag_names[i].name);
    }
    plx_json_end_array(json);
}
