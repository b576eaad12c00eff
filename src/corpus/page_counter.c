#include "corpus/page_counter.h"

#include <perplex/corpus.h>

#include "corpus/headings.h"

#include <string.h>

static void finish(struct plx_page_counter *counter)
{
    if (!counter->open)
        return;
    counter->finished.pages++;
    counter->finished.words += counter->runs + 1;
    counter->finished.bytes += counter->bytes;
    counter->open = false;
}

static void begin(struct plx_page_counter *counter)
{
    finish(counter);
    *counter = (struct plx_page_counter){.finished = counter->finished, .open = true, .blank = true};
}

/* What a byte begins: a character of a word; white space; either. */
enum { WORD, SPACE, EITHER };
static const uint8_t KINDS[256] = {
    ['\t'] = SPACE,  ['\n'] = SPACE,  ['\v'] = SPACE,  ['\f'] = SPACE,  ['\r'] = SPACE,
    [0x1C] = SPACE,  [0x1D] = SPACE,  [0x1E] = SPACE,  [0x1F] = SPACE,  [' '] = SPACE,
    [0xC2] = EITHER, [0xE1] = EITHER, [0xE2] = EITHER, [0xE3] = EITHER,
};

/* Counts text as it stands. */
static void count(struct plx_page_counter *counter, const uint8_t *text, size_t size)
{
    unsigned space = counter->space, begun = 0, all = SPACE;
    uint64_t runs = 0;
    for (size_t at = 0; at < size;) {
        unsigned kind = KINDS[text[at]];
        size_t length = 1;
        if (kind == EITHER) {
            length = plx_space_length(text + at, size - at);
            kind = length > 0 ? SPACE : WORD;
            length += length == 0;
        }
        begun = kind & ~space;
        runs += begun;
        all &= kind;
        space = kind;
        at += length;
    }
    if (size == 0)
        return;
    counter->newline_alone = begun && text[size - 1] == '\n';
    counter->runs += runs;
    counter->blank &= all == SPACE;
    counter->space = space;
    counter->bytes += size;
}

void plx_page_counter_add(struct plx_page_counter *counter, const uint8_t *text, size_t size,
                          bool begins_page)
{
    if (begins_page)
        begin(counter);
    count(counter, text, size);
}

/* A "\r" that was held back, before what `next` begins. */
static void release(struct plx_page_counter *counter, const uint8_t *next, size_t size)
{
    if (counter->held && !(size > 0 && next[0] == '\n'))
        count(counter, (const uint8_t *)"\r", 1);
    counter->held = false;
}

/* Nothing but blank lines before a heading: no page holds them. Returns where the heading's line begins. */
static size_t drop_blank(struct plx_page_counter *counter, const uint8_t *text, size_t size)
{
    size_t line = 0;
    for (const uint8_t *end; (end = memchr(text + line, '\n', size - line)) != NULL;) {
        const size_t length = (size_t)(end - text) - line;
        if (plx_heading_of_page(text + line, length)) {
            *counter = (struct plx_page_counter){.finished = counter->finished, .open = true, .blank = true};
            return line;
        }
        if (!plx_is_space(text + line, length))
            return 0;
        line += length + 1;
    }
    return 0;
}

void plx_page_counter_add_lines(struct plx_page_counter *counter, const uint8_t *text, size_t size,
                                bool begins_page)
{
    release(counter, text, size);
    if (begins_page && counter->open) {
        counter->runs -= counter->newline_alone;
        counter->bytes--;
    }
    if (begins_page)
        begin(counter);
    const size_t skipped = counter->blank ? drop_blank(counter, text, size) : 0;
    text += skipped;
    size -= skipped;
    while (size > 0) {
        const uint8_t *carriage = memchr(text, '\r', size);
        const size_t length = carriage ? (size_t)(carriage - text) : size;
        count(counter, text, length);
        text += length;
        size -= length;
        if (carriage) {
            text++;
            size--;
            counter->held = true;
            if (size > 0)
                release(counter, text, size);
        }
    }
}

void plx_page_counter_add_chunk(struct plx_page_counter *counter, const struct plx_chunk *chunk,
                                const struct plx_page_counts *page, bool behind)
{
    const size_t size = behind ? 0 : chunk->size;
    if (chunk->content == PLX_CONTENT_TEXT && chunk->derived) {
        plx_page_counter_add(counter, chunk->text, size, chunk->begins_document);
    } else if (chunk->content == PLX_CONTENT_TEXT) {
        plx_page_counter_add_lines(counter, chunk->text, size, chunk->begins_document);
    } else if (chunk->begins_document && page && !behind) {
        counter->finished.pages += page->pages;
        counter->finished.words += page->words;
        counter->finished.bytes += page->bytes;
    }
}

void plx_page_counter_end(struct plx_page_counter *counter)
{
    release(counter, NULL, 0);
    finish(counter);
}
