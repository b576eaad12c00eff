#include "corpus/corpus.h"

#include <string.h>

static void place_in_text(const struct plx_chunk *chunk, size_t at, struct plx_error *error)
{
    const uint8_t *newline = at > 0 ? memrchr(chunk->text, '\n', at) : NULL;
    uint64_t line = chunk->line;
    for (size_t i = 0; i < at; i++)
        line += chunk->text[i] == '\n';
    const bool column_known = newline || chunk->begins_line;
    const size_t begin = newline ? (size_t)(newline - chunk->text) + 1 : 0;
    plx_error_at_offset(error, chunk->offset + at);
    plx_error_at_line(error, line, column_known ? at - begin + 1 : PLX_NOWHERE);
}

enum plx_status plx_chunk_place(const struct plx_chunk *chunk, size_t at, struct plx_error *error)
{
    if (chunk->input)
        plx_error_input(error, chunk->input);
    if (chunk->content == PLX_CONTENT_TEXT && !chunk->derived)
        place_in_text(chunk, at, error);
    else if (chunk->id_bytes)
        plx_error_at_offset(error, chunk->offset + at * chunk->id_bytes);
    else
        plx_error_at_line(error, chunk->line, PLX_NOWHERE);
    return error->status;
}
