/* Bits per byte belong to a text, not to what it was cut into: N tokens of a uniform model over V types cost
   N·log2 V bits, and so N·log2(V)/B bits for each of the B bytes of the text, C characters and W words
   likewise. The same, for words, characters, bytes and whole lines as tokens, wherever the bytes behind the
   ids come from: a file, a vocabulary of either kind, or the records. Through the public interface only. */
#include <perplex/perplex.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/npy_file.h"
#include "support/result_text.h"
#include "support/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))
#define TYPES     100000

/* Characters of one to four bytes, blanks of all kinds, no newline at its end: 76 bytes, 65 characters and 16
   words in 5 lines (Python's len and split). */
static const char TEXT[] =
    "The na\xC3\xAFve sea\n rose  5 \xE2\x82\xAC\tand\n\nfell: \xF0\x9F\x8C\x8A it was s\xC3\xA9\x61 "
    "\xE6\xB5\xB7\xE6\xB5\xB7 again\nas ever";

enum { BYTES = 76, CHARACTERS = 65, WORDS = 16 };

/* A tokenization: token i is text[begins[i], begins[i + 1]). */
struct cut {
    size_t begins[sizeof TEXT];
    size_t count;
};

/* Where a token begins: at each byte, at each character, at a blank behind a word (or none before), at each
 * line.
 */
static bool cuts_at(size_t kind, size_t i)
{
    static const char blanks[] = " \n\t";
    const bool blank = strchr(blanks, TEXT[i]) != NULL, after_blank = i > 0 && strchr(blanks, TEXT[i - 1]);
    switch (kind) {
    case 0: return true;
    case 1: return (TEXT[i] & 0xC0) != 0x80;
    case 2: return i == 0 || (blank && !after_blank);
    default: return i == 0 || TEXT[i - 1] == '\n';
    }
}

static struct cut cut_text(size_t kind)
{
    struct cut cut = {.count = 0};
    for (size_t i = 0; i < BYTES; i++) {
        if (cuts_at(kind, i))
            cut.begins[cut.count++] = i;
    }
    cut.begins[cut.count] = BYTES;
    return cut;
}

static size_t token_size(const struct cut *cut, size_t i)
{
    return cut->begins[i + 1] - cut->begins[i];
}

/* The id of a token: its place in the text, where it stands first. */
static uint32_t token_id(const struct cut *cut, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (token_size(cut, k) == token_size(cut, i) &&
            memcmp(TEXT + cut->begins[k], TEXT + cut->begins[i], token_size(cut, i)) == 0)
            return (uint32_t)k;
    }
    return (uint32_t)i;
}

/* Writing. */

static FILE *open_file(const char *name)
{
    FILE *file = fopen(folder_path(name), "wb");
    if (!file)
        abort();
    return file;
}

static void write_ids(FILE *file, const struct cut *cut)
{
    fprintf(file, "{\"input_ids\":[");
    for (size_t i = 0; i < cut->count; i++)
        fprintf(file, "%s%u", i ? "," : "", token_id(cut, i));
    fprintf(file, "]");
}

/* ids.bin, ids.jsonl, bytes.jsonl, text.jsonl */
static void write_corpora(const struct cut *cut)
{
    FILE *binary = open_file("ids.bin"), *plain = open_file("ids.jsonl"), *bytes = open_file("bytes.jsonl"),
         *text = open_file("text.jsonl");
    write_ids(plain, cut);
    write_ids(bytes, cut);
    write_ids(text, cut);
    fprintf(bytes, ",\"bytes\":[");
    for (size_t i = 0; i < cut->count; i++) {
        fprintf(bytes, "%s%zu", i ? ", " : "", token_size(cut, i));
        fputc((int)token_id(cut, i), binary);
        fputc(0, binary);
    }
    fprintf(text, ",\"text\":\"");
    for (size_t i = 0; i < BYTES; i++)
        fprintf(text, (uint8_t)TEXT[i] < ' ' ? "\\u%04x" : "%c", TEXT[i]);
    fprintf(plain, "}\n");
    fprintf(bytes, "]}\n");
    fprintf(text, "\"}\n");
    fclose(binary);
    fclose(plain);
    fclose(bytes);
    fclose(text);
}

static void write_array(const struct cut *cut)
{
    uint16_t sizes[BYTES];
    char shape[32];
    for (size_t i = 0; i < cut->count; i++)
        sizes[i] = (uint16_t)token_size(cut, i);
    snprintf(shape, sizeof shape, "(%zu,)", cut->count);
    const struct npy_file file = npy_file("<u2", "False", shape, sizes, cut->count * sizeof *sizes);
    file_write(folder_path("bytes.npy"), file.bytes, file.size);
    free(file.bytes);
}

/* A byte in GPT-2's alphabet, as its own function makes it: those that are not printable in Latin-1 are
   counted from 256 on. */
static unsigned byte_letter(unsigned byte)
{
    unsigned next = 256;
    for (unsigned b = 0; b < 256; b++) {
        const bool printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
        if (b == byte)
            return printable ? byte : next;
        next += !printable;
    }
    return 0;
}

static void write_base64(FILE *file, const char *bytes, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        unsigned bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < size ? (uint8_t)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            fputc(i + k <= size ? letters[bits >> (18 - 6 * k) & 63] : '=', file);
    }
}

/* vocabulary.json in GPT-2's alphabet; ranks, as tiktoken has them; table and counts, of bytes alone. Ids
   that no token has are others. */
static void write_vocabularies(const struct cut *cut)
{
    FILE *json = open_file("vocabulary.json"), *ranks = open_file("ranks"), *table = open_file("table");
    FILE *counts = open_file("counts");
    fprintf(json, "{\"<|endoftext|>\": %zu", cut->count);
    for (size_t i = 0; i < cut->count; i++) {
        const char *token = TEXT + cut->begins[i];
        fprintf(counts, "%zu\n", token_size(cut, i));
        if (token_id(cut, i) != i)
            continue;
        fprintf(json, ",\n\"");
        for (size_t k = 0; k < token_size(cut, i); k++)
            fprintf(json, "\\u%04x", byte_letter((uint8_t)token[k]));
        fprintf(json, "\": %zu", i);
        write_base64(ranks, token, token_size(cut, i));
        fprintf(ranks, " %zu\n", i);
        fprintf(table, "%zu\t%zu\n", i, token_size(cut, i));
    }
    fprintf(json, "}\n");
    fclose(json);
    fclose(ranks);
    fclose(table);
    fclose(counts);
}

/* Evaluating. */

static cJSON *evaluate(const struct plx_model *model, const char *name, const char *from, uint64_t original)
{
    const char *path = folder_path(name);
    const struct plx_corpus_options options = {.token_bytes = from ? folder_path(from) : NULL,
                                               .original_bytes = original};
    struct plx_corpus *corpus = NULL;
    struct plx_result *result = NULL;
    struct plx_error error = {0};
    if (plx_corpus_open(&path, 1, &options, &corpus, &error) ||
        plx_evaluate(model, corpus, NULL, &result, &error))
        fail_msg("%s with %s: %s", name, from ? from : "nothing", error.message);
    plx_corpus_close(corpus);
    return result_tree(result);
}

static void expect_near(const cJSON *result, const char *member, double expected)
{
    const double found = result_number(result, member);
    if (!(fabs(found - expected) <= 1e-14 * fabs(expected)))
        fail_msg("%s is %.17g instead of %.17g", member, found, expected);
}

/* ln(word perplexity)/ln(byte perplexity) = bytes/words. */
static void check_ratio(const cJSON *result)
{
    const double words = log(result_number(result, "normalized.word_perplexity"));
    const double bytes = log(result_number(result, "normalized.byte_perplexity"));
    const double expected = (double)result_count(result, "counts.scored_bytes") /
                            (double)result_count(result, "counts.scored_words");
    if (!(fabs(words / bytes / expected - 1) <= 1e-13))
        fail_msg("ln word perplexity / ln byte perplexity is %.17g instead of %.17g", words / bytes,
                 expected);
}

static void check_schema(const cJSON *schema, const cJSON *result)
{
    char problem[512];
    if (!schema_check(schema, result, problem, sizeof problem))
        fail_msg("%s", problem);
}

static const struct {
    const char *corpus, *from, *source;
    bool words; /* and characters are known too */
} WAYS[] = {
    {"ids.bin", "bytes.npy", "file", false},
    {"ids.jsonl", "bytes.npy", "file", false},
    {"ids.bin", "vocabulary.json", "vocabulary", true},
    {"ids.jsonl", "ranks", "vocabulary", true},
    {"ids.bin", "table", "vocabulary", false},
    {"ids.jsonl", "counts", "vocabulary", false},
    {"bytes.jsonl", NULL, "records", false},
    {"text.jsonl", NULL, "text", true},
    {"text.jsonl", "ranks", "vocabulary", true},
    {"bytes.jsonl", "ranks", "vocabulary", true},
};

static void check_way(const struct plx_model *model, const cJSON *schema, size_t way, size_t tokens)
{
    const double bits = (double)tokens * log2(TYPES);
    cJSON *result = evaluate(model, WAYS[way].corpus, WAYS[way].from, BYTES);
    check_schema(schema, result);
    assert_int_equal(result_count(result, "counts.scored"), tokens);
    assert_int_equal(result_count(result, "counts.bytes"), BYTES);
    assert_int_equal(result_count(result, "counts.scored_bytes"), BYTES);
    assert_int_equal(result_count(result, "counts.characters"), WAYS[way].words ? CHARACTERS : 0);
    assert_int_equal(result_count(result, "counts.words"), WAYS[way].words ? WORDS : 0);
    assert_int_equal(result_count(result, "counts.scored_words"), WAYS[way].words ? WORDS : 0);
    assert_int_equal(result_count(result, "corpus.token_bytes.total"), BYTES);
    assert_int_equal(result_count(result, "corpus.token_bytes.original"), BYTES);
    assert_string_equal(result_member(result, "corpus.token_bytes.source")->valuestring, WAYS[way].source);
    assert_string_equal(result_member(result, "corpus.text")->valuestring, "given");
    assert_int_equal(cJSON_GetArraySize(result_member(result, "warnings")), 0);
    expect_near(result, "normalized.bits_per_byte", bits / BYTES);
    if (WAYS[way].words) {
        expect_near(result, "normalized.bits_per_character", bits / CHARACTERS);
        expect_near(result, "normalized.bits_per_word", bits / WORDS);
        check_ratio(result);
    }
    cJSON_Delete(result);
}

static cJSON *read_schema(void)
{
    char *path = source_path("configs/schema/result-1.schema.json");
    const struct file_bytes text = file_read(path);
    cJSON *schema = cJSON_ParseWithLength((const char *)text.bytes, text.size);
    free(path);
    free(text.bytes);
    assert_non_null(schema);
    return schema;
}

static void plx_evaluate__bits_per_byte_of_one_text(void **state)
{
    (void)state;
    char name[32];
    snprintf(name, sizeof name, "uniform:%d", TYPES);
    struct plx_model *model = fixture_open(name);
    cJSON *schema = read_schema();
    assert_int_equal(sizeof TEXT - 1, BYTES);
    static const size_t tokens[] = {BYTES, CHARACTERS, WORDS, 5};
    for (size_t kind = 0; kind < LENGTH(tokens); kind++) {
        const struct cut cut = cut_text(kind);
        assert_int_equal(cut.count, tokens[kind]);
        write_corpora(&cut);
        write_array(&cut);
        write_vocabularies(&cut);
        for (size_t way = 0; way < LENGTH(WAYS); way++)
            check_way(model, schema, way, cut.count);
    }
    cJSON_Delete(schema);
    plx_model_close(model);
}

static size_t count_warnings(const cJSON *result, const char *code)
{
    const cJSON *warning;
    size_t count = 0;
    cJSON_ArrayForEach(warning, result_member(result, "warnings"))
    {
        count += strcmp(cJSON_GetObjectItemCaseSensitive(warning, "code")->valuestring, code) == 0;
    }
    return count;
}

/* What does not come to the original is said: of the whole, of the first document, of parts of documents. */
static void plx_evaluate__bytes_that_are_not_those_of_the_original(void **state)
{
    (void)state;
    struct plx_model *model = fixture_open("uniform:100");
    static const char wrong[] = "{\"input_ids\":[1,2],\"text\":\"ab\",\"bytes\":[1,1]}\n"
                                "{\"input_ids\":[3],\"text\":\"abc\",\"bytes\":[2]}\n";
    file_write(folder_path("wrong.jsonl"), wrong, sizeof wrong - 1);
    cJSON *result = evaluate(model, "wrong.jsonl", NULL, 0), *schema = read_schema();
    check_schema(schema, result);
    assert_int_equal(count_warnings(result, "document-bytes"), 1);
    assert_int_equal(count_warnings(result, "original-bytes"), 0);
    const cJSON *warning = cJSON_GetArrayItem(result_member(result, "warnings"), 0);
    assert_int_equal(result_count(warning, "line"), 2);
    assert_int_equal(result_count(warning, "count"), 1);
    assert_non_null(
        strstr(result_member(warning, "message")->valuestring, "document 2 for 2, its text has 3"));
    assert_int_equal(result_count(result, "corpus.token_bytes.total"), 4);
    assert_int_equal(result_count(result, "corpus.token_bytes.original"), 5);
    cJSON_Delete(result);
    result = evaluate(model, "wrong.jsonl", NULL, 7);
    assert_int_equal(count_warnings(result, "original-bytes"), 1);
    assert_int_equal(result_count(result, "corpus.token_bytes.original"), 7);
    cJSON_Delete(result);
    /* Of several files the one is named whose line it is, without its folder. */
    file_write(folder_path("two-1.jsonl"), wrong, strcspn(wrong, "\n") + 1);
    file_write(folder_path("two-2.jsonl"), wrong + strcspn(wrong, "\n") + 1, strlen(strchr(wrong, '\n') + 1));
    result = evaluate(model, "two-*.jsonl", NULL, 0);
    warning = cJSON_GetArrayItem(result_member(result, "warnings"), 0);
    assert_int_equal(result_count(warning, "line"), 1);
    assert_non_null(strstr(result_member(warning, "message")->valuestring,
                           "document 2 in two-2.jsonl for 2, its text has 3"));
    cJSON_Delete(result);
    static const char bare[] = "{\"input_ids\":[1,2]}\n";
    file_write(folder_path("bare.jsonl"), bare, sizeof bare - 1);
    result = evaluate(model, "bare.jsonl", NULL, 7);
    check_schema(schema, result);
    assert_int_equal(count_warnings(result, "original-bytes"), 1);
    cJSON_Delete(result);
    file_write(folder_path("text.txt"), "a b\n", 4);
    result = evaluate(model, "text.txt", NULL, 4);
    check_schema(schema, result);
    assert_int_equal(cJSON_GetArraySize(result_member(result, "warnings")), 0);
    cJSON_Delete(result);
    cJSON_Delete(schema);
    plx_model_close(model);
}

/* Of a document that is scored in part, spread bytes are an estimate; others are not. */
static void plx_evaluate__spread_bytes_of_part_of_a_document(void **state)
{
    (void)state;
    static const char both[] = "{\"input_ids\":[1,2,3],\"text\":\"abcdefg\"}\n";
    static const char bytes[] = "{\"input_ids\":[1,2,3],\"bytes\":[4,2,1]}\n";
    file_write(folder_path("text.jsonl"), both, sizeof both - 1);
    file_write(folder_path("bytes.jsonl"), bytes, sizeof bytes - 1);
    struct plx_model *model = fixture_open("uniform:100");
    for (int i = 0; i < 2; i++) {
        const char *path = folder_path(i ? "bytes.jsonl" : "text.jsonl");
        struct plx_corpus *corpus = NULL;
        struct plx_result *made = NULL;
        struct plx_error error;
        struct plx_protocol protocol = *plx_protocol_find("exact");
        protocol.limit = 2;
        const struct plx_evaluate_options options = {.protocol = &protocol};
        assert_int_equal(plx_corpus_open(&path, 1, NULL, &corpus, &error), PLX_OK);
        assert_int_equal(plx_evaluate(model, corpus, &options, &made, &error), PLX_OK);
        plx_corpus_close(corpus);
        cJSON *result = result_tree(made);
        assert_int_equal(count_warnings(result, "spread-bytes"), i == 0);
        assert_int_equal(result_count(result, "counts.scored_bytes"), i ? 6 : 4); /* floor(7·2/3) */
        assert_int_equal(result_count(result, "counts.bytes"), 7);
        cJSON_Delete(result);
    }
    plx_model_close(model);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plx_evaluate__bits_per_byte_of_one_text),
        IN_FOLDER(plx_evaluate__bytes_that_are_not_those_of_the_original),
        IN_FOLDER(plx_evaluate__spread_bytes_of_part_of_a_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
