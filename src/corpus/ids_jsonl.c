/* Ids as JSON Lines: for each document an object in a line, {"id":…,"input_ids":[…],"bytes":[…]}, without
   "id" where it has none and without "bytes" where they are not known. */
#include "corpus/ids_writer.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/number.h"

#include <perplex/source.h>

#include <stdlib.h>
#include <string.h>

/* What a line may have, so that it can be read again. */
#define LINE_MOST (PLX_SOURCE_PEEK_MAX - 2)

struct jsonl {
    struct plx_ids_writer base;
    struct plx_buffer ids, bytes; /* of the line at hand: all but the brackets at the ends */
    uint64_t documents;           /* begun */
};

static void close_jsonl(struct plx_ids_writer *base)
{
    struct jsonl *jsonl = (struct jsonl *)(void *)base;
    plx_buffer_release(&jsonl->ids);
    plx_buffer_release(&jsonl->bytes);
    free(jsonl);
}

static enum plx_status open_jsonl(const char *path, const struct plx_ids_options *options,
                                  struct plx_ids_writer **writer, struct plx_error *error)
{
    (void)options;
    struct jsonl *jsonl = plx_new_array(1, sizeof *jsonl, error);
    *writer = NULL;
    if (!jsonl)
        return PLX_MEMORY;
    jsonl->base.most = PLX_ID_MOST;
    jsonl->base.width = "u32";
    plx_buffer_init(&jsonl->ids, 2 * PLX_SOURCE_PEEK_MAX);
    plx_buffer_init(&jsonl->bytes, 2 * PLX_SOURCE_PEEK_MAX);
    const enum plx_status status = plx_output_open(path, &jsonl->base.outputs[0], error);
    if (status) {
        close_jsonl(&jsonl->base);
        return status;
    }
    *writer = &jsonl->base;
    return PLX_OK;
}

static enum plx_status end_line(struct jsonl *jsonl, struct plx_error *error)
{
    struct plx_output *output = jsonl->base.outputs[0];
    enum plx_status status = PLX_OK;
    if (jsonl->documents == 0)
        return PLX_OK;
    if (jsonl->base.options.bytes)
        status = plx_buffer_append_text(&jsonl->bytes, "]}\n", error);
    if (status == PLX_OK)
        status =
            plx_buffer_append_text(&jsonl->ids, jsonl->base.options.bytes ? "],\"bytes\":[" : "]}\n", error);
    if (status == PLX_OK)
        status = plx_output_write(output, jsonl->ids.data, jsonl->ids.size, error);
    if (status == PLX_OK && jsonl->base.options.bytes)
        status = plx_output_write(output, jsonl->bytes.data, jsonl->bytes.size, error);
    jsonl->ids.size = jsonl->bytes.size = 0;
    return status;
}

/* The document's id, with U+FFFD for each byte that is not UTF-8. */
static enum plx_status write_id(struct plx_buffer *line, struct plx_word id, struct plx_error *error)
{
    struct plx_json_writer string;
    const enum plx_status status = plx_buffer_append_text(line, "\"id\":", error);
    if (status)
        return status;
    plx_json_writer_init(&string, line);
    plx_json_string_n(&string, NULL, id.text, id.length);
    if (string.status) {
        *error = string.error;
        return string.status;
    }
    return plx_buffer_append_text(line, ",", error);
}

static enum plx_status begin_jsonl(struct plx_ids_writer *base, struct plx_word id, struct plx_error *error)
{
    struct jsonl *jsonl = (struct jsonl *)(void *)base;
    enum plx_status status = end_line(jsonl, error);
    jsonl->documents++;
    if (status == PLX_OK)
        status = plx_buffer_append_text(&jsonl->ids, "{", error);
    if (status == PLX_OK && id.text)
        status = write_id(&jsonl->ids, id, error);
    return status ? status : plx_buffer_append_text(&jsonl->ids, "\"input_ids\":[", error);
}

/* Adds numbers[count] behind others, if there are any. */
static enum plx_status add_numbers(struct plx_buffer *line, const uint32_t *numbers, size_t count,
                                   struct plx_error *error)
{
    const size_t most = sizeof "4294967295"; /* of one, a comma included */
    const enum plx_status status = plx_buffer_reserve(line, count * most + PLX_NUMBER_TEXT, error);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (line->size > 0 && line->data[line->size - 1] != '[')
            line->data[line->size++] = ',';
        line->size += plx_format_u64(numbers[i], (char *)line->data + line->size);
    }
    return PLX_OK;
}

static enum plx_status add_jsonl(struct plx_ids_writer *base, const uint32_t *ids, const uint32_t *bytes,
                                 size_t count, struct plx_error *error)
{
    struct jsonl *jsonl = (struct jsonl *)(void *)base;
    enum plx_status status = add_numbers(&jsonl->ids, ids, count, error);
    if (status == PLX_OK && base->options.bytes)
        status = add_numbers(&jsonl->bytes, bytes, count, error);
    if (status || jsonl->ids.size + jsonl->bytes.size + sizeof "],\"bytes\":[]}\n" <= LINE_MOST)
        return status;
    plx_error_set(error, PLX_UNSUPPORTED, "document %llu is too long for a line of JSON: %zu bytes at most",
                  (unsigned long long)jsonl->documents, LINE_MOST);
    return plx_error_hint(error, "write another format, or cut the document into several");
}

static enum plx_status finish_jsonl(struct plx_ids_writer *base, struct plx_error *error)
{
    return end_line((struct jsonl *)(void *)base, error);
}

static const char *const SUFFIXES[] = {".jsonl", ".ndjson", NULL};

const struct plx_ids_format plx_ids_format_jsonl = {
    .name = "jsonl",
    .description =
        "a JSON object a line, each a document: \"id\", \"input_ids\", \"bytes\" (.jsonl, .ndjson)",
    .suffixes = SUFFIXES,
    .documents = true,
    .open = open_jsonl,
    .begin = begin_jsonl,
    .add = add_jsonl,
    .finish = finish_jsonl,
    .close = close_jsonl,
};
