#include "report/result/result_figures.h"

#include "base/logarithms.h"
#include "base/student.h"
#include "eval/conventions.h"
#include "report/result/breakdown_json.h"
#include "report/result/extra_json.h"

#include <math.h>

static void write_uncertainty(struct plx_json_writer *json, const struct plx_metrics *metrics)
{
    /* Nothing is known about an infinite mean but that it is. */
    const double half = isinf(metrics->nats_per_token) ? 0.0 : PLX_NORMAL_95 * metrics->standard_error_nats;
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

void plx_write_figures(struct plx_json_writer *json, const struct plx_result *result)
{
    struct plx_metrics metrics;
    plx_result_metrics(result, &metrics);
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
}
