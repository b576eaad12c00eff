#include "corpus/pieces.h"

#include <string.h>

size_t plx_piece_size(const struct plx_view *view, enum plx_token_kind tokens)
{
    if (view->at_end)
        return view->known;
    const uint8_t *newline = memrchr(view->data, '\n', view->known);
    if (newline)
        return (size_t)(newline - view->data) + 1;
    for (size_t i = view->known; i > 0; i--) {
        if (plx_is_separator(view->data[i - 1]))
            return i;
    }
    if (tokens == PLX_TOKENS_WORD)
        return 0;
    size_t last = view->known - 1; /* the last character may not be whole */
    for (int i = 0; i < 3 && last > 0 && (view->data[last] & 0xC0) == 0x80; i++)
        last--;
    return last;
}

static void move_seam(struct plx_piece_seam *seam, const uint8_t *data, size_t size)
{
    size_t at = size;
    if (size == 0)
        return;
    while (at > 0 && plx_is_separator(data[at - 1]))
        at--;
    seam->begins_line = data[size - 1] == '\n';
    seam->inside_word = at == size && data[size - 1] != '\n';
    seam->blank_before = at > 0 ? data[at - 1] == '\n' : seam->blank_before;
}

void plx_piece_describe(const struct plx_view *view, size_t size, struct plx_piece_seam *seam,
                        struct plx_chunk *chunk)
{
    chunk->text = view->data;
    chunk->size = size;
    chunk->begins_line = seam->begins_line;
    chunk->blank_before = seam->blank_before;
    chunk->inside_word = seam->inside_word;
    chunk->ends_line = view->at_end && size > 0 && size == view->known && view->data[size - 1] != '\n';
    move_seam(seam, view->data, size);
}
