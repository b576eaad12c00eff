#include "eval/loss_options.h"
#include "eval/loss_row.h"

#include <math.h>

struct binary_weights {
    double positive, negative; /* of −ln p and −ln(1 − p) */
};

static struct binary_weights weights_of(const struct plx_loss_options *options, size_t column, double label)
{
    const double weight = options->class_weights ? options->class_weights[column] : 1;
    const double positive = options->positive_weights ? options->positive_weights[column] : 1;
    const double smooth = label * (1 - options->label_smoothing) + options->label_smoothing / 2;
    const double valid = label >= 0 && label <= 1 ? weight : (double)NAN;
    return (struct binary_weights){valid * positive * smooth, valid * (1 - smooth)};
}

/* −ln p = ln(1 + exp(−z)), −ln(1 − p) = ln(1 + exp z), and p itself: all from exp(−|z|), which is not
 * above 1. */
static double loss_of_logit(struct binary_weights weights, double z, double *derivative)
{
    const double small = exp(-fabs(z)), above = log1p(small);
    const double more = 1 / (1 + small), less = small * more;
    *derivative = z > 0 ? weights.negative * more - weights.positive * less
                        : weights.negative * less - weights.positive * more;
    return plx_loss_product(weights.positive, fmax(-z, 0) + above) +
           plx_loss_product(weights.negative, fmax(z, 0) + above);
}

static double loss_of_probability(struct binary_weights weights, double p, double *derivative)
{
    const double valid =
        p >= 0 && p <= 1 ? fabs(p) : (double)NAN; /* -0 would have an inverse of the other sign */
    *derivative =
        plx_loss_product(weights.negative, 1 / (1 - valid)) - plx_loss_product(weights.positive, 1 / valid);
    return plx_loss_product(weights.positive, plx_surprisal(p)) +
           plx_loss_product(weights.negative, 0 - log1p(-valid));
}

static enum plx_status loss_binary(struct plx_loss_numbers input, size_t rows, size_t columns,
                                   struct plx_loss_numbers labels, const struct plx_loss_options *options,
                                   struct plx_loss_places losses, struct plx_loss_places gradient,
                                   struct plx_error *error)
{
    static const struct plx_loss_takes takes = {.loss = "the binary cross-entropy",
                                                .from_probabilities = true,
                                                .class_weights = true,
                                                .positive_weights = true,
                                                .label_smoothing = true,
                                                .temperature = true};
    struct plx_loss_options checked;
    const enum plx_status status = plx_loss_options_check(options, &takes, &checked, error);
    if (status)
        return status;
    const bool is_mean = checked.reduction == PLX_REDUCE_MEAN;
    const double elements = (double)rows * (double)columns;
    const double scale = (is_mean ? 1 / elements : 1) / checked.temperature;
    double sum = 0;
    for (size_t i = 0; i < rows * columns; i++) {
        const struct binary_weights weights = weights_of(&checked, i % columns, plx_loss_number(labels, i));
        const double x = plx_loss_number(input, i);
        double derivative;
        const double loss = checked.from_probabilities
                                ? loss_of_probability(weights, x, &derivative)
                                : loss_of_logit(weights, x / checked.temperature, &derivative);
        if (plx_loss_is_asked(gradient))
            plx_loss_place(gradient, i, derivative * scale);
        if (checked.reduction == PLX_REDUCE_NONE)
            plx_loss_place(losses, i, loss);
        sum += loss;
    }
    if (checked.reduction != PLX_REDUCE_NONE)
        plx_loss_place(losses, 0, is_mean ? sum / elements : sum);
    return PLX_OK;
}

enum plx_status plx_loss_binary(const double *input, size_t rows, size_t columns, const double *labels,
                                const struct plx_loss_options *options, double *losses, double *gradient,
                                struct plx_error *error)
{
    return loss_binary(
        (struct plx_loss_numbers){.wide = input}, rows, columns, (struct plx_loss_numbers){.wide = labels},
        options, (struct plx_loss_places){.wide = losses}, (struct plx_loss_places){.wide = gradient}, error);
}

enum plx_status plx_loss_binary_float(const float *input, size_t rows, size_t columns, const float *labels,
                                      const struct plx_loss_options *options, float *losses, float *gradient,
                                      struct plx_error *error)
{
    return loss_binary((struct plx_loss_numbers){.narrow = input}, rows, columns,
                       (struct plx_loss_numbers){.narrow = labels}, options,
                       (struct plx_loss_places){.narrow = losses},
                       (struct plx_loss_places){.narrow = gradient}, error);
}
