/* Conditions: what they are read as, and what is said of those that are none. The expected places are counted
   by hand. */
#include "support/gated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void plx_gate_parse__conditions(void **state)
{
    static const struct {
        const char *given, *text;
        enum plx_relation relation;
        bool of_change, percent, significant;
        double bound;
    } cases[] = {
        {"ppl > +0.5%", "ppl > +0.5%", PLX_RELATION_ABOVE, true, true, false, 0.5},
        {"nats>+0.01 significant", "nats > +0.01 significant", PLX_RELATION_ABOVE, true, false, true, 0.01},
        {"bits_per_byte > 1.02", "bits_per_byte > 1.02", PLX_RELATION_ABOVE, false, false, false, 1.02},
        {"ppl >= 7", "ppl >= 7", PLX_RELATION_AT_LEAST, false, false, false, 7},
        {"ppl<-1", "ppl < -1", PLX_RELATION_BELOW, true, false, false, -1},
        {"ppl <= -1 %", "ppl <= -1%", PLX_RELATION_AT_MOST, true, true, false, -1},
        {"ppl == .5", "ppl == .5", PLX_RELATION_EQUAL, false, false, false, 0.5},
        {"ppl != +0", "ppl != +0", PLX_RELATION_OTHER, true, false, false, 0},
        {"ppl > 1e3", "ppl > 1e3", PLX_RELATION_ABOVE, false, false, false, 1000},
        {"ppl > +2.5E-3%significant", "ppl > +2.5E-3% significant", PLX_RELATION_ABOVE, true, true, true,
         0.0025},
        {" \t\n distribution.accuracy.at_1 \n < \r -1 % \t ", "distribution.accuracy.at_1 < -1%",
         PLX_RELATION_BELOW, true, true, false, -1},
        {"ppl > -0", "ppl > -0", PLX_RELATION_ABOVE, true, false, false, 0},
    };
    struct plx_gate *gate;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (plx_gate_parse(&cases[i].given, 1, &gate, &error))
            fail_msg("%s: %s", cases[i].given, error.message);
        assert_int_equal(gate->count, 1);
        const struct plx_condition *condition = gate->conditions;
        assert_string_equal(condition->text, cases[i].text);
        assert_int_equal(condition->relation, cases[i].relation);
        assert_int_equal(condition->of_change, cases[i].of_change);
        assert_int_equal(condition->percent, cases[i].percent);
        assert_int_equal(condition->significance > 0, cases[i].significant);
        assert_true(condition->bound == cases[i].bound);
        plx_gate_free(gate);
    }
}

static void plx_gate_parse__several(void **state)
{
    const char *const given[] = {"ppl > 1, nats > +2;bits>3", "scored < 4"};
    static const struct {
        const char *text;
        size_t line, column;
    } expected[] = {{"ppl > 1", 1, 1}, {"nats > +2", 1, 10}, {"bits > 3", 1, 20}, {"scored < 4", 2, 1}};
    struct plx_gate *gate;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_gate_parse(given, 2, &gate, &error), PLX_OK);
    assert_int_equal(gate->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(gate->conditions[i].text, expected[i].text);
        assert_int_equal(gate->conditions[i].line, expected[i].line);
        assert_int_equal(gate->conditions[i].column, expected[i].column);
    }
    plx_gate_free(gate);
    assert_int_equal(plx_gate_parse(given, 0, &gate, &error), PLX_OK);
    assert_int_equal(gate->count, 0);
    plx_gate_free(gate);
    plx_gate_free(NULL);
}

static void plx_gate_parse__errors(void **state)
{
    static const struct {
        const char *text;
        uint64_t column;
        const char *message, *hint; /* a part of the hint; "": none */
    } cases[] = {
        {"", 1, "expected the name of a metric, found the end", ""},
        {"  ", 3, "expected the name of a metric, found the end", ""},
        {"> 5", 1, "expected the name of a metric, found \">\"", ""},
        {"5 > ppl", 1, "expected the name of a metric, found \"5\"", ""},
        {".ppl > 1", 1, "expected the name of a metric, found \".ppl\"", ""},
        {"\xC3\xA4 > 1", 1, "expected the name of a metric, found \"\xC3\xA4\"", ""},
        {"ppl > 1,", 9, "expected the name of a metric, found the end", ""},
        {"ppl > 1;;nats > 1", 9, "expected the name of a metric, found \";\"", ""},
        {"ppl > +0,5%", 10, "expected the name of a metric, found \"5\"", "numbers have a point"},
        {"ppl", 4, "expected >, >=, <, <=, == or !=, found the end", ""},
        {"ppl 5", 5, "expected >, >=, <, <=, == or !=, found \"5\"", ""},
        {"ppl gt 5", 5, "expected >, >=, <, <=, == or !=, found \"gt\"", ""},
        {"ppl => 5", 5, "expected >, >=, <, <=, == or !=, found \"=>\"", "did you mean >=?"},
        {"ppl =< 5", 5, "expected >, >=, <, <=, == or !=, found \"=<\"", "did you mean <=?"},
        {"ppl = 5", 5, "expected >, >=, <, <=, == or !=, found \"=\"", "did you mean ==?"},
        {"ppl <> 5", 5, "expected >, >=, <, <=, == or !=, found \"<>\"", "did you mean !=?"},
        {"ppl \xE2\x89\xA5 5", 5, "expected >, >=, <, <=, == or !=, found \"\xE2\x89\xA5\"",
         "did you mean >=?"},
        {"ppl-1 > 5", 4, "expected >, >=, <, <=, == or !=, found \"-\"", ""},
        {"ppl >", 6, "expected a number, found the end", ""},
        {"ppl > ,", 7, "expected a number, found \",\"", ""},
        {"ppl >> 5", 6, "expected a number, found \">\"", ""},
        {"ppl > five", 7, "expected a number, found \"five\"", ""},
        {"ppl > inf", 7, "expected a number, found \"inf\"", ""},
        {"ppl > +nan", 8, "expected a number, found \"nan\"", ""},
        {"ppl > 0x10", 7, "expected a number, found \"0x10\"", ""},
        {"ppl > 1.2.3", 7, "expected a number, found \"1.2.3\"", ""},
        {"ppl > + 5", 8, "expected a number, found \" \"", ""},
        {"ppl > +-5", 8, "expected a number, found \"-\"", ""},
        {"ppl > 5pct", 7, "expected a number, found \"5pct\"", ""},
        {"ppl > \xE2\x88\x92"
         "5",
         7, "expected a number, found \"\xE2\x88\x92\"", "did you mean -?"},
        {"ppl > 1e999", 7, "the number is too large", ""},
        {"ppl > 5%", 7, "a percentage is a change from the baseline, and begins with + or -",
         "did you mean +5%?"},
        {"ppl > 5 significant", 9, "only a change is significant or not, and its bound begins with + or -",
         ""},
        {"ppl > +5 signifcant", 10, "expected \"significant\", \",\", \";\" or the end, found \"signifcant\"",
         "did you mean significant?"},
        {"ppl > +5 significantly", 10,
         "expected \"significant\", \",\", \";\" or the end, found \"significantly\"",
         "did you mean significant?"},
        {"ppl > +5 and nats > 1", 10, "expected \"significant\", \",\", \";\" or the end, found \"and\"",
         "one that holds is enough"},
        {"ppl > +5 || nats > 1", 10, "expected \"significant\", \",\", \";\" or the end, found \"|\"",
         "one that holds is enough"},
        {"ppl > +5%%", 10, "expected \"significant\", \",\", \";\" or the end, found \"%\"", ""},
        {"ppl > +5 significant 3", 22, "expected \",\", \";\" or the end, found \"3\"", ""},
        {"ppl > 5\x01", 8, "expected \"significant\", \",\", \";\" or the end, found \"\x01\"", ""},
        {"ppl > 5\xFF", 8, "expected \"significant\", \",\", \";\" or the end, found \"\xFF\"", ""},
    };
    struct plx_gate *gate;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const given[] = {"ppl > 1", cases[i].text};
        assert_int_equal(plx_gate_parse(given, 2, &gate, &error), PLX_USAGE);
        assert_null(gate);
        assert_string_equal(error.message, cases[i].message);
        assert_int_equal(error.line, 2);
        if (error.column != cases[i].column)
            fail_msg("%s: column %u", cases[i].text, (unsigned)error.column);
        if (*cases[i].hint ? !strstr(error.hint, cases[i].hint) : *error.hint != '\0')
            fail_msg("%s: hint \"%s\"", cases[i].text, error.hint);
    }
}

static void plx_gate_parse__long(void **state)
{
    struct plx_gate *gate;
    struct plx_error error;
    char *text = malloc(5001);
    const char *given = text;
    (void)state;
    assert_non_null(text);
    memset(text, 'a', 5000);
    text[5000] = '\0';
    assert_int_equal(plx_gate_parse(&given, 1, &gate, &error), PLX_USAGE);
    assert_string_equal(error.message, "the conditions are too long");
    text[4000] = '\0';
    assert_int_equal(plx_gate_parse(&given, 1, &gate, &error), PLX_USAGE);
    assert_int_equal(error.column, 4001);
    memcpy(text + 3990, " > 1", 5);
    assert_int_equal(plx_gate_parse(&given, 1, &gate, &error), PLX_OK);
    plx_gate_free(gate);
    free(text);
}

/* Names are looked up where there are results. */
static void plx_comparison_judge__metrics(void **state)
{
    static const struct {
        const char *condition;
        uint64_t column;
        const char *message, *hint;
    } cases[] = {
        {"pplx > 1", 1, "there is no metric \"pplx\"", "did you mean ppl?"},
        {"ppl > 1, perplexty > 1", 10, "there is no metric \"perplexty\"", "did you mean perplexity?"},
        {"odd.vlue > 1", 1, "there is no metric \"odd.vlue\"", "did you mean odd.value?"},
        {"zzzzzz > 1", 1, "there is no metric \"zzzzzz\"", "any number of a result"},
        {"value > 1", 1, "several metrics are called \"value\"", "one of odd.value, even.value"},
        {"name > 1", 1, "there is no metric \"name\"", ""}, /* a string */
        {"accuracy > +1 significant", 15,
         "only what follows from the cross-entropy is significant or not, which accuracy does not",
         "perplexities, nats and bits do"},
        {"odd.value > +1% significant", 17,
         "only what follows from the cross-entropy is significant or not, which odd.value does not", ""},
    };
    struct plx_gate *gate;
    struct plx_error error;
    struct gated gated;
    (void)state;
    gated_make(&gated,
               "{\"perplexity\": 5, \"odd\": {\"value\": 1}, \"even\": {\"value\": 2}, \"name\": \"x\"}",
               "{\"perplexity\": 5, \"newer\": 3}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(plx_gate_parse(&cases[i].condition, 1, &gate, &error), PLX_OK);
        assert_int_equal(plx_comparison_judge(&gated.comparison, gate, &error), PLX_USAGE);
        assert_string_equal(error.message, cases[i].message);
        assert_int_equal(error.line, 1);
        assert_int_equal(error.column, cases[i].column);
        if (!strstr(error.hint, cases[i].hint))
            fail_msg("%s: hint \"%s\"", cases[i].condition, error.hint);
        plx_gate_free(gate);
    }
    assert_string_equal(gated_judge(&gated, "odd.value > 0")->metric, "odd.value");
    assert_string_equal(gated_judge(&gated, "newer > 0")->metric, "newer"); /* of NEW alone */
    gated_release(&gated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_gate_parse__conditions),    cmocka_unit_test(plx_gate_parse__several),
        cmocka_unit_test(plx_gate_parse__errors),        cmocka_unit_test(plx_gate_parse__long),
        cmocka_unit_test(plx_comparison_judge__metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
