#include "model/model.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/lookalike.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "io/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kinds, in the order of the enum. */
static const char *const KINDS[PLX_KIND_COUNT] = {"ngram",   "neural",   "uniform",   "logprobs",
                                                  "mixture", "endpoint", "vocabulary"};

const char *plx_model_kind_name(enum plx_model_kind kind)
{
    return KINDS[kind];
}

static const struct plx_model_format *format_named(const char *name, size_t length)
{
    const struct plx_model_format *format;
    for (size_t i = 0; (format = plx_model_format(i)) != NULL; i++) {
        if (strlen(format->name) == length && memcmp(format->name, name, length) == 0)
            return format;
    }
    return NULL;
}

const struct plx_model_format *plx_model_recognise(const uint8_t *head, size_t size, const char *name,
                                                   enum plx_probe *sure)
{
    const struct plx_model_format *chosen = NULL, *format;
    *sure = PLX_PROBE_NO;
    for (size_t i = 0; (format = plx_model_format(i)) != NULL; i++) {
        const enum plx_probe probe = format->probe ? format->probe(head, size, name) : PLX_PROBE_NO;
        if (probe > *sure) {
            *sure = probe;
            chosen = format;
        }
    }
    return chosen;
}

static enum plx_status refuse_unknown(const struct plx_lookalike *lookalike, const char *name,
                                      struct plx_error *error)
{
    static const char formats[] = "`perplex formats` lists what can be read; --model-format names one";
    plx_error_set(error, PLX_UNSUPPORTED, "not a model in a known format");
    plx_error_input(error, name);
    if (!lookalike)
        return plx_error_hint(error, formats);
    return plx_error_hint(error, "this looks like %s; %s", lookalike->what,
                          lookalike->hint ? lookalike->hint : formats);
}

/* Whether a content that no format is sure of is something else. A mere name does not count against that;
   records too long to be looked through look like a JSON document. */
static bool looks_foreign(const uint8_t *head, size_t size, const char *name, enum plx_probe sure,
                          struct plx_lookalike *lookalike)
{
    return plx_lookalike_own(head, size, lookalike) ||
           (sure != PLX_PROBE_FALLBACK && plx_lookalike_recognise(head, size, name, lookalike));
}

/* The format asked for by name, or else recognised. */
static enum plx_status format_of(const uint8_t *head, size_t size, const char *name, const char *wanted,
                                 const struct plx_model_format **chosen, struct plx_error *error)
{
    enum plx_probe sure = PLX_PROBE_CONTENT;
    struct plx_lookalike lookalike;
    *chosen = NULL;
    if (size == 0) {
        plx_error_set(error, PLX_MALFORMED, "the model file is empty");
        plx_error_input(error, name);
        return plx_error_hint(error, "was it written completely?");
    }
    *chosen = wanted ? format_named(wanted, strlen(wanted)) : plx_model_recognise(head, size, name, &sure);
    const bool foreign = sure != PLX_PROBE_CONTENT && looks_foreign(head, size, name, sure, &lookalike);
    if (foreign || (!*chosen && !wanted)) {
        *chosen = NULL;
        return refuse_unknown(foreign ? &lookalike : NULL, name, error);
    }
    if (*chosen && ((*chosen)->open || (*chosen)->open_mapped))
        return PLX_OK;
    if (*chosen)
        plx_error_set(error, PLX_USAGE, "a model of the format \"%s\" is no file", wanted);
    else
        plx_error_set(error, PLX_USAGE, "there is no model format \"%s\"", wanted);
    *chosen = NULL;
    return plx_error_hint(error, "`perplex formats` lists them");
}

/* Refuses what would have no effect. */
static enum plx_status check_options(const struct plx_model_format *format,
                                     const struct plx_model_options *options, const char *name,
                                     struct plx_error *error)
{
    const char *useless = NULL;
    if (options->logprob_base != 0 && !format->logarithms)
        useless = "a base of logarithms is for logprobs";
    else if (options->allow_positive && !format->tolerance)
        useless = "to allow positive log-probabilities is for ARPA files";
    else if (options->allow_count_mismatch && !format->tolerance)
        useless = "to allow counts that differ from the header's is for ARPA files";
    else if (options->verify && !format->checksums)
        useless = "to verify checksums is for files that carry some";
    if (!useless)
        return PLX_OK;
    plx_error_set(error, PLX_USAGE, "%s, this model is of the format \"%s\"", useless, format->name);
    return plx_error_input(error, name);
}

/* Fills in what no format need care for; the model is closed on failure. */
static enum plx_status finish_open(struct plx_model **model, const struct plx_model_format *format,
                                   const char *name, struct plx_error *error)
{
    (*model)->info.format = format->name;
    if (!format->converted)
        (*model)->reader = format;
    if (!format->secret)
        (*model)->name = plx_copy_string(name, strlen(name), error);
    if ((*model)->name)
        return PLX_OK;
    plx_model_close(*model);
    *model = NULL;
    return PLX_MEMORY;
}

/* A model whose file is used in place. */
static enum plx_status open_in_place(const struct plx_model_format *format, struct plx_source *source,
                                     const struct plx_model_options *options, struct plx_model **model,
                                     struct plx_error *error)
{
    struct plx_mapping mapping;
    enum plx_status status = plx_mapping_open(source, options->load, options->threads, &mapping, error);
    if (status)
        return status;
    status = format->open_mapped(&mapping, plx_source_name(source), options, model, error);
    if (status) {
        plx_mapping_close(&mapping);
        return status;
    }
    (*model)->mapping = mapping;
    bool mapped = mapping.load == PLX_LOAD_MAP;
    for (size_t i = 0; i < (*model)->part_count; i++)
        mapped = mapped && (*model)->parts[i].load == PLX_LOAD_MAP;
    (*model)->info.load = mapped ? "map" : "copy";
    return PLX_OK;
}

/* A file that is read to its end has all of it hashed on the way. */
static enum plx_status take_fingerprint(struct plx_source *source, enum plx_fingerprint wanted, bool in_place,
                                        struct plx_model *model, struct plx_error *error)
{
    struct plx_model_info *info = &model->info;
    if (info->fingerprint) /* the file carries it */
        return PLX_OK;
    info->fingerprint = wanted == PLX_FINGERPRINT_NONE                ? "none"
                        : wanted == PLX_FINGERPRINT_QUICK && in_place ? "quick"
                                                                      : "full";
    if (in_place)
        return plx_mapping_sha256(&model->mapping, model->parts, model->part_count, wanted, source,
                                  info->sha256, error);
    return wanted == PLX_FINGERPRINT_NONE ? plx_source_drain(source, error)
                                          : plx_source_sha256(source, info->sha256, error);
}

enum plx_status plx_model_choose(struct plx_source *source, const struct plx_model_options *options,
                                 const struct plx_model_format **format, struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    *format = NULL;
    enum plx_status status = plx_source_peek(source, PLX_PROBE_BYTES, &head, &size, error);
    if (status)
        return status;
    if (size > PLX_PROBE_BYTES)
        size = PLX_PROBE_BYTES; /* the same from every medium */
    status = format_of(head, size, plx_source_name(source), options->format, format, error);
    return *format ? check_options(*format, options, plx_source_name(source), error) : status;
}

enum plx_status plx_model_open_source(struct plx_source *source, const struct plx_model_options *options,
                                      struct plx_model **model, struct plx_error *error)
{
    const struct plx_model_options defaults = {0};
    const struct plx_model_format *format;
    if (!options)
        options = &defaults;
    *model = NULL;
    enum plx_status status = plx_model_choose(source, options, &format, error);
    if (status || !format)
        return status;
    if (format->open_mapped || options->fingerprint == PLX_FINGERPRINT_NONE)
        plx_source_stop_hashing(source);
    if (status == PLX_OK)
        status = format->open_mapped ? open_in_place(format, source, options, model, error)
                                     : format->open(source, options, model, error);
    if (status)
        return status;
    status = finish_open(model, format, plx_source_name(source), error);
    if (status == PLX_OK)
        status = take_fingerprint(source, options->fingerprint, format->open_mapped != NULL, *model, error);
    if (status && *model) {
        plx_model_close(*model);
        *model = NULL;
    }
    return status;
}

const struct plx_model_format *plx_model_named_format(const char *name, const char *wanted)
{
    const char *colon = strchr(name, ':');
    const struct plx_model_format *format = colon ? format_named(name, (size_t)(colon - name)) : NULL;
    return format && format->open_named && (!wanted || strcmp(wanted, format->name) == 0) ? format : NULL;
}

/* The SHA-256 of a text. */
static enum plx_status hash_text(const char *text, char hex[65], struct plx_error *error)
{
    struct plx_sha256 *hash = plx_sha256_new(error);
    if (!hash)
        return PLX_MEMORY;
    enum plx_status status = plx_sha256_update(hash, text, strlen(text), error);
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, hex, error);
    plx_sha256_free(hash);
    return status;
}

static enum plx_status open_named(const struct plx_model_format *format, const char *name,
                                  const struct plx_model_options *options, struct plx_model **model,
                                  struct plx_error *error)
{
    const struct plx_model_options defaults = {0};
    if (!options)
        options = &defaults;
    enum plx_status status = check_options(format, options, format->secret ? format->name : name, error);
    if (status == PLX_OK)
        status = format->open_named(strchr(name, ':') + 1, options, model, error);
    if (status)
        return status;
    const bool hash = options->fingerprint != PLX_FINGERPRINT_NONE && !(*model)->info.fingerprint;
    if (!(*model)->info.fingerprint)
        (*model)->info.fingerprint = hash ? "full" : "none";
    if (hash)
        status = hash_text(name, (*model)->info.sha256, error);
    if (status == PLX_OK)
        return finish_open(model, format, name, error);
    plx_model_close(*model);
    *model = NULL;
    return status;
}

enum plx_status plx_model_open(const char *name, const struct plx_model_options *options,
                               struct plx_model **model, struct plx_error *error)
{
    struct plx_source_options source_options = {.fingerprint =
                                                    !options || options->fingerprint != PLX_FINGERPRINT_NONE};
    const struct plx_model_format *named = plx_model_named_format(name, options ? options->format : NULL);
    struct plx_source *source;
    *model = NULL;
    if (named)
        return open_named(named, name, options, model, error);
    if (options) {
        source_options.network = options->network;
        source_options.interrupted = options->interrupted;
        source_options.user = options->user;
    }
    enum plx_status status = plx_source_open(name, &source_options, &source, error);
    if (status)
        return status;
    status = plx_model_open_source(source, options, model, error);
    plx_source_close(source);
    return status;
}

void plx_model_close(struct plx_model *model)
{
    if (!model)
        return;
    struct plx_mapping mapping = model->mapping; /* the model is gone before it */
    plx_vocabulary_free(model->vocabulary);
    free(model->name);
    model->class->close(model);
    plx_mapping_close(&mapping);
}

const char *plx_model_name(const struct plx_model *model)
{
    return model->name;
}

const struct plx_model_info *plx_model_info(const struct plx_model *model)
{
    return &model->info;
}

const struct plx_warning *plx_model_warnings(const struct plx_model *model, size_t *count)
{
    *count = model->warning_count;
    return model->warnings;
}

/* Looks up words; `padded` is a constant where it is inlined. */
static inline void look_up(const struct plx_model *model, const struct plx_word *words, size_t count,
                           bool padded, uint32_t *ids)
{
    uint64_t hashes[PLX_MODEL_LOOKUP];
    if (!model->class->lookup && (model->info.capabilities & PLX_ANY_TOKENS)) {
        if (count > 0)
            memset(ids, 0, count * sizeof *ids);
        return;
    }
    for (size_t done = 0; done < count; done += PLX_MODEL_LOOKUP) {
        const size_t n = count - done < PLX_MODEL_LOOKUP ? count - done : PLX_MODEL_LOOKUP;
        for (size_t i = 0; i < n; i++) {
            const struct plx_word word = words[done + i];
            hashes[i] =
                padded ? plx_hash64_padded(word.text, word.length, 0) : plx_hash64(word.text, word.length, 0);
        }
        if (model->class->lookup)
            model->class->lookup(model, words + done, hashes, n, ids + done);
        else
            plx_vocabulary_find_hashed(model->vocabulary, hashes, n, ids + done);
    }
}

void plx_model_lookup(const struct plx_model *model, const struct plx_word *words, size_t count,
                      uint32_t *ids)
{
    look_up(model, words, count, false, ids);
}

void plx_model_lookup_padded(const struct plx_model *model, const struct plx_word *words, size_t count,
                             uint32_t *ids)
{
    look_up(model, words, count, true, ids);
}

struct plx_word plx_model_token(const struct plx_model *model, uint32_t id)
{
    if (model->class->token)
        return model->class->token(model, id);
    if (!model->vocabulary)
        return (struct plx_word){NULL, 0};
    return plx_vocabulary_word(model->vocabulary, id);
}

struct plx_session *plx_session_new(const struct plx_model *model, struct plx_error *error)
{
    struct plx_session *session = model->class->session_new(model, error);
    if (session)
        session->model = model;
    return session;
}

void plx_session_free(struct plx_session *session)
{
    if (session)
        session->model->class->session_free(session);
}

/* What every format may rely on: see struct plx_model_class. */
static enum plx_status check_window(const struct plx_model_info *info, const struct plx_window *window,
                                    struct plx_error *error)
{
    if (window->first > window->end)
        return plx_error_set(error, PLX_USAGE, "a window that ends before its first target");
    if (window->first < info->least_context && window->end > window->first)
        return plx_error_set(error, PLX_USAGE, "the model has no distribution without %s",
                             info->least_context == 1 ? "context" : "all of its context");
    const bool gaps = info->capabilities & PLX_UNKNOWN_CONTEXT;
    if (gaps &&
        info->vocabulary) { /* a loop that the compiler can make wide; the other one says what is wrong */
        const uint32_t least = info->vocabulary < PLX_NO_TOKEN ? (uint32_t)info->vocabulary : PLX_NO_TOKEN;
        unsigned wrong = 0;
        for (size_t i = 0; i < window->end; i++)
            wrong |= (unsigned)(window->ids[i] >= least) & (unsigned)(window->ids[i] != PLX_NO_TOKEN);
        if (!wrong)
            return PLX_OK;
    }
    for (size_t i = 0; i < window->end; i++) {
        const uint32_t id = window->ids[i];
        if (id < info->vocabulary || !info->vocabulary ||
            (id == PLX_NO_TOKEN && (gaps || i + 1 == window->end)))
            continue;
        if (id == PLX_NO_TOKEN)
            return plx_error_set(error, PLX_MISMATCH, "the model cannot have an unknown token in a context");
        return plx_error_set(error, PLX_MISMATCH, "token id %lu, but the model has ids up to %llu only",
                             (unsigned long)id, (unsigned long long)info->vocabulary - 1);
    }
    return PLX_OK;
}

static enum plx_status check_windows(const struct plx_model_info *info, const struct plx_window *windows,
                                     size_t count, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = check_window(info, windows + i, error);
    return status;
}

enum plx_status plx_session_score(struct plx_session *session, const struct plx_window *windows, size_t count,
                                  const struct plx_scores *scores, struct plx_error *error)
{
    const struct plx_model *model = session->model;
    if ((scores->orders && !(model->info.capabilities & PLX_MATCHED_ORDER)) ||
        (scores->log10_float && !(model->info.capabilities & PLX_LOG10_FLOAT)))
        return plx_error_set(error, PLX_UNSUPPORTED, "%s models do not report that detail",
                             model->info.architecture);
    const enum plx_status status = check_windows(&model->info, windows, count, error);
    return status ? status : model->class->score(session, windows, count, scores, error);
}

enum plx_status plx_session_distributions(struct plx_session *session, const struct plx_window *windows,
                                          size_t count, plx_distribution_sink *sink, void *user,
                                          struct plx_error *error)
{
    const struct plx_model *model = session->model;
    if (!(model->info.capabilities & PLX_FULL_DISTRIBUTION))
        return plx_error_set(error, PLX_UNSUPPORTED, "%s models do not give full distributions",
                             model->info.architecture);
    const enum plx_status status = check_windows(&model->info, windows, count, error);
    return status ? status : model->class->distributions(session, windows, count, sink, user, error);
}

const char *plx_model_format_name(size_t index)
{
    const struct plx_model_format *format = plx_model_format(index);
    return format ? format->name : NULL;
}

const char *plx_model_format_description(size_t index)
{
    const struct plx_model_format *format = plx_model_format(index);
    return format ? format->description : NULL;
}

bool plx_model_format_named(size_t index)
{
    const struct plx_model_format *format = plx_model_format(index);
    return format && format->open_named;
}

void plx_model_warn(struct plx_model *model, const char *code, uint64_t line, const char *format, ...)
{
    for (size_t i = 0; i < model->warning_count; i++) {
        if (strcmp(model->warnings[i].code, code) == 0) {
            model->warnings[i].count++;
            return;
        }
    }
    if (model->warning_count == PLX_MODEL_WARNINGS)
        return;
    struct plx_warning *warning = model->warnings + model->warning_count++;
    *warning = (struct plx_warning){.count = 1, .line = line};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(warning->message, sizeof warning->message, format, arguments);
    va_end(arguments);
    snprintf(warning->code, sizeof warning->code, "%s", code);
}

void plx_model_warn_times(struct plx_model *model, const char *code, uint64_t count, uint64_t line,
                          const char *message)
{
    if (count > 0)
        plx_model_warn(model, code, line, "%s", message);
    for (size_t i = 0; count > 0 && i < model->warning_count; i++) {
        if (strcmp(model->warnings[i].code, code) == 0)
            model->warnings[i].count += count - 1;
    }
}

void plx_model_note(struct plx_model *model, const char *code, uint64_t count, uint64_t line,
                    const char *message)
{
    if (model->warning_count == PLX_MODEL_WARNINGS)
        return;
    plx_model_warn(model, code, line, "%s", message);
    model->warnings[model->warning_count - 1].count = count;
    model->warnings[model->warning_count - 1].note = true;
}

void plx_model_remark(struct plx_model *model, const char *code, uint64_t count, uint64_t line,
                      const char *message)
{
    if (model->remark_count == PLX_MODEL_REMARKS)
        return;
    struct plx_warning *remark = model->remarks + model->remark_count++;
    *remark = (struct plx_warning){.count = count, .line = line, .note = true};
    snprintf(remark->code, sizeof remark->code, "%s", code);
    snprintf(remark->message, sizeof remark->message, "%s", message);
}

size_t plx_model_pass_mark(struct plx_model *model, const char *line, size_t length)
{
    const size_t mark = plx_utf8_mark(line, length);
    if (mark > 0)
        plx_model_warn(model, "byte-order-mark", 1, "a byte order mark at the beginning is ignored");
    return mark;
}
