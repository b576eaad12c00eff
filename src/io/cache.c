/* Having a content in the cache. */
#include <perplex/cache.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/cache_download.h"
#include "io/cache_folder.h"
#include "io/cache_lock.h"
#include "io/http_policy.h"
#include "io/http_url.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What one call works with. */
struct fetch {
    const struct plx_network *network;
    const struct plx_cache_request *request;
    struct plx_cached *cached;
    char sha256[PLX_SHA256_TEXT];                     /* in lower case; "" where it is not known */
    char first[PLX_SHA256_TEXT];                      /* key of the first URL */
    struct plx_error worst;                           /* what tells most of why it cannot be had */
    bool refused;                                     /* that is that something else came */
    size_t failed;                                    /* URLs */
    char others[sizeof((struct plx_error *)0)->hint]; /* what the other URLs failed of */
};

/* Finds what is there already. */

/* The content of that hash, if it has the size (UINT64_MAX: any); *found says whether. One that is there is
   as it should be as far as can be told without reading it. */
static enum plx_status find_content(struct fetch *fetch, const char *sha256, uint64_t size, bool *found,
                                    struct plx_error *error)
{
    struct stat facts;
    char *path = plx_cache_content(fetch->network->cache, sha256, error);
    *found = false;
    if (!path)
        return PLX_MEMORY;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (size != UINT64_MAX && (uint64_t)facts.st_size != size)) {
        free(path);
        return PLX_OK;
    }
    (void)utimensat(AT_FDCWD, path, NULL, 0); /* of somebody else's cache it stays as it is */
    fetch->cached->path = path;
    fetch->cached->size = (uint64_t)facts.st_size;
    memmove(fetch->cached->sha256, sha256, PLX_SHA256_TEXT); /* it may be there already */
    *found = true;
    return PLX_OK;
}

static enum plx_status find_hash(struct fetch *fetch, bool *found, struct plx_error *error)
{
    *found = false;
    if (!*fetch->sha256)
        return PLX_OK;
    return find_content(fetch, fetch->sha256, fetch->request->size ? fetch->request->size : UINT64_MAX, found,
                        error);
}

/* What the URL has given, if its content is there. *written is when that was noted. */
static enum plx_status find_url(struct fetch *fetch, const char *url, struct plx_cache_record *record,
                                struct timespec *written, bool *found, struct plx_error *error)
{
    char key[PLX_SHA256_TEXT], *path = NULL;
    struct stat facts;
    *found = false;
    *written = (struct timespec){0};
    enum plx_status status = plx_cache_key(url, key, error);
    if (status == PLX_OK && !(path = plx_cache_path(fetch->network->cache, PLX_CACHE_URLS, key, error)))
        status = PLX_MEMORY;
    if (status == PLX_OK && stat(path, &facts) == 0 && plx_cache_record_read(path, record) &&
        *record->sha256) {
        *written = facts.st_mtim;
        status = find_content(fetch, record->sha256, record->size, found, error);
    }
    free(path);
    return status;
}

/* The same of the first URL of which there is something. */
static enum plx_status find_any(struct fetch *fetch, struct plx_cache_record *record,
                                struct timespec *written, bool *found, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    *found = false;
    for (size_t i = 0; i < fetch->request->url_count && !*found && status == PLX_OK; i++)
        status = find_url(fetch, fetch->request->urls[i], record, written, found, error);
    return status;
}

static void forget_found(struct fetch *fetch)
{
    free(fetch->cached->path);
    *fetch->cached = (struct plx_cached){.path = NULL};
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Without the network. */

static void tell_offline(const struct fetch *fetch, const struct plx_cache_record *record)
{
    char text[PLX_CACHE_LABEL + 128], day[PLX_CACHE_DAY];
    if (!fetch->network->note)
        return;
    plx_cache_day(record->downloaded, day);
    snprintf(text, sizeof text, "%s: offline, so it is what was downloaded on %s", record->label, day);
    fetch->network->note(fetch->network->user, text);
}

static enum plx_status fetch_offline(struct fetch *fetch, struct plx_error *error)
{
    struct plx_cache_record record;
    struct timespec written;
    bool found = false;
    enum plx_status status = *fetch->sha256 ? PLX_OK : find_any(fetch, &record, &written, &found, error);
    if (status)
        return status;
    if (found) {
        tell_offline(fetch, &record);
        return PLX_OK;
    }
    char *label = plx_http_label(fetch->request->urls[0], error);
    if (!label)
        return PLX_MEMORY;
    status = plx_http_allowed(fetch->network, error);
    plx_error_input(error, label);
    free(label);
    return status;
}

/* From one URL after the other. */

/* Keeps the failure that tells most, the first among equals, and the others in short: that something else
   came tells more than that nothing did. */
static void remember(struct fetch *fetch, const struct plx_error *error)
{
    const struct plx_error *other = error;
    struct plx_error before;
    const bool more = fetch->cached->refused && !fetch->refused;
    fetch->refused |= more;
    if (fetch->failed++ == 0) {
        fetch->worst = *error;
        return;
    }
    if (more) {
        before = fetch->worst;
        fetch->worst = *error;
        other = &before;
    }
    const size_t used = strlen(fetch->others), room = sizeof fetch->others - used;
    char *at = fetch->others + used;
    if ((size_t)snprintf(at, room, "%s%s: %s", used ? "; " : "", other->input, other->message) >= room)
        *at = '\0'; /* as many as fit */
}

/* What is in the cache is not used in silence where it may have changed. */
static void hint_offline(const struct plx_cache_record *record, struct plx_error *error)
{
    char day[PLX_CACHE_DAY];
    plx_cache_day(record->downloaded, day);
    plx_error_hint(error, "what was downloaded on %s is in the cache: PERPLEX_OFFLINE=1 uses it", day);
}

/* *found is false where somebody else has removed at once what there was. */
static enum plx_status fetch_once(struct fetch *fetch, const char *url, bool *found, struct plx_error *error)
{
    struct plx_cache_record record;
    struct timespec written;
    bool known = false;
    char *label = plx_http_label(url, error);
    enum plx_status status = label ? PLX_OK : PLX_MEMORY;
    if (status == PLX_OK && !*fetch->sha256)
        status = find_url(fetch, url, &record, &written, &known, error);
    forget_found(fetch);
    if (status == PLX_OK) {
        const struct plx_cache_download download = {
            .network = fetch->network,
            .request = fetch->request,
            .lock = *fetch->sha256 ? fetch->sha256 : fetch->first,
            .sha256 = *fetch->sha256 ? fetch->sha256 : NULL,
            .url = url,
            .label = label,
            .known = known ? &record : NULL,
        };
        status = plx_cache_download(&download, fetch->cached, error);
        if (status == PLX_NETWORK && known && !fetch->cached->refused)
            hint_offline(&record, error);
    }
    free(label);
    if (status)
        return status;
    return find_content(fetch, fetch->cached->sha256, UINT64_MAX, found, error);
}

static enum plx_status fetch_url(struct fetch *fetch, const char *url, struct plx_error *error)
{
    bool found = false;
    enum plx_status status = PLX_OK;
    for (unsigned i = 0; i < PLX_CACHE_TIMES && status == PLX_OK && !found; i++)
        status = fetch_once(fetch, url, &found, error);
    if (status == PLX_OK && !found)
        status = plx_cache_error(fetch->network->cache, ENOENT, error);
    return status;
}

static enum plx_status fetch_urls(struct fetch *fetch, struct plx_error *error)
{
    const struct plx_cache_request *request = fetch->request;
    const char *lock = *fetch->sha256 ? fetch->sha256 : fetch->first;
    for (size_t i = 0; i < request->url_count; i++) {
        enum plx_status status = fetch_url(fetch, request->urls[i], error);
        if (status && status != PLX_NETWORK)
            return status;
        if (status == PLX_OK) { /* what others gave a part of is not needed any more */
            for (size_t j = 0; j < i && status == PLX_OK; j++)
                status = plx_cache_forget_part(fetch->network->cache, lock, request->urls[j], error);
            return status;
        }
        remember(fetch, error);
    }
    *error = fetch->worst;
    if (*fetch->others)
        plx_error_hint(error, "nor can it be had elsewhere: %s", fetch->others);
    return error->status;
}

/* With the lock; what somebody else has downloaded meanwhile is used. */
static enum plx_status fetch_locked(struct fetch *fetch, struct plx_error *error)
{
    struct plx_cache_record record;
    struct timespec before = {0}, after = {0};
    bool found = false;
    char *label = plx_http_label(fetch->request->urls[0], error);
    enum plx_status status = label ? PLX_OK : PLX_MEMORY;
    struct plx_cache_lock lock = {.cache = fetch->network->cache,
                                  .name = *fetch->sha256 ? fetch->sha256 : fetch->first,
                                  .network = fetch->network,
                                  .label = label,
                                  .interrupted = fetch->request->interrupted,
                                  .user = fetch->request->user,
                                  .descriptor = -1};
    if (status == PLX_OK)
        status = find_any(fetch, &record, &before, &found, error);
    forget_found(fetch);
    if (status == PLX_OK) {
        status = plx_cache_lock(&lock, error);
        if (status == PLX_INTERRUPTED)
            plx_error_input(error, label);
        else if (status == PLX_IO && found) /* it may be a cache that cannot be written */
            hint_offline(&record, error);
    }
    if (status == PLX_OK)
        status = find_hash(fetch, &found, error);
    if (status == PLX_OK && !found && lock.waited && !*fetch->sha256) {
        status = find_any(fetch, &record, &after, &found, error);
        if (status == PLX_OK && found && same_time(&before, &after)) {
            forget_found(fetch);
            found = false;
        }
    }
    if (status == PLX_OK && !found)
        status = fetch_urls(fetch, error);
    plx_cache_unlock(&lock);
    free(label);
    return status;
}

static enum plx_status check_request(struct fetch *fetch, struct plx_error *error)
{
    const struct plx_cache_request *request = fetch->request;
    if (!fetch->network || !fetch->network->cache)
        return plx_error_set(error, PLX_USAGE, "there is no download cache");
    if (request->url_count == 0)
        return plx_error_set(error, PLX_USAGE, "there is no URL to download from");
    for (size_t i = 0; request->sha256 && request->sha256[i] && i < PLX_CACHE_DIGITS; i++)
        fetch->sha256[i] = (char)tolower((unsigned char)request->sha256[i]);
    if (request->sha256 && (strlen(request->sha256) != PLX_CACHE_DIGITS || !plx_cache_is_hash(fetch->sha256)))
        return plx_error_set(error, PLX_USAGE, "\"%.80s\" is no SHA-256 of 64 hexadecimal digits",
                             request->sha256);
    return plx_cache_key(request->urls[0], fetch->first, error);
}

enum plx_status plx_cache_fetch(const struct plx_network *network, const struct plx_cache_request *request,
                                struct plx_cached *cached, struct plx_error *error)
{
    struct fetch fetch = {.network = network, .request = request, .cached = cached};
    struct plx_error own;
    bool found = false;
    if (!error)
        error = &own;
    *cached = (struct plx_cached){.path = NULL};
    enum plx_status status = check_request(&fetch, error);
    if (status == PLX_OK)
        status = find_hash(&fetch, &found, error);
    if (status == PLX_OK && !found)
        status = network->offline ? fetch_offline(&fetch, error) : fetch_locked(&fetch, error);
    if (status)
        forget_found(&fetch);
    cached->refused = status == PLX_NETWORK && fetch.refused;
    return status;
}
