#include "eval/resume.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/number.h"
#include "eval/extra_bytes.h"
#include "model/arithmetic.h"

#include <perplex/version.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

PLX_PRINTF(4, 5)
static enum plx_status identify(struct plx_buffer *identity, struct plx_error *error, const char *name,
                                const char *format, ...)
{
    char value[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    return plx_journal_identify(identity, name, value, error);
}

/* What is known by its fingerprint, or, of a mixture, by those of its models. */
static enum plx_status check_fingerprint(const struct plx_model *model, struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    bool known = strcmp(info->fingerprint, "none") != 0;
    for (size_t i = 0; i < info->component_count; i++)
        known &= strcmp(info->components[i].fingerprint, "none") != 0;
    if (known)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED,
                  "a journal is of one model, which cannot be recognised without a fingerprint");
    plx_error_input(error, plx_model_name(model));
    return plx_error_hint(error, "--fingerprint full or quick gives it one");
}

/* The program and the machine; the file, and how it was read: options that change what is read leave a
   warning. Those of a remote model are of what the server happened to answer. */
static enum plx_status identify_model(struct plx_buffer *identity, const struct plx_model *model,
                                      struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    size_t count;
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    char arithmetic[PLX_ARITHMETIC_TEXT];
    enum plx_status status;
    plx_arithmetic_describe(PLX_ARITHMETIC_PRODUCTS | PLX_ARITHMETIC_FUNCTIONS, arithmetic);
    if ((status = identify(identity, error, "version", "%s", plx_version())) ||
        (status = identify(identity, error, "arithmetic", "%s", arithmetic)) ||
        (status = identify(identity, error, "model format", "%s", info->format)) ||
        (status = identify(identity, error, "fingerprint of the model", "%s", info->fingerprint)) ||
        (status = identify(identity, error, "model", "%s", info->sha256)) ||
        (status = identify(identity, error, "vocabulary", "%s", info->vocabulary_sha256)) ||
        (status = identify(identity, error, "base of logarithms", "%a", info->logprob_base)))
        return status;
    for (size_t i = 0; i < info->component_count && status == PLX_OK; i++)
        status = identify(identity, error, "mixed model", "%a:%s", info->components[i].weight,
                          info->components[i].sha256);
    if (info->capabilities & PLX_REMOTE)
        return status;
    if (status == PLX_OK)
        status = identify(identity, error, "number of warnings of the model", "%zu", count);
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = identify(identity, error, "warning of the model", "%s:%llu", warnings[i].code,
                          (unsigned long long)warnings[i].count);
    return status;
}

static enum plx_status identify_plan(struct plx_buffer *identity, const struct plx_plan *plan,
                                     struct plx_error *error)
{
    char value[2 * PLX_SYMBOL_TEXT];
    const char *name;
    enum plx_status status = identify(identity, error, "tokens", "%s", plx_token_kind_name(plan->tokens));
    if (status == PLX_OK)
        status = identify(identity, error, "content", "%s", plx_content_name(plan->content));
    for (size_t i = 0;
         status == PLX_OK && plx_protocol_field(&plan->protocol, i, &name, value, sizeof value, NULL); i++)
        status = identify(identity, error, name, "%s", value);
    return status;
}

static enum plx_status identify_request(struct plx_buffer *identity, const struct plx_extra_request *request,
                                        struct plx_error *error)
{
    const bool distributions = request && request->distributions;
    const size_t count = request ? request->variant_count : 0;
    char names[256] = "";
    size_t length = 0;
    enum plx_status status = identify(identity, error, "distributions", "%s", distributions ? "yes" : "no");
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? ", " : "",
                                   plx_variant_name(request->variants + i));
    if (status == PLX_OK)
        status = identify(identity, error, "list of modified losses", "%s", names);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        const struct plx_variant *variant = request->variants + i;
        const size_t weights = variant->weights ? (size_t)variant->types * sizeof *variant->weights : 0;
        const uint64_t lists = plx_hash64(variant->ignored, variant->ignored_count * sizeof *variant->ignored,
                                          weights > 0 ? plx_hash64(variant->weights, weights, 0) : 0);
        char numbers[3][PLX_NUMBER_TEXT];
        plx_format_double(variant->temperature, numbers[0]);
        plx_format_double(variant->label_smoothing, numbers[1]);
        plx_format_double(variant->focal, numbers[2]);
        status = identify(identity, error, plx_variant_name(variant),
                          "temperature %s, smoothing %s, focal %s, lists %llx", numbers[0], numbers[1],
                          numbers[2], (unsigned long long)lists);
    }
    return status;
}

/* What batches there are, unless it is windows that are kept. Explanations settle them when they have to,
   which depends on how many are under way. */
static enum plx_status identify_batches(struct plx_buffer *identity, const struct plx_pipeline *pipeline,
                                        struct plx_error *error)
{
    const struct plx_evaluate_options *options = pipeline->options;
    const struct plx_shard *shard = &options->shard;
    const bool remote = pipeline->plan.remote;
    enum plx_status status = remote ? PLX_OK : identify(identity, error, "batch", "%zu", pipeline->batch);
    if (status == PLX_OK && shard->count > 0)
        status = identify(identity, error, "shard", "%llu/%llu", (unsigned long long)shard->index,
                          (unsigned long long)shard->count);
    else if (status == PLX_OK)
        status = identify(identity, error, "shard", "none");
    if (status == PLX_OK && !remote)
        status = identify(identity, error, "explanation", "%s", options->explain ? "yes" : "no");
    if (status == PLX_OK && options->explain && !remote)
        status = identify(identity, error, "number of threads, for an explanation", "%u", pipeline->threads);
    return status;
}

static size_t answer_bytes(const struct plx_plan *plan, const struct plx_extra_request *request, size_t count)
{
    const size_t each = sizeof(double) + (plan->details ? 1 + sizeof(float) : 0);
    return count * each + (request ? plx_extra_bytes(request) : 0);
}

enum plx_status plx_resume_begin(struct plx_journal *journal, struct plx_pipeline *pipeline,
                                 const struct plx_extra_request *request, struct plx_error *error)
{
    struct plx_buffer identity;
    plx_buffer_init(&identity, PLX_JOURNAL_IDENTITY_MAX);
    enum plx_status status = check_fingerprint(pipeline->model, error);
    if (status == PLX_OK && (status = identify_model(&identity, pipeline->model, error)) == PLX_OK &&
        (status = identify_plan(&identity, &pipeline->plan, error)) == PLX_OK &&
        (status = identify_request(&identity, request, error)) == PLX_OK &&
        (status = identify_batches(&identity, pipeline, error)) == PLX_OK)
        status = plx_journal_begin(journal, &identity,
                                   answer_bytes(&pipeline->plan, request, pipeline->batch), error);
    plx_buffer_release(&identity);
    if (status == PLX_OK && pipeline->plan.remote)
        return plx_journal_load(journal, error);
    for (size_t i = 0; i < plx_pipeline_batches(pipeline); i++)
        pipeline->batches[i].keeps_raw = true;
    return status;
}

/* Of all that the model is shown, and what is left out of its answers. */
static uint64_t hash_question(const struct plx_batch *batch)
{
    uint64_t hash = plx_hash64(batch->ids, batch->id_count * sizeof *batch->ids, batch->window_count);
    for (size_t w = 0; w < batch->window_count; w++) {
        const struct plx_window *window = batch->windows + w;
        const uint64_t shape[] = {batch->offsets[w], window->first, window->end, window->position};
        hash = plx_hash64(shape, sizeof shape, hash);
    }
    return plx_hash64(batch->flags, batch->target_count * sizeof *batch->flags, hash);
}

static void load_answer(const struct plx_plan *plan, struct plx_batch *batch, const uint8_t *bytes)
{
    for (size_t i = 0; i < batch->target_count; i++, bytes += 8) {
        const uint64_t bits = plx_load_u64(bytes);
        memcpy(batch->nats + i, &bits, sizeof bits);
    }
    if (plan->details) {
        memcpy(batch->orders, bytes, batch->target_count);
        bytes += batch->target_count;
        for (size_t i = 0; i < batch->target_count; i++, bytes += 4) {
            const uint32_t bits = plx_load_u32(bytes);
            memcpy(batch->log10_float + i, &bits, sizeof bits);
        }
    }
    if (batch->request)
        plx_extra_load(batch->request, &batch->extra, bytes);
}

static void store_answer(const struct plx_plan *plan, const struct plx_batch *batch, uint8_t *bytes)
{
    for (size_t i = 0; i < batch->target_count; i++, bytes += 8) {
        uint64_t bits;
        memcpy(&bits, batch->raw + i, sizeof bits);
        plx_store_u64(bytes, bits);
    }
    if (plan->details) {
        memcpy(bytes, batch->orders, batch->target_count);
        bytes += batch->target_count;
        for (size_t i = 0; i < batch->target_count; i++, bytes += 4) {
            uint32_t bits;
            memcpy(&bits, batch->log10_float + i, sizeof bits);
            plx_store_u32(bytes, bits);
        }
    }
    if (batch->request)
        plx_extra_store(batch->request, &batch->extra, bytes);
}

enum plx_status plx_resume_find(struct plx_journal *journal, const struct plx_plan *plan,
                                struct plx_batch *batch, struct plx_error *error)
{
    const uint8_t *answer;
    batch->question = hash_question(batch);
    const struct plx_journal_key key = {batch->first_target, batch->question, (uint32_t)batch->target_count};
    const enum plx_status status = plx_journal_next(
        journal, &key, answer_bytes(plan, batch->request, batch->target_count), &answer, error);
    if (status == PLX_OK && answer)
        load_answer(plan, batch, answer);
    batch->answered = status == PLX_OK && answer;
    return status;
}

enum plx_status plx_resume_keep(struct plx_journal *journal, const struct plx_plan *plan,
                                const struct plx_batch *batch, struct plx_error *error)
{
    const size_t size = answer_bytes(plan, batch->request, batch->target_count);
    const struct plx_journal_key key = {batch->first_target, batch->question, (uint32_t)batch->target_count};
    if (batch->answered)
        return PLX_OK;
    uint8_t *answer = plx_journal_room(journal, size, error);
    if (!answer)
        return PLX_MEMORY;
    store_answer(plan, batch, answer);
    return plx_journal_add(journal, &key, size, error);
}
