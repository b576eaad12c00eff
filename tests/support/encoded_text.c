#include "support/encoded_text.h"

#include <stdlib.h>
#include <string.h>

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

static void split_line(struct encoded_text *encoded, const char *at, const char *end)
{
    while (at < end) {
        const char *word = at;
        while (at < end && *at != ' ' && *at != '\t')
            at++;
        if (at > word)
            encoded->words[encoded->count++] = (struct plx_word){word, (size_t)(at - word)};
        else
            at++;
    }
}

struct encoded_text encode_text(const struct plx_model *model, const void *text, size_t size)
{
    const struct plx_model_info *info = plx_model_info(model);
    const char *at = text, *end = at + size;
    struct encoded_text encoded = {0};
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += at[i] == '\n';
    encoded.words = allocate(size / 2 + 3 * lines, sizeof *encoded.words);
    encoded.lines = allocate(lines + 1, sizeof *encoded.lines);
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        encoded.words[encoded.count++].text = ""; /* the start symbol */
        split_line(&encoded, at, newline ? newline : end);
        encoded.words[encoded.count++].text = "";
        encoded.lines[++encoded.line_count] = encoded.count;
        at = newline ? newline + 1 : end;
    }

    encoded.ids = allocate(encoded.count, sizeof *encoded.ids);
    plx_model_lookup(model, encoded.words, encoded.count, encoded.ids);
    const uint32_t start = info->start != PLX_NO_TOKEN ? info->start : info->end;
    for (size_t line = 0; line < encoded.line_count; line++) {
        const size_t first = encoded.lines[line], last = encoded.lines[line + 1] - 1;
        encoded.ids[first] = start;
        encoded.ids[last] = info->end;
        for (size_t i = first + 1; i < last; i++) {
            if (encoded.ids[i] != PLX_NO_TOKEN)
                continue;
            encoded.unknown++;
            encoded.ids[i] = info->unknown;
        }
    }
    return encoded;
}

void encoded_text_free(struct encoded_text *encoded)
{
    free(encoded->ids);
    free(encoded->words);
    free(encoded->lines);
    *encoded = (struct encoded_text){0};
}
