/* The text that tokens stand for. Expected values: by hand, and for random texts what plx_tokenize says of
   the text that the tokens come from, however they are divided into pieces. */
#include "corpus/rejoin.h"

#include "support/random.h"

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

#define CASES     20000
#define MOST      64 /* bytes of a random text */
#define DOCUMENT  ((struct plx_seam){.begins_document = true, .begins_line = true})
#define LENGTH(a) (sizeof(a) / sizeof *(a))

struct expected {
    const char *word; /* NULL: none is known */
    bool line_end;
    uint32_t bytes, characters;
    unsigned marks;
};

static void reserve(struct plx_tokens *tokens, size_t count)
{
    struct plx_error error;
    assert_int_equal(plx_tokens_reserve(tokens, count, &error), PLX_OK);
    tokens->count = count;
}

static void fill(struct plx_tokens *tokens, const struct expected *expected, size_t count)
{
    reserve(tokens, count);
    for (size_t i = 0; i < count; i++) {
        const char *word = expected[i].word;
        tokens->words[i] = (struct plx_word){word, word ? strlen(word) : 0};
        tokens->marks[i] = expected[i].line_end ? PLX_MARK_LINE_END : 0;
    }
}

static void assert_counts(const struct plx_text_counts *found, const struct plx_text_counts *expected,
                          const char *what)
{
    if (memcmp(found, expected, sizeof *found) != 0)
        fail_msg("%s: %d bytes, %d characters, %d words, %d lines, %d invalid; expected %d, %d, %d, %d, %d",
                 what, (int)found->bytes, (int)found->characters, (int)found->words, (int)found->lines,
                 (int)found->invalid_utf8, (int)expected->bytes, (int)expected->characters,
                 (int)expected->words, (int)expected->lines, (int)expected->invalid_utf8);
}

/* The tokens of a document in two pieces, for every place to part them. */
static void assert_rejoined(enum plx_token_kind kind, const struct expected *expected, size_t count,
                            struct plx_text_counts counts)
{
    for (size_t cut = 0; cut <= count; cut++) {
        struct plx_seam seam = DOCUMENT;
        struct plx_text_counts found = {0};
        struct plx_tokens tokens = {0};
        for (size_t part = 0; part < 2; part++) {
            const size_t begin = part ? cut : 0, end = part ? count : cut;
            fill(&tokens, expected + begin, end - begin);
            plx_tokens_rejoin(&tokens, kind, &seam);
            for (size_t i = begin; i < end; i++) {
                const size_t at = i - begin;
                if (tokens.bytes[at] != expected[i].bytes ||
                    tokens.characters[at] != expected[i].characters || tokens.marks[at] != expected[i].marks)
                    fail_msg("token %zu, cut at %zu: %u bytes, %u characters, marks %u", i, cut,
                             tokens.bytes[at], tokens.characters[at], tokens.marks[at]);
            }
            plx_text_counts_add(&found, &tokens.counts);
            assert_int_equal(tokens.rest_bytes + tokens.rest_characters, 0);
        }
        assert_counts(&found, &counts, "by hand");
        plx_tokens_release(&tokens);
    }
}

#define ASSERT_REJOINED(kind, counts, ...)                        \
    assert_rejoined(kind, (const struct expected[]){__VA_ARGS__}, \
                    LENGTH(((const struct expected[]){__VA_ARGS__})), counts)

#define COUNTS(b, c, w, l) \
    ((struct plx_text_counts){.bytes = (b), .characters = (c), .words = (w), .lines = (l)})

/* "the sea\n\né\n" */
static void plx_tokens_rejoin__words(void **state)
{
    (void)state;
    ASSERT_REJOINED(PLX_TOKENS_WORD, COUNTS(12, 11, 3, 3), {"the", false, 3, 3, WORD | DOC},
                    {"sea", false, 4, 4, WORD}, {"</s>", true, 1, 1, END}, {"</s>", true, 1, 1, BLANK | LINE},
                    {"\xc3\xa9", false, 2, 1, WORD | LINE}, {"</s>", true, 1, 1, END});
}

/* A document that begins with a blank line; one whose last line has no end. */
static void plx_tokens_rejoin__words_at_the_edges(void **state)
{
    (void)state;
    ASSERT_REJOINED(PLX_TOKENS_WORD, COUNTS(5, 5, 2, 2), {"", true, 1, 1, BLANK | DOC},
                    {"a", false, 1, 1, WORD | LINE}, {"b", false, 2, 2, WORD}, {NULL, true, 1, 1, END});
    ASSERT_REJOINED(PLX_TOKENS_WORD, COUNTS(3, 3, 2, 0), {"a", false, 1, 1, WORD | DOC},
                    {"b", false, 2, 2, WORD});
}

/* Bytes that are no UTF-8 count as a character each, and apart. */
static void plx_tokens_rejoin__words_that_are_not_utf8(void **state)
{
    (void)state;
    ASSERT_REJOINED(
        PLX_TOKENS_WORD,
        ((struct plx_text_counts){.bytes = 6, .characters = 6, .words = 3, .lines = 1, .invalid_utf8 = 2}),
        {"\xffz", false, 2, 2, WORD | DOC}, {"\xc3", false, 2, 2, WORD}, {"", true, 1, 1, END},
        {NULL, false, 0, 0, LINE}, {"", false, 1, 1, WORD});
}

/* "ab \né" in characters; then with the newline as the end symbol. */
static void plx_tokens_rejoin__characters(void **state)
{
    (void)state;
    ASSERT_REJOINED(PLX_TOKENS_CHARACTER, COUNTS(6, 5, 2, 1), {"a", false, 1, 1, WORD | DOC},
                    {"b", false, 1, 1, 0}, {" ", false, 1, 1, 0}, {"\n", false, 1, 1, 0},
                    {"\xc3\xa9", false, 2, 1, WORD | LINE});
    ASSERT_REJOINED(PLX_TOKENS_CHARACTER, COUNTS(4, 4, 2, 2), {"a", false, 1, 1, WORD | DOC},
                    {"\n", true, 1, 1, END}, {"b", false, 1, 1, WORD | LINE}, {"\n", true, 1, 1, END});
    ASSERT_REJOINED(PLX_TOKENS_CHARACTER, COUNTS(4, 4, 0, 2), {"<eol>", true, 1, 1, BLANK | DOC},
                    {" ", false, 1, 1, LINE}, {"\t", false, 1, 1, 0}, {"<eol>", true, 1, 1, BLANK});
}

/* Several characters in a token, none, and what is not known. */
static void plx_tokens_rejoin__letters_together(void **state)
{
    (void)state;
    ASSERT_REJOINED(PLX_TOKENS_CHARACTER, COUNTS(13, 12, 4, 1), {"th", false, 2, 2, WORD | DOC},
                    {"e s", false, 3, 3, WORD}, {"", false, 0, 0, 0}, {"ea\n\xc3\xa9 b", false, 7, 6, WORD},
                    {NULL, false, 0, 0, 0}, {" ", false, 1, 1, 0});
    ASSERT_REJOINED(PLX_TOKENS_CHARACTER, COUNTS(4, 4, 2, 1), {"ab\n", false, 3, 3, WORD | DOC},
                    {"", false, 0, 0, LINE}, {"c", false, 1, 1, WORD | LINE});
}

/* The first byte of a character counts for it. */
static void plx_tokens_rejoin__bytes(void **state)
{
    (void)state;
    ASSERT_REJOINED(PLX_TOKENS_BYTE, COUNTS(7, 4, 2, 1), {"\xe2", false, 1, 1, WORD | DOC},
                    {"\x82", false, 1, 0, 0}, {"\xac", false, 1, 0, 0}, {"\n", false, 1, 1, 0},
                    {" ", false, 1, 1, LINE}, {"\xc3", false, 1, 1, WORD}, {"\xa9", false, 1, 0, 0});
}

/* A carriage return in a word, before a newline, and between blanks, where it begins no word. */
static void plx_tokens_rejoin__carriage_returns(void **state)
{
    (void)state;
    ASSERT_REJOINED(PLX_TOKENS_BYTE, COUNTS(7, 7, 2, 1), {"a", false, 1, 1, WORD | DOC},
                    {"\r", false, 1, 1, 0}, {"b", false, 1, 1, 0}, {"\r", false, 1, 1, 0},
                    {"\n", false, 1, 1, 0}, {"\r", false, 1, 1, LINE}, {"c", false, 1, 1, WORD});
}

/* Nothing is known but where lines begin. */
static void plx_tokens_rejoin__pieces(void **state)
{
    (void)state;
    ASSERT_REJOINED(PLX_TOKENS_PIECE, COUNTS(0, 0, 0, 0), {"the", false, 0, 0, DOC}, {"_s", false, 0, 0, 0},
                    {"</s>", true, 0, 0, END}, {"</s>", true, 0, 0, BLANK | LINE}, {NULL, false, 0, 0, LINE},
                    {NULL, false, 0, 0, 0});
}

/* Random texts. */

struct sample {
    char text[MOST + 8];
    size_t size;
};

static void append(struct sample *sample, const char *bytes)
{
    memcpy(sample->text + sample->size, bytes, strlen(bytes));
    sample->size += strlen(bytes);
}

/* Words joined by single spaces, lines ended by newlines. */
static struct sample canonical_words(struct random *random)
{
    static const char *const words[] = {"a", "the", "\xc3\xa9t\xc3\xa9", "\xf0\x9f\x8c\x8a", "x\ry", "\xff."};
    struct sample sample = {.size = 0};
    while (sample.size < MOST - 16 && !random_chance(random, 8)) {
        const size_t count = random_below(random, 4);
        for (size_t i = 0; i < count && sample.size < MOST - 16; i++) {
            append(&sample, i > 0 ? " " : "");
            append(&sample, words[random_below(random, LENGTH(words))]);
        }
        append(&sample, "\n");
    }
    return sample;
}

/* Characters of all lengths and blanks, but no carriage return alone between blanks. */
static struct sample any_characters(struct random *random, bool carriage_returns)
{
    static const char *const letters[] = {
        "a", "b", " ", "\t", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8c\x8a", "\v"};
    struct sample sample = {.size = 0};
    bool inside = false;
    for (size_t left = random_below(random, MOST / 4); left > 0; left--) {
        const char *letter = letters[random_below(random, LENGTH(letters))];
        if (carriage_returns && random_chance(random, 6))
            letter = inside ? "\r" : "\r\n";
        append(&sample, letter);
        inside = !strchr(" \t\n", sample.text[sample.size - 1]);
    }
    return sample;
}

/* The tokens of the text, once more and in random pieces, against those of plx_tokenize. */
static void compare(const struct sample *sample, enum plx_token_kind kind, bool line_ends,
                    struct random *random)
{
    const struct plx_tokenize_options options = {kind, line_ends};
    const struct plx_chunk chunk = {
        .text = (const uint8_t *)sample->text,
        .size = sample->size,
        .line = 1,
        .begins_document = true,
        .begins_line = true,
    };
    struct plx_tokens whole = {0}, piece = {0};
    struct plx_text_counts counts = {0};
    struct plx_seam seam = DOCUMENT;
    struct plx_error error;
    assert_int_equal(plx_tokenize(&chunk, &options, &whole, &error), PLX_OK);
    for (size_t at = 0; at < whole.count;) {
        const size_t left = whole.count - at, some = 1 + random_below(random, 5);
        reserve(&piece, some < left ? some : left);
        for (size_t i = 0; i < piece.count; i++) {
            piece.words[i] = whole.words[at + i];
            piece.marks[i] = whole.marks[at + i] & PLX_MARK_LINE_END;
        }
        plx_tokens_rejoin(&piece, kind, &seam);
        for (size_t i = 0; i < piece.count; i++, at++) {
            if (piece.bytes[i] != whole.bytes[at] || piece.characters[i] != whole.characters[at] ||
                piece.marks[i] != whole.marks[at])
                fail_msg("token %zu of \"%.*s\": %u bytes, %u characters, marks %u for %u, %u and %u", at,
                         (int)sample->size, sample->text, piece.bytes[i], piece.characters[i], piece.marks[i],
                         whole.bytes[at], whole.characters[at], whole.marks[at]);
        }
        plx_text_counts_add(&counts, &piece.counts);
    }
    assert_counts(&counts, &whole.counts, sample->text);
    plx_tokens_release(&whole);
    plx_tokens_release(&piece);
}

static void plx_tokens_rejoin__as_tokenized_words(void **state)
{
    struct random random = {81};
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        const struct sample sample = canonical_words(&random);
        compare(&sample, PLX_TOKENS_WORD, true, &random);
    }
}

static void plx_tokens_rejoin__as_tokenized_letters(void **state)
{
    struct random random = {82};
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct sample sample = any_characters(&random, true);
        compare(&sample, PLX_TOKENS_CHARACTER, false, &random);
        compare(&sample, PLX_TOKENS_BYTE, false, &random);
        sample = any_characters(&random, false);
        append(&sample, "\n"); /* what is left over by a text belongs to its end */
        compare(&sample, PLX_TOKENS_CHARACTER, true, &random);
        compare(&sample, PLX_TOKENS_BYTE, true, &random);
    }
}

/* The seam moves by single tokens as it does by pieces. */
static void plx_seam_move__as_rejoined(void **state)
{
    struct random random = {83};
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        static const char *const words[] = {"a", " ", "\n", "", "\r", "b\n", " c", "\r ", "\t"};
        const enum plx_token_kind kind =
            (enum plx_token_kind)(PLX_TOKENS_WORD + random_below(&random, PLX_TOKENS_PIECE));
        struct expected some[6];
        struct plx_seam moved = DOCUMENT, rejoined = DOCUMENT, decided = {0};
        struct plx_tokens tokens = {0};
        bool known = false;
        for (size_t k = 0; k < LENGTH(some); k++) {
            some[k] = (struct expected){words[random_below(&random, LENGTH(words))],
                                        random_chance(&random, 5), 0, 0, 0};
            const struct plx_word word = {some[k].word, strlen(some[k].word)};
            known |= plx_seam_decided(word, some[k].line_end, kind);
            plx_seam_move(&moved, word, some[k].line_end, kind);
            if (known) /* from here on what came before does not matter */
                plx_seam_move(&decided, word, some[k].line_end, kind);
        }
        fill(&tokens, some, LENGTH(some));
        plx_tokens_rejoin(&tokens, kind, &rejoined);
        assert_memory_equal(&moved, &rejoined, sizeof moved);
        if (known)
            assert_memory_equal(&moved, &decided, sizeof moved);
        plx_tokens_release(&tokens);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_tokens_rejoin__words),
        cmocka_unit_test(plx_tokens_rejoin__words_at_the_edges),
        cmocka_unit_test(plx_tokens_rejoin__words_that_are_not_utf8),
        cmocka_unit_test(plx_tokens_rejoin__characters),
        cmocka_unit_test(plx_tokens_rejoin__letters_together),
        cmocka_unit_test(plx_tokens_rejoin__bytes),
        cmocka_unit_test(plx_tokens_rejoin__carriage_returns),
        cmocka_unit_test(plx_tokens_rejoin__pieces),
        cmocka_unit_test(plx_tokens_rejoin__as_tokenized_words),
        cmocka_unit_test(plx_tokens_rejoin__as_tokenized_letters),
        cmocka_unit_test(plx_seam_move__as_rejoined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
