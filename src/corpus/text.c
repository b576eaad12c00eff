/* Plain text, a line a unit. Documents begin at the first-level headings of WikiText (see enum plx_pages); a
   text without them is one document. */
#include "corpus/corpus.h"

#include "base/memory.h"
#include "corpus/headings.h"
#include "corpus/pieces.h"

#include <stdlib.h>
#include <string.h>

/* Where a walk over the lines stands. */
struct place {
    uint64_t line;    /* from 1 */
    bool inside_line; /* the next byte does not begin a line */
    bool after_blank; /* the line before is blank, or there is none */
    bool any_content; /* a line that is not blank has been seen */
};

struct text_reader {
    struct plx_reader base;
    uint64_t documents; /* begun so far */
    struct place place;
    struct plx_piece_seam seam;
    size_t pending; /* bytes of the chunk given out last */
};

static bool blank_line(const uint8_t *line, size_t length)
{
    while (length > 0 && plx_is_blank(line[length - 1]))
        length--;
    return length == 0;
}

enum boundary { NO_BOUNDARY, BOUNDARY, OUT_OF_SIGHT };

/* Is the line data[at, end) a heading that begins a document? `next` is where the line behind it begins. */
static enum boundary judge_article(const struct plx_view *view, const struct place *place, size_t at,
                                   size_t end, size_t next)
{
    if (!place->after_blank || !plx_heading_of_article(view->data + at, end - at))
        return NO_BOUNDARY;
    const uint8_t *newline = memchr(view->data + next, '\n', view->known - next);
    if (!newline && !view->at_end)
        return OUT_OF_SIGHT;
    const size_t behind = newline ? (size_t)(newline - view->data) : view->known;
    return blank_line(view->data + next, behind - next) ? BOUNDARY : NO_BOUNDARY;
}

/* Is the line at data[at] one that begins a page? All of it is to be seen, if it can be one. */
static enum boundary judge_page(const struct plx_view *view, size_t at, size_t end)
{
    const uint8_t *newline = end < view->known ? memchr(view->data + end, '\n', view->known - end) : NULL;
    const size_t whole = newline ? (size_t)(newline - view->data) : view->known;
    size_t sign = at;
    for (size_t space; sign < whole && (space = plx_space_length(view->data + sign, whole - sign)) > 0;)
        sign += space;
    if (sign < whole && view->data[sign] != '=')
        return NO_BOUNDARY;
    if (!newline && !view->at_end)
        return OUT_OF_SIGHT;
    return plx_heading_of_page(view->data + at, whole - at) ? BOUNDARY : NO_BOUNDARY;
}

static enum boundary judge_line(const struct plx_view *view, const struct place *place, enum plx_pages pages,
                                size_t at, size_t end, size_t next)
{
    if (pages == PLX_PAGES_NONE || place->inside_line || !place->any_content)
        return NO_BOUNDARY;
    return pages == PLX_PAGES_ARTICLE ? judge_article(view, place, at, end, next) : judge_page(view, at, end);
}

/* Walks over the lines of data[0..size) and moves `place` along, up to the place where the next document
   begins or may begin; returns where that is. *first says what the line at 0 is; if that is out of sight,
   nothing was walked. */
static size_t walk(const struct plx_view *view, size_t size, enum plx_pages pages, struct place *place,
                   enum boundary *first)
{
    size_t at = 0;
    *first = NO_BOUNDARY;
    while (at < size) {
        const uint8_t *newline = memchr(view->data + at, '\n', size - at);
        const size_t end = newline ? (size_t)(newline - view->data) : size;
        const size_t next = newline ? end + 1 : size;
        const enum boundary boundary = judge_line(view, place, pages, at, end, next);
        if (at == 0)
            *first = boundary;
        if (boundary == OUT_OF_SIGHT || (boundary == BOUNDARY && at > 0))
            break;
        const bool blank = blank_line(view->data + at, end - at);
        place->any_content |= pages == PLX_PAGES_HEADING ? !plx_is_space(view->data + at, end - at) : !blank;
        place->after_blank = blank && (!place->inside_line || place->after_blank);
        place->inside_line = !newline;
        place->line += newline != NULL;
        at = next;
    }
    return at;
}

static enum plx_status next_text(struct plx_reader *base, struct plx_chunk *chunk, bool *more,
                                 struct plx_error *error)
{
    struct text_reader *reader = (struct text_reader *)(void *)base;
    plx_source_skip(base->source, reader->pending);
    reader->pending = 0;
    *more = false;
    for (size_t want = PLX_PIECE_BYTES; want <= PLX_SOURCE_PEEK_MAX; want *= 2) {
        struct plx_view view;
        const enum plx_status status = plx_source_peek(base->source, want, &view.data, &view.known, error);
        if (status)
            return status;
        view.at_end = view.known < want;
        if (!view.at_end)
            view.known = want; /* what is given out must not depend on how the source buffers */
        if (view.known == 0)
            return PLX_OK;
        struct place place = reader->place;
        enum boundary first;
        const size_t size =
            walk(&view, plx_piece_size(&view, base->options->tokens), base->pages, &place, &first);
        if (size == 0)
            continue;
        chunk->offset = plx_source_offset(base->source);
        chunk->line = reader->place.line;
        chunk->begins_document = first == BOUNDARY || reader->documents == 0;
        plx_piece_describe(&view, size, &reader->seam, chunk);
        reader->documents += chunk->begins_document;
        reader->place = place;
        reader->pending = size;
        *more = true;
        return PLX_OK;
    }
    plx_error_set(error, PLX_MALFORMED, "a word or heading of more than %zu bytes", PLX_SOURCE_PEEK_MAX / 2);
    plx_error_at_line(error, reader->place.line, PLX_NOWHERE);
    return plx_error_hint(error, "is this a text? --tokens byte scores any bytes");
}

/* Anything is text if nothing else; what is surely something else is refused by tokenizing. */
static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    (void)head;
    (void)size;
    (void)name;
    return PLX_PROBE_FALLBACK;
}

static enum plx_status open_text(struct plx_source *source, const struct plx_corpus_options *options,
                                 struct plx_reader **made, struct plx_error *error)
{
    struct text_reader *reader = plx_new_array(1, sizeof *reader, error);
    if (!reader)
        return PLX_MEMORY;
    reader->base = (struct plx_reader){.source = source, .options = options, .content = PLX_CONTENT_TEXT};
    reader->place = (struct place){.line = 1, .after_blank = true};
    reader->seam = PLX_PIECE_SEAM_BEGIN;
    *made = &reader->base;
    return PLX_OK;
}

static void close_text(struct plx_reader *reader)
{
    free(reader);
}

const struct plx_corpus_format plx_corpus_format_text = {
    .name = "text",
    .description =
        "a line a unit, words between blanks; documents at WikiText's first-level headings (plain or gzip)",
    .probe = probe,
    .open = open_text,
    .next = next_text,
    .close = close_text,
};
