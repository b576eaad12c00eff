/* Sums in which the order counts. Sums of floats: Python, every partial sum rounded to float32 with struct;
   means: by hand. */
#include "eval/sequence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MOST 32

/* A target as a scored batch has it. */
struct target {
    double nats;
    float log10;
    uint8_t order;
    unsigned flags;
};

/* Feeds the targets in batches of `size`. */
static struct plx_sequence feed_in_order(bool ordered, const struct plx_plan *plan,
                                         const struct target *targets, size_t count, size_t size)
{
    struct plx_sequence sequence;
    memset(&sequence, 0, sizeof sequence);
    sequence.ordered = ordered;
    for (size_t begin = 0; begin < count; begin += size) {
        double nats[MOST];
        float log10[MOST];
        uint8_t orders[MOST];
        uint16_t flags[MOST];
        const size_t n = count - begin < size ? count - begin : size;
        assert_true(n <= MOST);
        for (size_t i = 0; i < n; i++) {
            nats[i] = targets[begin + i].nats;
            log10[i] = targets[begin + i].log10;
            orders[i] = targets[begin + i].order;
            flags[i] = (uint16_t)targets[begin + i].flags;
        }
        const struct plx_batch batch = {
            .nats = nats, .log10_float = log10, .orders = orders, .flags = flags, .target_count = n};
        plx_sequence_add(&sequence, plan, &batch);
    }
    plx_sequence_finish(&sequence, plan);
    return sequence;
}

static struct plx_sequence feed(const struct plx_plan *plan, const struct target *targets, size_t count,
                                size_t size)
{
    return feed_in_order(false, plan, targets, count, size);
}

static void assert_sum(const struct plx_exact *exact, double sum, uint64_t count, uint64_t infinite)
{
    if (plx_exact_sum(exact) != sum)
        fail_msg("found %.17g, expected %.17g", plx_exact_sum(exact), sum);
    assert_int_equal(exact->count, count);
    assert_int_equal(exact->infinite, infinite);
}

/* Sentences. */

#define END     PLX_TOKEN_END
#define UNKNOWN PLX_TOKEN_UNKNOWN
#define BREAK   PLX_TOKEN_BREAK
#define WINDOW  PLX_TOKEN_NEW_WINDOW

static const struct plx_plan SENTENCES = {.kenlm = true, .order = 3};

static void plx_sequence_add__totals_of_sentences_in_float(void **state)
{
    struct target targets[14];
    (void)state;
    for (size_t i = 0; i < 10; i++) /* 10 · -0.1 is -1.0000001192… in float32, -1.0000000149… exactly */
        targets[i] = (struct target){.log10 = -0.1f, .order = 3};
    targets[9].flags = END;
    targets[10] = (struct target){.log10 = -0.7f, .order = 3};
    targets[11] = (struct target){.log10 = -2.3f, .order = 3};
    targets[12] = (struct target){.log10 = -100.0f, .order = 3, .flags = UNKNOWN};
    targets[13] = (struct target){.log10 = -1.9f, .order = 3, .flags = END};
    for (size_t size = 1; size <= 14; size++) {
        const struct plx_sequence sequence = feed(&SENTENCES, targets, 14, size);
        /* -1.0000001192092896 and -104.9000015258789, the two added exactly. */
        assert_sum(&sequence.kenlm_total, 105.9000016450882, 2, 0);
        assert_sum(&sequence.kenlm_unknown, 100, 1, 0);
    }
}

static void plx_sequence_add__unknown_words(void **state)
{
    static const struct target targets[] = {
        {.log10 = -0.1f, .order = 1, .flags = UNKNOWN},
        {.log10 = -0.1f, .order = 1, .flags = UNKNOWN | PLX_TOKEN_LITERAL},
        {.log10 = -0.5f, .order = 2},
        {.log10 = -0.25f, .order = 2, .flags = END},
        {.log10 = -0.1f, .order = 1, .flags = UNKNOWN | BREAK},
        {.log10 = -1.0f, .order = 2, .flags = END | PLX_TOKEN_BLANK},
    };
    (void)state;
    for (size_t size = 1; size <= 6; size++) {
        const struct plx_sequence sequence = feed(&SENTENCES, targets, 6, size);
        /* Word by word in double: three times the float 0.1. */
        assert_sum(&sequence.kenlm_unknown, 3 * 0.10000000149011612, 3, 0);
        assert_int_equal(sequence.kenlm_total.count, 2);
    }
}

/* In double 2^53 + 1 is 2^53, the middle going to the even one, and so twice; exactly it would be 2 more. */
static void plx_sequence_add__in_order(void **state)
{
    static const struct target targets[] = {
        {.log10 = -0x1p53f, .order = 1, .flags = UNKNOWN}, {.log10 = 0.0f, .order = 1, .flags = END},
        {.log10 = -1.0f, .order = 1, .flags = UNKNOWN},    {.log10 = 0.0f, .order = 1, .flags = END},
        {.log10 = -1.0f, .order = 1, .flags = UNKNOWN},    {.log10 = 0.0f, .order = 1, .flags = END},
    };
    (void)state;
    for (size_t size = 1; size <= 6; size++) {
        const struct plx_sequence sequence = feed_in_order(true, &SENTENCES, targets, 6, size);
        assert_true(sequence.ordered_total == 0x1p53);
        assert_true(sequence.ordered_unknown == 0x1p53);
        const struct plx_sequence unordered = feed(&SENTENCES, targets, 6, size);
        assert_true(unordered.ordered_total == 0 && unordered.ordered_unknown == 0);
    }
}

static void plx_sequence_add__zero_probability(void **state)
{
    static const struct target targets[] = {
        {.log10 = -1.0f, .order = 1},
        {.log10 = -INFINITY, .order = 1},
        {.log10 = -1.0f, .order = 1, .flags = END},
        {.log10 = -0.5f, .order = 1, .flags = END},
    };
    (void)state;
    const struct plx_sequence sequence = feed(&SENTENCES, targets, 4, 4);
    assert_sum(&sequence.kenlm_total, 0.5, 2, 1); /* one sentence of the two */
    assert_sum(&sequence.kenlm_unknown, 0, 0, 0);
}

/* Nbo: matched length < min(order, position in the line + 1). */
static void plx_sequence_add__backed_off(void **state)
{
    static const struct target targets[] = {
        {.order = 1},                 /* of 2 possible words, <s> and itself: backed off */
        {.order = 2},                 /* of 3: backed off */
        {.order = 3},                 /* no */
        {.order = 2},                 /* backed off */
        {.order = 3, .flags = END},   /* no */
        {.order = 2, .flags = BREAK}, /* of 2: no */
        {.order = 3},                 /* no */
        {.order = 1, .flags = END},   /* backed off */
        {.order = 1, .flags = END},   /* a blank line, of 2: backed off */
        {.order = 2, .flags = END},   /* another: no */
    };
    const struct plx_plan bigram = {.kenlm = true, .order = 2}, unigram = {.kenlm = true, .order = 1};
    (void)state;
    for (size_t size = 1; size <= 10; size++) {
        assert_int_equal(feed(&SENTENCES, targets, 10, size).irstlm_backed_off, 5);
        assert_int_equal(feed(&bigram, targets, 10, size).irstlm_backed_off, 3);
        assert_int_equal(feed(&unigram, targets, 10, size).irstlm_backed_off, 0);
    }
}

static void plx_sequence_add__no_sentences(void **state)
{
    static const struct target targets[] = {{.log10 = -1.0f, .order = 1, .flags = END | UNKNOWN}};
    const struct plx_plan plan = {.sentences = false, .order = 3};
    (void)state;
    const struct plx_sequence sequence = feed(&plan, targets, 1, 1);
    assert_sum(&sequence.kenlm_total, 0, 0, 0);
    assert_sum(&sequence.kenlm_unknown, 0, 0, 0);
    assert_int_equal(sequence.irstlm_backed_off, 0);
}

/* Averages. Values are such that the means are exact. */

/* Windows of 3, 2 and 1 targets in two units: means 2, 5 and 16. */
static const struct target GROUPS[] = {
    {.nats = 1, .flags = BREAK | WINDOW}, {.nats = 2}, {.nats = 3},
    {.nats = 4, .flags = WINDOW},         {.nats = 6}, {.nats = 16, .flags = BREAK},
};

static struct plx_sequence average(enum plx_average average, enum plx_unknown unknown,
                                   const struct target *targets, size_t count, size_t size)
{
    const struct plx_plan plan = {
        .protocol = {.average = average, .unknown = unknown, .window = 4, .stride = 2}};
    return feed(&plan, targets, count, size);
}

static void plx_sequence_add__mean_of_windows(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 6; size++) {
        const struct plx_sequence sequence = average(PLX_AVERAGE_WINDOW, PLX_UNKNOWN_UNK, GROUPS, 6, size);
        assert_sum(&sequence.group_means, 2 + 5 + 16, 3, 0); /* a new unit is a new window too */
        assert_int_equal(sequence.groups, 3);
        assert_int_equal(sequence.group_weight, 3);
    }
}

static void plx_sequence_add__mean_of_units(void **state)
{
    static const struct target targets[] = {
        {.nats = 1, .flags = BREAK | WINDOW},  {.nats = 2}, {.nats = 3}, {.nats = 2, .flags = WINDOW},
        {.nats = 16, .flags = BREAK | WINDOW},
    };
    (void)state;
    for (size_t size = 1; size <= 5; size++) {
        const struct plx_sequence sequence = average(PLX_AVERAGE_UNIT, PLX_UNKNOWN_UNK, targets, 5, size);
        assert_sum(&sequence.group_means, 2 + 16, 2, 0);
        assert_int_equal(sequence.group_weight, 2);
    }
}

/* Hugging Face's page: windows' means weighted by their targets, less one for each window that overlaps the
   one before. */
static void plx_sequence_add__hf_2024(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 6; size++) {
        const struct plx_sequence sequence = average(PLX_AVERAGE_HF_2024, PLX_UNKNOWN_UNK, GROUPS, 6, size);
        assert_sum(&sequence.group_means, 2 * 3 + 5 * 1, 2, 0); /* the last has no weight at all */
        assert_int_equal(sequence.group_weight, 3 + 1 + 0);
        assert_int_equal(sequence.groups, 3);
    }
}

static void plx_sequence_add__mean_over_tokens(void **state)
{
    (void)state;
    const struct plx_sequence sequence = average(PLX_AVERAGE_TOKEN, PLX_UNKNOWN_UNK, GROUPS, 6, 3);
    assert_sum(&sequence.group_means, 0, 0, 0); /* is the tally's */
    assert_int_equal(sequence.groups, 0);
    assert_int_equal(sequence.group_weight, 0);
}

/* Tokens that are left out belong to no window's mean; a window of nothing else is none. */
static void plx_sequence_add__groups_with_unscored_tokens(void **state)
{
    static const struct target targets[] = {
        {.nats = 1, .flags = WINDOW},
        {.nats = 100, .flags = UNKNOWN | PLX_TOKEN_UNSCORED},
        {.nats = 3},
        {.nats = NAN, .flags = PLX_TOKEN_UNSCORED | WINDOW},
        {.nats = 5, .flags = WINDOW},
    };
    static const struct target unknown[] = {{.nats = 1, .flags = WINDOW}, {.nats = 100, .flags = UNKNOWN}};
    (void)state;
    for (size_t size = 1; size <= 5; size++) {
        struct plx_sequence sequence = average(PLX_AVERAGE_WINDOW, PLX_UNKNOWN_SKIP, targets, 5, size);
        assert_sum(&sequence.group_means, 2 + 5, 2, 0);
        assert_int_equal(sequence.group_weight, 2);
        sequence = average(PLX_AVERAGE_WINDOW, PLX_UNKNOWN_ZERO, unknown, 2, size);
        assert_sum(&sequence.group_means, 50.5, 1, 0);
    }
}

static void plx_sequence_add__infinite_groups(void **state)
{
    static const struct target targets[] = {
        {.nats = 1, .flags = WINDOW}, {.nats = (double)INFINITY}, {.nats = 3, .flags = WINDOW}};
    (void)state;
    const struct plx_sequence sequence = average(PLX_AVERAGE_WINDOW, PLX_UNKNOWN_UNK, targets, 3, 2);
    assert_sum(&sequence.group_means, 3, 2, 1);
    assert_int_equal(sequence.group_weight, 2);
}

static void plx_sequence_finish__nothing(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        const struct plx_sequence sequence = average((enum plx_average)kind, PLX_UNKNOWN_UNK, GROUPS, 0, 1);
        assert_int_equal(sequence.groups, 0);
        assert_int_equal(sequence.group_weight, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_sequence_add__totals_of_sentences_in_float),
        cmocka_unit_test(plx_sequence_add__unknown_words),
        cmocka_unit_test(plx_sequence_add__in_order),
        cmocka_unit_test(plx_sequence_add__zero_probability),
        cmocka_unit_test(plx_sequence_add__backed_off),
        cmocka_unit_test(plx_sequence_add__no_sentences),
        cmocka_unit_test(plx_sequence_add__mean_of_windows),
        cmocka_unit_test(plx_sequence_add__mean_of_units),
        cmocka_unit_test(plx_sequence_add__hf_2024),
        cmocka_unit_test(plx_sequence_add__mean_over_tokens),
        cmocka_unit_test(plx_sequence_add__groups_with_unscored_tokens),
        cmocka_unit_test(plx_sequence_add__infinite_groups),
        cmocka_unit_test(plx_sequence_finish__nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
