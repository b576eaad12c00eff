/* Words and bytes of pages as lm-evaluation-harness counts them: a page's words are the pieces of
   re.split(r"\s+", page), empty ones at its edges too, and its bytes those of its UTF-8. */
#ifndef PLX_CORPUS_PAGE_COUNTER_H
#define PLX_CORPUS_PAGE_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plx_chunk;

struct plx_page_counts {
    uint64_t pages, words, bytes;
};

/* Zero-initialised; it has seen nothing then. */
struct plx_page_counter {
    struct plx_page_counts finished;
    uint64_t runs, bytes; /* of white space, and bytes, of the page at hand */
    bool open;
    bool blank;         /* the page at hand has nothing but white space so far */
    bool space;         /* it ends in white space */
    bool newline_alone; /* … which is a newline */
    bool held;          /* a "\r", which is none of the page's if a newline follows */
};

/* Adds a piece of a file of lines, whose ends a page knows as "\n": pages are its lines, joined, so that the
   newline before the next page is of none. Blank lines before the first page are of none either. */
void plx_page_counter_add_lines(struct plx_page_counter *counter, const uint8_t *text, size_t size,
                                bool begins_page);

/* Adds a piece of a document that is a page as it stands. */
void plx_page_counter_add(struct plx_page_counter *counter, const uint8_t *text, size_t size,
                          bool begins_page);

/* Adds a piece of a corpus: of a text, or of tokens with `page` beside those of a document that begins, which
   may be NULL. `behind`: it begins a document that is not counted; so the one before ends, and no more. */
void plx_page_counter_add_chunk(struct plx_page_counter *counter, const struct plx_chunk *chunk,
                                const struct plx_page_counts *page, bool behind);

/* The file ends. */
void plx_page_counter_end(struct plx_page_counter *counter);

#endif
