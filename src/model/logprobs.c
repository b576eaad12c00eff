/* The format `logprobs`, whatever the spelling: JSON records with tokens, numbers, or an array of NumPy. */
#include "model/logprobs.h"

#include "base/logarithms.h"
#include "base/memory.h"
#include "base/number.h"
#include "model/npy_tensor.h"
#include "model/roles.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_BYTES ((uint64_t)1 << 20)

enum plx_status plx_logprobs_pause(struct plx_logprobs_reader *reader, struct plx_error *error)
{
    const struct plx_model_options *options = reader->options;
    const uint64_t offset = plx_source_offset(reader->source);
    if (offset < reader->next_pause)
        return PLX_OK;
    reader->next_pause = offset + PAUSE_BYTES;
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    if (options->progress) {
        uint64_t size, done;
        plx_source_progress(reader->source, &size, &done);
        options->progress(options->user, done, size);
    }
    return PLX_OK;
}

enum plx_status plx_logprobs_add(struct plx_logprobs *model, double nats, struct plx_error *error)
{
    if (model->count == model->capacity) {
        const size_t capacity = plx_grown_capacity(model->capacity, model->count + 1);
        const enum plx_status status = plx_resize_array(&model->nats, capacity, sizeof *model->nats, error);
        if (status)
            return status;
        model->capacity = capacity;
    }
    model->nats[model->count++] = nats;
    model->base.info.parameters += isnan(nats) ? 0 : 1;
    return PLX_OK;
}

enum plx_status plx_logprobs_add_log(struct plx_logprobs_reader *reader, double log, size_t number,
                                     struct plx_error *error)
{
    char text[PLX_NUMBER_TEXT];
    if (isnan(log))
        return plx_error_set(error, PLX_MALFORMED, "log-probability %zu of this line is not a number (NaN)",
                             number);
    if (log > 0) {
        plx_format_double(log, text);
        plx_error_set(error, PLX_MALFORMED, "log-probability %zu of this line is positive (%s)", number,
                      text);
        return plx_error_hint(error, reader->negative
                                         ? "those before it are negative, as log-probabilities are"
                                         : "log-probabilities are never positive; if these are nats, "
                                           "change their sign or save them as .npy");
    }
    reader->negative = reader->negative || log < 0;
    if (reader->ln_base != 1)
        log *= reader->ln_base;
    return plx_logprobs_add(reader->model, 0.0 - log, error); /* 0 for -0, else as if negated */
}

static void close_logprobs(struct plx_model *base)
{
    struct plx_logprobs *model = (struct plx_logprobs *)(void *)base;
    free(model->nats);
    free(model->ids);
    free(model->records);
    free(model);
}

static struct plx_session *new_session(const struct plx_model *model, struct plx_error *error)
{
    (void)model;
    return plx_new_array(1, sizeof(struct plx_session), error);
}

static void free_session(struct plx_session *session)
{
    free(session);
}

/* The record that the token at a position belongs to. */
static const struct plx_logprobs_record *find_record(const struct plx_logprobs *model, size_t position)
{
    size_t low = 0, high = model->record_count; /* the record is one of low … high − 1 */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (model->records[middle].first <= position)
            low = middle;
        else
            high = middle;
    }
    return model->records + low;
}

/* A token for a message: in quotes where it is a string. */
static void name_token(const struct plx_model *model, uint32_t id, char *text, size_t capacity)
{
    const struct plx_word word = plx_model_token(model, id);
    if (id == PLX_NO_TOKEN)
        snprintf(text, capacity, "a token that these logprobs never mention");
    else if (word.text)
        snprintf(text, capacity, "\"%.*s\"", (int)(word.length < 80 ? word.length : 80), word.text);
    else
        snprintf(text, capacity, "%lu", (unsigned long)id);
}

static enum plx_status mismatch(const struct plx_logprobs *model, size_t position, uint32_t id,
                                struct plx_error *error)
{
    char ours[96], theirs[96];
    const struct plx_logprobs_record *record = find_record(model, position);
    name_token(&model->base, model->ids[position], ours, sizeof ours);
    name_token(&model->base, id, theirs, sizeof theirs);
    plx_error_set(error, PLX_MISMATCH,
                  "token %" PRIu64 " of this record is %s, but the corpus has %s there, as its token %zu",
                  position - record->first + 1, ours, theirs, position + 1);
    plx_error_input(error, model->base.name);
    plx_error_at_line(error, record->line, PLX_NOWHERE);
    return plx_error_hint(error, "another tokenization, or another corpus?");
}

static enum plx_status beyond_end(const struct plx_logprobs *model, struct plx_error *error)
{
    const char *what = model->ids ? "token" : "target";
    plx_error_set(error, PLX_MISMATCH, "the logprobs end after %zu %s%s, the corpus goes on", model->count,
                  what, model->count == 1 ? "" : "s");
    plx_error_input(error, model->base.name);
    return plx_error_hint(error, "%s",
                          model->ids
                              ? "another tokenization, or another corpus?"
                              : "another corpus, or other positions? --first skip leaves out the first "
                                "token of every unit, --end none leaves line ends out");
}

static enum plx_status score_window(const struct plx_logprobs *model, const struct plx_window *window,
                                    double *nats, struct plx_error *error)
{
    const size_t targets = window->end - window->first;
    if (targets > 0 && (window->position > model->count || targets > model->count - window->position))
        return beyond_end(model, error);
    for (size_t i = 0; i < targets; i++) {
        const size_t position = (size_t)window->position + i;
        const uint32_t id = window->ids[window->first + i];
        if (model->ids && model->ids[position] != id && model->ids[position] != PLX_NO_TOKEN)
            return mismatch(model, position, id, error);
        nats[i] = !model->ids && id == PLX_NO_TOKEN ? (double)INFINITY : model->nats[position];
    }
    return PLX_OK;
}

static enum plx_status score(struct plx_session *session, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error)
{
    const struct plx_logprobs *model = (const struct plx_logprobs *)(const void *)session->model;
    double *nats = scores->nats;
    for (size_t w = 0; w < count; w++) {
        const enum plx_status status = score_window(model, windows + w, nats, error);
        if (status)
            return status;
        nats += windows[w].end - windows[w].first;
    }
    return PLX_OK;
}

static const struct plx_model_class logprobs_class = {
    .close = close_logprobs,
    .session_new = new_session,
    .session_free = free_session,
    .score = score,
};

/* How many types there are: of strings the distinct ones, of ids up to the greatest; 0 without tokens. */
static uint64_t count_types(const struct plx_logprobs *model)
{
    uint64_t types = 0;
    if (model->base.vocabulary)
        return plx_vocabulary_size(model->base.vocabulary);
    for (size_t i = 0; model->ids && i < model->id_count; i++) {
        if (model->ids[i] != PLX_NO_TOKEN && model->ids[i] >= types)
            types = (uint64_t)model->ids[i] + 1;
    }
    return types;
}

static enum plx_status finish(struct plx_logprobs *model, const char *name, double base,
                              struct plx_error *error)
{
    struct plx_model_info *info = &model->base.info;
    if (model->count == 0) {
        plx_error_set(error, PLX_MALFORMED, "there is no log-probability in the whole file");
        return plx_error_input(error, name);
    }
    enum plx_status status = plx_resize_array(&model->nats, model->count, sizeof *model->nats, error);
    if (status == PLX_OK && model->ids)
        status = plx_resize_array(&model->ids, model->id_count, sizeof *model->ids, error);
    info->kind = PLX_KIND_LOGPROBS;
    info->architecture = "logprobs";
    info->vocabulary = count_types(model);
    info->positions = model->count;
    info->logprob_base = base;
    info->capabilities = PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT;
    if (model->base.vocabulary)
        info->capabilities |= PLX_STRING_TOKENS | PLX_BY_TOKEN;
    else if (model->ids)
        info->capabilities |= PLX_BY_TOKEN;
    else
        info->capabilities |= PLX_STRING_TOKENS | PLX_ANY_TOKENS | PLX_BY_TARGET;
    info->start = info->end = info->unknown = PLX_NO_TOKEN;
    info->start_repeat = 1;
    plx_roles_spell(&model->base);
    return status;
}

/* The natural logarithm of the base, rounded to double. */
static enum plx_status find_ln_base(const struct plx_model_options *options, double *ln_base,
                                    struct plx_error *error)
{
    const double base = options->logprob_base;
    *ln_base = base == 0 ? 1 : base == 2 ? PLX_LN_2 : base == 10 ? PLX_LN_10 : log(base > 1 ? base : 1);
    if (base == 0 || (base > 1 && isfinite(base)))
        return PLX_OK;
    return plx_error_set(error, PLX_USAGE, "the base of logarithms must be greater than 1, and finite");
}

static enum plx_status read_spelling(struct plx_logprobs_reader *reader, struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    const enum plx_status status = plx_source_peek(reader->source, PLX_PROBE_BYTES, &head, &size, error);
    if (status)
        return status;
    if (plx_npy_recognise(head, size))
        return plx_logprobs_read_npy(reader, error);
    return plx_logprobs_begins_record(head, size) ? plx_logprobs_read_json(reader, error)
                                                  : plx_logprobs_read_lines(reader, error);
}

static enum plx_status open_logprobs(struct plx_source *source, const struct plx_model_options *options,
                                     struct plx_model **opened, struct plx_error *error)
{
    struct plx_logprobs_reader reader = {
        .source = source, .name = plx_source_name(source), .options = options};
    *opened = NULL;
    if (options->vocabulary)
        return plx_error_set(error, PLX_USAGE, "logprobs have their tokens inside, \"%.200s\" is not needed",
                             options->vocabulary);
    enum plx_status status = find_ln_base(options, &reader.ln_base, error);
    if (status)
        return status;
    struct plx_logprobs *model = reader.model = plx_new_array(1, sizeof *model, error);
    if (!model)
        return PLX_MEMORY;
    model->base.class = &logprobs_class;
    status = read_spelling(&reader, error);
    if (status == PLX_OK)
        status = finish(model, reader.name, options->logprob_base, error);
    if (status)
        plx_model_close(&model->base);
    else
        *opened = &model->base;
    return status;
}

/* A table of logits is one of another format; integers are token ids, which opening says. */
static enum plx_probe probe_npy(const uint8_t *head, size_t size)
{
    struct plx_npy array;
    if (plx_npy_is_table(head, size))
        return PLX_PROBE_NO;
    const bool integers = plx_npy_look(head, size, &array) && (array.kind == 'i' || array.kind == 'u');
    return integers ? PLX_PROBE_FALLBACK : PLX_PROBE_CONTENT;
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    (void)name;
    if (plx_npy_recognise(head, size))
        return probe_npy(head, size);
    const enum plx_probe json = plx_logprobs_probe_json(head, size);
    return json != PLX_PROBE_NO ? json : plx_logprobs_probe_lines(head, size);
}

const struct plx_model_format plx_model_format_logprobs = {
    .name = "logprobs",
    .description = "log-probabilities that another program gave: JSON records, lines of numbers, or .npy",
    .logarithms = true,
    .probe = probe,
    .open = open_logprobs,
};
