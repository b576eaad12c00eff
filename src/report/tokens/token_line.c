#include "report/tokens/token_line.h"

#include "base/decimal.h"
#include "base/number.h"
#include "base/word.h"
#include "report/flag_names.h"

/* The longest key that is looked at, as it stands in the text. */
#define KEY_MOST 128

/* Where a line is as the writer makes it, it is read without asking what stands there next: each of these
   says whether it was as expected, and if not, the line is read again, slowly. */

/* Passes over a literal. */
#define quick(at, literal) \
    (memcmp(*(at), literal, sizeof(literal) - 1) == 0 ? (*(at) += sizeof(literal) - 1, true) : false)

static inline bool quick_u64(const char **at, uint64_t *value)
{
    const char *const begin = *at;
    uint64_t number = 0;
    for (; (unsigned char)(**at - '0') < 10; ++*at)
        number = number * 10 + (uint64_t)(**at - '0');
    *value = number;
    return *at > begin && *at - begin < 20 && (*begin != '0' || *at == begin + 1);
}

/* With the quote at hand. */
static inline bool quick_string(struct plx_json_scan *scan, const char **at, uint8_t **room,
                                struct plx_word *word)
{
    struct plx_json_string string;
    scan->at = (size_t)(*at - (const char *)scan->text);
    if (!plx_json_scan_string(scan, &string))
        return false;
    *word = plx_json_word(&string, *room);
    *room += string.escaped ? word->length : 0;
    *at = (const char *)scan->text + scan->at;
    return true;
}

static bool quick_nats(const char **at, double *nats)
{
    const char *const end = plx_decimal_scan_double(*at, nats);
    *at = end ? end : *at;
    return end != NULL;
}

static bool quick_flags(const char **at, unsigned *flags)
{
    if (quick(at, "]"))
        return true;
    do {
        size_t i = 0;
        for (; i < PLX_FLAG_NAMES; i++) {
            const size_t length = strlen(plx_flag_names[i].name);
            if (**at != '"' || strncmp(*at + 1, plx_flag_names[i].name, length) != 0 ||
                (*at)[1 + length] != '"')
                continue;
            *flags |= plx_flag_names[i].flag;
            *at += length + 2;
            break;
        }
        if (i == PLX_FLAG_NAMES)
            return false;
    } while (quick(at, ","));
    return quick(at, "]");
}

static bool quick_token(struct plx_json_scan *scan, size_t end, uint8_t **room, struct plx_token_score *token)
{
    const char *at = (const char *)scan->text + scan->at;
    uint64_t id = PLX_NO_TOKEN, order = 0;
    if (!quick(&at, "{\"unit\":") || !quick_u64(&at, &token->unit) || !quick(&at, ",\"position\":") ||
        !quick_u64(&at, &token->position))
        return false;
    if (quick(&at, ",\"token\":")) {
        if (!quick_string(scan, &at, room, &token->token))
            return false;
    } else if (quick(&at, ",\"id\":") && (!quick_u64(&at, &id) || id >= PLX_NO_TOKEN)) {
        return false;
    }
    if (quick(&at, ",\"document\":") && !quick_string(scan, &at, room, &token->document))
        return false;
    if (!quick(&at, ",\"nats\":") || !quick_nats(&at, &token->nats))
        return false;
    if (quick(&at, ",\"order\":") && (!quick_u64(&at, &order) || order > UINT32_MAX))
        return false;
    if (!quick(&at, ",\"flags\":[") || !quick_flags(&at, &token->flags) || !quick(&at, "}"))
        return false;
    token->id = (uint32_t)id;
    token->order = (unsigned)order;
    scan->at = (size_t)(at - (const char *)scan->text);
    return scan->at == end;
}

/* What the literals and numbers above look at without knowing whether the line goes on. */
#define QUICK_PADDING 64

/* Any other line. */

/* `null` says as little as no member at all. */
static bool absent(struct plx_json_scan *scan)
{
    if (scan->size - scan->at < 4 || memcmp(scan->text + scan->at, "null", 4) != 0)
        return false;
    scan->at += 4;
    return true;
}

static bool scan_u64(struct plx_json_scan *scan, uint64_t most, uint64_t *value)
{
    struct plx_word number;
    const size_t begin = scan->at;
    if (!plx_json_scan_number(scan, &number))
        return false;
    return plx_parse_u64(number.text, number.length, 0, most, value) ||
           plx_json_scan_fail(scan, begin, "a whole number is expected, no larger than such a number can be",
                              NULL);
}

static bool scan_word(struct plx_json_scan *scan, uint8_t **room, struct plx_word *word)
{
    struct plx_json_string string;
    if (!plx_json_scan_string(scan, &string))
        return false;
    *word = plx_json_word(&string, *room);
    *room += string.escaped ? word->length : 0;
    return true;
}

static bool scan_nats(struct plx_json_scan *scan, double *nats)
{
    static const char expected[] = "a number is expected, or \"inf\" or \"nan\"";
    struct plx_json_string string;
    struct plx_word number;
    const size_t begin = scan->at;
    if (plx_json_scan_space(scan) != '"') {
        if (!plx_json_scan_number(scan, &number))
            return false;
    } else {
        if (!plx_json_scan_string(scan, &string))
            return false;
        number = (struct plx_word){(const char *)string.raw, string.length};
        if (!plx_word_is(number, "inf") && !plx_word_is(number, "-inf") && !plx_word_is(number, "nan"))
            return plx_json_scan_fail(scan, begin, expected, NULL);
    }
    return plx_parse_double(number.text, number.length, nats);
}

/* Names that are not known are nothing to go by. */
static bool scan_flags(struct plx_json_scan *scan, unsigned *flags)
{
    struct plx_json_string name;
    if (!plx_json_scan_begin(scan, '['))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, ']', i); i++) {
        plx_json_scan_space(scan);
        if (!plx_json_scan_string(scan, &name))
            return false;
        for (size_t k = 0; k < PLX_FLAG_NAMES; k++) {
            const struct plx_word word = {(const char *)name.raw, name.length};
            if (plx_word_is(word, plx_flag_names[k].name))
                *flags |= plx_flag_names[k].flag;
        }
    }
    return !scan->message;
}

static const char *const KEYS[] = {"unit", "position", "token", "id", "document", "nats", "order", "flags"};
#define KEY_COUNT (sizeof KEYS / sizeof *KEYS)

enum { UNIT, POSITION, TOKEN, ID, DOCUMENT, NATS, ORDER, FLAGS };

static size_t find_key(const struct plx_json_string *key)
{
    uint8_t room[KEY_MOST];
    if (key->length > sizeof room)
        return KEY_COUNT;
    const struct plx_word word = plx_json_word(key, room);
    size_t i = 0;
    while (i < KEY_COUNT && !plx_word_is(word, KEYS[i]))
        i++;
    return i;
}

static bool scan_member(struct plx_json_scan *scan, size_t key, uint8_t **room, struct plx_token_score *token)
{
    uint64_t number;
    plx_json_scan_space(scan);
    if (key != NATS && absent(scan))
        return true;
    switch (key) {
    case UNIT: return scan_u64(scan, UINT64_MAX, &token->unit);
    case POSITION: return scan_u64(scan, UINT64_MAX, &token->position);
    case TOKEN: return scan_word(scan, room, &token->token);
    case ID:
        if (!scan_u64(scan, PLX_NO_TOKEN - 1, &number))
            return false;
        token->id = (uint32_t)number;
        return true;
    case DOCUMENT: return scan_word(scan, room, &token->document);
    case NATS: return scan_nats(scan, &token->nats);
    case ORDER:
        if (!scan_u64(scan, UINT32_MAX, &number))
            return false;
        token->order = (unsigned)number;
        return true;
    case FLAGS: return scan_flags(scan, &token->flags);
    default: return plx_json_scan_skip(scan);
    }
}

static bool scan_token(struct plx_json_scan *scan, uint8_t **room, struct plx_token_score *token)
{
    const size_t object = scan->at;
    unsigned seen = 0;
    if (!plx_json_scan_begin(scan, '{'))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, '}', i); i++) {
        struct plx_json_string key;
        plx_json_scan_space(scan);
        const size_t begin = scan->at;
        if (!plx_json_scan_key(scan, &key))
            return false;
        const size_t which = find_key(&key);
        if (which < KEY_COUNT && seen >> which & 1)
            return plx_json_scan_fail(scan, begin, "the key stands twice in the object", NULL);
        seen |= 1u << which;
        if (!scan_member(scan, which, room, token))
            return false;
    }
    if (scan->message || !plx_json_scan_end(scan))
        return false;
    return seen >> NATS & 1 ||
           plx_json_scan_fail(scan, object, "a token without \"nats\"",
                              "per-token files are what `perplex eval --per-token` writes");
}

bool plx_token_line_read(struct plx_json_scan *scan, size_t end, uint8_t **room,
                         struct plx_token_score *token, bool *blank)
{
    const size_t begin = scan->at, size = scan->size;
    uint8_t *const start = *room;
    *blank = false;
    *token = (struct plx_token_score){.id = PLX_NO_TOKEN};
    if (size - end >= QUICK_PADDING && quick_token(scan, end, room, token))
        return true;
    *room = start;
    *token = (struct plx_token_score){.id = PLX_NO_TOKEN};
    scan->at = begin;
    scan->message = NULL;
    scan->hint = NULL;
    scan->size = end;
    *blank = plx_json_scan_space(scan) < 0;
    const bool fine = *blank || scan_token(scan, room, token);
    scan->size = size;
    return fine;
}
