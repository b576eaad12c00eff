/* Bin b has the n-grams whose homes are in its range of lines, from the home of its least scattered key to
   that of the next bin's, which it may share with that. Bins are laid out on their own, several at once. What
   does not fit behind the last line of a range, and what shares its home with the next bin, is put into the
   lines behind once these are laid out, in the order of the bins: the result is the same however many are at
   work. */
#include "model/plx_layout.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/prefetch.h"

#include <stdlib.h>
#include <string.h>

/* Each has two bins under way, of some 5 MiB. */
#define THREADS_MOST 8

#define LINE PLX_NGRAM_LINE

/* How many records ahead of the one at hand their homes are fetched. */
#define AHEAD 8

/* What has been laid out, on its way to the file. It is written in pieces that end at multiples of so many
   bytes of the file: a system that keeps files in huge pages takes whole ones from them, and whoever maps the
   file then has huge pages. */
#define PIECE ((size_t)4 << 20)

struct stage {
    uint8_t *bytes; /* [PIECE] */
    uint64_t begin; /* the place in the file of the first */
    size_t used;
};

struct list {
    struct plx_ngram_record *records;
    size_t count, capacity;
};

/* A bin that is laid out. */
struct job {
    const struct plx_layout *layout;
    const struct plx_bins *bins;
    size_t bin;
    uint64_t begin, end; /* its range of lines */
    uint8_t *lines;      /* [end − begin][64] */
    size_t lines_capacity;
    struct list records;
    struct list left; /* for the lines behind, in order */
    bool duplicate;
    uint64_t duplicate_line;
    enum plx_status status;
    struct plx_error error;
};

static enum plx_status append(struct list *list, const struct plx_ngram_record *record,
                              struct plx_error *error)
{
    if (list->count == list->capacity) {
        const size_t capacity = plx_grown_capacity(list->capacity, list->count + 1);
        const enum plx_status status =
            plx_resize_array(&list->records, capacity, sizeof *list->records, error);
        if (status)
            return status;
        list->capacity = capacity;
    }
    list->records[list->count++] = *record;
    return PLX_OK;
}

static enum plx_status flush(const struct plx_layout *layout, struct stage *stage, struct plx_error *error)
{
    const enum plx_status status =
        plx_output_write_at(layout->file, stage->begin, stage->bytes, stage->used, error);
    stage->begin += stage->used;
    stage->used = 0;
    return status;
}

static enum plx_status add_to_stage(const struct plx_layout *layout, struct stage *stage,
                                    const uint8_t *bytes, size_t size, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    while (size > 0 && status == PLX_OK) {
        const size_t room = PIECE - (size_t)((stage->begin + stage->used) % PIECE);
        const size_t count = size < room ? size : room;
        memcpy(stage->bytes + stage->used, bytes, count);
        stage->used += count;
        bytes += count;
        size -= count;
        if (count == room)
            status = flush(layout, stage, error);
    }
    return status;
}

static void note_duplicate(bool *duplicate, uint64_t *line, uint64_t second)
{
    if (!*duplicate || second < *line)
        *line = second;
    *duplicate = true;
}

/* Room for what is in the bin and what comes of it. */
static enum plx_status make_room(struct job *job, struct plx_error *error)
{
    const size_t lines = (size_t)(job->end - job->begin), count = (size_t)job->bins->counts[job->bin];
    enum plx_status status = PLX_OK;
    if (lines > job->lines_capacity) {
        free(job->lines);
        job->lines_capacity = 0;
        job->lines = plx_new_array(lines, LINE, error);
        if (!job->lines)
            return PLX_MEMORY;
        job->lines_capacity = lines;
    }
    if (count > job->records.capacity) {
        status = plx_resize_array(&job->records.records, count, sizeof *job->records.records, error);
        job->records.capacity = status ? job->records.capacity : count;
    }
    job->records.count = count;
    return status;
}

/* Puts the records of the bin into its lines. */
static enum plx_status fill(struct job *job, uint64_t homes, struct plx_error *error)
{
    const uint64_t lines = job->end - job->begin;
    const struct list *list = &job->records;
    if (lines > 0)
        memset(job->lines, 0, (size_t)lines * LINE);
    for (size_t i = 0; i < list->count; i++) {
        const struct plx_ngram_record *record = list->records + i;
        const uint64_t home = plx_hash_place(plx_ngram_scatter(record->key), homes) - job->begin;
        if (i + AHEAD < list->count) {
            const uint64_t later = plx_hash_place(plx_ngram_scatter(record[AHEAD].key), homes) - job->begin;
            plx_prefetch(job->lines + (later < lines ? (size_t)later * LINE : 0));
        }
        bool duplicate = false;
        uint64_t line = lines;
        if (home < lines)
            line = plx_ngram_put(job->lines, home, lines, job->layout->layout, record->key, &record->ngram,
                                 &duplicate);
        if (duplicate) {
            note_duplicate(&job->duplicate, &job->duplicate_line, record->line);
        } else if (line == lines) {
            const enum plx_status status = append(&job->left, record, error);
            if (status)
                return status;
        }
    }
    return PLX_OK;
}

static void run(void *argument, unsigned worker, void *user)
{
    struct job *job = argument;
    (void)worker;
    (void)user;
    const uint64_t homes = plx_ngram_homes(job->layout->layout, job->layout->count);
    const unsigned shift = 64 - job->bins->bits;
    const bool last = job->bin + 1 == (size_t)1 << job->bins->bits;
    job->begin = plx_hash_place((uint64_t)job->bin << shift, homes);
    job->end = last ? homes : plx_hash_place(((uint64_t)job->bin + 1) << shift, homes);
    job->left.count = 0;
    job->duplicate = false;
    job->status = make_room(job, &job->error);
    if (job->status == PLX_OK)
        job->status = plx_bins_read(job->bins, job->bin, job->records.records, &job->error);
    if (job->status == PLX_OK)
        job->status = fill(job, homes, &job->error);
}

/* The first line from `begin` on that an n-gram may be in: it has passed all that it could before. */
static uint64_t first_from(uint64_t scattered, uint64_t homes, uint64_t begin)
{
    const uint64_t home = plx_hash_place(scattered, homes), step = plx_ngram_step(scattered);
    return home >= begin ? home : home + (begin - home + step - 1) / step * step;
}

/* Puts what has come from before into lines[end − begin], as far as it fits; the rest stays in the list. */
static void put_carried(struct plx_layout *layout, struct list *carried, uint8_t *lines, uint64_t begin,
                        uint64_t end)
{
    const uint64_t homes = plx_ngram_homes(layout->layout, layout->count), count = end - begin;
    size_t kept = 0;
    for (size_t i = 0; i < carried->count; i++) {
        const struct plx_ngram_record record = carried->records[i];
        const uint64_t first = first_from(plx_ngram_scatter(record.key), homes, begin);
        bool duplicate;
        const uint64_t line =
            plx_ngram_put(lines, first - begin, count, layout->layout, record.key, &record.ngram, &duplicate);
        if (duplicate)
            note_duplicate(&layout->duplicate, &layout->line, record.line);
        else if (line == count)
            carried->records[kept++] = record;
    }
    carried->count = kept;
}

/* Takes a bin that has been laid out. */
static enum plx_status take(struct plx_layout *layout, struct job *job, struct list *carried,
                            struct stage *stage, struct plx_error *error)
{
    if (job->status) {
        *error = job->error;
        return job->status;
    }
    if (job->duplicate)
        note_duplicate(&layout->duplicate, &layout->line, job->duplicate_line);
    put_carried(layout, carried, job->lines, job->begin, job->end);
    enum plx_status status =
        add_to_stage(layout, stage, job->lines, (size_t)(job->end - job->begin) * LINE, error);
    for (size_t i = 0; status == PLX_OK && i < job->left.count; i++)
        status = append(carried, job->left.records + i, error);
    return status;
}

static enum plx_status take_all(struct plx_layout *layout, const struct plx_bins *bins,
                                const struct plx_model_options *options, struct plx_lane *lane,
                                struct job *jobs, size_t lanes, struct list *carried, struct stage *stage,
                                struct plx_error *error)
{
    const size_t count = (size_t)1 << bins->bits;
    for (size_t begun = 0; begun < count || plx_lane_count(lane) > 0;) {
        for (; begun < count && !plx_lane_full(lane); begun++) {
            struct job *job = jobs + begun % lanes;
            job->layout = layout;
            job->bins = bins;
            job->bin = begun;
            plx_lane_submit(lane, job);
        }
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        const enum plx_status status = take(layout, plx_lane_take(lane), carried, stage, error);
        if (status)
            return status;
    }
    return PLX_OK;
}

/* Puts what is still left into the spare lines. */
static enum plx_status write_spare(struct plx_layout *layout, struct list *carried, struct stage *stage,
                                   struct plx_error *error)
{
    const uint64_t homes = plx_ngram_homes(layout->layout, layout->count);
    enum plx_status status = PLX_OK;
    for (layout->spare = 1; status == PLX_OK; layout->spare *= 2) {
        struct list copy = {0};
        uint8_t *lines = plx_new_array((size_t)layout->spare, LINE, error);
        status = lines ? PLX_OK : PLX_MEMORY;
        for (size_t i = 0; status == PLX_OK && i < carried->count; i++)
            status = append(&copy, carried->records + i, error);
        if (status == PLX_OK)
            put_carried(layout, &copy, lines, homes, homes + layout->spare);
        const bool fits = copy.count == 0;
        if (status == PLX_OK && fits)
            status = add_to_stage(layout, stage, lines, (size_t)layout->spare * LINE, error);
        free(lines);
        free(copy.records);
        if (fits)
            break;
    }
    return status;
}

enum plx_status plx_layout_write(struct plx_layout *layout, const struct plx_bins *bins,
                                 const struct plx_model_options *options, struct plx_error *error)
{
    struct job jobs[2 * THREADS_MOST] = {{0}}; /* threads may be at them until the lane is freed */
    struct list carried = {0};
    struct stage stage = {.begin = layout->offset, .bytes = plx_new_array(PIECE, 1, error)};
    const unsigned wanted = options->threads ? options->threads : 1;
    const unsigned threads = wanted < THREADS_MOST ? wanted : THREADS_MOST;
    const size_t lanes = threads == 1 ? 1 : 2 * (size_t)threads;
    enum plx_status status = PLX_MEMORY;
    struct plx_lane *lane = NULL;
    struct plx_pool *pool = stage.bytes ? plx_pool_new(threads, error) : NULL;
    layout->duplicate = false;
    if (pool && (lane = plx_lane_new(pool, lanes, run, NULL, error)) != NULL)
        status = take_all(layout, bins, options, lane, jobs, lanes, &carried, &stage, error);
    if (status == PLX_OK)
        status = write_spare(layout, &carried, &stage, error);
    if (status == PLX_OK)
        status = flush(layout, &stage, error);
    plx_lane_free(lane);
    plx_pool_free(pool);
    for (size_t i = 0; i < lanes; i++) {
        free(jobs[i].lines);
        free(jobs[i].records.records);
        free(jobs[i].left.records);
    }
    free(carried.records);
    free(stage.bytes);
    if (status == PLX_OK && layout->duplicate)
        status = PLX_MALFORMED;
    return status;
}
