/* How comparisons pair results: by per-token files, by blocks, or not at all. Figures by Python's math out of
   the same few tokens. */
#include "report/compare/comparison.h"

#include "support/small_result.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Of document i, 1 + i % 3 tokens; 32 documents have 63. */
#define DOCUMENTS 32
#define TOKENS    63

static char folder[] = "/tmp/perplex-pairing-XXXXXX";
static char paths[2][SMALL_PATH], files[2][SMALL_PATH];
static double nats[2][TOKENS];

static void place(const char *name, char path[SMALL_PATH])
{
    snprintf(path, SMALL_PATH, "%s/%s", folder, name);
}

static int make_folder(void **state)
{
    (void)state;
    size_t count = 0;
    assert_non_null(mkdtemp(folder));
    place("base.json", paths[0]);
    place("new.json", paths[1]);
    place("base.jsonl", files[0]);
    place("new.jsonl", files[1]);
    for (int i = 0; i < DOCUMENTS; i++) {
        for (int t = 0; t <= i % 3; t++) {
            nats[0][count] = 1 + (i * 7 + t) % 5 * 0.25;
            nats[1][count] = nats[0][count] + ((i * 5 + t * 3) % 8 - 3) * 0.125;
            count++;
        }
    }
    assert_int_equal(count, TOKENS);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        unlink(paths[i]);
        unlink(files[i]);
    }
    return rmdir(folder);
}

/* What is put in place of a line; {0}: nothing. */
struct change {
    size_t line; /* from 1 */
    const char *text;
};

static void write_tokens(const char *path, const double *values, bool ids, struct change change)
{
    FILE *file = fopen(path, "wb");
    size_t line = 0;
    assert_non_null(file);
    for (int i = 0; i < DOCUMENTS; i++) {
        for (int t = 0; t <= i % 3; t++) {
            if (++line == change.line) {
                fprintf(file, "%s", change.text);
                continue;
            }
            fprintf(file, "{\"unit\":%d,\"position\":%d,\"token\":\"w%d\"", i, t, i * 10 + t);
            if (ids)
                fprintf(file, ",\"document\":\"doc%d\"", i);
            if (isinf(values[line - 1]))
                fprintf(file, ",\"nats\":\"inf\",\"flags\":[]}\n");
            else
                fprintf(file, ",\"nats\":%.17g,\"flags\":[]}\n", values[line - 1]);
        }
    }
    assert_int_equal(fclose(file), 0);
}

static void write_array(const char *path, const double *values)
{
    char header[128];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
    const int length =
        snprintf(header + 10, 100, "{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }", TOKENS);
    header[10 + length] = ' ';
    header[127] = '\n';
    fwrite(header, 1, sizeof header, file);
    fwrite(values, sizeof *values, TOKENS, file);
    assert_int_equal(fclose(file), 0);
}

/* Two results beside the files that they note. */
static void write_results(size_t block, const char *protocol)
{
    for (size_t i = 0; i < 2; i++) {
        const struct small_result result = {.nats = nats[i],
                                            .count = TOKENS,
                                            .protocol = protocol,
                                            .block = block,
                                            .per_token = i ? "elsewhere/new.jsonl" : "elsewhere/base.jsonl"};
        small_result_write(&result, paths[i]);
    }
}

static void write_all(bool ids)
{
    write_results(0, NULL);
    for (size_t i = 0; i < 2; i++)
        write_tokens(files[i], nats[i], ids, (struct change){0});
}

static struct plx_comparison *compare(bool swapped, const struct plx_compare_options *options)
{
    const char *const news[] = {paths[!swapped]};
    struct plx_comparison *comparison;
    struct plx_error error;
    if (plx_compare(paths[swapped], news, 1, options, &comparison, &error))
        fail_msg("%s: %s", error.input, error.message);
    return comparison;
}

static enum plx_status fail_to_compare(const struct plx_compare_options *options, struct plx_error *error)
{
    const char *const news[] = {paths[1]};
    struct plx_comparison *comparison = (struct plx_comparison *)error;
    const enum plx_status status = plx_compare(paths[0], news, 1, options, &comparison, error);
    assert_null(comparison);
    return status;
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-14))
        fail_msg("%.17g instead of %.17g", value, expected);
}

static void plx_compare__documents_are_drawn(void **state)
{
    const struct plx_compare_options options = {.moved = 3};
    (void)state;
    write_all(true);
    struct plx_comparison *comparison = compare(false, &options);
    const struct plx_pair *pair = comparison->pairs;
    assert_int_equal(pair->test.pairing, PLX_PAIRED_TOKENS);
    assert_int_equal(pair->test.drawn, PLX_DRAWN_DOCUMENTS);
    assert_int_equal(pair->test.blocks, DOCUMENTS);
    assert_int_equal(pair->test.resamples, 10000);
    assert_near(pair->test.difference, 0.07142857142857142);
    assert_near(pair->test.standard_error, 0.028604615957257103);
    assert_near(pair->test.independent_low, -0.002058428536996476);
    assert_near(pair->test.independent_high, 0.14491557139413933);
    assert_true(pair->test.low > 0 && pair->test.p_value < 0.05);
    assert_int_equal(pair->verdict, PLX_VERDICT_WORSE);
    assert_string_equal(pair->files[1], files[1]);

    /* By the change of their sums; of those that moved alike the first ones. */
    const struct plx_moved *moved = &pair->moved;
    assert_int_equal(moved->document_count, DOCUMENTS);
    assert_int_equal(moved->worse_count, 19);
    assert_int_equal(moved->better_count, 11);
    static const uint64_t worse[] = {4, 11, 28}, better[] = {0, 16, 24};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(moved->worse_documents.list[i].number, worse[i]);
        assert_near(moved->worse_documents.list[i].change, 0.625);
        assert_int_equal(moved->better_documents.list[i].number, better[i]);
    }
    assert_memory_equal(moved->worse_documents.list[1].id.text, "doc11", 5);
    assert_near(moved->better_documents.list[0].change, -0.375);
    plx_comparison_free(comparison);
}

static void plx_compare__tokens_that_moved(void **state)
{
    static const uint64_t worse[] = {6, 8, 11}, better[] = {0, 2, 5};
    const struct plx_compare_options options = {.moved = 3};
    (void)state;
    write_all(false);
    struct plx_comparison *comparison = compare(false, &options);
    const struct plx_moved *moved = &comparison->pairs->moved;
    assert_int_equal(moved->worse.count, 3);
    assert_int_equal(moved->better.count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct plx_extreme *up = moved->worse.list + moved->worse.heap[i];
        const struct plx_extreme *down = moved->better.list + moved->better.heap[i];
        assert_int_equal(up->at, worse[i]);
        assert_near(up->nats, 0.5);
        assert_near(up->compared[0], nats[0][worse[i]]);
        assert_near(up->compared[1], nats[1][worse[i]]);
        assert_int_equal(down->at, better[i]);
        assert_near(down->nats, -0.375);
    }
    /* Token 8 is the second of the third line of three tokens. */
    const struct plx_extreme *token = moved->worse.list + moved->worse.heap[1];
    assert_int_equal(token->unit, 4);
    assert_int_equal(token->position, 1);
    assert_memory_equal(token->token.spelled.text, "w41", 3);
    assert_int_equal(token->before_count, 1);
    assert_memory_equal(token->before[0].spelled.text, "w40", 3);
    assert_int_equal(token->after_count, 0);
    plx_comparison_free(comparison);
}

static void plx_compare__blocks_of_neighbours(void **state)
{
    (void)state;
    write_all(false); /* lines are no documents */
    struct plx_comparison *comparison = compare(false, NULL);
    assert_int_equal(comparison->pairs->test.pairing, PLX_PAIRED_TOKENS);
    assert_int_equal(comparison->pairs->test.drawn, PLX_DRAWN_BLOCKS);
    assert_true(comparison->pairs->test.length >= 1);
    assert_int_equal(comparison->pairs->moved.worse.count, 0);
    plx_comparison_free(comparison);

    write_all(true); /* there are documents, but blocks are asked for */
    const struct plx_compare_options options = {
        .resampling = PLX_RESAMPLE_BLOCKS, .resamples = 100, .seed = 7};
    comparison = compare(false, &options);
    assert_int_equal(comparison->pairs->test.drawn, PLX_DRAWN_BLOCKS);
    assert_int_equal(comparison->pairs->test.resamples, 100);
    assert_int_equal(comparison->pairs->test.seed, 7);
    plx_comparison_free(comparison);
}

static void plx_compare__units_that_are_documents(void **state)
{
    (void)state;
    write_all(false);
    write_results(0, "\"unit\": \"document\"");
    struct plx_comparison *comparison = compare(false, NULL);
    assert_int_equal(comparison->pairs->test.drawn, PLX_DRAWN_DOCUMENTS);
    assert_near(comparison->pairs->test.standard_error, 0.028604615957257103);
    plx_comparison_free(comparison);
}

/* To the last bit: the interval is symmetric. */
static void plx_compare__swapped(void **state)
{
    (void)state;
    for (int ids = 0; ids < 2; ids++) {
        write_all(ids);
        struct plx_comparison *there = compare(false, NULL), *back = compare(true, NULL);
        const struct plx_interval_test *a = &there->pairs->test, *b = &back->pairs->test;
        assert_true(a->difference == -b->difference && a->low == -b->high && a->high == -b->low);
        assert_true(a->p_value == b->p_value && a->standard_error == b->standard_error);
        assert_true(there->pairs->changes[PLX_FIGURE_NATS] == -back->pairs->changes[PLX_FIGURE_NATS]);
        plx_comparison_free(there);
        plx_comparison_free(back);
    }
}

static void plx_compare__with_itself(void **state)
{
    (void)state;
    write_all(true);
    const char *const news[] = {paths[0]};
    const struct plx_compare_options options = {.moved = 3};
    struct plx_comparison *comparison;
    struct plx_error error;
    assert_int_equal(plx_compare(paths[0], news, 1, &options, &comparison, &error), PLX_OK);
    const struct plx_pair *pair = comparison->pairs;
    assert_int_equal(pair->verdict, PLX_VERDICT_SAME);
    assert_int_equal(pair->test.pairing, PLX_PAIRED_TOKENS);
    assert_true(pair->test.known && pair->test.difference == 0 && pair->test.p_value == 1);
    assert_true(pair->test.low == 0 && pair->test.high == 0);
    assert_int_equal(pair->moved.worse_count + pair->moved.better_count, 0);
    assert_int_equal(pair->moved.worse.count + pair->moved.better.count, 0);
    assert_int_equal(pair->moved.worse_documents.count + pair->moved.better_documents.count, 0);
    plx_comparison_free(comparison);
}

static void plx_compare__arrays(void **state)
{
    (void)state;
    write_all(true);
    for (int both = 0; both < 2; both++) {
        const struct plx_compare_options options = {.moved = 1, .threads = 1};
        write_array(files[1], nats[1]);
        if (both)
            write_array(files[0], nats[0]);
        struct plx_comparison *comparison = compare(false, &options);
        const struct plx_pair *pair = comparison->pairs;
        assert_int_equal(pair->test.pairing, PLX_PAIRED_TOKENS);
        assert_near(pair->test.difference, 0.07142857142857142);
        /* What one of them tells is known of both. */
        assert_int_equal(pair->test.drawn, both ? PLX_DRAWN_BLOCKS : PLX_DRAWN_DOCUMENTS);
        assert_int_equal(pair->moved.worse.list[0].token.spelled.known, !both);
        assert_int_equal(pair->moved.worse.list[0].at, 6);
        plx_comparison_free(comparison);
    }
}

static void plx_compare__blocks_of_results(void **state)
{
    (void)state;
    write_results(8, NULL);
    unlink(files[1]);
    struct plx_comparison *comparison = compare(false, NULL);
    const struct plx_pair *pair = comparison->pairs;
    assert_int_equal(pair->test.pairing, PLX_PAIRED_BLOCKS);
    assert_int_equal(pair->test.blocks, 8);
    assert_near(pair->test.difference, 0.07142857142857142);
    assert_near(pair->test.standard_error, 0.033805105478175904);
    assert_null(pair->files[0]);
    assert_int_equal(pair->unpaired.pairing, PLX_UNPAIRED);
    assert_true(pair->unpaired.known && pair->unpaired.standard_error > pair->test.standard_error);
    plx_comparison_free(comparison);

    /* Too few of them. */
    write_results(32, NULL);
    comparison = compare(false, NULL);
    assert_int_equal(comparison->pairs->test.pairing, PLX_UNPAIRED);
    assert_int_equal(comparison->pairs->test.drawn, PLX_DRAWN_NOTHING);
    plx_comparison_free(comparison);
}

/* Of other numbers of tokens: other tokens are left out. */
static void plx_compare__other_blocks(void **state)
{
    const struct small_result others[] = {
        {.nats = nats[1], .count = TOKENS, .block = 9},
        {.nats = nats[1], .count = TOKENS, .block = 8, .first_block = 7}, /* 7 + 8 · 7 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        write_results(8, NULL);
        small_result_write(others + i, paths[1]);
        struct plx_comparison *comparison = compare(false, NULL);
        assert_int_equal(comparison->pairs->test.pairing, PLX_UNPAIRED);
        assert_int_equal(comparison->pairs->test.drawn, PLX_DRAWN_BLOCKS);
        plx_comparison_free(comparison);
    }
}

/* Each with files that do not fit: an error where they were named, a warning where they were found. */
static void assert_unfit(const char *message, uint64_t line)
{
    const char *const named[] = {files[1]};
    const struct plx_compare_options options = {.base_tokens = files[0], .new_tokens = named};
    struct plx_error error;
    const enum plx_status status = fail_to_compare(&options, &error);
    assert_true(status == PLX_MISMATCH || status == PLX_MALFORMED);
    assert_string_equal(error.input, files[1]);
    if (!strstr(error.message, message))
        fail_msg("%s", error.message);
    assert_true(error.line == line);
    struct plx_comparison *comparison = compare(false, NULL);
    const struct plx_pair *pair = comparison->pairs;
    assert_int_equal(pair->test.pairing, PLX_PAIRED_BLOCKS);
    assert_int_equal(pair->warning_count, 1);
    assert_string_equal(pair->warnings[0].code, "per-token-file");
    assert_non_null(strstr(pair->warnings[0].message, message));
    assert_null(pair->files[0]);
    assert_int_equal(pair->moved.passed, 0);
    plx_comparison_free(comparison);
}

static void plx_compare__files_that_do_not_fit(void **state)
{
    static const struct {
        struct change change;
        const char *message;
        uint64_t line;
    } cases[] = {
        {{7, "{\"unit\":3,\"position\":0,\"token\":\"other\",\"nats\":1.75}\n"},
         "token 0 of unit 3, \"other\", where",
         7},
        {{7, "{\"unit\":3,\"position\":1,\"token\":\"w30\",\"nats\":1.75}\n"}, "token 1 of unit 3", 7},
        {{7, "{\"unit\":4,\"position\":0,\"token\":\"w30\",\"nats\":1.75}\n"}, "token 0 of unit 4", 7},
        {{7, "{\"unit\":3,\"position\":0,\"token\":\"w30\",\"nats\":1.75,\"flags\":[\"end\"]}\n"},
         "token 0 of unit 3, \"w30\", where",
         7},
        {{7, "\n \n{\"unit\":3,\"position\":1,\"token\":\"w30\",\"nats\":1.75}\n"}, "token 1 of unit 3", 9},
        {{7, "{\"unit\":3,\"position\":0,\"token\":\"w30\",\"nats\":1.8}\n"}, "do not add up", PLX_NOWHERE},
        {{7, ""}, "has 62 tokens, but its result 63", PLX_NOWHERE},
        {{7, "{\"unit\":3,\"position\":0,\"token\":\"w30\"}\n"}, "nats", 7},
    };
    (void)state;
    assert_true(nats[1][6] == 1.75);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_results(8, NULL);
        write_tokens(files[0], nats[0], false, (struct change){0});
        write_tokens(files[1], nats[1], false, cases[i].change);
        assert_unfit(cases[i].message, cases[i].line);
    }
}

/* What a result is called has nothing to do with where its file is. */
static void plx_compare__display_names(void **state)
{
    const char *const names[] = {"/nowhere/candidate \xC3\xA9"};
    const struct plx_compare_options options = {.new_names = names};
    (void)state;
    write_all(false);
    struct plx_comparison *comparison = compare(false, &options);
    assert_int_equal(comparison->pairs->test.pairing, PLX_PAIRED_TOKENS);
    assert_string_equal(comparison->pairs->files[1], files[1]);
    assert_string_equal(comparison->pairs->other.file, names[0]);
    plx_comparison_free(comparison);
}

/* The name of BASE's file, 100 characters of two bytes, is told whole. */
static void plx_compare__long_names(void **state)
{
    char name[201] = "", path[sizeof name + sizeof folder];
    const char *const named[] = {files[1]};
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < 100; i++)
        strcat(name, "\xC3\xA9");
    snprintf(path, sizeof path, "%s/%s", folder, name);
    write_all(false);
    write_tokens(path, nats[0], false, (struct change){0});
    write_tokens(files[1], nats[1], false,
                 (struct change){7, "{\"unit\":3,\"position\":0,\"token\":\"x\",\"nats\":1.75}\n"});
    const struct plx_compare_options options = {.base_tokens = path, .new_tokens = named};
    assert_int_equal(fail_to_compare(&options, &error), PLX_MISMATCH);
    unlink(path);
    if (!strstr(error.message, name))
        fail_msg("%s", error.message);
}

/* Neither named nor found files are written over. */
static void plx_compare__output(void **state)
{
    char linked[SMALL_PATH];
    struct plx_error error;
    (void)state;
    place("linked.jsonl", linked);
    write_all(false);
    assert_int_equal(symlink(files[1], linked), 0);
    const char *const outputs[] = {files[0], files[1], linked};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        const struct plx_compare_options options = {.output = outputs[i]};
        assert_int_equal(fail_to_compare(&options, &error), PLX_USAGE);
        assert_string_equal(error.input, files[i > 0]);
    }
    unlink(linked);
    const struct plx_compare_options elsewhere = {.output = linked};
    plx_comparison_free(compare(false, &elsewhere));
}

/* End symbols are the models' own, and spelled as theirs. */
static void plx_compare__other_end_symbols(void **state)
{
    (void)state;
    write_all(false);
    write_tokens(files[0], nats[0], false,
                 (struct change){
                     1, "{\"unit\":0,\"position\":0,\"token\":\"</s>\",\"nats\":1,\"flags\":[\"end\"]}\n"});
    write_tokens(
        files[1], nats[1], false,
        (struct change){
            1, "{\"unit\":0,\"position\":0,\"token\":\"<eos>\",\"nats\":0.625,\"flags\":[\"end\"]}\n"});
    struct plx_comparison *comparison = compare(false, NULL);
    assert_int_equal(comparison->pairs->test.pairing, PLX_PAIRED_TOKENS);
    plx_comparison_free(comparison);
}

static void plx_compare__infinite_tokens(void **state)
{
    const double kept[2] = {nats[0][5], nats[1][5]};
    const struct plx_compare_options options = {.moved = 2};
    (void)state;
    nats[1][5] = (double)INFINITY;
    write_all(true);
    struct plx_comparison *comparison = compare(false, &options);
    const struct plx_pair *pair = comparison->pairs;
    assert_int_equal(pair->verdict, PLX_VERDICT_WORSE);
    assert_false(pair->test.known);
    assert_int_equal(pair->moved.worse.list[pair->moved.worse.heap[0]].at, 5);
    assert_true(isinf(pair->moved.worse_documents.list[0].change));
    plx_comparison_free(comparison);
    nats[0][5] = (double)INFINITY;
    write_all(true);
    comparison = compare(false, &options);
    pair = comparison->pairs;
    assert_int_equal(pair->verdict, PLX_VERDICT_UNDEFINED);
    assert_non_null(strstr(pair->reason, "are 1 in BASE and 1 in NEW"));
    assert_int_equal(pair->moved.worse_count + pair->moved.better_count, 29); /* one of 30 is undecided */
    assert_int_equal(pair->moved.undefined_count, 1);
    assert_near(plx_moved_worse_share(&pair->moved), (double)pair->moved.worse_count / (DOCUMENTS - 1));
    plx_comparison_free(comparison);
    nats[0][5] = kept[0];
    nats[1][5] = kept[1];
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void plx_compare__what_cannot_be(void **state)
{
    struct plx_error error;
    (void)state;
    write_all(false);
    const struct plx_compare_options interrupted = {.interrupted = always};
    assert_int_equal(fail_to_compare(&interrupted, &error), PLX_INTERRUPTED);
    const struct plx_compare_options documents = {.resampling = PLX_RESAMPLE_DOCUMENTS};
    assert_int_equal(fail_to_compare(&documents, &error), PLX_USAGE);
    assert_non_null(strstr(error.message, "do not tell documents apart"));
    unlink(files[0]);
    assert_int_equal(fail_to_compare(&documents, &error), PLX_USAGE);
    assert_non_null(strstr(error.message, "only with per-token files of both"));
    const char *const named[] = {files[1]};
    const struct plx_compare_options alone = {.new_tokens = named};
    assert_int_equal(fail_to_compare(&alone, &error), PLX_USAGE);
    assert_string_equal(error.input, paths[0]);
    const struct plx_compare_options missing = {.base_tokens = files[0]};
    assert_int_equal(fail_to_compare(&missing, &error), PLX_IO);
    assert_string_equal(error.input, files[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_compare__documents_are_drawn),
        cmocka_unit_test(plx_compare__tokens_that_moved),
        cmocka_unit_test(plx_compare__blocks_of_neighbours),
        cmocka_unit_test(plx_compare__units_that_are_documents),
        cmocka_unit_test(plx_compare__swapped),
        cmocka_unit_test(plx_compare__with_itself),
        cmocka_unit_test(plx_compare__arrays),
        cmocka_unit_test(plx_compare__blocks_of_results),
        cmocka_unit_test(plx_compare__other_blocks),
        cmocka_unit_test(plx_compare__files_that_do_not_fit),
        cmocka_unit_test(plx_compare__display_names),
        cmocka_unit_test(plx_compare__long_names),
        cmocka_unit_test(plx_compare__output),
        cmocka_unit_test(plx_compare__other_end_symbols),
        cmocka_unit_test(plx_compare__infinite_tokens),
        cmocka_unit_test(plx_compare__what_cannot_be),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
