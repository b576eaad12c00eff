/* Where manifests are found: a path, the user's folders, our own. */
#include "corpus/manifest.h"

#include "base/error.h"
#include "base/memory.h"
#include "io/names.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char SUFFIX[] = ".json";

#define SUFFIX_LENGTH (sizeof SUFFIX - 1)

bool plx_corpus_is_named(const char *name)
{
    return strncmp(name, "corpus:", 7) == 0 && name[7] != '\0';
}

size_t plx_manifest_path_length(const char *name)
{
    size_t length = 0;
    for (const char *at = name; (at = strstr(at, SUFFIX)) != NULL; at += SUFFIX_LENGTH) {
        if (at > name && (at[SUFFIX_LENGTH] == '/' || at[SUFFIX_LENGTH] == '\0'))
            length = (size_t)(at - name) + SUFFIX_LENGTH;
    }
    return length;
}

/* "FOLDER/NAME.json", to be freed; NULL on failure. */
static char *join(const char *folder, const char *name, size_t length, struct plx_error *error)
{
    const size_t size = strlen(folder) + length + SUFFIX_LENGTH + 2;
    char *path = plx_new_array(size, 1, error);
    if (path)
        snprintf(path, size, "%s/%.*s%s", folder, (int)length, name, SUFFIX);
    return path;
}

/* The file of a folder is named after its corpus, so that no other needs to be looked at. */
static enum plx_status read_from_folder(const char *path, const char *name, size_t length,
                                        struct plx_manifest **manifest, struct plx_error *error)
{
    const enum plx_status status = plx_manifest_read(path, manifest, error);
    if (status)
        return status;
    const char *own = plx_manifest_info(*manifest)->name;
    if (strlen(own) == length && memcmp(own, name, length) == 0)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "$.name is \"%s\", which the file is not named after", own);
    plx_error_input(error, path);
    plx_manifest_close(*manifest);
    *manifest = NULL;
    return PLX_MALFORMED;
}

/* *manifest stays NULL where no folder has it. */
static enum plx_status look_into_folders(const char *name, size_t length, const struct plx_network *network,
                                         struct plx_manifest **manifest, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; network && i < network->manifest_count && !*manifest && status == PLX_OK; i++) {
        char *path = join(network->manifests[i], name, length, error);
        if (!path)
            return PLX_MEMORY;
        if (access(path, F_OK) == 0)
            status = read_from_folder(path, name, length, manifest, error);
        free(path);
    }
    return status;
}

static enum plx_status look_into_own(const char *name, size_t length, struct plx_manifest **manifest,
                                     struct plx_error *error)
{
    for (size_t i = 0; i < plx_manifest_text_count; i++) {
        const struct plx_manifest_text *own = plx_manifest_texts + i;
        if (strlen(own->name) == length && memcmp(own->name, name, length) == 0)
            return plx_manifest_parse(own->text, own->size, own->name, manifest, error);
    }
    return PLX_OK;
}

static enum plx_status refuse_name(const char *name, size_t length, const struct plx_network *network,
                                   struct plx_error *error)
{
    char **names;
    size_t count, least = SIZE_MAX;
    const char *nearest = NULL;
    const enum plx_status status = plx_manifest_names(network, &names, &count, error);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        const size_t slips = plx_text_slips(name, length, names[i]);
        nearest = slips < least ? names[i] : nearest;
        least = slips < least ? slips : least;
    }
    plx_error_set(error, PLX_USAGE, "there is no corpus \"%.*s\"", length < 80 ? (int)length : 80, name);
    if (nearest)
        plx_error_hint(error, "did you mean %s?", nearest);
    else
        plx_error_hint(error, "`perplex fetch --list` lists them");
    plx_manifest_names_free(names, count);
    return PLX_USAGE;
}

/* The bytes of a corpus are those that its manifest says: what may be another one tomorrow cannot tell. */
static enum plx_status read_file(const char *path, struct plx_manifest **manifest, struct plx_error *error)
{
    if (plx_names_path(path))
        return plx_manifest_read(path, manifest, error);
    plx_error_set(error, PLX_USAGE, "a manifest is a file, and no URL");
    return plx_error_hint(error, "download it, look at it, and name its path");
}

enum plx_status plx_manifest_open(const char *name, const struct plx_network *network,
                                  struct plx_manifest **manifest, const char **split, struct plx_error *error)
{
    const size_t path = plx_manifest_path_length(name), length = path ? path : strcspn(name, "/");
    enum plx_status status;
    *manifest = NULL;
    *split = name[length] == '/' ? name + length + 1 : NULL;
    if (path) {
        char *file = plx_copy_string(name, path, error);
        status = file ? read_file(file, manifest, error) : PLX_MEMORY;
        free(file);
        return status;
    }
    status = plx_manifest_is_name(name, length) ? look_into_folders(name, length, network, manifest, error)
                                                : PLX_OK;
    if (status == PLX_OK && !*manifest)
        status = look_into_own(name, length, manifest, error);
    if (status == PLX_OK && !*manifest)
        status = refuse_name(name, length, network, error);
    return status;
}

static enum plx_status add_name(char ***names, size_t *count, const char *name, size_t length,
                                struct plx_error *error)
{
    if (plx_resize_array(names, *count + 1, sizeof **names, error))
        return PLX_MEMORY;
    (*names)[*count] = plx_copy_string(name, length, error);
    if (!(*names)[*count])
        return PLX_MEMORY;
    ++*count;
    return PLX_OK;
}

static enum plx_status add_folder(char ***names, size_t *count, const char *path, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    const struct dirent *entry;
    DIR *folder = opendir(path);
    if (!folder && (errno == ENOENT || errno == ENOTDIR))
        return PLX_OK;
    if (!folder) {
        plx_error_set_errno(error, PLX_IO, errno, "cannot be read");
        return plx_error_input(error, path);
    }
    /* A stream of its own, which no other thread reads. */
    while (status == PLX_OK && (entry = readdir(folder)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        const size_t length = strlen(entry->d_name);
        const bool manifest = length > SUFFIX_LENGTH &&
                              strcmp(entry->d_name + length - SUFFIX_LENGTH, SUFFIX) == 0 &&
                              plx_manifest_is_name(entry->d_name, length - SUFFIX_LENGTH);
        if (manifest)
            status = add_name(names, count, entry->d_name, length - SUFFIX_LENGTH, error);
    }
    closedir(folder);
    return status;
}

static int compare_names(const void *a, const void *b)
{
    char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

enum plx_status plx_manifest_names(const struct plx_network *network, char ***names, size_t *count,
                                   struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    char **all = NULL;
    size_t found = 0, kept = 0;
    for (size_t i = 0; i < plx_manifest_text_count && status == PLX_OK; i++)
        status =
            add_name(&all, &found, plx_manifest_texts[i].name, strlen(plx_manifest_texts[i].name), error);
    for (size_t i = 0; network && i < network->manifest_count && status == PLX_OK; i++)
        status = add_folder(&all, &found, network->manifests[i], error);
    if (status) {
        plx_manifest_names_free(all, found);
        all = NULL;
        found = 0;
    }
    if (found > 0)
        qsort(all, found, sizeof *all, compare_names);
    for (size_t i = 0; i < found; i++) {
        if (kept > 0 && strcmp(all[kept - 1], all[i]) == 0)
            free(all[i]);
        else
            all[kept++] = all[i];
    }
    *names = all;
    *count = kept;
    return status;
}

void plx_manifest_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

const char *plx_manifest_own_name(size_t index)
{
    return index < plx_manifest_text_count ? plx_manifest_texts[index].name : NULL;
}
