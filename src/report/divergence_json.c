/* Divergences as JSON, perplex.divergence/1. */
#include <perplex/version.h>

#include "base/logarithms.h"
#include "base/student.h"
#include "eval/divergence.h"
#include "report/result/result_file.h"
#include "report/result/result_parts.h"

#include <math.h>
#include <sys/resource.h>

static const char *const PERCENTILES[PLX_DIVERGENCE_PERCENTILES] = {
    "minimum", "p1", "p5", "p10", "p25", "median", "p75", "p90", "p95", "p99", "p99_9", "maximum"};

static void write_percentiles(struct plx_json_writer *json, const double *values)
{
    plx_json_begin_object(json, "percentiles");
    for (size_t i = 0; i < PLX_DIVERGENCE_PERCENTILES; i++)
        plx_json_double(json, PERCENTILES[i], values[i]);
    plx_json_end_object(json);
}

static void write_figures(struct plx_json_writer *json, const struct plx_divergence_metrics *metrics)
{
    plx_json_begin_object(json, "kl");
    plx_json_double(json, "nats", metrics->kl);
    plx_json_double(json, "bits", metrics->kl / PLX_LN_2);
    plx_json_double(json, "standard_error_nats", metrics->kl_standard_error);
    plx_json_u64(json, "infinite", metrics->kl_infinite);
    plx_json_u64(json, "negative", metrics->kl_negative);
    write_percentiles(json, metrics->kl_percentiles);
    plx_json_end_object(json);
    plx_json_double(json, "entropy_nats", metrics->entropy);
    plx_json_double(json, "cross_entropy_nats", metrics->cross_entropy);
    plx_json_double(json, "identity_error", metrics->identity_error);
    plx_json_begin_object(json, "same_top");
    plx_json_u64(json, "tokens", metrics->same_top);
    plx_json_double(json, "share", metrics->same_top_share);
    plx_json_end_object(json);
    plx_json_begin_object(json, "delta_p");
    plx_json_double(json, "mean", metrics->delta);
    plx_json_double(json, "standard_error", metrics->delta_standard_error);
    plx_json_double(json, "rms", metrics->delta_rms);
    write_percentiles(json, metrics->delta_percentiles);
    plx_json_end_object(json);
}

static void write_ratio(struct plx_json_writer *json, const struct plx_divergence_metrics *metrics)
{
    const double half = isinf(metrics->ln_ratio) ? 0.0 : PLX_NORMAL_95 * metrics->ln_ratio_standard_error;
    plx_json_begin_object(json, "perplexity_ratio");
    plx_json_double(json, "ratio", exp(metrics->ln_ratio));
    plx_json_double(json, "ln", metrics->ln_ratio);
    plx_json_double(json, "standard_error_ln", metrics->ln_ratio_standard_error);
    plx_json_begin_array(json, "interval95");
    plx_json_double(json, NULL, exp(metrics->ln_ratio - half));
    plx_json_double(json, NULL, exp(metrics->ln_ratio + half));
    plx_json_end_array(json);
    plx_json_double(json, "correlation", metrics->correlation);
    plx_json_string(json, "method", "independent tokens, paired");
    plx_json_end_object(json);
}

static void write_side(struct plx_json_writer *json, const char *key, const struct plx_divergence_model *side,
                       double nats, uint64_t infinite, double deviation)
{
    plx_json_begin_object(json, key);
    plx_json_double(json, "nats_per_token", nats);
    plx_json_double(json, "perplexity", exp(nats));
    plx_json_u64(json, "infinite", infinite);
    plx_json_double(json, "largest_deviation", deviation);
    plx_json_string(json, "format", side->format);
    plx_json_string(json, "kind", side->kind);
    plx_json_string(json, "architecture", side->architecture);
    plx_json_u64(json, "order", side->order);
    plx_json_u64(json, "vocabulary", side->vocabulary);
    plx_json_u64(json, "parameters", side->parameters);
    plx_json_string(json, "fingerprint", side->fingerprint);
    plx_json_string(json, "sha256", side->sha256);
    plx_json_end_object(json);
}

static void write_counts(struct plx_json_writer *json, const struct plx_divergence *divergence)
{
    const struct plx_skipped *skipped = &divergence->skipped;
    plx_json_begin_object(json, "counts");
    plx_json_u64(json, "tokens", divergence->tokens);
    plx_json_u64(json, "compared", divergence->sums.count);
    plx_json_u64(json, "unknown", divergence->unknown);
    plx_json_begin_object(json, "skipped");
    plx_json_u64(json, "no_context", skipped->no_context);
    plx_json_u64(json, "masked", skipped->masked);
    plx_json_u64(json, "replaced", skipped->replaced);
    plx_json_u64(json, "tail", skipped->tail);
    plx_json_u64(json, "unknown", divergence->skipped_unknown);
    plx_json_u64(json, "blank", skipped->blank);
    plx_json_u64(json, "limit", skipped->limit);
    plx_json_end_object(json);
    plx_json_end_object(json);
}

/* Where the tokens come from. */
static void write_origin(struct plx_json_writer *json, const struct plx_divergence *divergence)
{
    if (divergence->stored_context > 0) {
        plx_json_begin_object(json, "stored");
        plx_json_u64(json, "context", divergence->stored_context);
        plx_json_u64(json, "chunks", divergence->stored_chunks);
        plx_json_end_object(json);
        return;
    }
    plx_json_protocol(json, &divergence->plan.protocol);
    plx_json_begin_object(json, "corpus");
    plx_json_string(json, "format", divergence->corpus_format);
    plx_json_string(json, "content", plx_content_name(divergence->plan.content));
    plx_json_string(json, "tokenization", plx_token_kind_name(divergence->plan.tokens));
    plx_json_u64(json, "files", divergence->files);
    if (*divergence->document_range)
        plx_json_string(json, "document_range", divergence->document_range);
    plx_json_string(json, "sha256", divergence->corpus_sha256);
    plx_json_end_object(json);
}

static void write_runtime(struct plx_json_writer *json, const struct plx_divergence *divergence)
{
    struct rusage usage;
    plx_json_begin_object(json, "runtime");
    plx_json_string(json, "version", plx_version());
    plx_json_begin_object(json, "inputs");
    plx_json_string(json, "base", divergence->base.name);
    plx_json_string(json, "model", divergence->model.name);
    if (divergence->corpus_name)
        plx_json_string(json, "corpus", divergence->corpus_name);
    plx_json_end_object(json);
    plx_json_u64(json, "threads", divergence->threads);
    plx_json_u64(json, "batch", divergence->batch);
    plx_json_double(json, "seconds", divergence->seconds);
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        plx_json_u64(json, "peak_memory_bytes", (uint64_t)usage.ru_maxrss * 1024);
    plx_json_end_object(json);
}

enum plx_status plx_divergence_json(const struct plx_divergence *divergence, char **text, size_t *length,
                                    struct plx_error *error)
{
    struct plx_divergence_metrics metrics;
    struct plx_buffer buffer;
    struct plx_json_writer json;
    plx_divergence_metrics(divergence, &metrics);
    plx_buffer_init(&buffer, PLX_RESULT_BYTES_MAX);
    plx_json_writer_init(&json, &buffer);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.divergence/1");
    plx_json_bool(&json, "complete", true);
    write_figures(&json, &metrics);
    write_ratio(&json, &metrics);
    write_side(&json, "base", &divergence->base, metrics.base_nats, metrics.base_infinite,
               metrics.base_deviation);
    write_side(&json, "model", &divergence->model, metrics.model_nats, metrics.model_infinite,
               metrics.model_deviation);
    write_counts(&json, divergence);
    write_origin(&json, divergence);
    plx_json_warnings(&json, divergence->warnings.list, divergence->warnings.count);
    write_runtime(&json, divergence);
    plx_json_end_object(&json);
    const enum plx_status status = plx_json_writer_finish(&json, error);
    return plx_buffer_finish(&buffer, status, text, length, error);
}
