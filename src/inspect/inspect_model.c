/* Inspection of a model: what it says of itself, and whether its probabilities sum to 1. */
#include "inspect/inspect.h"

#include "base/exact.h"
#include "base/memory.h"
#include "inspect/deep.h"
#include "inspect/next_words.h"
#include "model/roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beyond so many types, a model without cheap single predictions is not summed over. */
#define SUM_TYPES_MOST       ((uint64_t)1 << 20)
#define SUM_TYPES_MOST_NGRAM ((uint64_t)1 << 26)

/* From here on a sum is not a matter of rounding. */
#define DOUBTFUL_SUM 1e-3

/* The most symbols of context that a sum is taken in. */
#define CONTEXT_MOST 8

void plx_inspected_model_free(struct plx_inspected_model *model)
{
    if (!model)
        return;
    plx_inspected_deep_free(model->deep, model->info.order);
    plx_inspected_tensors_free(model);
    free(model->name);
    free(model->ngrams);
    free(model->property_texts);
    free(model->properties);
    free(model->start.spelling);
    free(model->end.spelling);
    free(model->unknown.spelling);
    free(model);
}

enum plx_status plx_inspect_symbol(const struct plx_model *model, uint32_t id,
                                   struct plx_inspected_symbol *symbol, struct plx_error *error)
{
    const struct plx_word word = id == PLX_NO_TOKEN ? (struct plx_word){NULL, 0} : plx_model_token(model, id);
    symbol->id = id;
    if (!word.text)
        return PLX_OK;
    symbol->spelling = plx_copy_string(word.text, word.length, error);
    symbol->length = word.length;
    return symbol->spelling ? PLX_OK : PLX_MEMORY;
}

/* What stands before: nothing where the model can do with it, else start symbols, else an end symbol, else
   the first type. */
static void choose_context(const struct plx_model_info *info, struct plx_inspected_sum *sum)
{
    if (info->capabilities & PLX_EMPTY_CONTEXT)
        return;
    sum->context = info->start != PLX_NO_TOKEN && info->start_repeat > 1 ? info->start_repeat : 1;
    if (sum->context > CONTEXT_MOST)
        sum->context = CONTEXT_MOST;
    if (sum->context < info->least_context)
        sum->context = (unsigned)info->least_context;
    sum->context_id = info->start != PLX_NO_TOKEN ? info->start : info->end != PLX_NO_TOKEN ? info->end : 0;
}

static bool is_no_outcome(const struct plx_model_info *info, const struct plx_inspected_sum *sum, uint64_t id,
                          double nats)
{
    return info->kind == PLX_KIND_NGRAM && sum->context == 0 && id == info->start &&
           plx_start_is_no_outcome(nats);
}

static enum plx_status add_up(const struct plx_model_info *info, struct plx_next_words *words,
                              struct plx_inspected_model *inspected, struct plx_error *error)
{
    struct plx_inspected_sum *sum = &inspected->sum;
    struct plx_exact total = {0};
    uint32_t context[CONTEXT_MOST];
    for (unsigned k = 0; k < sum->context; k++)
        context[k] = sum->context_id;
    for (uint64_t first = 0; first < info->vocabulary; first += words->batch) {
        const uint64_t left = info->vocabulary - first;
        const size_t count = left < words->batch ? (size_t)left : words->batch;
        const enum plx_status status =
            plx_next_words_score(words, context, sum->context, (uint32_t)first, count, error);
        if (status)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (is_no_outcome(info, sum, first + i, words->nats[i]))
                sum->without_start = true;
            else
                plx_exact_add(&total, exp(-words->nats[i]));
            if (first + i == info->unknown && sum->context == 0) {
                inspected->unknown_scored = true;
                inspected->unknown_nats = words->nats[i];
            }
        }
    }
    sum->known = !total.invalid && !total.overflow;
    sum->types = total.count;
    sum->sum = plx_exact_sum(&total);
    return PLX_OK;
}

/* Whether a sum means something, and is to be had in seconds. */
static bool can_add_up(const struct plx_model_info *info)
{
    const uint64_t most = info->kind == PLX_KIND_NGRAM ? SUM_TYPES_MOST_NGRAM : SUM_TYPES_MOST;
    return !(info->capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET)) && info->vocabulary > 0 &&
           info->vocabulary <= most && info->least_context <= CONTEXT_MOST;
}

/* A model that cannot say how probable something is may still be described. */
static enum plx_status check_sum(const struct plx_model *model, struct plx_inspected_model *inspected,
                                 struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_next_words words;
    if (!can_add_up(info))
        return PLX_OK;
    choose_context(info, &inspected->sum);
    enum plx_status status = plx_next_words_init(&words, model, inspected->sum.context, error);
    if (status)
        return status;
    status = add_up(info, &words, inspected, error);
    plx_next_words_release(&words);
    if (status == PLX_NOT_FINITE) {
        plx_findings_add(&inspected->findings, false, "not-finite", 0, "%s", error->message);
        return PLX_OK;
    }
    if (status == PLX_OK && !(fabs(inspected->sum.sum - 1) <= DOUBTFUL_SUM))
        plx_findings_add(&inspected->findings, false, "sum", 0,
                         "the probabilities of all types sum to %.6g instead of 1", inspected->sum.sum);
    return status;
}

/* The texts are the model's own. */
static enum plx_status copy_properties(const struct plx_model_info *info,
                                       struct plx_inspected_model *inspected, struct plx_error *error)
{
    size_t bytes = 0;
    for (size_t i = 0; i < info->property_count; i++)
        bytes += info->properties[i].text ? strlen(info->properties[i].text) + 1 : 0;
    inspected->properties = plx_new_array(info->property_count, sizeof *inspected->properties, error);
    inspected->property_texts = plx_new_array(bytes, 1, error);
    if (!inspected->properties || !inspected->property_texts)
        return PLX_MEMORY;
    char *text = inspected->property_texts;
    for (size_t i = 0; i < info->property_count; i++) {
        inspected->properties[i] = info->properties[i];
        if (!info->properties[i].text)
            continue;
        const size_t length = strlen(info->properties[i].text) + 1;
        inspected->properties[i].text = memcpy(text, info->properties[i].text, length);
        text += length;
    }
    inspected->info.properties = inspected->properties;
    return PLX_OK;
}

static enum plx_status copy_info(const struct plx_model *model, struct plx_inspected_model *inspected,
                                 struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    enum plx_status status;
    inspected->info = *info;
    inspected->info.ngrams = NULL;
    if (info->ngrams) {
        inspected->ngrams = plx_new_array(info->order, sizeof *inspected->ngrams, error);
        if (!inspected->ngrams)
            return PLX_MEMORY;
        memcpy(inspected->ngrams, info->ngrams, info->order * sizeof *inspected->ngrams);
        inspected->info.ngrams = inspected->ngrams;
    }
    if ((status = copy_properties(info, inspected, error)) ||
        (status = plx_inspect_symbol(model, info->start, &inspected->start, error)) ||
        (status = plx_inspect_symbol(model, info->end, &inspected->end, error)))
        return status;
    return plx_inspect_symbol(model, info->unknown, &inspected->unknown, error);
}

/* The deviations of the file, and what the model lacks. */
static void list_findings(const struct plx_model *model, struct plx_inspected_model *inspected)
{
    const struct plx_model_info *info = plx_model_info(model);
    size_t count;
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    for (size_t i = 0; i < count; i++) {
        const struct plx_occurrence occurrence = {
            .count = warnings[i].count ? warnings[i].count : 1,
            .line = warnings[i].line,
            .at = PLX_FOUND_NOWHERE,
        };
        plx_findings_add_occurrence(&inspected->findings, warnings[i].note, warnings[i].code, &occurrence,
                                    "%s", warnings[i].message);
    }
    if (info->capabilities & PLX_ANY_TOKENS)
        return;
    if (!(info->capabilities & PLX_STRING_TOKENS))
        plx_findings_add(&inspected->findings, true, "no-vocabulary", 0,
                         "there is no vocabulary: it scores token ids, no text (but bytes, where it has 256 "
                         "types)");
    else if (info->unknown == PLX_NO_TOKEN)
        plx_findings_add(
            &inspected->findings, true, "no-unknown-symbol", 0,
            "there is no unknown symbol: words that the model does not know have no probability");
}

static enum plx_status describe(const struct plx_model *model, struct plx_inspected_model *inspected,
                                struct plx_error *error)
{
    const char *name = plx_model_name(model);
    enum plx_status status;
    if (!(inspected->name = plx_copy_string(name, strlen(name), error)))
        return PLX_MEMORY;
    if ((status = copy_info(model, inspected, error)))
        return status;
    list_findings(model, inspected);
    status = plx_inspect_tensors(model, inspected, error);
    return status ? status : check_sum(model, inspected, error);
}

/* A file that is used in place has not been read. */
static void measure(const struct plx_model *model, const struct plx_source *source,
                    struct plx_inspected_file *file)
{
    uint64_t size;
    plx_source_progress(source, &size, &file->medium_bytes);
    file->bytes = model->mapping.size ? model->mapping.size : plx_source_offset(source);
    for (size_t i = 0; i < model->part_count; i++)
        file->bytes += model->parts[i].size;
    if (model->mapping.size && !plx_source_compressed(source))
        file->medium_bytes = file->bytes;
}

enum plx_status plx_inspect_model(const char *name, struct plx_source *source,
                                  const struct plx_inspect_options *options,
                                  struct plx_inspected_model **inspected, struct plx_model **made,
                                  struct plx_error *error)
{
    struct plx_model_options model_options = options->model;
    struct plx_model *model = NULL;
    *made = NULL;
    model_options.allow_non_finite = true; /* that is just what people look for */
    *inspected = plx_new_array(1, sizeof **inspected, error);
    if (!*inspected)
        return PLX_MEMORY;
    enum plx_status status = source ? plx_model_open_source(source, &model_options, &model, error)
                                    : plx_model_open(name, &model_options, &model, error);
    if (status == PLX_OK && source)
        measure(model, source, &(*inspected)->file);
    if (status == PLX_OK)
        status = describe(model, *inspected, error);
    if (status == PLX_OK && options->deep)
        status = plx_inspect_deep(model, options, &(*inspected)->deep, error);
    if (status) {
        plx_model_close(model);
        plx_inspected_model_free(*inspected);
        *inspected = NULL;
        return status;
    }
    *made = model;
    return PLX_OK;
}
