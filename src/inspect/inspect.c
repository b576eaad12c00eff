/* The inspector: decides what the files are, and has each looked at. With inspect_model.c, inspect_corpus.c
   and coverage.c a place that sees models and corpora. */
#include "inspect/inspect.h"

#include <perplex/manifest.h>

#include "base/clock.h"
#include "base/lookalike.h"
#include "base/memory.h"
#include "corpus/corpus.h"
#include "corpus/index_pair.h"
#include "io/archive.h"
#include "io/http_url.h"
#include "io/names.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_TOP        20
#define DEFAULT_MOST_TYPES UINT64_C(16000000)

struct inspect {
    const char *const *names;
    size_t count;
    struct plx_inspect_options options;
    struct plx_source *source; /* of the first file, where it has been looked into; owned */
    struct plx_inspection *out;
};

enum verdict { IS_MODEL, IS_CORPUS };

static enum plx_status refuse_lookalike(const struct plx_lookalike *lookalike, const char *name,
                                        struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED, "neither a model nor a corpus that is read: %s", lookalike->what);
    plx_error_input(error, name);
    return lookalike->hint ? plx_error_hint(error, "%s", lookalike->hint) : PLX_UNSUPPORTED;
}

/* What the content is. An error if it is neither. */
static enum plx_status judge(const struct plx_inspect_options *options, struct plx_source *source,
                             enum verdict *verdict, struct plx_error *error)
{
    const char *name = plx_source_name(source);
    const uint8_t *head;
    size_t size;
    enum plx_probe model, corpus;
    struct plx_lookalike lookalike;
    bool archive;
    enum plx_status status = plx_archive_recognise(source, false, &archive, error);
    if (status == PLX_OK)
        status = plx_source_peek(source, PLX_PROBE_BYTES, &head, &size, error);
    if (status)
        return status;
    if (size > PLX_PROBE_BYTES)
        size = PLX_PROBE_BYTES; /* the same from every medium */
    const size_t corpus_size = size < PLX_CORPUS_PROBE_BYTES ? size : PLX_CORPUS_PROBE_BYTES;
    plx_model_recognise(head, size, name, &model);
    plx_corpus_recognise(head, corpus_size, name, &corpus);
    *verdict = IS_MODEL;
    if (model == PLX_PROBE_CONTENT)
        return PLX_OK;
    if (size == 0) {
        plx_error_set(error, PLX_MALFORMED, "the file is empty");
        plx_error_input(error, name);
        return plx_error_hint(error, "was it written completely?");
    }
    if (archive && !plx_lookalike_zip(head, size, &lookalike)) {
        *verdict = IS_CORPUS;
        return PLX_OK;
    }
    if (plx_lookalike_own(head, size, &lookalike) ||
        (corpus < PLX_PROBE_CONTENT && plx_lookalike_recognise(head, size, name, &lookalike)))
        return refuse_lookalike(&lookalike, name, error);
    if (corpus >= PLX_PROBE_CONTENT || model != PLX_PROBE_NAME)
        *verdict = IS_CORPUS;
    if (*verdict == IS_CORPUS && corpus == PLX_PROBE_FALLBACK && options->corpus.tokens != PLX_TOKENS_BYTE &&
        plx_lookalike_binary(head, size, &lookalike))
        return refuse_lookalike(&lookalike, name, error);
    return PLX_OK;
}

static enum plx_status open_source(const struct plx_inspect_options *options, bool model, const char *name,
                                   struct plx_source **source, struct plx_error *error)
{
    const struct plx_source_options source_options = {
        .fingerprint = true,
        .network = model ? options->model.network : options->corpus.network,
        .interrupted = model ? options->model.interrupted : options->corpus.interrupted,
        .user = model ? options->model.user : options->corpus.user,
    };
    return plx_source_open(name, &source_options, source, error);
}

enum plx_status plx_inspect_recognise(const char *name, bool *model, struct plx_error *error)
{
    const struct plx_inspect_options options = {.as = PLX_INSPECT_ANY};
    struct plx_source *source;
    enum verdict verdict = IS_MODEL;
    *model = !plx_corpus_is_named(name);
    if (!*model || plx_model_named_format(name, NULL))
        return PLX_OK;
    enum plx_status status = open_source(&options, false, name, &source, error);
    if (status)
        return status;
    status = judge(&options, source, &verdict, error);
    plx_source_close(source);
    *model = verdict == IS_MODEL;
    return status;
}

/* Looks into the first file, of a pattern the first that matches. */
static enum plx_status look(struct inspect *inspect, enum verdict *verdict, struct plx_error *error)
{
    struct plx_names names;
    enum plx_status status = plx_names_expand(inspect->names, 1, plx_index_pair_up, &names, error);
    if (status)
        return status;
    const size_t files = names.count;
    status = open_source(&inspect->options, false, names.names[0], &inspect->source, error);
    if (status == PLX_OK)
        status = judge(&inspect->options, inspect->source, verdict, error);
    if (status == PLX_OK && *verdict == IS_MODEL && files > 1) {
        plx_error_set(error, PLX_USAGE, "is a model: only one can be inspected at a time");
        status = plx_error_input(error, names.names[0]);
    }
    plx_names_release(&names);
    if (status == PLX_OK && *verdict == IS_CORPUS && (files > 1 || inspect->count > 1)) {
        if (strcmp(inspect->names[0], "-") == 0) {
            plx_error_set(error, PLX_USAGE, "standard input has been looked into, and is no model");
            return plx_error_hint(error, "--as corpus makes it one of several files of a corpus");
        }
        plx_source_close(inspect->source); /* one of several: the corpus opens it */
        inspect->source = NULL;
    }
    return status;
}

/* What the first file is taken for, by the options or else by itself. */
static enum plx_status decide(struct inspect *inspect, enum verdict *verdict, struct plx_error *error)
{
    const struct plx_inspect_options *options = &inspect->options;
    const char *name = inspect->names[0];
    if (options->as == PLX_INSPECT_MODEL || (options->as == PLX_INSPECT_ANY && options->model.format)) {
        *verdict = IS_MODEL;
        return plx_model_named_format(name, options->model.format)
                   ? PLX_OK
                   : open_source(options, true, name, &inspect->source, error);
    }
    *verdict = IS_CORPUS;
    if (options->as == PLX_INSPECT_CORPUS || plx_corpus_is_named(name) ||
        ((options->corpus.format || options->corpus.member) && inspect->count == 1))
        return PLX_OK;
    *verdict = IS_MODEL;
    return plx_model_named_format(name, options->model.format) ? PLX_OK : look(inspect, verdict, error);
}

/* Refuses, before it is read, what is given for a corpus and is none. What cannot be looked into twice is
   taken as it is; what cannot be opened is refused later. */
static enum plx_status check_corpus_file(const struct plx_inspect_options *options, const char *name,
                                         struct plx_error *error)
{
    struct stat facts;
    struct plx_source *source;
    enum verdict verdict = IS_CORPUS;
    if (options->as == PLX_INSPECT_CORPUS || options->corpus.format || options->corpus.member ||
        plx_http_is_url(name) || stat(name, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0)
        return PLX_OK;
    enum plx_status status = open_source(options, false, name, &source, error);
    if (status)
        return status;
    status = judge(options, source, &verdict, error);
    plx_source_close(source);
    if (status || verdict == IS_CORPUS)
        return status;
    plx_error_set(error, PLX_USAGE, "is a model: only one can be inspected at a time");
    plx_error_input(error, name);
    return plx_error_hint(error, "--corpus-format takes it for a corpus all the same");
}

static enum plx_status open_corpus(struct inspect *inspect, const char *const *names, size_t count,
                                   struct plx_corpus **corpus, struct plx_error *error)
{
    const struct plx_corpus_options *options = &inspect->options.corpus;
    struct plx_source *source = inspect->source;
    if (source) {
        inspect->source = NULL; /* taken over */
        return plx_corpus_open_source(source, options, corpus, error);
    }
    for (size_t i = 0; i < count; i++) {
        const enum plx_status status = check_corpus_file(&inspect->options, names[i], error);
        if (status)
            return status;
    }
    return plx_corpus_open(names, count, options, corpus, error);
}

/* The corpus names[count], and how much of it the model (or NULL) knows. */
static enum plx_status inspect_corpus(struct inspect *inspect, const char *const *names, size_t count,
                                      const struct plx_model *model, struct plx_error *error)
{
    const struct plx_inspect_options *options = &inspect->options;
    struct plx_corpus *corpus = NULL;
    struct plx_coverage coverage = {0};
    struct plx_corpus_info info;
    enum plx_status status = open_corpus(inspect, names, count, &corpus, error);
    if (status)
        return status;
    plx_corpus_info(corpus, &info);
    if (model)
        status = plx_coverage_init(&coverage, model, &info, options->most_types, error);
    if (status == PLX_OK)
        status = plx_inspect_corpus(corpus, options, model ? &coverage : NULL, &inspect->out->corpus, error);
    if (status == PLX_OK && model)
        status = plx_coverage_finish(&coverage, inspect->out->corpus, options->top, &inspect->out->coverage,
                                     error);
    plx_coverage_release(&coverage);
    plx_corpus_close(corpus);
    return status;
}

static enum plx_status inspect_model(struct inspect *inspect, struct plx_error *error)
{
    struct plx_model *model;
    enum plx_status status = plx_inspect_model(inspect->names[0], inspect->source, &inspect->options,
                                               &inspect->out->model, &model, error);
    plx_source_close(inspect->source);
    inspect->source = NULL;
    if (status)
        return status;
    if (inspect->count > 1)
        status = inspect_corpus(inspect, inspect->names + 1, inspect->count - 1, model, error);
    plx_model_close(model);
    return status;
}

/* An option that is for what is not there would be of no use, in silence. */
static enum plx_status check_options(const struct inspect *inspect, enum verdict verdict,
                                     struct plx_error *error)
{
    const struct plx_model_options *model = &inspect->options.model;
    if (verdict == IS_CORPUS &&
        (model->format || model->vocabulary || model->allow_positive || model->allow_count_mismatch ||
         model->logprob_base != 0 || model->load != PLX_LOAD_MAP || model->verify ||
         model->fingerprint != PLX_FINGERPRINT_FULL || inspect->options.deep)) {
        plx_error_set(error, PLX_USAGE, "options of a model were given for a corpus");
        return plx_error_hint(error, "--as model takes it for a model");
    }
    const struct plx_corpus_options *corpus = &inspect->options.corpus;
    if (verdict == IS_MODEL && inspect->count == 1 && corpus->format)
        return plx_error_set(error, PLX_USAGE, "a format of the corpus was given, but no corpus");
    if (verdict == IS_MODEL && inspect->count == 1 && corpus->member)
        return plx_error_set(error, PLX_USAGE, "a member of the corpus was given, but no corpus");
    if (verdict == IS_MODEL && inspect->count == 1 && (corpus->first_document || corpus->end_document))
        return plx_error_set(error, PLX_USAGE, "documents of the corpus were given, but no corpus");
    if (verdict == IS_MODEL && inspect->count == 1 && (corpus->token_bytes || corpus->original_bytes))
        return plx_error_set(error, PLX_USAGE, "the bytes of tokens were given, but no corpus");
    return PLX_OK;
}

enum plx_status plx_inspect(const char *const *names, size_t count, const struct plx_inspect_options *options,
                            struct plx_inspection **inspection, struct plx_error *error)
{
    const double began = plx_clock_seconds();
    struct inspect inspect = {.names = names, .count = count};
    enum verdict verdict;
    *inspection = NULL;
    if (options)
        inspect.options = *options;
    if (!inspect.options.top)
        inspect.options.top = DEFAULT_TOP;
    if (!inspect.options.most_types)
        inspect.options.most_types = DEFAULT_MOST_TYPES;
    if (!(inspect.out = plx_new_array(1, sizeof *inspect.out, error)))
        return PLX_MEMORY;
    enum plx_status status = decide(&inspect, &verdict, error);
    if (status == PLX_OK)
        status = check_options(&inspect, verdict, error);
    if (status == PLX_OK)
        status = verdict == IS_MODEL ? inspect_model(&inspect, error)
                                     : inspect_corpus(&inspect, names, count, NULL, error);
    plx_source_close(inspect.source);
    if (status) {
        plx_inspection_free(inspect.out);
        return status;
    }
    inspect.out->seconds = plx_clock_seconds() - began;
    *inspection = inspect.out;
    return PLX_OK;
}

void plx_inspection_free(struct plx_inspection *inspection)
{
    if (!inspection)
        return;
    plx_inspected_model_free(inspection->model);
    plx_inspected_corpus_free(inspection->corpus);
    plx_inspected_coverage_free(inspection->coverage);
    free(inspection);
}
