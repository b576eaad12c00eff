/* How vocabularies in JSON spell the bytes that a token stands for. */
#ifndef PLX_BASE_BYTE_ALPHABET_H
#define PLX_BASE_BYTE_ALPHABET_H

#include <perplex/word.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum plx_spelling_kind {
    PLX_SPELLED_BYTES,   /* in GPT-2's alphabet, a printable character for each byte: Ġ for a space */
    PLX_SPELLED_PIECES,  /* as SentencePiece does: U+2581 for a space, <0xNN> for a byte */
    PLX_SPELLED_PLAINLY, /* as they are */
    PLX_SPELLED_UNCLEAR  /* nothing says how blanks are spelled */
};

/* What has been seen of a vocabulary's tokens. Zero-initialised is nothing. */
struct plx_spelling_signs {
    size_t piece_blanks; /* tokens with U+2581 */
    size_t byte_blanks;  /* with Ġ or Ċ: a space or a newline of GPT-2's alphabet */
    bool blank;          /* a blank as it is */
    bool foreign;        /* a character that is not in GPT-2's alphabet */
};

/* Looks at a token, which is UTF-8. */
void plx_spelling_look(struct plx_spelling_signs *signs, struct plx_word token);

/* Where there are blanks of both kinds, the more frequent are meant: Ġ is a letter, too, and U+2581 may be in
   the name of a special token, which then is not spelled as the others are. */
enum plx_spelling_kind plx_spelling_judge(const struct plx_spelling_signs *signs);

/* The bytes that a token stands for, into room[token.length]. False where it is not of that kind. */
bool plx_spelling_bytes(enum plx_spelling_kind kind, struct plx_word token, char *room,
                        struct plx_word *bytes);

#endif
