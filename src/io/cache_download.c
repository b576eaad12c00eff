#include "io/cache_download.h"

#include "base/error.h"
#include "io/cache_folder.h"
#include "io/cache_lock.h"
#include "io/html.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A download and its files. */
struct part {
    const struct plx_cache_download *download;
    const char *cache;
    char key[PLX_SHA256_TEXT];
    char *path, *notes;
    int descriptor;
    struct plx_http_get get;
};

/* The files of a download that is not finished; *notes follows from *path. */
static enum plx_status name_part(const char *cache, const char *lock, const char *key, char **path,
                                 char **notes, struct plx_error *error)
{
    char name[(size_t)2 * PLX_SHA256_TEXT];
    snprintf(name, sizeof name, "%s-%.16s", lock, key);
    *path = plx_cache_path(cache, PLX_CACHE_PARTIAL, name, error);
    snprintf(name, sizeof name, "%s-%.16s" PLX_CACHE_NOTES, lock, key);
    *notes = *path ? plx_cache_path(cache, PLX_CACHE_PARTIAL, name, error) : NULL;
    return *notes ? PLX_OK : PLX_MEMORY;
}

/* The notes last: without them a part is not gone on with. */
static void remove_part(const char *path, const char *notes)
{
    (void)unlink(path);
    (void)unlink(notes);
}

enum plx_status plx_cache_forget_part(const char *cache, const char *lock, const char *url,
                                      struct plx_error *error)
{
    char key[PLX_SHA256_TEXT], *path = NULL, *notes = NULL;
    enum plx_status status = plx_cache_key(url, key, error);
    if (status == PLX_OK)
        status = name_part(cache, lock, key, &path, &notes, error);
    if (status == PLX_OK)
        remove_part(path, notes);
    free(notes);
    free(path);
    return status;
}

/* Is told what a content is whose bytes are about to come. */
static enum plx_status begun(void *user, const struct plx_http_validators *validators, uint64_t size,
                             struct plx_error *error)
{
    const struct part *part = user;
    struct plx_cache_record record = {
        .size = size, .downloaded = (int64_t)time(NULL), .validators = *validators};
    snprintf(record.label, sizeof record.label, "%s", part->download->label);
    return plx_cache_record_write(part->notes, &record, error);
}

static enum plx_status open_part(struct part *part, struct plx_error *error)
{
    const struct plx_cache_download *download = part->download;
    struct plx_cache_record record;
    enum plx_status status = plx_cache_make_room(part->cache, part->path, error);
    if (status)
        return status;
    part->descriptor = open(part->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (part->descriptor < 0)
        return plx_cache_error(part->cache, errno, error);
    const bool noted = plx_cache_record_read(part->notes, &record);
    if (!noted && ftruncate(part->descriptor, 0) != 0)
        return plx_cache_error(part->cache, errno, error);
    part->get = (struct plx_http_get){
        .url = download->url,
        .network = download->network,
        .interrupted = download->request->interrupted,
        .user = download->request->user,
        .cap = download->request->max_bytes,
        .expected = download->request->size,
        .descriptor = part->descriptor,
        .part = record.validators,
        .part_size = record.size,
        .begun = begun,
        .begun_user = part,
    };
    if (download->known)
        part->get.known = download->known->validators;
    return PLX_OK;
}

/* Guesses why it is not what it should be. */
static enum plx_status refuse(bool page, struct plx_cached *cached, struct plx_error *error)
{
    cached->refused = true;
    if (page)
        plx_error_hint(error, "what came is a page of HTML: perhaps one has to log in there, or agree to "
                              "something; it is not kept");
    else
        plx_error_hint(error, "there is another content at that address now, or it was changed on its way; "
                              "it is not kept");
    return PLX_NETWORK;
}

/* Looks at what has come before it becomes part of the cache. */
static enum plx_status check(struct part *part, struct plx_cached *cached, struct plx_error *error)
{
    const struct plx_cache_download *download = part->download;
    const struct plx_cache_request *request = download->request;
    if (request->size && part->get.size != request->size) {
        plx_error_set(error, PLX_NETWORK, "the content has %" PRIu64 " bytes instead of %" PRIu64,
                      part->get.size, request->size);
        return refuse(plx_html_begins(part->descriptor), cached, error);
    }
    const enum plx_status status =
        plx_cache_hash(part->descriptor, request->interrupted, request->user, cached->sha256, error);
    if (status || !download->sha256 || strcmp(cached->sha256, download->sha256) == 0)
        return status;
    plx_error_set(error, PLX_NETWORK, "the content has the SHA-256 %s instead of %s", cached->sha256,
                  download->sha256);
    return refuse(plx_html_begins(part->descriptor), cached, error);
}

/* So that a content that is there is there after a power failure too. */
static bool sync_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    const size_t length = slash ? (size_t)(slash - path) : sizeof folder;
    if (length >= sizeof folder)
        return true;
    memcpy(folder, path, length);
    folder[length] = '\0';
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot, and need not. */
    const bool fine = descriptor < 0 || fsync(descriptor) == 0 || errno == EINVAL;
    if (descriptor >= 0)
        close(descriptor);
    return fine;
}

static enum plx_status place(const struct part *part, const char *sha256, struct plx_error *error)
{
    char *content = plx_cache_content(part->cache, sha256, error);
    enum plx_status status = content ? plx_cache_make_room(part->cache, content, error) : PLX_MEMORY;
    if (status == PLX_OK &&
        (fsync(part->descriptor) != 0 || fchmod(part->descriptor, S_IRUSR | S_IRGRP | S_IROTH) != 0 ||
         futimens(part->descriptor, NULL) != 0 || rename(part->path, content) != 0 || !sync_folder(content)))
        status = plx_cache_error(part->cache, errno, error);
    free(content);
    return status;
}

static enum plx_status record(const struct part *part, const char *sha256, struct plx_error *error)
{
    struct plx_cache_record record = {
        .size = part->get.size, .downloaded = (int64_t)time(NULL), .validators = part->get.got};
    char *path = plx_cache_path(part->cache, PLX_CACHE_URLS, part->key, error);
    enum plx_status status = path ? plx_cache_make_room(part->cache, path, error) : PLX_MEMORY;
    snprintf(record.label, sizeof record.label, "%s", part->download->label);
    snprintf(record.sha256, sizeof record.sha256, "%s", sha256);
    if (status == PLX_OK)
        status = plx_cache_record_write(path, &record, error);
    free(path);
    return status;
}

/* The content, and what leads to it, together: in between nobody is to take it for one that nothing leads
   to. */
static enum plx_status keep(const struct part *part, const char *sha256, struct plx_error *error)
{
    const struct plx_cache_request *request = part->download->request;
    struct plx_cache_lock lock = {.cache = part->cache,
                                  .name = PLX_CACHE_LOCK_ALL,
                                  .shared = true,
                                  .interrupted = request->interrupted,
                                  .user = request->user};
    enum plx_status status = plx_cache_lock(&lock, error);
    if (status == PLX_OK)
        status = place(part, sha256, error);
    if (status == PLX_OK)
        status = record(part, sha256, error);
    plx_cache_unlock(&lock);
    return status;
}

static enum plx_status transfer(struct part *part, struct plx_cached *cached, struct plx_error *error)
{
    struct stat facts;
    enum plx_status status = plx_http_get(&part->get, error);
    if (status) {
        if (fstat(part->descriptor, &facts) == 0 && facts.st_size == 0)
            remove_part(part->path, part->notes);
        return part->get.other ? refuse(part->get.page, cached, error) : status;
    }
    cached->downloaded = !part->get.unmodified;
    if (!cached->downloaded) {
        snprintf(cached->sha256, sizeof cached->sha256, "%s", part->download->known->sha256);
        remove_part(part->path, part->notes);
        return PLX_OK;
    }
    status = check(part, cached, error);
    if (status == PLX_OK)
        status = keep(part, cached->sha256, error);
    if (status == PLX_OK || cached->refused)
        remove_part(part->path, part->notes);
    return status;
}

enum plx_status plx_cache_download(const struct plx_cache_download *download, struct plx_cached *cached,
                                   struct plx_error *error)
{
    struct part part = {.download = download, .cache = download->network->cache, .descriptor = -1};
    enum plx_status status = plx_cache_key(download->url, part.key, error);
    if (status == PLX_OK)
        status = name_part(part.cache, download->lock, part.key, &part.path, &part.notes, error);
    if (status == PLX_OK)
        status = open_part(&part, error);
    if (status == PLX_OK)
        status = transfer(&part, cached, error);
    if (status && error->input[0] == '\0')
        plx_error_input(error, download->label);
    if (part.descriptor >= 0)
        close(part.descriptor);
    free(part.notes);
    free(part.path);
    return status;
}
