/* Our own mapped files of n-gram models: see plx_file.h for the format. */
#include "model/ngram_hash.h"
#include "model/plx_digest.h"
#include "model/plx_file.h"

#include "base/memory.h"

#include <string.h>

enum { PROPERTY_FORMAT, PROPERTY_SHA256, PROPERTY_BYTES, PROPERTIES };

struct plx_plx {
    struct plx_ngram_hash hash;
    char source_format[PLX_FILE_FORMAT_BYTES];
    char source_sha256[PLX_FILE_DIGEST + 1];
    struct plx_model_property properties[PROPERTIES];
};

/* NULL where this build does not know it. */
static const struct plx_model_format *format_named(const char *name)
{
    const struct plx_model_format *format;
    for (size_t i = 0; (format = plx_model_format(i)); i++) {
        if (strcmp(format->name, name) == 0)
            return format;
    }
    return NULL;
}

/* What the model was made from. */
static void describe_source(struct plx_plx *model, const struct plx_file *file)
{
    struct plx_model_info *info = &model->hash.ngram.base.info;
    struct plx_model_property *next = model->properties;
    memcpy(model->source_format, file->source_format, sizeof model->source_format);
    memcpy(model->source_sha256, file->source_sha256, sizeof model->source_sha256);
    *next++ = (struct plx_model_property){"source_format", model->source_format, 0};
    if (*model->source_sha256)
        *next++ = (struct plx_model_property){"source_sha256", model->source_sha256, 0};
    if (file->source_bytes > 0)
        *next++ = (struct plx_model_property){"source_bytes", NULL, file->source_bytes};
    model->hash.ngram.base.reader = format_named(model->source_format);
    info->properties = model->properties;
    info->property_count = (size_t)(next - model->properties);
}

static enum plx_status map_vocabulary(struct plx_model *model, const uint8_t *data,
                                      const struct plx_file *file, struct plx_error *error)
{
    const struct plx_file_section *words = plx_file_section(file, PLX_FILE_WORDS, 0);
    const struct plx_file_section *text = plx_file_section(file, PLX_FILE_TEXT, 0);
    const uint64_t homes = plx_vocabulary_homes((size_t)file->vocabulary);
    const struct plx_vocabulary_parts parts = {
        .size = (size_t)file->vocabulary,
        .lines = data + words->offset,
        .homes = homes,
        .spare = words->bytes / PLX_VOCABULARY_LINE - homes,
        .offsets = data + plx_file_section(file, PLX_FILE_OFFSETS, 0)->offset,
        .text = (const char *)data + text->offset,
        .text_bytes = text->bytes,
    };
    model->info.vocabulary = file->vocabulary;
    model->vocabulary = plx_vocabulary_map(&parts, error);
    return model->vocabulary ? PLX_OK : PLX_MEMORY;
}

static void map_table(const uint8_t *data, const struct plx_file *file, unsigned order,
                      struct plx_ngram_table *table)
{
    const struct plx_file_section *section = plx_file_section(file, PLX_FILE_NGRAMS, order);
    const struct plx_file_order *figures = file->orders + (order - 1);
    table->count = figures->stored;
    table->layout = figures->layout;
    if (figures->stored == 0)
        return;
    table->lines = data + section->offset;
    table->homes = plx_ngram_homes(figures->layout, figures->stored);
    table->spare = section->bytes / PLX_NGRAM_LINE - table->homes;
}

static enum plx_status map_model(struct plx_plx *model, const uint8_t *data, const struct plx_file *file,
                                 struct plx_error *error)
{
    struct plx_ngram_hash *hash = &model->hash;
    struct plx_model *base = &hash->ngram.base;
    enum plx_status status = plx_ngram_hash_set_order(hash, file->order, error);
    if (status == PLX_OK)
        status = map_vocabulary(base, data, file, error);
    if (status)
        return status;
    hash->unigrams = data + plx_file_section(file, PLX_FILE_UNIGRAMS, 0)->offset;
    for (unsigned k = 1; k <= file->order; k++) {
        hash->ngram.counts[k - 1] = file->orders[k - 1].count;
        hash->incomplete[k] = file->orders[k - 1].incomplete;
        if (k > 1)
            map_table(data, file, k, hash->tables + (k - 2));
    }
    memcpy(base->warnings, file->warnings, sizeof base->warnings);
    base->warning_count = file->warning_count;
    memcpy(base->remarks, file->remarks, sizeof base->remarks);
    base->remark_count = file->remark_count;
    base->info.inserted_blanks = file->inserted_blanks;
    base->info.fingerprint = "stored";
    memcpy(base->info.sha256, file->fingerprint, sizeof base->info.sha256);
    describe_source(model, file);
    return plx_ngram_describe(&hash->ngram, error);
}

static enum plx_status open_plx(struct plx_mapping *mapping, const char *name,
                                const struct plx_model_options *options, struct plx_model **model,
                                struct plx_error *error)
{
    struct plx_file file;
    if (options->vocabulary)
        return plx_error_set(error, PLX_USAGE,
                             "a converted model has its vocabulary inside, \"%.200s\" is not needed",
                             options->vocabulary);
    enum plx_status status = plx_file_decode(mapping->data, mapping->size, &file, error);
    if (status == PLX_OK && options->verify) {
        plx_mapping_sequential(mapping, true);
        status = plx_digest_verify(mapping->data, &file, options, error);
        plx_mapping_sequential(mapping, false);
    }
    if (status)
        plx_error_input(error, name);
    struct plx_plx *opened = NULL;
    if (status == PLX_OK && !(opened = plx_new_array(1, sizeof *opened, error)))
        status = PLX_MEMORY;
    if (status == PLX_OK) {
        plx_ngram_hash_init(&opened->hash);
        status = map_model(opened, mapping->data, &file, error);
        if (status)
            plx_model_close(&opened->hash.ngram.base);
    }
    plx_file_release(&file);
    if (status == PLX_OK)
        *model = &opened->hash.ngram.base;
    return status;
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    const size_t version = sizeof PLX_FILE_MAGIC - 3; /* where it stands: others are refused by name */
    if (size >= version && memcmp(head, PLX_FILE_MAGIC, version) == 0)
        return PLX_PROBE_CONTENT;
    const size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".plx") == 0 ? PLX_PROBE_NAME : PLX_PROBE_NO;
}

const struct plx_model_format plx_model_format_plx = {
    .name = "plx",
    .description = "backoff n-gram model made by `perplex convert`, any order, used in place",
    .converted = true,
    .checksums = true,
    .probe = probe,
    .open_mapped = open_plx,
};
