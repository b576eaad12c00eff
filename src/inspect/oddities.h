/* What is odd about the bytes and words of a text. */
#ifndef PLX_INSPECT_ODDITIES_H
#define PLX_INSPECT_ODDITIES_H

#include "inspect/findings.h"

/* X(ID, code, note, message): the one list of what is looked for. */
#define PLX_ODDITY_LIST(X)                                                                            \
    X(NUL, "nul", false, "NUL bytes: is it binary data? words and characters of it cannot be scored") \
    X(INVALID_UTF8, "invalid-utf8", false, "bytes that are not UTF-8; each counts as one character")  \
    X(REPLACEMENT, "replacement-character", false,                                                    \
      "U+FFFD: something was lost when the text was converted to UTF-8")                              \
    X(BYTE_ORDER_MARK, "byte-order-mark", false,                                                      \
      "a byte order mark at the beginning; it belongs to the first word")                             \
    X(CRLF, "crlf", false, "lines that end with \\r\\n; the \\r belongs to the line end")             \
    X(LONE_RETURN, "lone-carriage-return", false,                                                     \
      "carriage returns that no newline follows, as in old Macs' line ends; they are parts of words") \
    X(CONTROL, "control-character", false, "control characters; they are parts of words")             \
    X(NO_BREAK_SPACE, "no-break-space", false,                                                        \
      "no-break spaces; they are parts of words, as in models, where some programs split")            \
    X(UNICODE_SPACE, "unusual-space", false,                                                          \
      "Unicode spaces, \\v or \\f; they are parts of words, where some programs split")               \
    X(INVISIBLE, "invisible-character", false,                                                        \
      "characters of no width (U+00AD, U+200B, U+2060, U+FEFF); they are parts of words")             \
    X(EMPTY_TOKEN, "empty-token", false, "tokens that are empty strings")                             \
    X(LITERAL_UNK, "literal-unk", true, "\"<unk>\" or \"<UNK>\" stands in it as a word")              \
    X(LITERAL_START, "literal-start", false, "\"<s>\" stands in it as a word")                        \
    X(LITERAL_END, "literal-end", false, "\"</s>\" stands in it as a word")                           \
    X(LITERAL_EOS, "literal-eos", false, "\"<eos>\" stands in it as a word")                          \
    X(LITERAL_ENDOFTEXT, "literal-endoftext", false, "\"<|endoftext|>\" stands in it as a word")      \
    X(WIKITEXT, "wikitext-tokenization", true,                                                        \
      "\"@-@\", \"@,@\" or \"@.@\": the text is tokenized as WikiText is")                            \
    X(LONG_LINE, "long-line", true, "lines of more than 64 KiB")                                      \
    X(NO_FINAL_NEWLINE, "no-final-newline", true, "the last line has no newline")

#define PLX_ODDITY_ENUM(id, code, note, message) PLX_ODDITY_##id,
enum plx_oddity { PLX_ODDITY_LIST(PLX_ODDITY_ENUM) PLX_ODDITY_COUNT };
#undef PLX_ODDITY_ENUM

#define PLX_LONG_LINE ((uint64_t)64 << 10)

/* Zero-initialised is nothing found. */
struct plx_oddities {
    struct plx_occurrence kinds[PLX_ODDITY_COUNT];
    bool pending_return; /* the text so far ends with a carriage return */
};

/* Looks at the bytes of a chunk of text, `invalid_utf8` of which belong to no code point. */
void plx_oddities_scan(struct plx_oddities *oddities, const struct plx_chunk *chunk, uint64_t invalid_utf8);

/* Looks at words[count] of the chunk, a text or strings. */
void plx_oddities_words(struct plx_oddities *oddities, const struct plx_chunk *chunk,
                        const struct plx_word *words, size_t count);

/* Lists what was found. */
void plx_oddities_list(const struct plx_oddities *oddities, struct plx_findings *findings);

#endif
