#include "corpus/trust.h"

#include "base/error.h"
#include "io/cache_folder.h"
#include "io/cache_lock.h"
#include "io/output.h"
#include "io/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char FOLDER[] = "trust";

/* More than claims can be made of one file. */
#define TRUST_BYTES_MAX ((size_t)1 << 20)

enum plx_status plx_trust_hash(const char *text, char hex[PLX_SHA256_TEXT], struct plx_error *error)
{
    struct plx_sha256 *hash = plx_sha256_new(error);
    enum plx_status status = hash ? plx_sha256_update(hash, text, strlen(text), error) : PLX_MEMORY;
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, hex, error);
    plx_sha256_free(hash);
    return status;
}

/* Lines of 64 digits. */
static bool well_formed(const struct plx_buffer *lines)
{
    for (size_t i = 0; i < lines->size; i++) {
        const char byte = (char)lines->data[i];
        const bool digit = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
        if (i % PLX_SHA256_TEXT == PLX_SHA256_TEXT - 1 ? byte != '\n' : !digit)
            return false;
    }
    return lines->size > 0 && lines->size % PLX_SHA256_TEXT == 0;
}

/* What there is; nothing where there is no file. */
static enum plx_status read_file(struct plx_trust *trust, struct plx_error *error)
{
    struct plx_source *source;
    if (access(trust->path, F_OK) != 0)
        return PLX_OK;
    enum plx_status status = plx_source_open(trust->path, NULL, &source, error);
    if (status)
        return status;
    status = plx_source_read_all(source, "what is known of a download", &trust->lines, error);
    plx_source_close(source);
    if (status == PLX_OK && !well_formed(&trust->lines)) {
        status = plx_error_set(error, PLX_MALFORMED, "lines of 64 hexadecimal digits are expected");
        plx_error_input(error, trust->path);
        plx_error_hint(error, "without this file the download is verified anew");
    }
    if (status == PLX_OK)
        memcpy(trust->sha256, trust->lines.data, PLX_SHA256_TEXT - 1);
    return status;
}

static enum plx_status read_lines(struct plx_trust *trust, struct plx_error *error)
{
    trust->lines.size = 0;
    trust->sha256[0] = '\0';
    const enum plx_status status = read_file(trust, error);
    if (status == PLX_OK || status == PLX_MEMORY || trust->binds)
        return status;
    trust->lines.size = 0;
    return PLX_OK;
}

enum plx_status plx_trust_read(const struct plx_network *network, const char *url, const char *said,
                               struct plx_trust *trust, struct plx_error *error)
{
    *trust = (struct plx_trust){.binds = said == NULL};
    plx_buffer_init(&trust->lines, TRUST_BYTES_MAX);
    if (!network || !network->cache) {
        plx_error_set(error, PLX_USAGE, "corpora that have names are kept in a cache, and there is none");
        return plx_error_hint(error, "PERPLEX_CACHE=FOLDER names one");
    }
    trust->cache = network->cache;
    enum plx_status status = plx_trust_hash(url, trust->key, error);
    if (status)
        return status;
    trust->path = plx_cache_path(network->cache, FOLDER, trust->key, error);
    status = trust->path ? read_lines(trust, error) : PLX_MEMORY;
    if (status)
        plx_trust_release(trust);
    return status;
}

bool plx_trust_has(const struct plx_trust *trust, const char *sha256, const char claims[PLX_SHA256_TEXT])
{
    if (strcmp(trust->sha256, sha256) != 0)
        return false;
    for (size_t at = PLX_SHA256_TEXT; at < trust->lines.size; at += PLX_SHA256_TEXT) {
        if (memcmp(trust->lines.data + at, claims, PLX_SHA256_TEXT - 1) == 0)
            return true;
    }
    return false;
}

static enum plx_status write_lines(const struct plx_trust *trust, struct plx_error *error)
{
    struct plx_output *output;
    enum plx_status status = plx_cache_make_room(trust->cache, trust->path, error);
    if (status == PLX_OK && (status = plx_output_open(trust->path, &output, error)) == PLX_OK) {
        status = plx_output_write(output, trust->lines.data, trust->lines.size, error);
        if (status == PLX_OK)
            status = plx_output_commit(output, error);
        else
            plx_output_discard(output);
    }
    return status == PLX_IO ? plx_cache_error(trust->cache, error->os_error, error) : status;
}

/* Nobody else changes the file meanwhile. */
static enum plx_status add_locked(struct plx_trust *trust, const char *sha256,
                                  const char claims[PLX_SHA256_TEXT], struct plx_error *error)
{
    enum plx_status status = read_lines(trust, error);
    if (status || plx_trust_has(trust, sha256, claims))
        return status;
    if (strcmp(trust->sha256, sha256) != 0) {
        if (trust->binds && *trust->sha256) {
            plx_error_set(error, PLX_NETWORK, "the content has the SHA-256 %s instead of %s", sha256,
                          trust->sha256);
            plx_trust_hint(trust, error);
            return PLX_NETWORK;
        }
        trust->lines.size = 0;
        memcpy(trust->sha256, sha256, sizeof trust->sha256);
        status = plx_buffer_printf(&trust->lines, error, "%s\n", sha256);
    }
    if (status == PLX_OK)
        status = plx_buffer_printf(&trust->lines, error, "%s\n", claims);
    return status ? status : write_lines(trust, error);
}

enum plx_status plx_trust_add(struct plx_trust *trust, const char *sha256, const char claims[PLX_SHA256_TEXT],
                              struct plx_error *error)
{
    char text[sizeof FOLDER + PLX_SHA256_TEXT], name[PLX_SHA256_TEXT];
    struct plx_cache_lock lock = {.cache = trust->cache, .name = name, .descriptor = -1};
    if (plx_trust_has(trust, sha256, claims))
        return PLX_OK;
    /* Not the lock of the download, which somebody may hold for hours. */
    snprintf(text, sizeof text, "%s %s", FOLDER, trust->key);
    enum plx_status status = plx_trust_hash(text, name, error);
    if (status == PLX_OK)
        status = plx_cache_lock(&lock, error);
    if (status == PLX_OK)
        status = add_locked(trust, sha256, claims, error);
    plx_cache_unlock(&lock);
    return status;
}

void plx_trust_hint(const struct plx_trust *trust, struct plx_error *error)
{
    if (trust->binds && *trust->sha256 && strstr(error->message, trust->sha256))
        plx_error_hint(error,
                       "that was the content of the first download; without %s other content is believed",
                       trust->path);
}

void plx_trust_release(struct plx_trust *trust)
{
    free(trust->path);
    plx_buffer_release(&trust->lines);
    *trust = (struct plx_trust){0};
}
