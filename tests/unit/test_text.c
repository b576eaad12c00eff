/* Plain text as a corpus: documents, chunks and what they say of themselves. Where documents begin follows
   from the rule of text.c (a line " = Title = " between blank lines); a slow reference below applies it to
   the text as a whole. */
#include "corpus/tokenize.h"

#include "base/buffer.h"
#include "support/fixtures.h"
#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What a corpus delivered. */
struct reading {
    struct plx_buffer text;  /* all chunks, one behind the other */
    uint64_t documents[512]; /* offsets where they begin */
    size_t document_count;
    size_t chunks;
};

/* Reads to the end and checks what every chunk says of itself. */
static void read_all(const void *text, size_t size, enum plx_token_kind kind, struct reading *reading)
{
    const uint8_t *bytes = text;
    struct plx_corpus *corpus = corpus_open_bytes(text, size, kind);
    struct plx_corpus_info info;
    struct plx_error error;
    uint64_t line = 1;
    bool begins_line = true, inside_word = false, blank_before = true;
    memset(reading, 0, sizeof *reading);
    plx_buffer_init(&reading->text, (size_t)1 << 30);
    for (;;) {
        struct plx_chunk chunk;
        bool more;
        if (plx_corpus_next(corpus, &chunk, &more, &error))
            fail_msg("%s", error.message);
        if (!more)
            break;
        const size_t end = reading->text.size + chunk.size;
        assert_true(chunk.size > 0 && end <= size);
        assert_int_equal(chunk.offset, reading->text.size);
        assert_int_equal(chunk.line, line);
        assert_int_equal(chunk.begins_line, begins_line);
        assert_int_equal(chunk.inside_word, inside_word);
        assert_int_equal(chunk.blank_before, blank_before);
        assert_int_equal(chunk.ends_line, end == size && bytes[size - 1] != '\n');
        for (size_t i = 0; i < chunk.size; i++) {
            line += chunk.text[i] == '\n';
            blank_before = chunk.text[i] == '\n' || (blank_before && strchr(" \t", chunk.text[i]));
        }
        begins_line = chunk.text[chunk.size - 1] == '\n';
        inside_word = !strchr(" \t\n", chunk.text[chunk.size - 1]);
        if (chunk.begins_document) {
            assert_true(reading->document_count < 512);
            reading->documents[reading->document_count++] = chunk.offset;
        }
        assert_int_equal(plx_buffer_append(&reading->text, chunk.text, chunk.size, &error), PLX_OK);
        reading->chunks++;
    }
    plx_corpus_info(corpus, &info);
    assert_string_equal(info.format, "text");
    assert_int_equal(info.tokens, kind);
    assert_int_equal(info.bytes, size);
    assert_int_equal(info.documents, reading->document_count);
    plx_corpus_close(corpus);
    assert_int_equal(reading->text.size, size);
    if (size > 0)
        assert_memory_equal(reading->text.data, text, size);
    plx_buffer_release(&reading->text);
}

/* Documents. */

/* Each document must begin with its text. */
static void assert_documents(const char *text, const char *const *begins, size_t count)
{
    struct reading reading;
    read_all(text, strlen(text), PLX_TOKENS_WORD, &reading);
    for (size_t i = 0; i < count && i < reading.document_count; i++) {
        const char *at = text + reading.documents[i];
        if (strncmp(at, begins[i], strlen(begins[i])) != 0)
            fail_msg("document %zu begins with \"%.20s\"", i, at);
    }
    if (reading.document_count != count)
        fail_msg("%zu documents, not %zu, in\n%s", reading.document_count, count, text);
}

#define ASSERT_DOCUMENTS(text, ...)                            \
    assert_documents(text, (const char *const[]){__VA_ARGS__}, \
                     sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void text_next__documents_of_wikitext(void **state)
{
    (void)state;
    /* The beginning of every article as WikiText has it: blank lines are one space. */
    ASSERT_DOCUMENTS(
        " \n = Robert Boulter = \n \n Robert Boulter is an actor . \n \n = = Career = = \n \n In 2000 \n"
        " \n = Du Fu = \n \n Du Fu was a poet . \n",
        " \n = Robert", " = Du Fu = ");
    ASSERT_DOCUMENTS("= A =\n\nx\n\n= B =\n\ny\n\n= C =\n\nz", "= A =", "= B =", "= C =");
    ASSERT_DOCUMENTS("= A =\r\n\r\nx\r\n\r\n= B =\r\n\r\ny\r\n", "= A =", "= B =");
    ASSERT_DOCUMENTS("\t= A =\t \n\t\n x\n \t \n = B = \t\r\n\t \r\n", "\t= A", " = B");
}

static void text_next__text_before_the_first_heading(void **state)
{
    (void)state;
    ASSERT_DOCUMENTS("preface\n\n = A = \n\nx\n", "preface", " = A");
    ASSERT_DOCUMENTS("\n\n \n = A = \n\nx\n", "\n\n \n = A"); /* blank lines are no document */
    ASSERT_DOCUMENTS("no heading\nat all\n\n", "no heading");
}

static void text_next__headings_of_other_levels(void **state)
{
    (void)state;
    ASSERT_DOCUMENTS(" = A = \n\nx\n\n = = B = = \n\ny\n\n = = = C = = = \n\nz\n", " = A");
    ASSERT_DOCUMENTS("x\n\n = = B = \n\ny\n", "x");
    ASSERT_DOCUMENTS("x\n\n = B = = \n\ny\n", "x");
}

/* A line of a formula looks like a heading but stands among text. */
static void text_next__formulas(void **state)
{
    (void)state;
    ASSERT_DOCUMENTS("where\n = 5 = \n\nx\n", "where");
    ASSERT_DOCUMENTS("where\n\n = 5 = \nand x\n", "where");
    ASSERT_DOCUMENTS("where\n = 5 = \nand x\n", "where");
    ASSERT_DOCUMENTS("x\n\n = a = b = \n\ny\n", "x", " = a"); /* but between blank lines it is one */
}

static void text_next__what_is_no_heading(void **state)
{
    static const char *const lines[] = {
        "= =", "==", "=  =", "=", "= A", "A =", "=A=", "= A=", "=A =", " = A = .", ". = A =", "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[64];
        snprintf(text, sizeof text, "x\n\n%s\n\ny\n", lines[i]);
        ASSERT_DOCUMENTS(text, "x");
    }
    ASSERT_DOCUMENTS("x\n\n= A =\n\ny\n", "x", "= A ="); /* the test would see one */
}

static void text_next__heading_at_the_end(void **state)
{
    (void)state;
    ASSERT_DOCUMENTS("x\n\n = A = \n", "x", " = A");
    ASSERT_DOCUMENTS("x\n\n = A =", "x", " = A");
    ASSERT_DOCUMENTS("x\n\n = A = \n ", "x", " = A");
    ASSERT_DOCUMENTS("x\n\n = A = \ny", "x");
    ASSERT_DOCUMENTS(" = A =", " = A");
}

static void text_next__nothing(void **state)
{
    struct reading reading;
    (void)state;
    read_all("", 0, PLX_TOKENS_WORD, &reading);
    assert_int_equal(reading.chunks, 0);
    assert_int_equal(reading.document_count, 0);
    read_all("\n", 1, PLX_TOKENS_WORD, &reading);
    assert_int_equal(reading.chunks, 1);
    assert_int_equal(reading.document_count, 1);
}

/* Chunks. */

/* What is asked for in a first go; texts are made of pieces around it. */
#define CHUNK ((size_t)64 << 10)

static void text_next__lines_stay_whole(void **state)
{
    enum { LINES = 5000, WIDTH = 61 };
    struct plx_error error;
    (void)state;
    char *text = malloc(LINES * WIDTH);
    assert_non_null(text);
    memset(text, 'x', LINES * WIDTH);
    for (size_t i = 0; i < LINES; i++)
        text[i * WIDTH + WIDTH - 1] = '\n';
    struct plx_corpus *corpus = corpus_open_bytes(text, LINES * WIDTH, PLX_TOKENS_WORD);
    struct plx_chunk chunk;
    bool more = true;
    size_t chunks = 0;
    for (; more; chunks += more) {
        assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
        if (more) {
            assert_int_equal(chunk.text[chunk.size - 1], '\n');
            assert_true(chunk.size <= CHUNK);
        }
    }
    assert_in_range(chunks, 4, 10);
    plx_corpus_close(corpus);
    free(text);
}

/* Tokens of all chunks against those of the whole text at once. */

struct totals {
    struct plx_text_counts counts;
    uint64_t carried_bytes, carried_characters; /* not yet owned */
    size_t token;
};

static void compare_chunk(const struct plx_chunk *chunk, const struct plx_tokenize_options *options,
                          const struct plx_tokens *whole, const char *name, struct totals *totals)
{
    const unsigned document = PLX_MARK_BEGINS_DOCUMENT; /* the whole has only one */
    struct plx_tokens tokens = {0};
    struct plx_error error;
    assert_int_equal(plx_tokenize(chunk, options, &tokens, &error), PLX_OK);
    for (size_t i = 0; i < tokens.count; i++, totals->token++) {
        const size_t t = totals->token;
        if (t >= whole->count || tokens.words[i].length != whole->words[t].length ||
            memcmp(tokens.words[i].text, whole->words[t].text, tokens.words[i].length) != 0 ||
            tokens.bytes[i] + totals->carried_bytes != whole->bytes[t] ||
            tokens.characters[i] + totals->carried_characters != whole->characters[t] ||
            (tokens.marks[i] & ~document) != (whole->marks[t] & ~document))
            fail_msg("%s: token %zu, at offset %llu and in line %llu, differs (marks %u)", name, t,
                     (unsigned long long)chunk->offset, (unsigned long long)chunk->line,
                     (unsigned)tokens.marks[i]);
        totals->carried_bytes = totals->carried_characters = 0;
    }
    totals->carried_bytes += tokens.rest_bytes;
    totals->carried_characters += tokens.rest_characters;
    totals->counts.bytes += tokens.counts.bytes;
    totals->counts.characters += tokens.counts.characters;
    totals->counts.words += tokens.counts.words;
    totals->counts.lines += tokens.counts.lines;
    plx_tokens_release(&tokens);
}

static void compare_with_whole(const char *name, const void *text, size_t size,
                               const struct plx_tokenize_options *options)
{
    const struct plx_chunk all = {
        .text = text,
        .size = size,
        .line = 1,
        .begins_document = true,
        .begins_line = true,
        .ends_line = ((const uint8_t *)text)[size - 1] != '\n',
    };
    struct plx_tokens whole = {0};
    struct totals totals = {.token = 0};
    struct plx_error error;
    bool more = true;
    assert_int_equal(plx_tokenize(&all, options, &whole, &error), PLX_OK);
    struct plx_corpus *corpus = corpus_open_bytes(text, size, options->tokens);
    while (more) {
        struct plx_chunk chunk;
        if (plx_corpus_next(corpus, &chunk, &more, &error))
            fail_msg("%s: %s", name, error.message);
        if (more)
            compare_chunk(&chunk, options, &whole, name, &totals);
    }
    plx_corpus_close(corpus);
    assert_int_equal(totals.token, whole.count);
    assert_int_equal(totals.carried_bytes, whole.rest_bytes);
    assert_int_equal(totals.carried_characters, whole.rest_characters);
    assert_int_equal(totals.counts.bytes, whole.counts.bytes);
    assert_int_equal(totals.counts.characters, whole.counts.characters);
    assert_int_equal(totals.counts.words, whole.counts.words);
    assert_int_equal(totals.counts.lines, whole.counts.lines);
    plx_tokens_release(&whole);
}

/* As words, characters and bytes, with and without line ends: bit 2k of the forms for the kind k without, the
   bit above it with them. */
static void assert_no_seam_in(unsigned forms, const char *name, const void *text, size_t size)
{
    for (unsigned form = 0; form < 6; form++) {
        const struct plx_tokenize_options options = {(enum plx_token_kind)(PLX_TOKENS_WORD + form / 2),
                                                     form % 2 != 0};
        if (forms >> form & 1)
            compare_with_whole(name, text, size, &options);
    }
}

static void assert_no_seam(const char *name, const void *text, size_t size)
{
    assert_no_seam_in(0x3F, name, text, size);
}

/* `size` bytes of the pattern over and over. */
static char *repeat(const char *pattern, size_t size)
{
    const size_t length = strlen(pattern);
    char *text = malloc(size);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = pattern[i % length];
    return text;
}

/* The rule of documents applied to the text as a whole. */

struct line {
    size_t begin, end; /* without the newline */
};

static bool is_blank(const char *text, struct line line)
{
    for (size_t i = line.begin; i < line.end; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    }
    return true;
}

static bool is_heading(const char *text, struct line line)
{
    char title[64] = "";
    while (line.begin < line.end && strchr(" \t\r", text[line.begin]))
        line.begin++;
    while (line.end > line.begin && strchr(" \t\r", text[line.end - 1]))
        line.end--;
    if (line.end - line.begin >= sizeof title)
        return false;
    memcpy(title, text + line.begin, line.end - line.begin);
    const size_t length = strlen(title);
    return length >= 5 && strncmp(title, "= ", 2) == 0 && strcmp(title + length - 2, " =") == 0 &&
           title[2] != '=' && title[length - 3] != '=';
}

static size_t reference_documents(const char *text, size_t size, uint64_t *documents)
{
    static struct line lines[200000];
    size_t count = 0, found = 0;
    bool content = false;
    for (size_t begin = 0; begin < size;) {
        const char *newline = memchr(text + begin, '\n', size - begin);
        lines[count++] = (struct line){begin, newline ? (size_t)(newline - text) : size};
        begin = lines[count - 1].end + 1;
    }
    for (size_t i = 0; i < count; i++) {
        const bool between =
            i > 0 && is_blank(text, lines[i - 1]) && (i + 1 == count || is_blank(text, lines[i + 1]));
        if (i == 0 || (content && between && is_heading(text, lines[i])))
            documents[found++] = lines[i].begin;
        content = content || !is_blank(text, lines[i]);
    }
    return found;
}

static void assert_documents_by_the_rule(const char *text, size_t size, enum plx_token_kind kind)
{
    struct reading reading;
    uint64_t documents[512];
    const size_t count = reference_documents(text, size, documents);
    read_all(text, size, kind, &reading);
    if (reading.document_count != count)
        fail_msg("%zu documents, not %zu", reading.document_count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(reading.documents[i], documents[i]);
}

static void text_next__a_huge_line(void **state)
{
    static const char *const patterns[] = {
        "word ",
        "ab\t cd  ",
        "\xc3\xa9\xe2\x82\xac \xf0\x9f\x98\x80 ",
        "x y\r z ",
    };
    struct reading reading;
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const size_t size = strlen(patterns[i]) * 20000;
        char *text = repeat(patterns[i], size);
        read_all(text, size, PLX_TOKENS_WORD, &reading);
        assert_in_range(reading.chunks, size / CHUNK, size / CHUNK + 3);
        assert_no_seam(patterns[i], text, size);
        text[size - 1] = '\n';
        assert_no_seam(patterns[i], text, size);
        free(text);
    }
}

/* Longer than a chunk, but not than what can be peeked at. */
static void text_next__a_huge_word(void **state)
{
    (void)state;
    const size_t size = 5 * CHUNK + 17;
    char *text = repeat("x", size);
    assert_no_seam("one word", text, size);
    text[2] = text[3 * CHUNK] = text[4 * CHUNK] = ' ';
    assert_no_seam("some words", text, size);
    free(text);
    for (size_t before = 0; before < 4; before++) { /* characters that lie across the borders in every way */
        static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
        for (size_t i = 0; i < 3; i++) {
            const size_t length = strlen(characters[i]), whole = (CHUNK + 100) / length * length;
            text = malloc(before + whole);
            assert_non_null(text);
            memset(text, 'x', before);
            for (size_t at = 0; at < whole; at += length)
                memcpy(text + before + at, characters[i], length);
            assert_no_seam_in(0x25, "one word of long characters", text, before + whole);
            free(text);
        }
    }
}

/* Everything that can lie across the border of a chunk, at every distance from it. */
static void text_next__seams(void **state)
{
    static const char *const middles[] = {
        "a b\r\nc d\r\n\r\ne",
        " \t  a \n  \n\n b",
        "\n\n = A = \n\nx",
        "\n \n = A = \nx\n\n = B = \n \n",
        "\xf0\x9f\x98\x80\n \xc3\xa9",
        "\n = = B = = \n\n= C =\n",
        "x\xc2\xa0y\vz\n\n",
        "\xf0\x9f\x98\x80\xc3\xa9\xe2\x82\xac",
    };
    const size_t size = CHUNK + 200;
    (void)state;
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) {
        const size_t length = strlen(middles[i]);
        for (size_t before = CHUNK - length - 3; before <= CHUNK + 2; before++) {
            for (unsigned with_lines = 0; with_lines < 2; with_lines++) {
                char *text = repeat(with_lines ? "some words\n" : "some words ", size);
                memcpy(text + before, middles[i], length);
                assert_no_seam_in(1U << ((before + with_lines) % 2 ? 1 : 2), middles[i], text, size);
                if (strchr(middles[i], '='))
                    assert_documents_by_the_rule(text, size, PLX_TOKENS_WORD);
                free(text);
            }
        }
    }
}

/* A \r is part of a word unless a newline follows. */
static void text_next__carriage_returns_inside_words(void **state)
{
    const size_t size = CHUNK + 200;
    (void)state;
    for (size_t at = CHUNK - 3; at <= CHUNK + 1; at++) {
        char *text = repeat("x", size);
        text[10] = ' ';
        text[at] = '\r';
        assert_no_seam("a word with a carriage return", text, size);
        text[at + 1] = '\n';
        assert_no_seam("a line that ends in a carriage return", text, size);
        free(text);
    }
    char *text = repeat("old line\r", size); /* all of it one line */
    assert_no_seam("lines that end in carriage returns alone", text, size);
    free(text);
}

/* Blanks that fill more than a chunk: a word behind them begins a word, a line of them is blank. */
static void text_next__huge_runs_of_blanks(void **state)
{
    const size_t size = 2 * CHUNK + 100;
    (void)state;
    for (size_t blanks = CHUNK - 2; blanks <= CHUNK + 2; blanks++) {
        char *text = repeat("word ", size);
        memset(text, ' ', blanks);
        memcpy(text + blanks, "x", 1);
        assert_no_seam("blanks before a word", text, size);
        memcpy(text + blanks, "\nx", 2);
        assert_no_seam("a blank line", text, size);
        memcpy(text, "x", 1);
        assert_no_seam("blanks behind a word", text, size);
        free(text);
    }
}

/* Lines of more than a chunk before a heading: blank ones and others. */
static void text_next__huge_lines_before_a_heading(void **state)
{
    const size_t blanks = CHUNK + 5000;
    (void)state;
    for (unsigned kind = PLX_TOKENS_WORD; kind <= PLX_TOKENS_BYTE; kind++) {
        for (unsigned form = 0; form < 4; form++) {
            const char *before = form == 0 ? "x\n" : form == 1 ? "\nx" : form == 2 ? "x\n\n" : "x\n";
            const char *behind = form == 3 ? "x\n = A = \n\ny\n" : "\n = A = \n\ny\n";
            char *text = malloc(blanks + 64);
            assert_non_null(text);
            strcpy(text, before);
            memset(text + strlen(before), ' ', blanks);
            strcpy(text + strlen(before) + blanks, behind);
            assert_documents_by_the_rule(text, strlen(before) + blanks + strlen(behind),
                                         (enum plx_token_kind)kind);
            free(text);
        }
    }
}

/* Random texts. */

static uint64_t random_state = 7;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % bound);
}

static void text_next__random_texts(void **state)
{
    static const char *const pieces[] = {
        "\n", "\n", " \n", "\r\n", " = A = \n", "= B =\r\n", " = = C = = \n", " = D = \n \n", "\n\n= E =\n\n",
    };
    const size_t most = 4 * CHUNK;
    size_t total = 0;
    (void)state;
    char *text = malloc(most + CHUNK);
    assert_non_null(text);
    for (unsigned round = 0; round < 30; round++) {
        uint64_t documents[512];
        const size_t size = CHUNK / 2 + random_below((uint32_t)(most - CHUNK / 2));
        size_t length = 0;
        while (length < size) {
            if (random_below(40) == 0) { /* many headings would be too many to count here */
                const char *piece = pieces[random_below(sizeof pieces / sizeof *pieces)];
                memcpy(text + length, piece, strlen(piece));
                length += strlen(piece);
                continue;
            }
            const size_t words = random_below(round % 2 ? 8000 : 400);
            for (size_t i = 0; i < words && length < size; i++)
                length += (size_t)sprintf(text + length, "w%u ", random_below(1000));
            text[length++] = '\n';
            for (unsigned k = random_below(4); k > 0; k--) {
                const char *piece = pieces[random_below(sizeof pieces / sizeof *pieces)];
                memcpy(text + length, piece, strlen(piece));
                length += strlen(piece);
            }
        }
        if (round % 3 == 0)
            length--;
        total += reference_documents(text, length, documents);
        assert_documents_by_the_rule(text, length, PLX_TOKENS_WORD);
        const struct plx_tokenize_options options = {PLX_TOKENS_WORD, round % 2 == 0};
        compare_with_whole("a random text", text, length, &options);
    }
    assert_true(total > 300); /* enough of them have been met */
    free(text);
}

static void text_probe__anything(void **state)
{
    (void)state;
    assert_string_equal(plx_corpus_format_name(0), "text");
    assert_non_null(plx_corpus_format_description(0));
    struct plx_corpus *corpus = corpus_open_bytes("\0\xff", 2, PLX_TOKENS_BYTE);
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    assert_string_equal(info.format, "text");
    plx_corpus_close(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_next__documents_of_wikitext),
        cmocka_unit_test(text_next__text_before_the_first_heading),
        cmocka_unit_test(text_next__headings_of_other_levels),
        cmocka_unit_test(text_next__formulas),
        cmocka_unit_test(text_next__what_is_no_heading),
        cmocka_unit_test(text_next__heading_at_the_end),
        cmocka_unit_test(text_next__nothing),
        cmocka_unit_test(text_next__lines_stay_whole),
        cmocka_unit_test(text_next__a_huge_line),
        cmocka_unit_test(text_next__a_huge_word),
        cmocka_unit_test(text_next__seams),
        cmocka_unit_test(text_next__carriage_returns_inside_words),
        cmocka_unit_test(text_next__huge_runs_of_blanks),
        cmocka_unit_test(text_next__huge_lines_before_a_heading),
        cmocka_unit_test(text_next__random_texts),
        cmocka_unit_test(text_probe__anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
