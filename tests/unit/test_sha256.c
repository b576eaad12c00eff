#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The examples of FIPS 180-2, appendix B, and the empty message. */
static void finish__standard_examples(void **state)
{
    static const struct {
        const char *text;
        const char *digest;
    } examples[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    struct plx_error error;
    char hex[PLX_SHA256_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        struct plx_sha256 *hash = plx_sha256_new(&error);

        assert_non_null(hash);
        assert_int_equal(plx_sha256_update(hash, examples[i].text, strlen(examples[i].text), &error), PLX_OK);
        assert_int_equal(plx_sha256_finish(hash, hex, &error), PLX_OK);
        assert_string_equal(hex, examples[i].digest);
        plx_sha256_free(hash);
    }
}

/* The third example: a million times "a", in pieces of uneven size. */
static void update__pieces_make_the_whole(void **state)
{
    struct plx_error error;
    char hex[PLX_SHA256_TEXT];
    char piece[997];
    struct plx_sha256 *hash = plx_sha256_new(&error);

    (void)state;
    assert_non_null(hash);
    memset(piece, 'a', sizeof(piece));
    for (size_t left = 1000000; left > 0;) {
        size_t size = left < sizeof(piece) ? left : sizeof(piece);
        assert_int_equal(plx_sha256_update(hash, piece, size, &error), PLX_OK);
        assert_int_equal(plx_sha256_update(hash, NULL, 0, &error), PLX_OK);
        left -= size;
    }
    assert_int_equal(plx_sha256_finish(hash, hex, &error), PLX_OK);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    plx_sha256_free(hash);
}

static void free__null_is_fine(void **state)
{
    (void)state;
    plx_sha256_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finish__standard_examples),
        cmocka_unit_test(update__pieces_make_the_whole),
        cmocka_unit_test(free__null_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
