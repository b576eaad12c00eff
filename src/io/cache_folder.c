#include "io/cache_folder.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is hashed between two questions whether the caller wants to stop. */
#define PIECE_BYTES ((size_t)1 << 20)

char *plx_cache_path(const char *cache, const char *folder, const char *name, struct plx_error *error)
{
    const size_t size = strlen(cache) + strlen(folder) + strlen(name) + sizeof "//";
    char *path = plx_new_array(size, 1, error);
    if (path)
        snprintf(path, size, "%s/%s/%s", cache, folder, name);
    return path;
}

char *plx_cache_content(const char *cache, const char *sha256, struct plx_error *error)
{
    char name[PLX_SHA256_TEXT + 3];
    snprintf(name, sizeof name, "%.2s/%s", sha256, sha256);
    return plx_cache_path(cache, PLX_CACHE_CONTENTS, name, error);
}

enum plx_status plx_cache_error(const char *cache, int number, struct plx_error *error)
{
    plx_error_set_errno(error, PLX_IO, number, "cannot be used as the download cache");
    plx_error_input(error, cache);
    return plx_error_hint(error,
                          "PERPLEX_CACHE=FOLDER names another one; with PERPLEX_CACHE= nothing is kept");
}

enum plx_status plx_cache_make_room(const char *cache, const char *path, struct plx_error *error)
{
    char *folder = plx_copy_string(path, strlen(path), error);
    enum plx_status status = folder ? PLX_OK : PLX_MEMORY;
    /* What was downloaded may be nobody else's business; who shares a cache makes its folder. */
    const size_t own = strlen(cache);
    for (char *slash = folder; status == PLX_OK && (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        if (mkdir(folder, (size_t)(slash - folder) <= own ? 0700 : 0777) != 0 && errno != EEXIST) {
            const int number = errno;
            if (access(folder, F_OK) != 0)
                status = plx_cache_error(cache, number, error);
        }
        *slash = '/';
    }
    free(folder);
    return status;
}

bool plx_cache_is_hash(const char *text)
{
    return strspn(text, "0123456789abcdef") == PLX_CACHE_DIGITS && text[PLX_CACHE_DIGITS] == '\0';
}

enum plx_status plx_cache_key(const char *url, char key[PLX_SHA256_TEXT], struct plx_error *error)
{
    struct plx_sha256 *hash = plx_sha256_new(error);
    enum plx_status status = hash ? plx_sha256_update(hash, url, strlen(url), error) : PLX_MEMORY;
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, key, error);
    plx_sha256_free(hash);
    return status;
}

static enum plx_status hash_pieces(int descriptor, uint8_t *piece, bool (*interrupted)(void *user),
                                   void *user, struct plx_sha256 *hash, struct plx_error *error)
{
    uint64_t offset = 0;
    for (;;) {
        if (interrupted && interrupted(user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        const ssize_t got = pread(descriptor, piece, PIECE_BYTES, (off_t)offset);
        if (got == 0)
            return PLX_OK;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return plx_error_set_errno(error, PLX_IO, errno, "cannot be read");
        const enum plx_status status = plx_sha256_update(hash, piece, (size_t)got, error);
        if (status)
            return status;
        offset += (uint64_t)got;
    }
}

enum plx_status plx_cache_hash(int descriptor, bool (*interrupted)(void *user), void *user,
                               char sha256[PLX_SHA256_TEXT], struct plx_error *error)
{
    uint8_t *piece = plx_new_array(PIECE_BYTES, 1, error);
    struct plx_sha256 *hash = piece ? plx_sha256_new(error) : NULL;
    enum plx_status status =
        hash ? hash_pieces(descriptor, piece, interrupted, user, hash, error) : PLX_MEMORY;
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, sha256, error);
    plx_sha256_free(hash);
    free(piece);
    return status;
}
