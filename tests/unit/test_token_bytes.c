/* Where the bytes come from that tokens stand for: a file, a vocabulary, the records themselves. */
#include "corpus/token_bytes.h"

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/npy_file.h"
#include "support/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static void write_text(const char *name, const char *text)
{
    file_write(folder_path(name), text, strlen(text));
}

static void write_npy(const char *name, const char *type, const char *shape, const void *data, size_t size)
{
    const struct npy_file file = npy_file(type, "False", shape, data, size);
    file_write(folder_path(name), file.bytes, file.size);
    free(file.bytes);
}

/* Reads the corpus `name` of the folder; `from` is NULL or a file of it. */
static enum plx_status read_corpus(const char *name, const char *from, struct corpus_reading *reading,
                                   struct plx_original_info *original, struct plx_error *error)
{
    const char *path = folder_path(name);
    const struct plx_corpus_options options = {.token_bytes = from ? folder_path(from) : NULL};
    struct plx_corpus *corpus;
    struct plx_chunk chunk;
    bool more = true;
    *reading = (struct corpus_reading){0};
    *error = (struct plx_error){0};
    enum plx_status status = plx_corpus_open(&path, 1, &options, &corpus, error);
    if (status)
        return status;
    while (more && status == PLX_OK)
        status = plx_corpus_next(corpus, &chunk, &more, error);
    plx_corpus_original(corpus, original);
    plx_corpus_close(corpus);
    if (status)
        return status;
    assert_int_equal(plx_corpus_open(&path, 1, &options, &corpus, error), PLX_OK);
    return corpus_read(corpus, reading, error);
}

static struct corpus_reading read_fine(const char *name, const char *from, struct plx_original_info *original)
{
    struct corpus_reading reading;
    struct plx_error error;
    if (read_corpus(name, from, &reading, original, &error))
        fail_msg("%s with %s: %s", name, from ? from : "nothing", error.message);
    return reading;
}

static void expect_bytes(const struct corpus_reading *reading, const uint32_t *bytes, size_t count)
{
    assert_int_equal(reading->count, count);
    assert_non_null(reading->bytes);
    assert_memory_equal(reading->bytes, bytes, count * sizeof *bytes);
}

#define EXPECT_BYTES(reading, ...)                         \
    expect_bytes(reading, (const uint32_t[]){__VA_ARGS__}, \
                 sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void expect_refused(const char *name, const char *from, enum plx_status expected, const char *input,
                           uint64_t line, const char *message)
{
    struct corpus_reading reading;
    struct plx_original_info original;
    struct plx_error error;
    const enum plx_status status = read_corpus(name, from, &reading, &original, &error);
    if (status != expected || !strstr(error.input, input) || error.line != line ||
        !strstr(error.message, message))
        fail_msg("%s with %s: status %d, %s:%llu: %s", name, from ? from : "nothing", status, error.input,
                 (unsigned long long)error.line, error.message);
    corpus_reading_free(&reading);
}

static void plx_token_bytes_fill__from_a_file(void **state)
{
    (void)state;
    static const uint8_t ids[] = {1, 0, 2, 0, 3, 0}, narrow[] = {5, 0, 0, 1, 7, 0},
                         wide[] = {5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0},
                         swapped[] = {0, 0, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0};
    struct plx_original_info original;
    file_write(folder_path("ids.bin"), ids, sizeof ids);
    write_npy("narrow.npy", "<u2", "(3,)", narrow, sizeof narrow);
    write_npy("wide.npy", "<u4", "(3,)", wide, sizeof wide);
    write_npy("swapped.npy", ">u4", "(3,)", swapped, sizeof swapped);
    struct corpus_reading reading = read_fine("ids.bin", "narrow.npy", &original);
    EXPECT_BYTES(&reading, 5, 256, 7);
    assert_null(reading.words);
    assert_string_equal(original.source, "file");
    assert_int_equal(original.bytes, 268);
    assert_int_equal(strlen(original.sha256), 64);
    corpus_reading_free(&reading);
    reading = read_fine("ids.bin", "wide.npy", &original);
    EXPECT_BYTES(&reading, 5, 65536, 0);
    corpus_reading_free(&reading);
    reading = read_fine("ids.bin", "swapped.npy", &original);
    EXPECT_BYTES(&reading, 5, 65536, 0);
    corpus_reading_free(&reading);
    /* It wins over what the records say, and over none of some. */
    write_text("ids.jsonl", "{\"input_ids\":[1,2],\"bytes\":[1,1]}\n{\"input_ids\":[3],\"text\":\"abc\"}\n");
    reading = read_fine("ids.jsonl", "narrow.npy", &original);
    EXPECT_BYTES(&reading, 5, 256, 7);
    assert_int_equal(original.differing, 1);
    corpus_reading_free(&reading);
}

/* More than one piece of the corpus and one look at the file: token i stands for i mod 40,000 bytes. */
static void plx_token_bytes_fill__from_a_long_file(void **state)
{
    (void)state;
    const size_t count = 150000;
    uint16_t *ids = calloc(count, sizeof *ids);
    uint32_t *bytes = calloc(count, sizeof *bytes);
    struct plx_original_info original;
    char shape[32];
    if (!ids || !bytes)
        abort();
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint32_t)(i % 40000);
    snprintf(shape, sizeof shape, "(%zu,)", count);
    file_write(folder_path("ids.bin"), ids, count * sizeof *ids);
    write_npy("bytes.npy", "<u4", shape, bytes, count * sizeof *bytes);
    struct corpus_reading reading = read_fine("ids.bin", "bytes.npy", &original);
    expect_bytes(&reading, bytes, count);
    corpus_reading_free(&reading);
    /* Both counts are in the message, whichever is the larger; the corpus is read to its end for that. */
    file_write(folder_path("short.bin"), ids, (count - 1) * sizeof *ids);
    expect_refused("short.bin", "bytes.npy", PLX_MISMATCH, "bytes.npy", PLX_NOWHERE,
                   "counts for 150000 tokens, but the corpus has 149999");
    write_npy("few.npy", "<u4", "(7,)", bytes, 7 * sizeof *bytes);
    expect_refused("ids.bin", "few.npy", PLX_MISMATCH, "few.npy", PLX_NOWHERE,
                   "counts for 7 tokens, but the corpus has 150000");
    free(ids);
    free(bytes);
}

static void plx_token_bytes_open__files_that_are_wrong(void **state)
{
    (void)state;
    static const uint8_t bytes[16] = {1};
    static const char *const types[][2] = {
        {"<i8", "(2,)"}, {"<f8", "(2,)"}, {"|u1", "(16,)"}, {"<u8", "(2,)"}, {"<u4", "(2, 2)"}};
    file_write(folder_path("ids.bin"), bytes, 8);
    for (size_t i = 0; i < LENGTH(types); i++) {
        write_npy("bytes.npy", types[i][0], types[i][1], bytes, sizeof bytes);
        expect_refused("ids.bin", "bytes.npy", PLX_UNSUPPORTED, "bytes.npy", PLX_NOWHERE,
                       "instead of counts of u16 or u32");
    }
    write_npy("bytes.npy", "<u4", "(4,)", bytes, 11);
    expect_refused("ids.bin", "bytes.npy", PLX_MALFORMED, "bytes.npy", PLX_NOWHERE,
                   "the file ends after 2 of 4 counts");
    expect_refused("ids.bin", "missing.npy", PLX_IO, "missing.npy", PLX_NOWHERE, "cannot be opened");
    write_text("vocabulary.txt", "the\nof\n");
    expect_refused("ids.bin", "vocabulary.txt", PLX_UNSUPPORTED, "vocabulary.txt", PLX_NOWHERE,
                   "says of no token");
    write_text("text.txt", "the sea\n");
    write_text("counts.txt", "1\n2\n");
    expect_refused("text.txt", "counts.txt", PLX_USAGE, "counts.txt", PLX_NOWHERE, "the bytes of a text");
    write_text("strings.jsonl", "{\"tokens\":[\"a\"]}\n");
    expect_refused("strings.jsonl", "counts.txt", PLX_USAGE, "counts.txt", PLX_NOWHERE, "what ids stand for");
}

/* Reads documents [first, end) of the corpus `name`; *sum: the bytes of the tokens given out. */
static enum plx_status read_part(const char *name, const char *from, uint64_t first, uint64_t end,
                                 struct plx_original_info *original, uint64_t *sum, struct plx_error *error)
{
    const char *path = folder_path(name);
    const struct plx_corpus_options options = {
        .token_bytes = from ? folder_path(from) : NULL, .first_document = first, .end_document = end};
    struct plx_corpus *corpus;
    struct plx_chunk chunk;
    bool more = true;
    *sum = 0;
    *error = (struct plx_error){0};
    assert_int_equal(plx_corpus_open(&path, 1, &options, &corpus, error), PLX_OK);
    enum plx_status status = PLX_OK;
    while (more && (status = plx_corpus_next(corpus, &chunk, &more, error)) == PLX_OK) {
        for (size_t i = 0; more && chunk.token_bytes && i < chunk.size; i++)
            *sum += chunk.token_bytes[i];
    }
    plx_corpus_original(corpus, original);
    plx_corpus_close(corpus);
    return status;
}

/* Of part of a corpus it is the counts of its tokens that count, and the fingerprint that of the whole file;
   which has as many counts as the whole corpus has tokens. */
static void plx_token_bytes_fill__for_part_of_a_corpus(void **state)
{
    static const uint8_t bytes[] = {1, 0, 2, 0, 4, 0, 8, 0, 16, 0};
    static const struct {
        uint64_t first, end, sum;
    } parts[] = {{0, 1, 1}, {1, 2, 6}, {1, 3, 14}, {2, 3, 8}, {2, 0, 24}, {0, 0, 31}, {3, 9, 16}};
    struct plx_original_info original;
    struct plx_error error;
    uint64_t sum;
    (void)state;
    write_text("ids.jsonl",
               "{\"input_ids\":[0]}\n{\"input_ids\":[0,0]}\n{\"input_ids\":[0]}\n{\"input_ids\":[0]}\n");
    write_npy("bytes.npy", "<u2", "(5,)", bytes, sizeof bytes);
    write_npy("cut.npy", "<u2", "(5,)", bytes, sizeof bytes - 2);
    write_npy("few.npy", "<u2", "(4,)", bytes, sizeof bytes - 2);
    write_npy("one.npy", "<u2", "(1,)", bytes, 2);
    write_npy("many.npy", "<u4", "(6,)", (const uint8_t[24]){0}, 24);
    for (size_t i = 0; i < LENGTH(parts); i++) {
        const uint64_t first = parts[i].first, end = parts[i].end;
        assert_int_equal(read_part("ids.jsonl", "bytes.npy", first, end, &original, &sum, &error), PLX_OK);
        assert_int_equal(sum, parts[i].sum);
        assert_int_equal(original.bytes, parts[i].sum);
        assert_int_equal(strlen(original.sha256), 64);
        assert_int_equal(read_part("ids.jsonl", "few.npy", first, end, &original, &sum, &error),
                         PLX_MISMATCH);
        assert_string_equal(error.message, "counts for 4 tokens, but the corpus has 5");
        assert_int_equal(read_part("ids.jsonl", "one.npy", first, end, &original, &sum, &error),
                         PLX_MISMATCH);
        assert_string_equal(error.message, "counts for 1 tokens, but the corpus has 5");
        assert_int_equal(read_part("ids.jsonl", "many.npy", first, end, &original, &sum, &error),
                         PLX_MISMATCH);
        assert_string_equal(error.message, "counts for 6 tokens, but the corpus has 5");
        assert_int_equal(read_part("ids.jsonl", "cut.npy", first, end, &original, &sum, &error),
                         PLX_MALFORMED);
        assert_string_equal(error.message, "the file ends after 4 of 5 counts");
    }
}

/* The fingerprint of a corpus of which not all was read says no less of the file. */
static void plx_token_bytes_finish__after_some_chunks(void **state)
{
    (void)state;
    const char *path = folder_path("ids.jsonl");
    char hex[65];
    write_text("ids.jsonl", "{\"input_ids\":[0]}\n{\"input_ids\":[0]}\n{\"input_ids\":[0]}\n");
    for (unsigned counts = 2; counts <= 4; counts++) {
        char shape[16];
        snprintf(shape, sizeof shape, "(%u,)", counts);
        write_npy("bytes.npy", "<u4", shape, (const uint8_t[16]){0}, (size_t)4 * counts);
        const struct plx_corpus_options options = {.token_bytes = folder_path("bytes.npy")};
        struct plx_corpus *corpus;
        struct plx_chunk chunk;
        struct plx_error error;
        bool more;
        assert_int_equal(plx_corpus_open(&path, 1, &options, &corpus, &error), PLX_OK);
        assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
        assert_int_equal(plx_corpus_sha256(corpus, hex, &error), counts == 3 ? PLX_OK : PLX_MISMATCH);
        plx_corpus_close(corpus);
    }
}

/* Documents that are not asked for count for nothing, whatever stands in them. */
static void plx_token_bytes_fill__nothing_of_other_documents(void **state)
{
    struct plx_original_info original;
    struct plx_error error;
    uint64_t sum;
    (void)state;
    write_text("differ.jsonl", "{\"input_ids\":[1,2],\"text\":\"abc\",\"bytes\":[1,1]}\n"
                               "{\"input_ids\":[3],\"text\":\"de\",\"bytes\":[2]}\n"
                               "{\"input_ids\":[3],\"text\":\"f\",\"bytes\":[4]}\n");
    assert_int_equal(read_part("differ.jsonl", NULL, 1, 2, &original, &sum, &error), PLX_OK);
    assert_int_equal(original.differing, 0);
    assert_int_equal(original.bytes, 2);
    assert_int_equal(original.text_bytes, 2);
    assert_int_equal(read_part("differ.jsonl", NULL, 1, 0, &original, &sum, &error), PLX_OK);
    assert_int_equal(original.differing, 1);
    assert_int_equal(original.first_document, 3);
    assert_int_equal(original.first_line, 3);
    assert_int_equal(original.text_bytes, 3);
    /* Ids that the vocabulary lacks, and records that have something else beside their tokens. */
    write_text("ids.jsonl",
               "{\"input_ids\":[7]}\n{\"input_ids\":[1,2],\"bytes\":[1,1]}\n{\"input_ids\":[9]}\n");
    write_text("table.tab", "1\t3\n2\t4\n");
    assert_int_equal(read_part("ids.jsonl", "table.tab", 1, 2, &original, &sum, &error), PLX_OK);
    assert_int_equal(sum, 7);
    assert_int_equal(original.bytes, 7);
    assert_int_equal(read_part("ids.jsonl", "table.tab", 1, 3, &original, &sum, &error), PLX_MISMATCH);
    assert_int_equal(read_part("ids.jsonl", NULL, 1, 2, &original, &sum, &error), PLX_OK);
    assert_int_equal(sum, 2);
    assert_int_equal(read_part("ids.jsonl", NULL, 0, 1, &original, &sum, &error), PLX_OK);
    assert_null(original.source);
}

/* Document 2 is the first that differs: line 1 of the second file. */
static void plx_corpus_original__of_several_files(void **state)
{
    static const char fine[] = "{\"input_ids\":[1,2],\"text\":\"ab\",\"bytes\":[1,1]}\n",
                      wrong[] = "{\"input_ids\":[3],\"text\":\"abc\",\"bytes\":[2]}\n";
    char first[256], second[256];
    const char *const paths[] = {first, second};
    struct plx_original_info original;
    struct plx_corpus *corpus;
    struct plx_chunk chunk;
    struct plx_error error;
    bool more = true;
    (void)state;
    snprintf(first, sizeof first, "%s", folder_path("1.jsonl"));
    snprintf(second, sizeof second, "%s", folder_path("2.jsonl"));
    write_text("1.jsonl", fine);
    write_text("2.jsonl", wrong);
    assert_int_equal(plx_corpus_open(paths, 2, NULL, &corpus, &error), PLX_OK);
    while (more)
        assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
    plx_corpus_original(corpus, &original);
    assert_int_equal(original.first_document, 2);
    assert_string_equal(original.first_input, second);
    assert_int_equal(original.first_line, 1);
    plx_corpus_close(corpus);
}

struct interruption {
    unsigned calls, at; /* interrupts the call `at`, counted from 0 */
};

static bool interrupted(void *user)
{
    struct interruption *interruption = user;
    return interruption->calls++ == interruption->at;
}

/* Wherever it comes, in the corpus or in the file, nothing is lost: token i stands for i bytes. */
static void plx_token_bytes_fill__interrupted(void **state)
{
    enum { COUNT = 300000 };
    uint32_t *bytes = calloc(COUNT, sizeof *bytes);
    const char *path = folder_path("ids.bin"), *from = folder_path("bytes.npy");
    unsigned calls = 1, seen = 0;
    (void)state;
    if (!bytes)
        abort();
    file_write(path, bytes, COUNT * sizeof(uint16_t));
    for (uint32_t i = 0; i < COUNT; i++)
        bytes[i] = i;
    write_npy("bytes.npy", "<u4", "(300000,)", bytes, COUNT * sizeof *bytes);
    free(bytes);
    for (unsigned at = 0; at < calls; at++) {
        struct interruption interruption = {0, at};
        const struct plx_corpus_options options = {
            .token_bytes = from, .interrupted = interrupted, .user = &interruption};
        struct corpus_reading reading;
        struct plx_corpus *corpus;
        struct plx_error error;
        const enum plx_status status = plx_corpus_open(&path, 1, &options, &corpus, &error);
        calls = interruption.calls + 1;
        if (status)
            continue;
        assert_int_equal(corpus_read(corpus, &reading, &error), PLX_OK);
        seen += reading.interruptions > 0;
        calls = interruption.calls;
        assert_int_equal(reading.count, COUNT);
        for (uint32_t i = 0; i < COUNT; i++)
            assert_int_equal(reading.bytes[i], i);
        corpus_reading_free(&reading);
    }
    assert_true(seen >= 4);
}

/* "Hello world\n" and "no": ids of a vocabulary, which knows characters and words; of one that counts only.
 */
static void plx_token_bytes_fill__from_a_vocabulary(void **state)
{
    (void)state;
    struct plx_original_info original;
    write_text("vocabulary.json", "{\"Hello\":0,\"\xC4\xA0wor\":1,\"ld\":2,\"\xC4\x8A\":3,\"no\":4}");
    write_text("ids.jsonl", "{\"input_ids\":[0,1,2,3]}\n{\"input_ids\":[4]}\n");
    struct corpus_reading reading = read_fine("ids.jsonl", "vocabulary.json", &original);
    EXPECT_BYTES(&reading, 5, 4, 2, 1, 2);
    assert_memory_equal(reading.words, ((const uint8_t[]){1, 1, 0, 0, 1}), 5);
    assert_string_equal(original.source, "vocabulary");
    corpus_reading_free(&reading);
    write_text("counts.txt", "5\n4\n2\n1\n2\n");
    reading = read_fine("ids.jsonl", "counts.txt", &original);
    EXPECT_BYTES(&reading, 5, 4, 2, 1, 2);
    assert_null(reading.characters);
    corpus_reading_free(&reading);
    write_text("ids.jsonl", "{\"input_ids\":[0,1,2,3]}\n{\"input_ids\":[4,5]}\n");
    expect_refused("ids.jsonl", "vocabulary.json", PLX_MISMATCH, "ids.jsonl", 2,
                   "token 2 of the document has the id 5");
}

/* A word goes on from one piece of a document to the next, and not into the next document: 40,000 times "ab",
   which is one word, then again. */
static void plx_token_bytes_fill__a_word_over_pieces(void **state)
{
    (void)state;
    struct plx_original_info original;
    struct plx_buffer text;
    struct plx_error error;
    plx_buffer_init(&text, (size_t)1 << 20);
    for (unsigned document = 0; document < 2; document++) {
        for (unsigned i = 0; i < 40000; i++)
            plx_buffer_append_text(&text, i ? ",0" : "{\"input_ids\":[0", &error);
        plx_buffer_append_text(&text, "]}\n", &error);
    }
    file_write(folder_path("ids.jsonl"), text.data, text.size);
    plx_buffer_release(&text);
    write_text("ranks", "YWI= 0\n");
    struct corpus_reading reading = read_fine("ids.jsonl", "ranks", &original);
    assert_true(reading.chunks > 4);
    for (size_t i = 0; i < reading.count; i++)
        assert_int_equal(reading.words[i], i % 40000 == 0);
    corpus_reading_free(&reading);
}

/* 14 bytes, 13 characters, 3 words over 6 tokens: token k gets floor(14(k + 1)/6) − floor(14k/6), and so on.
 */
static void plx_token_bytes_fill__from_records(void **state)
{
    (void)state;
    struct plx_original_info original;
    write_text("ids.jsonl", "{\"input_ids\":[0,1,2,3,4,5],\"text\":\"Hello world\\n\\u00e9\"}\n"
                            "{\"text\":\"\",\"input_ids\":[]}\n{\"text\":\"ab c\",\"input_ids\":[7]}\n");
    struct corpus_reading reading = read_fine("ids.jsonl", NULL, &original);
    EXPECT_BYTES(&reading, 2, 2, 3, 2, 2, 3, 4);
    assert_memory_equal(reading.characters, ((const uint32_t[]){2, 2, 2, 2, 2, 3, 4}), 28);
    assert_memory_equal(reading.words, ((const uint8_t[]){0, 1, 0, 1, 0, 1, 2}), 7);
    assert_string_equal(original.source, "text");
    assert_int_equal(original.text_bytes, 18);
    assert_int_equal(original.bytes, 18);
    assert_int_equal(original.differing, 0);
    corpus_reading_free(&reading);
    write_text("strings.jsonl", "{\"tokens\":[\"a\",\"b\"],\"bytes\":[1,9]}\n");
    reading = read_fine("strings.jsonl", NULL, &original);
    EXPECT_BYTES(&reading, 1, 9);
    assert_null(reading.words);
    assert_string_equal(original.source, "records");
    corpus_reading_free(&reading);
}

/* Records 2 and 4 are wrong: 1 + 2 bytes for "abcd", none for "x". */
static void plx_token_bytes_fill__compared_with_the_texts(void **state)
{
    (void)state;
    struct plx_original_info original;
    write_text("ids.jsonl", "{\"input_ids\":[0,1],\"bytes\":[1,2],\"text\":\"abc\"}\n\n"
                            "{\"input_ids\":[0,1],\"bytes\":[1,2],\"text\":\"abcd\"}\n"
                            "{\"input_ids\":[0],\"bytes\":[1],\"text\":\"a\"}\n"
                            "{\"input_ids\":[],\"bytes\":[],\"text\":\"x\"}\n");
    struct corpus_reading reading = read_fine("ids.jsonl", NULL, &original);
    EXPECT_BYTES(&reading, 1, 2, 1, 2, 1);
    assert_int_equal(original.differing, 2);
    assert_int_equal(original.first_document, 2);
    assert_int_equal(original.first_line, 3);
    assert_int_equal(original.first_expected, 4);
    assert_int_equal(original.first_found, 3);
    assert_int_equal(original.bytes, 7);
    assert_int_equal(original.text_bytes, 9);
    assert_int_equal(reading.words[0] + reading.words[1], 1);
    corpus_reading_free(&reading);
}

static void plx_token_bytes_fill__records_that_are_wrong(void **state)
{
    static const struct {
        const char *records;
        uint64_t line;
        enum plx_status status;
        const char *message;
    } cases[] = {
        {"{\"input_ids\":[0],\"bytes\":[1]}\n{\"input_ids\":[0]}", 2, PLX_MALFORMED, "lacks \"bytes\""},
        {"{\"input_ids\":[0]}\n\n{\"input_ids\":[0],\"bytes\":[1]}", 3, PLX_MALFORMED, "has \"bytes\""},
        {"{\"input_ids\":[0],\"text\":\"a\"}\n{\"input_ids\":[0]}", 2, PLX_MALFORMED, "lacks \"text\""},
        {"{\"input_ids\":[0]}\n{\"input_ids\":[],\"text\":\"a\"}", 2, PLX_MALFORMED, "has \"text\""},
        {"{\"input_ids\":[0,1],\"bytes\":[1]}", 1, PLX_MALFORMED, "\"bytes\" has 1 counts for 2 tokens"},
        {"{\"bytes\":[1,2,3],\"input_ids\":[0,1]}", 1, PLX_MALFORMED, "\"bytes\" has 3 counts for 2 tokens"},
        {"{\"input_ids\":[0],\"bytes\":1}", 1, PLX_MALFORMED, "must be a list of counts"},
        {"{\"input_ids\":[0],\"bytes\":{}}", 1, PLX_MALFORMED, "must be a list of counts"},
        {"{\"input_ids\":[0],\"bytes\":[-1]}", 1, PLX_MALFORMED, "a count in \"bytes\""},
        {"{\"input_ids\":[0],\"bytes\":[1.5]}", 1, PLX_MALFORMED, "a count in \"bytes\""},
        {"{\"input_ids\":[0],\"bytes\":[\"1\"]}", 1, PLX_MALFORMED, "a count in \"bytes\""},
        {"{\"input_ids\":[0],\"bytes\":[4294967295]}", 1, PLX_MALFORMED, "a count in \"bytes\""},
        {"{\"input_ids\":[0],\"bytes\":[[1]]}", 1, PLX_MALFORMED, "a count in \"bytes\""},
        {"{\"input_ids\":[0],\"bytes\":[1}", 1, PLX_MALFORMED, "']' is expected"},
        {"{\"input_ids\":[0],\"text\":\"\\x\"}", 1, PLX_MALFORMED, ""},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        write_text("ids.jsonl", cases[i].records);
        expect_refused("ids.jsonl", NULL, cases[i].status, "ids.jsonl", cases[i].line, cases[i].message);
    }
    /* 65 words for a token. */
    char text[256] = "{\"input_ids\":[0],\"text\":\"x";
    for (unsigned i = 1; i <= PLX_TOKEN_WORDS_MAX; i++)
        strcat(text, " x");
    strcat(text, "\"}");
    write_text("ids.jsonl", text);
    expect_refused("ids.jsonl", NULL, PLX_UNSUPPORTED, "ids.jsonl", 1,
                   "token 1 of the document begins 65 words; at most 64");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plx_token_bytes_fill__from_a_file),
        IN_FOLDER(plx_token_bytes_fill__from_a_long_file),
        IN_FOLDER(plx_token_bytes_open__files_that_are_wrong),
        IN_FOLDER(plx_token_bytes_fill__for_part_of_a_corpus),
        IN_FOLDER(plx_token_bytes_finish__after_some_chunks),
        IN_FOLDER(plx_token_bytes_fill__nothing_of_other_documents),
        IN_FOLDER(plx_token_bytes_fill__interrupted),
        IN_FOLDER(plx_corpus_original__of_several_files),
        IN_FOLDER(plx_token_bytes_fill__from_a_vocabulary),
        IN_FOLDER(plx_token_bytes_fill__a_word_over_pieces),
        IN_FOLDER(plx_token_bytes_fill__from_records),
        IN_FOLDER(plx_token_bytes_fill__compared_with_the_texts),
        IN_FOLDER(plx_token_bytes_fill__records_that_are_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
