/* Manifests as JSON, perplex.corpora/1. */
#include "corpus/manifest.h"

#include "base/json_writer.h"

#include <stdlib.h>

#define JSON_BYTES (UINT64_C(64) << 20)

static void write_text(struct plx_json_writer *json, const char *key, const char *text)
{
    if (text)
        plx_json_string(json, key, text);
}

static void write_number(struct plx_json_writer *json, const char *key, uint64_t number)
{
    if (number > 0)
        plx_json_u64(json, key, number);
}

static void write_counts(struct plx_json_writer *json, const struct plx_manifest_counts *counts)
{
    plx_json_begin_object(json, "counts");
    write_number(json, "documents", counts->documents);
    write_number(json, "lines", counts->lines);
    write_number(json, "words", counts->words);
    write_number(json, "tokens", counts->tokens);
    write_number(json, "characters", counts->characters);
    write_number(json, "bytes", counts->bytes);
    plx_json_end_object(json);
}

static void write_split(struct plx_json_writer *json, const struct plx_manifest_split *split,
                        const struct plx_network *network)
{
    struct plx_cached cached;
    struct plx_error error;
    plx_json_begin_object(json, split->name);
    plx_json_begin_array(json, "urls");
    for (size_t i = 0; i < split->url_count; i++)
        plx_json_string(json, NULL, split->labels[i]);
    plx_json_end_array(json);
    write_number(json, "size", split->size);
    write_text(json, "sha256", split->sha256);
    write_text(json, "member", split->member);
    if (split->length > 0) {
        plx_json_begin_object(json, "range");
        plx_json_u64(json, "offset", split->offset);
        plx_json_u64(json, "length", split->length);
        plx_json_end_object(json);
    }
    write_text(json, "format", split->format);
    if (split->tokens != PLX_TOKENS_AUTO)
        plx_json_string(json, "tokens", plx_token_kind_name(split->tokens));
    write_counts(json, &split->counts);
    if (plx_manifest_cached(split, network, &cached, &error) == PLX_OK) {
        plx_json_begin_object(json, "cached");
        plx_json_string(json, "path", cached.path);
        plx_json_string(json, "sha256", cached.sha256);
        plx_json_end_object(json);
        free(cached.path);
    } else {
        plx_json_null(json, "cached");
    }
    plx_json_end_object(json);
}

static void write_manifest(struct plx_json_writer *json, const struct plx_manifest_info *info,
                           const struct plx_network *network)
{
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "name", info->name);
    plx_json_string(json, "title", info->title);
    write_text(json, "description", info->description);
    plx_json_begin_object(json, "licence");
    write_text(json, "spdx", info->licence);
    plx_json_string(json, "text", info->licence_text);
    plx_json_end_object(json);
    write_text(json, "citation", info->citation);
    write_text(json, "homepage", info->homepage);
    write_text(json, "manifest", info->file);
    write_text(json, "default", info->usual ? info->usual->name : NULL);
    plx_json_begin_object(json, "splits");
    for (size_t i = 0; i < info->split_count; i++)
        write_split(json, info->splits + i, network);
    plx_json_end_object(json);
    plx_json_end_object(json);
}

enum plx_status plx_manifests_json(const char *const *names, size_t count, const struct plx_network *network,
                                   char **text, size_t *length, struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    enum plx_status status = PLX_OK;
    plx_buffer_init(&buffer, JSON_BYTES);
    plx_json_writer_init(&json, &buffer);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.corpora/1");
    plx_json_begin_array(&json, "corpora");
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        struct plx_manifest *manifest;
        const char *split;
        status = plx_manifest_open(names[i], network, &manifest, &split, error);
        if (status == PLX_OK)
            write_manifest(&json, plx_manifest_info(manifest), network);
        plx_manifest_close(manifest);
    }
    plx_json_end_array(&json);
    plx_json_end_object(&json);
    if (status == PLX_OK)
        status = plx_json_writer_finish(&json, error);
    return plx_buffer_finish(&buffer, status, text, length, error);
}
