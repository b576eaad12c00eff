/* What the cache has seen of downloads. Hashes are those of sha256sum. */
#include "corpus/trust.h"

#include "support/folder.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char URL[] = "https://a.test/x";
static const char FILE_NAME[] = "trust/bcd1a81bb05e11f30e010f8fa2a9e653624ad62c262293cda497738034cc8c1a";

/* Of "trust " and the hash of the URL. */
static const char LOCK_NAME[] = "locks/eb064322bdf3c2df9d5a9f3bbab8f10189b7839efe92bcd72b9bca97894ea058";

static int remove_all(void **state)
{
    (void)remove(folder_path(FILE_NAME));
    (void)remove(folder_path("trust"));
    (void)remove(folder_path(LOCK_NAME));
    (void)rmdir(folder_path("locks"));
    return folder_remove(state);
}

/* 64 times the digit. */
static const char *digits(char digit)
{
    static char texts[4][PLX_SHA256_TEXT];
    static size_t used;
    char *text = texts[used++ % 4];
    memset(text, digit, PLX_SHA256_TEXT - 1);
    return text;
}

static enum plx_status read_said(const char *said, struct plx_trust *trust, struct plx_error *error)
{
    static char cache[4096];
    snprintf(cache, sizeof cache, "%s", folder_path("."));
    const struct plx_network network = {.cache = cache};
    return plx_trust_read(&network, URL, said, trust, error);
}

static enum plx_status read_trust(struct plx_trust *trust, struct plx_error *error)
{
    return read_said(NULL, trust, error);
}

static void write_file(const char *text)
{
    FILE *file = NULL;
    assert_int_equal(mkdir(folder_path("trust"), 0777), 0);
    file = fopen(folder_path(FILE_NAME), "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void plx_trust_add__is_read_again(void **state)
{
    struct plx_trust trust;
    struct plx_error error;
    char expected[256];
    (void)state;
    assert_int_equal(read_trust(&trust, &error), PLX_OK);
    assert_string_equal(trust.sha256, "");
    assert_false(plx_trust_has(&trust, digits('a'), digits('1')));
    assert_int_equal(plx_trust_add(&trust, digits('a'), digits('1'), &error), PLX_OK);
    plx_trust_release(&trust);

    assert_int_equal(read_trust(&trust, &error), PLX_OK);
    assert_string_equal(trust.sha256, digits('a'));
    assert_true(plx_trust_has(&trust, digits('a'), digits('1')));
    assert_false(plx_trust_has(&trust, digits('a'), digits('2')));
    assert_false(plx_trust_has(&trust, digits('b'), digits('1')));
    assert_false(plx_trust_has(&trust, digits('a'), digits('a'))); /* the hash itself is no claim */
    assert_int_equal(plx_trust_add(&trust, digits('a'), digits('2'), &error), PLX_OK);
    plx_trust_release(&trust);
    snprintf(expected, sizeof expected, "%s\n%s\n%s\n", digits('a'), digits('1'), digits('2'));
    folder_file_is(FILE_NAME, expected, strlen(expected));
}

/* What has been verified of another content says nothing of this one. */
static void plx_trust_add__another_content(void **state)
{
    struct plx_trust trust;
    struct plx_error error;
    char expected[256];
    (void)state;
    snprintf(expected, sizeof expected, "%s\n%s\n", digits('a'), digits('1'));
    write_file(expected);
    assert_int_equal(read_said(digits('b'), &trust, &error), PLX_OK);
    assert_int_equal(plx_trust_add(&trust, digits('b'), digits('2'), &error), PLX_OK);
    assert_true(plx_trust_has(&trust, digits('b'), digits('2')));
    assert_false(plx_trust_has(&trust, digits('b'), digits('1')));
    plx_trust_release(&trust);
    snprintf(expected, sizeof expected, "%s\n%s\n", digits('b'), digits('2'));
    folder_file_is(FILE_NAME, expected, strlen(expected));
}

static void plx_trust_read__damaged(void **state)
{
    static const char line[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct plx_trust trust;
    struct plx_error error;
    char content[256];
    (void)state;
    snprintf(content, sizeof content, "%s\n%.63s\n", line, line);
    write_file(content);
    assert_int_equal(read_trust(&trust, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.input, "/trust/"));

    /* Who has the hash from the manifest does not need it, and mends it. */
    assert_int_equal(read_said(digits('b'), &trust, &error), PLX_OK);
    assert_string_equal(trust.sha256, "");
    assert_int_equal(trust.lines.size, 0);
    assert_int_equal(plx_trust_add(&trust, digits('b'), digits('2'), &error), PLX_OK);
    plx_trust_release(&trust);
    assert_int_equal(read_trust(&trust, &error), PLX_OK);
    assert_string_equal(trust.sha256, digits('b'));
    plx_trust_release(&trust);
}

/* Both have looked before either has noted anything. */
static void plx_trust_add__two_at_once(void **state)
{
    struct plx_trust first, same, other;
    struct plx_error error;
    char expected[256];
    (void)state;
    assert_int_equal(read_trust(&first, &error), PLX_OK);
    assert_int_equal(read_trust(&same, &error), PLX_OK);
    assert_int_equal(read_trust(&other, &error), PLX_OK);
    assert_int_equal(plx_trust_add(&first, digits('a'), digits('1'), &error), PLX_OK);
    assert_int_equal(plx_trust_add(&same, digits('a'), digits('2'), &error), PLX_OK);
    assert_int_equal(plx_trust_add(&other, digits('b'), digits('2'), &error), PLX_NETWORK);
    snprintf(expected, sizeof expected, "the content has the SHA-256 %s instead of %s", digits('b'),
             digits('a'));
    assert_string_equal(error.message, expected);
    assert_non_null(strstr(error.hint, FILE_NAME));
    plx_trust_release(&first);
    plx_trust_release(&same);
    plx_trust_release(&other);
    snprintf(expected, sizeof expected, "%s\n%s\n%s\n", digits('a'), digits('1'), digits('2'));
    folder_file_is(FILE_NAME, expected, strlen(expected));
}

static void plx_trust_add__cannot_be_written(void **state)
{
    struct plx_trust trust;
    struct plx_error error;
    (void)state;
    FILE *file = fopen(folder_path("trust"), "wb"); /* where the folder should be */
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(read_trust(&trust, &error), PLX_OK);
    assert_int_equal(plx_trust_add(&trust, digits('a'), digits('1'), &error), PLX_IO);
    assert_int_equal(error.os_error, ENOTDIR);
    assert_non_null(strstr(error.hint, "PERPLEX_CACHE="));
    plx_trust_release(&trust);
}

static void plx_trust_read__no_cache(void **state)
{
    const struct plx_network network = {0};
    struct plx_trust trust;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_trust_read(&network, URL, NULL, &trust, &error), PLX_USAGE);
    assert_int_equal(plx_trust_read(NULL, URL, NULL, &trust, &error), PLX_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_trust_add__is_read_again, folder_make, remove_all),
        cmocka_unit_test_setup_teardown(plx_trust_add__another_content, folder_make, remove_all),
        cmocka_unit_test_setup_teardown(plx_trust_read__damaged, folder_make, remove_all),
        cmocka_unit_test_setup_teardown(plx_trust_add__two_at_once, folder_make, remove_all),
        cmocka_unit_test_setup_teardown(plx_trust_add__cannot_be_written, folder_make, remove_all),
        cmocka_unit_test(plx_trust_read__no_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
