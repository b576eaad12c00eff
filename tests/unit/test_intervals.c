/* What is drawn for the interval of a difference by tokens, and where nothing is known of it. */
#include "report/compare/intervals.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define MOST 10000

static double differences[MOST];
static size_t begins[MOST];

static enum plx_status test(size_t count, size_t documents, const struct plx_compare_options *options,
                            struct plx_interval_test *found)
{
    const struct plx_moved moved = {
        .units_are_documents = documents > 0, .document_begins = begins, .document_count = documents};
    struct plx_exact total = {0};
    struct plx_error error;
    for (size_t i = 0; i < count; i++)
        plx_exact_add_value(&total, differences[i]);
    for (size_t i = 0; i < documents; i++)
        begins[i] = i * (count / documents);
    return plx_test_tokens(differences, count, &total, &moved, options, found, &error);
}

/* Were tokens independent, p would be 1e-23. */
static void test_tokens__of_one_document_that_differs(void **state)
{
    const struct plx_compare_options options = {.resamples = 1000};
    struct plx_interval_test found;
    char method[PLX_TEST_METHOD];
    (void)state;
    for (size_t i = 0; i < MOST; i++)
        differences[i] = i / 100 == 42 ? 0.1 : 0;
    assert_int_equal(test(MOST, 100, &options, &found), PLX_OK);
    assert_true(found.known && found.drawn == PLX_DRAWN_DOCUMENTS);
    assert_int_equal(found.freedom, 99);
    assert_true(fabs(found.p_value - 0.3197484741393017) < 1e-10);
    assert_true(found.low < 0 && found.high > 0.001 && found.high < 0.003);
    assert_true(found.independent_low > 0);
    plx_test_method(&found, method);
    assert_string_equal(method, "paired by 10,000 tokens, in 100 documents, by Student's t (99 degrees of "
                                "freedom): drawn, too many have no spread");
}

/* Neighbours of one document say nothing of other documents. */
static void test_tokens__documents_are_drawn_where_there_are_four(void **state)
{
    const struct plx_compare_options options = {.resamples = 1000};
    struct plx_interval_test found;
    (void)state;
    for (size_t i = 0; i < MOST; i++)
        differences[i] = (i / 2500 % 2 ? 0.5 : -0.3) + (double)(i * 7919 % 13) / 26;
    assert_int_equal(test(MOST, 4, &options, &found), PLX_OK);
    assert_true(found.known && found.drawn == PLX_DRAWN_DOCUMENTS && found.blocks == 4);
    assert_true(found.low < 0 && found.high > 0);
    assert_int_equal(test(MOST, 3, &options, &found), PLX_OK);
    assert_true(found.known && found.drawn == PLX_DRAWN_BLOCKS);
}

static void is_unknown(const struct plx_interval_test *found, const char *expected)
{
    char method[PLX_TEST_METHOD];
    assert_false(found->known);
    assert_int_equal(found->resamples, 0);
    plx_test_method(found, method);
    assert_string_equal(method, expected);
}

static void test_tokens__of_too_few_nothing_is_known(void **state)
{
    const struct plx_compare_options documents = {.resampling = PLX_RESAMPLE_DOCUMENTS}, usual = {0};
    struct plx_interval_test found;
    (void)state;
    for (size_t i = 0; i < 200; i++)
        differences[i] = 0.1 + (double)(i % 3) / 16;
    assert_int_equal(test(200, 3, &documents, &found), PLX_OK);
    is_unknown(&found, "paired by 200 tokens, in 3 documents: too few to draw from");
    assert_int_equal(test(200, 1, &documents, &found), PLX_OK);
    is_unknown(&found, "paired by 200 tokens, in 1 document: too few to draw from");
    assert_int_equal(test(3, 0, &usual, &found), PLX_OK);
    is_unknown(&found, "paired by 3 tokens, one by one: too few to draw from");
    assert_int_equal(test(1, 0, &usual, &found), PLX_OK);
    assert_false(found.known);
}

static void test_unpaired__of_too_few_tokens_nothing_is_known(void **state)
{
    static struct plx_result_blocks results[2];
    struct plx_interval_test found;
    struct plx_error error;
    (void)state;
    for (unsigned count = 3; count <= 4; count++) {
        for (unsigned side = 0; side < 2; side++) {
            results[side] = (struct plx_result_blocks){0};
            for (unsigned i = 0; i < count; i++)
                plx_exact_add(&results[side].nats, side + i * 0.001);
        }
        assert_int_equal(
            plx_test_unpaired(results, results + 1, &(struct plx_compare_options){0}, &found, &error),
            PLX_OK);
        assert_int_equal(found.known, count == 4);
    }
}

static bool stop(void *user)
{
    (void)user;
    return true;
}

static void test_tokens__is_interrupted(void **state)
{
    const struct plx_compare_options options = {.resamples = 1000000, .interrupted = stop};
    struct plx_interval_test found;
    (void)state;
    for (size_t i = 0; i < MOST; i++)
        differences[i] = (double)(i % 17);
    assert_int_equal(test(MOST, 50, &options, &found), PLX_INTERRUPTED);
    assert_int_equal(test(MOST, 0, &options, &found), PLX_INTERRUPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens__of_one_document_that_differs),
        cmocka_unit_test(test_tokens__documents_are_drawn_where_there_are_four),
        cmocka_unit_test(test_tokens__of_too_few_nothing_is_known),
        cmocka_unit_test(test_unpaired__of_too_few_tokens_nothing_is_known),
        cmocka_unit_test(test_tokens__is_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
