#include "corpus/trust.h"

#include "base/memory.h"
#include "io/output.h"
#include "io/whole.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char FOLDER[] = "/trust";

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

static enum plx_status read_lines(struct plx_trust *trust, struct plx_error *error)
{
    struct plx_source *source;
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

enum plx_status plx_trust_read(const struct plx_network *network, const char *url, struct plx_trust *trust,
                               struct plx_error *error)
{
    char hex[PLX_SHA256_TEXT];
    *trust = (struct plx_trust){0};
    plx_buffer_init(&trust->lines, TRUST_BYTES_MAX);
    if (!network || !network->cache) {
        plx_error_set(error, PLX_USAGE, "corpora that have names are kept in a cache, and there is none");
        return plx_error_hint(error, "PERPLEX_CACHE=FOLDER names one");
    }
    enum plx_status status = plx_trust_hash(url, hex, error);
    if (status)
        return status;
    const size_t size = strlen(network->cache) + sizeof FOLDER + sizeof hex;
    trust->path = plx_new_array(size, 1, error);
    if (!trust->path)
        return PLX_MEMORY;
    snprintf(trust->path, size, "%s%s/%s", network->cache, FOLDER, hex);
    if (access(trust->path, F_OK) == 0)
        status = read_lines(trust, error);
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

/* The folder of the cache is there. */
static enum plx_status make_folder(const struct plx_trust *trust, struct plx_error *error)
{
    const char *name = strrchr(trust->path, '/');
    char *folder = plx_copy_string(trust->path, (size_t)(name - trust->path), error);
    enum plx_status status = folder ? PLX_OK : PLX_MEMORY;
    if (folder && mkdir(folder, 0777) != 0 && errno != EEXIST) {
        status = plx_error_set_errno(error, PLX_IO, errno, "cannot be made");
        plx_error_input(error, folder);
    }
    free(folder);
    return status;
}

static enum plx_status write_lines(const struct plx_trust *trust, struct plx_error *error)
{
    struct plx_output *output;
    enum plx_status status = make_folder(trust, error);
    if (status == PLX_OK)
        status = plx_output_open(trust->path, &output, error);
    if (status)
        return status;
    status = plx_output_write(output, trust->lines.data, trust->lines.size, error);
    if (status == PLX_OK)
        return plx_output_commit(output, error);
    plx_output_discard(output);
    return status;
}

enum plx_status plx_trust_add(struct plx_trust *trust, const char *sha256, const char claims[PLX_SHA256_TEXT],
                              struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (plx_trust_has(trust, sha256, claims))
        return PLX_OK;
    if (strcmp(trust->sha256, sha256) != 0) {
        trust->lines.size = 0;
        memcpy(trust->sha256, sha256, sizeof trust->sha256);
        status = plx_buffer_printf(&trust->lines, error, "%s\n", sha256);
    }
    if (status == PLX_OK)
        status = plx_buffer_printf(&trust->lines, error, "%s\n", claims);
    return status ? status : write_lines(trust, error);
}

void plx_trust_release(struct plx_trust *trust)
{
    free(trust->path);
    plx_buffer_release(&trust->lines);
    *trust = (struct plx_trust){0};
}
