#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A reproducible sequence (the constants of Knuth's MMIX). */
static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 16;
}

static bool same_double(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

static bool same_float(float a, float b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

/* The doubles are those of Python's float(), the floats were rounded from its Fraction. */
static const struct {
    const char *text;
    double wide;
    float narrow;
} numbers[] = {
    // clang-format off
        {"0", 0x0p+0, 0x0p+0f},
        {"-0", -0x0p+0, -0x0p+0f},
        {"1", 0x1p+0, 0x1p+0f},
        {"-1", -0x1p+0, -0x1p+0f},
        {"+2.5", 0x1.4p+1, 0x1.4p+1f},
        {".5", 0x1p-1, 0x1p-1f},
        {"5.", 0x1.4p+2, 0x1.4p+2f},
        {"-4.9368653", -0x1.3bf599e010767p+2, -0x1.3bf59ap+2f},
        {"-0.30103", -0x1.3441355475a32p-2, -0x1.344136p-2f},
        {"-99", -0x1.8cp+6, -0x1.8cp+6f},
        {"1e22", 0x1.0f0cf064dd592p+73, 0x1.0f0cfp+73f},
        {"1e23", 0x1.52d02c7e14af6p+76, 0x1.52d02cp+76f},
        {"9007199254740991", 0x1.fffffffffffffp+52, 0x1p+53f},
        {"9007199254740992", 0x1p+53, 0x1p+53f},
        {"9007199254740993", 0x1p+53, 0x1p+53f},
        {"9007199254740994.999", 0x1.0000000000001p+53, 0x1p+53f},
        {"1e-22", 0x1.e392010175ee6p-74, 0x1.e39202p-74f},
        {"123456789012345678901234567890", 0x1.8ee90ff6c373ep+96, 0x1.8ee91p+96f},
        {"0.000000000000000000000000000000123", 0x1.3f538590cda22p-103, 0x1.3f5386p-103f},
        {"1.7976931348623157e308", 0x1.fffffffffffffp+1023, INFINITY},
        {"1.7976931348623158e308", 0x1.fffffffffffffp+1023, INFINITY},
        {"-1.7976931348623159e308", -(double)INFINITY, -INFINITY},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022, 0x0p+0f},
        {"2.2250738585072014e-308", 0x1p-1022, 0x0p+0f},
        {"2.4703282292062327e-324", 0x0p+0, 0x0p+0f},
        {"2.4703282292062328e-324", 0x0.0000000000001p-1022, 0x0p+0f},
        {"4.9406564584124654e-324", 0x0.0000000000001p-1022, 0x0p+0f},
        {"1e-400", 0x0p+0, 0x0p+0f},
        {"1e400", (double)INFINITY, INFINITY},
        {"-1e99999999999999999999", -(double)INFINITY, -INFINITY},
        {"1e-99999999999999999999", 0x0p+0, 0x0p+0f},
        {"0e99999999999999999999", 0x0p+0, 0x0p+0f},
        {"16777217", 0x1.000001p+24, 0x1p+24f},
        {"16777219", 0x1.000003p+24, 0x1.000004p+24f},
        {"16777217.0000001", 0x1.000001000001bp+24, 0x1.000002p+24f},
        {"0.5000000298023224", 0x1.000001p-1, 0x1.000002p-1f},
        {"0.50000002980232238769531250", 0x1.000001p-1, 0x1p-1f},
        {"0.50000002980232238769531251", 0x1.000001p-1, 0x1.000002p-1f},
        {"1.00000005960464477539062500001", 0x1.000001p+0, 0x1.000002p+0f},
        {"3.4028234663852886e38", 0x1.fffffep+127, 0x1.fffffep+127f},
        {"3.4028235677973366e38", 0x1.ffffffp+127, 0x1.fffffep+127f},
        {"3.4028235677973367e38", 0x1.ffffffp+127, INFINITY},
        {"1.1754943508222875e-38", 0x1p-126, 0x1p-126f},
        {"1.1754942807573643e-38", 0x1.fffffep-127, 0x1p-126f},
        {"1.401298464324817e-45", 0x1p-149, 0x1p-149f},
        {"7.006492321624085e-46", 0x1p-150, 0x0p+0f},
        {"7.006492321624086e-46", 0x1p-150, 0x1p-149f},
        {"1E5", 0x1.86ap+16, 0x1.86ap+16f},
        {"1e+05", 0x1.86ap+16, 0x1.86ap+16f},
        {"00012.500", 0x1.9p+3, 0x1.9p+3f},
        {"8.9573072122e+10", 0x1.4daf89cfap+36, 0x1.4daf8ap+36f},
        {"-8.6e+28", -0x1.15e1885db00b1p+96, -0x1.15e188p+96f},
        {"-2.686e-33", -0x1.be49ce00681aap-109, -0x1.be49cep-109f},
        {"-5.7060363832867642e-29", -0x1.215496439ac26p-94, -0x1.215496p-94f},
        {"-1.6365569725848e-10", -0x1.67e1f79710372p-33, -0x1.67e1f8p-33f},
        {"1.02e-33", 0x1.52f400e9a0144p-110, 0x1.52f4p-110f},
        {"-7.523960777007088956e-12", -0x1.08b9d05bf873cp-37, -0x1.08b9dp-37f},
        {"8.954178849140113571e+33", 0x1.b979a04957514p+112, 0x1.b979ap+112f},
        {"-2.066390506984396769e-12", -0x1.22d1906b5a002p-39, -0x1.22d19p-39f},
        {"1.1e-23", 0x1.a98ab9347c426p-77, 0x1.a98abap-77f},
        {"-1.617219129e+29", -0x1.05469d909e06ap+97, -0x1.05469ep+97f},
        {"1.418e+31", 0x1.65f41a2c0872p+103, 0x1.65f41ap+103f},
        {"-7.93889e+33", -0x1.876ae11530ec5p+112, -0x1.876ae2p+112f},
        {"-2.552049e+30", -0x1.01b0eba403c8ap+101, -0x1.01b0ecp+101f},
        {"1.29e-14", 0x1.d0c57fd083adp-47, 0x1.d0c58p-47f},
        {"3.607999463635718e+14", 0x1.482548a352b3dp+48, 0x1.482548p+48f},
    // clang-format on
};

static void parse__rounds_to_nearest_even(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const char *text = numbers[i].text;
        double wide = 7;
        float narrow = 7;

        if (!plx_parse_double(text, strlen(text), &wide) || !same_double(wide, numbers[i].wide))
            fail_msg("%s gave %a", text, wide);
        if (!plx_parse_float(text, strlen(text), &narrow) || !same_float(narrow, numbers[i].narrow))
            fail_msg("%s gave the float %a", text, (double)narrow);
    }
}

/* Against the C library, which rounds correctly, on numbers of every length and magnitude. */
static void parse__agrees_with_the_c_library(void **state)
{
    uint64_t seed = 1;
    char text[64];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t digits = next_random(&seed) >> next_random(&seed) % 48;
        uint64_t fraction = next_random(&seed) >> next_random(&seed) % 48;
        int exponent = (int)(next_random(&seed) % 80) - 50;
        const char *sign = next_random(&seed) % 2 == 0 ? "-" : "";
        double wide = 7;
        float narrow = 7;
        int length = i % 2 == 0
                         ? snprintf(text, sizeof(text), "%s%" PRIu64 ".%" PRIu64, sign, digits, fraction)
                         : snprintf(text, sizeof(text), "%s%" PRIu64 "e%d", sign, digits, exponent);

        if (!plx_parse_double(text, (size_t)length, &wide) || !same_double(wide, strtod(text, NULL)))
            fail_msg("%s gave %a", text, wide);
        if (!plx_parse_float(text, (size_t)length, &narrow) || !same_float(narrow, strtof(text, NULL)))
            fail_msg("%s gave the float %a", text, (double)narrow);
    }
}

/* Decimals right at and beside the middle between two neighbouring floats, where rounding twice goes wrong.
 */
static void parse_float__beside_the_middle(void **state)
{
    uint64_t seed = 2;
    char text[64];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        float low =
            ldexpf((float)(0x800000 + next_random(&seed) % 0x7FFFFF), (int)(next_random(&seed) % 60) - 50);
        double middle = ((double)low + (double)nextafterf(low, INFINITY)) / 2;
        float value = 7;
        int length = snprintf(text, sizeof(text), "%.*g", 14 + i % 10, middle);

        if (!plx_parse_float(text, (size_t)length, &value) || !same_float(value, strtof(text, NULL)))
            fail_msg("%s gave %a", text, (double)value);
    }
}

/* text = before, then `count` times `repeated`, then after. */
static double parse_long(const char *before, char repeated, size_t count, const char *after)
{
    size_t length = strlen(before) + count + strlen(after);
    char *text = malloc(length);
    double value = -7;
    float narrow = -7;

    assert_non_null(text);
    memcpy(text, before, strlen(before));
    memset(text + strlen(before), repeated, count);
    memcpy(text + length - strlen(after), after, strlen(after));
    assert_true(plx_parse_double(text, length, &value));
    assert_true(plx_parse_float(text, length, &narrow));
    free(text);
    return value;
}

static void parse_double__thousands_of_digits(void **state)
{
    (void)state;
    assert_true(same_double(parse_long("9007199254740993.", '0', 5000, ""), 0x1p53));
    assert_true(same_double(parse_long("9007199254740993.", '0', 5000, "1"), 0x1.0000000000001p53));
    assert_true(same_double(parse_long("-9007199254740993.", '0', 5000, "1"), -0x1.0000000000001p53));
    assert_true(same_double(parse_long("0.", '0', 5000, "25e5001"), 2.5));
    assert_true(same_double(parse_long("25", '0', 5000, "e-5001"), 2.5));
    assert_true(same_double(parse_long("25", '0', 5000, ".5e-5001"), 2.5));
    assert_true(same_double(parse_long("1", '1', 5000, ""), (double)INFINITY));
    assert_true(same_double(parse_long("", '0', 5000, ""), 0.0));
    assert_true(same_double(parse_long("0.", '9', 5000, ""), 1.0));
    assert_true(same_double(parse_long("1e", '0', 5000, "2"), 100.0));
}

/* The middle between 1 and the next double has 53 digits behind the point: Python's Decimal. */
static void parse_double__longest_middle(void **state)
{
    static const char middle[] = "1.00000000000000011102230246251565404236316680908203125";

    (void)state;
    assert_true(same_double(parse_long(middle, '0', 1000, ""), 1.0));
    assert_true(same_double(parse_long(middle, '0', 700, "1"), 0x1.0000000000001p0));
    assert_true(same_double(parse_long(middle, '0', 1000, "1"), 0x1.0000000000001p0));
}

static void parse__refuses(void **state)
{
    static const char *const bad[] = {"",    "-",      "+",     ".",     "-.",        "e5",          "1e",
                                      "1e+", "1e-",    "1.2.3", " 1",    "1 ",        "1,5",         "0x10",
                                      "1f",  "--1",    "+-1",   "1e5.0", "1e5e5",     "infin",       "nan1",
                                      "in",  "nan(1)", "- 1",   "1_000", "infinity1", ".e1",         "1\n",
                                      "ınf", "i",      "n",     "NaNs",  "1e 5",      "\xEF\xBC\x91"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        double wide = 7;
        float narrow = 7;

        if (plx_parse_double(bad[i], strlen(bad[i]), &wide) ||
            plx_parse_float(bad[i], strlen(bad[i]), &narrow))
            fail_msg("\"%s\" was taken", bad[i]);
    }
    assert_false(plx_parse_double("1\0", 2, &(double){0}));
}

static void parse__stays_within_its_length(void **state)
{
    double value = 0;

    (void)state;
    assert_true(plx_parse_double("123456", 3, &value));
    assert_true(same_double(value, 123));
    assert_true(plx_parse_double("1e56", 3, &value));
    assert_true(same_double(value, 1e5));
    assert_false(plx_parse_double("1e5", 2, &value));
    assert_false(plx_parse_double("inf", 2, &value));
}

static void parse__infinity_and_nan(void **state)
{
    static const char *const infinite[] = {"inf", "+inf", "INF", "Infinity", "+INFINITY", "iNf"};
    double value = 0;
    float narrow = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(infinite) / sizeof(infinite[0]); i++) {
        assert_true(plx_parse_double(infinite[i], strlen(infinite[i]), &value));
        assert_true(isinf(value) && value > 0);
    }
    assert_true(plx_parse_float("-Infinity", 9, &narrow));
    assert_true(isinf(narrow) && narrow < 0);
    assert_true(plx_parse_double("NaN", 3, &value));
    assert_true(isnan(value) && !signbit(value));
    assert_true(plx_parse_float("-nan", 4, &narrow));
    assert_true(isnan(narrow) && signbit(narrow));
}

static void parse_u64__bounds(void **state)
{
    uint64_t value = 0;

    (void)state;
    assert_true(plx_parse_u64("18446744073709551615", 20, 0, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_false(plx_parse_u64("18446744073709551616", 20, 0, UINT64_MAX, &value));
    assert_false(plx_parse_u64("99999999999999999999", 20, 0, UINT64_MAX, &value));
    assert_true(plx_parse_u64("5", 1, 5, 7, &value) && value == 5);
    assert_true(plx_parse_u64("7", 1, 5, 7, &value) && value == 7);
    assert_false(plx_parse_u64("4", 1, 5, 7, &value));
    assert_false(plx_parse_u64("8", 1, 5, 7, &value));
    assert_true(value == 7); /* as it was */
}

static void parse_u64__refuses(void **state)
{
    static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "a"};
    uint64_t value;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(plx_parse_u64(bad[i], strlen(bad[i]), 0, UINT64_MAX, &value));
    assert_true(plx_parse_u64("123", 2, 0, UINT64_MAX, &value) && value == 12);
}

static void format_grouped__thousands(void **state)
{
    static const uint64_t values[] = {0, 7, 999, 1000, 4358, 999999, 1000000, UINT64_MAX};
    static const char *const texts[] = {"0",     "7",       "999",       "1,000",
                                        "4,358", "999,999", "1,000,000", "18,446,744,073,709,551,615"};
    char text[PLX_NUMBER_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_string_equal(plx_format_grouped(values[i], text), texts[i]);
}

static void format_u64__digits(void **state)
{
    const uint64_t values[] = {0, 9, 10, 1234567890, UINT64_MAX};
    const char *const texts[] = {"0", "9", "10", "1234567890", "18446744073709551615"};
    char text[PLX_NUMBER_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        assert_int_equal(plx_format_u64(values[i], text), strlen(texts[i]));
        assert_string_equal(text, texts[i]);
    }
}

static void expect_format(double value, const char *expected)
{
    char text[PLX_NUMBER_TEXT];

    assert_int_equal(plx_format_double(value, text), strlen(expected));
    assert_string_equal(text, expected);
}

/* The digits are those of Python's repr(). */
static void format_double__shortest(void **state)
{
    (void)state;
    expect_format(0.0, "0");
    expect_format(-0.0, "-0");
    expect_format(5.0, "5");
    expect_format(0.1, "0.1");
    expect_format(1.0 / 3, "0.3333333333333333");
    expect_format(1e300, "1e+300");
    expect_format(1e-5, "1e-05");
    expect_format(1e-4, "0.0001");
    expect_format(123456789012345.0, "123456789012345");
    expect_format(1234567890123456.0, "1234567890123456");
    expect_format(3.141592653589793, "3.141592653589793");
    expect_format(-226.0512345678901, "-226.0512345678901");
    expect_format(0.1 + 0.2, "0.30000000000000004");
    expect_format(5e-324, "5e-324");
    expect_format(3e-320, "3e-320");
    expect_format(DBL_MIN, "2.2250738585072014e-308");
    expect_format(-DBL_MAX, "-1.7976931348623157e+308");
}

static void format_double__not_finite(void **state)
{
    (void)state;
    expect_format((double)INFINITY, "inf");
    expect_format(-(double)INFINITY, "-inf");
    expect_format((double)NAN, "nan");
    expect_format(copysign((double)NAN, -1), "nan");
}

/* Any bit pattern reads back. */
static void format_double__reads_back(void **state)
{
    uint64_t seed = 3;
    char text[PLX_NUMBER_TEXT];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = next_random(&seed) << 32 ^ next_random(&seed);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        size_t length = plx_format_double(value, text);
        if (length != strlen(text) || !same_double(strtod(text, NULL), value))
            fail_msg("%a became %s", value, text);
    }
}

static void expect_fixed(double value, unsigned digits, const char *expected)
{
    char text[PLX_FIXED_TEXT];

    assert_int_equal(plx_format_fixed(value, digits, text), strlen(expected));
    assert_string_equal(text, expected);
}

/* As Python's format(value, ".2f") has them. */
static void format_fixed__rounds_once(void **state)
{
    (void)state;
    expect_fixed(0.0, 2, "0.00");
    expect_fixed(226.05, 2, "226.05");
    expect_fixed(9.999, 2, "10.00");
    expect_fixed(0.125, 2, "0.12"); /* exact middles */
    expect_fixed(0.375, 2, "0.38");
    expect_fixed(0.5, 0, "0");
    expect_fixed(1.5, 0, "2");
    expect_fixed(2.675, 2, "2.67"); /* below the middle as a double */
    expect_fixed(-0.001, 2, "-0.00");
    expect_fixed(123456.789, 4, "123456.7890");
    expect_fixed(1e22, 0, "10000000000000000000000");
    expect_fixed(0.1, 40, "0.1000000000000000055511151231257827021182");
    expect_fixed(0.1, 1000, "0.1000000000000000055511151231257827021182");
}

static void expect_significant(double value, int digits, const char *expected)
{
    char text[PLX_NUMBER_TEXT];

    assert_int_equal(plx_format_significant(value, digits, text), strlen(expected));
    assert_string_equal(text, expected);
}

/* As Python's format(value, ".7g") has them. */
static void format_significant__as_g(void **state)
{
    (void)state;
    expect_significant(0.0, 7, "0");
    expect_significant(-10011.2436, 7, "-10011.24");
    expect_significant(580.77715, 7, "580.7772");
    expect_significant(1234567.5, 7, "1234568");
    expect_significant(12345678, 7, "1.234568e+07");
    expect_significant(0.00001, 7, "1e-05");
    expect_significant(0.125, 2, "0.12"); /* an exact middle */
    expect_significant(0.1, 17, "0.10000000000000001");
    expect_significant((double)INFINITY, 7, "inf");
    expect_significant(-(double)INFINITY, 7, "-inf");
    expect_significant((double)NAN, 7, "nan");
}

static void format_fixed__longest(void **state)
{
    char text[PLX_FIXED_TEXT];

    (void)state;
    assert_int_equal(plx_format_fixed(-DBL_MAX, PLX_FIXED_DIGITS_MOST, text), 1 + 309 + 1 + 40);
    assert_memory_equal(text, "-17976931348623157081", 21);
    assert_string_equal(text + 310, ".0000000000000000000000000000000000000000");
}

static void format_fixed__not_finite(void **state)
{
    (void)state;
    expect_fixed((double)INFINITY, 2, "inf");
    expect_fixed(-(double)INFINITY, 2, "-inf");
    expect_fixed((double)NAN, 2, "nan");
}

/* A comma for a decimal point, where the machine has such a locale. */
static void locale__does_not_matter(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "ps_AF"};
    double value = 0;
    float narrow = 0;
    bool found = false;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++)
        found = setlocale(LC_ALL, names[i]) != NULL && strcmp(localeconv()->decimal_point, ".") != 0;
    if (!found) {
        setlocale(LC_ALL, "C");
        skip();
    }
    expect_format(0.1 + 0.2, "0.30000000000000004");
    expect_format(5e-324, "5e-324");
    expect_format(-1.25e-9, "-1.25e-09");
    expect_fixed(-1234567.125, 3, "-1234567.125");
    assert_true(plx_parse_double("0.30000000000000004", 19, &value)); /* the slow way */
    assert_true(same_double(value, 0.1 + 0.2));
    assert_true(plx_parse_float("0.50000002980232238769531251", 28, &narrow));
    assert_true(same_float(narrow, 0x1.000002p-1f));
    assert_false(plx_parse_double("1,5", 3, &value));
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__rounds_to_nearest_even),
        cmocka_unit_test(parse__agrees_with_the_c_library),
        cmocka_unit_test(parse_float__beside_the_middle),
        cmocka_unit_test(parse_double__thousands_of_digits),
        cmocka_unit_test(parse_double__longest_middle),
        cmocka_unit_test(parse__refuses),
        cmocka_unit_test(parse__stays_within_its_length),
        cmocka_unit_test(parse__infinity_and_nan),
        cmocka_unit_test(parse_u64__bounds),
        cmocka_unit_test(parse_u64__refuses),
        cmocka_unit_test(format_u64__digits),
        cmocka_unit_test(format_grouped__thousands),
        cmocka_unit_test(format_double__shortest),
        cmocka_unit_test(format_double__not_finite),
        cmocka_unit_test(format_double__reads_back),
        cmocka_unit_test(format_fixed__rounds_once),
        cmocka_unit_test(format_significant__as_g),
        cmocka_unit_test(format_fixed__longest),
        cmocka_unit_test(format_fixed__not_finite),
        cmocka_unit_test(locale__does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
