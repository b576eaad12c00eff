/* Results as JSON, perplex.result/1. */
#include <perplex/version.h>

#include "base/json_writer.h"
#include "base/logarithms.h"
#include "eval/conventions.h"
#include "report/breakdown_json.h"
#include "report/explain_json.h"
#include "report/extra_json.h"
#include "report/result_file.h"
#include "report/result_parts.h"
#include "report/shard_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Two-sided 95 % of the normal distribution. */
static const double Z_95 = 1.959963984540054;

static void write_uncertainty(struct plx_json_writer *json, const struct plx_metrics *metrics)
{
    /* Nothing is known about an infinite mean but that it is. */
    const double half = isinf(metrics->nats_per_token) ? 0.0 : Z_95 * metrics->standard_error_nats;
    plx_json_begin_object(json, "uncertainty");
    plx_json_double(json, "standard_error_nats", metrics->standard_error_nats);
    plx_json_begin_array(json, "interval95_perplexity");
    plx_json_double(json, NULL, exp(metrics->nats_per_token - half));
    plx_json_double(json, NULL, exp(metrics->nats_per_token + half));
    plx_json_end_array(json);
    plx_json_string(json, "method", "independent tokens");
    plx_json_end_object(json);
}

/* So many bytes, characters or words instead of tokens. */
static void write_per(struct plx_json_writer *json, const char *bits, const char *perplexity, double nats,
                      uint64_t count)
{
    plx_json_double(json, bits, plx_bits_each(nats, count));
    plx_json_double(json, perplexity, count ? exp(nats / (double)count) : (double)NAN);
}

static void write_normalized(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_tally *tally = &result->tally;
    const struct plx_exact total = plx_tally_total(tally);
    const double nats = plx_exact_total(&total);
    plx_json_begin_object(json, "normalized");
    write_per(json, "bits_per_byte", "byte_perplexity", nats, tally->bytes);
    write_per(json, "bits_per_character", "character_perplexity", nats, tally->characters);
    write_per(json, "bits_per_word", "word_perplexity", nats, tally->words);
    plx_json_end_object(json);
}

static void write_counts(struct plx_json_writer *json, const struct plx_result *result,
                         const struct plx_metrics *metrics)
{
    plx_json_begin_object(json, "counts");
    plx_json_u64(json, "documents", result->documents);
    plx_json_u64(json, "lines", result->text.lines);
    plx_json_u64(json, "words", result->text.words);
    plx_json_u64(json, "characters", result->text.characters);
    plx_json_u64(json, "bytes", result->text.bytes);
    plx_json_u64(json, "tokens", metrics->tokens);
    plx_json_u64(json, "scored", metrics->scored);
    plx_json_u64(json, "scored_words", result->tally.words);
    plx_json_u64(json, "scored_characters", result->tally.characters);
    plx_json_u64(json, "scored_bytes", result->tally.bytes);
    plx_json_u64(json, "infinite", metrics->infinite);
    plx_json_begin_object(json, "skipped");
    plx_json_u64(json, "no_context", result->skipped.no_context);
    plx_json_u64(json, "masked", result->skipped.masked);
    plx_json_u64(json, "replaced", result->skipped.replaced);
    plx_json_u64(json, "tail", result->skipped.tail);
    plx_json_u64(json, "unknown", result->tally.skipped_unknown);
    plx_json_u64(json, "blank", result->skipped.blank);
    plx_json_u64(json, "limit", result->skipped.limit);
    plx_json_end_object(json);
    plx_json_end_object(json);
}

static void write_unknown(struct plx_json_writer *json, const struct plx_result *result,
                          const struct plx_metrics *metrics)
{
    plx_json_begin_object(json, "unknown");
    plx_json_u64(json, "tokens", metrics->unknown);
    plx_json_u64(json, "literal", result->tally.literal);
    plx_json_double(json, "share",
                    metrics->tokens ? (double)metrics->unknown / (double)metrics->tokens : 0.0);
    plx_json_double(json, "perplexity_without", metrics->perplexity_without);
    plx_json_end_object(json);
}

static void write_orders(struct plx_json_writer *json, const struct plx_result *result)
{
    plx_json_begin_array(json, "orders");
    for (unsigned k = 1; result->plan.details && k < result->tally.order_count; k++) {
        const struct plx_exact *order = result->tally.orders + k;
        plx_json_begin_object(json, NULL);
        plx_json_u64(json, "order", k);
        plx_json_u64(json, "tokens", order->count);
        plx_json_double(json, "nats", plx_exact_total(order));
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_kenlm(struct plx_json_writer *json, const struct plx_conventions *c)
{
    plx_json_begin_object(json, "kenlm");
    plx_json_double(json, "perplexity_including_oovs", c->kenlm.including_oovs);
    plx_json_double(json, "perplexity_excluding_oovs", c->kenlm.excluding_oovs);
    plx_json_u64(json, "oovs", c->kenlm.oovs);
    plx_json_u64(json, "tokens", c->kenlm.tokens);
    plx_json_end_object(json);
}

static void write_srilm(struct plx_json_writer *json, const struct plx_conventions *c)
{
    plx_json_begin_object(json, "srilm");
    plx_json_u64(json, "sentences", c->srilm.sentences);
    plx_json_u64(json, "words", c->srilm.words);
    plx_json_u64(json, "oovs", c->srilm.oovs);
    plx_json_u64(json, "zeroprobs", c->srilm.zeroprobs);
    plx_json_double(json, "logprob", c->srilm.logprob);
    plx_json_double(json, "ppl", c->srilm.ppl);
    plx_json_double(json, "ppl1", c->srilm.ppl1);
    plx_json_end_object(json);
}

static void write_irstlm(struct plx_json_writer *json, const struct plx_conventions *c)
{
    plx_json_begin_object(json, "irstlm");
    plx_json_u64(json, "words", c->irstlm.words);
    plx_json_double(json, "pp", c->irstlm.pp);
    plx_json_double(json, "ppwp", c->irstlm.ppwp);
    plx_json_u64(json, "backed_off", c->irstlm.backed_off);
    plx_json_u64(json, "oovs", c->irstlm.oovs);
    plx_json_end_object(json);
}

static void write_opengrm(struct plx_json_writer *json, const struct plx_conventions *c)
{
    plx_json_begin_object(json, "opengrm");
    plx_json_u64(json, "sentences", c->opengrm.sentences);
    plx_json_u64(json, "words", c->opengrm.words);
    plx_json_u64(json, "skipped", c->opengrm.skipped);
    plx_json_double(json, "logprob", c->opengrm.logprob);
    plx_json_double(json, "perplexity", c->opengrm.perplexity);
    plx_json_end_object(json);
}

static void write_lm_eval(struct plx_json_writer *json, const struct plx_conventions *c)
{
    plx_json_begin_object(json, "lm_eval");
    plx_json_u64(json, "documents", c->lm_eval.documents);
    plx_json_u64(json, "words", c->lm_eval.words);
    plx_json_u64(json, "bytes", c->lm_eval.bytes);
    plx_json_double(json, "word_perplexity", c->lm_eval.word_perplexity);
    plx_json_double(json, "byte_perplexity", c->lm_eval.byte_perplexity);
    plx_json_double(json, "bits_per_byte", c->lm_eval.bits_per_byte);
    plx_json_end_object(json);
}

static void write_conventions(struct plx_json_writer *json, const struct plx_result *result)
{
    struct plx_conventions c;
    plx_conventions_compute(result, &c);
    plx_json_begin_object(json, "conventions");
    if (result->plan.kenlm)
        write_kenlm(json, &c);
    if (result->plan.srilm)
        write_srilm(json, &c);
    if (result->plan.irstlm)
        write_irstlm(json, &c);
    if (result->plan.sentences)
        write_opengrm(json, &c);
    if (plx_conventions_of_pages(result))
        write_lm_eval(json, &c);
    plx_json_end_object(json);
}

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

static void write_accumulator(struct plx_json_writer *json, const char *key, const struct plx_exact *exact)
{
    char text[PLX_EXACT_TEXT];
    plx_json_begin_object(json, key);
    plx_exact_format(exact->sum, text);
    plx_json_string(json, "sum", text);
    plx_exact_format_unsigned(exact->squares, text);
    plx_json_string(json, "squares", text);
    plx_json_u64(json, "count", exact->count);
    plx_json_u64(json, "infinite", exact->infinite);
    plx_json_end_object(json);
}

/* Along the corpus. */
static void write_blocks(struct plx_json_writer *json, const struct plx_blocks *blocks)
{
    char text[PLX_EXACT_TEXT];
    plx_json_begin_object(json, "blocks");
    plx_json_u64(json, "targets", plx_blocks_length(blocks));
    plx_json_begin_array(json, "counts");
    json->compact = true;
    for (size_t i = 0; i < blocks->count; i++)
        plx_json_u64(json, NULL, blocks->sums[i].count);
    plx_json_end_array(json);
    json->compact = false;
    plx_json_begin_array(json, "sums");
    json->compact = true;
    for (size_t i = 0; i < blocks->count; i++) {
        plx_exact_format(blocks->sums[i].sum, text);
        plx_json_string(json, NULL, text);
    }
    plx_json_end_array(json);
    json->compact = false;
    plx_json_end_object(json);
}

/* All that a merger of results would need; in units of 2^-64. Sums that have left their range are no result,
   so there is no mark for it. */
static void write_accumulators(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    plx_json_begin_object(json, "accumulators");
    plx_json_string(json, "unit", "2^-64");
    write_accumulator(json, "nats", &total);
    plx_json_begin_array(json, "orders_nats");
    for (unsigned k = 0; k < result->tally.order_count; k++)
        write_accumulator(json, NULL, result->tally.orders + k);
    plx_json_end_array(json);
    write_accumulator(json, "unknown_nats", &result->tally.unknown);
    write_accumulator(json, "unknown_zero_nats", &result->tally.unknown_zeros);
    write_accumulator(json, "blank_end_nats", &result->tally.blank_ends);
    write_accumulator(json, "zero_nats", &result->tally.zeros);
    write_accumulator(json, "kenlm_log10", &result->sequence.kenlm_total);
    write_accumulator(json, "kenlm_unknown_log10", &result->sequence.kenlm_unknown);
    write_accumulator(json, "group_means_nats", &result->sequence.group_means);
    plx_json_u64(json, "group_weight", result->sequence.group_weight);
    write_blocks(json, &result->blocks);
    plx_write_extra_sums(json, result);
    plx_write_breakdown_sums(json, result);
    plx_write_shard_counts(json, result);
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
    plx_json_string(json, "tokenization", plx_token_kind_name(result->plan.tokens));
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
    plx_json_double(json, "perplexity", metrics.perplexity);
    plx_json_double(json, "nats_per_token", metrics.nats_per_token);
    plx_json_double(json, "bits_per_token", metrics.bits_per_token);
    write_uncertainty(json, &metrics);
    write_normalized(json, result);
    write_counts(json, result, &metrics);
    write_unknown(json, result, &metrics);
    write_orders(json, result);
    if (result->model.inserted_blanks)
        plx_json_bool(json, "orders_include_blanks", true);
    write_conventions(json, result);
    plx_write_extra(json, result);
    plx_write_breakdown(json, result);
    plx_write_explained(json, result);
    plx_json_protocol(json, &result->plan.protocol);
    write_model(json, result);
    write_corpus(json, result);
    write_accumulators(json, result);
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

void plx_json_warnings(struct plx_json_writer *json, const struct plx_warning *warnings, size_t count)
{
    plx_json_begin_array(json, "warnings");
    for (size_t i = 0; i < count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "code", warnings[i].code);
        plx_json_string(json, "message", warnings[i].message);
        plx_json_u64(json, "count", warnings[i].count);
        if (warnings[i].line)
            plx_json_u64(json, "line", warnings[i].line);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}
