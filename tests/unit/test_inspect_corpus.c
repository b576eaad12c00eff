/* Counts of texts, against a count by hand and a slow one; and tokens that no text format has. */
#include "inspect/inspect_corpus.c"

#include "support/fixtures.h"
#include "support/inspections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static cJSON *inspect_text(const char *text, size_t size, enum plx_token_kind tokens)
{
    const struct plx_inspect_options options = {.corpus = {.format = "text", .tokens = tokens}};
    struct scratch scratch;
    scratch_make(&scratch);
    cJSON *json = inspect_one(scratch_file(&scratch, "text", text, size), &options);
    scratch_remove(&scratch);
    return json;
}

static void expect_lengths(const cJSON *json, const char *path, double shortest, double mean, double longest)
{
    const cJSON *lengths = json_at(json, path);
    assert_non_null(lengths);
    assert_true(json_number(lengths, "shortest") == shortest);
    assert_true(json_number(lengths, "mean") == mean);
    assert_true(json_number(lengths, "longest") == longest);
}

static void plx_inspect_corpus__counts(void **state)
{
    static const char text[] = "a bb a\n\n \t\nüb\n  ccc";
    const struct {
        enum plx_token_kind tokens;
        unsigned count, types;
    } cases[] = {{PLX_TOKENS_WORD, 5, 4}, {PLX_TOKENS_CHARACTER, 19, 7}, {PLX_TOKENS_BYTE, 20, 8}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        cJSON *json = inspect_text(text, sizeof text - 1, cases[i].tokens);
        assert_int_equal(json_number(json, "corpus.tokens"), cases[i].count);
        assert_int_equal(json_number(json, "corpus.types.count"), cases[i].types);
        assert_int_equal(json_number(json, "corpus.text.lines"), 5);
        assert_int_equal(json_number(json, "corpus.text.blank_lines"), 2);
        assert_int_equal(json_number(json, "corpus.text.words"), 5);
        assert_int_equal(json_number(json, "corpus.text.characters"), 19);
        assert_int_equal(json_number(json, "corpus.text.bytes"), 20);
        assert_int_equal(json_number(json, "corpus.text.longest_line.bytes"), 6);
        assert_int_equal(json_number(json, "corpus.text.longest_line.line"), 1);
        expect_lengths(json, "corpus.text.line_bytes", 3, 14.0 / 3, 6); /* of three lines; "üb" has 3 */
        expect_lengths(json, "corpus.text.line_words", 1, 5.0 / 3, 3);
        assert_non_null(json_finding(json, "corpus", "no-final-newline"));
        assert_null(json_finding(json, "corpus", "no-tokens"));
        cJSON_Delete(json);
    }
}

/* Three bytes for two tokens: the text says so, and the counts do not. */
static void plx_inspect_corpus__doubts_the_bytes_of_tokens(void **state)
{
    static const char records[] = "{\"input_ids\":[7],\"text\":\"a\",\"bytes\":[1]}\n"
                                  "{\"input_ids\":[1,2],\"text\":\"abc\",\"bytes\":[1,1]}\n";
    const struct plx_inspect_options plain = {.corpus = {.format = "jsonl"}},
                                     sized = {.corpus = {.format = "jsonl", .original_bytes = 4}};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    const char *path = scratch_file(&scratch, "records", records, sizeof records - 1);
    cJSON *json = inspect_one(path, &plain);
    const cJSON *finding = json_finding(json, "corpus", "document-bytes");
    assert_non_null(finding);
    assert_int_equal(json_number(finding, "count"), 1);
    assert_int_equal(json_number(finding, "line"), 2);
    assert_null(json_finding(json, "corpus", "original-bytes"));
    cJSON_Delete(json);
    json = inspect_one(path, &sized);
    assert_non_null(json_finding(json, "corpus", "original-bytes"));
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

static void plx_inspect_corpus__nothing_in_it(void **state)
{
    (void)state;
    cJSON *json = inspect_text("\n\n", 2, PLX_TOKENS_WORD);
    assert_non_null(json_finding(json, "corpus", "no-tokens"));
    assert_int_equal(json_number(json, "corpus.text.longest_line.bytes"), 0);
    assert_null(json_at(json, "corpus.text.line_bytes"));
    assert_null(json_at(json, "corpus.text.line_words"));
    cJSON_Delete(json);
}

/* A line of 200,000 bytes, then a longer one with a carriage return, which is no part of it. */
static void plx_inspect_corpus__long_lines(void **state)
{
    const size_t size = 500004;
    char *text = malloc(size);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', size);
    for (size_t i = 7; i < size; i += 8)
        text[i] = ' ';
    text[0] = '\n';
    text[200001] = '\n';
    memcpy(text + size - 2, "\r\n", 2);
    for (int kind = PLX_TOKENS_WORD; kind <= PLX_TOKENS_BYTE; kind++) {
        cJSON *json = inspect_text(text, size, (enum plx_token_kind)kind);
        assert_int_equal(json_number(json, "corpus.text.longest_line.bytes"), size - 200002 - 2);
        assert_int_equal(json_number(json, "corpus.text.longest_line.line"), 3);
        assert_int_equal(json_number(json, "corpus.text.blank_lines"), 1);
        expect_lengths(json, "corpus.text.line_bytes", 200000, (200000 + 300000) / 2.0, 300000);
        expect_lengths(json, "corpus.text.line_words", 25001, (25001 + 37501) / 2.0, 37501);
        const cJSON *finding = json_finding(json, "corpus", "long-line");
        assert_non_null(finding);
        assert_int_equal(json_number(finding, "count"), 2);
        assert_int_equal(json_number(finding, "line"), 2);
        assert_null(json_finding(json, "corpus", "no-final-newline"));
        cJSON_Delete(json);
    }
    free(text);
}

/* A word of 300,000 bytes, which is cut where tokens are smaller, is one word all the same. */
static void plx_inspect_corpus__long_word(void **state)
{
    const size_t size = 300000;
    char *text = malloc(size);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', size);
    for (int kind = PLX_TOKENS_WORD; kind <= PLX_TOKENS_BYTE; kind++) {
        cJSON *json = inspect_text(text, size, (enum plx_token_kind)kind);
        assert_int_equal(json_number(json, "corpus.text.words"), 1);
        assert_int_equal(json_number(json, "corpus.text.longest_line.bytes"), size);
        expect_lengths(json, "corpus.text.line_words", 1, 1, 1);
        assert_int_equal(json_number(json, "corpus.text.blank_lines"), 0);
        assert_int_equal(json_number(json, "corpus.types.count"), 1);
        cJSON_Delete(json);
    }
    free(text);
}

static void plx_inspect_corpus__more_types_than_counted(void **state)
{
    const struct plx_inspect_options options = {.most_types = 3}, enough = {.most_types = 4};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    const char *name = scratch_text(&scratch, "text", "a b a c\nd a\n");
    cJSON *json = inspect_one(name, &options);
    assert_int_equal(json_number(json, "corpus.types.count"), 3);
    assert_false(cJSON_IsTrue(json_at(json, "corpus.types.exact")));
    cJSON_Delete(json);
    json = inspect_one(name, &enough);
    assert_int_equal(json_number(json, "corpus.types.count"), 4);
    assert_true(cJSON_IsTrue(json_at(json, "corpus.types.exact")));
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

/* Documents of 2, 0 and 3 tokens; where the second of the third stands, by its count and by its line. */
static void plx_inspect_corpus__documents_of_tokens(void **state)
{
    static const struct {
        const char *text, *code, *holder;
    } cases[] = {
        {"{\"tokens\":[\"a\",\"b\"]}\n{\"tokens\":[]}\n{\"tokens\":[\"c\",\"</s>\",\"d\"]}\n", "literal-end",
         "corpus"},
        {"{\"input_ids\":[1,2]}\n{\"input_ids\":[]}\n{\"input_ids\":[0,10,9]}\n", "id-out-of-range",
         "coverage"},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct scratch scratch;
        scratch_make(&scratch);
        const char *names[] = {"uniform:10", scratch_text(&scratch, "corpus", cases[i].text)};
        cJSON *json = inspect_names(names, 2, NULL);
        expect_lengths(json, "corpus.document_tokens", 0, 5.0 / 3, 3);
        const cJSON *finding = json_finding(json, cases[i].holder, cases[i].code);
        assert_non_null(finding);
        assert_int_equal(json_number(finding, "document"), 2);
        assert_int_equal(json_number(finding, "token"), 1);
        assert_int_equal(json_number(finding, "line"), 3);
        assert_null(json_at(finding, "column"));
        cJSON_Delete(json);
        scratch_remove(&scratch);
    }
}

static void walk_ids__range_and_types(void **state)
{
    static const uint32_t ids[] = {7, 3, 7, 65535, 3}, more[] = {UINT32_MAX, 4};
    struct plx_inspected_corpus out = {.info.content = PLX_CONTENT_IDS};
    struct walk walk = {.out = &out};
    const struct plx_chunk first = {.content = PLX_CONTENT_IDS, .ids = ids, .size = 5},
                           second = {.content = PLX_CONTENT_IDS, .ids = more, .size = 2}, none = {.size = 0};
    struct plx_error error;
    (void)state;
    assert_int_equal(prepare(&walk, &error), PLX_OK);
    assert_int_equal(walk_ids(&walk, &none, &error), PLX_OK);
    assert_int_equal(walk_ids(&walk, &first, &error), PLX_OK);
    assert_int_equal(finish(&walk, &error), PLX_OK);
    assert_int_equal(out.tokens, 5);
    assert_int_equal(out.types, 3);
    assert_true(out.types_exact);
    assert_int_equal(out.lowest_id, 3);
    assert_int_equal(out.highest_id, 65535);
    assert_int_equal(walk_ids(&walk, &second, &error), PLX_OK);
    assert_int_equal(finish(&walk, &error), PLX_OK);
    assert_int_equal(out.types, 4); /* UINT32_MAX is beyond those told apart */
    assert_false(out.types_exact);
    assert_int_equal(out.highest_id, UINT32_MAX);
    free(walk.ids);
}

static void walk_strings__counts(void **state)
{
    static const struct plx_word words[] = {{"a", 1}, {"", 0}, {"<s>", 3}, {"a", 1}};
    struct plx_inspected_corpus out = {.info = {.content = PLX_CONTENT_STRINGS}};
    struct walk walk = {.out = &out, .words.most = 100};
    const struct plx_chunk chunk = {
        .content = PLX_CONTENT_STRINGS, .tokens = words, .size = 4, .line = 5, .input = "f"};
    struct plx_error error;
    (void)state;
    assert_int_equal(walk_strings(&walk, &chunk, &error), PLX_OK);
    assert_int_equal(finish(&walk, &error), PLX_OK);
    assert_int_equal(out.tokens, 4);
    assert_int_equal(out.types, 3);
    assert_int_equal(walk.oddities.kinds[PLX_ODDITY_EMPTY_TOKEN].count, 1);
    assert_int_equal(walk.oddities.kinds[PLX_ODDITY_LITERAL_START].line, 5);
    plx_distinct_release(&walk.words);
}

/* The formats of tokens, from files. */
static void plx_inspect_corpus__token_formats(void **state)
{
    static const uint8_t ids[] = {3, 0, 7, 0, 3, 0, 0xFF, 0xFF};
    static const char json[] = "{\"text\": \"a <s>\\nb\"}\n{\"text\": \"c\\u00a0d\"}\n";
    static const char tokens[] = "{\"tokens\": [\"a\", \"b\", \"a\"]}\n{\"tokens\": [\"</s>\"]}\n";
    const struct plx_inspect_options u16 = {.corpus.format = "u16"};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    const char *names[] = {"uniform:8", scratch_file(&scratch, "ids", ids, sizeof ids)};
    cJSON *inspected = inspect_one(names[1], &u16);
    assert_string_equal(json_text(inspected, "corpus.content"), "ids");
    assert_int_equal(json_number(inspected, "corpus.tokens"), 4);
    assert_int_equal(json_number(inspected, "corpus.types.count"), 3);
    assert_int_equal(json_number(inspected, "corpus.ids.lowest"), 3);
    assert_int_equal(json_number(inspected, "corpus.ids.highest"), 65535);
    assert_null(json_at(inspected, "corpus.text"));
    cJSON_Delete(inspected);
    inspected = inspect_names(names, 2, &u16);
    assert_int_equal(json_number(json_finding(inspected, "coverage", "id-out-of-range"), "offset"), 6);
    assert_string_equal(json_text(inspected, "coverage.most_frequent_unknown.0.token"), "65535");
    assert_int_equal(json_number(inspected, "coverage.tokens.known"), 3);
    cJSON_Delete(inspected);
    inspected = inspect_one(scratch_text(&scratch, "corpus", json), NULL);
    assert_string_equal(json_text(inspected, "corpus.format"), "jsonl");
    assert_int_equal(json_number(inspected, "corpus.text.words"), 4);
    assert_int_equal(json_number(inspected, "corpus.text.lines"), 3);
    assert_int_equal(json_number(inspected, "corpus.documents"), 2);
    assert_int_equal(json_number(json_finding(inspected, "corpus", "literal-start"), "line"), 1);
    assert_int_equal(json_number(json_finding(inspected, "corpus", "no-break-space"), "line"), 2);
    assert_null(json_finding(inspected, "corpus", "no-final-newline"));
    cJSON_Delete(inspected);
    inspected = inspect_one(scratch_text(&scratch, "corpus", tokens), NULL);
    assert_string_equal(json_text(inspected, "corpus.content"), "strings");
    assert_string_equal(json_text(inspected, "corpus.tokenization"), "piece");
    assert_int_equal(json_number(inspected, "corpus.tokens"), 4);
    assert_int_equal(json_number(inspected, "corpus.types.count"), 3);
    assert_int_equal(json_number(json_finding(inspected, "corpus", "literal-end"), "line"), 2);
    cJSON_Delete(inspected);
    scratch_remove(&scratch);
}

/* Texts of awkward bytes, counted byte by byte. */
static void plx_inspect_corpus__random_texts(void **state)
{
    static const char *const pieces[] = {"a",    "b", " ",    "\t", "\n", "\r",
                                         "\r\n", "ü", "\xff", "\0", " ",  "word"};
    uint64_t random = 7;
    (void)state;
    for (int round = 0; round < 60; round++) {
        char text[600];
        size_t size = 0;
        while (size < 300 + (size_t)round) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            const size_t pick = (size_t)(random >> 33) % 12;
            const size_t length = pick == 9 ? 1 : strlen(pieces[pick]);
            memcpy(text + size, pieces[pick], length);
            size += length;
        }
        unsigned lines = 0, blank = 0, words = 0, inside = 0, any = 0;
        for (size_t i = 0; i < size; i++) {
            const bool end = text[i] == '\n' || (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n');
            const bool separator = end || text[i] == ' ' || text[i] == '\t';
            words += !separator && !inside;
            inside = !separator;
            any |= !separator;
            lines += text[i] == '\n';
            blank += text[i] == '\n' && !any;
            any &= text[i] != '\n';
        }
        lines += text[size - 1] != '\n';
        blank += text[size - 1] != '\n' && !any;
        for (int kind = PLX_TOKENS_WORD; kind <= PLX_TOKENS_BYTE; kind++) {
            cJSON *json = inspect_text(text, size, (enum plx_token_kind)kind);
            assert_int_equal(json_number(json, "corpus.text.lines"), lines);
            assert_int_equal(json_number(json, "corpus.text.blank_lines"), blank);
            assert_int_equal(json_number(json, "corpus.text.words"), words);
            assert_int_equal(json_number(json, "corpus.text.bytes"), size);
            cJSON_Delete(json);
        }
    }
}

/* Ids of 4 bytes, of 8, and of 4 with the high byte first, read as ids of 2; and what is nothing of it. */
static void walk_ids__every_second_zero(void **state)
{
    static const struct {
        size_t bytes, at; /* of an id; where its low half begins */
        bool found;
    } cases[] = {{4, 0, true}, {8, 0, true}, {4, 2, true}, {2, 0, false}};
    const struct plx_inspect_options u16 = {.corpus.format = "u16"};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        uint8_t ids[16 * 8] = {0};
        for (size_t i = 0; i < 16; i++) {
            ids[i * cases[c].bytes + cases[c].at] = (uint8_t)(i * 7 % 5); /* some are 0 */
            ids[i * cases[c].bytes + cases[c].at + 1] = (uint8_t)(i % 3);
        }
        if (cases[c].bytes == 4)
            ids[5 * 4 + (2 - cases[c].at)] = 1; /* one above 65,535 */
        const char *name = scratch_file(&scratch, "ids", ids, 16 * cases[c].bytes);
        cJSON *inspected = inspect_one(name, &u16);
        const cJSON *finding = json_finding(inspected, "corpus", "every-second-zero");
        assert_true((finding != NULL) == cases[c].found);
        cJSON_Delete(inspected);
        inspected = inspect_names((const char *[]){"uniform:7", name}, 2, &u16); /* with a model, too */
        assert_true((json_finding(inspected, "corpus", "every-second-zero") != NULL) == cases[c].found);
        cJSON_Delete(inspected);
    }
    /* Seven pairs are too few, and nothing but zeros is something else. */
    static const uint8_t few[28] = {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4,
                                    0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7},
                         zeros[64] = {0};
    cJSON *inspected = inspect_one(scratch_file(&scratch, "few", few, sizeof few), &u16);
    assert_null(json_finding(inspected, "corpus", "every-second-zero"));
    cJSON_Delete(inspected);
    inspected = inspect_one(scratch_file(&scratch, "zeros", zeros, sizeof zeros), &u16);
    assert_null(json_finding(inspected, "corpus", "every-second-zero"));
    cJSON_Delete(inspected);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_inspect_corpus__counts),
        cmocka_unit_test(plx_inspect_corpus__doubts_the_bytes_of_tokens),
        cmocka_unit_test(plx_inspect_corpus__nothing_in_it),
        cmocka_unit_test(plx_inspect_corpus__long_lines),
        cmocka_unit_test(plx_inspect_corpus__long_word),
        cmocka_unit_test(plx_inspect_corpus__more_types_than_counted),
        cmocka_unit_test(plx_inspect_corpus__documents_of_tokens),
        cmocka_unit_test(walk_ids__range_and_types),
        cmocka_unit_test(walk_ids__every_second_zero),
        cmocka_unit_test(walk_strings__counts),
        cmocka_unit_test(plx_inspect_corpus__token_formats),
        cmocka_unit_test(plx_inspect_corpus__random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
