#include "io/source.h"

#include <perplex/cache.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "io/cache_folder.h"
#include "io/gzip.h"
#include "io/http_url.h"
#include "io/medium.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOURCE_BUFFER_BYTES ((size_t)256 << 10)

/* A read that asks for so much goes past the buffer. */
#define SOURCE_DIRECT_BYTES (SOURCE_BUFFER_BYTES / 2)

struct plx_source {
    struct plx_source_options options; /* the media point here */
    char *name;                        /* as opened; of a URL without what may be secret */
    const char *label;                 /* the name in errors */
    struct plx_medium *medium;
    struct plx_gzip *gzip;   /* NULL: the medium is not compressed, or not known yet */
    struct plx_sha256 *hash; /* of all bytes pulled; NULL: not asked for, or finished */
    char digest[PLX_SHA256_TEXT];
    bool sniffed; /* whether it is gzip is known */
    bool ended;   /* nothing is left to pull */
    uint8_t head[PLX_GZIP_MAGIC];
    size_t head_size; /* read to look for the magic, and not delivered yet */
    uint8_t *buffer;
    size_t capacity;
    size_t begin, end; /* buffer[begin … end − 1] is pulled and not consumed */
    uint64_t offset;   /* bytes consumed */
};

/* Pulling: bytes out of the medium, uncompressed and hashed. */

static enum plx_status source_sniff(struct plx_source *source, struct plx_error *error)
{
    while (source->head_size < PLX_GZIP_MAGIC) {
        size_t got = 0;
        enum plx_status status = plx_medium_read(source->medium, source->head + source->head_size,
                                                 PLX_GZIP_MAGIC - source->head_size, &got, error);
        if (status != PLX_OK)
            return status;
        if (got == 0)
            break;
        source->head_size += got;
    }
    if (plx_gzip_recognise(source->head, source->head_size)) {
        source->gzip = plx_gzip_open(source->medium, source->head, source->head_size, error);
        if (!source->gzip)
            return PLX_MEMORY;
        source->head_size = 0;
    }
    source->sniffed = true;
    return PLX_OK;
}

/* size ≥ PLX_GZIP_MAGIC. *got is 0 only at the end. */
static enum plx_status source_pull_content(struct plx_source *source, uint8_t *data, size_t size, size_t *got,
                                           struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (!source->sniffed)
        status = source_sniff(source, error);
    if (status != PLX_OK)
        return status;
    if (source->gzip)
        return plx_gzip_read(source->gzip, data, size, got, error);
    size_t head = source->head_size;
    if (head == 0)
        return plx_medium_read(source->medium, data, size, got, error);
    memcpy(data, source->head, head);
    source->head_size = 0;
    *got = head;
    return PLX_OK;
}

static enum plx_status source_pull(struct plx_source *source, uint8_t *data, size_t size, size_t *got,
                                   struct plx_error *error)
{
    *got = 0;
    enum plx_status status = source_pull_content(source, data, size, got, error);
    if (status == PLX_OK && *got > 0 && source->hash)
        status = plx_sha256_update(source->hash, data, *got, error);
    if (status != PLX_OK) {
        *got = 0;
        plx_error_input(error, source->label);
        plx_error_at_offset(error, source->offset + (source->end - source->begin));
        return status;
    }
    source->ended = *got == 0;
    return PLX_OK;
}

/* The buffer. */

/* Makes room behind the content, so that `want` bytes fit in all. The content is moved only where that gains
   room for at least a third of its size, so that bytes are moved a constant number of times on average,
   whatever the sequence of peeks. */
static enum plx_status source_make_room(struct plx_source *source, size_t want, struct plx_error *error)
{
    const size_t content = source->end - source->begin;
    if (content == 0)
        source->begin = source->end = 0;
    if (want > source->capacity - source->capacity / 4) {
        size_t capacity = plx_grown_capacity(source->capacity, want + want / 2);
        enum plx_status status = plx_resize_array(&source->buffer, capacity, 1, error);
        if (status != PLX_OK) {
            plx_error_input(error, source->label);
            return status;
        }
        source->capacity = capacity;
    }
    const size_t room = source->capacity - source->end;
    if (source->capacity - source->begin < want ||
        (room < source->capacity / 4 && source->begin > 0 && source->begin >= content)) {
        memmove(source->buffer, source->buffer + source->begin, content);
        source->begin = 0;
        source->end = content;
    }
    return PLX_OK;
}

enum plx_status plx_source_peek(struct plx_source *source, size_t want, const uint8_t **data, size_t *size,
                                struct plx_error *error)
{
    if (want > PLX_SOURCE_PEEK_MAX)
        return plx_error_set(error, PLX_USAGE, "a peek of %zu bytes is more than %zu", want,
                             PLX_SOURCE_PEEK_MAX);
    while (source->end - source->begin < want && !source->ended) {
        enum plx_status status = source_make_room(source, want, error);
        size_t got = 0;
        if (status == PLX_OK)
            status = source_pull(source, source->buffer + source->end, source->capacity - source->end, &got,
                                 error);
        if (status != PLX_OK)
            return status;
        source->end += got;
    }
    *data = source->buffer + source->begin;
    *size = source->end - source->begin;
    return PLX_OK;
}

void plx_source_skip(struct plx_source *source, size_t size)
{
    assert(size <= source->end - source->begin);
    source->begin += size;
    source->offset += size;
}

enum plx_status plx_source_read(struct plx_source *source, void *data, size_t size, size_t *got,
                                struct plx_error *error)
{
    uint8_t *out = data;
    *got = 0;
    while (*got < size) {
        const size_t left = size - *got;
        size_t count = 0;
        enum plx_status status = PLX_OK;
        if (source->begin == source->end && left >= SOURCE_DIRECT_BYTES && !source->ended) {
            status = source_pull(source, out + *got, left, &count, error);
            source->offset += count;
        } else {
            const uint8_t *ready = NULL;
            status = plx_source_peek(source, 1, &ready, &count, error);
            if (status == PLX_OK) {
                count = count < left ? count : left;
                memcpy(out + *got, ready, count);
                plx_source_skip(source, count);
            }
        }
        if (status != PLX_OK)
            return status;
        *got += count;
        if (count == 0)
            break;
    }
    return PLX_OK;
}

/* What is known about it. */

const char *plx_source_name(const struct plx_source *source)
{
    return source->name;
}

uint64_t plx_source_offset(const struct plx_source *source)
{
    return source->offset;
}

void plx_source_progress(const struct plx_source *source, uint64_t *size, uint64_t *done)
{
    *size = plx_medium_size(source->medium);
    *done = source->medium->done;
}

bool plx_source_compressed(const struct plx_source *source)
{
    return source->gzip != NULL;
}

enum plx_status plx_source_drain(struct plx_source *source, struct plx_error *error)
{
    do {
        plx_source_skip(source, source->end - source->begin);
        const uint8_t *data = NULL;
        size_t size = 0;
        enum plx_status status = plx_source_peek(source, 1, &data, &size, error);
        if (status != PLX_OK)
            return status;
    } while (source->begin < source->end);
    return PLX_OK;
}

void plx_source_stop_hashing(struct plx_source *source)
{
    source->options.fingerprint = false;
    plx_sha256_free(source->hash);
    source->hash = NULL;
}

enum plx_status plx_source_interrupted(const struct plx_source *source, struct plx_error *error)
{
    const enum plx_status status = plx_medium_interrupted(source->medium, error);
    if (status != PLX_OK)
        plx_error_input(error, source->label);
    return status;
}

enum plx_status plx_source_file(struct plx_source *source, struct plx_file_range *range,
                                struct plx_error *error)
{
    const uint8_t *data;
    size_t size;
    const enum plx_status status = plx_source_peek(source, 1, &data, &size, error); /* is it gzip? */
    if (status != PLX_OK || source->gzip || !plx_medium_range(source->medium, range))
        range->descriptor = -1;
    return status;
}

enum plx_status plx_source_sha256(struct plx_source *source, char hex[65], struct plx_error *error)
{
    if (!source->options.fingerprint) {
        enum plx_status status =
            plx_error_set(error, PLX_USAGE, "the source was opened without the option fingerprint");
        plx_error_input(error, source->label);
        return status;
    }
    enum plx_status drained = plx_source_drain(source, error);
    if (drained != PLX_OK)
        return drained;
    if (source->hash) {
        enum plx_status status = plx_sha256_finish(source->hash, source->digest, error);
        if (status != PLX_OK)
            return status;
        plx_sha256_free(source->hash);
        source->hash = NULL;
    }
    memcpy(hex, source->digest, PLX_SHA256_TEXT);
    return PLX_OK;
}

/* Opening and closing. */

/* A URL: its file in the cache, where there is one, which is opened like any other. */
static enum plx_status source_open_url(struct plx_source *source, const char *url, struct plx_error *error)
{
    const struct plx_source_options *options = &source->options;
    if (!options->network || !options->network->cache)
        return plx_http_open(url, options, &source->medium, error);
    const struct plx_cache_request request = {
        .urls = &url,
        .url_count = 1,
        .max_bytes = options->max_download_bytes,
        .interrupted = options->interrupted,
        .user = options->user,
    };
    enum plx_status status = PLX_OK;
    bool gone = true; /* removed between the two by somebody else */
    for (unsigned i = 0; i < PLX_CACHE_TIMES && gone; i++) {
        struct plx_cached cached;
        gone = false;
        status = plx_cache_fetch(options->network, &request, &cached, error);
        if (status == PLX_OK) {
            status = plx_file_open(cached.path, options, &source->medium, error);
            gone = status == PLX_IO && access(cached.path, F_OK) != 0;
        }
        free(cached.path);
    }
    return status;
}

/* All but the medium; takes `name` over. NULL on failure. */
static struct plx_source *source_new(char *name, const struct plx_source_options *options,
                                     struct plx_error *error)
{
    struct plx_source *source = name ? plx_new_array(1, sizeof *source, error) : NULL;
    if (!source) {
        free(name);
        return NULL;
    }
    source->name = name;
    source->label = name;
    if (options)
        source->options = *options;
    source->buffer = plx_new_array(SOURCE_BUFFER_BYTES, 1, error);
    if (!source->buffer)
        goto fail;
    source->capacity = SOURCE_BUFFER_BYTES;
    if (source->options.fingerprint) {
        source->hash = plx_sha256_new(error);
        if (!source->hash)
            goto fail;
    }
    return source;
fail:
    plx_source_close(source);
    return NULL;
}

enum plx_status plx_source_open(const char *name, const struct plx_source_options *options,
                                struct plx_source **source, struct plx_error *error)
{
    *source = NULL;
    const bool url = plx_http_is_url(name);
    /* Another URL is as good as a file that is not there, but may have a password too. */
    const bool stripped = url || (strstr(name, "://") && access(name, F_OK) != 0);
    char *shown = stripped ? plx_http_label(name, error) : plx_copy_string(name, strlen(name), error);
    struct plx_source *opened = source_new(shown, options, error);
    if (!opened)
        return PLX_MEMORY;
    enum plx_status status;
    if (url) {
        status = source_open_url(opened, name, error);
    } else {
        if (strcmp(name, "-") == 0)
            opened->label = "standard input";
        status = plx_file_open(name, &opened->options, &opened->medium, error);
    }
    if (status != PLX_OK) {
        if (!error || error->input[0] == '\0') /* else it may be about the cache */
            plx_error_input(error, opened->label);
        plx_source_close(opened);
        return status;
    }
    *source = opened;
    return PLX_OK;
}

enum plx_status plx_source_open_memory(const void *data, size_t size, const char *name,
                                       const struct plx_source_options *options, struct plx_source **source,
                                       struct plx_error *error)
{
    *source = NULL;
    struct plx_source *opened = source_new(plx_copy_string(name, strlen(name), error), options, error);
    if (!opened)
        return PLX_MEMORY;
    enum plx_status status = plx_memory_open(data, size, &opened->options, &opened->medium, error);
    if (status != PLX_OK) {
        plx_error_input(error, opened->label);
        plx_source_close(opened);
        return status;
    }
    *source = opened;
    return PLX_OK;
}

enum plx_status plx_source_open_medium(struct plx_medium *medium, char *name,
                                       const struct plx_source_options *options, struct plx_source **source,
                                       struct plx_error *error)
{
    *source = source_new(name, options, error);
    if (!*source) {
        plx_medium_close(medium);
        return PLX_MEMORY;
    }
    (*source)->medium = medium;
    medium->options = &(*source)->options;
    return PLX_OK;
}

enum plx_status plx_source_reopen(const struct plx_source *source, struct plx_source **again,
                                  struct plx_error *error)
{
    struct plx_file_range range;
    struct plx_source_options options = source->options;
    struct plx_medium *medium;
    *again = NULL;
    if (!plx_medium_range(source->medium, &range))
        return PLX_OK;
    options.fingerprint = false;
    char *name = plx_copy_string(source->name, strlen(source->name), error);
    enum plx_status status = name ? plx_range_open(&range, &options, &medium, error) : PLX_MEMORY;
    if (status) {
        free(name);
        return status;
    }
    status = plx_source_open_medium(medium, name, &options, again, error);
    if (status == PLX_OK && strcmp((*again)->name, "-") == 0)
        (*again)->label = source->label;
    return status;
}

void plx_source_close(struct plx_source *source)
{
    if (!source)
        return;
    plx_gzip_close(source->gzip);
    plx_medium_close(source->medium);
    plx_sha256_free(source->hash);
    free(source->buffer);
    free(source->name);
    free(source);
}
