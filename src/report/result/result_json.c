/* Results as JSON, perplex.result/1. */
#include <perplex/version.h>

#include "base/json_writer.h"
#include "report/result/explain_json.h"
#include "report/result/result_figures.h"
#include "report/result/result_file.h"
#include "report/result/result_parts.h"
#include "report/result/result_sums.h"
#include "report/result/shard_json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

void plx_json_protocol(struct plx_json_writer *json, const struct plx_protocol *protocol)
{
    char text[PLX_SYMBOL_TEXT * 2];
    const char *name;
    bool number;
    plx_json_begin_object(json, "protocol");
    plx_json_string(json, "name", protocol->name);
    for (size_t i = 0; plx_protocol_field(protocol, i, &name, text, sizeof text, &number); i++) {
        if (number) {
            plx_json_u64(json, name, strtoull(text, NULL, 10));
            continue;
        }
        plx_json_string(json, name, text);
    }
    plx_json_end_object(json);
}

/* The models that a mixture is made of, and where its weights come from. */
static void write_components(struct plx_json_writer *json, const struct plx_model_info *model)
{
    plx_json_begin_array(json, "components");
    for (size_t i = 0; i < model->component_count; i++) {
        const struct plx_component *component = model->components + i;
        plx_json_begin_object(json, NULL);
        plx_json_double(json, "weight", component->weight);
        plx_json_string(json, "format", component->format);
        plx_json_string(json, "kind", plx_model_kind_name(component->kind));
        plx_json_string(json, "architecture", component->architecture);
        plx_json_string(json, "fingerprint", component->fingerprint);
        plx_json_string(json, "sha256", component->sha256);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    if (!model->tuning)
        return;
    plx_json_begin_object(json, "tuning");
    plx_json_u64(json, "tokens", model->tuning->tokens);
    plx_json_u64(json, "rounds", model->tuning->rounds);
    plx_json_double(json, "nats_per_token", model->tuning->nats_per_token);
    plx_json_string(json, "corpus_sha256", model->tuning->corpus_sha256);
    plx_json_end_object(json);
}

static void write_model(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_model_info *model = &result->model;
    plx_json_begin_object(json, "model");
    plx_json_string(json, "format", model->format);
    plx_json_string(json, "kind", plx_model_kind_name(model->kind));
    plx_json_string(json, "architecture", model->architecture);
    if (*result->dialect)
        plx_json_string(json, "dialect", result->dialect);
    if (*result->prompts)
        plx_json_string(json, "prompts", result->prompts);
    plx_json_u64(json, "order", model->order);
    plx_json_u64(json, "vocabulary", model->vocabulary);
    plx_json_u64(json, "parameters", model->parameters);
    if (model->ngrams) {
        plx_json_begin_array(json, "ngrams");
        for (unsigned k = 0; k < model->order; k++)
            plx_json_u64(json, NULL, model->ngrams[k]);
        plx_json_end_array(json);
    }
    plx_json_begin_object(json, "symbols");
    if (*result->plan.start_shown)
        plx_json_string(json, "start", result->plan.start_shown);
    if (*result->plan.end_shown)
        plx_json_string(json, "end", result->plan.end_shown);
    if (*result->unknown_symbol)
        plx_json_string(json, "unknown", result->unknown_symbol);
    plx_json_end_object(json);
    if (model->component_count > 0)
        write_components(json, model);
    if (model->logprob_base != 0)
        plx_json_double(json, "logprob_base", model->logprob_base);
    plx_json_string(json, "fingerprint", model->fingerprint);
    plx_json_string(json, "sha256", model->sha256);
    if (*model->vocabulary_sha256)
        plx_json_string(json, "vocabulary_sha256", model->vocabulary_sha256);
    plx_json_end_object(json);
}

static void write_asked(struct plx_json_writer *json, const struct plx_endpoint_counts *asked)
{
    plx_json_begin_object(json, "endpoint");
    plx_json_u64(json, "requests", asked->requests);
    plx_json_u64(json, "prompt_tokens", asked->prompt_tokens);
    plx_json_u64(json, "retries", asked->retries);
    plx_json_u64(json, "throttled", asked->throttled);
    plx_json_u64(json, "tokenizations", asked->tokenizations);
    plx_json_end_object(json);
}

static void write_runtime(struct plx_json_writer *json, const struct plx_result *result,
                          const struct plx_metrics *metrics)
{
    struct rusage usage;
    plx_json_begin_object(json, "runtime");
    plx_json_string(json, "version", plx_version());
    plx_json_begin_object(json, "inputs");
    plx_json_string(json, "model", result->model_name);
    plx_json_string(json, "corpus", result->corpus_name);
    plx_json_end_object(json);
    if (result->per_token_name || result->per_document_name) {
        plx_json_begin_object(json, "outputs");
        if (result->per_token_name)
            plx_json_string(json, "per_token", result->per_token_name);
        if (result->per_document_name)
            plx_json_string(json, "per_document", result->per_document_name);
        plx_json_end_object(json);
    }
    if (result->model.load)
        plx_json_string(json, "load", result->model.load);
    plx_json_u64(json, "threads", result->threads);
    plx_json_u64(json, "batch", result->batch);
    if (result->plan.remote)
        write_asked(json, &result->asked);
    plx_json_double(json, "seconds", result->seconds);
    plx_json_double(json, "tokens_per_second", metrics->tokens_per_second);
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        plx_json_u64(json, "peak_memory_bytes", (uint64_t)usage.ru_maxrss * 1024);
    plx_json_end_object(json);
}

/* Where bytes, characters and words come from. */
static const char *text_origin(const struct plx_result *result)
{
    const struct plx_plan *plan = &result->plan;
    if (plan->content == PLX_CONTENT_TEXT)
        return "original";
    if (result->original.source)
        return "given";
    if (!plan->spelled)
        return "unknown";
    return plan->tokens == PLX_TOKENS_WORD ? "joined" : "concatenated";
}

static void write_token_bytes(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_original_info *original = &result->original;
    const uint64_t size = original->original_bytes ? original->original_bytes : original->text_bytes;
    const char *own = result->plan.content == PLX_CONTENT_TEXT ? "corpus"
                      : result->plan.spelled                   ? "spelling"
                                                               : "unknown";
    if (!original->source && !original->original_bytes)
        return;
    plx_json_begin_object(json, "token_bytes");
    plx_json_string(json, "source", original->source ? original->source : own);
    if (*original->sha256)
        plx_json_string(json, "sha256", original->sha256);
    plx_json_u64(json, "total", result->text.bytes);
    if (size)
        plx_json_u64(json, "original", size);
    plx_json_end_object(json);
}

static void write_corpus(struct plx_json_writer *json, const struct plx_result *result)
{
    plx_json_begin_object(json, "corpus");
    plx_json_string(json, "format", result->corpus_format);
    plx_json_string(json, "content", plx_content_name(result->plan.content));
    plx_json_string(json, "tokenization",
                    result->plan.tokenizes ? "model" : plx_token_kind_name(result->plan.tokens));
    plx_json_string(json, "text", text_origin(result));
    plx_json_u64(json, "files", result->files);
    if (*result->document_range)
        plx_json_string(json, "document_range", result->document_range);
    plx_json_string(json, "sha256", result->corpus_sha256);
    write_token_bytes(json, result);
    plx_json_end_object(json);
}

static void write_result(struct plx_json_writer *json, const struct plx_result *result)
{
    struct plx_metrics metrics;
    plx_result_metrics(result, &metrics);
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "schema", "perplex.result/1");
    plx_json_bool(json, "complete", result->shard.count == 0);
    plx_write_shard(json, result);
    plx_write_figures(json, result);
    plx_write_explained(json, result);
    plx_json_protocol(json, &result->plan.protocol);
    write_model(json, result);
    write_corpus(json, result);
    plx_write_sums(json, result);
    plx_json_warnings(json, result->warnings.list, result->warnings.count);
    write_runtime(json, result, &metrics);
    plx_json_end_object(json);
}

enum plx_status plx_result_json(const struct plx_result *result, char **text, size_t *length,
                                struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    plx_buffer_init(&buffer, PLX_RESULT_BYTES_MAX);
    plx_json_writer_init(&json, &buffer);
    write_result(&json, result);
    const enum plx_status status = plx_json_writer_finish(&json, error);
    return plx_buffer_finish(&buffer, status, text, length, error);
}

void plx_text_free(char *text)
{
    free(text);
}

static void write_warning(struct plx_json_writer *json, const struct plx_warning *warning)
{
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "code", warning->code);
    plx_json_string(json, "message", warning->message);
    plx_json_u64(json, "count", warning->count);
    if (warning->line)
        plx_json_u64(json, "line", warning->line);
    plx_json_end_object(json);
}

void plx_json_warnings(struct plx_json_writer *json, const struct plx_warning *warnings, size_t count)
{
    plx_json_begin_array(json, "warnings");
    for (size_t i = 0; i < count; i++)
        write_warning(json, warnings + i);
    plx_json_end_array(json);
}
