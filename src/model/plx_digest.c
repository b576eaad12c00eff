#include "model/plx_digest.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

/* More threads than that only wait for the memory. */
#define THREADS_MOST 16

struct piece {
    const uint8_t *data;
    size_t size;
    char *digest;
    enum plx_status status;
    struct plx_error error;
};

enum plx_status plx_digest_table(const char *table, size_t size, char hex[PLX_FILE_DIGEST + 1],
                                 struct plx_error *error)
{
    struct plx_sha256 *hash = plx_sha256_new(error);
    if (!hash)
        return PLX_MEMORY;
    enum plx_status status = plx_sha256_update(hash, table, size, error);
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, hex, error);
    plx_sha256_free(hash);
    return status;
}

static void hash_piece(void *job, unsigned worker, void *user)
{
    struct piece *piece = job;
    char hex[PLX_SHA256_TEXT];
    (void)worker;
    (void)user;
    piece->status = plx_digest_table((const char *)piece->data, piece->size, hex, &piece->error);
    if (piece->status == PLX_OK)
        memcpy(piece->digest, hex, PLX_FILE_DIGEST);
}

/* Piece by piece in order, as many under way as the lane takes: pieces[lanes]. */
static enum plx_status hash_pieces(const uint8_t *data, uint64_t size,
                                   const struct plx_model_options *options, struct plx_lane *lane,
                                   struct piece *pieces, size_t lanes, char *table, struct plx_error *error)
{
    uint64_t begun = 0;
    for (size_t count = 0; begun < size || plx_lane_count(lane) > 0;) {
        for (; begun < size && !plx_lane_full(lane); count++) {
            const uint64_t left = size - begun;
            struct piece *piece = pieces + count % lanes;
            piece->data = data + begun;
            piece->size = left < PLX_FILE_CHUNK ? (size_t)left : PLX_FILE_CHUNK;
            piece->digest = table + count * PLX_FILE_DIGEST;
            begun += piece->size;
            plx_lane_submit(lane, piece);
        }
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        const struct piece *piece = plx_lane_take(lane);
        if (piece->status) {
            *error = piece->error;
            return piece->status;
        }
    }
    return PLX_OK;
}

enum plx_status plx_digest_pieces(const uint8_t *data, uint64_t size, const struct plx_model_options *options,
                                  char *table, struct plx_error *error)
{
    struct piece pieces[2 * THREADS_MOST]; /* here, because threads may be at them until the lane is freed */
    const unsigned wanted = options->threads ? options->threads : 1;
    const unsigned threads = wanted < THREADS_MOST ? wanted : THREADS_MOST;
    const size_t lanes = 2 * (size_t)threads;
    enum plx_status status = PLX_MEMORY;
    struct plx_lane *lane = NULL;
    struct plx_pool *pool = plx_pool_new(threads, error);
    if (pool && (lane = plx_lane_new(pool, lanes, hash_piece, NULL, error)) != NULL)
        status = hash_pieces(data, size, options, lane, pieces, lanes, table, error);
    plx_lane_free(lane);
    plx_pool_free(pool);
    return status;
}

static enum plx_status mismatch(const struct plx_file *file, uint64_t offset, struct plx_error *error)
{
    char what[64] = "";
    for (size_t i = 0; i < PLX_FILE_SECTIONS(file->order); i++) {
        const struct plx_file_section *section = file->sections + i;
        if (section->bytes > 0 && section->offset <= offset)
            plx_file_describe_section(section, what, sizeof what);
    }
    plx_error_set(error, PLX_MALFORMED, "the checksum does not fit, in %s or behind", what);
    plx_error_at_offset(error, offset);
    return plx_error_hint(error, "the file is damaged: convert the model again");
}

enum plx_status plx_digest_verify(const uint8_t *data, const struct plx_file *file,
                                  const struct plx_model_options *options, struct plx_error *error)
{
    const struct plx_file_section *digests = plx_file_section(file, PLX_FILE_DIGESTS, 0);
    const uint64_t begin = plx_file_header_bytes(file->order);
    const char *stored = (const char *)data + digests->offset;
    char hex[PLX_FILE_DIGEST + 1];
    enum plx_status status = plx_digest_table(stored, (size_t)digests->bytes, hex, error);
    if (status)
        return status;
    if (memcmp(hex, file->digests_sha256, PLX_FILE_DIGEST) != 0)
        return mismatch(file, digests->offset, error);
    char *table = plx_new_array((size_t)digests->bytes, 1, error);
    if (!table)
        return PLX_MEMORY;
    status = plx_digest_pieces(data + begin, digests->offset - begin, options, table, error);
    for (size_t i = 0; status == PLX_OK && i < digests->bytes; i += PLX_FILE_DIGEST) {
        if (memcmp(table + i, stored + i, PLX_FILE_DIGEST) != 0)
            status = mismatch(file, begin + i / PLX_FILE_DIGEST * PLX_FILE_CHUNK, error);
    }
    free(table);
    return status;
}
