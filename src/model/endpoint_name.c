#include "model/endpoint_name.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/memory.h"
#include "io/http_url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The '@' before the URL; NULL: there is none. */
static const char *find_split(const char *argument)
{
    const char *split = NULL;
    for (const char *at = strchr(argument, '@'); at; at = strchr(at + 1, '@')) {
        if (plx_http_is_url(at + 1))
            split = at;
    }
    return split;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    const size_t size = strlen(end);
    return length >= size && strncasecmp(text + length - size, end, size) == 0;
}

static size_t without_slashes(const char *url, size_t length)
{
    while (length > 0 && url[length - 1] == '/')
        length--;
    return length;
}

/* What comes before "/v1". */
static size_t base_length(const char *url)
{
    const size_t length = without_slashes(url, strlen(url));
    return ends_with(url, length, "/v1") ? without_slashes(url, length - 3) : length;
}

static enum plx_status fail_form(struct plx_error *error, const char *message)
{
    plx_error_set(error, PLX_USAGE, "%s", message);
    return plx_error_hint(error, "openai:MODEL@http://127.0.0.1:8000 is the model MODEL of that server");
}

static enum plx_status check_url(const char *url, struct plx_error *error)
{
    const size_t length = base_length(url);
    if (strpbrk(url, "?#"))
        return fail_form(error, "the URL of an endpoint has no query and no fragment");
    if (ends_with(url, length, "/completions") || ends_with(url, length, "/generate"))
        return fail_form(error, "the URL of an endpoint is the server's, without the route");
    for (const char *byte = url; *byte; byte++) {
        if ((unsigned char)*byte <= ' ' || *byte == 0x7F)
            return fail_form(error, "the URL of an endpoint has no blanks in it");
    }
    return PLX_OK;
}

enum plx_status plx_endpoint_name_parse(const char *argument, struct plx_endpoint_name *name,
                                        struct plx_error *error)
{
    const char *split = find_split(argument);
    *name = (struct plx_endpoint_name){NULL, NULL, NULL};
    if (!split)
        return fail_form(error, "a model behind an endpoint is named MODEL@URL, with http:// or https://");
    if (split == argument)
        return fail_form(error, "a model behind an endpoint is named MODEL@URL, and there is no MODEL");
    enum plx_status status = check_url(split + 1, error);
    if (status)
        return status;
    name->model = plx_copy_string(argument, (size_t)(split - argument), error);
    name->base = plx_copy_string(split + 1, base_length(split + 1), error);
    name->label = name->base ? plx_http_label(name->base, error) : NULL;
    if (!name->model || !name->label) {
        status = PLX_MEMORY;
        goto fail;
    }
    if (!plx_http_is_url(name->label)) {
        status = fail_form(error, "what stands behind the '@' cannot be taken for a URL");
        goto fail;
    }
    name->label[without_slashes(name->label, strlen(name->label))] = '\0';
    return PLX_OK;
fail:
    plx_endpoint_name_release(name);
    return status;
}

void plx_endpoint_name_release(struct plx_endpoint_name *name)
{
    free(name->model);
    free(name->base);
    free(name->label);
    *name = (struct plx_endpoint_name){NULL, NULL, NULL};
}

char *plx_endpoint_name_shown(const char *format, const char *argument, struct plx_error *error)
{
    struct plx_endpoint_name name;
    struct plx_buffer text;
    char *shown;
    size_t length;
    if (plx_endpoint_name_parse(argument, &name, error))
        return NULL;
    plx_buffer_init(&text, SIZE_MAX / 2);
    const enum plx_status status =
        plx_buffer_printf(&text, error, "%s:%s@%s", format, name.model, name.label);
    plx_endpoint_name_release(&name);
    return plx_buffer_finish(&text, status, &shown, &length, error) ? NULL : shown;
}
