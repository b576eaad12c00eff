/* Names of inputs, in a folder of files that the test makes. */
#include "io/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const FILES[] = {"a1.txt",      "a10.txt",      "a2.txt",        "B.txt",
                                    "[x].txt",     "x.txt",        "star*",         "starry",
                                    ".hidden.txt", "\xc3\xa9.txt", "with space.txt"};
static char folder[] = "/tmp/plx-names-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        FILE *file = fopen(FILES[i], "w");
        assert_non_null(file);
        for (size_t k = 0; k <= i; k++)
            fputc('x', file);
        fclose(file);
    }
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        unlink(FILES[i]);
    unlink("pipe");
    rmdir("folder");
    return chdir("/") || rmdir(folder);
}

static size_t length(const char *const *list)
{
    size_t count = 0;
    while (list[count])
        count++;
    return count;
}

/* `given` and `expected` are lists that end with NULL. */
static void expect_names(const char *const *given, const char *const *expected, uint64_t size_bytes)
{
    struct plx_names names;
    struct plx_error error;
    const size_t count = length(given);
    if (plx_names_expand(given, count, NULL, &names, &error))
        fail_msg("%s: %s", error.input, error.message);
    for (size_t i = 0; expected[i] && i < names.count; i++)
        assert_string_equal(names.names[i], expected[i]);
    assert_int_equal(names.count, length(expected));
    assert_int_equal(names.size_bytes, size_bytes);
    plx_names_release(&names);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void plx_names_expand__names(void **state)
{
    (void)state;
    expect_names(LIST("x.txt"), LIST("x.txt"), 6);
    expect_names(LIST("x.txt", "a1.txt", "x.txt"), LIST("x.txt", "a1.txt", "x.txt"), 13);
    expect_names(LIST("./with space.txt"), LIST("./with space.txt"), 11);
}

/* Digits before letters, capitals before others, all other bytes behind: not as any language sorts. */
static void plx_names_expand__patterns(void **state)
{
    (void)state;
    expect_names(LIST("a*.txt"), LIST("a1.txt", "a10.txt", "a2.txt"), 1 + 2 + 3);
    expect_names(LIST("?.txt"), LIST("B.txt", "x.txt"), 4 + 6);
    expect_names(LIST("[a-z][0-9].txt"), LIST("a1.txt", "a2.txt"), 1 + 3);
    expect_names(
        LIST("*.txt"),
        LIST("B.txt", "[x].txt", "a1.txt", "a10.txt", "a2.txt", "with space.txt", "x.txt", "\xc3\xa9.txt"),
        4 + 5 + 1 + 2 + 3 + 11 + 6 + 10);
    expect_names(LIST("a2*", "a1*"), LIST("a2.txt", "a1.txt", "a10.txt"), 3 + 1 + 2);
    char pattern[64], first[64];
    snprintf(pattern, sizeof pattern, "%s/B*", folder);
    snprintf(first, sizeof first, "%s/B.txt", folder);
    expect_names(LIST(pattern), LIST(first), 4);
}

/* A name that looks like a pattern but is a file's. */
static void plx_names_expand__files_named_like_patterns(void **state)
{
    (void)state;
    expect_names(LIST("[x].txt"), LIST("[x].txt"), 5);
    expect_names(LIST("star*"), LIST("star*"), 7);
    expect_names(LIST("star[a-z]*"), LIST("starry"), 8);
}

static void plx_names_expand__what_is_no_file(void **state)
{
    (void)state;
    expect_names(LIST("-"), LIST("-"), 0);
    expect_names(LIST("x.txt", "-"), LIST("x.txt", "-"), 0);
    expect_names(LIST("pipe", "x.txt"), LIST("pipe", "x.txt"), 0);
    expect_names(LIST("http://localhost/a*?b=[c]", "x.txt"), LIST("http://localhost/a*?b=[c]", "x.txt"), 0);
    expect_names(LIST("https://localhost/"), LIST("https://localhost/"), 0);
}

static void expect_label(const char *const *given, size_t count, const char *label)
{
    struct plx_names names;
    struct plx_error error;
    assert_int_equal(plx_names_expand(given, count, NULL, &names, &error), PLX_OK);
    assert_string_equal(names.label, label);
    plx_names_release(&names);
}

/* As they were given, but for what may be secret. */
static void plx_names_expand__label(void **state)
{
    (void)state;
    expect_label(LIST("a*.txt", "x.txt"), 2, "a*.txt x.txt");
    expect_label(LIST("-"), 1, "-");
    expect_label(LIST("https://me:secret@localhost/x?key=secret#secret", "x.txt"), 2,
                 "https://localhost/x x.txt");
}

static void expect_failure(const char *const *given, size_t count, enum plx_status status, const char *input,
                           const char *message)
{
    struct plx_names names;
    struct plx_error error = {.input = ""};
    assert_int_equal(plx_names_expand(given, count, NULL, &names, &error), status);
    assert_string_equal(error.input, input);
    if (!strstr(error.message, message))
        fail_msg("%s: %s", input, error.message);
    assert_int_equal(names.count, 0);
    assert_null(names.names);
    assert_null(names.label);
}

static void plx_names_expand__failures(void **state)
{
    (void)state;
    expect_failure(LIST("x.txt", "missing.txt"), 2, PLX_IO, "missing.txt", "No such file");
    expect_failure(LIST("x.txt", ""), 2, PLX_IO, "", "No such file");
    expect_failure(LIST("x.txt/y"), 1, PLX_IO, "x.txt/y", "Not a directory");
    expect_failure(LIST("a*.txt", "z*.txt"), 2, PLX_IO, "z*.txt", "no file matches");
    expect_failure(LIST("folder"), 1, PLX_IO, "folder", "directory");
    expect_failure(LIST("fold*"), 1, PLX_IO, "folder", "directory");
    expect_failure(LIST("-", "x.txt", "-"), 3, PLX_USAGE, "", "only once");
    if (geteuid() != 0) { /* root may read everything */
        assert_int_equal(chmod("x.txt", 0), 0);
        expect_failure(LIST("a1.txt", "x.txt"), 2, PLX_IO, "x.txt", "Permission denied");
        assert_int_equal(chmod("x.txt", 0600), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_names_expand__names),
        cmocka_unit_test(plx_names_expand__patterns),
        cmocka_unit_test(plx_names_expand__files_named_like_patterns),
        cmocka_unit_test(plx_names_expand__what_is_no_file),
        cmocka_unit_test(plx_names_expand__label),
        cmocka_unit_test(plx_names_expand__failures),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
