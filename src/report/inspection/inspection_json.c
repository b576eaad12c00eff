/* Inspections as JSON, perplex.inspection/1. */
#include <perplex/version.h>

#include "base/json_writer.h"
#include "base/logarithms.h"
#include "inspect/inspection.h"
#include "report/inspection/inspection.h"

#include <math.h>
#include <string.h>

#define JSON_BYTES_MAX ((size_t)256 << 20)

static void write_place(struct plx_json_writer *json, const struct plx_found_at *at)
{
    if (at->column != PLX_NOWHERE)
        plx_json_u64(json, "column", at->column);
    if (at->document != PLX_NOWHERE)
        plx_json_u64(json, "document", at->document);
    if (at->token != PLX_NOWHERE)
        plx_json_u64(json, "token", at->token);
    if (at->offset != PLX_NOWHERE)
        plx_json_u64(json, "offset", at->offset);
}

static void write_findings(struct plx_json_writer *json, const struct plx_findings *findings)
{
    plx_json_begin_array(json, "findings");
    for (size_t i = 0; i < findings->count; i++) {
        const struct plx_finding *finding = findings->items + i;
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "code", finding->warning.code);
        plx_json_string(json, "severity", finding->note ? "note" : "warning");
        plx_json_string(json, "message", finding->warning.message);
        plx_json_u64(json, "count", finding->warning.count);
        if (*finding->input)
            plx_json_string(json, "input", finding->input);
        if (finding->warning.line)
            plx_json_u64(json, "line", finding->warning.line);
        write_place(json, &finding->at);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_file(struct plx_json_writer *json, const struct plx_inspected_file *file)
{
    plx_json_begin_object(json, "file");
    plx_json_u64(json, "bytes", file->medium_bytes);
    plx_json_u64(json, "uncompressed_bytes", file->bytes);
    plx_json_bool(json, "compressed", file->medium_bytes != file->bytes);
    plx_json_end_object(json);
}

static void begin_symbol(struct plx_json_writer *json, const char *key,
                         const struct plx_inspected_symbol *symbol)
{
    plx_json_begin_object(json, key);
    plx_json_u64(json, "id", symbol->id);
    if (symbol->spelling)
        plx_json_string_n(json, "token", symbol->spelling, symbol->length);
}

static void write_symbols(struct plx_json_writer *json, const struct plx_inspected_model *model)
{
    plx_json_begin_object(json, "symbols");
    if (model->start.id != PLX_NO_TOKEN) {
        begin_symbol(json, "start", &model->start);
        plx_json_end_object(json);
    }
    if (model->end.id != PLX_NO_TOKEN) {
        begin_symbol(json, "end", &model->end);
        plx_json_end_object(json);
    }
    if (model->unknown.id != PLX_NO_TOKEN) {
        begin_symbol(json, "unknown", &model->unknown);
        if (model->unknown_scored) {
            plx_json_double(json, "probability", exp(-model->unknown_nats));
            plx_json_double(json, "log10_probability", -model->unknown_nats / PLX_LN_10);
        }
        plx_json_end_object(json);
    }
    plx_json_end_object(json);
}

static void write_sum(struct plx_json_writer *json, const struct plx_inspected_sum *sum)
{
    plx_json_begin_object(json, "sum");
    plx_json_double(json, "probability", sum->sum);
    plx_json_double(json, "missing", 1.0 - sum->sum);
    plx_json_u64(json, "types", sum->types);
    plx_json_bool(json, "without_start", sum->without_start);
    plx_json_begin_array(json, "context");
    for (unsigned i = 0; i < sum->context; i++)
        plx_json_u64(json, NULL, sum->context_id);
    plx_json_end_array(json);
    plx_json_end_object(json);
}

/* How the model is stored, as its format says. */
static void write_details(struct plx_json_writer *json, const struct plx_model_info *info)
{
    plx_json_begin_object(json, "details");
    for (size_t i = 0; i < info->property_count; i++) {
        const struct plx_model_property *property = info->properties + i;
        if (property->text)
            plx_json_string(json, property->name, property->text);
        else
            plx_json_u64(json, property->name, property->number);
    }
    if (info->inserted_blanks)
        plx_json_bool(json, "inserted_blanks", true);
    plx_json_end_object(json);
}

static void write_indices(struct plx_json_writer *json, const char *key, const uint64_t *indices,
                          unsigned count)
{
    plx_json_begin_array(json, key);
    for (unsigned i = 0; i < count; i++)
        plx_json_u64(json, NULL, indices[i]);
    plx_json_end_array(json);
}

static void write_tensors(struct plx_json_writer *json, const struct plx_inspected_model *model)
{
    plx_json_begin_array(json, "tensors");
    for (size_t i = 0; i < model->tensor_count; i++) {
        const struct plx_inspected_tensor *tensor = model->tensors + i;
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "name", tensor->name);
        if (*tensor->role)
            plx_json_string(json, "role", tensor->role);
        plx_json_string(json, "dtype", tensor->dtype);
        write_indices(json, "shape", tensor->shape, tensor->dimensions);
        plx_json_u64(json, "elements", tensor->elements);
        plx_json_double(json, "norm", tensor->norm);
        plx_json_double(json, "least", tensor->least);
        plx_json_double(json, "greatest", tensor->greatest);
        plx_json_u64(json, "non_finite", tensor->non_finite);
        if (tensor->non_finite)
            write_indices(json, "first_non_finite", tensor->first, tensor->dimensions);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_model(struct plx_json_writer *json, const struct plx_inspected_model *model)
{
    const struct plx_model_info *info = &model->info;
    const char *name;
    plx_json_begin_object(json, "model");
    plx_json_string(json, "name", model->name);
    plx_json_string(json, "format", info->format);
    plx_json_string(json, "kind", plx_model_kind_name(info->kind));
    plx_json_string(json, "architecture", info->architecture);
    plx_json_u64(json, "order", info->order);
    if (info->context_length == UINT32_MAX)
        plx_json_null(json, "context_length");
    else
        plx_json_u64(json, "context_length", info->context_length);
    plx_json_u64(json, "vocabulary", info->vocabulary);
    plx_json_u64(json, "parameters", info->parameters);
    if (info->ngrams) {
        plx_json_begin_array(json, "ngrams");
        for (unsigned k = 0; k < info->order; k++)
            plx_json_u64(json, NULL, info->ngrams[k]);
        plx_json_end_array(json);
    }
    if (info->capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET))
        plx_json_u64(json, "positions", info->positions);
    plx_json_begin_array(json, "capabilities");
    for (unsigned i = 0; (name = plx_capability_name(i)) != NULL; i++) {
        if (info->capabilities & 1u << i)
            plx_json_string(json, NULL, name);
    }
    plx_json_end_array(json);
    if (info->property_count > 0)
        write_details(json, info);
    if (model->tensor_count > 0)
        write_tensors(json, model);
    write_symbols(json, model);
    if (model->sum.known)
        write_sum(json, &model->sum);
    if (model->file.medium_bytes)
        write_file(json, &model->file);
    plx_json_string(json, "fingerprint", info->fingerprint);
    plx_json_string(json, "sha256", info->sha256);
    if (*info->vocabulary_sha256)
        plx_json_string(json, "vocabulary_sha256", info->vocabulary_sha256);
    write_findings(json, &model->findings);
    if (model->deep)
        plx_deep_json(json, model);
    plx_json_end_object(json);
}

static void write_lengths(struct plx_json_writer *json, const char *key, const struct plx_lengths *lengths)
{
    plx_json_begin_object(json, key);
    plx_json_u64(json, "shortest", lengths->shortest);
    plx_json_double(json, "mean", plx_lengths_mean(lengths));
    plx_json_u64(json, "longest", lengths->longest);
    plx_json_end_object(json);
}

static void write_text_counts(struct plx_json_writer *json, const struct plx_inspected_corpus *corpus)
{
    plx_json_begin_object(json, "text");
    plx_json_u64(json, "lines", corpus->text.lines);
    plx_json_u64(json, "blank_lines", corpus->blank_lines);
    plx_json_u64(json, "words", corpus->text.words);
    plx_json_u64(json, "characters", corpus->text.characters);
    plx_json_u64(json, "bytes", corpus->text.bytes);
    if (corpus->longest_line) {
        plx_json_begin_object(json, "longest_line");
        plx_json_u64(json, "bytes", corpus->longest_line_bytes);
        plx_json_u64(json, "line", corpus->longest_line);
        plx_json_end_object(json);
    }
    if (corpus->line_bytes.count) {
        write_lengths(json, "line_bytes", &corpus->line_bytes);
        write_lengths(json, "line_words", &corpus->line_words);
    }
    plx_json_end_object(json);
}

static void write_corpus(struct plx_json_writer *json, const struct plx_inspected_corpus *corpus)
{
    const struct plx_corpus_info *info = &corpus->info;
    char range[PLX_DOCUMENT_RANGE_TEXT];
    plx_document_range_text(info, range);
    plx_json_begin_object(json, "corpus");
    plx_json_string(json, "name", corpus->name);
    plx_json_string(json, "format", info->format);
    plx_json_string(json, "content", plx_content_name(info->content));
    plx_json_string(json, "tokenization", plx_token_kind_name(info->tokens));
    plx_json_u64(json, "files", info->files);
    plx_json_u64(json, "documents", info->documents);
    if (*range)
        plx_json_string(json, "document_range", range);
    plx_json_u64(json, "tokens", corpus->tokens);
    plx_json_begin_object(json, "types");
    plx_json_u64(json, "count", corpus->types);
    plx_json_bool(json, "exact", corpus->types_exact);
    plx_json_end_object(json);
    if (info->content == PLX_CONTENT_TEXT)
        write_text_counts(json, corpus);
    if (info->content == PLX_CONTENT_IDS && corpus->tokens > 0) {
        plx_json_begin_object(json, "ids");
        plx_json_u64(json, "lowest", corpus->lowest_id);
        plx_json_u64(json, "highest", corpus->highest_id);
        plx_json_end_object(json);
    }
    if (corpus->document_tokens.count)
        write_lengths(json, "document_tokens", &corpus->document_tokens);
    write_file(json, &corpus->file);
    plx_json_string(json, "sha256", corpus->sha256);
    write_findings(json, &corpus->findings);
    plx_json_end_object(json);
}

static void write_known(struct plx_json_writer *json, const struct plx_inspected_coverage *coverage)
{
    const double tokens = (double)coverage->tokens;
    plx_json_begin_object(json, "tokens");
    plx_json_u64(json, "total", coverage->tokens);
    plx_json_u64(json, "known", coverage->known);
    plx_json_u64(json, "unknown", coverage->unknown);
    plx_json_u64(json, "literal", coverage->literal);
    plx_json_double(json, "known_share", coverage->tokens ? (double)coverage->known / tokens : (double)NAN);
    plx_json_end_object(json);
    plx_json_begin_object(json, "types");
    plx_json_u64(json, "known", coverage->known_types);
    plx_json_u64(json, "unknown", coverage->unknown_types);
    plx_json_bool(json, "exact", coverage->types_exact);
    plx_json_end_object(json);
    plx_json_begin_array(json, "most_frequent_unknown");
    for (size_t i = 0; i < coverage->top_count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string_n(json, "token", coverage->top[i].text, coverage->top[i].length);
        plx_json_u64(json, "count", coverage->top[i].count);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_begin_array(json, "guesses");
    for (size_t i = 0; i < coverage->guess_count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "code", coverage->guesses[i].code);
        plx_json_string(json, "message", coverage->guesses[i].message);
        plx_json_u64(json, "tokens", coverage->guesses[i].tokens);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_coverage(struct plx_json_writer *json, const struct plx_inspected_coverage *coverage)
{
    plx_json_begin_object(json, "coverage");
    plx_json_string(json, "by", plx_coverage_by_name(coverage->by));
    if (coverage->by != PLX_COVERAGE_NONE)
        write_known(json, coverage);
    write_findings(json, &coverage->findings);
    plx_json_end_object(json);
}

static void write_inspection(struct plx_json_writer *json, const struct plx_inspection *inspection)
{
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "schema", "perplex.inspection/1");
    if (inspection->model)
        write_model(json, inspection->model);
    if (inspection->corpus)
        write_corpus(json, inspection->corpus);
    if (inspection->coverage)
        write_coverage(json, inspection->coverage);
    plx_json_begin_object(json, "runtime");
    plx_json_string(json, "version", plx_version());
    plx_json_double(json, "seconds", inspection->seconds);
    plx_json_end_object(json);
    plx_json_end_object(json);
}

enum plx_status plx_inspection_json(const struct plx_inspection *inspection, char **text, size_t *length,
                                    struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    plx_buffer_init(&buffer, JSON_BYTES_MAX);
    plx_json_writer_init(&json, &buffer);
    write_inspection(&json, inspection);
    const enum plx_status status = plx_json_writer_finish(&json, error);
    return plx_buffer_finish(&buffer, status, text, length, error);
}
