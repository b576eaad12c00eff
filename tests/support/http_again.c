/* Answers of the test server for clients that try again: ranges, validators, breaks. */
#include "http_connection.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MODIFIED "Thu, 01 Jan 2026 00:00:00 GMT"

/* What a path gives. */
struct resource {
    const char *content;
    size_t size;
    const char *etag;     /* NULL: none */
    const char *modified; /* NULL: none */
    bool ranges;          /* false: a range is answered with the whole */
    bool heedless;        /* If-Range is not looked at */
    bool wrong;           /* a range is answered with another one */
    bool unsaid;          /* a range does not say the size of the whole … */
    bool half;            /* … and is only the beginning of what was asked for */
    bool drops;           /* halfway */
    bool stalls;          /* there */
};

static bool matches(const struct http_connection *connection, const char *field, const char *validator)
{
    char value[256];
    return validator && http_request_field(connection, field, value, sizeof value) &&
           strcmp(value, validator) == 0;
}

static bool unmodified(const struct http_connection *connection, const struct resource *resource)
{
    char value[256];
    if (http_request_field(connection, "\r\nIf-None-Match:", value, sizeof value))
        return resource->etag && strcmp(value, resource->etag) == 0;
    return matches(connection, "\r\nIf-Modified-Since:", resource->modified);
}

/* Where the range begins that was asked for; false where the whole is to be sent. */
static bool range_begin(const struct http_connection *connection, const struct resource *resource,
                        size_t *begin)
{
    char value[256];
    if (!resource->ranges || !http_request_field(connection, "\r\nRange: bytes=", value, sizeof value))
        return false;
    const size_t asked = strtoul(value, NULL, 10);
    if (!resource->heedless && http_request_field(connection, "\r\nIf-Range:", value, sizeof value) &&
        !((resource->etag && value[0] == '"' && strcmp(value, resource->etag) == 0) ||
          (resource->modified && strcmp(value, resource->modified) == 0)))
        return false;
    *begin = asked;
    return true;
}

static void send_resource(struct http_connection *connection, const struct resource *resource)
{
    char fields[512], total[32], *next = fields, *end = fields + sizeof fields;
    size_t begin = 0, behind = resource->size;
    unsigned status = 200;
    *fields = '\0';
    if (resource->etag)
        next += snprintf(next, (size_t)(end - next), "ETag: %s\r\n", resource->etag);
    if (resource->modified)
        next += snprintf(next, (size_t)(end - next), "Last-Modified: %s\r\n", resource->modified);
    if (unmodified(connection, resource)) {
        http_send_head(connection, 304, fields);
        return;
    }
    if (range_begin(connection, resource, &begin)) {
        status = begin < resource->size ? 206 : 416;
        begin = resource->wrong ? begin - 1 : begin;
        behind -= resource->half && status == 206 ? (behind - begin) / 2 : 0;
        snprintf(total, sizeof total, "%zu", resource->size);
        if (status == 206)
            next += snprintf(next, (size_t)(end - next), "Content-Range: bytes %zu-%zu/%s\r\n", begin,
                             behind - 1, resource->unsaid ? "*" : total);
        else
            next += snprintf(next, (size_t)(end - next), "Content-Range: bytes */%zu\r\n", resource->size);
    }
    const size_t size = status == 416 ? 0 : behind - begin;
    snprintf(next, (size_t)(end - next), "Content-Length: %zu\r\n", size);
    if (http_send_head(connection, status, fields) &&
        http_send_bytes(connection, resource->content + begin, resource->drops ? size / 2 : size) &&
        resource->drops && resource->stalls)
        http_linger(connection, 60000);
}

/* A content that differs in its last byte. */
static void send_changed(struct http_connection *connection, struct resource *resource)
{
    char *changed = malloc(resource->size + 1);
    if (!changed)
        return;
    memcpy(changed, resource->content, resource->size);
    changed[resource->size - 1] ^= 1;
    resource->content = changed;
    resource->etag = "\"changed\"";
    send_resource(connection, resource);
    free(changed);
}

static void send_encoded(struct http_connection *connection, const char *encoding, const void *data,
                         size_t size)
{
    char fields[128];
    snprintf(fields, sizeof fields, "Content-Encoding: %s\r\nContent-Length: %zu\r\n", encoding, size);
    if (http_send_head(connection, 200, fields))
        http_send_bytes(connection, data, size);
}

/* The paths with validators; false where it is none. */
static bool answer_resource(struct http_connection *connection)
{
    const char *path = connection->path;
    struct resource resource = {.content = connection->options->content,
                                .size = connection->options->content_size,
                                .etag = "\"content\"",
                                .modified = MODIFIED,
                                .ranges = true};
    unsigned drops = 0;
    int end = 0;
    bool changes = false;
    char kind[32] = "";
    if (sscanf(path, "/drop/%u", &drops) != 1 && sscanf(path, "/drop-%31[a-z]/%u", kind, &drops) < 1 &&
        sscanf(path, "/%31[a-z-]%n", kind, &end) == 1 && path[end] != '\0')
        return false;
    if (strcmp(kind, "once") == 0)
        drops = 1;
    else if (strcmp(kind, "modified") == 0)
        resource.etag = NULL;
    else if (strcmp(kind, "blind") == 0)
        resource.etag = resource.modified = NULL, resource.ranges = false;
    else if (strcmp(kind, "ignored") == 0)
        resource.ranges = false;
    else if (strcmp(kind, "wrong") == 0)
        resource.wrong = true;
    else if (strcmp(kind, "unsaid") == 0)
        resource.unsaid = true, resource.half = connection->before == drops;
    else if (strcmp(kind, "stall") == 0)
        resource.stalls = true;
    else if (strcmp(kind, "weak") == 0)
        resource.etag = "W/\"content\"";
    else if (strcmp(kind, "length-changes") == 0)
        drops = 1, resource.etag = NULL, resource.size -= connection->before > 0;
    else if (strcmp(kind, "etag-changes") == 0 || strcmp(kind, "heedless") == 0)
        drops = 1, changes = true, resource.heedless = kind[0] == 'h';
    else if (drops == 0 && strcmp(kind, "range") != 0)
        return false;
    resource.drops = connection->before < drops;
    if (changes && !resource.drops)
        send_changed(connection, &resource);
    else
        send_resource(connection, &resource);
    return true;
}

bool http_answer_again(struct http_connection *connection)
{
    const struct http_server_options *options = connection->options;
    const char *path = connection->path;
    unsigned count = 0;
    if (sscanf(path, "/429/%u", &count) == 1 && connection->before < count)
        http_send_head(connection, 429, "Retry-After: 1\r\nContent-Length: 0\r\n");
    else if (strcmp(path, "/429-long") == 0)
        http_send_head(connection, 429, "Retry-After: 3600\r\nContent-Length: 0\r\n");
    else if (sscanf(path, "/503/%u", &count) == 1 && connection->before < count)
        http_send_status(connection, 503);
    else if (count > 0)
        http_send_content(connection, 200, options->content, options->content_size);
    else if (strcmp(path, "/wrong-length") == 0) {
        char fields[64];
        snprintf(fields, sizeof fields, "Content-Length: %zu\r\n", options->content_size - 5);
        if (http_send_head(connection, 200, fields))
            http_send_bytes(connection, options->content, options->content_size);
    } else if (strcmp(path, "/gzip-encoding") == 0)
        send_encoded(connection, "gzip", options->gzip, options->gzip_size);
    else if (strcmp(path, "/br-encoding") == 0)
        send_encoded(connection, "br", options->content, options->content_size);
    else
        return answer_resource(connection);
    return true;
}
