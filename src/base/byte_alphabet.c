/* GPT-2's alphabet: bytes that are printable in Latin-1 are spelled as themselves, the others by the
   characters from U+0100 on, in their order (bytes_to_unicode in openai/gpt-2, src/encoder.py). */
#include "base/byte_alphabet.h"

#include "base/utf8.h"

#include <string.h>

#define PIECE_BLANK 0x2581

/* The byte that a character of GPT-2's alphabet stands for; -1 where it is not in it. */
static int byte_of(uint32_t character)
{
    if ((character >= 0x21 && character <= 0x7E) || (character >= 0xA1 && character <= 0xFF))
        return character == 0xAD ? -1 : (int)character;
    if (character >= 0x100 && character <= 0x120) /* 0x00 … 0x20 */
        return (int)character - 0x100;
    if (character >= 0x121 && character <= 0x142) /* 0x7F … 0xA0 */
        return (int)character - 0x121 + 0x7F;
    return character == 0x143 ? 0xAD : -1;
}

/* Takes the next character of the token; false at its end. */
static bool next_character(struct plx_word *rest, uint32_t *character)
{
    if (rest->length == 0)
        return false;
    const size_t length = plx_utf8_sequence((const uint8_t *)rest->text, rest->length);
    *character = length > 0 ? plx_utf8_code_point((const uint8_t *)rest->text, length) : UINT32_MAX;
    rest->text += length > 0 ? length : 1;
    rest->length -= length > 0 ? length : 1;
    return true;
}

void plx_spelling_look(struct plx_spelling_signs *signs, struct plx_word token)
{
    uint32_t character;
    bool piece_blank = false, byte_blank = false;
    while (next_character(&token, &character)) {
        const int byte = byte_of(character);
        piece_blank |= character == PIECE_BLANK;
        byte_blank |= character != (uint32_t)byte && (byte == ' ' || byte == '\n');
        signs->blank |= character == ' ' || character == '\n' || character == '\t';
        signs->foreign |= byte < 0;
    }
    signs->piece_blanks += piece_blank;
    signs->byte_blanks += byte_blank;
}

enum plx_spelling_kind plx_spelling_judge(const struct plx_spelling_signs *signs)
{
    if (signs->piece_blanks > signs->byte_blanks)
        return PLX_SPELLED_PIECES;
    if (signs->piece_blanks > 0)
        return signs->piece_blanks < signs->byte_blanks ? PLX_SPELLED_BYTES : PLX_SPELLED_UNCLEAR;
    if (signs->byte_blanks > 0 && !signs->foreign)
        return PLX_SPELLED_BYTES;
    return signs->blank ? PLX_SPELLED_PLAINLY : PLX_SPELLED_UNCLEAR;
}

static unsigned digit(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                  : 16;
}

/* "<0xNN>" */
static bool byte_piece(struct plx_word token, char *byte)
{
    if (token.length != 6 || memcmp(token.text, "<0x", 3) != 0 || token.text[5] != '>' ||
        digit(token.text[3]) > 15 || digit(token.text[4]) > 15)
        return false;
    *byte = (char)(digit(token.text[3]) << 4 | digit(token.text[4]));
    return true;
}

static size_t piece_bytes(struct plx_word token, char *room)
{
    size_t size = 0;
    while (token.length > 0) {
        const struct plx_word before = token;
        uint32_t character;
        next_character(&token, &character);
        const size_t length = before.length - token.length;
        if (character == PIECE_BLANK)
            room[size++] = ' ';
        else
            memcpy(room + size, before.text, length);
        size += character == PIECE_BLANK ? 0 : length;
    }
    return size;
}

bool plx_spelling_bytes(enum plx_spelling_kind kind, struct plx_word token, char *room,
                        struct plx_word *bytes)
{
    uint32_t character;
    *bytes = token;
    if (kind == PLX_SPELLED_PLAINLY)
        return true;
    *bytes = (struct plx_word){room, 0};
    if (kind == PLX_SPELLED_PIECES) {
        bytes->length = byte_piece(token, room) ? 1 : piece_bytes(token, room);
        return true;
    }
    while (next_character(&token, &character)) {
        const int byte = byte_of(character);
        if (byte < 0)
            return false;
        room[bytes->length++] = (char)byte;
    }
    return true;
}
