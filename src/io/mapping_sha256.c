/* Fingerprints of a content in memory. */
#include "io/mapping.h"

#include "base/error.h"
#include "base/sha256.h"
#include "io/source.h"

/* What is hashed between two questions whether the caller wants to stop. */
#define PIECE_BYTES ((size_t)16 << 20)

#define EDGE_BYTES  ((size_t)1 << 20)
#define BLOCK_BYTES ((size_t)4096)
#define BLOCK_COUNT 64

/* data[offset … offset + size − 1], or as many of the last bytes where the content is shorter. */
static enum plx_status hash_part(const struct plx_mapping *mapping, uint64_t offset, size_t size,
                                 struct plx_sha256 *hash, struct plx_error *error)
{
    if (size > mapping->size)
        size = (size_t)mapping->size;
    if (offset > mapping->size - size)
        offset = mapping->size - size;
    return size ? plx_sha256_update(hash, mapping->data + offset, size, error) : PLX_OK;
}

static enum plx_status hash_all(const struct plx_mapping *mapping, struct plx_source *source,
                                struct plx_sha256 *hash, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    plx_mapping_sequential(mapping, true);
    for (uint64_t done = 0; done < mapping->size && status == PLX_OK; done += PIECE_BYTES) {
        const uint64_t left = mapping->size - done;
        status = source ? plx_source_interrupted(source, error) : PLX_OK;
        if (status == PLX_OK)
            status = hash_part(mapping, done, left < PIECE_BYTES ? (size_t)left : PIECE_BYTES, hash, error);
    }
    plx_mapping_sequential(mapping, false);
    return status;
}

/* See PLX_FINGERPRINT_QUICK. */
static enum plx_status hash_samples(const struct plx_mapping *mapping, struct plx_sha256 *hash,
                                    struct plx_error *error)
{
    const uint64_t span = mapping->size > BLOCK_BYTES ? mapping->size - BLOCK_BYTES : 0;
    const unsigned steps = BLOCK_COUNT + 1;
    uint8_t size[8];
    for (unsigned i = 0; i < sizeof size; i++)
        size[i] = (uint8_t)(mapping->size >> (8 * i));
    enum plx_status status = plx_sha256_update(hash, size, sizeof size, error);
    if (status == PLX_OK)
        status = hash_part(mapping, 0, EDGE_BYTES, hash, error);
    if (status == PLX_OK)
        status = hash_part(mapping, UINT64_MAX, EDGE_BYTES, hash, error);
    for (unsigned i = 1; i < steps && status == PLX_OK; i++) /* i span / steps, whatever the size */
        status = hash_part(mapping, span / steps * i + span % steps * i / steps, BLOCK_BYTES, hash, error);
    return status;
}

enum plx_status plx_mapping_sha256(const struct plx_mapping *mapping, const struct plx_mapping *parts,
                                   size_t count, enum plx_fingerprint fingerprint, struct plx_source *source,
                                   char hex[65], struct plx_error *error)
{
    hex[0] = '\0';
    if (fingerprint == PLX_FINGERPRINT_NONE)
        return PLX_OK;
    struct plx_sha256 *hash = plx_sha256_new(error);
    if (!hash)
        return PLX_MEMORY;
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i <= count && status == PLX_OK; i++) {
        const struct plx_mapping *one = i > 0 ? parts + (i - 1) : mapping;
        status = fingerprint == PLX_FINGERPRINT_QUICK ? hash_samples(one, hash, error)
                                                      : hash_all(one, source, hash, error);
    }
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, hex, error);
    plx_sha256_free(hash);
    return status;
}
