/* Options of the losses over batches: which loss takes which, and their ranges. */
#include <perplex/loss.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const double HALVES[] = {0.5, 0.5};

/* Each loss with the options, on one row; what it says. */
typedef enum plx_status loss_function(const struct plx_loss_options *options, double *loss,
                                      struct plx_error *error);

static enum plx_status sparse(const struct plx_loss_options *options, double *loss, struct plx_error *error)
{
    return plx_loss_sparse(HALVES, 1, 2, &(int64_t){0}, options, loss, NULL, error);
}

static enum plx_status dense(const struct plx_loss_options *options, double *loss, struct plx_error *error)
{
    return plx_loss_dense(HALVES, 1, 2, HALVES, options, loss, NULL, error);
}

static enum plx_status kl(const struct plx_loss_options *options, double *loss, struct plx_error *error)
{
    return plx_loss_kl(HALVES, 1, 2, HALVES, false, options, loss, NULL, error);
}

static enum plx_status distillation(const struct plx_loss_options *options, double *loss,
                                    struct plx_error *error)
{
    return plx_loss_distillation(HALVES, HALVES, 1, 2, &(int64_t){0}, 0.5, options, loss, NULL, error);
}

static enum plx_status binary(const struct plx_loss_options *options, double *loss, struct plx_error *error)
{
    return plx_loss_binary(HALVES, 1, 2, HALVES, options, loss, NULL, error);
}

static loss_function *const LOSSES[] = {sparse, dense, kl, distillation, binary};
#define LOSS_COUNT (sizeof LOSSES / sizeof *LOSSES)

static void plx_loss_options_check__what_a_loss_takes(void **state)
{
    static const struct {
        const char *name;
        struct plx_loss_options options;
        const char taken[LOSS_COUNT + 1]; /* y or n, in the order of LOSSES */
    } table[] = {
        {"nothing", {0}, "yyyyy"},
        {"from_probabilities", {.from_probabilities = true}, "yyyny"},
        {"class_weights", {.class_weights = HALVES}, "yynyy"},
        {"positive_weights", {.positive_weights = HALVES}, "nnnny"},
        {"ignore_index", {.has_ignore_index = true, .ignore_index = -1}, "ynnyn"},
        {"label_smoothing", {.label_smoothing = 0.5}, "yynyy"},
        {"temperature", {.temperature = 2}, "yyyyy"},
        {"focal_gamma", {.focal_gamma = 2}, "yynyn"},
        {"focal_alpha", {.focal_alpha = HALVES}, "yynyn"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (size_t k = 0; k < LOSS_COUNT; k++) {
            struct plx_error error;
            double loss = 7;
            const enum plx_status status = LOSSES[k](&table[i].options, &loss, &error);
            const bool taken = table[i].taken[k] == 'y';
            if ((status == PLX_OK) != taken || (!taken && status != PLX_USAGE) || (loss == 7) == taken)
                fail_msg("loss %zu has %s: %s", k, table[i].name, plx_status_name(status));
            if (!taken && !strstr(error.message, table[i].name))
                fail_msg("%s: %s", table[i].name, error.message);
        }
    }
}

static void plx_loss_options_check__ranges(void **state)
{
    const double nan = (double)NAN, infinity = (double)INFINITY;
    const struct {
        struct plx_loss_options options;
        const char *named; /* or NULL: it is fine */
    } table[] = {
        {{.label_smoothing = 1}, NULL},
        {{.label_smoothing = -0x1p-60}, "label_smoothing"},
        {{.label_smoothing = 1 + 0x1p-52}, "label_smoothing"},
        {{.label_smoothing = nan}, "label_smoothing"},
        {{.temperature = 0x1p-1022}, NULL},
        {{.temperature = 1e308}, NULL},
        {{.temperature = 0x1p-1023}, "temperature"},
        {{.temperature = -1}, "temperature"},
        {{.temperature = infinity}, "temperature"},
        {{.temperature = nan}, "temperature"},
        {{.focal_gamma = 1e300}, NULL},
        {{.focal_gamma = -1}, "focal_gamma"},
        {{.focal_gamma = infinity}, "focal_gamma"},
        {{.focal_gamma = nan}, "focal_gamma"},
        {{.from_probabilities = true, .temperature = 1}, NULL},
        {{.from_probabilities = true, .temperature = 2}, "temperature"},
        {{.reduction = PLX_REDUCE_NONE}, NULL},
        {{.reduction = (enum plx_reduction)3}, "reduction"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct plx_error error;
        double loss = 7;
        const enum plx_status status = sparse(&table[i].options, &loss, &error);
        assert_int_equal(status, table[i].named ? PLX_USAGE : PLX_OK);
        assert_true((loss == 7) == (status == PLX_USAGE));
        if (status && !strstr(error.message, table[i].named))
            fail_msg("[%zu]: %s", i, error.message);
    }
}

static void plx_loss_distillation__ranges(void **state)
{
    static const double refused[] = {-0.1, 1.1, (double)NAN};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct plx_error error;
        double loss = 7;
        assert_int_equal(
            plx_loss_distillation(HALVES, HALVES, 1, 2, &(int64_t){0}, refused[i], NULL, &loss, NULL, &error),
            PLX_USAGE);
        assert_non_null(strstr(error.message, "hard_weight"));
        assert_true(loss == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_loss_options_check__what_a_loss_takes),
        cmocka_unit_test(plx_loss_options_check__ranges),
        cmocka_unit_test(plx_loss_distillation__ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
