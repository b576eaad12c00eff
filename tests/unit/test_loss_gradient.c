/* Gradients of every loss under every kind of option against central differences of the loss itself, on
   random inputs. */
#include <perplex/loss.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/random.h"

#define ROWS     4
#define CLASSES  7
#define ELEMENTS (ROWS * CLASSES)

enum function { SPARSE, DENSE, KL, DISTILLATION, BINARY };

/* A loss with all that it is given but its input. */
struct loss {
    enum function function;
    struct plx_loss_options options;
    int64_t classes[ROWS];
    double targets[ELEMENTS], teacher[ELEMENTS];
    bool log_targets;
    double hard_weight;
};

static double uniform(struct random *random, double low, double high)
{
    return low + (high - low) * ((double)(random_next(random) >> 11) * 0x1p-53);
}

static void fill(struct random *random, double *values, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        values[i] = uniform(random, low, high);
}

/* The loss, of the sum of its elements if they are not reduced. */
static double value_of(const struct loss *loss, const double *input, double *gradient)
{
    const struct plx_loss_options *options = &loss->options;
    double losses[ELEMENTS] = {0}, sum = 0;
    enum plx_status status = PLX_INTERNAL;
    struct plx_error error;
    switch (loss->function) {
    case SPARSE:
        status = plx_loss_sparse(input, ROWS, CLASSES, loss->classes, options, losses, gradient, &error);
        break;
    case DENSE:
        status = plx_loss_dense(input, ROWS, CLASSES, loss->targets, options, losses, gradient, &error);
        break;
    case KL:
        status = plx_loss_kl(input, ROWS, CLASSES, loss->targets, loss->log_targets, options, losses,
                             gradient, &error);
        break;
    case DISTILLATION:
        status = plx_loss_distillation(input, loss->teacher, ROWS, CLASSES, loss->classes, loss->hard_weight,
                                       options, losses, gradient, &error);
        break;
    case BINARY:
        status = plx_loss_binary(input, ROWS, CLASSES, loss->targets, options, losses, gradient, &error);
        break;
    }
    if (status)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < ELEMENTS; i++)
        sum += losses[i]; /* those that nothing is written to are 0 */
    return sum;
}

static void check(const struct loss *loss, struct random *random, const char *name)
{
    double input[ELEMENTS], gradient[ELEMENTS];
    const double step = 1e-5;
    const bool of_probabilities = loss->options.from_probabilities;
    fill(random, input, ELEMENTS, of_probabilities ? 0.1 : -3, of_probabilities ? 0.9 : 3);
    value_of(loss, input, gradient);
    for (size_t i = 0; i < ELEMENTS; i++) {
        const double kept = input[i];
        input[i] = kept + step;
        const double above = value_of(loss, input, NULL);
        input[i] = kept - step;
        const double below = value_of(loss, input, NULL);
        input[i] = kept;
        const double expected = (above - below) / (2 * step);
        if (!(fabs(gradient[i] - expected) <= 2e-7 * fmax(1, fabs(expected))))
            fail_msg("%s: gradient[%zu] is %.12g, and the difference says %.12g", name, i, gradient[i],
                     expected);
    }
}

static struct loss random_loss(struct random *random, enum function function)
{
    struct loss loss = {.function = function, .hard_weight = uniform(random, 0, 1)};
    for (size_t i = 0; i < ROWS; i++)
        loss.classes[i] = i == 1 ? -100 : (int64_t)random_below(random, CLASSES);
    fill(random, loss.targets, ELEMENTS, 0, 1);
    fill(random, loss.teacher, ELEMENTS, -4, 4);
    return loss;
}

/* Which options are set, bit by bit. */
enum {
    WEIGHTS = 1,
    SMOOTHING = 2,
    TEMPERATURE = 4,
    GAMMA = 8,
    ALPHA = 16,
    PROBABILITIES = 32,
    ALL = 64,
};

static void walk(enum function function, unsigned possible)
{
    static const enum plx_reduction reductions[] = {PLX_REDUCE_MEAN, PLX_REDUCE_SUM, PLX_REDUCE_NONE};
    struct random random = {function};
    unsigned walked = 0;
    for (unsigned chosen = 0; chosen < ALL; chosen++) {
        double weights[CLASSES], alpha[CLASSES];
        char name[64];
        if ((chosen & ~possible) || ((chosen & TEMPERATURE) && (chosen & PROBABILITIES)))
            continue;
        fill(&random, weights, CLASSES, 0, 2);
        fill(&random, alpha, CLASSES, 0, 2);
        struct loss loss = random_loss(&random, function);
        loss.options = (struct plx_loss_options){
            .reduction = reductions[walked++ % 3],
            .from_probabilities = chosen & PROBABILITIES,
            .class_weights = chosen & WEIGHTS ? weights : NULL,
            .label_smoothing = chosen & SMOOTHING ? 0.3 : 0,
            .temperature = chosen & TEMPERATURE ? 1.75 : 0,
            .focal_gamma = chosen & GAMMA ? 1.5 : 0,
            .focal_alpha = chosen & ALPHA && function != BINARY ? alpha : NULL,
            .positive_weights = chosen & ALPHA && function == BINARY ? alpha : NULL,
        };
        snprintf(name, sizeof name, "function %d, options %u", (int)function, chosen);
        check(&loss, &random, name);
    }
    assert_true(walked >= 3);
}

static void plx_loss_sparse__as_differences(void **state)
{
    (void)state;
    walk(SPARSE, WEIGHTS | SMOOTHING | TEMPERATURE | GAMMA | ALPHA | PROBABILITIES);
}

static void plx_loss_dense__as_differences(void **state)
{
    (void)state;
    walk(DENSE, WEIGHTS | SMOOTHING | TEMPERATURE | GAMMA | ALPHA | PROBABILITIES);
}

static void plx_loss_kl__as_differences(void **state)
{
    struct random random = {99};
    struct loss loss = random_loss(&random, KL);
    (void)state;
    walk(KL, TEMPERATURE | PROBABILITIES);
    loss.log_targets = true; /* which are above 0 here: any measure will do */
    check(&loss, &random, "divergence from logarithms");
}

static void plx_loss_distillation__as_differences(void **state)
{
    (void)state;
    walk(DISTILLATION, WEIGHTS | SMOOTHING | TEMPERATURE | GAMMA | ALPHA);
}

static void plx_loss_binary__as_differences(void **state)
{
    (void)state;
    walk(BINARY, WEIGHTS | SMOOTHING | TEMPERATURE | ALPHA | PROBABILITIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_loss_sparse__as_differences),
        cmocka_unit_test(plx_loss_dense__as_differences),
        cmocka_unit_test(plx_loss_kl__as_differences),
        cmocka_unit_test(plx_loss_distillation__as_differences),
        cmocka_unit_test(plx_loss_binary__as_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
