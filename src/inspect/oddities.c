#include "inspect/oddities.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "base/word.h"

#include <string.h>

/* Bytes at which something may be odd: control characters other than tab and newline, DEL, and the first
   bytes of the characters that are looked for. */
static const bool SUSPICIOUS[256] = {
    [0x00] = true, [0x01] = true, [0x02] = true, [0x03] = true, [0x04] = true, [0x05] = true,
    [0x06] = true, [0x07] = true, [0x08] = true, [0x0B] = true, [0x0C] = true, [0x0D] = true,
    [0x0E] = true, [0x0F] = true, [0x10] = true, [0x11] = true, [0x12] = true, [0x13] = true,
    [0x14] = true, [0x15] = true, [0x16] = true, [0x17] = true, [0x18] = true, [0x19] = true,
    [0x1A] = true, [0x1B] = true, [0x1C] = true, [0x1D] = true, [0x1E] = true, [0x1F] = true,
    [0x7F] = true, [0xC2] = true, [0xE1] = true, [0xE2] = true, [0xE3] = true, [0xEF] = true,
};

/* Whether all of the eight bytes are printable ASCII: none below 0x20, none from 0x7F on. */
static inline bool all_printable(const uint8_t *text)
{
    uint64_t eight;
    memcpy(&eight, text, sizeof eight);
    const uint64_t below = (eight - PLX_EACH_BYTE(0x20)) & ~eight;
    const uint64_t above = (eight + PLX_EACH_BYTE(0x01)) | eight;
    return ((below | above) & PLX_EACH_BYTE(0x80)) == 0;
}

static void found(struct plx_oddities *oddities, enum plx_oddity kind, const struct plx_chunk *chunk,
                  size_t at)
{
    plx_occurrence_add(oddities->kinds + kind, 1, chunk, at);
}

/* What the character is odd for; PLX_ODDITY_COUNT if it is not. */
static enum plx_oddity judge(uint32_t character, bool begins_file)
{
    switch (character) {
    case 0x00: return PLX_ODDITY_NUL;
    case 0xA0:
    case 0x202F: return PLX_ODDITY_NO_BREAK_SPACE;
    case 0x0B:
    case 0x0C:
    case 0x85:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x205F:
    case 0x3000: return PLX_ODDITY_UNICODE_SPACE;
    case 0xAD:
    case 0x180E:
    case 0x200B:
    case 0x2060: return PLX_ODDITY_INVISIBLE;
    case 0xFEFF: return begins_file ? PLX_ODDITY_BYTE_ORDER_MARK : PLX_ODDITY_INVISIBLE;
    case 0xFFFD: return PLX_ODDITY_REPLACEMENT;
    default: break;
    }
    if (character >= 0x2000 && character <= 0x200A)
        return PLX_ODDITY_UNICODE_SPACE;
    return character < 0x20 || (character >= 0x7F && character < 0xA0) ? PLX_ODDITY_CONTROL
                                                                       : PLX_ODDITY_COUNT;
}

/* A carriage return is odd in two ways: before a newline, and elsewhere. */
static void judge_return(struct plx_oddities *oddities, const struct plx_chunk *chunk, size_t at)
{
    if (at + 1 == chunk->size && !chunk->ends_line)
        oddities->pending_return = true; /* the next chunk shows which */
    else
        found(oddities,
              at + 1 < chunk->size && chunk->text[at + 1] == '\n' ? PLX_ODDITY_CRLF : PLX_ODDITY_LONE_RETURN,
              chunk, at);
}

/* Judges the character at text[at]; returns its length. */
static size_t look(struct plx_oddities *oddities, const struct plx_chunk *chunk, size_t at)
{
    const size_t length = plx_utf8_sequence(chunk->text + at, chunk->size - at);
    if (length == 0)
        return 1;
    const bool begins_file = chunk->offset == 0 && at == 0 && !chunk->derived;
    const uint32_t character = plx_utf8_code_point(chunk->text + at, length);
    if (character == '\r') {
        judge_return(oddities, chunk, at);
        return length;
    }
    const enum plx_oddity kind = judge(character, begins_file);
    if (kind != PLX_ODDITY_COUNT)
        found(oddities, kind, chunk, at);
    return length;
}

/* The first byte that belongs to no code point; there is one. */
static size_t find_invalid(const struct plx_chunk *chunk)
{
    size_t at = 0, length;
    while (at < chunk->size && (length = plx_utf8_sequence(chunk->text + at, chunk->size - at)) > 0)
        at += length;
    return at;
}

void plx_oddities_scan(struct plx_oddities *oddities, const struct plx_chunk *chunk, uint64_t invalid_utf8)
{
    const uint8_t *text = chunk->text;
    if (oddities->pending_return && chunk->size > 0)
        found(oddities, text[0] == '\n' ? PLX_ODDITY_CRLF : PLX_ODDITY_LONE_RETURN, chunk, 0);
    oddities->pending_return = oddities->pending_return && chunk->size == 0;
    for (size_t at = 0; at < chunk->size;) {
        if (chunk->size - at >= 8 && all_printable(text + at)) {
            at += 8;
            continue;
        }
        for (const size_t end = chunk->size - at < 8 ? chunk->size : at + 8; at < end;)
            at += SUSPICIOUS[text[at]] ? look(oddities, chunk, at) : 1;
    }
    if (invalid_utf8)
        plx_occurrence_add(oddities->kinds + PLX_ODDITY_INVALID_UTF8, invalid_utf8, chunk,
                           find_invalid(chunk));
    if (chunk->ends_line && !chunk->derived)
        found(oddities, PLX_ODDITY_NO_FINAL_NEWLINE, chunk, chunk->size - 1);
}

static const struct {
    const char *word;
    enum plx_oddity kind;
} WORDS[] = {
    {"<unk>", PLX_ODDITY_LITERAL_UNK}, {"<UNK>", PLX_ODDITY_LITERAL_UNK},
    {"<s>", PLX_ODDITY_LITERAL_START}, {"</s>", PLX_ODDITY_LITERAL_END},
    {"<eos>", PLX_ODDITY_LITERAL_EOS}, {"<|endoftext|>", PLX_ODDITY_LITERAL_ENDOFTEXT},
    {"@-@", PLX_ODDITY_WIKITEXT},      {"@,@", PLX_ODDITY_WIKITEXT},
    {"@.@", PLX_ODDITY_WIKITEXT},
};

static enum plx_oddity judge_word(struct plx_word word)
{
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (plx_word_is(word, WORDS[i].word))
            return WORDS[i].kind;
    }
    return PLX_ODDITY_COUNT;
}

void plx_oddities_words(struct plx_oddities *oddities, const struct plx_chunk *chunk,
                        const struct plx_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct plx_word word = words[i];
        if (word.length > 0 && word.text[0] != '<' && word.text[0] != '@')
            continue;
        const enum plx_oddity kind = word.length ? judge_word(word) : PLX_ODDITY_EMPTY_TOKEN;
        if (kind != PLX_ODDITY_COUNT)
            found(oddities, kind, chunk,
                  chunk->content == PLX_CONTENT_TEXT ? (size_t)(word.text - (const char *)chunk->text) : i);
    }
}

void plx_oddities_list(const struct plx_oddities *oddities, struct plx_findings *findings)
{
#define ODDITY_ROW(id, code, note, message) {code, note, message},
    static const struct {
        const char *code;
        bool note;
        const char *message;
    } rows[] = {PLX_ODDITY_LIST(ODDITY_ROW)};
#undef ODDITY_ROW
    for (size_t i = 0; i < PLX_ODDITY_COUNT; i++)
        plx_findings_add_occurrence(findings, rows[i].note, rows[i].code, oddities->kinds + i, "%s",
                                    rows[i].message);
}
