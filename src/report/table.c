/* Results that were written as JSON, as the rows of a table. */
#include <perplex/result.h>
#include <perplex/source.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_BYTES_MAX ((size_t)64 << 20)

/* A row, read from one result. The strings belong to `json`. */
struct row {
    cJSON *json;
    const char *model, *corpus, *protocol;
    uint64_t scored, unknown;
    double nats, perplexity, low, high, bits_per_byte;
};

static enum plx_status read_file(const char *path, struct plx_buffer *buffer, struct plx_error *error)
{
    struct plx_source *source;
    enum plx_status status = plx_source_open(path, NULL, &source, error);
    size_t got = 1;
    while (status == PLX_OK && got > 0) {
        if ((status = plx_buffer_reserve(buffer, 65536, error)))
            break;
        status = plx_source_read(source, buffer->data + buffer->size, 65536, &got, error);
        buffer->size += got;
    }
    plx_source_close(source);
    return status;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* The object at `key`, remembered in *path for the errors of its members. */
static const cJSON *object_at(const cJSON *parent, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(parent, key);
}

static enum plx_status read_inputs(struct row *row, const char *name, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, runtime = {&root, "runtime", 0},
                               inputs = {&runtime, "inputs", 0};
    const cJSON *object = object_at(object_at(row->json, "runtime"), "inputs");
    const enum plx_status status = plx_json_get_string(object, "model", &inputs, name, &row->model, error);
    return status ? status : plx_json_get_string(object, "corpus", &inputs, name, &row->corpus, error);
}

static enum plx_status read_numbers(struct row *row, const char *name, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, counts = {&root, "counts", 0},
                               unknown = {&root, "unknown", 0}, normalized = {&root, "normalized", 0},
                               protocol = {&root, "protocol", 0}, uncertainty = {&root, "uncertainty", 0};
    const cJSON *json = row->json;
    double error_nats;
    enum plx_status status;
    if ((status = plx_json_get_double(json, "nats_per_token", &root, name, &row->nats, error)) ||
        (status = plx_json_get_double(json, "perplexity", &root, name, &row->perplexity, error)) ||
        (status = plx_json_get_double(object_at(json, "normalized"), "bits_per_byte", &normalized, name,
                                      &row->bits_per_byte, error)) ||
        (status = plx_json_get_double(object_at(json, "uncertainty"), "standard_error_nats", &uncertainty,
                                      name, &error_nats, error)) ||
        (status = plx_json_get_u64(object_at(json, "counts"), "scored", &counts, name, 0, UINT64_MAX,
                                   &row->scored, error)) ||
        (status = plx_json_get_u64(object_at(json, "unknown"), "tokens", &unknown, name, 0, UINT64_MAX,
                                   &row->unknown, error)) ||
        (status = plx_json_get_string(object_at(json, "protocol"), "name", &protocol, name, &row->protocol,
                                      error)))
        return status;
    row->low = exp(row->nats - 1.959963984540054 * error_nats);
    row->high = exp(row->nats + 1.959963984540054 * error_nats);
    return PLX_OK;
}

static enum plx_status read_row(const char *path, struct row *row, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0};
    struct plx_buffer buffer;
    const char *schema;
    plx_buffer_init(&buffer, RESULT_BYTES_MAX);
    enum plx_status status = read_file(path, &buffer, error);
    if (status == PLX_OK)
        status = plx_json_parse((const char *)buffer.data, buffer.size, path, &row->json, error);
    plx_buffer_release(&buffer);
    if (status || (status = plx_json_get_string(row->json, "schema", &root, path, &schema, error)))
        return status;
    if (strcmp(schema, "perplex.result/1") != 0)
        return plx_json_error(&root, path, error, "schema \"%.80s\" instead of \"perplex.result/1\"", schema);
    status = read_inputs(row, path, error);
    return status ? status : read_numbers(row, path, error);
}

/* Digits that the interval supports, at least two behind the point for small values. */
static enum plx_status print_value(struct plx_buffer *out, double value, int digits, struct plx_error *error)
{
    return isfinite(value) ? plx_buffer_printf(out, error, "%.*f", digits, value)
                           : plx_buffer_append_text(out, value > 0 ? "inf" : "nan", error);
}

/* A cell's text with what would break the row made harmless. */
static enum plx_status print_text(struct plx_buffer *out, const char *text, bool csv, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (csv && strpbrk(text, ",\"\n")) {
        status = plx_buffer_append_text(out, "\"", error);
        for (; *text && status == PLX_OK; text++)
            status = plx_buffer_append(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1, error);
        return status ? status : plx_buffer_append_text(out, "\"", error);
    }
    for (; *text && status == PLX_OK; text++) {
        if (!csv && *text == '|')
            status = plx_buffer_append_text(out, "\\", error);
        if (status == PLX_OK)
            status = plx_buffer_append(out, *text == '\n' ? " " : text, 1, error);
    }
    return status;
}

static enum plx_status print_row(struct plx_buffer *out, const struct row *row, bool csv,
                                 struct plx_error *error)
{
    const char *between = csv ? "," : " | ";
    const double values[] = {row->nats, row->perplexity, row->low, row->high, row->bits_per_byte};
    const int digits[] = {4, 2, 2, 2, 4};
    enum plx_status status;
    char number[PLX_NUMBER_TEXT];
    if ((!csv && (status = plx_buffer_append_text(out, "| ", error))) ||
        (status = print_text(out, base_name(row->model), csv, error)) ||
        (status = plx_buffer_append_text(out, between, error)) ||
        (status = print_text(out, base_name(row->corpus), csv, error)) ||
        (status =
             plx_buffer_printf(out, error, "%s%s%s%llu%s%llu", between, row->protocol, between,
                               (unsigned long long)row->scored, between, (unsigned long long)row->unknown)))
        return status;
    for (size_t i = 0; i < 5; i++) {
        if ((status = plx_buffer_append_text(out, !csv && i == 3 ? " – " : between, error)))
            return status;
        if (csv) { /* every digit, for programs */
            plx_format_double(values[i], number);
            status = plx_buffer_append_text(out, number, error);
        } else {
            status = print_value(out, values[i], digits[i], error);
        }
        if (status)
            return status;
    }
    return plx_buffer_append_text(out, csv ? "\n" : " |\n", error);
}

static const char MARKDOWN_HEAD[] =
    "| model | corpus | protocol | scored | unknown | nats/token | perplexity | 95 % interval | bits/byte |\n"
    "|---|---|---|--:|--:|--:|--:|:-:|--:|\n";
static const char CSV_HEAD[] = "model,corpus,protocol,scored,unknown,nats_per_token,perplexity,"
                               "interval95_low,interval95_high,bits_per_byte\n";

enum plx_status plx_table(const char *const *paths, size_t count, enum plx_table_format format, char **text,
                          size_t *length, struct plx_error *error)
{
    const bool csv = format == PLX_TABLE_CSV;
    struct plx_buffer out;
    plx_buffer_init(&out, RESULT_BYTES_MAX);
    enum plx_status status = plx_buffer_append_text(&out, csv ? CSV_HEAD : MARKDOWN_HEAD, error);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        struct row row = {0};
        status = read_row(paths[i], &row, error);
        if (status == PLX_OK)
            status = print_row(&out, &row, csv, error);
        cJSON_Delete(row.json);
    }
    *length = out.size;
    if (status == PLX_OK)
        status = plx_buffer_append(&out, "", 1, error);
    if (status) {
        plx_buffer_release(&out);
        *text = NULL;
        return status;
    }
    *text = (char *)out.data;
    return PLX_OK;
}
