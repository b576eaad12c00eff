/* Names of data sets in two files. */
#include "corpus/index_pair.h"

#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char MAGIC[] = "MMIDIDX\0";

/* a and b.c: whole pairs. alone.idx, lone.bin: halves. notes: two files of other kinds. */
static int make(void **state)
{
    if (folder_make(state))
        return -1;
    file_write(folder_path("a.idx"), MAGIC, 9);
    file_write(folder_path("a.bin"), "12", 2);
    file_write(folder_path("b.c.idx"), MAGIC, 9);
    file_write(folder_path("b.c.bin"), "1234", 4);
    file_write(folder_path("alone.idx"), MAGIC, 9);
    file_write(folder_path("lone.bin"), "12", 2);
    file_write(folder_path("notes.idx"), "MMIDIDX", 7);
    file_write(folder_path("notes.bin"), "12", 2);
    return 0;
}

static void expect_pair(const char *name, const char *tokens)
{
    enum plx_status status = PLX_INTERNAL;
    char *found = plx_index_pair(folder_path(name), &status, NULL);
    assert_int_equal(status, PLX_OK);
    if (tokens)
        assert_string_equal(found, folder_path(tokens));
    else
        assert_null(found);
    free(found);
}

static void plx_index_pair__names(void **state)
{
    (void)state;
    expect_pair("a.idx", "a.bin");
    expect_pair("a", "a.bin");
    expect_pair("b.c", "b.c.bin");
    expect_pair("b.c.idx", "b.c.bin");
    expect_pair("a.bin", NULL); /* as it is */
    expect_pair("alone.idx", NULL);
    expect_pair("alone", NULL);
    expect_pair("lone", NULL);
    expect_pair("notes.idx", NULL);
    expect_pair("notes", NULL);
    expect_pair("absent", NULL);
    expect_pair("", NULL);
}

/* A file of just that name is what is meant. */
static void plx_index_pair__a_file_goes_before(void **state)
{
    (void)state;
    file_write(folder_path("a"), "text\n", 5);
    expect_pair("a", NULL);
    expect_pair("a.idx", "a.bin");
}

/* A pipe of that name has no writer, and must not be waited for. */
static void plx_index_pair__no_regular_file(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(folder_path("lone.idx"), 0600), 0);
    expect_pair("lone.idx", NULL);
    expect_pair("lone", NULL);
}

static void plx_index_beside__names(void **state)
{
    enum plx_status status;
    (void)state;
    char *index = plx_index_beside("x/y.z.bin", &status, NULL);
    assert_string_equal(index, "x/y.z.idx");
    free(index);
    assert_null(plx_index_beside("x.idx", &status, NULL));
    assert_int_equal(status, PLX_OK);
    assert_null(plx_index_beside(".bin", &status, NULL));
    assert_null(plx_index_beside("-", &status, NULL));
}

static void expect_names(const char *const *given, size_t count, const char *const *expected, size_t most,
                         uint64_t bytes)
{
    struct plx_names names;
    const char *paths[4];
    for (size_t i = 0; i < count; i++)
        paths[i] = folder_path(given[i]);
    assert_int_equal(plx_names_expand(paths, count, plx_index_pair_up, &names, NULL), PLX_OK);
    assert_int_equal(names.count, most);
    for (size_t i = 0; i < most; i++)
        assert_string_equal(path_name(names.names[i]), expected[i]);
    assert_int_equal(names.size_bytes, bytes);
    plx_names_release(&names);
}

/* One data set, whichever of its names is given, and both as a pattern does. */
static void plx_index_pair_up__names(void **state)
{
    (void)state;
    expect_names((const char *[]){"a"}, 1, (const char *[]){"a.bin"}, 1, 2);
    expect_names((const char *[]){"a.idx", "b.c"}, 2, (const char *[]){"a.bin", "b.c.bin"}, 2, 6);
    expect_names((const char *[]){"a.*"}, 1, (const char *[]){"a.bin"}, 1, 2);
    expect_names((const char *[]){"[ab].*"}, 1, (const char *[]){"a.bin", "b.c.bin"}, 2, 6);
    expect_names((const char *[]){"a.idx", "a.bin"}, 2, (const char *[]){"a.bin"}, 1, 2);
    expect_names((const char *[]){"a", "a.idx", "b.c"}, 3, (const char *[]){"a.bin", "b.c.bin"}, 2, 6);
    expect_names((const char *[]){"alone.idx"}, 1, (const char *[]){"alone.idx"}, 1, 9);
    expect_names((const char *[]){"notes.*"}, 1, (const char *[]){"notes.bin", "notes.idx"}, 2, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_index_pair__names, make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_index_pair__a_file_goes_before, make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_index_pair__no_regular_file, make, folder_remove),
        cmocka_unit_test(plx_index_beside__names),
        cmocka_unit_test_setup_teardown(plx_index_pair_up__names, make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
