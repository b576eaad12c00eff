/* KenLM's binaries of all six types, used where they lie. */
#include "model/kenlm.h"

#include "base/memory.h"
#include "model/kenlm_each.h"
#include "model/kenlm_probing.h"
#include "model/kenlm_trie.h"
#include "model/kenlm_vocabulary.h"

#include <stdio.h>
#include <stdlib.h>

static const struct plx_model_class kenlm_class = {
    PLX_NGRAM_CLASS_SLOTS,
    .lookup = plx_kenlm_lookup,
    .token = plx_kenlm_token,
};

static void close_kenlm(struct plx_ngram_model *base)
{
    struct plx_kenlm *model = (struct plx_kenlm *)(void *)base;
    free(model->offsets);
}

static void add_number(struct plx_kenlm *model, const char *name, uint64_t number)
{
    model->properties[model->ngram.base.info.property_count++] =
        (struct plx_model_property){.name = name, .number = number};
}

static void add_text(struct plx_kenlm *model, const char *name, const char *text)
{
    model->properties[model->ngram.base.info.property_count++] =
        (struct plx_model_property){.name = name, .text = text};
}

static void list_properties(struct plx_kenlm *model)
{
    const struct plx_kenlm_header *header = &model->header;
    model->ngram.base.info.properties = model->properties;
    add_text(model, "type", plx_kenlm_type_name(header->type));
    add_number(model, "version", 5);
    add_text(model, "words", header->has_words ? "stored" : "hashes only");
    if (!plx_kenlm_is_trie(header)) {
        snprintf(model->multiplier, sizeof model->multiplier, "%g", (double)header->multiplier);
        add_text(model, "probing_multiplier", model->multiplier);
    }
    if (header->probability_bits > 0) {
        add_number(model, "probability_bits", header->probability_bits);
        add_number(model, "backoff_bits", header->backoff_bits);
    }
    if (header->type == PLX_KENLM_TRIE_ARRAY || header->type == PLX_KENLM_TRIE_QUANTISED_ARRAY)
        add_number(model, "array_bits", header->array_bits);
}

/* KenLM gives the unknown word of an ARPA file that lacks it 10^-100. */
static bool has_unknown(const struct plx_kenlm *model)
{
    const uint8_t *unigram = model->data + model->header.unigrams;
    return plx_ngram_negative(plx_load_u32(unigram)) != -100.0f || plx_kenlm_float(unigram + 4) != 0.0f;
}

static enum plx_status describe(struct plx_kenlm *model, struct plx_error *error)
{
    const struct plx_kenlm_header *header = &model->header;
    struct plx_ngram_model *ngram = &model->ngram;
    ngram->search = plx_kenlm_is_trie(header) ? &plx_kenlm_trie_search : &plx_kenlm_probing_search;
    ngram->export = plx_kenlm_is_trie(header) ? plx_kenlm_trie_export : plx_kenlm_probing_export;
    ngram->each = plx_kenlm_each;
    ngram->base.info.order = header->order;
    ngram->base.info.vocabulary = header->vocabulary;
    ngram->base.info.inserted_blanks = true;
    ngram->counts = plx_new_array(header->order, sizeof *ngram->counts, error);
    if (!ngram->counts)
        return PLX_MEMORY;
    memcpy(ngram->counts, header->counts, header->order * sizeof *ngram->counts);
    model->share = 1.0f / (float)header->vocabulary;
    model->has_unknown = has_unknown(model);
    ngram->counts[0] = header->vocabulary - !model->has_unknown;
    list_properties(model);
    return plx_ngram_describe(ngram, error);
}

static enum plx_status open_kenlm(struct plx_mapping *mapping, const char *name,
                                  const struct plx_model_options *options, struct plx_model **opened,
                                  struct plx_error *error)
{
    *opened = NULL;
    if (options->vocabulary) {
        plx_error_set(error, PLX_USAGE, "a KenLM binary has its vocabulary inside, \"%.200s\" is not needed",
                      options->vocabulary);
        return plx_error_input(error, name);
    }
    struct plx_kenlm *model = plx_new_array(1, sizeof *model, error);
    if (!model)
        return PLX_MEMORY;
    model->ngram.base.class = &kenlm_class;
    model->ngram.close = close_kenlm;
    model->data = mapping->data;
    enum plx_status status = plx_kenlm_header_read(mapping->data, mapping->size, &model->header, error);
    if (status == PLX_OK)
        status = plx_kenlm_vocabulary_read(model, error);
    if (status == PLX_OK)
        status = describe(model, error);
    if (status) {
        plx_model_close(&model->ngram.base);
        return plx_error_input(error, name);
    }
    *opened = &model->ngram.base;
    return PLX_OK;
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char magic[] = PLX_KENLM_MAGIC;
    (void)name;
    return size >= sizeof magic - 1 && memcmp(head, magic, sizeof magic - 1) == 0 ? PLX_PROBE_CONTENT
                                                                                  : PLX_PROBE_NO;
}

const struct plx_model_format plx_model_format_kenlm = {
    .name = "kenlm",
    .description = "KenLM binary of version 5, used in place: probing and trie, all six types",
    .probe = probe,
    .open_mapped = open_kenlm,
};
