/* Words and bytes of pages. Expected values come from Python: len(re.split(r"\s+", page)) and
   len(page.encode()) of what wikitext_document_level makes of a file (given beside each case), and of whole
   records. */
#include "corpus/corpus.h"
#include "corpus/page_counter.h"

#include "support/fixtures.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_page_counts count(const char *text, enum plx_token_kind tokens, enum plx_pages pages,
                                    uint64_t *documents)
{
    struct plx_corpus *corpus = corpus_open_bytes(text, strlen(text), tokens);
    struct plx_page_counts counts;
    struct plx_corpus_info info;
    struct plx_chunk chunk;
    struct plx_error error;
    bool more = true;
    plx_corpus_set_pages(corpus, pages);
    while (more)
        assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
    plx_corpus_info(corpus, &info);
    assert_int_equal(plx_corpus_page_counts(corpus, &counts), pages == PLX_PAGES_HEADING);
    *documents = info.documents;
    plx_corpus_close(corpus);
    return counts;
}

static void plx_corpus_page_counts__files(void **state)
{
    static const struct {
        const char *text;
        struct plx_page_counts counts;
    } cases[] = {
        {"a b\n", {1, 3, 4}},
        {"a b", {1, 2, 3}},
        {" a  b ", {1, 4, 6}},
        {"\n = T = \n a\n", {1, 6, 11}},            /* " = T = \n a\n": what is blank before it is none */
        {" \n\xC2\xA0\n = T = \n a\n", {1, 6, 11}}, /* likewise */
        {"x\n = T = \n a\n", {2, 7, 12}},           /* "x", " = T = \n a\n" */
        {"x\n= T =\n= U =\n", {3, 8, 12}},          /* "x", "= T =", "= U =\n" */
        {"= T =\n\n\n= U =\n\n", {2, 8, 14}},       /* "= T =\n\n", "= U =\n\n" */
        {"= T =\r\n\r\n= U =\r\n", {2, 8, 12}},     /* "= T =\n", "= U =\n" */
        {"= T =\r\n= U =", {2, 6, 10}},             /* "= T =", "= U =" */
        {"a\rb", {1, 2, 3}},
        {"a\r", {1, 2, 2}},
        {"a\xE2\x80\xA8"
         "b\xC2\xA0\xE3\x80\x80"
         "c\xC2\x85",
         {1, 4, 13}},
        {"a\n\n = T = \nb\n = a = b = \n = = c = = \n= d = = = = =\ne\n", {4, 28, 50}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t documents;
        const struct plx_page_counts *expected = &cases[i].counts;
        const struct plx_page_counts found =
            count(cases[i].text, PLX_TOKENS_WORD, PLX_PAGES_HEADING, &documents);
        if (memcmp(&found, expected, sizeof found) != 0 || documents != expected->pages)
            fail_msg("case %zu: %llu pages, %llu words, %llu bytes; %llu documents", i,
                     (unsigned long long)found.pages, (unsigned long long)found.words,
                     (unsigned long long)found.bytes, (unsigned long long)documents);
    }
}

/* A record is a page as it stands, without anything too. */
static void plx_corpus_page_counts__records(void **state)
{
    uint64_t documents;
    (void)state;
    const struct plx_page_counts found =
        count("{\"text\": \"a b\\n= T =\\nc\\n\"}\n{\"text\": \"\"}\n{\"text\": \" d\\r\\n\"}\n",
              PLX_TOKENS_WORD, PLX_PAGES_HEADING, &documents);
    assert_int_equal(documents, 3);
    assert_int_equal(found.pages, 3);
    assert_int_equal(found.words, 7 + 1 + 3); /* "a b\n= T =\nc\n", "", " d\r\n" */
    assert_int_equal(found.bytes, 12 + 0 + 4);
}

/* Tokens with the text beside them that they stand for; records without leave it open what the whole is. */
static void plx_corpus_page_counts__tokens(void **state)
{
    static const char WITH[] = "{\"input_ids\": [1, 2], \"text\": \" a b\"}\n"
                               "{\"input_ids\": [3], \"text\": \"c\\n\"}\n";
    static const char WITHOUT[] = "{\"input_ids\": [1, 2]}\n{\"input_ids\": [3]}\n";
    uint64_t documents;
    (void)state;
    const struct plx_page_counts found = count(WITH, PLX_TOKENS_PIECE, PLX_PAGES_HEADING, &documents);
    assert_int_equal(found.pages, 2);
    assert_int_equal(found.words, 3 + 2); /* " a b", "c\n" */
    assert_int_equal(found.bytes, 4 + 2);

    struct plx_corpus *corpus = corpus_open_bytes(WITHOUT, strlen(WITHOUT), PLX_TOKENS_PIECE);
    struct plx_page_counts counts;
    struct plx_chunk chunk;
    struct plx_error error;
    bool more = true;
    plx_corpus_set_pages(corpus, PLX_PAGES_HEADING);
    while (more)
        assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
    assert_false(plx_corpus_page_counts(corpus, &counts));
    plx_corpus_close(corpus);
}

static void plx_corpus_set_pages__where_documents_begin(void **state)
{
    static const char TEXT[] = "\n = A = \n\nx\n\n = B = \n\ny\n = C = \n\n = D = \nz\n";
    uint64_t documents;
    (void)state;
    count(TEXT, PLX_TOKENS_WORD, PLX_PAGES_NONE, &documents);
    assert_int_equal(documents, 1);
    count(TEXT, PLX_TOKENS_WORD, PLX_PAGES_ARTICLE, &documents);
    assert_int_equal(documents, 2); /* C follows upon a line, upon D follows one */
    count(TEXT, PLX_TOKENS_CHARACTER, PLX_PAGES_HEADING, &documents);
    assert_int_equal(documents, 4);
}

/* Texts of many pieces, with headings wherever these are cut: against a walk over the lines of the whole. */
static void plx_corpus_page_counts__long_texts(void **state)
{
    static const char *const LINES[] = {" = Title = ", " = = Part = = ", "", " ", "= not one", "a b c"};
    struct random random = {73};
    (void)state;
    for (int i = 0; i < 20; i++) {
        const size_t size = 300000;
        char *text = malloc(size + 64);
        uint64_t pages = 1, words = 1;
        size_t at = 1;
        assert_non_null(text);
        memcpy(text, "x", 2);
        while (at < size) { /* a line end, and a line */
            const char *line = LINES[random_below(&random, 6)];
            const bool heading = line == LINES[0];
            const bool space = strchr(" \n", text[at - 1]) != NULL;
            /* Runs of white space: a page's last newline is none of it, and a heading begins with one. */
            words += heading ? 2 : !space;
            pages += heading;
            text[at++] = '\n';
            for (const char *c = line; *c; c++) {
                words += *c == ' ' && c > line && c[-1] != ' ';
                text[at++] = *c;
            }
        }
        text[at] = '\0';
        uint64_t documents;
        const struct plx_page_counts found = count(text, PLX_TOKENS_WORD, PLX_PAGES_HEADING, &documents);
        assert_int_equal(documents, pages);
        assert_int_equal(found.pages, pages);
        assert_int_equal(found.words, words);
        assert_int_equal(found.bytes, at - (pages - 1));
        free(text);
    }
}

/* Pieces of lines, cut anywhere between characters, are counted as the whole. */
static void plx_page_counter_add_lines__in_pieces(void **state)
{
    static const char *const PARTS[] = {"a", " ", "\n", "\r\n", "\r", "= T =", "\xC2\xA0", "\n= U =\n"};
    struct random random = {72};
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct plx_page_counter whole, pieces;
        memset(&whole, 0, sizeof whole);
        memset(&pieces, 0, sizeof pieces);
        char text[256] = "";
        size_t ends[32], count_of = random_below(&random, 30), size = 0;
        for (size_t k = 0; k < count_of; k++) {
            size += (size_t)snprintf(text + size, sizeof text - size, "%s", PARTS[random_below(&random, 8)]);
            ends[k] = size;
        }
        const uint8_t *bytes = (const uint8_t *)text;
        plx_page_counter_add_lines(&whole, (const uint8_t *)"x", 1, true);
        plx_page_counter_add_lines(&pieces, (const uint8_t *)"x", 1, true);
        plx_page_counter_add_lines(&whole, bytes, size, false);
        for (size_t k = 0, begin = 0; k < count_of; k++) {
            if (random_chance(&random, 2) || k + 1 == count_of) {
                plx_page_counter_add_lines(&pieces, bytes + begin, ends[k] - begin, false);
                begin = ends[k];
            }
        }
        plx_page_counter_end(&whole);
        plx_page_counter_end(&pieces);
        assert_memory_equal(&whole.finished, &pieces.finished, sizeof whole.finished);
        assert_int_equal(whole.finished.pages, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_corpus_page_counts__files),
        cmocka_unit_test(plx_corpus_page_counts__records),
        cmocka_unit_test(plx_corpus_page_counts__tokens),
        cmocka_unit_test(plx_corpus_set_pages__where_documents_begin),
        cmocka_unit_test(plx_corpus_page_counts__long_texts),
        cmocka_unit_test(plx_page_counter_add_lines__in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
