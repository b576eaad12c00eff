#include "base/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

static void plx_pages_new__zeroed_and_aligned(void **state)
{
    const size_t sizes[] = {0, 1, 4096, 4097, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB};
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *pages = plx_pages_new(sizes[i], &error);
        assert_non_null(pages);
        assert_int_equal((uintptr_t)pages % (sizes[i] < 4 * MIB ? 4096 : 2 * MIB), 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(pages[k], 0);
        memset(pages, 1, sizes[i]);
        plx_pages_free(pages, sizes[i]);
    }
    plx_pages_free(NULL, 1);
}

/* More than the machine has, of which two bytes are used. */
static void plx_pages_new__what_is_not_touched_costs_nothing(void **state)
{
    const size_t size = (size_t)1 << 38;
    struct plx_error error;
    (void)state;
    uint8_t *pages = plx_pages_new(size, &error);
    assert_non_null(pages);
    pages[0] = pages[size - 1] = 1;
    plx_pages_free(pages, size);
}

static void plx_pages_new__too_much(void **state)
{
    const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 4095, SIZE_MAX / 2, SIZE_MAX - 3 * MIB};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct plx_error error;
        assert_null(plx_pages_new(sizes[i], &error));
        assert_int_equal(error.status, PLX_MEMORY);
    }
}

static void plx_pages_grow__keeps_the_content(void **state)
{
    const size_t sizes[] = {1, 4096, 5000, 3 * MIB, 5 * MIB, 20 * MIB + 1};
    struct plx_error error;
    (void)state;
    uint8_t *pages = plx_pages_new(sizes[0], &error);
    assert_non_null(pages);
    pages[0] = 7;
    for (size_t i = 1; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(plx_pages_grow(&pages, sizes[i - 1], sizes[i], &error), PLX_OK);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(pages[k], k < sizes[i - 1] ? 7 : 0);
        memset(pages, 7, sizes[i]);
    }
    const uint8_t *kept = pages;
    assert_int_equal(plx_pages_grow(&pages, 20 * MIB + 1, SIZE_MAX, &error), PLX_MEMORY);
    assert_ptr_equal(pages, kept);
    plx_pages_free(pages, 20 * MIB + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_pages_new__zeroed_and_aligned),
        cmocka_unit_test(plx_pages_new__what_is_not_touched_costs_nothing),
        cmocka_unit_test(plx_pages_new__too_much),
        cmocka_unit_test(plx_pages_grow__keeps_the_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
