/* Collections of tensors and metadata: what is found in them by name, also where there are very many. */
#include "model/tensors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* As many as fit into some megabytes of a header. */
#define MANY 300000

/* Many times what it takes, and a fraction of what comparing each with all before it takes: minutes. */
#define SECONDS_MOST 15

static void describe(struct plx_tensors *tensors, const char *key, const char *value,
                     enum plx_status expected)
{
    struct plx_error error;
    assert_int_equal(plx_tensors_describe(tensors, key, strlen(key), value, strlen(value), &error), expected);
}

static void plx_tensors_describe__very_many(void **state)
{
    const clock_t begin = clock();
    struct plx_tensors tensors = {0};
    char key[32], value[32];
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "key %u", i);
        snprintf(value, sizeof value, "%u", 7 * i);
        describe(&tensors, key, value, PLX_OK);
    }
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "key %u", i);
        snprintf(value, sizeof value, "%u", 7 * i);
        assert_string_equal(plx_tensors_metadata(&tensors, key), value);
    }
    assert_int_equal(tensors.metadata_count, MANY);
    assert_true((clock() - begin) / CLOCKS_PER_SEC < SECONDS_MOST);
    plx_tensors_release(&tensors);
}

static void plx_tensors_describe__a_key_twice(void **state)
{
    struct plx_tensors tensors = {0};
    (void)state;
    assert_null(plx_tensors_metadata(&tensors, "key"));
    describe(&tensors, "key", "value", PLX_OK);
    describe(&tensors, "key", "value", PLX_OK);
    describe(&tensors, "key", "other", PLX_MALFORMED);
    describe(&tensors, "", "nothing", PLX_OK);
    assert_int_equal(tensors.metadata_count, 2);
    assert_string_equal(plx_tensors_metadata(&tensors, "key"), "value");
    assert_string_equal(plx_tensors_metadata(&tensors, ""), "nothing");
    assert_null(plx_tensors_metadata(&tensors, "ke"));
    plx_tensors_release(&tensors);
}

static void plx_tensors_find__very_many(void **state)
{
    const clock_t begin = clock();
    struct plx_tensors tensors = {0};
    struct plx_error error;
    char name[32];
    (void)state;
    assert_null(plx_tensors_find(&tensors, "0"));
    for (unsigned i = 0; i < MANY; i++) {
        const struct plx_tensor view = {.count = i};
        const int length = snprintf(name, sizeof name, "%u", i);
        assert_int_equal(plx_tensors_add(&tensors, name, (size_t)length, &view, &error), PLX_OK);
    }
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%u", i);
        const struct plx_tensor *found = plx_tensors_find(&tensors, name);
        assert_non_null(found);
        assert_int_equal(found->count, i);
        assert_string_equal(found->name, name);
    }
    assert_null(plx_tensors_find(&tensors, "-1"));
    assert_true((clock() - begin) / CLOCKS_PER_SEC < SECONDS_MOST);
    plx_tensors_release(&tensors);
    assert_null(plx_tensors_find(&tensors, "0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_tensors_describe__very_many),
        cmocka_unit_test(plx_tensors_describe__a_key_twice),
        cmocka_unit_test(plx_tensors_find__very_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
