/* Which of several neighbours equal a value, against one comparison after the other. */
#include "base/match.h"

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LANES 6
#define MASK  UINT64_C(0xFFFFFFFFFFFF)

/* Numbers of which many share a half, and some are 0 or equal. */
static uint64_t some_number(struct random *random)
{
    static const uint64_t halves[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x8000, 0x12345678};
    const uint64_t low = halves[random_below(random, 8)], high = halves[random_below(random, 8)];
    return low | high << 32;
}

static uint32_t expected(const uint64_t *numbers, unsigned count, uint64_t value)
{
    uint32_t found = 0;
    for (unsigned i = 0; i < count; i++)
        found |= numbers[i] == value ? UINT32_C(1) << i : 0;
    return found;
}

static void match__as_one_by_one(void **state)
{
    struct random random = {1};
    (void)state;
    for (int round = 0; round < 100000; round++) {
        uint64_t numbers[LANES], value = some_number(&random);
        /* Blocks of just the size that may be read, so that AddressSanitizer watches. */
        uint8_t *whole = malloc(4 * 8), *low = malloc(4 * LANES + 8), *high = malloc(2 * LANES + 4),
                *four = malloc(16), *four_high = malloc(8);
        assert_true(whole && low && high && four && four_high);
        for (unsigned i = 0; i < LANES + 2; i++) {
            const uint64_t number = some_number(&random);
            const uint32_t lower = (uint32_t)number;
            const uint16_t upper = (uint16_t)(number >> 32);
            if (i < LANES)
                numbers[i] = number;
            if (i < 4) {
                memcpy(whole + sizeof number * i, &number, sizeof number);
                memcpy(four + sizeof lower * i, &lower, sizeof lower);
                memcpy(four_high + sizeof upper * i, &upper, sizeof upper);
            }
            memcpy(low + sizeof lower * i, &lower, sizeof lower); /* two lanes more than count */
            memcpy(high + sizeof upper * i, &upper, sizeof upper);
        }
        assert_int_equal(plx_match_4_u64(whole, value), expected(numbers, 4, value));
        for (unsigned i = 0; i < LANES; i++)
            numbers[i] &= MASK;
        value &= MASK;
        assert_int_equal(plx_match_4_u48(four, four_high, value), expected(numbers, 4, value));
        assert_int_equal(plx_match_6_u48(low, high, value), expected(numbers, LANES, value));
        assert_int_equal(plx_match_u48_plain(low, high, LANES, value), expected(numbers, LANES, value));
        free(whole);
        free(low);
        free(high);
        free(four);
        free(four_high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match__as_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
