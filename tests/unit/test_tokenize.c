/* Text into tokens. Expected values: by hand, and for random texts those of a slow reference below, which
   looks at one byte after the other and follows the definitions of tokenize.h literally. */
#include "corpus/tokenize.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define END   PLX_MARK_LINE_END
#define BLANK (PLX_MARK_LINE_END | PLX_MARK_BLANK_LINE)
#define WORD  PLX_MARK_WORD
#define LINE  PLX_MARK_BEGINS_LINE
#define DOC   (PLX_MARK_BEGINS_LINE | PLX_MARK_BEGINS_DOCUMENT)

struct expected {
    const char *text;
    uint32_t bytes, characters;
    unsigned marks;
};

/* The text as C would write it, for messages. */
static const char *shown(const uint8_t *text, size_t size)
{
    static char out[1024];
    size_t at = 0;
    for (size_t i = 0; i < size && at + 8 < sizeof out; i++)
        at += (size_t)snprintf(out + at, sizeof out - at,
                               text[i] >= 0x20 && text[i] < 0x7F ? "%c" : "\\x%02x", text[i]);
    out[at] = '\0';
    return out;
}

/* A whole text. */
static struct plx_chunk chunk_of(const void *text, size_t size)
{
    const uint8_t *bytes = text;
    return (struct plx_chunk){
        .text = bytes,
        .size = size,
        .line = 1,
        .begins_document = true,
        .begins_line = true,
        .ends_line = size > 0 && bytes[size - 1] != '\n',
    };
}

static void tokenize(const struct plx_chunk *chunk, enum plx_token_kind kind, bool line_ends,
                     struct plx_tokens *tokens)
{
    const struct plx_tokenize_options options = {kind, line_ends};
    struct plx_error error;
    if (plx_tokenize(chunk, &options, tokens, &error))
        fail_msg("%s", error.message);
}

static void assert_tokens(const char *text, size_t size, enum plx_token_kind kind, bool line_ends,
                          const struct expected *expected, size_t count)
{
    struct plx_tokens tokens = {0};
    const struct plx_chunk chunk = chunk_of(text, size);
    uint64_t bytes = 0, characters = 0;
    tokenize(&chunk, kind, line_ends, &tokens);
    for (size_t i = 0; i < count && i < tokens.count; i++) {
        const struct plx_word word = tokens.words[i];
        const bool same =
            word.length == strlen(expected[i].text) && memcmp(word.text, expected[i].text, word.length) == 0;
        if (!same || tokens.bytes[i] != expected[i].bytes || tokens.characters[i] != expected[i].characters ||
            tokens.marks[i] != expected[i].marks)
            fail_msg("token %zu of \"%s\": %zu bytes of text, owns %u bytes, %u characters, marks %u", i,
                     shown((const uint8_t *)text, size), word.length, tokens.bytes[i], tokens.characters[i],
                     (unsigned)tokens.marks[i]);
        bytes += tokens.bytes[i];
        characters += tokens.characters[i];
    }
    if (tokens.count != count)
        fail_msg("\"%s\": %zu tokens, not %zu", shown((const uint8_t *)text, size), tokens.count, count);
    assert_int_equal(bytes + tokens.rest_bytes, size);
    assert_int_equal(tokens.counts.bytes, size);
    assert_int_equal(characters + tokens.rest_characters, tokens.counts.characters);
    plx_tokens_release(&tokens);
}

#define ASSERT_TOKENS(text, kind, line_ends, ...)                                                  \
    assert_tokens(text, sizeof(text) - 1, kind, line_ends, (const struct expected[]){__VA_ARGS__}, \
                  sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static void plx_tokenize__words(void **state)
{
    (void)state;
    ASSERT_TOKENS("the cat", PLX_TOKENS_WORD, false, {"the", 3, 3, WORD | DOC}, {"cat", 4, 4, WORD});
    ASSERT_TOKENS("  the \t cat\n", PLX_TOKENS_WORD, false, {"the", 5, 5, WORD | DOC}, {"cat", 6, 6, WORD});
    ASSERT_TOKENS("a\n\nb\n", PLX_TOKENS_WORD, false, {"a", 1, 1, WORD | DOC}, {"b", 3, 3, WORD | LINE});
}

static void plx_tokenize__words_and_line_ends(void **state)
{
    (void)state;
    ASSERT_TOKENS("the cat\n", PLX_TOKENS_WORD, true, {"the", 3, 3, WORD | DOC}, {"cat", 4, 4, WORD},
                  {"", 1, 1, END});
    ASSERT_TOKENS(" a \t\n b", PLX_TOKENS_WORD, true, {"a", 2, 2, WORD | DOC}, {"", 3, 3, END},
                  {"b", 2, 2, WORD | LINE}, {"", 0, 0, END});
    ASSERT_TOKENS("b  ", PLX_TOKENS_WORD, true, {"b", 1, 1, WORD | DOC}, {"", 2, 2, END});
}

static void plx_tokenize__blank_lines(void **state)
{
    (void)state;
    ASSERT_TOKENS("\n \t\n\r\n  \r\na\n", PLX_TOKENS_WORD, true, {"", 1, 1, BLANK | DOC},
                  {"", 3, 3, BLANK | LINE}, {"", 2, 2, BLANK | LINE}, {"", 4, 4, BLANK | LINE},
                  {"a", 1, 1, WORD | LINE}, {"", 1, 1, END});
    ASSERT_TOKENS("  ", PLX_TOKENS_WORD, true, {"", 2, 2, BLANK | DOC});
    ASSERT_TOKENS(" \na", PLX_TOKENS_CHARACTER, true, {" ", 1, 1, DOC}, {"", 1, 1, BLANK},
                  {"a", 1, 1, WORD | LINE}, {"", 0, 0, END});
}

static void plx_tokenize__nothing_but_blanks(void **state)
{
    (void)state;
    struct plx_tokens tokens = {0};
    const struct plx_chunk chunk = chunk_of(" \t \n", 4);
    tokenize(&chunk, PLX_TOKENS_WORD, false, &tokens);
    assert_int_equal(tokens.count, 0);
    assert_int_equal(tokens.rest_bytes, 4);
    assert_int_equal(tokens.rest_characters, 4);
    assert_int_equal(tokens.counts.lines, 1);
    assert_int_equal(tokens.counts.words, 0);
    plx_tokens_release(&tokens);
}

/* A \r belongs to the newline behind it; elsewhere it is like any other byte. */
static void plx_tokenize__carriage_returns(void **state)
{
    (void)state;
    ASSERT_TOKENS("a b\r\nc\r\n", PLX_TOKENS_WORD, true, {"a", 1, 1, WORD | DOC}, {"b", 2, 2, WORD},
                  {"", 2, 2, END}, {"c", 1, 1, WORD | LINE}, {"", 2, 2, END});
    ASSERT_TOKENS("a\rb \r c\r\r\n", PLX_TOKENS_WORD, true, {"a\rb", 3, 3, WORD | DOC}, {"\r", 2, 2, WORD},
                  {"c\r", 3, 3, WORD}, {"", 2, 2, END});
    ASSERT_TOKENS("a\r", PLX_TOKENS_WORD, true, {"a\r", 2, 2, WORD | DOC}, {"", 0, 0, END});
    ASSERT_TOKENS("a\r\n", PLX_TOKENS_CHARACTER, true, {"a", 1, 1, WORD | DOC}, {"", 2, 2, END});
    ASSERT_TOKENS("a\r\n", PLX_TOKENS_CHARACTER, false, {"a", 1, 1, WORD | DOC}, {"\r", 1, 1, 0},
                  {"\n", 1, 1, 0});
    ASSERT_TOKENS("\rb\n", PLX_TOKENS_BYTE, false, {"\r", 1, 1, WORD | DOC}, {"b", 1, 1, 0}, {"\n", 1, 1, 0});
}

static void plx_tokenize__other_blanks_inside_words(void **state)
{
    (void)state;
    ASSERT_TOKENS("a\vb \f \x1c", PLX_TOKENS_WORD, false, {"a\vb", 3, 3, WORD | DOC}, {"\f", 2, 2, WORD},
                  {"\x1c", 2, 2, WORD});
    ASSERT_TOKENS("x\xc2\xa0y \xe3\x80\x80 \xe2\x80\xa8", PLX_TOKENS_WORD, false,
                  {"x\xc2\xa0y", 4, 3, WORD | DOC}, {"\xe3\x80\x80", 4, 2, WORD},
                  {"\xe2\x80\xa8", 4, 2, WORD});
    ASSERT_TOKENS("a\x85 b\xa0", PLX_TOKENS_WORD, false, {"a\x85", 2, 2, WORD | DOC}, {"b\xa0", 3, 3, WORD});
}

static void plx_tokenize__characters(void **state)
{
    (void)state;
    ASSERT_TOKENS("h\xc3\xa9 \xf0\x9f\x98\x80\n", PLX_TOKENS_CHARACTER, false, {"h", 1, 1, WORD | DOC},
                  {"\xc3\xa9", 2, 1, 0}, {" ", 1, 1, 0}, {"\xf0\x9f\x98\x80", 4, 1, WORD}, {"\n", 1, 1, 0});
    ASSERT_TOKENS("a\nb\n", PLX_TOKENS_CHARACTER, false, {"a", 1, 1, WORD | DOC}, {"\n", 1, 1, 0},
                  {"b", 1, 1, WORD | LINE}, {"\n", 1, 1, 0});
    ASSERT_TOKENS("a\nb\n", PLX_TOKENS_CHARACTER, true, {"a", 1, 1, WORD | DOC}, {"", 1, 1, END},
                  {"b", 1, 1, WORD | LINE}, {"", 1, 1, END});
}

static void plx_tokenize__bytes(void **state)
{
    (void)state;
    ASSERT_TOKENS("\xc3\xa9 a", PLX_TOKENS_BYTE, false, {"\xc3", 1, 1, WORD | DOC}, {"\xa9", 1, 0, 0},
                  {" ", 1, 1, 0}, {"a", 1, 1, WORD});
    ASSERT_TOKENS("\xff\xe2\x82", PLX_TOKENS_BYTE, false, {"\xff", 1, 1, WORD | DOC}, {"\xe2", 1, 1, 0},
                  {"\x82", 1, 1, 0});
}

/* Bytes that belong to a character count once together, whatever else the text holds. */
static void plx_tokenize__bytes_of_characters_beside_invalid_ones(void **state)
{
    (void)state;
    ASSERT_TOKENS("\xc3\xa9\xff", PLX_TOKENS_BYTE, false, {"\xc3", 1, 1, WORD | DOC}, {"\xa9", 1, 0, 0},
                  {"\xff", 1, 1, 0});
}

static void plx_tokenize__bytes_take_nul(void **state)
{
    static const char text[] = "a\0\n";
    (void)state;
    struct plx_tokens tokens = {0};
    const struct plx_chunk chunk = chunk_of(text, 3);
    tokenize(&chunk, PLX_TOKENS_BYTE, false, &tokens);
    assert_int_equal(tokens.count, 3);
    assert_memory_equal(tokens.words[1].text, "\0", 1);
    assert_int_equal(tokens.words[1].length, 1);
    assert_int_equal(tokens.counts.words, 1);
    plx_tokens_release(&tokens);
}

static void plx_tokenize__counts(void **state)
{
    static const char text[] = " = T\xc3\xaate = \n\na\xff b\r\n \n last";
    (void)state;
    for (unsigned form = 0; form < 4; form++) {
        struct plx_tokens tokens = {0};
        const struct plx_chunk chunk = chunk_of(text, sizeof text - 1);
        tokenize(&chunk, form < 2 ? PLX_TOKENS_WORD : PLX_TOKENS_BYTE, form & 1, &tokens);
        assert_int_equal(tokens.counts.bytes, 26);
        assert_int_equal(tokens.counts.characters, 25);
        assert_int_equal(tokens.counts.words, 6);
        assert_int_equal(tokens.counts.lines, 5);
        assert_int_equal(tokens.counts.invalid_utf8, 1);
        plx_tokens_release(&tokens);
    }
}

/* Refusals. */

static void assert_refused(const struct plx_chunk *chunk, enum plx_token_kind kind, uint64_t line,
                           uint64_t column, uint64_t offset, const char *words)
{
    for (unsigned line_ends = 0; line_ends < 2; line_ends++) {
        const struct plx_tokenize_options options = {kind, line_ends};
        struct plx_tokens tokens = {0};
        struct plx_error error;
        assert_int_equal(plx_tokenize(chunk, &options, &tokens, &error), PLX_MALFORMED);
        assert_int_equal(error.status, PLX_MALFORMED);
        if (!strstr(error.message, words))
            fail_msg("%s", error.message);
        assert_int_equal(error.line, line);
        assert_int_equal(error.column, column);
        assert_int_equal(error.offset, offset);
        assert_non_null(strstr(error.hint, "--tokens byte"));
        plx_tokens_release(&tokens);
    }
}

static void plx_tokenize__nul(void **state)
{
    (void)state;
    struct plx_chunk chunk = chunk_of("ab\ncd\0e\n", 8);
    assert_refused(&chunk, PLX_TOKENS_WORD, 2, 3, 5, "a NUL byte");
    assert_refused(&chunk, PLX_TOKENS_CHARACTER, 2, 3, 5, "a NUL byte");
    chunk = chunk_of("\0", 1);
    assert_refused(&chunk, PLX_TOKENS_WORD, 1, 1, 0, "a NUL byte");
    chunk.offset = 1000;
    chunk.line = 30;
    assert_refused(&chunk, PLX_TOKENS_WORD, 30, 1, 1000, "a NUL byte");
    chunk.begins_line = false; /* then the column is not known */
    assert_refused(&chunk, PLX_TOKENS_WORD, 30, PLX_NOWHERE, 1000, "a NUL byte");
    chunk = chunk_of("ab\n\0", 4);
    chunk.begins_line = false; /* but behind a newline it is */
    assert_refused(&chunk, PLX_TOKENS_WORD, 2, 1, 3, "a NUL byte");
}

static void plx_tokenize__characters_that_are_not_utf8(void **state)
{
    static const char *const bad[] = {
        "\xff", "\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x82 ",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[32], words[32];
        const int length = snprintf(text, sizeof text, "a\n\xc3\xa9%sb\n", bad[i]);
        const struct plx_chunk chunk = chunk_of(text, (size_t)length);
        snprintf(words, sizeof words, "byte 0x%02X", (unsigned)(uint8_t)bad[i][0]);
        assert_refused(&chunk, PLX_TOKENS_CHARACTER, 2, 3, 4, words);
    }
    const struct plx_chunk chunk = chunk_of("\xe2\x82\n\xac", 4); /* a sequence does not span lines */
    assert_refused(&chunk, PLX_TOKENS_CHARACTER, 1, 1, 0, "byte 0xE2");
}

/* Reuse. */

static void plx_tokenize__again_and_again(void **state)
{
    (void)state;
    struct plx_tokens tokens = {0};
    struct plx_chunk chunk = chunk_of("one two three\n", 14);
    tokenize(&chunk, PLX_TOKENS_BYTE, true, &tokens);
    chunk = chunk_of("b ", 2);
    chunk.ends_line = false;
    for (unsigned i = 0; i < 3; i++) {
        tokenize(&chunk, PLX_TOKENS_WORD, true, &tokens);
        assert_int_equal(tokens.count, 1);
        assert_int_equal(tokens.words[0].length, 1);
        assert_int_equal(tokens.rest_bytes, 1);
        assert_int_equal(tokens.rest_characters, 1);
        assert_int_equal(tokens.counts.bytes, 2);
        assert_int_equal(tokens.counts.words, 1);
        assert_int_equal(tokens.counts.lines, 0);
    }
    chunk = chunk_of("bb", 2);
    chunk.ends_line = false;
    tokenize(&chunk, PLX_TOKENS_WORD, true, &tokens);
    assert_int_equal(tokens.rest_bytes, 0);
    plx_tokens_release(&tokens);
    assert_int_equal(tokens.capacity, 0);
    plx_tokens_release(&tokens);
}

/* A piece of a line. */
static void plx_tokenize__continued_lines(void **state)
{
    (void)state;
    struct plx_tokens tokens = {0};
    struct plx_chunk chunk = chunk_of(" \t\nb", 4);
    chunk.begins_document = chunk.begins_line = chunk.ends_line = false;
    tokenize(&chunk, PLX_TOKENS_WORD, true, &tokens);
    assert_int_equal(tokens.count, 2);
    assert_int_equal(tokens.marks[0], END); /* words of its line came before: it is not blank */
    assert_int_equal(tokens.marks[1], WORD | LINE);
    assert_int_equal(tokens.counts.lines, 1);

    chunk = chunk_of("def\n", 4);
    chunk.begins_document = chunk.begins_line = false;
    chunk.inside_word = true;
    tokenize(&chunk, PLX_TOKENS_CHARACTER, false, &tokens);
    assert_int_equal(tokens.counts.words, 0); /* the word began before */
    assert_int_equal(tokens.marks[0], 0);
    chunk.inside_word = false;
    tokenize(&chunk, PLX_TOKENS_CHARACTER, false, &tokens);
    assert_int_equal(tokens.counts.words, 1);
    assert_int_equal(tokens.marks[0], WORD);
    chunk = chunk_of(" def\n", 5);
    chunk.begins_document = chunk.begins_line = false;
    chunk.inside_word = true;
    tokenize(&chunk, PLX_TOKENS_CHARACTER, false, &tokens);
    assert_int_equal(tokens.counts.words, 1);
    assert_int_equal(tokens.marks[0], 0);
    assert_int_equal(tokens.marks[1], WORD);
    plx_tokens_release(&tokens);
}

/* The reference. */

struct list {
    struct expected_token {
        size_t begin, end; /* in the text */
        uint32_t bytes, characters;
        unsigned marks;
    } tokens[512];
    size_t count;
    struct plx_text_counts counts;
    uint32_t rest_bytes, rest_characters;
};

/* By decoding: 0 if the code point is not one that UTF-8 may write in so many bytes. */
static size_t sequence_at(const uint8_t *text, size_t size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t lead = text[0];
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xC0 ? 0
                          : lead < 0xE0 ? 2
                          : lead < 0xF0 ? 3
                          : lead < 0xF8 ? 4
                                        : 0;
    if (length <= 1)
        return length;
    uint32_t point = lead & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if (i >= size || (text[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (text[i] & 0x3FU);
    }
    return point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000) ? 0 : length;
}

/* begins[i]: a character (or a byte that belongs to none) begins at i. Returns how many are invalid. */
static size_t find_characters(const uint8_t *text, size_t size, bool *begins)
{
    size_t invalid = 0;
    for (size_t i = 0; i < size;) {
        const size_t length = sequence_at(text + i, size - i);
        invalid += length == 0;
        begins[i] = true;
        for (size_t k = 1; k < length; k++)
            begins[i + k] = false;
        i += length ? length : 1;
    }
    return invalid;
}

enum kind_of_byte { PART_OF_WORD, SEPARATOR, NEWLINE };

static enum kind_of_byte kind_at(const uint8_t *text, size_t size, size_t i)
{
    if (text[i] == '\n')
        return NEWLINE;
    const bool part_of_end = text[i] == '\r' && i + 1 < size && text[i + 1] == '\n';
    return text[i] == ' ' || text[i] == '\t' || part_of_end ? SEPARATOR : PART_OF_WORD;
}

static void list_add(struct list *list, const bool *begins, size_t *owned, size_t begin, size_t end,
                     unsigned marks)
{
    struct expected_token *token = list->tokens + list->count++;
    *token = (struct expected_token){.begin = begin, .end = end, .marks = marks};
    for (; *owned < end; ++*owned) {
        token->bytes++;
        token->characters += begins[*owned];
    }
}

/* The tokens of a whole text of up to 250 bytes. */
static void reference(const uint8_t *text, size_t size, enum plx_token_kind kind, bool line_ends,
                      struct list *list)
{
    bool begins[256];
    bool line_begins = true, document_begins = true, inside_word = false;
    size_t owned = 0, words_of_line = 0;
    *list = (struct list){.counts = {.bytes = size}};
    list->counts.invalid_utf8 = find_characters(text, size, begins);
    for (size_t i = 0; i < size; i++) {
        const enum kind_of_byte byte = kind_at(text, size, i);
        const bool at_word = byte == PART_OF_WORD && !inside_word;
        const unsigned first =
            (line_begins ? PLX_MARK_BEGINS_LINE : 0) | (document_begins ? PLX_MARK_BEGINS_DOCUMENT : 0);
        list->counts.characters += begins[i];
        list->counts.words += at_word;
        words_of_line += at_word;
        inside_word = byte == PART_OF_WORD;
        size_t end = i; /* of the token that begins here, if one does */
        if (kind == PLX_TOKENS_WORD && at_word) {
            while (end < size && kind_at(text, size, end) == PART_OF_WORD)
                end++;
        } else if (kind == PLX_TOKENS_BYTE || (kind == PLX_TOKENS_CHARACTER && begins[i])) {
            const bool part_of_end = byte == NEWLINE || (byte == SEPARATOR && text[i] == '\r');
            end = line_ends && part_of_end ? i : i + 1;
            while (end > i && kind == PLX_TOKENS_CHARACTER && end < size && !begins[end])
                end++;
        }
        if (end > i) {
            list_add(list, begins, &owned, i, end, first | (at_word ? PLX_MARK_WORD : 0));
            line_begins = document_begins = false;
        }
        if (byte == NEWLINE || i + 1 == size) {
            const unsigned begun =
                (line_begins ? PLX_MARK_BEGINS_LINE : 0) | (document_begins ? PLX_MARK_BEGINS_DOCUMENT : 0);
            list->counts.lines++;
            if (line_ends) {
                list_add(list, begins, &owned, i + 1, i + 1,
                         begun | PLX_MARK_LINE_END | (words_of_line == 0 ? PLX_MARK_BLANK_LINE : 0));
                document_begins = false;
            }
            line_begins = true;
            words_of_line = 0;
        }
    }
    for (; owned < size; owned++) {
        list->rest_bytes++;
        list->rest_characters += begins[owned];
    }
}

/* Random texts. */

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % bound);
}

static const char *const PIECES[] = {
    " ",
    " ",
    "\t",
    "\n",
    "\n",
    "\r",
    "\r\n",
    "a",
    "b",
    "cd",
    "word",
    "\v",
    "\f",
    "\x85",
    "\xa0",
    "\xc2\xa0",
    "\xc3\xa9",
    "\xe2\x82\xac",
    "\xf0\x9f\x98\x80",
    "\xe2\x82",
    "\xff",
    "\xed\xa0\x80",
    "\xc2",
    "longer",
    "0123456789abcdef",
};

/* `fine`: well-formed only. */
static size_t random_text(uint8_t *text, bool fine)
{
    const size_t size = 1 + random_below(200);
    const uint32_t kinds = sizeof PIECES / sizeof *PIECES;
    size_t length = 0;
    while (length < size) {
        const char *piece = PIECES[random_below(kinds)];
        const size_t piece_length = strlen(piece);
        if (fine && sequence_at((const uint8_t *)piece, piece_length) == 0)
            continue;
        memcpy(text + length, piece, piece_length);
        length += piece_length;
    }
    return length;
}

/* Compares tokens with those of the list from *next on. `carried` bytes and characters came before them. */
static void compare(const struct plx_tokens *tokens, const struct list *list, size_t *next,
                    const uint8_t *text, size_t size, uint32_t carried_bytes, uint32_t carried_characters)
{
    for (size_t i = 0; i < tokens->count; i++, ++*next) {
        const struct plx_word word = tokens->words[i];
        if (*next >= list->count)
            fail_msg("%s: more than %zu tokens", shown(text, size), list->count);
        const struct expected_token *token = list->tokens + *next;
        const uint32_t bytes = tokens->bytes[i] + (i == 0 ? carried_bytes : 0);
        const uint32_t characters = tokens->characters[i] + (i == 0 ? carried_characters : 0);
        if (word.length != token->end - token->begin ||
            memcmp(word.text, text + token->begin, word.length) != 0 || bytes != token->bytes ||
            characters != token->characters || tokens->marks[i] != token->marks)
            fail_msg("%s: token %zu, %zu bytes of text, owns %u bytes, %u characters, marks %u; expected "
                     "%zu..%zu, %u, %u, %u",
                     shown(text, size), *next, word.length, bytes, characters, (unsigned)tokens->marks[i],
                     token->begin, token->end, token->bytes, token->characters, token->marks);
    }
}

static void compare_counts(const struct plx_text_counts *found, const struct plx_text_counts *expected,
                           const uint8_t *text, size_t size)
{
    if (found->bytes != expected->bytes || found->characters != expected->characters ||
        found->words != expected->words || found->lines != expected->lines ||
        found->invalid_utf8 != expected->invalid_utf8)
        fail_msg("%s: %llu bytes, %llu characters, %llu words, %llu lines, %llu invalid", shown(text, size),
                 (unsigned long long)found->bytes, (unsigned long long)found->characters,
                 (unsigned long long)found->words, (unsigned long long)found->lines,
                 (unsigned long long)found->invalid_utf8);
}

static void plx_tokenize__random_texts(void **state)
{
    (void)state;
    struct plx_tokens tokens = {0};
    struct list list;
    for (unsigned round = 0; round < 20000; round++) {
        const enum plx_token_kind kind = (enum plx_token_kind)(PLX_TOKENS_WORD + round % 3);
        const bool line_ends = round / 3 % 2 != 0;
        uint8_t text[256];
        const size_t size = random_text(text, kind == PLX_TOKENS_CHARACTER);
        const struct plx_chunk chunk = chunk_of(text, size);
        size_t next = 0;
        tokenize(&chunk, kind, line_ends, &tokens);
        reference(text, size, kind, line_ends, &list);
        compare(&tokens, &list, &next, text, size, 0, 0);
        assert_int_equal(next, list.count);
        assert_int_equal(tokens.rest_bytes, list.rest_bytes);
        assert_int_equal(tokens.rest_characters, list.rest_characters);
        compare_counts(&tokens.counts, &list.counts, text, size);
    }
    plx_tokens_release(&tokens);
}

/* Characters are refused exactly where the first byte is that belongs to none. */
static void plx_tokenize__random_characters(void **state)
{
    (void)state;
    struct plx_tokens tokens = {0};
    unsigned refused = 0;
    for (unsigned round = 0; round < 5000; round++) {
        const struct plx_tokenize_options options = {PLX_TOKENS_CHARACTER, round % 2 != 0};
        uint8_t text[256];
        struct plx_error error;
        const size_t size = random_text(text, false);
        const struct plx_chunk chunk = chunk_of(text, size);
        size_t first = 0, length;
        while (first < size && (length = sequence_at(text + first, size - first)) > 0)
            first += length;
        const enum plx_status status = plx_tokenize(&chunk, &options, &tokens, &error);
        assert_int_equal(status, first < size ? PLX_MALFORMED : PLX_OK);
        if (first < size)
            assert_int_equal(error.offset, first);
        refused += first < size;
    }
    assert_in_range(refused, 2000, 4999);
    plx_tokens_release(&tokens);
}

/* Whether the line has a word before `at`. */
static bool word_before(const uint8_t *text, size_t size, size_t at)
{
    while (at > 0 && text[at - 1] != '\n') {
        if (kind_at(text, size, --at) == PART_OF_WORD)
            return true;
    }
    return false;
}

/* Where a reader may cut: between words, between characters; but not inside a line end. */
static bool may_cut(const uint8_t *text, size_t size, size_t at, enum plx_token_kind kind)
{
    if (text[at - 1] == '\r' && text[at] == '\n')
        return false;
    if (kind == PLX_TOKENS_WORD)
        return kind_at(text, size, at - 1) != PART_OF_WORD || kind_at(text, size, at) != PART_OF_WORD;
    return (text[at] & 0xC0) != 0x80;
}

/* The chunks of a text give the tokens of the whole text. */
static void plx_tokenize__any_division(void **state)
{
    (void)state;
    struct plx_tokens tokens = {0};
    struct list list;
    for (unsigned round = 0; round < 20000; round++) {
        const enum plx_token_kind kind = (enum plx_token_kind)(PLX_TOKENS_WORD + round % 3);
        const bool line_ends = round / 3 % 2 != 0;
        const uint32_t rarity = 1 + random_below(10);
        struct plx_text_counts counts = {0};
        uint8_t text[256];
        const size_t size = random_text(text, kind == PLX_TOKENS_CHARACTER);
        size_t next = 0, begin = 0;
        uint32_t bytes = 0, characters = 0;
        reference(text, size, kind, line_ends, &list);
        for (size_t at = 1; at <= size; at++) {
            if (at < size && (!may_cut(text, size, at, kind) || random_below(rarity) > 0))
                continue;
            const struct plx_chunk chunk = {
                .text = text + begin,
                .size = at - begin,
                .offset = begin,
                .line = 1,
                .begins_document = next == 0, /* documents begin with a line that is not blank */
                .begins_line = begin == 0 || text[begin - 1] == '\n',
                .blank_before = !word_before(text, size, begin),
                .inside_word = begin > 0 && kind_at(text, size, begin - 1) == PART_OF_WORD,
                .ends_line = at == size && text[at - 1] != '\n',
            };
            tokenize(&chunk, kind, line_ends, &tokens);
            compare(&tokens, &list, &next, text, size, bytes, characters);
            bytes = tokens.rest_bytes + (tokens.count == 0 ? bytes : 0);
            characters = tokens.rest_characters + (tokens.count == 0 ? characters : 0);
            plx_text_counts_add(&counts, &tokens.counts);
            begin = at;
        }
        assert_int_equal(next, list.count);
        assert_int_equal(bytes, list.rest_bytes);
        assert_int_equal(characters, list.rest_characters);
        compare_counts(&counts, &list.counts, text, size);
    }
    plx_tokens_release(&tokens);
}

/* A NUL byte is a part of a word, and a character, as is each byte that belongs to none. */
static void plx_tokenize_any__any_bytes(void **state)
{
    static const char text[] = "a\0b \xFF\xC3\xA9\n";
    static const struct {
        enum plx_token_kind kind;
        size_t count;
    } cases[] = {{PLX_TOKENS_WORD, 2}, {PLX_TOKENS_CHARACTER, 7}, {PLX_TOKENS_BYTE, 8}};
    const struct plx_chunk chunk = {
        .text = (const uint8_t *)text, .size = sizeof text - 1, .begins_line = true};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct plx_tokenize_options options = {cases[i].kind, false};
        struct plx_tokens tokens = {0};
        struct plx_error error;
        assert_int_equal(plx_tokenize(&chunk, &options, &tokens, &error) == PLX_OK, i == 2);
        assert_int_equal(plx_tokenize_any(&chunk, &options, &tokens, &error), PLX_OK);
        assert_int_equal(tokens.count, cases[i].count);
        assert_int_equal(tokens.counts.words, 2);
        assert_int_equal(tokens.counts.characters, 7);
        assert_int_equal(tokens.counts.invalid_utf8, 1);
        assert_int_equal(tokens.words[0].length, i ? 1 : 3);
        plx_tokens_release(&tokens);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_tokenize__words),
        cmocka_unit_test(plx_tokenize__words_and_line_ends),
        cmocka_unit_test(plx_tokenize__blank_lines),
        cmocka_unit_test(plx_tokenize__nothing_but_blanks),
        cmocka_unit_test(plx_tokenize__carriage_returns),
        cmocka_unit_test(plx_tokenize__other_blanks_inside_words),
        cmocka_unit_test(plx_tokenize__characters),
        cmocka_unit_test(plx_tokenize__bytes),
        cmocka_unit_test(plx_tokenize__bytes_of_characters_beside_invalid_ones),
        cmocka_unit_test(plx_tokenize__bytes_take_nul),
        cmocka_unit_test(plx_tokenize__counts),
        cmocka_unit_test(plx_tokenize__nul),
        cmocka_unit_test(plx_tokenize__characters_that_are_not_utf8),
        cmocka_unit_test(plx_tokenize__again_and_again),
        cmocka_unit_test(plx_tokenize__continued_lines),
        cmocka_unit_test(plx_tokenize__random_texts),
        cmocka_unit_test(plx_tokenize__random_characters),
        cmocka_unit_test(plx_tokenize__any_division),
        cmocka_unit_test(plx_tokenize_any__any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
