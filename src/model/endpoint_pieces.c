/* Tokens as the pieces of text that they are decoded to one by one. A token that ends or begins within a
   character has U+FFFD there, one for every byte that goes on with a character and one for all bytes that
   begin one, as decoders of UTF-8 do it (The Unicode Standard, 3.9, "U+FFFD Substitution of Maximal
   Subparts"). How many bytes the latter is what follows tells, or nothing does. */
#include "model/endpoint_tokens.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"

/* Places where one token may end: less than a character is left open. */
#define ENDS 3

/* Of a stretch in all: a text of thousands of tokens in a row that are parts of characters. */
#define PLACES_MOST ((size_t)1 << 22)

/* Tokens between two that are certain to end where they do. */
struct stretch {
    const char *text;
    size_t size;
    size_t *places; /* where the token before the first may end, then the first, …; of each they ascend */
    size_t count, capacity;
    size_t *begins; /* [tokens + 2] of each token's in places; the last is count */
    size_t begin_capacity;
    const cJSON *first;
    size_t tokens;
    size_t needed; /* bytes at least, by the tokens that follow */
};

static bool begins_with(const char *text, size_t size, const char *with)
{
    return size >= 3 && memcmp(text, with, 3) == 0;
}

/* Where the token of that piece ends if it begins at `at`; returns in how many places it may. */
static size_t match(const struct stretch *stretch, const char *piece, size_t at, size_t ends[ENDS])
{
    const size_t length = strlen(piece);
    size_t count = 0;
    for (size_t i = 0; i < length;) {
        const char *here = stretch->text + at;
        const size_t left = stretch->size - at;
        if (left == 0)
            return 0;
        if (!begins_with(piece + i, length - i, REPLACEMENT)) {
            if (*here != piece[i++])
                return 0;
            at++;
            continue;
        }
        i += 3;
        const size_t whole = plx_utf8_sequence((const uint8_t *)here, left);
        const bool itself = begins_with(here, left, REPLACEMENT);
        if (whole == 0 || (itself && i < length)) {
            at += whole ? whole : 1;
            continue;
        }
        if (i < length)
            return 0; /* what a token only begins it ends with */
        for (size_t part = 1; part < whole + itself; part++)
            ends[count++] = at + part;
        return count;
    }
    ends[0] = at;
    return 1;
}

/* The same of a piece that may have lost the blanks before it. */
static size_t match_somewhere(const struct stretch *stretch, const char *piece, size_t at, size_t ends[ENDS])
{
    size_t count;
    while ((count = match(stretch, piece, at, ends)) == 0 && at < stretch->size &&
           plx_is_blank(stretch->text[at]))
        at++;
    return count;
}

/* The first of places[from … to − 1], which ascend, that is not before `place`. */
static size_t lower_bound(const struct stretch *stretch, size_t from, size_t to, size_t place)
{
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (stretch->places[middle] < place)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* The least bytes that a token of that piece can be. */
static size_t least_bytes(const char *piece)
{
    size_t bytes = strlen(piece);
    for (const char *at = piece; (at = strstr(at, REPLACEMENT)) != NULL; at += 3)
        bytes -= 2;
    return bytes;
}

/* Begins anew behind a token whose end is certain. */
static enum plx_status begin(struct stretch *stretch, const cJSON *first, size_t at, struct plx_error *error)
{
    enum plx_status status =
        plx_reserve_array(&stretch->places, &stretch->capacity, 1, sizeof *stretch->places, error);
    if (status == PLX_OK)
        status =
            plx_reserve_array(&stretch->begins, &stretch->begin_capacity, 2, sizeof *stretch->begins, error);
    if (status)
        return status;
    stretch->first = first;
    stretch->tokens = 0;
    stretch->places[0] = at;
    stretch->begins[0] = 0;
    stretch->begins[1] = stretch->count = 1;
    return PLX_OK;
}

/* One token more; the last one ends with the text. */
static enum plx_status add(struct stretch *stretch, const cJSON *piece, struct plx_error *error)
{
    const size_t from = stretch->begins[stretch->tokens], to = stretch->count;
    for (size_t i = from; i < to; i++) {
        size_t ends[ENDS];
        const size_t count = match_somewhere(stretch, piece->valuestring, stretch->places[i], ends);
        const enum plx_status status = plx_reserve_array(
            &stretch->places, &stretch->capacity, stretch->count + count, sizeof *stretch->places, error);
        if (status)
            return status;
        for (size_t k = 0; k < count; k++) {
            const size_t at = lower_bound(stretch, to, stretch->count, ends[k]);
            const bool known = at < stretch->count && stretch->places[at] == ends[k];
            if (known || stretch->size - ends[k] < stretch->needed ||
                (!piece->next && ends[k] < stretch->size))
                continue;
            memmove(stretch->places + at + 1, stretch->places + at,
                    (stretch->count - at) * sizeof *stretch->places);
            stretch->places[at] = ends[k];
            stretch->count++;
        }
    }
    if (stretch->count > PLACES_MOST)
        return plx_error_set(error, PLX_MISMATCH,
                             "the server does not tell which bytes its tokens are: of too many in a row it "
                             "decodes parts of characters");
    const enum plx_status status = plx_reserve_array(&stretch->begins, &stretch->begin_capacity,
                                                     stretch->tokens + 3, sizeof *stretch->begins, error);
    if (status)
        return status;
    stretch->begins[++stretch->tokens + 1] = stretch->count;
    return PLX_OK;
}

/* Whether a token that begins at `at` may end in one of the `count` places from `from` on. */
static bool leads(const struct stretch *stretch, const cJSON *piece, size_t at, size_t from, size_t count)
{
    size_t ends[ENDS];
    const size_t found = match_somewhere(stretch, piece->valuestring, at, ends);
    for (size_t k = 0; k < found; k++) {
        const size_t there = lower_bound(stretch, from, from + count, ends[k]);
        if (there < from + count && stretch->places[there] == ends[k])
            return true;
    }
    return false;
}

/* The last token's end is certain: goes back from it. Where a token's end stays open, it is put at the next
   one that does not, so that the tokens between share their bytes. */
static void settle(const struct stretch *stretch, size_t *ends)
{
    const cJSON *piece = stretch->first;
    size_t kept = 1, end = stretch->places[stretch->count - 1];
    for (size_t t = 1; t < stretch->tokens; t++)
        piece = piece->next;
    ends[stretch->tokens - 1] = end;
    for (size_t t = stretch->tokens - 1; t > 0; t--, piece = piece->prev) {
        const size_t from = stretch->begins[t], before = stretch->begins[t + 1] - from;
        size_t alive = 0;
        for (size_t i = 0; i < before; i++) {
            const size_t place = stretch->places[from + i];
            if (leads(stretch, piece, place, stretch->begins[t + 1], kept))
                stretch->places[from + alive++] = place;
        }
        if (alive == 1)
            end = stretch->places[from];
        ends[t - 1] = end;
        kept = alive;
    }
}

enum plx_status plx_join_pieces(const cJSON *pieces, const char *text, size_t size, size_t *ends,
                                size_t *token, size_t *at, struct plx_error *error)
{
    struct stretch stretch = {.text = text, .size = size};
    const cJSON *piece = pieces->child;
    size_t settled = 0;
    *token = *at = 0;
    for (const cJSON *each = piece; each; each = each->next)
        stretch.needed += least_bytes(each->valuestring);
    enum plx_status status = begin(&stretch, piece, 0, error);
    for (; piece && status == PLX_OK; piece = piece->next) {
        stretch.needed -= least_bytes(piece->valuestring);
        status = add(&stretch, piece, error);
        const size_t places = stretch.count - stretch.begins[stretch.tokens];
        if (status || places == 0)
            break;
        ++*token;
        *at = stretch.places[stretch.count - 1];
        if (places > 1)
            continue;
        settle(&stretch, ends + settled);
        settled = *token;
        status = begin(&stretch, piece->next, *at, error);
    }
    free(stretch.places);
    free(stretch.begins);
    return status;
}
