#include <perplex/convert.h>

#include "base/memory.h"
#include "base/word.h"
#include "io/source.h"
#include "model/arpa_read.h"
#include "model/plx_write.h"

#include <stdlib.h>
#include <string.h>

extern const struct plx_model_format plx_model_format_arpa;

/* Noted in the output, unless it is not asked for. */
static enum plx_status take_fingerprint(struct plx_source *source, const struct plx_model_options *options,
                                        char sha256[65], struct plx_error *error)
{
    return options->fingerprint == PLX_FINGERPRINT_NONE ? plx_source_drain(source, error)
                                                        : plx_source_sha256(source, sha256, error);
}

/* As it is read. */
static enum plx_status convert_arpa(struct plx_source *source, const char *output,
                                    const struct plx_model_options *options, struct plx_error *error)
{
    char sha256[65] = "";
    struct plx_ngram_hash *model = plx_ngram_hash_new(error);
    if (!model)
        return PLX_MEMORY;
    if (options->fingerprint == PLX_FINGERPRINT_NONE)
        plx_source_stop_hashing(source);
    enum plx_status status = PLX_OK;
    struct plx_writer *writer = plx_writer_new(output, model, options, error);
    if (!writer)
        status = error->status;
    if (status == PLX_OK)
        status = plx_arpa_read(source, options, model, plx_writer_sink(writer), error);
    if (status == PLX_OK)
        status = take_fingerprint(source, options, sha256, error);
    if (status == PLX_OK) {
        const struct plx_writer_source from = {plx_model_format_arpa.name, sha256, plx_source_offset(source)};
        status = plx_writer_finish(writer, &from, error);
    }
    plx_writer_free(writer);
    plx_model_close(&model->ngram.base);
    return status;
}

/* What the model gives every word alone, in the order of the ids. */
static enum plx_status copy_unigrams(const struct plx_ngram_model *from, struct plx_ngram_hash *to,
                                     struct plx_error *error)
{
    const uint32_t v = (uint32_t)from->base.info.vocabulary;
    uint32_t ids[PLX_NGRAM_BLOCK];
    struct plx_ngram_block *block = plx_new_array(1, sizeof *block, error);
    to->unigram_memory = plx_new_array(v, sizeof *to->unigram_memory, error);
    to->unigrams = (const uint8_t *)to->unigram_memory;
    if (block)
        block->backoffs =
            plx_new_array((size_t)from->base.info.order * PLX_NGRAM_ROW, sizeof *block->backoffs, error);
    const bool fine = block && block->backoffs && to->unigram_memory;
    for (uint32_t done = 0; fine && done < v; done += (uint32_t)block->count) {
        block->count = v - done < PLX_NGRAM_BLOCK ? v - done : PLX_NGRAM_BLOCK;
        for (size_t i = 0; i < block->count; i++) {
            ids[i] = done + (uint32_t)i;
            block->id[i] = ids + i;
            block->reach[i] = 1;
        }
        from->search->unigrams(from, block);
        for (size_t i = 0; i < block->count; i++)
            to->unigram_memory[done + i] = (struct plx_ngram){block->probability[i], block->backoffs[i]};
    }
    if (block)
        free(block->backoffs);
    free(block);
    return fine ? PLX_OK : PLX_MEMORY;
}

static enum plx_status copy_words(const struct plx_model *from, struct plx_model *to, struct plx_error *error)
{
    const uint32_t v = (uint32_t)from->info.vocabulary;
    to->vocabulary = plx_vocabulary_new(v, error);
    if (!to->vocabulary)
        return PLX_MEMORY;
    for (uint32_t id = 0; id < v; id++) {
        const struct plx_word word = plx_model_token(from, id);
        uint32_t found, added = id;
        if (!word.text) {
            plx_error_set(error, PLX_UNSUPPORTED, "a model without its words cannot be converted");
            return plx_error_hint(error, "convert the ARPA file that it was built from");
        }
        plx_model_lookup(from, &word, 1, &found);
        const enum plx_status status = found == id ? plx_vocabulary_add(to->vocabulary, word, &added, error)
                                                   : plx_vocabulary_add_unlisted(to->vocabulary, word, error);
        if (status)
            return status;
        if (added != id || (found != id && found != PLX_NO_TOKEN))
            return plx_error_set(error, PLX_MALFORMED, "a word is twice among the words of the model");
    }
    to->info.vocabulary = v;
    return PLX_OK;
}

/* All but the longer n-grams. */
static enum plx_status copy_model(const struct plx_ngram_model *from, struct plx_ngram_hash *to,
                                  struct plx_error *error)
{
    struct plx_model *base = &to->ngram.base;
    enum plx_status status = plx_ngram_hash_set_order(to, from->base.info.order, error);
    if (status == PLX_OK)
        status = copy_words(&from->base, base, error);
    if (status == PLX_OK)
        status = copy_unigrams(from, to, error);
    if (status)
        return status;
    memcpy(to->ngram.counts, from->counts, from->base.info.order * sizeof *from->counts);
    memcpy(base->warnings, from->base.warnings, sizeof base->warnings);
    base->warning_count = from->base.warning_count;
    memcpy(base->remarks, from->base.remarks, sizeof base->remarks);
    base->remark_count = from->base.remark_count;
    base->info.inserted_blanks = from->base.info.inserted_blanks;
    return PLX_OK;
}

static enum plx_status export_model(const struct plx_ngram_model *from, const char *output,
                                    const struct plx_model_options *options, struct plx_error *error)
{
    const struct plx_model *base = &from->base;
    const bool hashed = base->info.fingerprint && strcmp(base->info.fingerprint, "full") == 0;
    const struct plx_writer_source source = {base->info.format, hashed ? base->info.sha256 : "",
                                             base->mapping.size};
    struct plx_ngram_hash *to = plx_ngram_hash_new(error);
    if (!to)
        return PLX_MEMORY;
    struct plx_writer *writer = NULL;
    enum plx_status status = copy_model(from, to, error);
    if (status == PLX_OK && !(writer = plx_writer_new(output, to, options, error)))
        status = error->status;
    for (unsigned k = 2; status == PLX_OK && k <= base->info.order; k++)
        status = from->export(from, k, plx_writer_sink(writer), error);
    if (status == PLX_OK)
        status = plx_writer_finish(writer, &source, error);
    plx_writer_free(writer);
    plx_model_close(&to->ngram.base);
    return status;
}

/* As a whole that can be searched. */
static enum plx_status convert_opened(struct plx_source *source, const char *output,
                                      const struct plx_model_options *options, struct plx_error *error)
{
    struct plx_model *model;
    enum plx_status status = plx_model_open_source(source, options, &model, error);
    if (status)
        return status;
    const struct plx_ngram_model *ngram = (const struct plx_ngram_model *)(const void *)model;
    if (model->info.kind != PLX_KIND_NGRAM)
        status = plx_error_set(error, PLX_UNSUPPORTED, "only n-gram models can be converted");
    else if (!ngram->export)
        status = plx_error_set(error, PLX_UNSUPPORTED,
                               "a model that has been converted cannot be converted once more");
    else
        status = export_model(ngram, output, options, error);
    if (status == PLX_UNSUPPORTED)
        plx_error_input(error, plx_source_name(source));
    plx_model_close(model);
    return status;
}

enum plx_status plx_convert_model(const char *input, const char *output,
                                  const struct plx_model_options *options, struct plx_error *error)
{
    const struct plx_model_options defaults = {0};
    const struct plx_model_format *format;
    struct plx_source *source;
    if (!options)
        options = &defaults;
    if (options->vocabulary)
        return plx_error_set(error, PLX_USAGE,
                             "an n-gram model has its vocabulary inside, \"%.200s\" is not "
                             "needed",
                             options->vocabulary);
    if (plx_model_named_format(input, options->format))
        return plx_error_set(error, PLX_UNSUPPORTED, "only n-gram models can be converted");
    const struct plx_source_options source_options = {
        .fingerprint = options->fingerprint != PLX_FINGERPRINT_NONE,
        .network = options->network,
        .interrupted = options->interrupted,
        .user = options->user,
    };
    enum plx_status status = plx_source_open(input, &source_options, &source, error);
    if (status)
        return status;
    status = plx_model_choose(source, options, &format, error);
    if (status == PLX_OK)
        status = format == &plx_model_format_arpa ? convert_arpa(source, output, options, error)
                                                  : convert_opened(source, output, options, error);
    plx_source_close(source);
    return status;
}
