#include "corpus/named.h"

#include "base/memory.h"
#include "corpus/member.h"
#include "io/part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "corpus:";

#define PREFIX_LENGTH (sizeof PREFIX - 1)

/* The manifest and the split that are meant; the manifest is to be closed. */
static enum plx_status find(const char *name, const struct plx_network *network,
                            struct plx_manifest **manifest, const struct plx_manifest_split **split,
                            struct plx_error *error)
{
    const char *wanted;
    enum plx_status status = plx_manifest_open(name + PREFIX_LENGTH, network, manifest, &wanted, error);
    if (status)
        return status;
    status = plx_manifest_find_split(*manifest, wanted, split, error);
    if (status) {
        plx_manifest_close(*manifest);
        *manifest = NULL;
    }
    return status;
}

/* "corpus:NAME/SPLIT" of a name that may lack the split; NULL on failure. */
static char *complete(const char *name, const char *split, struct plx_error *error)
{
    const size_t path = plx_manifest_path_length(name + PREFIX_LENGTH);
    const size_t length = PREFIX_LENGTH + (path ? path : strcspn(name + PREFIX_LENGTH, "/"));
    const size_t size = length + strlen(split) + 2;
    char *text = plx_new_array(size, 1, error);
    if (text)
        snprintf(text, size, "%.*s/%s", (int)length, name, split);
    return text;
}

static enum plx_status agree(struct plx_named *named, enum plx_token_kind tokens, const char *name,
                             struct plx_error *error)
{
    if (tokens == PLX_TOKENS_AUTO || named->tokens == tokens)
        return PLX_OK;
    if (named->tokens == PLX_TOKENS_AUTO) {
        named->tokens = tokens;
        return PLX_OK;
    }
    plx_error_set(error, PLX_USAGE, "tokens are of the kind %s, but those before it %s",
                  plx_token_kind_name(tokens), plx_token_kind_name(named->tokens));
    plx_error_input(error, name);
    return plx_error_hint(error, "--tokens says what they are of all");
}

enum plx_status plx_named_look_up(const char *const *names, size_t count,
                                  const struct plx_corpus_options *options, struct plx_named *named,
                                  struct plx_error *error)
{
    const bool said = options && options->tokens != PLX_TOKENS_AUTO;
    enum plx_status status = PLX_OK;
    *named = (struct plx_named){0};
    named->names = plx_new_array(count, sizeof *named->names, error);
    if (!named->names)
        return PLX_MEMORY;
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        struct plx_manifest *manifest = NULL;
        const struct plx_manifest_split *split = NULL;
        if (plx_corpus_is_named(names[i]))
            status = find(names[i], options ? options->network : NULL, &manifest, &split, error);
        if (status == PLX_OK && split && !said)
            status = agree(named, split->tokens, names[i], error);
        if (status == PLX_OK) {
            char *name = split ? complete(names[i], split->name, error)
                               : plx_copy_string(names[i], strlen(names[i]), error);
            named->names[named->count] = name;
            named->count += name != NULL;
            status = name ? PLX_OK : PLX_MEMORY;
        }
        plx_manifest_close(manifest);
    }
    if (status)
        plx_named_release(named);
    return status;
}

void plx_named_release(struct plx_named *named)
{
    for (size_t i = 0; i < named->count; i++)
        free(named->names[i]);
    free(named->names);
    *named = (struct plx_named){0};
}

enum plx_status plx_named_open_file(const char *path, const struct plx_manifest_split *split,
                                    const char *name, const struct plx_corpus_options *options,
                                    struct plx_source **source, struct plx_error *error)
{
    const struct plx_source_options whole_options = {.interrupted = options->interrupted,
                                                     .user = options->user},
                                    part_options = {.fingerprint = true,
                                                    .interrupted = options->interrupted,
                                                    .user = options->user};
    const struct plx_corpus_options entered = {
        .format = options->format ? options->format : split->format,
        .member = options->member ? options->member : split->member,
        .interrupted = options->interrupted,
        .user = options->user,
    };
    struct plx_source *whole;
    *source = NULL;
    enum plx_status status = plx_source_open(path, &whole_options, &whole, error);
    if (status == PLX_OK)
        status = plx_corpus_enter_archive(&whole, &entered, error);
    if (status == PLX_OK)
        status = plx_part_open(whole, split->offset, split->length, name, &part_options, source, error);
    if (status && status != PLX_IO) /* the path in the cache tells nobody anything */
        plx_error_input(error, name);
    return status;
}

enum plx_status plx_named_open(const char *name, const struct plx_corpus_options *options,
                               struct plx_source **source, const struct plx_corpus_format **format,
                               struct plx_error *error)
{
    const struct plx_manifest_fetch fetch = {
        .network = options->network, .interrupted = options->interrupted, .user = options->user};
    struct plx_cached cached = {0};
    struct plx_manifest *manifest;
    const struct plx_manifest_split *split;
    *source = NULL;
    enum plx_status status = find(name, options->network, &manifest, &split, error);
    if (status)
        return status;
    *format = split->format ? plx_corpus_format_named(split->format) : NULL;
    status = plx_manifest_fetch(manifest, split, &fetch, &cached, error);
    if (status == PLX_OK)
        status = plx_named_open_file(cached.path, split, name, options, source, error);
    free(cached.path);
    plx_manifest_close(manifest);
    return status;
}
