#include "model/plx_bins.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/pages.h"
#include "io/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* There are always as many bins, because the bytes of the file depend on it: a bin of a table of 10^8 n-grams
   is laid out in some 2 MiB, which the second-level cache holds. */
#define BITS 10

/* All blocks together, one of a bin at most, and at least. */
#define BLOCKS_BYTES        ((size_t)64 << 20)
#define BLOCK_RECORDS_MOST  2048 /* 48 KiB */
#define BLOCK_RECORDS_LEAST 128

#define RECORD sizeof(struct plx_ngram_record)

_Static_assert(RECORD == 24, "records have no padding");

static size_t bin_count(const struct plx_bins *bins)
{
    return (size_t)1 << bins->bits;
}

static uint8_t *block_of(const struct plx_bins *bins, size_t bin)
{
    return bins->blocks + bin * bins->block * RECORD;
}

enum plx_status plx_bins_begin(struct plx_bins *bins, uint64_t expected, struct plx_output *spool,
                               struct plx_error *error)
{
    *bins = (struct plx_bins){.bits = BITS, .spool = spool};
    const size_t count = bin_count(bins);
    bins->block = BLOCK_RECORDS_LEAST;
    while (bins->block < BLOCK_RECORDS_MOST && bins->block < expected / count / 8 &&
           2 * bins->block * RECORD * count <= BLOCKS_BYTES)
        bins->block *= 2;
    bins->counts = plx_new_array(count, sizeof *bins->counts, error);
    bins->blocks = plx_pages_new(count * bins->block * RECORD, error);
    return bins->counts && bins->blocks ? PLX_OK : PLX_MEMORY;
}

static enum plx_status write_block(struct plx_bins *bins, size_t bin, struct plx_error *error)
{
    const size_t size = bins->block * RECORD;
    if (bins->written_count == bins->written_capacity) {
        const size_t capacity = plx_grown_capacity(bins->written_capacity, bins->written_count + 1);
        if (plx_resize_array(&bins->written, capacity, sizeof *bins->written, error))
            return PLX_MEMORY;
        bins->written_capacity = capacity;
    }
    const enum plx_status status = plx_output_write_at(bins->spool, (uint64_t)bins->written_count * size,
                                                       block_of(bins, bin), size, error);
    if (status == PLX_OK)
        bins->written[bins->written_count++] = (uint16_t)bin;
    return status;
}

enum plx_status plx_bins_add(struct plx_bins *bins, const struct plx_ngram_record *records, size_t count,
                             struct plx_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const size_t bin = (size_t)(plx_ngram_scatter(records[i].key) >> (64 - bins->bits));
        const size_t at = (size_t)(bins->counts[bin]++ & (bins->block - 1));
        memcpy(block_of(bins, bin) + at * RECORD, records + i, RECORD);
        if (at + 1 == bins->block) {
            const enum plx_status status = write_block(bins, bin, error);
            if (status)
                return status;
        }
    }
    return PLX_OK;
}

enum plx_status plx_bins_end(struct plx_bins *bins, struct plx_error *error)
{
    bins->places = plx_new_array(bins->written_count, sizeof *bins->places, error);
    bins->first = plx_new_array(bin_count(bins), sizeof *bins->first, error);
    if (!bins->places || !bins->first)
        return PLX_MEMORY;
    size_t sum = 0;
    for (size_t bin = 0; bin < bin_count(bins); bin++) {
        bins->first[bin] = sum;
        sum += (size_t)(bins->counts[bin] / bins->block);
    }
    for (size_t i = 0; i < bins->written_count; i++)
        bins->places[bins->first[bins->written[i]]++] = i;
    for (size_t bin = 0; bin < bin_count(bins); bin++)
        bins->first[bin] -= (size_t)(bins->counts[bin] / bins->block);
    return PLX_OK;
}

static enum plx_status read_block(const struct plx_bins *bins, size_t place, uint8_t *data,
                                  struct plx_error *error)
{
    const size_t size = bins->block * RECORD;
    for (size_t done = 0; done < size;) {
        const ssize_t got =
            pread(bins->spool->descriptor, data + done, size - done, (off_t)((uint64_t)place * size + done));
        if (got == 0)
            return plx_error_set(error, PLX_IO, "a temporary file has become shorter");
        if (got < 0 && errno != EINTR)
            return plx_place_error(bins->spool->path, errno, error);
        done += got > 0 ? (size_t)got : 0;
    }
    return PLX_OK;
}

enum plx_status plx_bins_read(const struct plx_bins *bins, size_t bin, struct plx_ngram_record *records,
                              struct plx_error *error)
{
    const size_t whole = (size_t)(bins->counts[bin] / bins->block);
    const size_t rest = (size_t)(bins->counts[bin] % bins->block);
    uint8_t *at = (uint8_t *)records;
    for (size_t i = 0; i < whole; i++, at += bins->block * RECORD) {
        const enum plx_status status = read_block(bins, bins->places[bins->first[bin] + i], at, error);
        if (status)
            return status;
    }
    if (rest > 0)
        memcpy(at, block_of(bins, bin), rest * RECORD);
    return PLX_OK;
}

void plx_bins_release(struct plx_bins *bins)
{
    if (bins->blocks)
        plx_pages_free(bins->blocks, bin_count(bins) * bins->block * RECORD);
    free(bins->counts);
    free(bins->written);
    free(bins->places);
    free(bins->first);
    *bins = (struct plx_bins){0};
}
