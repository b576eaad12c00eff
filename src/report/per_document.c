#include <perplex/output.h>
#include <perplex/per_document.h>

#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/logarithms.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "base/utf8.h"
#include "io/place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A byte of an id becomes six at most (\u0001). */
#define LINE_BYTES_MAX (8 * PLX_SOURCE_PEEK_MAX)

struct plx_per_document {
    struct plx_output *output;
    bool csv;
    struct plx_buffer line;  /* being written */
    struct plx_error *error; /* of the call at hand */
    enum plx_status status;  /* its first failure */
};

/* In whatever letters. */
static bool ends_with(const char *name, size_t length, const char *suffix)
{
    const size_t size = strlen(suffix);
    return length >= size && strncasecmp(name + length - size, suffix, size) == 0;
}

/* Which format the name says; false if none. */
static bool find_format(const char *name, bool *csv)
{
    size_t length = strlen(name);
    if (ends_with(name, length, ".gz"))
        length -= strlen(".gz");
    *csv = ends_with(name, length, ".csv");
    return *csv || ends_with(name, length, ".jsonl") || ends_with(name, length, ".ndjson") ||
           ends_with(name, length, ".json");
}

enum plx_status plx_per_document_open(const char *path, struct plx_per_document **writer,
                                      struct plx_error *error)
{
    static const char header[] =
        "number,document,tokens,nats,nats_per_token,perplexity,bytes,bits_per_byte,infinite\n";
    bool csv = false;
    *writer = NULL;
    if (path && !find_format(plx_path_base(path), &csv) && plx_place_kind(path) == PLX_PLACE_FILE) {
        plx_error_set(error, PLX_USAGE, "\"%.200s\" does not say what format a per-document file is",
                      plx_path_base(path));
        return plx_error_hint(error, "its name ends in .jsonl or .csv; .gz may follow");
    }
    struct plx_per_document *made = plx_new_array(1, sizeof *made, error);
    if (!made)
        return PLX_MEMORY;
    made->csv = csv;
    plx_buffer_init(&made->line, LINE_BYTES_MAX);
    enum plx_status status = plx_output_open(path, &made->output, error);
    if (status == PLX_OK && csv)
        status = plx_output_write(made->output, header, sizeof header - 1, error);
    if (status) {
        plx_per_document_discard(made);
        return status;
    }
    *writer = made;
    return PLX_OK;
}

static void put(struct plx_per_document *writer, const char *text, size_t length)
{
    if (writer->status == PLX_OK)
        writer->status = plx_buffer_append(&writer->line, text, length, writer->error);
}

static void put_text(struct plx_per_document *writer, const char *text)
{
    put(writer, text, strlen(text));
}

/* What stands before a value. */
static void put_key(struct plx_per_document *writer, const char *key)
{
    if (writer->line.size > 0)
        put_text(writer, ",");
    if (writer->csv)
        return;
    put_text(writer, writer->line.size > 0 ? "\"" : "{\"");
    put_text(writer, key);
    put_text(writer, "\":");
}

static void put_u64(struct plx_per_document *writer, const char *key, uint64_t value)
{
    char text[PLX_NUMBER_TEXT];
    put_key(writer, key);
    put(writer, text, plx_format_u64(value, text));
}

static void put_double(struct plx_per_document *writer, const char *key, double value)
{
    char text[PLX_NUMBER_TEXT];
    const char *quote = isfinite(value) || writer->csv ? "" : "\"";
    put_key(writer, key);
    put_text(writer, quote);
    put(writer, text, plx_format_double(value, text));
    put_text(writer, quote);
}

/* A character of an id: of UTF-8, or a byte that belongs to none. Returns how many bytes it has. */
static size_t put_character(struct plx_per_document *writer, const char *text, size_t left)
{
    const uint8_t first = (uint8_t)text[0];
    const size_t length = plx_utf8_sequence((const uint8_t *)text, left);
    char escaped[PLX_JSON_ESCAPE];
    if (length == 0)
        put_text(writer, "\xEF\xBF\xBD");
    else if (writer->csv && first == '"')
        put_text(writer, "\"\"");
    else if (!writer->csv && (first < 0x20 || first == '"' || first == '\\'))
        put(writer, escaped, plx_json_escape(first, escaped));
    else
        put(writer, text, length);
    return length ? length : 1;
}

static void put_id(struct plx_per_document *writer, struct plx_word id)
{
    if (!id.text && !writer->csv)
        return;
    put_key(writer, "document");
    if (!id.text)
        return;
    put_text(writer, "\"");
    for (size_t at = 0; at < id.length && writer->status == PLX_OK;)
        at += put_character(writer, id.text + at, id.length - at);
    put_text(writer, "\"");
}

enum plx_status plx_per_document_write(void *user, const struct plx_document_score *document,
                                       struct plx_error *error)
{
    struct plx_per_document *writer = user;
    const double mean = document->nats / (double)document->tokens;
    writer->line.size = 0;
    writer->error = error;
    writer->status = PLX_OK;
    put_u64(writer, "number", document->number);
    put_id(writer, document->id);
    put_u64(writer, "tokens", document->tokens);
    put_double(writer, "nats", document->nats);
    put_double(writer, "nats_per_token", mean);
    put_double(writer, "perplexity", exp(mean));
    put_u64(writer, "bytes", document->bytes);
    put_double(writer, "bits_per_byte", plx_bits_each(document->nats, document->bytes));
    put_u64(writer, "infinite", document->infinite);
    put_text(writer, writer->csv ? "\n" : "}\n");
    if (writer->status)
        return writer->status;
    return plx_output_write(writer->output, writer->line.data, writer->line.size, error);
}

enum plx_status plx_per_document_finish(struct plx_per_document *writer, struct plx_error *error)
{
    return plx_output_finish(writer->output, error);
}

/* Releases all but the output. */
static void close_writer(struct plx_per_document *writer)
{
    plx_buffer_release(&writer->line);
    free(writer);
}

enum plx_status plx_per_document_commit(struct plx_per_document *writer, struct plx_error *error)
{
    const enum plx_status status = plx_output_commit(writer->output, error);
    close_writer(writer);
    return status;
}

void plx_per_document_discard(struct plx_per_document *writer)
{
    if (!writer)
        return;
    plx_output_discard(writer->output);
    close_writer(writer);
}
