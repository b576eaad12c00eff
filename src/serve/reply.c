#include "serve/reply.h"

#include "base/json_writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What OpenAI's clients tell errors by. */
static const struct {
    unsigned code;
    const char *type, *name; /* name NULL: none */
} KINDS[] = {
    {401, "authentication_error", "invalid_api_key"},
    {403, "permission_error", NULL},
    {404, "invalid_request_error", "not_found"},
    {500, "server_error", NULL},
    {503, "server_error", "overloaded"},
    {0, "invalid_request_error", NULL},
};

void plx_reply_init(struct plx_reply *answer)
{
    answer->code = 0;
    plx_buffer_init(&answer->text, PLX_ANSWER_BYTES_MOST);
}

void plx_reply_release(struct plx_reply *answer)
{
    plx_buffer_release(&answer->text);
}

static void write_error(struct plx_buffer *text, unsigned code, const char *message)
{
    struct plx_json_writer writer;
    struct plx_error ignored;
    size_t kind = 0;
    while (KINDS[kind].code && KINDS[kind].code != code)
        kind++;
    plx_json_writer_init(&writer, text);
    writer.compact = true;
    plx_json_begin_object(&writer, NULL);
    plx_json_begin_object(&writer, "error");
    plx_json_string(&writer, "message", message);
    plx_json_string(&writer, "type", KINDS[kind].type);
    plx_json_null(&writer, "param");
    if (KINDS[kind].name)
        plx_json_string(&writer, "code", KINDS[kind].name);
    else
        plx_json_null(&writer, "code");
    plx_json_end_object(&writer);
    plx_json_end_object(&writer);
    if (plx_json_writer_finish(&writer, &ignored))
        plx_buffer_release(text); /* the code must do */
}

bool plx_reply_refuse(struct plx_reply *answer, unsigned code, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    answer->code = code;
    answer->text.size = 0;
    write_error(&answer->text, code, message);
    return false;
}

bool plx_reply_fail(struct plx_reply *answer, const struct plx_error *error)
{
    char text[1536];
    plx_error_format(error, text, sizeof text);
    switch (error->status) {
    case PLX_USAGE:
    case PLX_MISMATCH:
    case PLX_MALFORMED:
    case PLX_UNSUPPORTED: return plx_reply_refuse(answer, 400, "%s", text);
    case PLX_MEMORY:
    case PLX_INTERRUPTED: return plx_reply_refuse(answer, 503, "%s", text);
    default: return plx_reply_refuse(answer, 500, "%s", text);
    }
}
