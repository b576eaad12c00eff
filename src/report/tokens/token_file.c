#include "report/tokens/token_file.h"

#include "base/error.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "io/lines.h"
#include "io/npy.h"
#include "report/tokens/token_line.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Tokens handed over at a time. */
#define BATCH 1024

/* Lines looked at together, where none is longer. */
#define CHUNK_BYTES ((size_t)128 << 10)

/* What tells files apart that are none of these. */
#define HEAD_BYTES 512

struct plx_token_file {
    struct plx_source *source;
    bool detailed;
    struct plx_lines lines; /* detailed */
    size_t taken;           /* bytes of the lines handed over last, and how many lines they are */
    uint64_t taken_lines;   /* … */
    uint8_t *room;          /* for strings that have escapes */
    size_t room_size;
    struct plx_npy array; /* not detailed */
    uint64_t done;        /* elements read */
    struct plx_token_score tokens[BATCH];
    uint64_t token_lines[BATCH];
};

/* Opening. */

static enum plx_status no_token_file(const struct plx_token_file *file, const uint8_t *head, size_t size,
                                     struct plx_error *error)
{
    const struct plx_foreign *foreign = plx_foreign_recognise(head, size);
    plx_error_set(error, PLX_MALFORMED, "not a per-token file%s%s", foreign ? " but " : "",
                  foreign ? foreign->what : ": neither JSON Lines nor an array of NumPy");
    plx_error_input(error, plx_source_name(file->source));
    return plx_error_hint(error, "per-token files are what `perplex eval --per-token` writes");
}

static enum plx_status open_array(struct plx_token_file *file, struct plx_error *error)
{
    char found[160];
    const enum plx_status status = plx_npy_read_header(file->source, &file->array, error);
    if (status || (file->array.dimensions == 1 && file->array.kind == 'f' && file->array.size >= 4))
        return status;
    plx_npy_describe(&file->array, found, sizeof found);
    plx_error_set(error, PLX_UNSUPPORTED, "the array is %s, but nats of tokens are one dimension of f4 or f8",
                  found);
    plx_error_input(error, plx_source_name(file->source));
    return plx_error_hint(error, "per-token files are what `perplex eval --per-token` writes");
}

static enum plx_status open_content(struct plx_token_file *file, struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    const enum plx_status status = plx_source_peek(file->source, HEAD_BYTES, &head, &size, error);
    if (status)
        return status;
    if (plx_npy_recognise(head, size))
        return open_array(file, error);
    const size_t mark = plx_utf8_mark(head, size);
    size_t first = mark;
    while (first < size && strchr(" \t\r\n", head[first]) && head[first])
        first++;
    if (first < size && head[first] != '{')
        return no_token_file(file, head, size, error);
    plx_source_skip(file->source, mark);
    file->detailed = true;
    plx_lines_init(&file->lines, file->source, PLX_SOURCE_PEEK_MAX - 1);
    return PLX_OK;
}

enum plx_status plx_token_file_open(const char *path, const struct plx_source_options *options,
                                    struct plx_token_file **file, struct plx_error *error)
{
    *file = NULL;
    struct plx_token_file *opened = plx_new_array(1, sizeof *opened, error);
    if (!opened)
        return PLX_MEMORY;
    enum plx_status status = plx_source_open(path, options, &opened->source, error);
    if (status == PLX_OK)
        status = open_content(opened, error);
    if (status) {
        plx_token_file_close(opened);
        return status;
    }
    *file = opened;
    return PLX_OK;
}

void plx_token_file_close(struct plx_token_file *file)
{
    if (!file)
        return;
    plx_source_close(file->source);
    free(file->room);
    free(file);
}

bool plx_token_file_detailed(const struct plx_token_file *file)
{
    return file->detailed;
}

void plx_token_file_progress(const struct plx_token_file *file, uint64_t *done, uint64_t *size)
{
    plx_source_progress(file->source, size, done);
}

/* Arrays. */

static enum plx_status ends_elsewhere(const struct plx_token_file *file, struct plx_error *error)
{
    if (file->done < file->array.count)
        plx_error_set(error, PLX_MALFORMED,
                      "the array should have %" PRIu64 " elements, but the file ends after %" PRIu64,
                      file->array.count, file->done);
    else
        plx_error_set(error, PLX_MALFORMED, "there is more behind the %" PRIu64 " elements of the array",
                      file->array.count);
    plx_error_input(error, plx_source_name(file->source));
    plx_error_at_offset(error, plx_source_offset(file->source));
    return plx_error_hint(error, "was the file copied or written completely?");
}

static enum plx_status check_end(const struct plx_token_file *file, struct plx_error *error)
{
    const uint8_t *rest;
    size_t size;
    const enum plx_status status = plx_source_peek(file->source, 1, &rest, &size, error);
    return status || size == 0 ? status : ends_elsewhere(file, error);
}

static enum plx_status next_elements(struct plx_token_file *file, size_t *count, struct plx_error *error)
{
    double nats[BATCH];
    uint8_t bytes[sizeof nats];
    const uint64_t first = file->done, left = file->array.count - first;
    const size_t wanted = left < BATCH ? (size_t)left : BATCH;
    size_t size;
    if (wanted == 0)
        return check_end(file, error);
    const enum plx_status status =
        plx_source_read(file->source, bytes, wanted * file->array.size, &size, error);
    if (status)
        return status;
    file->done += size / file->array.size;
    if (file->done - first < wanted)
        return ends_elsewhere(file, error);
    plx_npy_to_doubles(&file->array, bytes, wanted, nats);
    for (size_t i = 0; i < wanted; i++)
        file->tokens[i] =
            (struct plx_token_score){.position = first + i, .id = PLX_NO_TOKEN, .nats = nats[i]};
    *count = wanted;
    return PLX_OK;
}

/* Lines. */

static enum plx_status line_error(const struct plx_token_file *file, const struct plx_json_scan *scan,
                                  size_t begin, struct plx_error *error)
{
    plx_json_scan_error(scan, file->lines.number + file->taken_lines, begin, error);
    return plx_error_input(error, plx_source_name(file->source));
}

/* The tokens of lines[size]: as many as are handed over at a time, perhaps none where all are blank. */
static enum plx_status read_lines(struct plx_token_file *file, const char *lines, size_t size, size_t *count,
                                  struct plx_error *error)
{
    struct plx_json_scan scan = {.text = (const uint8_t *)lines, .size = size, .not_finite = true};
    uint8_t *room = file->room;
    while (file->taken < size && *count < BATCH) {
        const size_t begin = file->taken;
        const char *newline = memchr(lines + begin, '\n', size - begin);
        const size_t end = newline ? (size_t)(newline - lines) : size;
        bool blank;
        scan.at = begin;
        file->taken = end + (newline != NULL);
        file->taken_lines++;
        if (!plx_token_line_read(&scan, end, &room, file->tokens + *count, &blank))
            return line_error(file, &scan, begin, error);
        file->token_lines[*count] = file->lines.number + file->taken_lines;
        *count += !blank;
    }
    return PLX_OK;
}

static enum plx_status next_lines(struct plx_token_file *file, size_t *count, struct plx_error *error)
{
    const char *lines;
    size_t size;
    enum plx_status status;
    do {
        plx_lines_pass(&file->lines, file->taken, file->taken_lines);
        file->taken = 0;
        file->taken_lines = 0;
        status = plx_lines_peek(&file->lines, CHUNK_BYTES, &lines, &size, error);
        if (status == PLX_OK)
            status = plx_reserve_array(&file->room, &file->room_size, size, 1, error);
        if (status == PLX_OK)
            status = read_lines(file, lines, size, count, error);
    } while (status == PLX_OK && *count == 0 && size > 0);
    return status;
}

uint64_t plx_token_file_line(const struct plx_token_file *file, size_t index)
{
    return file->detailed ? file->token_lines[index] : PLX_NOWHERE;
}

enum plx_status plx_token_file_next(struct plx_token_file *file, const struct plx_token_score **tokens,
                                    size_t *count, struct plx_error *error)
{
    *tokens = file->tokens;
    *count = 0;
    return file->detailed ? next_lines(file, count, error) : next_elements(file, count, error);
}
