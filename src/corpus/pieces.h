/* Cutting a text into pieces: at the end of a line where it can be, else between two tokens. */
#ifndef PLX_CORPUS_PIECES_H
#define PLX_CORPUS_PIECES_H

#include <perplex/corpus.h>

#include <stdbool.h>

/* Aim of a piece's size: enough to occupy a thread for about a millisecond. */
#define PLX_PIECE_BYTES ((size_t)64 << 10)

/* What of a text is in sight, from the byte on that no piece has held yet. */
struct plx_view {
    const uint8_t *data;
    size_t known;
    bool at_end; /* the text ends with it */
};

/* What a piece must know of the bytes before it. */
struct plx_piece_seam {
    bool begins_line;
    bool blank_before; /* the line before the next byte is separators, or nothing */
    bool inside_word;  /* the byte before the next one belongs to a word */
};

/* At the beginning of a text. */
#define PLX_PIECE_SEAM_BEGIN ((struct plx_piece_seam){.begins_line = true, .blank_before = true})

/* What parts words. */
static inline bool plx_is_separator(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* The most of the view that is whole lines, or failing that whole tokens; 0 if there is nothing such, so that
   more must come into sight. view->known > 0. */
size_t plx_piece_size(const struct plx_view *view, enum plx_token_kind tokens);

/* Fills in what the chunk says of a text: the first `size` bytes of the view, which may be none. Moves the
   seam behind them. */
void plx_piece_describe(const struct plx_view *view, size_t size, struct plx_piece_seam *seam,
                        struct plx_chunk *chunk);

#endif
