/* Corpora with one defect each, tests/data/malformed/n_*: every one is refused in one sentence with its
   place, as expected.tsv says, which was written by hand from the layout of the files. */
#include "support/corpora.h"
#include "support/fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A line of expected.tsv. */
struct expected {
    char file[64], status[16], input[64];
    char place[32]; /* "at byte N", "line N", or "whole" */
    char message[160];
};

static bool is_half(const char *path)
{
    return strstr(path, ".idx") && strcmp(path_name(path), "n_index_alone.idx") != 0;
}

/* How many fixtures there are; the index of a pair is none of its own. */
static size_t count_fixtures(void)
{
    struct fixtures fixtures = fixtures_matching("malformed", "n_", "");
    size_t count = 0;
    for (size_t i = 0; i < fixtures.count; i++)
        count += !is_half(fixtures.paths[i]);
    fixtures_free(&fixtures);
    return count;
}

static enum plx_status read_all(const char *path, struct plx_error *error)
{
    struct plx_corpus *corpus;
    struct corpus_reading reading;
    enum plx_status status = plx_corpus_open(&path, 1, NULL, &corpus, error);
    if (status)
        return status;
    status = corpus_read(corpus, &reading, error);
    corpus_reading_free(&reading);
    return status;
}

static bool is_placed(const struct plx_error *error, const char *place)
{
    char found[32] = "whole";
    if (error->offset != PLX_NOWHERE)
        snprintf(found, sizeof found, "at byte %llu", (unsigned long long)error->offset);
    if (error->line != PLX_NOWHERE)
        snprintf(found, sizeof found, "line %llu", (unsigned long long)error->line);
    return strcmp(found, place) == 0;
}

static void check(const struct expected *expected)
{
    char name[96], text[1200];
    struct plx_error error = {0};
    snprintf(name, sizeof name, "malformed/%s", expected->file);
    char *path = fixture_path(name);
    const enum plx_status status = read_all(path, &error);
    plx_error_format(&error, text, sizeof text);
    if (strcmp(plx_status_name(status), expected->status) != 0 ||
        strcmp(path_name(error.input), expected->input) != 0 || !is_placed(&error, expected->place) ||
        !strstr(error.message, expected->message) || strchr(text, '\n'))
        fail_msg("%s: %s, \"%s\"; expected: %s, %s, %s: %s", expected->file, plx_status_name(status), text,
                 expected->status, expected->input, expected->place, expected->message);
    free(path);
}

static void plx_corpus__every_malformed_one_is_refused_with_its_place(void **state)
{
    (void)state;
    char *path = fixture_path("malformed/expected.tsv");
    FILE *file = fopen(path, "r");
    char line[512];
    size_t count = 0;
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); count++) {
        struct expected expected;
        if (sscanf(line, "%63[^\t]\t%15[^\t]\t%63[^\t]\t%31[^\t]\t%159[^\n]", expected.file, expected.status,
                   expected.input, expected.place, expected.message) != 5)
            fail_msg("expected.tsv: %s", line);
        check(&expected);
    }
    fclose(file);
    free(path);
    assert_int_equal(count, count_fixtures());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_corpus__every_malformed_one_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
