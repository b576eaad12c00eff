/* What the download cache holds as JSON, perplex.cache/1. */
#include <perplex/cache.h>

#include "base/json_writer.h"

#include <time.h>

#define JSON_BYTES ((size_t)256 << 20)

static void write_time(struct plx_json_writer *json, const char *key, int64_t seconds)
{
    const time_t when = (time_t)seconds;
    struct tm parts;
    char text[64];
    if (gmtime_r(&when, &parts) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0)
        plx_json_string(json, key, text);
    else
        plx_json_null(json, key);
}

static void write_item(struct plx_json_writer *json, const struct plx_cache_item *item)
{
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "sha256", item->sha256);
    plx_json_u64(json, "bytes", item->size);
    plx_json_string(json, "path", item->path);
    write_time(json, "used", item->used);
    if (item->state != PLX_CACHE_UNCHECKED)
        plx_json_bool(json, "whole", item->state == PLX_CACHE_WHOLE);
    plx_json_begin_array(json, "urls");
    for (size_t i = 0; i < item->origin_count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "url", item->origins[i].label);
        write_time(json, "downloaded", item->origins[i].downloaded);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_end_object(json);
}

enum plx_status plx_cache_json(const char *cache, const struct plx_cache_list *list, char **text,
                               size_t *length, struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    uint64_t bytes = 0;
    for (size_t i = 0; i < list->count; i++)
        bytes += list->items[i].state == PLX_CACHE_GONE ? 0 : list->items[i].size;
    plx_buffer_init(&buffer, JSON_BYTES);
    plx_json_writer_init(&json, &buffer);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.cache/1");
    plx_json_string(&json, "folder", cache);
    plx_json_u64(&json, "bytes", bytes);
    plx_json_begin_array(&json, "contents");
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].state != PLX_CACHE_GONE)
            write_item(&json, list->items + i);
    }
    plx_json_end_array(&json);
    plx_json_begin_object(&json, "partial");
    plx_json_u64(&json, "downloads", list->partial_count);
    plx_json_u64(&json, "bytes", list->partial_bytes);
    plx_json_end_object(&json);
    plx_json_end_object(&json);
    return plx_buffer_finish(&buffer, plx_json_writer_finish(&json, error), text, length, error);
}
