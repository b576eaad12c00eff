#include "corpus/index_pair.h"

#include "base/memory.h"
#include "io/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char INDEX[] = ".idx", TOKENS[] = ".bin";

bool plx_index_recognise(const uint8_t *head, size_t size)
{
    return size >= PLX_INDEX_MAGIC_BYTES && memcmp(head, PLX_INDEX_MAGIC, PLX_INDEX_MAGIC_BYTES) == 0;
}

size_t plx_index_head(const char *path, void *head, size_t size, uint64_t *file_bytes)
{
    struct stat status;
    ssize_t got = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* or a pipe would wait for its writer */
    if (file < 0)
        return 0;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        got = pread(file, head, size, 0);
        *file_bytes = (uint64_t)status.st_size;
    }
    close(file);
    return got > 0 ? (size_t)got : 0;
}

static bool is_index(const char *path)
{
    uint8_t head[PLX_INDEX_MAGIC_BYTES];
    uint64_t size;
    return plx_index_recognise(head, plx_index_head(path, head, sizeof head, &size));
}

/* The length of `name` without the suffix; 0 if it does not end so. */
static size_t stem(const char *name, const char *suffix)
{
    const size_t length = strlen(name), end = strlen(suffix);
    return length > end && strcmp(name + length - end, suffix) == 0 ? length - end : 0;
}

/* name[0..length) and the suffix. */
static char *join(const char *name, size_t length, const char *suffix, struct plx_error *error)
{
    const size_t size = length + strlen(suffix) + 1;
    char *joined = plx_new_array(size, 1, error);
    if (joined)
        snprintf(joined, size, "%.*s%s", (int)length, name, suffix);
    return joined;
}

enum plx_status plx_index_names(const char *name, char *names[2], struct plx_error *error)
{
    const size_t of_tokens = stem(name, TOKENS), of_index = stem(name, INDEX);
    const size_t length = of_tokens ? of_tokens : of_index ? of_index : strlen(name);
    names[0] = join(name, length, TOKENS, error);
    names[1] = names[0] ? join(name, length, INDEX, error) : NULL;
    if (names[1])
        return PLX_OK;
    free(names[0]);
    names[0] = NULL;
    return PLX_MEMORY;
}

char *plx_index_beside(const char *bin, enum plx_status *status, struct plx_error *error)
{
    const size_t length = stem(bin, TOKENS);
    char *index = length ? join(bin, length, INDEX, error) : NULL;
    *status = length && !index ? PLX_MEMORY : PLX_OK;
    return index;
}

char *plx_index_pair(const char *name, enum plx_status *status, struct plx_error *error)
{
    const bool given = access(name, F_OK) == 0; /* the index itself, or no name of a data set */
    const size_t length = given ? stem(name, INDEX) : strlen(name);
    *status = PLX_OK;
    if (length == 0)
        return NULL;
    char *index = join(name, length, INDEX, error), *tokens = join(name, length, TOKENS, error);
    const bool found = index && tokens && is_index(index) && access(tokens, F_OK) == 0;
    if (!index || !tokens)
        *status = PLX_MEMORY;
    free(index);
    if (found)
        return tokens;
    free(tokens);
    return NULL;
}

static bool is_among(const struct plx_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0)
            return true;
    }
    return false;
}

static void drop(struct plx_names *names, size_t at)
{
    free(names->names[at]);
    names->count--;
    for (size_t i = at; i < names->count; i++)
        names->names[i] = names->names[i + 1];
}

enum plx_status plx_index_pair_up(struct plx_names *names, struct plx_error *error)
{
    for (size_t i = 0; i < names->count;) {
        char *name = names->names[i];
        enum plx_status status = PLX_OK;
        char *tokens = plx_names_path(name) ? plx_index_pair(name, &status, error) : NULL;
        if (status)
            return status;
        if (tokens && is_among(names, tokens)) {
            free(tokens);
            drop(names, i);
            continue;
        }
        if (tokens) {
            free(name);
            names->names[i] = tokens;
        }
        i++;
    }
    return PLX_OK;
}

static enum plx_status check_index(const char *name, const char *output, struct plx_error *error)
{
    enum plx_status status;
    char *index = plx_index_beside(name, &status, error);
    if (index)
        status = plx_place_check(output, index, error);
    free(index);
    return status;
}

enum plx_status plx_index_check_output(const struct plx_names *names, const char *output,
                                       struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < names->count && status == PLX_OK; i++) {
        status = plx_place_check(output, names->names[i], error);
        if (status == PLX_OK)
            status = check_index(names->names[i], output, error);
    }
    return status;
}
