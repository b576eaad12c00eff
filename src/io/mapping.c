#include "io/mapping.h"

#include "base/error.h"
#include "base/pool.h"
#include "io/source.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is read between two questions whether the caller wants to stop: whole huge pages, so that no two
   threads meet in one. */
#define PIECE_BYTES ((size_t)4 << 20)

/* Room for a content of which it is not known how long it is. */
#define STREAM_BYTES ((size_t)1 << 20)

/* More threads than that only wait for the memory. */
#define THREADS_MOST 16

/* Pieces under way, two for each thread. */
#define PIECES_MOST ((size_t)2 * THREADS_MOST)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static enum plx_status too_large(uint64_t size, const char *name, struct plx_error *error)
{
    plx_error_set(error, PLX_MEMORY, "no memory for %llu bytes", (unsigned long long)size);
    return plx_error_input(error, name);
}

static enum plx_status cut_short(uint64_t offset, const char *name, struct plx_error *error)
{
    plx_error_set(error, PLX_IO, "became shorter while it was read");
    plx_error_input(error, name);
    return plx_error_at_offset(error, offset);
}

/* The smallest mapping that huge pages are asked for. */
#define HUGE_FROM ((size_t)4 << 20)

/* The pages of the file. */
static enum plx_status map_file(const struct plx_file_range *range, const char *name,
                                struct plx_mapping *mapping, struct plx_error *error)
{
    /* Standard input may have been read from already; only whole pages can be mapped. */
    const size_t before = (size_t)(range->begin % (uint64_t)sysconf(_SC_PAGESIZE));
    const size_t bytes = (size_t)range->size + before;
    if (bytes - before != range->size || bytes < before)
        return too_large(range->size, name, error);
    uint8_t *base =
        mmap(NULL, bytes, PROT_READ, MAP_SHARED, range->descriptor, (off_t)(range->begin - before));
    if (base == MAP_FAILED) {
        plx_error_set_errno(error, errno == ENOMEM ? PLX_MEMORY : PLX_IO, errno, "cannot be mapped");
        plx_error_input(error, name);
        return plx_error_hint(error, "--load copy reads it into memory instead");
    }
    *mapping = (struct plx_mapping){base + before, range->size, PLX_LOAD_MAP, base, bytes};
    plx_mapping_sequential(mapping, false);
    /* Where the file system has large folios, what is not in memory yet comes in huge pages. */
    if (bytes >= HUGE_FROM)
        (void)madvise(base, bytes, MADV_HUGEPAGE);
    return PLX_OK;
}

/* A part of the file, read by whichever thread comes to it. */
struct piece {
    int descriptor;
    uint64_t offset; /* in the file */
    uint8_t *data;
    size_t size;
    size_t done; /* less than size: the end of the file, or the failure */
    int failure; /* errno, or 0 */
};

static void read_piece(void *job, unsigned worker, void *user)
{
    struct piece *piece = job;
    (void)worker;
    (void)user;
    while (piece->done < piece->size) {
        const ssize_t count = pread(piece->descriptor, piece->data + piece->done, piece->size - piece->done,
                                    (off_t)(piece->offset + piece->done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            piece->failure = count < 0 ? errno : 0;
            return;
        }
        piece->done += (size_t)count;
    }
}

static enum plx_status check_piece(const struct piece *piece, const char *name, struct plx_error *error)
{
    if (piece->done == piece->size)
        return PLX_OK;
    if (piece->failure == 0)
        return cut_short(piece->offset + piece->done, name, error);
    plx_error_set_errno(error, PLX_IO, piece->failure, "cannot be read");
    plx_error_input(error, name);
    return plx_error_at_offset(error, piece->offset + piece->done);
}

/* Piece by piece in order, as many under way as the lane takes: pieces[PIECES_MOST]. */
static enum plx_status read_pieces(struct plx_source *source, const struct plx_file_range *range,
                                   struct plx_lane *lane, struct piece *pieces, uint8_t *data,
                                   struct plx_error *error)
{
    const size_t size = (size_t)range->size;
    size_t begun = 0, count = 0;
    do {
        for (; begun < size && !plx_lane_full(lane); count++) {
            struct piece *piece = pieces + count % PIECES_MOST;
            *piece = (struct piece){.descriptor = range->descriptor,
                                    .offset = range->begin + begun,
                                    .data = data + begun,
                                    .size = least(size - begun, PIECE_BYTES)};
            begun += piece->size;
            plx_lane_submit(lane, piece);
        }
        enum plx_status status = plx_source_interrupted(source, error);
        if (status == PLX_OK)
            status = check_piece(plx_lane_take(lane), plx_source_name(source), error);
        if (status)
            return status;
    } while (plx_lane_count(lane) > 0 || begun < size);
    return PLX_OK;
}

/* Into data[range->size]; at least one byte. */
static enum plx_status read_file(struct plx_source *source, const struct plx_file_range *range,
                                 unsigned threads, uint8_t *data, struct plx_error *error)
{
    struct piece pieces[PIECES_MOST]; /* here, because threads may be at them until the lane is freed */
    const uint64_t count = range->size / PIECE_BYTES + 1;
    threads = threads > THREADS_MOST ? THREADS_MOST : threads ? threads : 1;
    if (threads > count)
        threads = (unsigned)count;
    enum plx_status status = PLX_MEMORY;
    struct plx_lane *lane = NULL;
    struct plx_pool *pool = plx_pool_new(threads, error);
    if (pool && (lane = plx_lane_new(pool, 2 * (size_t)threads, read_piece, NULL, error)) != NULL)
        status = read_pieces(source, range, lane, pieces, data, error);
    plx_lane_free(lane);
    plx_pool_free(pool);
    return status;
}

static enum plx_status copy_file(struct plx_source *source, const struct plx_file_range *range,
                                 unsigned threads, struct plx_mapping *mapping, struct plx_error *error)
{
    const size_t size = (size_t)range->size;
    if (size != range->size)
        return too_large(range->size, plx_source_name(source), error);
    uint8_t *data = plx_pages_new(size, error);
    if (!data)
        return plx_error_input(error, plx_source_name(source));
    const enum plx_status status = read_file(source, range, threads, data, error);
    if (status)
        plx_pages_free(data, size);
    else
        *mapping = (struct plx_mapping){data, size, PLX_LOAD_COPY, data, size};
    return status;
}

/* Whether anything is left to be read behind a full memory, which is doubled then. */
static enum plx_status make_room(struct plx_source *source, uint8_t **data, size_t *capacity, bool *left,
                                 struct plx_error *error)
{
    const uint8_t *next;
    size_t size, doubled;
    enum plx_status status = plx_source_peek(source, 1, &next, &size, error);
    *left = size > 0;
    if (status || !*left)
        return status;
    if (__builtin_mul_overflow(*capacity, (size_t)2, &doubled))
        return too_large(UINT64_MAX, plx_source_name(source), error);
    status = plx_pages_grow(data, *capacity, doubled, error);
    if (status)
        return plx_error_input(error, plx_source_name(source));
    *capacity = doubled;
    return PLX_OK;
}

static enum plx_status read_stream(struct plx_source *source, struct plx_mapping *mapping,
                                   struct plx_error *error)
{
    uint64_t size, done;
    plx_source_progress(source, &size, &done);
    size_t capacity = plx_source_compressed(source) ? 0 : (size_t)size, filled = 0;
    bool left = true;
    enum plx_status status = PLX_OK;
    if (capacity == 0)
        capacity = STREAM_BYTES;
    uint8_t *data = plx_pages_new(capacity, error);
    if (!data)
        return plx_error_input(error, plx_source_name(source));
    while (left && status == PLX_OK) {
        const size_t wanted = least(capacity - filled, PIECE_BYTES);
        size_t got = 0;
        status = plx_source_read(source, data + filled, wanted, &got, error);
        filled += got;
        left = got == wanted;
        if (status == PLX_OK && left && filled == capacity)
            status = make_room(source, &data, &capacity, &left, error);
    }
    mapping->load = PLX_LOAD_COPY;
    if (status || filled == 0) {
        plx_pages_free(data, capacity);
        return status;
    }
    plx_pages_guard(data + filled, capacity - filled); /* a reader of the content has no business there */
    *mapping = (struct plx_mapping){data, filled, PLX_LOAD_COPY, data, capacity};
    return PLX_OK;
}

/* What there is now: a file that grows is taken as it is, one that shrinks is refused. */
static enum plx_status measure(struct plx_file_range *range, const char *name, struct plx_error *error)
{
    struct stat facts;
    if (fstat(range->descriptor, &facts) != 0) {
        plx_error_set_errno(error, PLX_IO, errno, "cannot be examined");
        return plx_error_input(error, name);
    }
    const uint64_t end = (uint64_t)facts.st_size;
    if (end < range->begin + range->size)
        return cut_short(end, name, error);
    range->size = end - range->begin;
    return PLX_OK;
}

enum plx_status plx_mapping_open(struct plx_source *source, enum plx_load load, unsigned threads,
                                 struct plx_mapping *mapping, struct plx_error *error)
{
    struct plx_file_range range;
    *mapping = (struct plx_mapping){0};
    enum plx_status status = plx_source_file(source, &range, error);
    if (status == PLX_OK && range.descriptor < 0)
        return read_stream(source, mapping, error);
    if (status == PLX_OK)
        status = measure(&range, plx_source_name(source), error);
    if (status)
        return status;
    return load == PLX_LOAD_MAP ? map_file(&range, plx_source_name(source), mapping, error)
                                : copy_file(source, &range, threads, mapping, error);
}

void plx_mapping_close(struct plx_mapping *mapping)
{
    if (mapping->base && mapping->load == PLX_LOAD_COPY) {
        plx_pages_unguard(mapping->data + mapping->size, mapping->base_bytes - (size_t)mapping->size);
        plx_pages_free(mapping->base, mapping->base_bytes);
    } else if (mapping->base)
        (void)munmap(mapping->base, mapping->base_bytes);
    *mapping = (struct plx_mapping){0};
}

void plx_mapping_sequential(const struct plx_mapping *mapping, bool sequential)
{
    if (mapping->base && mapping->load == PLX_LOAD_MAP)
        (void)madvise(mapping->base, mapping->base_bytes, sequential ? MADV_SEQUENTIAL : MADV_RANDOM);
}
