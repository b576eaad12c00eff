/* How what is said of an ARPA file is counted over its parts. */
#include "model/arpa_notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void arpa_notes_append__first_line_and_sum(void **state)
{
    struct plx_arpa_notes notes = {0}, part = {0};
    (void)state;
    plx_arpa_notes_add(&notes, PLX_ARPA_CRLF, 2, 7);
    plx_arpa_notes_add(&part, PLX_ARPA_CRLF, 3, 20);
    plx_arpa_notes_add(&part, PLX_ARPA_CRLF, 1, 22);
    plx_arpa_notes_add(&part, PLX_ARPA_NO_CONTEXT, 1, 21);
    plx_arpa_notes_append(&notes, &part);
    assert_int_equal(notes.kinds[PLX_ARPA_CRLF].count, 6);
    assert_int_equal(notes.kinds[PLX_ARPA_CRLF].line, 7);
    assert_int_equal(notes.kinds[PLX_ARPA_NO_CONTEXT].count, 1);
    assert_int_equal(notes.kinds[PLX_ARPA_NO_CONTEXT].line, 21);
    assert_int_equal(notes.kinds[PLX_ARPA_SPACES].count, 0);
}

static void assert_warning(const struct plx_model *model, size_t i, const char *code, uint64_t count,
                           uint64_t line, bool note)
{
    assert_true(i < model->warning_count);
    assert_string_equal(model->warnings[i].code, code);
    assert_int_equal(model->warnings[i].count, count);
    assert_int_equal(model->warnings[i].line, line);
    assert_int_equal(model->warnings[i].note, note);
}

/* Warnings come as they were met, section after section; notes come last, in an order of their own. */
static void arpa_notes_warn__in_the_order_of_lines(void **state)
{
    struct plx_arpa_notes notes = {0};
    struct plx_model model = {0};
    (void)state;
    plx_arpa_notes_add(&notes, PLX_ARPA_NO_SUFFIX, 4, 1);
    plx_arpa_notes_add(&notes, PLX_ARPA_NO_CONTEXT, 2, 5);
    plx_arpa_notes_add(&notes, PLX_ARPA_HIGHEST_BACKOFF, 3, 9);
    plx_arpa_notes_add(&notes, PLX_ARPA_POSITIVE, 1, 9);
    plx_arpa_notes_warn(&notes, &model);
    assert_int_equal(model.warning_count, 3);
    plx_arpa_notes_add(&notes, PLX_ARPA_NO_CONTEXT, 10, 50);
    plx_arpa_notes_warn(&notes, &model);
    plx_arpa_notes_list(&notes, &model);
    assert_int_equal(model.warning_count, 4);
    assert_warning(&model, 0, "missing-context", 12, 5, false);
    assert_warning(&model, 1, "positive-probability", 1, 9, false);
    assert_warning(&model, 2, "highest-order-backoff", 3, 9, false);
    assert_warning(&model, 3, "missing-suffix", 4, 1, true);
}

/* Remarks are not among the warnings. */
static void arpa_notes_list__remarks_apart(void **state)
{
    struct plx_arpa_notes notes = {0};
    struct plx_model model = {0};
    (void)state;
    plx_arpa_notes_add(&notes, PLX_ARPA_EXPONENT, 2, 9);
    plx_arpa_notes_add(&notes, PLX_ARPA_NO_BACKOFF, 5, 7);
    plx_arpa_notes_add(&notes, PLX_ARPA_CRLF, 1, 3);
    plx_arpa_notes_warn(&notes, &model);
    assert_int_equal(model.warning_count, 0);
    plx_arpa_notes_list(&notes, &model);
    assert_int_equal(model.warning_count, 1);
    assert_warning(&model, 0, "crlf", 1, 3, true);
    assert_int_equal(model.remark_count, 2);
    assert_string_equal(model.remarks[0].code, "missing-backoff");
    assert_int_equal(model.remarks[0].count, 5);
    assert_int_equal(model.remarks[0].line, 7);
    assert_string_equal(model.remarks[1].code, "scientific-notation");
    assert_int_equal(model.remarks[1].count, 2);
    assert_int_equal(model.remarks[1].line, 9);
    for (size_t i = 0; i < PLX_MODEL_REMARKS; i++)
        plx_model_remark(&model, "more", 1, 1, "more than there is room for");
    assert_int_equal(model.remark_count, PLX_MODEL_REMARKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arpa_notes_append__first_line_and_sum),
        cmocka_unit_test(arpa_notes_warn__in_the_order_of_lines),
        cmocka_unit_test(arpa_notes_list__remarks_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
