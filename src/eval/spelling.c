#include "eval/spelling.h"

#include "base/memory.h"
#include "eval/trail.h"

#include <stdlib.h>
#include <string.h>

/* The most that may be on its way at a time. */
#define TEXT_BYTES_MAX ((size_t)4 << 30)

/* Dead entries are dropped once there are so many. */
#define TRIM_AT 65536

void plx_spelling_init(struct plx_spelling *spelling, struct plx_word end, struct plx_word join)
{
    *spelling = (struct plx_spelling){.end = end, .join = join};
    plx_buffer_init(&spelling->text, TEXT_BYTES_MAX);
    plx_buffer_init(&spelling->document, PLX_SOURCE_PEEK_MAX);
}

void plx_spelling_release(struct plx_spelling *spelling)
{
    plx_buffer_release(&spelling->text);
    plx_buffer_release(&spelling->document);
    free(spelling->entries);
    *spelling = (struct plx_spelling){0};
}

/* Moves what lives to the front. */
static void trim(struct plx_spelling *spelling)
{
    if (spelling->first < TRIM_AT || spelling->first * 2 < spelling->count)
        return;
    spelling->count -= spelling->first;
    memmove(spelling->entries, spelling->entries + spelling->first,
            spelling->count * sizeof *spelling->entries);
    spelling->first = 0;
    spelling->text.size -= spelling->taken;
    if (spelling->text.size > 0)
        memmove(spelling->text.data, spelling->text.data + spelling->taken, spelling->text.size);
    spelling->taken = 0;
}

/* Puts an entry behind the others, of which the length and what is known are those of the word. */
static enum plx_status add(struct plx_spelling *spelling, struct plx_word word,
                           struct plx_spelling_entry entry, struct plx_error *error)
{
    enum plx_status status;
    if (spelling->count == spelling->capacity) {
        const size_t capacity = plx_grown_capacity(spelling->capacity, spelling->count + 1);
        if ((status = plx_resize_array(&spelling->entries, capacity, sizeof *spelling->entries, error)))
            return status;
        spelling->capacity = capacity;
    }
    if (word.length > 0 && (status = plx_buffer_append(&spelling->text, word.text, word.length, error)))
        return status;
    entry.length = (uint32_t)word.length;
    entry.known = word.text != NULL;
    spelling->entries[spelling->count++] = entry;
    return PLX_OK;
}

static enum plx_status add_token(struct plx_spelling *spelling, struct plx_word word, uint32_t id,
                                 struct plx_error *error)
{
    const struct plx_spelling_entry entry = {.number = id, .begins_unit = spelling->new_unit};
    spelling->new_unit = false;
    return add(spelling, word, entry, error);
}

enum plx_status plx_spelling_begin(struct plx_spelling *spelling, uint64_t number, struct plx_word document,
                                   struct plx_error *error)
{
    trim(spelling);
    return add(spelling, document, (struct plx_spelling_entry){.number = number, .document = true}, error);
}

void plx_spelling_begin_unit(struct plx_spelling *spelling)
{
    spelling->new_unit = true;
}

enum plx_status plx_spelling_add(struct plx_spelling *spelling, const struct plx_block *block, size_t begin,
                                 size_t end, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    trim(spelling);
    for (size_t i = begin; i < end && status == PLX_OK; i++) {
        const unsigned flags = block->flags[i];
        struct plx_word word = block->tokens.words[i];
        if (flags & PLX_TOKEN_END)
            word = spelling->end;
        else if (flags & PLX_TOKEN_JOIN)
            word = spelling->join;
        status = add_token(spelling, word, block->ids[i], error);
    }
    return status;
}

enum plx_status plx_spelling_add_end(struct plx_spelling *spelling, struct plx_error *error)
{
    return add_token(spelling, spelling->end, spelling->end_id, error);
}

void plx_spelling_drop(struct plx_spelling *spelling)
{
    spelling->text.size -= spelling->entries[--spelling->count].length;
}

bool plx_spelling_moves(const struct plx_spelling *spelling, uint64_t token)
{
    uint64_t at = spelling->token;
    for (size_t i = spelling->first; i < spelling->count && at <= token; i++) {
        if (spelling->entries[i].document)
            return true;
        at++;
    }
    return false;
}

/* Moves on to the document of that number and id. */
static enum plx_status enter(struct plx_spelling *spelling, uint64_t number, struct plx_word id,
                             struct plx_error *error)
{
    enum plx_status status;
    spelling->document.size = 0;
    spelling->in_document = id.text != NULL;
    if (id.length > 0 && (status = plx_buffer_append(&spelling->document, id.text, id.length, error)))
        return status;
    return spelling->trail ? plx_trail_begin_document(spelling->trail, number, id, error) : PLX_OK;
}

enum plx_status plx_spelling_take(struct plx_spelling *spelling, uint64_t token, struct plx_word *spelled,
                                  struct plx_word *document, struct plx_error *error)
{
    enum plx_status status;
    *spelled = *document = (struct plx_word){NULL, 0};
    while (spelling->first < spelling->count && spelling->token <= token) {
        const struct plx_spelling_entry *entry = spelling->entries + spelling->first++;
        struct plx_word word = {NULL, 0};
        if (entry->known)
            word = (struct plx_word){entry->length ? (const char *)spelling->text.data + spelling->taken : "",
                                     entry->length};
        spelling->taken += entry->length;
        if (entry->document && (status = enter(spelling, entry->number, word, error)))
            return status;
        if (entry->document)
            continue;
        if (spelling->trail && (status = plx_trail_pass(spelling->trail, word, (uint32_t)entry->number,
                                                        entry->begins_unit, error)))
            return status;
        if (spelling->token++ == token)
            *spelled = word;
    }
    if (spelling->in_document)
        *document = (struct plx_word){spelling->document.size ? (const char *)spelling->document.data : "",
                                      spelling->document.size};
    return PLX_OK;
}

enum plx_status plx_spelling_finish(struct plx_spelling *spelling, struct plx_error *error)
{
    struct plx_word spelled, document;
    return plx_spelling_take(spelling, UINT64_MAX - 1, &spelled, &document, error);
}
