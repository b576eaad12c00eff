#include "corpus/manifest.h"

#include "base/json.h"
#include "base/memory.h"
#include "corpus/corpus.h"
#include "io/http_url.h"
#include "io/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_BYTES_MAX ((size_t)4 << 20)

/* What a double holds exactly. */
#define NUMBER_MOST ((UINT64_C(1) << 53) - 1)

struct plx_manifest {
    char *label; /* in errors */
    cJSON *json; /* all strings are its */
    struct plx_manifest_info info;
    struct plx_manifest_split *splits;
    const char **urls; /* [url_count] of all splits */
    char **labels;     /* likewise; owned */
    size_t url_count;
};

static const struct plx_json_path ROOT = {NULL, NULL, 0};

bool plx_manifest_is_name(const char *text, size_t length)
{
    static const char suffix[] = ".json";
    const size_t end = sizeof suffix - 1;
    if (length == 0 || length > 64 || strchr("._-", text[0]))
        return false;
    for (size_t i = 0; i < length; i++) {
        const bool letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9');
        if (!letter && (text[i] == '\0' || !strchr("._-", text[i])))
            return false;
    }
    return length < end || memcmp(text + length - end, suffix, end) != 0;
}

/* All members are among keys, which end with NULL. */
static enum plx_status check_members(const struct plx_manifest *manifest, const cJSON *object,
                                     const struct plx_json_path *path, const char *const *keys,
                                     struct plx_error *error)
{
    const cJSON *member;
    if (!cJSON_IsObject(object))
        return plx_json_error(path, manifest->label, error, "expected an object, found %s",
                              plx_json_kind(object));
    cJSON_ArrayForEach(member, object)
    {
        const struct plx_json_path place = {.parent = path, .key = member->string};
        const char *nearest = NULL;
        size_t least = SIZE_MAX, i = 0;
        while (keys[i] && strcmp(keys[i], member->string) != 0) {
            const size_t slips = plx_text_slips(member->string, strlen(member->string), keys[i]);
            nearest = slips < least ? keys[i] : nearest;
            least = slips < least ? slips : least;
            i++;
        }
        if (keys[i])
            continue;
        plx_json_error(&place, manifest->label, error, "there is no such member");
        return nearest ? plx_error_hint(error, "did you mean %s?", nearest) : PLX_MALFORMED;
    }
    return PLX_OK;
}

/* A string that is not empty; NULL where there is none, which only `required` makes an error. */
static enum plx_status get_text(const struct plx_manifest *manifest, const cJSON *object, const char *key,
                                const struct plx_json_path *path, bool required, const char **text,
                                struct plx_error *error)
{
    const struct plx_json_path place = {.parent = path, .key = key};
    if (!required && !cJSON_GetObjectItemCaseSensitive(object, key))
        return PLX_OK;
    const enum plx_status status = plx_json_get_string(object, key, path, manifest->label, text, error);
    return status || **text ? status : plx_json_error(&place, manifest->label, error, "the text is empty");
}

/* A number above 0; it stays as it is where there is none. */
static enum plx_status get_number(const struct plx_manifest *manifest, const cJSON *object, const char *key,
                                  const struct plx_json_path *path, uint64_t least, uint64_t *number,
                                  struct plx_error *error)
{
    return cJSON_GetObjectItemCaseSensitive(object, key)
               ? plx_json_get_u64(object, key, path, manifest->label, least, NUMBER_MOST, number, error)
               : PLX_OK;
}

static enum plx_status read_counts(const struct plx_manifest *manifest, const cJSON *counts,
                                   const struct plx_json_path *parent, struct plx_manifest_counts *out,
                                   struct plx_error *error)
{
    static const char *const keys[] = {"documents", "lines", "words", "tokens", "characters", "bytes", NULL};
    uint64_t *const numbers[] = {&out->documents, &out->lines,      &out->words,
                                 &out->tokens,    &out->characters, &out->bytes};
    const struct plx_json_path path = {.parent = parent, .key = "counts"};
    enum plx_status status = counts ? check_members(manifest, counts, &path, keys, error) : PLX_OK;
    for (size_t i = 0; counts && keys[i] && status == PLX_OK; i++)
        status = get_number(manifest, counts, keys[i], &path, 1, numbers[i], error);
    return status;
}

static enum plx_status read_range(const struct plx_manifest *manifest, const cJSON *range,
                                  const struct plx_json_path *parent, struct plx_manifest_split *split,
                                  struct plx_error *error)
{
    static const char *const keys[] = {"offset", "length", NULL};
    const struct plx_json_path path = {.parent = parent, .key = "range"};
    enum plx_status status = range ? check_members(manifest, range, &path, keys, error) : PLX_OK;
    if (status || !range)
        return status;
    status = plx_json_get_u64(range, "offset", &path, manifest->label, 0, NUMBER_MOST, &split->offset, error);
    return status ? status
                  : plx_json_get_u64(range, "length", &path, manifest->label, 1, NUMBER_MOST, &split->length,
                                     error);
}

static bool is_sha256(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* What is a string, and stands for something. */
static enum plx_status read_texts(const struct plx_manifest *manifest, const cJSON *object,
                                  const struct plx_json_path *path, struct plx_manifest_split *split,
                                  struct plx_error *error)
{
    const struct plx_json_path hash_place = {.parent = path, .key = "sha256"},
                               format_place = {.parent = path, .key = "format"},
                               token_place = {.parent = path, .key = "tokens"};
    const char *tokens = NULL;
    enum plx_status status;
    if ((status = get_text(manifest, object, "sha256", path, false, &split->sha256, error)) ||
        (status = get_text(manifest, object, "member", path, false, &split->member, error)) ||
        (status = get_text(manifest, object, "format", path, false, &split->format, error)) ||
        (status = get_text(manifest, object, "tokens", path, false, &tokens, error)))
        return status;
    if (split->sha256 && !is_sha256(split->sha256))
        return plx_json_error(&hash_place, manifest->label, error,
                              "expected 64 hexadecimal digits, in small letters");
    const struct plx_corpus_format *format = split->format ? plx_corpus_format_named(split->format) : NULL;
    if (split->format && !format)
        return plx_json_error(&format_place, manifest->label, error, "there is no corpus format \"%.60s\"",
                              split->format);
    if (format && format->beside)
        return plx_json_error(&format_place, manifest->label, error,
                              "a corpus of two files cannot be had by name");
    if (tokens && !plx_token_kind_parse(tokens, &split->tokens))
        return plx_json_error(&token_place, manifest->label, error,
                              "expected word, char, byte or piece, not \"%.60s\"", tokens);
    return PLX_OK;
}

/* There is room for them. */
static enum plx_status read_urls(struct plx_manifest *manifest, const cJSON *object,
                                 const struct plx_json_path *path, struct plx_manifest_split *split,
                                 struct plx_error *error)
{
    const struct plx_json_path place = {.parent = path, .key = "urls"};
    const cJSON *array, *url;
    const enum plx_status status = plx_json_get_array(object, "urls", path, manifest->label, &array, error);
    if (status)
        return status;
    split->urls = manifest->urls + manifest->url_count;
    split->labels = (const char *const *)manifest->labels + manifest->url_count;
    cJSON_ArrayForEach(url, array)
    {
        const struct plx_json_path element = {.parent = &place, .index = split->url_count};
        if (!cJSON_IsString(url) || !plx_http_is_url(url->valuestring))
            return plx_json_error(&element, manifest->label, error,
                                  "expected an http:// or https:// URL, found %s",
                                  cJSON_IsString(url) ? "another text" : plx_json_kind(url));
        char *label = plx_http_label(url->valuestring, error);
        if (!label)
            return PLX_MEMORY;
        manifest->urls[manifest->url_count] = url->valuestring;
        manifest->labels[manifest->url_count++] = label;
        split->url_count++;
    }
    return split->url_count > 0 ? PLX_OK : plx_json_error(&place, manifest->label, error, "there is no URL");
}

static enum plx_status read_split(struct plx_manifest *manifest, const cJSON *object,
                                  const struct plx_json_path *path, struct plx_manifest_split *split,
                                  struct plx_error *error)
{
    static const char *const keys[] = {"urls",   "size",   "sha256", "member", "range",
                                       "format", "tokens", "counts", NULL};
    enum plx_status status = check_members(manifest, object, path, keys, error);
    split->name = object->string;
    if (status == PLX_OK && !plx_manifest_is_name(split->name, strlen(split->name)))
        return plx_json_error(path, manifest->label, error,
                              "a name consists of a-z, 0-9, \".\", \"_\" and \"-\"");
    if (status == PLX_OK)
        status = read_urls(manifest, object, path, split, error);
    if (status == PLX_OK)
        status = read_texts(manifest, object, path, split, error);
    if (status == PLX_OK)
        status = get_number(manifest, object, "size", path, 1, &split->size, error);
    if (status == PLX_OK)
        status = read_range(manifest, cJSON_GetObjectItemCaseSensitive(object, "range"), path, split, error);
    if (status == PLX_OK)
        status = read_counts(manifest, cJSON_GetObjectItemCaseSensitive(object, "counts"), path,
                             &split->counts, error);
    return status;
}

static enum plx_status read_splits(struct plx_manifest *manifest, struct plx_error *error)
{
    const cJSON *splits = cJSON_GetObjectItemCaseSensitive(manifest->json, "splits"), *split;
    const struct plx_json_path path = {.parent = &ROOT, .key = "splits"};
    size_t most = 0;
    enum plx_status status = PLX_OK;
    if (!cJSON_IsObject(splits) || !splits->child)
        return plx_json_error(&path, manifest->label, error, "expected an object of splits, found %s",
                              cJSON_IsObject(splits) ? "none" : plx_json_kind(splits));
    cJSON_ArrayForEach(split, splits)
    {
        most += (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(split, "urls"));
    }
    manifest->splits = plx_new_array((size_t)cJSON_GetArraySize(splits), sizeof *manifest->splits, error);
    manifest->urls = manifest->splits ? plx_new_array(most, sizeof *manifest->urls, error) : NULL;
    manifest->labels = manifest->urls ? plx_new_array(most, sizeof *manifest->labels, error) : NULL;
    if (!manifest->labels)
        return PLX_MEMORY;
    manifest->info.splits = manifest->splits;
    cJSON_ArrayForEach(split, splits)
    {
        const struct plx_json_path place = {.parent = &path, .key = split->string};
        struct plx_manifest_split *one = manifest->splits + manifest->info.split_count++;
        if ((status = read_split(manifest, split, &place, one, error)))
            return status;
    }
    return PLX_OK;
}

static enum plx_status read_licence(struct plx_manifest *manifest, struct plx_error *error)
{
    static const char *const keys[] = {"spdx", "text", NULL};
    const cJSON *licence = cJSON_GetObjectItemCaseSensitive(manifest->json, "licence");
    const struct plx_json_path path = {.parent = &ROOT, .key = "licence"};
    enum plx_status status = check_members(manifest, licence, &path, keys, error);
    if (status == PLX_OK)
        status = get_text(manifest, licence, "spdx", &path, false, &manifest->info.licence, error);
    if (status == PLX_OK)
        status = get_text(manifest, licence, "text", &path, true, &manifest->info.licence_text, error);
    return status;
}

/* The split that is meant where none is named: the default, or the only one. */
static enum plx_status read_default(struct plx_manifest *manifest, struct plx_error *error)
{
    const struct plx_json_path place = {.parent = &ROOT, .key = "default"};
    const char *name = NULL;
    const enum plx_status status = get_text(manifest, manifest->json, "default", &ROOT, false, &name, error);
    if (status)
        return status;
    if (!name) {
        manifest->info.usual = manifest->info.split_count == 1 ? manifest->splits : NULL;
        return PLX_OK;
    }
    for (size_t i = 0; i < manifest->info.split_count; i++) {
        if (strcmp(manifest->splits[i].name, name) == 0)
            manifest->info.usual = manifest->splits + i;
    }
    return manifest->info.usual ? PLX_OK
                                : plx_json_error(&place, manifest->label, error, "there is no such split");
}

static enum plx_status read_members(struct plx_manifest *manifest, struct plx_error *error)
{
    static const char *const keys[] = {"schema",   "name",     "title",   "description", "licence",
                                       "citation", "homepage", "default", "splits",      NULL};
    static const struct plx_json_path schema_place = {.parent = &ROOT, .key = "schema"},
                                      name_place = {.parent = &ROOT, .key = "name"};
    struct plx_manifest_info *info = &manifest->info;
    const cJSON *json = manifest->json;
    const char *schema;
    enum plx_status status;
    if ((status = check_members(manifest, json, &ROOT, keys, error)) ||
        (status = get_text(manifest, json, "schema", &ROOT, true, &schema, error)) ||
        (status = get_text(manifest, json, "name", &ROOT, true, &info->name, error)) ||
        (status = get_text(manifest, json, "title", &ROOT, true, &info->title, error)) ||
        (status = get_text(manifest, json, "description", &ROOT, false, &info->description, error)) ||
        (status = get_text(manifest, json, "citation", &ROOT, false, &info->citation, error)) ||
        (status = get_text(manifest, json, "homepage", &ROOT, false, &info->homepage, error)))
        return status;
    if (strcmp(schema, PLX_MANIFEST_SCHEMA) != 0)
        return plx_json_error(&schema_place, manifest->label, error,
                              "\"%.60s\" is not \"" PLX_MANIFEST_SCHEMA "\"", schema);
    if (!plx_manifest_is_name(info->name, strlen(info->name)))
        return plx_json_error(&name_place, manifest->label, error,
                              "a name consists of a-z, 0-9, \".\", \"_\" and \"-\"");
    if ((status = read_licence(manifest, error)) || (status = read_splits(manifest, error)))
        return status;
    return read_default(manifest, error);
}

enum plx_status plx_manifest_parse(const char *text, size_t size, const char *label,
                                   struct plx_manifest **manifest, struct plx_error *error)
{
    *manifest = NULL;
    struct plx_manifest *made = plx_new_array(1, sizeof *made, error);
    if (!made)
        return PLX_MEMORY;
    made->label = plx_copy_string(label, strlen(label), error);
    enum plx_status status = made->label ? PLX_OK : PLX_MEMORY;
    if (status == PLX_OK)
        status = plx_json_parse(text, size, made->label, &made->json, error);
    if (status == PLX_OK)
        status = read_members(made, error);
    if (status)
        plx_manifest_close(made);
    else
        *manifest = made;
    return status;
}

enum plx_status plx_manifest_read(const char *path, struct plx_manifest **manifest, struct plx_error *error)
{
    struct plx_source *source;
    struct plx_buffer text;
    *manifest = NULL;
    enum plx_status status = plx_source_open(path, NULL, &source, error);
    if (status)
        return status;
    plx_buffer_init(&text, MANIFEST_BYTES_MAX);
    status = plx_source_read_all(source, "a manifest", &text, error);
    if (status == PLX_OK)
        status = plx_manifest_parse((const char *)text.data, text.size, path, manifest, error);
    if (status == PLX_OK)
        (*manifest)->info.file = (*manifest)->label;
    plx_buffer_release(&text);
    plx_source_close(source);
    return status;
}

void plx_manifest_close(struct plx_manifest *manifest)
{
    if (!manifest)
        return;
    cJSON_Delete(manifest->json);
    for (size_t i = 0; i < manifest->url_count; i++)
        free(manifest->labels[i]);
    free(manifest->labels);
    free(manifest->splits);
    free(manifest->urls);
    free(manifest->label);
    free(manifest);
}

const struct plx_manifest_info *plx_manifest_info(const struct plx_manifest *manifest)
{
    return &manifest->info;
}

enum plx_status plx_manifest_find_split(const struct plx_manifest *manifest, const char *name,
                                        const struct plx_manifest_split **split, struct plx_error *error)
{
    const struct plx_manifest_info *info = &manifest->info;
    char names[320];
    size_t length = 0;
    if (!name && info->usual) {
        *split = info->usual;
        return PLX_OK;
    }
    for (size_t i = 0; i < info->split_count; i++) {
        *split = info->splits + i;
        if (name && strcmp((*split)->name, name) == 0)
            return PLX_OK;
        const int added =
            snprintf(names + length, sizeof names - length, "%s%s", i ? ", " : "", (*split)->name);
        length += added > 0 && (size_t)added < sizeof names - length ? (size_t)added : 0;
        names[length] = '\0';
    }
    if (name)
        plx_error_set(error, PLX_USAGE, "the corpus \"%s\" has no split \"%.80s\"", info->name, name);
    else
        plx_error_set(error, PLX_USAGE, "which split of the corpus \"%s\" is not said", info->name);
    return plx_error_hint(error, "it has %s", names);
}
