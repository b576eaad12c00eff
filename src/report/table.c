/* Results that were written as JSON, as the rows of a table. */
#include <perplex/result.h>

#include "base/buffer.h"
#include "base/number.h"
#include "report/result_file.h"

#include <stdlib.h>
#include <string.h>

/* A row, read from one result. The strings belong to `json`. */
struct row {
    cJSON *json;
    const char *model, *corpus, *protocol;
    uint64_t scored, unknown;
    double nats, perplexity, interval[2], bits_per_byte;
};

static enum plx_status read_numbers(struct row *row, const char *name, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, counts = {&root, "counts", 0},
                               unknown = {&root, "unknown", 0}, normalized = {&root, "normalized", 0},
                               protocol = {&root, "protocol", 0}, uncertainty = {&root, "uncertainty", 0};
    const cJSON *json = row->json;
    enum plx_status status;
    if ((status = plx_json_get_double(json, "nats_per_token", &root, name, &row->nats, error)) ||
        (status = plx_json_get_double(json, "perplexity", &root, name, &row->perplexity, error)) ||
        (status = plx_json_get_double(plx_result_member(json, "normalized"), "bits_per_byte", &normalized,
                                      name, &row->bits_per_byte, error)) ||
        (status = plx_json_get_doubles(plx_result_member(json, "uncertainty"), "interval95_perplexity",
                                       &uncertainty, name, row->interval, 2, error)) ||
        (status = plx_json_get_u64(plx_result_member(json, "counts"), "scored", &counts, name, 0, UINT64_MAX,
                                   &row->scored, error)) ||
        (status = plx_json_get_u64(plx_result_member(json, "unknown"), "tokens", &unknown, name, 0,
                                   UINT64_MAX, &row->unknown, error)))
        return status;
    return plx_json_get_string(plx_result_member(json, "protocol"), "name", &protocol, name, &row->protocol,
                               error);
}

static enum plx_status read_row(const char *path, struct row *row, struct plx_error *error)
{
    enum plx_status status = plx_result_file_read(path, &row->json, error);
    if (status == PLX_OK)
        status = plx_result_file_inputs(row->json, path, &row->model, &row->corpus, error);
    return status ? status : read_numbers(row, path, error);
}

/* RFC 4180. */
static enum plx_status print_quoted(struct plx_buffer *out, const char *text, struct plx_error *error)
{
    enum plx_status status = plx_buffer_append_text(out, "\"", error);
    for (; *text && status == PLX_OK; text++)
        status = plx_buffer_append(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1, error);
    return status ? status : plx_buffer_append_text(out, "\"", error);
}

/* How many bytes of UTF-8 the control character at hand has; 0 if it is none. */
static size_t control_length(const char *text)
{
    const unsigned char first = (unsigned char)text[0];
    if (first < 0x20 || first == 0x7F)
        return 1;
    return first == 0xC2 && (unsigned char)text[1] < 0xA0 ? 2 : 0;
}

/* A cell's text with what would break the row, or drive a terminal, made harmless: it comes out of somebody's
   file. */
static enum plx_status print_text(struct plx_buffer *out, const char *text, bool csv, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (csv)
        return strpbrk(text, ",\"\r\n") ? print_quoted(out, text, error)
                                        : plx_buffer_append_text(out, text, error);
    while (*text && status == PLX_OK) {
        const size_t control = control_length(text);
        if (*text == '|' || *text == '\\')
            status = plx_buffer_append_text(out, "\\", error);
        if (status == PLX_OK)
            status = plx_buffer_append(out, control ? " " : text, 1, error);
        text += control ? control : 1;
    }
    return status;
}

/* For programs every digit, for people `digits` behind the point. */
static enum plx_status print_value(struct plx_buffer *out, double value, unsigned digits, bool csv,
                                   struct plx_error *error)
{
    char number[PLX_FIXED_TEXT];
    if (csv)
        plx_format_double(value, number);
    else
        plx_format_fixed(value, digits, number);
    return plx_buffer_append_text(out, number, error);
}

static enum plx_status print_row(struct plx_buffer *out, const struct row *row, bool csv,
                                 struct plx_error *error)
{
    const char *between = csv ? "," : " | ";
    const char *const texts[] = {plx_result_input_name(row->model), plx_result_input_name(row->corpus),
                                 row->protocol};
    const double values[] = {row->nats, row->perplexity, row->interval[0], row->interval[1],
                             row->bits_per_byte};
    const unsigned digits[] = {4, 2, 2, 2, 4};
    enum plx_status status = csv ? PLX_OK : plx_buffer_append_text(out, "| ", error);
    for (size_t i = 0; i < 3 && status == PLX_OK; i++) {
        status = print_text(out, texts[i], csv, error);
        if (status == PLX_OK)
            status = plx_buffer_append_text(out, between, error);
    }
    if (status == PLX_OK)
        status = plx_buffer_printf(out, error, "%llu%s%llu", (unsigned long long)row->scored, between,
                                   (unsigned long long)row->unknown);
    for (size_t i = 0; i < 5 && status == PLX_OK; i++) {
        status = plx_buffer_append_text(out, !csv && i == 3 ? " – " : between, error);
        if (status == PLX_OK)
            status = print_value(out, values[i], digits[i], csv, error);
    }
    return status ? status : plx_buffer_append_text(out, csv ? "\n" : " |\n", error);
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
    plx_buffer_init(&out, PLX_RESULT_BYTES_MAX);
    enum plx_status status = plx_buffer_append_text(&out, csv ? CSV_HEAD : MARKDOWN_HEAD, error);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        struct row row = {0};
        status = read_row(paths[i], &row, error);
        if (status == PLX_OK)
            status = print_row(&out, &row, csv, error);
        cJSON_Delete(row.json);
    }
    return plx_buffer_finish(&out, status, text, length, error);
}
