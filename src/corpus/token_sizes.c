#include "corpus/token_sizes.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "base/word.h"
#include "corpus/blanks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* No vocabulary is as large: such an id is a mistake. */
#define IDS_MAX (UINT64_C(1) << 24)

void plx_token_sizes_release(struct plx_token_sizes *sizes)
{
    free(sizes->sizes);
    *sizes = (struct plx_token_sizes){0};
}

enum plx_status plx_token_sizes_fail(const struct plx_sizes_reading *reading, uint64_t line,
                                     struct plx_error *error)
{
    plx_error_input(error, reading->name);
    return plx_error_at_line(error, line, PLX_NOWHERE);
}

enum plx_status plx_token_sizes_slot(const struct plx_sizes_reading *reading, uint64_t id, uint64_t line,
                                     struct plx_token_size **slot, struct plx_error *error)
{
    struct plx_token_sizes *sizes = reading->sizes;
    if (id >= IDS_MAX) {
        plx_error_set(error, PLX_UNSUPPORTED, "the id %" PRIu64 ": no vocabulary is as large", id);
        return plx_token_sizes_fail(reading, line, error);
    }
    if (id >= sizes->capacity) {
        const size_t capacity = plx_grown_capacity(sizes->capacity, (size_t)id + 1);
        const enum plx_status status = plx_resize_array(&sizes->sizes, capacity, sizeof *sizes->sizes, error);
        if (status)
            return status;
        memset(sizes->sizes + sizes->capacity, 0, (capacity - sizes->capacity) * sizeof *sizes->sizes);
        sizes->capacity = capacity;
    }
    if (id >= sizes->count)
        sizes->count = (size_t)id + 1;
    *slot = sizes->sizes + id;
    if (!((*slot)->marks & PLX_SIZE_KNOWN))
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the id %" PRIu64 " stands twice in the vocabulary", id);
    return plx_token_sizes_fail(reading, line, error);
}

enum plx_status plx_token_size_measure(const struct plx_sizes_reading *reading, struct plx_token_size *slot,
                                       struct plx_word bytes, uint64_t line, struct plx_error *error)
{
    bool inside = false, decided = false;
    unsigned words = 0;
    *slot = (struct plx_token_size){.bytes = (uint32_t)bytes.length, .marks = PLX_SIZE_KNOWN};
    for (size_t i = 0; i < bytes.length && words <= PLX_TOKEN_WORDS_MAX; i++) {
        const bool after = plx_inside_after(bytes.text[i], inside);
        slot->characters += ((uint8_t)bytes.text[i] & 0xC0) != 0x80;
        if (after && !decided)
            slot->marks |= PLX_SIZE_OPENS;
        else
            words += after && !inside;
        decided |= bytes.text[i] != '\r';
        inside = after;
    }
    slot->marks |= (uint8_t)((decided ? PLX_SIZE_DECIDES : 0) | (inside ? PLX_SIZE_INSIDE : 0));
    slot->words = (uint8_t)words;
    if (words + (slot->marks & PLX_SIZE_OPENS ? 1 : 0) <= PLX_TOKEN_WORDS_MAX)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "a token of more than %d words", PLX_TOKEN_WORDS_MAX);
    return plx_token_sizes_fail(reading, line, error);
}

bool plx_token_is_control(struct plx_word spelling, bool *border)
{
    static const char *const borders[] = {"<s>", "</s>"}, *const others[] = {"<unk>", "<pad>", "<mask>"};
    const char *text = spelling.text;
    const size_t length = spelling.length;
    *border = length >= 4 && memcmp(text, "<|", 2) == 0 && memcmp(text + length - 2, "|>", 2) == 0;
    for (size_t i = 0; i < sizeof borders / sizeof *borders; i++)
        *border |= plx_word_is(spelling, borders[i]);
    bool control = *border;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        control |= plx_word_is(spelling, others[i]);
    return control;
}

enum plx_status plx_token_sizes_read(const uint8_t *text, size_t size, const char *name,
                                     struct plx_token_sizes *sizes, struct plx_error *error)
{
    const struct plx_sizes_reading reading = {sizes, name};
    size_t at = plx_utf8_mark(text, size);
    text += at;
    size -= at;
    for (at = 0; at < size && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t');)
        at++;
    if (at < size && (text[at] == '{' || text[at] == '['))
        return plx_token_sizes_json(&reading, text, size, error);
    return plx_token_sizes_lines(&reading, (const char *)text, size, error);
}
