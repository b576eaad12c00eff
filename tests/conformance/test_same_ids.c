/* The same token ids in files of every format that carries ids, of every width that it has: everything in a
   result outside "corpus" and "runtime" is identical, byte for byte. With one document and with many. Through
   the public interface only. */
#include <perplex/perplex.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/random.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

#define TYPES          5 /* of models/tiny.table.safetensors */
#define DOCUMENTS_MOST 40
#define TOKENS_MOST    4000

/* Documents, one behind the other. */
struct tokens {
    uint32_t ids[TOKENS_MOST];
    size_t ends[DOCUMENTS_MOST]; /* [documents] */
    size_t documents;
    bool even; /* all of the same length */
};

static size_t begin_of(const struct tokens *tokens, size_t document)
{
    return document ? tokens->ends[document - 1] : 0;
}

static size_t count_of(const struct tokens *tokens)
{
    return tokens->ends[tokens->documents - 1];
}

/* Documents of `length` tokens, or of up to `most` where that is not 0, and some of none. */
static struct tokens draw(size_t documents, size_t length, size_t most)
{
    struct random random = {documents + length};
    struct tokens tokens = {.documents = documents, .even = most == 0};
    size_t count = 0;
    for (size_t i = 0; i < documents; i++) {
        for (size_t k = most ? random_below(&random, most) : length; k > 0; k--)
            tokens.ids[count++] = (uint32_t)random_below(&random, TYPES);
        tokens.ends[i] = count;
    }
    assert_in_range(count, 1, TOKENS_MOST);
    return tokens;
}

/* How ids are written. */
struct width {
    unsigned bytes;
    bool big_endian;
    const char *npy; /* numpy.dtype.str */
    int index;       /* the code of Megatron and fairseq; 0: none */
};

static const struct width WIDTHS[] = {
    {1, false, "|u1", 1}, {1, false, "|i1", 2}, {2, false, "<i2", 3}, {4, false, "<i4", 4},
    {8, false, "<i8", 5}, {2, false, "<u2", 8}, {4, false, "<u4", 9}, {8, false, "<u8", 10},
    {2, true, ">u2", 0},  {2, true, ">i2", 0},  {4, true, ">u4", 0},  {4, true, ">i4", 0},
    {8, true, ">u8", 0},  {8, true, ">i8", 0},
};

#define TWO_BYTES  (&WIDTHS[5])
#define FOUR_BYTES (&WIDTHS[6])

static void put(FILE *out, uint64_t value, unsigned bytes, bool big_endian)
{
    for (unsigned i = 0; i < bytes; i++)
        fputc((int)(value >> 8 * (big_endian ? bytes - 1 - i : i) & 0xFF), out);
}

static void put_ids(FILE *out, const struct tokens *tokens, size_t begin, size_t end,
                    const struct width *width)
{
    for (size_t i = begin; i < end; i++)
        put(out, tokens->ids[i], width->bytes, width->big_endian);
}

static FILE *create(const char *name)
{
    FILE *out = fopen(folder_path(name), "wb");
    assert_non_null(out);
    return out;
}

/* The files of a corpus in the test's folder. */
struct corpus {
    const char *format;
    char names[DOCUMENTS_MOST][32];
    size_t count;
};

static void write_jsonl(const struct tokens *tokens, struct corpus *corpus)
{
    FILE *out = create("ids.jsonl");
    for (size_t i = 0; i < tokens->documents; i++) {
        fprintf(out, "{\"input_ids\":[");
        for (size_t k = begin_of(tokens, i); k < tokens->ends[i]; k++)
            fprintf(out, k == begin_of(tokens, i) ? "%u" : ",%u", (unsigned)tokens->ids[k]);
        fprintf(out, "]}\n");
    }
    fclose(out);
    *corpus = (struct corpus){"jsonl", {"ids.jsonl"}, 1};
}

/* A file for each document: each begins one. */
static void write_files(const struct tokens *tokens, const char *format, const struct width *width,
                        struct corpus *corpus)
{
    *corpus = (struct corpus){.format = format, .count = tokens->documents};
    for (size_t i = 0; i < tokens->documents; i++) {
        const size_t begin = begin_of(tokens, i), end = tokens->ends[i];
        snprintf(corpus->names[i], sizeof corpus->names[i], "%02zu.%s", i, format);
        FILE *out = create(corpus->names[i]);
        if (strcmp(format, "llmc") == 0) {
            put(out, width->bytes == 2 ? 20240520 : 20240801, 4, false);
            put(out, width->bytes == 2 ? 1 : 7, 4, false);
            put(out, end - begin, 4, false);
            for (size_t k = 3; k < 256; k++)
                put(out, 0, 4, false);
        }
        put_ids(out, tokens, begin, end, width);
        fclose(out);
    }
}

static void write_npy(const struct tokens *tokens, const struct width *width, struct corpus *corpus)
{
    const size_t columns = count_of(tokens) / tokens->documents;
    char shape[48], dict[128];
    FILE *out = create("ids.npy");
    snprintf(shape, sizeof shape, tokens->documents == 1 ? "(%zu,)" : "(%zu, %zu)",
             tokens->documents == 1 ? columns : tokens->documents, columns);
    snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", width->npy,
             shape);
    fwrite("\x93NUMPY\1", 1, 8, out);
    put(out, strlen(dict), 2, false);
    fputs(dict, out);
    put_ids(out, tokens, 0, count_of(tokens), width);
    fclose(out);
    *corpus = (struct corpus){"npy", {"ids.npy"}, 1};
}

/* Where sequences end: a document of Megatron's is several. */
static size_t cut(const struct tokens *tokens, bool megatron, size_t *ends, size_t *documents)
{
    struct random random = {3};
    size_t count = 0, at = 0;
    for (size_t i = 0; i < tokens->documents; i++) {
        while (megatron && at < tokens->ends[i]) {
            at += 1 + random_below(&random, 9);
            at = at < tokens->ends[i] ? at : tokens->ends[i];
            ends[count++] = at;
        }
        if (!megatron)
            ends[count++] = tokens->ends[i];
        documents[i] = count;
    }
    return count;
}

static void write_indexed(const struct tokens *tokens, bool megatron, const struct width *width,
                          struct corpus *corpus)
{
    size_t ends[TOKENS_MOST], documents[DOCUMENTS_MOST];
    const size_t count = cut(tokens, megatron, ends, documents);
    FILE *out = create("ids.idx");
    fwrite("MMIDIDX\0", 1, 9, out);
    put(out, 1, 8, false);
    put(out, (uint64_t)width->index, 1, false);
    put(out, count, 8, false);
    if (megatron)
        put(out, tokens->documents + 1, 8, false);
    for (size_t i = 0; i < count; i++)
        put(out, ends[i] - (i ? ends[i - 1] : 0), 4, false);
    for (size_t i = 0; i < count; i++)
        put(out, width->bytes * (i ? ends[i - 1] : 0), 8, false);
    for (size_t i = 0; megatron && i <= tokens->documents; i++)
        put(out, i ? documents[i - 1] : 0, 8, false);
    fclose(out);
    out = create("ids.bin");
    put_ids(out, tokens, 0, count_of(tokens), width);
    fclose(out);
    *corpus = (struct corpus){megatron ? "megatron" : "fairseq", {"ids"}, 1};
}

static char *evaluate(const struct plx_model *model, const struct corpus *files, const char *fields,
                      unsigned threads)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    const struct plx_evaluate_options options = {
        .protocol = &protocol, .threads = threads, .batch = threads * 50};
    char paths[DOCUMENTS_MOST][128];
    const char *names[DOCUMENTS_MOST];
    struct plx_corpus *corpus = NULL;
    struct plx_result *result = NULL;
    struct plx_corpus_info info;
    struct plx_error error;
    const struct plx_corpus_options corpus_options = {.format = files->count > 1 ? files->format : NULL};
    for (size_t i = 0; i < files->count; i++) {
        snprintf(paths[i], sizeof paths[i], "%s", folder_path(files->names[i]));
        names[i] = paths[i];
    }
    if (plx_corpus_open(names, files->count, &corpus_options, &corpus, &error) ||
        plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s as %s: %s", fields, files->format, error.message);
    plx_corpus_info(corpus, &info);
    assert_string_equal(info.format, files->format);
    char *json = result_text(result);
    result_text_remove(json, "corpus");
    result_text_remove(json, "runtime");
    plx_result_free(result);
    plx_corpus_close(corpus);
    return json;
}

static const char *const PROTOCOLS[] = {
    "exact",
    "exact unit=document",
    "exact unit=document average=unit",
    "hf-stride window=32 stride=7",
    "hf-stride-doc window=20 stride=10",
};

static char *expected[LENGTH(PROTOCOLS)]; /* of the records */

/* Evaluates the corpus by every protocol, and keeps its results or compares them. */
static void check(const struct plx_model *model, const struct corpus *corpus, const char *width)
{
    for (size_t i = 0; i < LENGTH(PROTOCOLS); i++) {
        char *found = evaluate(model, corpus, PROTOCOLS[i], i % 2 ? 3 : 1);
        if (!expected[i]) {
            expected[i] = found;
            continue;
        }
        if (strcmp(found, expected[i]) != 0)
            fail_msg("%s of %s (%s):\n%s\nof JSON:\n%s", PROTOCOLS[i], corpus->format, width, found,
                     expected[i]);
        plx_text_free(found);
    }
}

/* The tokens in every format that can carry their documents. */
static void check_formats(const struct tokens *tokens)
{
    struct plx_model *model = inputs_model_file("models/tiny.table.safetensors");
    struct corpus corpus;
    write_jsonl(tokens, &corpus);
    check(model, &corpus, "");
    for (size_t i = 0; i < LENGTH(WIDTHS); i++) {
        for (int megatron = 0; megatron < 2 && WIDTHS[i].index; megatron++) {
            if (megatron && WIDTHS[i].index > 8)
                continue;
            write_indexed(tokens, megatron, WIDTHS + i, &corpus);
            check(model, &corpus, WIDTHS[i].npy);
        }
        if (!tokens->even)
            continue;
        write_npy(tokens, WIDTHS + i, &corpus);
        check(model, &corpus, WIDTHS[i].npy);
    }
    for (size_t i = 0; i < 4 && tokens->even; i++) {
        static const char *const formats[] = {"u16", "u32", "llmc", "llmc"};
        const struct width *width = i % 2 ? FOUR_BYTES : TWO_BYTES;
        write_files(tokens, formats[i], width, &corpus);
        check(model, &corpus, width->npy);
    }
    for (size_t i = 0; i < LENGTH(PROTOCOLS); i++) {
        plx_text_free(expected[i]);
        expected[i] = NULL;
    }
    plx_model_close(model);
}

static void same_ids__one_document(void **state)
{
    (void)state;
    const struct tokens tokens = draw(1, 777, 0);
    check_formats(&tokens);
}

static void same_ids__rows(void **state)
{
    (void)state;
    const struct tokens tokens = draw(12, 41, 0);
    check_formats(&tokens);
}

static void same_ids__documents_of_any_length(void **state)
{
    (void)state;
    const struct tokens tokens = draw(DOCUMENTS_MOST, 0, 60);
    check_formats(&tokens);
}

/* Or it is not compared with the others. */
static void registry__no_other_format(void **state)
{
    static const char *const known[] = {"text", "jsonl", "u16", "u32", "llmc", "megatron", "fairseq", "npy"};
    (void)state;
    const char *name;
    for (size_t i = 0; (name = plx_corpus_format_name(i)) != NULL; i++) {
        bool found = false;
        for (size_t k = 0; k < LENGTH(known); k++)
            found |= strcmp(name, known[k]) == 0;
        if (!found)
            fail_msg("%s: does it carry ids? then it belongs here", name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_ids__one_document, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(same_ids__rows, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(same_ids__documents_of_any_length, folder_make, folder_remove),
        cmocka_unit_test(registry__no_other_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
