#include "report/result/result_read.h"

#include "base/memory.h"
#include "report/result/json_copy.h"
#include "report/result/json_difference.h"
#include "report/result/result_figures.h"
#include "report/result/result_file.h"
#include "report/result/result_sums.h"
#include "report/result/shard_json.h"

#include <stdio.h>
#include <string.h>

static void read_counts(const struct plx_json_place *root, struct plx_result *result)
{
    const struct plx_json_place counts = plx_json_member(root, "counts"),
                                skipped = plx_json_member(&counts, "skipped");
    result->documents = plx_json_read_u64(&counts, "documents");
    result->text.lines = plx_json_read_u64(&counts, "lines");
    result->text.words = plx_json_read_u64(&counts, "words");
    result->text.characters = plx_json_read_u64(&counts, "characters");
    result->text.bytes = plx_json_read_u64(&counts, "bytes");
    result->tokens = plx_json_read_u64(&counts, "tokens");
    result->skipped.no_context = plx_json_read_u64(&skipped, "no_context");
    result->skipped.masked = plx_json_read_u64(&skipped, "masked");
    result->skipped.replaced = plx_json_read_u64(&skipped, "replaced");
    result->skipped.tail = plx_json_read_u64(&skipped, "tail");
    result->skipped.blank = plx_json_read_u64(&skipped, "blank");
    result->skipped.limit = plx_json_read_u64(&skipped, "limit");
}

/* What the figures depend on beside sums and counts. */
static void read_plan(const struct plx_json_place *root, struct plx_result *result)
{
    const struct plx_json_place conventions = plx_json_member(root, "conventions"),
                                orders = plx_json_member(root, "orders"),
                                model = plx_json_member(root, "model"),
                                protocol = plx_json_member(root, "protocol"),
                                average = plx_json_member(&protocol, "average");
    struct plx_plan *plan = &result->plan;
    struct plx_error error;
    const char *text = plx_json_read_string(&protocol, "average");
    if (root->reading->status == PLX_OK && plx_protocol_set(&plan->protocol, "average", text, &error))
        plx_json_wrong(&average, error.message);
    plan->protocol.window = plx_json_read_u64(&protocol, "window");
    plan->kenlm = plx_json_has(&conventions, "kenlm");
    plan->srilm = plx_json_has(&conventions, "srilm");
    plan->irstlm = plx_json_has(&conventions, "irstlm");
    plan->sentences = plx_json_has(&conventions, "opengrm");
    plan->details = cJSON_GetArraySize(orders.value) > 0;
    result->model.vocabulary = plx_json_read_u64(&model, "vocabulary");
    result->model.inserted_blanks = plx_json_has(root, "orders_include_blanks");
}

static void read_distribution(const struct plx_json_place *root, struct plx_result *result)
{
    const struct plx_json_place distribution = plx_json_member(root, "distribution"),
                                normalization = plx_json_member(&distribution, "normalization");
    const cJSON *without_start = plx_result_member(distribution.value, "without_start");
    result->request.distributions = distribution.value != NULL;
    result->request.excluded = cJSON_IsTrue(without_start) ? 0 : PLX_NO_TOKEN;
    if (distribution.value)
        result->extra.distribution.largest_deviation = plx_json_read_double(&normalization, "largest");
}

static void read_ignored(const struct plx_json_place *loss, struct plx_variant *variant)
{
    const struct plx_json_place ids = plx_json_member(loss, "ignored_ids");
    variant->ignored_count = plx_json_elements(&ids, PLX_IGNORED_MAX);
    for (size_t i = 0; i < variant->ignored_count; i++) {
        const struct plx_json_place id = plx_json_element(&ids, i);
        variant->ignored[i] = (uint32_t)plx_json_u64_here(&id);
    }
}

/* The modification's parameter says that it is there. */
static void read_variant(const struct plx_json_place *loss, struct plx_extra_request *request,
                         struct plx_variant *variant)
{
    if (plx_json_has(loss, "temperature")) {
        variant->modifications |= PLX_TEMPERATURE;
        variant->temperature = plx_json_read_double(loss, "temperature");
    }
    if (plx_json_has(loss, "label_smoothing")) {
        variant->modifications |= PLX_LABEL_SMOOTHING;
        variant->label_smoothing = plx_json_read_double(loss, "label_smoothing");
    }
    if (plx_json_has(loss, "ignored_ids")) {
        variant->modifications |= PLX_IGNORED;
        read_ignored(loss, variant);
    }
    if (plx_json_has(loss, "class_weights_sha256")) {
        variant->modifications |= PLX_CLASS_WEIGHTS;
        snprintf(request->class_weights_sha256, sizeof request->class_weights_sha256, "%s",
                 plx_json_read_string(loss, "class_weights_sha256"));
    }
    if (plx_json_has(loss, "focal_gamma")) {
        variant->modifications |= PLX_FOCAL;
        variant->focal = plx_json_read_double(loss, "focal_gamma");
    }
}

static void read_losses(const struct plx_json_place *root, struct plx_result *result)
{
    const struct plx_json_place losses = plx_json_member(root, "losses");
    struct plx_extra_request *request = &result->request;
    const cJSON *member;
    cJSON_ArrayForEach(member, losses.value)
    {
        if (request->variant_count == PLX_VARIANTS_MAX || !member->string) {
            plx_json_wrong(&losses, "more losses than there are");
            return;
        }
        const struct plx_json_place loss = plx_json_member(&losses, member->string);
        result->extra.losses[request->variant_count].ignored = plx_json_read_u64(&loss, "ignored");
        read_variant(&loss, request, request->variants + request->variant_count++);
    }
}

static void read_breakdown(const struct plx_json_place *root, struct plx_result *result)
{
    const struct plx_json_place breakdown = plx_json_member(root, "breakdown"),
                                frequency = plx_json_member(&breakdown, "frequency"),
                                counts = plx_json_member(&frequency, "counts");
    struct plx_token_counts *counted = &result->breakdown.counts;
    unsigned *parts = &result->breakdown.parts;
    *parts |= plx_json_has(&breakdown, "position") ? PLX_BREAKDOWN_POSITION : 0u;
    *parts |= plx_json_has(&breakdown, "order") ? PLX_BREAKDOWN_ORDER : 0u;
    *parts |= plx_json_has(&breakdown, "after_unknown") ? PLX_BREAKDOWN_UNKNOWN : 0u;
    if (!frequency.value)
        return;
    *parts |= PLX_BREAKDOWN_FREQUENCY;
    if (plx_json_has(&counts, "sha256"))
        snprintf(counted->sha256, sizeof counted->sha256, "%s", plx_json_read_string(&counts, "sha256"));
    counted->tokens = plx_json_read_u64(&counts, "tokens");
    counted->unknown = plx_json_read_u64(&counts, "unknown");
}

/* For the doubts about what was scored. */
static void read_original(const struct plx_json_place *root, struct plx_result *result)
{
    const struct plx_json_place corpus = plx_json_member(root, "corpus"),
                                bytes = plx_json_member(&corpus, "token_bytes");
    if (bytes.value)
        result->original.source = plx_json_read_string(&bytes, "source");
}

static void refuse_lists(const struct plx_json_place *root)
{
    static const char *const keys[] = {"worst", "best", "explain"};
    struct plx_json_reading *reading = root->reading;
    const struct plx_json_place breakdown = plx_json_member(root, "breakdown");
    const char *found = plx_json_has(&breakdown, "document") ? "breakdown.document" : NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (plx_json_has(root, keys[i]))
            found = keys[i];
    }
    if (!found || reading->status)
        return;
    reading->status =
        plx_error_set(reading->error, PLX_UNSUPPORTED, "$.%s cannot be made anew from sums", found);
    plx_error_input(reading->error, reading->name);
}

/* Behind the digest, so that they are not in it; the warnings of one shard are those of all. */
static bool is_behind(const char *path)
{
    return strcmp(path, "$.warnings") == 0 || strcmp(path, "$.runtime") == 0;
}

/* All that the digest is of, as plx_result_json writes it. */
static enum plx_status write_anew(const struct plx_result *result, const cJSON *described, cJSON **json,
                                  struct plx_error *error)
{
    static const char *const keys[] = {"protocol", "model", "corpus"};
    struct plx_buffer buffer;
    struct plx_json_writer writer;
    plx_buffer_init(&buffer, PLX_RESULT_BYTES_MAX);
    plx_json_writer_init(&writer, &buffer);
    plx_json_begin_object(&writer, NULL);
    plx_json_string(&writer, "schema", "perplex.result/1");
    plx_json_bool(&writer, "complete", false);
    plx_write_shard(&writer, result);
    plx_write_figures(&writer, result);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        plx_json_copy(&writer, keys[i], plx_result_member(described, keys[i]));
    plx_write_sums(&writer, result);
    plx_json_end_object(&writer);
    enum plx_status status = plx_json_writer_finish(&writer, error);
    if (status == PLX_OK)
        status = plx_json_parse((const char *)buffer.data, buffer.size, "the result", json, error);
    plx_buffer_release(&buffer);
    return status;
}

/* What was read is all of the JSON, every figure follows from its sums, and no digit was changed. */
static enum plx_status check_figures(const cJSON *json, const char *name, const struct plx_result *result,
                                     struct plx_error *error)
{
    const struct plx_json_path root = {0};
    struct plx_json_difference difference;
    cJSON *anew = NULL;
    enum plx_status status = write_anew(result, json, &anew, error);
    if (status == PLX_OK && plx_json_differ(json, anew, &root, is_behind, &difference)) {
        status = plx_error_set(error, PLX_MALFORMED, "%s is %s, and by the rest of the result %s",
                               difference.path, difference.values[0], difference.values[1]);
        plx_error_hint(error, "the file was changed, or written by another build or kind of machine");
        plx_error_input(error, name);
    }
    cJSON_Delete(anew);
    return status;
}

enum plx_status plx_result_read(const cJSON *json, const char *name, struct plx_result **result,
                                struct plx_error *error)
{
    struct plx_json_reading reading = {.name = name, .error = error};
    const struct plx_json_place root = plx_json_root(&reading, json),
                                accumulators = plx_json_member(&root, "accumulators");
    struct plx_result *made = plx_new_array(1, sizeof *made, error);
    *result = NULL;
    if (!made)
        return PLX_MEMORY;
    refuse_lists(&root);
    read_counts(&root, made);
    read_plan(&root, made);
    read_distribution(&root, made);
    read_losses(&root, made);
    read_breakdown(&root, made);
    read_original(&root, made);
    plx_read_shard(&root, made);
    plx_read_sums(&accumulators, made);
    if (reading.status == PLX_OK)
        reading.status = check_figures(json, name, made, error);
    if (reading.status) {
        plx_result_free(made);
        made = NULL;
    }
    *result = made;
    return reading.status;
}
