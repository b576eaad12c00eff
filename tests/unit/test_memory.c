#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Under a sanitizer an allocation that is refused must fail as it does without. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* More than an address space holds, and than any allocator gives. */
static volatile size_t too_much = SIZE_MAX / 2 + 1;

static void new_array__is_zeroed(void **state)
{
    struct plx_error error;
    unsigned char *array = plx_new_array(100, 7, &error);

    (void)state;
    assert_non_null(array);
    for (size_t i = 0; i < 700; i++)
        assert_int_equal(array[i], 0);
    free(array);
}

static void new_array__of_nothing_can_be_freed(void **state)
{
    struct plx_error error;
    void *none = plx_new_array(0, 8, &error);
    void *empty = plx_new_array(8, 0, &error);

    (void)state;
    assert_non_null(none);
    assert_non_null(empty);
    free(none);
    free(empty);
}

static void new_array__overflow_is_an_error(void **state)
{
    struct plx_error error = {0};

    (void)state;
    /* The product is 2^65 + 2, which is 2 in 64 bits. */
    assert_null(plx_new_array(SIZE_MAX / 4 + 2, 8, &error));
    assert_int_equal(error.status, PLX_MEMORY);
    assert_null(plx_new_array(too_much, 2, NULL));
}

static void new_array__refused_is_an_error(void **state)
{
    struct plx_error error = {0};

    (void)state;
    assert_null(plx_new_array(too_much, 1, &error));
    assert_int_equal(error.status, PLX_MEMORY);
}

static void resize_array__keeps_the_content(void **state)
{
    struct plx_error error;
    int *array = NULL;

    (void)state;
    assert_int_equal(plx_resize_array(&array, 3, sizeof(*array), &error), PLX_OK);
    for (int i = 0; i < 3; i++)
        array[i] = i + 1;
    assert_int_equal(plx_resize_array(&array, 3000, sizeof(*array), &error), PLX_OK);
    array[2999] = 7;
    assert_int_equal(array[0], 1);
    assert_int_equal(array[2], 3);
    assert_int_equal(plx_resize_array(&array, 0, sizeof(*array), &error), PLX_OK);
    assert_non_null(array);
    free(array);
}

static void resize_array__failure_leaves_it(void **state)
{
    struct plx_error error = {0};
    int *array = NULL;

    (void)state;
    assert_int_equal(plx_resize_array(&array, 1, sizeof(*array), &error), PLX_OK);
    *array = 42;
    int *before = array;
    assert_int_equal(plx_resize_array(&array, SIZE_MAX / 4 + 2, sizeof(*array), &error), PLX_MEMORY);
    assert_int_equal(error.status, PLX_MEMORY);
    assert_ptr_equal(array, before);
    assert_int_equal(plx_resize_array(&array, too_much, 1, &error), PLX_MEMORY);
    assert_ptr_equal(array, before);
    assert_int_equal(*array, 42);
    free(array);
}

static void grown_capacity__reaches_the_need(void **state)
{
    (void)state;
    assert_int_equal(plx_grown_capacity(100, 50), 100);
    assert_int_equal(plx_grown_capacity(100, 101), 150);
    assert_int_equal(plx_grown_capacity(100, 1000), 1000);
    assert_true(plx_grown_capacity(0, 1) >= 1);
    assert_true(plx_grown_capacity(SIZE_MAX - 1, SIZE_MAX) == SIZE_MAX);
}

static void grown_capacity__grows_geometrically(void **state)
{
    size_t capacity = 0;
    unsigned steps = 0;

    (void)state;
    for (; capacity < 1000000; steps++) {
        size_t next = plx_grown_capacity(capacity, capacity + 1);
        assert_true(next > capacity);
        capacity = next;
    }
    assert_true(steps < 40); /* log(10^6) / log(1.5) = 34 */
}

static void reserve_array__grows_when_it_must(void **state)
{
    struct plx_error error;
    uint32_t *array = NULL;
    size_t capacity = 0;

    (void)state;
    assert_int_equal(plx_reserve_array(&array, &capacity, 0, sizeof *array, &error), PLX_OK);
    assert_null(array);
    assert_int_equal(plx_reserve_array(&array, &capacity, 20, sizeof *array, &error), PLX_OK);
    assert_true(capacity >= 20);
    array[19] = 7;
    const size_t before = capacity;
    uint32_t *const same = array;
    assert_int_equal(plx_reserve_array(&array, &capacity, before, sizeof *array, &error), PLX_OK);
    assert_ptr_equal(array, same);
    assert_int_equal(plx_reserve_array(&array, &capacity, before + 1, sizeof *array, &error), PLX_OK);
    assert_true(capacity >= before + before / 2);
    assert_int_equal(array[19], 7);
    const size_t grown = capacity;
    assert_int_equal(plx_reserve_array(&array, &capacity, too_much, sizeof *array, &error), PLX_MEMORY);
    assert_int_equal(capacity, grown);
    assert_int_equal(array[19], 7);
    free(array);
}

static void copy_string__ends_with_nul(void **state)
{
    struct plx_error error;
    const char text[] = {'a', '\0', 'b', 'c'};
    char *copy = plx_copy_string(text, 3, &error);
    char *empty = plx_copy_string(NULL, 0, &error);

    (void)state;
    assert_non_null(copy);
    assert_memory_equal(copy, "a\0b", 4);
    assert_non_null(empty);
    assert_string_equal(empty, "");
    free(copy);
    free(empty);
}

static void copy_string__too_long_is_an_error(void **state)
{
    struct plx_error error = {0};

    (void)state;
    assert_null(plx_copy_string("", too_much * 2 - 1, &error)); /* SIZE_MAX: no room for the NUL */
    assert_int_equal(error.status, PLX_MEMORY);
    assert_null(plx_copy_string("", too_much, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_array__is_zeroed),
        cmocka_unit_test(new_array__of_nothing_can_be_freed),
        cmocka_unit_test(new_array__overflow_is_an_error),
        cmocka_unit_test(new_array__refused_is_an_error),
        cmocka_unit_test(resize_array__keeps_the_content),
        cmocka_unit_test(resize_array__failure_leaves_it),
        cmocka_unit_test(grown_capacity__reaches_the_need),
        cmocka_unit_test(grown_capacity__grows_geometrically),
        cmocka_unit_test(reserve_array__grows_when_it_must),
        cmocka_unit_test(copy_string__ends_with_nul),
        cmocka_unit_test(copy_string__too_long_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
