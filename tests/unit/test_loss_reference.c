/* Losses and gradients against PyTorch in float64: losses.json and losses_extreme.json (see
   tests/data/recipes), every case of them, in double and in float. */
#include <perplex/loss.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fixtures.h"

/* Numbers of a case, row by row, in both types. */
struct numbers {
    double *wide;
    float *narrow;
    size_t rows, columns;
};

struct loss_case {
    const cJSON *json;
    const char *name, *op;
    struct numbers input, target, teacher, weight, positive_weight, focal_alpha, output, gradient;
    int64_t *classes; /* the targets, if they are classes */
    bool log_targets;
    double hard_weight;
    struct plx_loss_options options;
};

static const cJSON *member(const struct loss_case *item, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(item->json, key);
    return cJSON_IsNull(value) ? NULL : value;
}

/* "inf", "-inf" and "nan" are strings. */
static double number_of(const cJSON *value)
{
    if (cJSON_IsString(value))
        return strtod(value->valuestring, NULL);
    assert_true(cJSON_IsNumber(value));
    return value->valuedouble;
}

static const char *text_of(const struct loss_case *item, const char *key)
{
    const char *text = cJSON_GetStringValue(member(item, key));
    assert_non_null(text);
    return text;
}

static double number_or_0(const struct loss_case *item, const char *key)
{
    const cJSON *value = member(item, key);
    return value ? number_of(value) : 0;
}

/* A number, a list (one row) or a list of lists; nothing if there is none. */
static struct numbers numbers_of(const cJSON *value)
{
    struct numbers numbers = {.rows = 1, .columns = 1};
    const cJSON *row = value;
    if (!value)
        return (struct numbers){0};
    if (cJSON_IsArray(value)) {
        numbers.columns = (size_t)cJSON_GetArraySize(value);
        if (cJSON_IsArray(value->child)) {
            numbers.rows = numbers.columns;
            row = value->child;
            numbers.columns = (size_t)cJSON_GetArraySize(row);
        }
    }
    numbers.wide = calloc(numbers.rows * numbers.columns, sizeof *numbers.wide);
    numbers.narrow = calloc(numbers.rows * numbers.columns, sizeof *numbers.narrow);
    assert_non_null(numbers.wide);
    assert_non_null(numbers.narrow);
    for (size_t i = 0; i < numbers.rows; i++, row = row->next) {
        const cJSON *element = cJSON_IsArray(row) ? row->child : row;
        for (size_t j = 0; j < numbers.columns; j++, element = element->next) {
            numbers.wide[i * numbers.columns + j] = number_of(element);
            numbers.narrow[i * numbers.columns + j] = (float)number_of(element);
        }
    }
    return numbers;
}

static void numbers_free(struct numbers *numbers)
{
    free(numbers->wide);
    free(numbers->narrow);
}

static enum plx_reduction reduction_of(const char *name)
{
    if (strcmp(name, "sum") == 0)
        return PLX_REDUCE_SUM;
    if (strcmp(name, "none") == 0)
        return PLX_REDUCE_NONE;
    assert_true(strcmp(name, "mean") == 0 || strcmp(name, "batchmean") == 0);
    return PLX_REDUCE_MEAN;
}

/* One number for all columns. */
static void repeat(struct numbers *numbers, size_t columns)
{
    if (!numbers->wide || numbers->columns == columns)
        return;
    assert_int_equal(numbers->columns, 1);
    const double value = numbers->wide[0];
    numbers->wide = realloc(numbers->wide, columns * sizeof *numbers->wide);
    assert_non_null(numbers->wide);
    for (size_t j = 0; j < columns; j++)
        numbers->wide[j] = value;
    numbers->columns = columns;
}

static void read_options(struct loss_case *item)
{
    const cJSON *ignore = member(item, "ignore_index"), *alpha = member(item, "alpha");
    item->weight = numbers_of(member(item, "weight"));
    item->positive_weight = numbers_of(member(item, "pos_weight"));
    if (cJSON_IsArray(alpha))
        item->focal_alpha = numbers_of(alpha);
    repeat(&item->weight, item->input.columns);
    repeat(&item->positive_weight, item->input.columns);
    item->options = (struct plx_loss_options){
        .reduction = reduction_of(text_of(item, "reduction")),
        .from_probabilities =
            strstr(item->op, "_of_probabilities") || strcmp(item->op, "binary_cross_entropy") == 0,
        .class_weights = item->weight.wide,
        .has_ignore_index = ignore,
        .ignore_index = ignore ? (int64_t)number_of(ignore) : 0,
        .label_smoothing = number_or_0(item, "label_smoothing"),
        .temperature = number_or_0(item, "temperature"),
        .focal_gamma = number_or_0(item, "gamma"),
        .focal_alpha = item->focal_alpha.wide,
        .positive_weights = item->positive_weight.wide,
    };
    item->hard_weight = cJSON_IsNumber(alpha) ? number_of(alpha) : 0;
    item->log_targets = cJSON_IsTrue(member(item, "log_target"));
}

/* Which function an operation is. */
enum function { SPARSE, DENSE, KL, DISTILLATION, BINARY };

static enum function function_of(const struct loss_case *item)
{
    static const struct {
        const char *op;
        enum function function;
    } table[] = {
        {"cross_entropy", SPARSE},
        {"cross_entropy_temperature", SPARSE},
        {"cross_entropy_of_probabilities", SPARSE},
        {"focal", SPARSE},
        {"cross_entropy_soft", DENSE},
        {"cross_entropy_soft_of_probabilities", DENSE},
        {"kl_div", KL},
        {"kl_div_of_probabilities", KL},
        {"distillation", DISTILLATION},
        {"binary_cross_entropy", BINARY},
        {"binary_cross_entropy_with_logits", BINARY},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].op, item->op) == 0)
            return table[i].function;
    }
    fail_msg("%s: no function for %s", item->name, item->op);
    return SPARSE;
}

static void read_case(const cJSON *json, struct loss_case *item)
{
    *item = (struct loss_case){.json = json};
    item->name = text_of(item, "name");
    item->op = text_of(item, "op");
    item->input = numbers_of(member(item, "input"));
    item->target = numbers_of(member(item, "target"));
    item->teacher = numbers_of(member(item, "teacher"));
    item->output = numbers_of(member(item, "output"));
    item->gradient = numbers_of(member(item, "grad_input"));
    read_options(item);
    if (function_of(item) == SPARSE || function_of(item) == DISTILLATION) {
        assert_int_equal(item->target.columns, item->input.rows);
        item->classes = calloc(item->input.rows, sizeof *item->classes);
        assert_non_null(item->classes);
        for (size_t i = 0; i < item->input.rows; i++)
            item->classes[i] = (int64_t)item->target.wide[i];
    }
    assert_int_equal(item->gradient.rows * item->gradient.columns, item->input.rows * item->input.columns);
}

static void release_case(struct loss_case *item)
{
    struct numbers *all[] = {&item->input,           &item->target,      &item->teacher, &item->weight,
                             &item->positive_weight, &item->focal_alpha, &item->output,  &item->gradient};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        numbers_free(all[i]);
    free(item->classes);
}

static enum plx_status compute_wide(const struct loss_case *item, const double *input, const double *target,
                                    const double *teacher, double *losses, double *gradient)
{
    const size_t rows = item->input.rows, columns = item->input.columns;
    const struct plx_loss_options *options = &item->options;
    struct plx_error error;
    switch (function_of(item)) {
    case SPARSE:
        return plx_loss_sparse(input, rows, columns, item->classes, options, losses, gradient, &error);
    case DENSE: return plx_loss_dense(input, rows, columns, target, options, losses, gradient, &error);
    case KL:
        return plx_loss_kl(input, rows, columns, target, item->log_targets, options, losses, gradient,
                           &error);
    case DISTILLATION:
        return plx_loss_distillation(input, teacher, rows, columns, item->classes, item->hard_weight, options,
                                     losses, gradient, &error);
    case BINARY: return plx_loss_binary(input, rows, columns, target, options, losses, gradient, &error);
    }
    return PLX_INTERNAL;
}

static enum plx_status compute_narrow(const struct loss_case *item, float *losses, float *gradient)
{
    const size_t rows = item->input.rows, columns = item->input.columns;
    const float *input = item->input.narrow, *target = item->target.narrow;
    const struct plx_loss_options *options = &item->options;
    struct plx_error error;
    switch (function_of(item)) {
    case SPARSE:
        return plx_loss_sparse_float(input, rows, columns, item->classes, options, losses, gradient, &error);
    case DENSE: return plx_loss_dense_float(input, rows, columns, target, options, losses, gradient, &error);
    case KL:
        return plx_loss_kl_float(input, rows, columns, target, item->log_targets, options, losses, gradient,
                                 &error);
    case DISTILLATION:
        return plx_loss_distillation_float(input, item->teacher.narrow, rows, columns, item->classes,
                                           item->hard_weight, options, losses, gradient, &error);
    case BINARY:
        return plx_loss_binary_float(input, rows, columns, target, options, losses, gradient, &error);
    }
    return PLX_INTERNAL;
}

static bool is_near(double found, double expected, double tolerance)
{
    if (isnan(expected))
        return isnan(found);
    return found == expected || fabs(found - expected) <= tolerance * fmax(1, fabs(expected));
}

static void check_numbers(const struct loss_case *item, const char *what, const double *found,
                          const double *expected, size_t count, double tolerance)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_near(found[i], expected[i], tolerance))
            fail_msg("%s: %s[%zu] is %.17g, expected %.17g", item->name, what, i, found[i], expected[i]);
    }
}

/* What a loss of the case gives. */
struct answer {
    double *losses, *gradient;
};

static struct answer answer_new(const struct loss_case *item)
{
    const size_t elements = item->input.rows * item->input.columns;
    const struct answer answer = {calloc(elements, sizeof(double)), calloc(elements, sizeof(double))};
    assert_non_null(answer.losses);
    assert_non_null(answer.gradient);
    return answer;
}

static void answer_free(struct answer *answer)
{
    free(answer->losses);
    free(answer->gradient);
}

static void check_answer(const struct loss_case *item, const struct answer *answer, const double *losses,
                         const double *gradient, double tolerance)
{
    check_numbers(item, "output", answer->losses, losses, item->output.rows * item->output.columns,
                  tolerance);
    check_numbers(item, "gradient", answer->gradient, gradient, item->input.rows * item->input.columns,
                  tolerance);
}

static void check_in_double(const struct loss_case *item, size_t *checked)
{
    struct answer answer = answer_new(item);
    const size_t count = item->output.rows * item->output.columns;
    assert_int_equal(compute_wide(item, item->input.wide, item->target.wide, item->teacher.wide,
                                  answer.losses, answer.gradient),
                     PLX_OK);
    check_answer(item, &answer, item->output.wide, item->gradient.wide, 1e-12);
    /* Without a gradient the same. */
    struct answer alone = answer_new(item);
    assert_int_equal(
        compute_wide(item, item->input.wide, item->target.wide, item->teacher.wide, alone.losses, NULL),
        PLX_OK);
    assert_memory_equal(alone.losses, answer.losses, count * sizeof *alone.losses);
    answer_free(&alone);
    answer_free(&answer);
    ++*checked;
}

/* Rounds numbers to float and back. Returns how far the rounding moved one at most. */
static double rounded(const struct numbers *numbers, double **values)
{
    double moved = 0;
    *values = calloc(numbers->rows * numbers->columns + 1, sizeof **values);
    assert_non_null(*values);
    for (size_t i = 0; i < numbers->rows * numbers->columns; i++) {
        (*values)[i] = (double)numbers->narrow[i];
        if ((*values)[i] != numbers->wide[i] && !isnan(numbers->wide[i]))
            moved = fmax(moved, fabs((*values)[i] - numbers->wide[i]));
    }
    return moved;
}

/* In float the numbers are those of the rounded input in double, and those of PyTorch where rounding leaves
   the input what it was but for 2e-7 (not so where logits are 1e8 + 1). */
static void check_in_float(const struct loss_case *item, size_t *checked)
{
    struct answer narrow = answer_new(item), wide = answer_new(item);
    const size_t elements = item->input.rows * item->input.columns;
    float *losses = calloc(elements, sizeof *losses), *gradient = calloc(elements, sizeof *gradient);
    double *input, *target, *teacher;
    assert_non_null(losses);
    assert_non_null(gradient);
    const double moved = fmax(rounded(&item->input, &input),
                              fmax(rounded(&item->target, &target), rounded(&item->teacher, &teacher)));
    assert_int_equal(compute_narrow(item, losses, gradient), PLX_OK);
    assert_int_equal(compute_wide(item, input, target, teacher, wide.losses, wide.gradient), PLX_OK);
    for (size_t i = 0; i < elements; i++) {
        narrow.losses[i] = (double)losses[i];
        narrow.gradient[i] = (double)gradient[i];
    }
    check_answer(item, &narrow, wide.losses, wide.gradient, 1e-7);
    if (moved <= 2e-7) {
        check_answer(item, &narrow, item->output.wide, item->gradient.wide, 1e-6);
        ++*checked;
    }
    free(losses);
    free(gradient);
    free(input);
    free(target);
    free(teacher);
    answer_free(&narrow);
    answer_free(&wide);
}

/* Walks over the cases of a file of tests/data; returns how many were checked against PyTorch. */
static size_t walk(const char *name, void (*check)(const struct loss_case *item, size_t *checked),
                   size_t *count)
{
    char *path = fixture_path(name);
    struct file_bytes file = file_read(path);
    cJSON *json = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    const cJSON *element;
    size_t checked = 0;
    assert_non_null(json);
    *count = 0;
    cJSON_ArrayForEach(element, cJSON_GetObjectItemCaseSensitive(json, "cases"))
    {
        struct loss_case item;
        read_case(element, &item);
        check(&item, &checked);
        release_case(&item);
        ++*count;
    }
    cJSON_Delete(json);
    free(file.bytes);
    free(path);
    return checked;
}

static void losses__as_pytorch(void **state)
{
    size_t count;
    (void)state;
    assert_int_equal(walk("losses.json", check_in_double, &count), 50);
    assert_int_equal(count, 50);
}

static void losses__as_pytorch_in_float(void **state)
{
    size_t count;
    (void)state;
    assert_int_equal(walk("losses.json", check_in_float, &count), 49);
    assert_int_equal(count, 50);
}

static void losses__as_pytorch_at_the_edges(void **state)
{
    size_t count;
    (void)state;
    assert_int_equal(walk("losses_extreme.json", check_in_double, &count), 96);
    assert_int_equal(count, 96);
}

static void losses__as_pytorch_at_the_edges_in_float(void **state)
{
    size_t count;
    (void)state;
    assert_int_equal(walk("losses_extreme.json", check_in_float, &count), 81);
    assert_int_equal(count, 96);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses__as_pytorch),
        cmocka_unit_test(losses__as_pytorch_in_float),
        cmocka_unit_test(losses__as_pytorch_at_the_edges),
        cmocka_unit_test(losses__as_pytorch_at_the_edges_in_float),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
