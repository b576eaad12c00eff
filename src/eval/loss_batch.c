/* Losses over batches of rows: which rows count, what becomes of their losses, and memory to work in. */
#include "eval/loss_options.h"
#include "eval/loss_row.h"

#include "base/error.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum kind { SPARSE, DENSE, KL, TEACHER };

/* A loss is a sum of one part, or of two. */
struct part {
    enum kind kind;
    struct plx_loss_options options;
    double weight;
    double divisor; /* of its sum over rows */
    double sum;
};

struct batch {
    size_t rows, classes;
    struct plx_loss_numbers input;  /* [rows, classes] */
    struct plx_loss_numbers spread; /* [rows, classes]: targets, or the logits of a teacher */
    const int64_t *targets;         /* [rows], or NULL */
    bool log_targets;
    enum plx_reduction reduction;
    int64_t ignore_index;
    struct part parts[2];
    size_t part_count;
    struct plx_loss_places losses, gradient;
    /* To work in, [classes] each; the last three are for floats. */
    double *exponentials, *coefficients, *wide_input, *wide_spread, *wide_gradient;
};

static bool is_ignored(const struct batch *batch, size_t row)
{
    return batch->targets && batch->targets[row] == batch->ignore_index;
}

static enum plx_status check_targets(const struct batch *batch, struct plx_error *error)
{
    if (batch->classes == 0)
        return plx_error_set(error, PLX_USAGE, "there are no classes");
    for (size_t row = 0; batch->targets && row < batch->rows; row++) {
        const int64_t target = batch->targets[row];
        if (is_ignored(batch, row) || (target >= 0 && (uint64_t)target < batch->classes))
            continue;
        plx_error_set(error, PLX_USAGE, "the target of row %zu, %" PRId64 ", is none of %zu classes", row,
                      target, batch->classes);
        return plx_error_hint(error,
                              "rows and classes are counted from 0; rows whose target is %" PRId64
                              " (ignore_index) are ignored",
                              batch->ignore_index);
    }
    return PLX_OK;
}

/* What the mean of a part divides by. */
static double divisor_of(const struct batch *batch, const struct part *part)
{
    const double *weights = part->kind == SPARSE ? part->options.class_weights : NULL;
    double divisor = 0;
    if (batch->reduction != PLX_REDUCE_MEAN)
        return 1;
    for (size_t row = 0; row < batch->rows; row++) {
        if (!is_ignored(batch, row))
            divisor += weights ? weights[batch->targets[row]] : 1;
    }
    return divisor;
}

/* The row of a matrix as doubles: in place, or widened. */
static const double *wide_row(struct plx_loss_numbers matrix, size_t row, size_t classes, double *wide)
{
    if (matrix.wide)
        return matrix.wide + row * classes;
    for (size_t j = 0; j < classes; j++)
        wide[j] = (double)matrix.narrow[row * classes + j];
    return wide;
}

/* Probabilities of the teacher, whose logits they may replace. */
static const double *teachers(struct batch *batch, const double *logits, double temperature)
{
    struct plx_softmax softmax;
    plx_softmax_row(logits, batch->classes, temperature, batch->coefficients, &softmax);
    for (size_t j = 0; j < batch->classes; j++)
        batch->coefficients[j] /= softmax.sum;
    return batch->coefficients;
}

static double loss_of_part(struct batch *batch, const struct part *part, struct plx_loss_row *row,
                           size_t index)
{
    if (part->kind == SPARSE)
        return plx_loss_row_sparse(row, (size_t)batch->targets[index]);
    const double *spread = wide_row(batch->spread, index, batch->classes, batch->wide_spread);
    if (part->kind == KL)
        return plx_loss_row_kl(row, spread, batch->log_targets);
    if (part->kind == TEACHER)
        spread = teachers(batch, spread, part->options.temperature);
    return plx_loss_row_dense(row, spread);
}

/* The loss of a row, all parts together; its gradient goes into gradient[classes] unless that is NULL. */
static double loss_of_row(struct batch *batch, size_t index, double *gradient)
{
    const double *input = wide_row(batch->input, index, batch->classes, batch->wide_input);
    double loss = 0;
    for (size_t i = 0; i < batch->part_count; i++) {
        struct part *part = &batch->parts[i];
        struct plx_loss_row row = {.classes = batch->classes,
                                   .options = &part->options,
                                   .exponentials = gradient ? batch->exponentials : NULL,
                                   .coefficients = batch->coefficients};
        plx_loss_row_begin(&row, input, part->options.temperature);
        const double own = loss_of_part(batch, part, &row, index);
        if (gradient)
            plx_loss_row_gradient(&row, part->weight / part->divisor, i > 0, gradient);
        part->sum += own;
        loss += part->weight * own;
    }
    return loss;
}

static void compute_row(struct batch *batch, size_t index)
{
    const size_t first = index * batch->classes;
    double *gradient = batch->gradient.wide ? batch->gradient.wide + first : batch->wide_gradient;
    double loss = 0;
    if (!is_ignored(batch, index))
        loss = loss_of_row(batch, index, gradient);
    else if (gradient)
        memset(gradient, 0, batch->classes * sizeof *gradient);
    for (size_t j = 0; gradient && batch->gradient.narrow && j < batch->classes; j++)
        batch->gradient.narrow[first + j] = (float)gradient[j];
    if (batch->reduction == PLX_REDUCE_NONE)
        plx_loss_place(batch->losses, index, loss);
}

/* One block of memory for all that is worked in. */
static double *new_memory(struct batch *batch, struct plx_error *error)
{
    const size_t classes = batch->classes;
    double *memory, *next;
    if (classes > SIZE_MAX / 5) {
        plx_error_set(error, PLX_MEMORY, "there is no memory for %zu classes", classes);
        return NULL;
    }
    next = memory = plx_new_array((batch->input.narrow ? 5 : 2) * classes, sizeof *memory, error);
    if (!memory)
        return NULL;
    batch->exponentials = next;
    batch->coefficients = next + classes;
    if (batch->input.narrow) {
        batch->wide_input = next + 2 * classes;
        batch->wide_spread = next + 3 * classes;
        batch->wide_gradient = batch->gradient.narrow ? next + 4 * classes : NULL;
    }
    return memory;
}

static enum plx_status compute(struct batch *batch, struct plx_error *error)
{
    const enum plx_status status = check_targets(batch, error);
    double *memory, total = 0;
    if (status)
        return status;
    memory = new_memory(batch, error);
    if (!memory)
        return PLX_MEMORY;
    for (size_t i = 0; i < batch->part_count; i++)
        batch->parts[i].divisor = divisor_of(batch, &batch->parts[i]);
    for (size_t row = 0; row < batch->rows; row++)
        compute_row(batch, row);
    for (size_t i = 0; i < batch->part_count; i++)
        total += batch->parts[i].weight * (batch->parts[i].sum / batch->parts[i].divisor);
    if (batch->reduction != PLX_REDUCE_NONE)
        plx_loss_place(batch->losses, 0, total);
    free(memory);
    return PLX_OK;
}

static void add_part(struct batch *batch, enum kind kind, const struct plx_loss_options *options,
                     double weight)
{
    struct part *part = &batch->parts[batch->part_count++];
    *part = (struct part){.kind = kind, .options = *options, .weight = weight};
}

static const struct plx_loss_takes sparse_takes = {.loss = "the cross-entropy with class targets",
                                                   .from_probabilities = true,
                                                   .class_weights = true,
                                                   .ignore_index = true,
                                                   .label_smoothing = true,
                                                   .temperature = true,
                                                   .focal = true};
static const struct plx_loss_takes dense_takes = {.loss = "the cross-entropy with target probabilities",
                                                  .from_probabilities = true,
                                                  .class_weights = true,
                                                  .label_smoothing = true,
                                                  .temperature = true,
                                                  .focal = true};
static const struct plx_loss_takes kl_takes = {
    .loss = "the divergence", .from_probabilities = true, .temperature = true};
static const struct plx_loss_takes distillation_takes = {.loss = "the distillation loss",
                                                         .class_weights = true,
                                                         .ignore_index = true,
                                                         .label_smoothing = true,
                                                         .temperature = true,
                                                         .focal = true};

/* A loss of one part. */
static enum plx_status compute_one(struct batch *batch, enum kind kind, const struct plx_loss_takes *takes,
                                   const struct plx_loss_options *options, struct plx_error *error)
{
    struct plx_loss_options checked;
    const enum plx_status status = plx_loss_options_check(options, takes, &checked, error);
    if (status)
        return status;
    batch->reduction = checked.reduction;
    batch->ignore_index = checked.ignore_index;
    add_part(batch, kind, &checked, 1);
    return compute(batch, error);
}

static enum plx_status compute_distillation(struct batch *batch, double hard_weight,
                                            const struct plx_loss_options *options, struct plx_error *error)
{
    struct plx_loss_options hard;
    const enum plx_status status = plx_loss_options_check(options, &distillation_takes, &hard, error);
    if (status)
        return status;
    if (!(hard_weight >= 0 && hard_weight <= 1))
        return plx_error_set(error, PLX_USAGE, "hard_weight is %g, which is not within 0 and 1", hard_weight);
    const struct plx_loss_options soft = {.temperature = hard.temperature};
    batch->reduction = hard.reduction;
    batch->ignore_index = hard.ignore_index;
    hard.temperature = 1;
    if (hard_weight > 0)
        add_part(batch, SPARSE, &hard, hard_weight);
    if (hard_weight < 1)
        add_part(batch, TEACHER, &soft, (1 - hard_weight) * soft.temperature * soft.temperature);
    return compute(batch, error);
}

enum plx_status plx_loss_sparse(const double *input, size_t rows, size_t classes, const int64_t *targets,
                                const struct plx_loss_options *options, double *losses, double *gradient,
                                struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.wide = input,
                          .targets = targets,
                          .losses.wide = losses,
                          .gradient.wide = gradient};
    return compute_one(&batch, SPARSE, &sparse_takes, options, error);
}

enum plx_status plx_loss_sparse_float(const float *input, size_t rows, size_t classes, const int64_t *targets,
                                      const struct plx_loss_options *options, float *losses, float *gradient,
                                      struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.narrow = input,
                          .targets = targets,
                          .losses.narrow = losses,
                          .gradient.narrow = gradient};
    return compute_one(&batch, SPARSE, &sparse_takes, options, error);
}

enum plx_status plx_loss_dense(const double *input, size_t rows, size_t classes, const double *targets,
                               const struct plx_loss_options *options, double *losses, double *gradient,
                               struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.wide = input,
                          .spread.wide = targets,
                          .losses.wide = losses,
                          .gradient.wide = gradient};
    return compute_one(&batch, DENSE, &dense_takes, options, error);
}

enum plx_status plx_loss_dense_float(const float *input, size_t rows, size_t classes, const float *targets,
                                     const struct plx_loss_options *options, float *losses, float *gradient,
                                     struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.narrow = input,
                          .spread.narrow = targets,
                          .losses.narrow = losses,
                          .gradient.narrow = gradient};
    return compute_one(&batch, DENSE, &dense_takes, options, error);
}

enum plx_status plx_loss_kl(const double *input, size_t rows, size_t classes, const double *targets,
                            bool log_targets, const struct plx_loss_options *options, double *losses,
                            double *gradient, struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.wide = input,
                          .spread.wide = targets,
                          .log_targets = log_targets,
                          .losses.wide = losses,
                          .gradient.wide = gradient};
    return compute_one(&batch, KL, &kl_takes, options, error);
}

enum plx_status plx_loss_kl_float(const float *input, size_t rows, size_t classes, const float *targets,
                                  bool log_targets, const struct plx_loss_options *options, float *losses,
                                  float *gradient, struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.narrow = input,
                          .spread.narrow = targets,
                          .log_targets = log_targets,
                          .losses.narrow = losses,
                          .gradient.narrow = gradient};
    return compute_one(&batch, KL, &kl_takes, options, error);
}

enum plx_status plx_loss_distillation(const double *logits, const double *teacher, size_t rows,
                                      size_t classes, const int64_t *targets, double hard_weight,
                                      const struct plx_loss_options *options, double *losses,
                                      double *gradient, struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.wide = logits,
                          .spread.wide = teacher,
                          .targets = targets,
                          .losses.wide = losses,
                          .gradient.wide = gradient};
    return compute_distillation(&batch, hard_weight, options, error);
}

enum plx_status plx_loss_distillation_float(const float *logits, const float *teacher, size_t rows,
                                            size_t classes, const int64_t *targets, double hard_weight,
                                            const struct plx_loss_options *options, float *losses,
                                            float *gradient, struct plx_error *error)
{
    struct batch batch = {.rows = rows,
                          .classes = classes,
                          .input.narrow = logits,
                          .spread.narrow = teacher,
                          .targets = targets,
                          .losses.narrow = losses,
                          .gradient.narrow = gradient};
    return compute_distillation(&batch, hard_weight, options, error);
}
