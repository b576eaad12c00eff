/* What becomes of conditions. Values are such that their differences and percentages are exact. */
#include "support/gated.h"

#include <perplex/result.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A result whose perplexity and unknown tokens are these; "": it has none. */
static void write_result(const char *perplexity, char text[128])
{
    snprintf(text, 128, "{%s%s}", *perplexity ? "\"perplexity\": " : "", perplexity);
}

static enum plx_outcome_state judge(const char *condition, const char *base, const char *new)
{
    char texts[2][128];
    struct gated gated;
    write_result(base, texts[0]);
    write_result(new, texts[1]);
    gated_make(&gated, texts[0], texts[1]);
    const struct plx_outcome *outcome = gated_judge(&gated, condition);
    const enum plx_outcome_state state = outcome->state;
    const char *reason;
    const enum plx_gate_verdict verdict = plx_comparison_gate(&gated.comparison, &reason);
    assert_int_equal(verdict, state == PLX_OUTCOME_PASSED    ? PLX_GATE_PASSED
                              : state == PLX_OUTCOME_REFUSED ? PLX_GATE_REFUSED
                                                             : PLX_GATE_FAILED);
    assert_string_equal(reason, state == PLX_OUTCOME_PASSED ? "no condition holds" : outcome->reason);
    gated_release(&gated);
    return state;
}

/* Every operator, below, at and above the bound. */
static void plx_comparison_judge__operators(void **state)
{
    static const struct {
        const char *operator, * fails; /* a letter for each that fails: below, at, above */
    } operators[] = {{">", "a"}, {">=", "=a"}, {"<", "b"}, {"<=", "b="}, {"==", "="}, {"!=", "ba"}};
    static const struct {
        const char *bound, *values[3]; /* of NEW; BASE is 200 */
    } bounds[] = {{"250", {"249.5", "250", "250.5"}},  {"+50", {"249.5", "250", "250.5"}},
                  {"+25%", {"249.5", "250", "250.5"}}, {"-50", {"149.5", "150", "150.5"}},
                  {"-25%", {"149.5", "150", "150.5"}}, {"+0", {"199.5", "200", "200.5"}},
                  {"-0%", {"199.5", "200", "200.5"}}};
    char condition[32];
    (void)state;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        for (size_t k = 0; k < sizeof bounds / sizeof *bounds; k++) {
            for (size_t place = 0; place < 3; place++) {
                snprintf(condition, sizeof condition, "ppl %s %s", operators[i].operator, bounds[k].bound);
                const bool fails = strchr(operators[i].fails, "b=a"[place]) != NULL;
                if (judge(condition, "200", bounds[k].values[place]) !=
                    (fails ? PLX_OUTCOME_FAILED : PLX_OUTCOME_PASSED))
                    fail_msg("%s of %s", condition, bounds[k].values[place]);
            }
        }
    }
}

/* Nothing passes that cannot be judged. */
static void plx_comparison_judge__no_numbers(void **state)
{
    static const struct {
        const char *condition, *base, *new;
        enum plx_outcome_state state;
    } cases[] = {
        {"ppl > 1", "5", "\"nan\"", PLX_OUTCOME_UNKNOWN},
        {"ppl < 1", "5", "\"nan\"", PLX_OUTCOME_UNKNOWN},
        {"ppl == 1", "5", "\"nan\"", PLX_OUTCOME_UNKNOWN},
        {"ppl != 1", "5", "\"nan\"", PLX_OUTCOME_UNKNOWN},
        {"ppl > +1", "\"nan\"", "5", PLX_OUTCOME_UNKNOWN},
        {"ppl != +1%", "5", "\"nan\"", PLX_OUTCOME_UNKNOWN},
        {"ppl > 1", "\"nan\"", "5", PLX_OUTCOME_FAILED}, /* a level is of NEW alone */
        {"ppl > 9", "\"nan\"", "5", PLX_OUTCOME_PASSED},
        {"ppl > 9", "", "5", PLX_OUTCOME_PASSED},
        {"ppl > 9", "5", "", PLX_OUTCOME_UNKNOWN},
        {"ppl > +9", "", "5", PLX_OUTCOME_UNKNOWN},
        {"ppl > +9", "5", "", PLX_OUTCOME_UNKNOWN},
        {"ppl > +9", "", "", PLX_OUTCOME_UNKNOWN},
        {"ppl > 9", "5", "\"inf\"", PLX_OUTCOME_FAILED},
        {"ppl < 9", "5", "\"inf\"", PLX_OUTCOME_PASSED},
        {"ppl > +9", "5", "\"inf\"", PLX_OUTCOME_FAILED},
        {"ppl > +9%", "5", "\"inf\"", PLX_OUTCOME_FAILED},
        {"ppl > +9", "\"inf\"", "5", PLX_OUTCOME_PASSED},  /* it fell */
        {"ppl > +9%", "\"inf\"", "5", PLX_OUTCOME_PASSED}, /* likewise, by infinitely many percent */
        {"ppl < -9%", "\"inf\"", "5", PLX_OUTCOME_FAILED},
        {"ppl > +9%", "\"inf\"", "\"inf\"", PLX_OUTCOME_UNKNOWN},
        {"ppl > +9%", "\"-inf\"", "5", PLX_OUTCOME_FAILED},
        {"ppl > +9", "\"inf\"", "\"inf\"", PLX_OUTCOME_UNKNOWN},
        {"ppl < -9", "\"inf\"", "\"inf\"", PLX_OUTCOME_UNKNOWN},
        {"ppl > +9%", "0", "1", PLX_OUTCOME_FAILED}, /* from nothing, infinitely many percent */
        {"ppl < -9%", "0", "1", PLX_OUTCOME_PASSED},
        {"ppl > +9%", "0", "0", PLX_OUTCOME_PASSED},
        {"ppl >= +0%", "0", "0", PLX_OUTCOME_FAILED},
        {"ppl > +9%", "-10", "-9", PLX_OUTCOME_FAILED}, /* of the size */
        {"ppl < -9%", "-10", "-11", PLX_OUTCOME_FAILED},
        {"ppl > 9", "5", "\"ten\"", PLX_OUTCOME_UNKNOWN},
        {"ppl > 9", "5", "null", PLX_OUTCOME_UNKNOWN},
        {"ppl > 9", "5", "true", PLX_OUTCOME_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (judge(cases[i].condition, cases[i].base, cases[i].new) != cases[i].state)
            fail_msg("%s: %s beside %s", cases[i].condition, cases[i].new, cases[i].base);
    }
}

static void plx_comparison_judge__significant(void **state)
{
    static const struct {
        const char *condition, *new; /* BASE is 200 */
        bool known;
        double low, high;
        enum plx_outcome_state state;
    } cases[] = {
        {"ppl > +1 significant", "210", true, 0.1, 0.3, PLX_OUTCOME_FAILED},
        {"ppl > +1 significant", "210", true, -0.1, 0.3, PLX_OUTCOME_PASSED},
        {"ppl > +1 significant", "210", true, 0, 0.3, PLX_OUTCOME_PASSED},     /* it holds 0 */
        {"ppl > +1 significant", "210", true, -0.3, -0.1, PLX_OUTCOME_PASSED}, /* in the other direction */
        {"ppl > +1 significant", "210", false, 0.1, 0.3, PLX_OUTCOME_UNKNOWN},
        {"ppl > +1 significant", "210", true, (double)NAN, (double)NAN, PLX_OUTCOME_UNKNOWN},
        {"ppl > +1 significant", "200.5", true, 0.1, 0.3, PLX_OUTCOME_PASSED}, /* the change is too small */
        {"ppl > +1 significant", "200.5", false, 0, 0, PLX_OUTCOME_PASSED},
        {"ppl < -1% significant", "190", true, -0.3, -0.1, PLX_OUTCOME_FAILED},
        {"ppl < -1% significant", "190", true, -0.3, 0.1, PLX_OUTCOME_PASSED},
        {"ppl < -1% significant", "190", true, 0.1, 0.3, PLX_OUTCOME_PASSED},
        {"ppl != +0 significant", "190", true, -0.3, -0.1, PLX_OUTCOME_FAILED},
        {"ppl != +0 significant", "210", true, 0.1, 0.3, PLX_OUTCOME_FAILED},
        {"ppl != +0 significant", "210", true, -0.1, 0.3, PLX_OUTCOME_PASSED},
    };
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gated gated;
        write_result(cases[i].new, text);
        gated_make(&gated, "{\"perplexity\": 200}", text);
        gated.pair.test.known = cases[i].known;
        gated.pair.test.low = cases[i].low;
        gated.pair.test.high = cases[i].high;
        if (gated_judge(&gated, cases[i].condition)->state != cases[i].state)
            fail_msg("%s of %s: %g to %g", cases[i].condition, cases[i].new, cases[i].low, cases[i].high);
        gated_release(&gated);
    }
}

static void plx_comparison_judge__not_comparable(void **state)
{
    static const char result[] = "{\"perplexity\": 200, \"normalized\": {\"bits_per_byte\": 2}, "
                                 "\"counts\": {\"scored\": 5}}";
    static const struct {
        const char *condition;
        enum plx_comparable level;
        enum plx_outcome_state state;
    } cases[] = {
        {"ppl > +1", PLX_COMPARABLE_TEXT, PLX_OUTCOME_REFUSED},
        {"ppl > 1", PLX_COMPARABLE_TEXT, PLX_OUTCOME_REFUSED},
        {"scored > 1", PLX_COMPARABLE_TEXT, PLX_OUTCOME_REFUSED},
        {"bpb > +1", PLX_COMPARABLE_TEXT, PLX_OUTCOME_PASSED},
        {"bpb > 1", PLX_COMPARABLE_TEXT, PLX_OUTCOME_FAILED},
        {"bpb >= +0 significant", PLX_COMPARABLE_TEXT, PLX_OUTCOME_UNKNOWN}, /* of other tokens */
        {"bpb > +1", PLX_COMPARABLE_NOTHING, PLX_OUTCOME_REFUSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gated gated;
        cJSON *const values[] = {cJSON_CreateString("ab"), cJSON_CreateNumber(3)};
        struct plx_difference difference = {.field = "corpus.sha256", .values = {values[0], values[1]}};
        gated_make(&gated, result, result);
        gated.pair.comparability.level = cases[i].level;
        gated.pair.comparability.differences = &difference;
        gated.pair.comparability.difference_count = 1;
        gated.pair.test.known = true;
        gated.pair.test.low = 1;
        gated.pair.test.high = 2;
        const struct plx_outcome *outcome = gated_judge(&gated, cases[i].condition);
        assert_int_equal(outcome->state, cases[i].state);
        if (outcome->state == PLX_OUTCOME_REFUSED)
            assert_non_null(strstr(outcome->reason, " cannot be judged: the results are not comparable: "
                                                    "corpus.sha256 is \"ab\" in BASE and 3 in NEW"));
        gated_release(&gated);
        cJSON_Delete(values[0]);
        cJSON_Delete(values[1]);
    }
}

/* The field that is named is one that forbids the comparison, of figures of the text too. */
static void plx_comparison_judge__field_that_forbids(void **state)
{
    static const char result[] = "{\"perplexity\": 200, \"normalized\": {\"bits_per_byte\": 2}}";
    struct plx_difference differences[] = {
        {.field = "corpus.tokenization"}, {.field = "counts.skipped.blank"}, {.field = "protocol.window"}};
    struct gated gated;
    (void)state;
    gated_make(&gated, result, result);
    gated.pair.comparability.level = PLX_COMPARABLE_NOTHING;
    gated.pair.comparability.differences = differences;
    gated.pair.comparability.difference_count = 3;
    assert_string_equal(gated_judge(&gated, "bpb > 1")->reason,
                        "bpb cannot be judged: the results are not comparable: protocol.window is absent in "
                        "BASE and absent in NEW, and 2 more differ");
    assert_string_equal(gated_judge(&gated, "ppl > 1")->reason,
                        "ppl cannot be judged: the results are not comparable: corpus.tokenization is absent "
                        "in BASE and absent in NEW, and 2 more differ");
    gated_release(&gated);
}

static void plx_comparison_judge__no_fingerprint(void **state)
{
    static const char full[] = "{\"perplexity\": 5, \"model\": {\"fingerprint\": \"quick\"}}",
                      none[] = "{\"perplexity\": 5, \"model\": {\"fingerprint\": \"none\"}}";
    struct gated gated;
    (void)state;
    gated_make(&gated, full, full);
    assert_int_equal(gated_judge(&gated, "ppl > 9")->state, PLX_OUTCOME_PASSED);
    gated_release(&gated);
    gated_make(&gated, "{\"perplexity\": 5, \"model\": {\"fingerprint\": \"name\"}}",
               "{\"perplexity\": 5, \"model\": {\"fingerprint\": \"told\"}}");
    assert_int_equal(gated_judge(&gated, "ppl > 9")->state, PLX_OUTCOME_PASSED);
    gated_release(&gated);
    gated_make(&gated, none, full);
    assert_int_equal(gated_judge(&gated, "ppl > 9")->state, PLX_OUTCOME_REFUSED);
    assert_non_null(strstr(gated.pair.outcomes->reason, "the model of base.json has no fingerprint"));
    gated_release(&gated);
    gated_make(&gated, full, none);
    assert_int_equal(gated_judge(&gated, "ppl > 9")->state, PLX_OUTCOME_REFUSED);
    assert_non_null(strstr(gated.pair.outcomes->reason, "the model of new.json has no fingerprint"));
    gated_release(&gated);
}

/* Without conditions, the usual one. */
static void plx_comparison_judge__usual(void **state)
{
    struct plx_error error;
    struct gated gated;
    (void)state;
    gated_make(&gated, "{\"nats_per_token\": 5}", "{\"nats_per_token\": 6}");
    gated.pair.test.known = true;
    gated.pair.test.low = 0.5;
    gated.pair.test.high = 1.5;
    const char *reason;
    assert_int_equal(plx_comparison_gate(&gated.comparison, &reason), PLX_GATE_OPEN);
    assert_int_equal(plx_comparison_judge(&gated.comparison, NULL, &error), PLX_OK);
    assert_string_equal(gated.pair.outcomes->condition, "nats > +0 significant");
    assert_int_equal(plx_comparison_gate(&gated.comparison, &reason), PLX_GATE_FAILED);
    assert_string_equal(reason,
                        "nats rose by 1 (5 → 6), more than +0, and beyond noise: the 95 % interval is "
                        "0.5 to 1.5 nats per token");
    gated_release(&gated);
}

/* One that fails before one that is refused; both of several. */
static void plx_comparison_judge__several(void **state)
{
    const char *const given = "bpb > 1, ppl > 1, bpb > 3";
    const char *reason;
    struct plx_gate *gate;
    struct plx_error error;
    struct gated gated;
    struct plx_difference difference = {.field = "protocol.unit"};
    (void)state;
    gated_make(&gated, "{\"perplexity\": 5, \"normalized\": {\"bits_per_byte\": 2}}",
               "{\"perplexity\": 5, \"normalized\": {\"bits_per_byte\": 2}}");
    gated.pair.comparability.level = PLX_COMPARABLE_TEXT;
    gated.pair.comparability.differences = &difference;
    gated.pair.comparability.difference_count = 1;
    assert_int_equal(plx_gate_parse(&given, 1, &gate, &error), PLX_OK);
    assert_int_equal(plx_comparison_judge(&gated.comparison, gate, &error), PLX_OK);
    assert_int_equal(gated.pair.outcome_count, 3);
    assert_int_equal(gated.pair.outcomes[0].state, PLX_OUTCOME_FAILED);
    assert_int_equal(gated.pair.outcomes[1].state, PLX_OUTCOME_REFUSED);
    assert_int_equal(gated.pair.outcomes[2].state, PLX_OUTCOME_PASSED);
    assert_int_equal(plx_comparison_gate(&gated.comparison, &reason), PLX_GATE_FAILED);
    assert_string_equal(reason, "bpb is 2, more than 1");
    plx_gate_free(gate);
    gated_release(&gated);
}

/* A number that one of three results has: the others fail, whichever it is. */
static void plx_comparison_judge__numbers_of_some(void **state)
{
    static const char with[] = "{\"perplexity\": 5, \"at_5\": 0.5}", without[] = "{\"perplexity\": 5}";
    const char *const given = "at_5 > 0.9, ppl > 9", *reason;
    struct plx_gate *gate;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_gate_parse(&given, 1, &gate, &error), PLX_OK);
    for (size_t which = 0; which < 3; which++) {
        struct gated gated, other;
        gated_make(&gated, which == 0 ? with : without, which == 1 ? with : without);
        gated_make(&other, without, which == 2 ? with : without);
        struct plx_pair pairs[] = {gated.pair, other.pair};
        struct plx_comparison both = {.base = gated.comparison.base, .pairs = pairs, .pair_count = 2};
        assert_int_equal(plx_comparison_judge(&both, gate, &error), PLX_OK);
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(pairs[i].outcome_count, 2);
            assert_int_equal(pairs[i].outcomes[0].state,
                             which == i + 1 ? PLX_OUTCOME_PASSED : PLX_OUTCOME_UNKNOWN);
            assert_int_equal(pairs[i].outcomes[1].state, PLX_OUTCOME_PASSED);
            plx_outcomes_free(pairs[i].outcomes, pairs[i].outcome_count);
        }
        assert_int_equal(plx_comparison_gate(&both, &reason), PLX_GATE_FAILED);
        gated_release(&gated);
        gated_release(&other);
    }
    plx_gate_free(gate);
}

/* Nothing is left of it, nor of what was judged before, and it can be written. */
static void plx_comparison_judge__failure(void **state)
{
    static const enum plx_comparison_format formats[] = {PLX_COMPARISON_TEXT, PLX_COMPARISON_JSON};
    const char *const given = "ppl > 9, perplexty > 1", *reason;
    struct plx_gate *gate;
    struct plx_error error;
    struct gated gated;
    (void)state;
    gated_make(&gated, "{\"perplexity\": 5}", "{\"perplexity\": 5}");
    gated_judge(&gated, "ppl > 1, ppl > 2, ppl > 3");
    assert_int_equal(plx_gate_parse(&given, 1, &gate, &error), PLX_OK);
    assert_int_equal(plx_comparison_judge(&gated.comparison, gate, &error), PLX_USAGE);
    assert_int_equal(plx_comparison_gate(&gated.comparison, &reason), PLX_GATE_OPEN);
    assert_string_equal(reason, "");
    assert_int_equal(gated.pair.outcome_count, 0);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = gated_write(&gated, formats[i]);
        assert_null(strstr(text, "ppl >"));
        plx_text_free(text);
    }
    plx_gate_free(gate);
    gated_release(&gated);
}

/* In words: rounded, but not so that a number seems to be on the other side of its bound. */
static void plx_outcome_explain__words(void **state)
{
    static const struct {
        const char *condition, *base, *new, *reason;
    } cases[] = {
        {"ppl > +0.5%", "226.05", "227.70", "ppl rose by 0.73 % (226.05 → 227.70), more than +0.5 %"},
        {"ppl > +0.5%", "1000", "1005.01", "ppl rose by 0.501 % (1000.00 → 1005.01), more than +0.5 %"},
        {"ppl > +0.5%", "1000", "1005.00001", "ppl rose by 0.500001 % (1000.00 → 1005.00), more than +0.5 %"},
        {"ppl >= +0.5%", "200", "201", "ppl rose by 0.5 % (200 → 201), no less than +0.5 %"},
        {"ppl < -1%", "200", "190", "ppl fell by 5 % (200 → 190), below -1 %"},
        {"ppl < -1", "200", "199.5", "ppl fell by 0.5 (200.000 → 199.500), not below -1"},
        {"ppl <= -1", "200", "199", "ppl fell by 1 (200 → 199), not above -1"},
        {"ppl <= -1", "200", "200", "ppl is unchanged (200), above -1"},
        {"ppl == +0", "200", "200", "ppl is unchanged (200), which is +0"},
        {"ppl != +0", "200", "201", "ppl rose by 1 (200 → 201), which is not +0"},
        {"ppl == 3", "200", "3", "ppl is 3, which is 3"},
        {"ppl > 1.02", "", "1.0200000001", "ppl is 1.0200000001, more than 1.02"},
        {"ppl > 1.02", "", "1.01", "ppl is 1.01, not more than 1.02"},
        {"ppl > 9", "", "123456789", "ppl is 1.23457e+08, more than 9"},
        {"ppl > +1", "1e-9", "\"inf\"", "ppl rose by inf (1e-09 → inf), more than +1"},
        {"ppl > +1", "\"inf\"", "5", "ppl fell by inf (inf → 5), not more than +1"},
        {"ppl > +9%", "\"inf\"", "5", "ppl fell by inf % (inf → 5), not more than +9 %"},
        {"ppl > +9%", "0", "1", "ppl rose by inf % (0 → 1), more than +9 %"},
        {"ppl > +1", "0.00001", "0.00002", "ppl rose by 1e-05 (0.0000100 → 0.0000200), not more than +1"},
        {"ppl > 1", "", "", "ppl cannot be judged: new.json has no such number"},
        {"ppl > +1", "", "5", "ppl cannot be judged: base.json has no such number"},
        {"ppl > 1", "", "\"nan\"", "ppl cannot be judged: it is no number in new.json"},
        {"ppl > +1", "\"nan\"", "5", "ppl cannot be judged: it is no number in base.json"},
        {"accuracy < -1%", "", "",
         "accuracy cannot be judged: new.json has no such number, which --distributions gives"},
        {"ppl > +1 significant", "5", "7",
         "ppl rose by 2 (5 → 7), more than +1, but whether that is more than noise cannot be told"},
    };
    char texts[2][128];
    struct gated gated;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_result(cases[i].base, texts[0]);
        write_result(cases[i].new, texts[1]);
        gated_make(&gated, texts[0], texts[1]);
        assert_string_equal(gated_judge(&gated, cases[i].condition)->reason, cases[i].reason);
        gated_release(&gated);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_comparison_judge__operators),
        cmocka_unit_test(plx_comparison_judge__no_numbers),
        cmocka_unit_test(plx_comparison_judge__significant),
        cmocka_unit_test(plx_comparison_judge__not_comparable),
        cmocka_unit_test(plx_comparison_judge__field_that_forbids),
        cmocka_unit_test(plx_comparison_judge__no_fingerprint),
        cmocka_unit_test(plx_comparison_judge__usual),
        cmocka_unit_test(plx_comparison_judge__several),
        cmocka_unit_test(plx_comparison_judge__numbers_of_some),
        cmocka_unit_test(plx_comparison_judge__failure),
        cmocka_unit_test(plx_outcome_explain__words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
