#include "eval/loss_row.h"

#include <math.h>

static double nats_of(const struct plx_loss_row *row, size_t j)
{
    return row->options->from_probabilities ? plx_surprisal(row->input[j])
                                            : plx_softmax_nats(&row->softmax, row->input[j]);
}

/* w_j α_j. */
static double factor_of(const struct plx_loss_options *options, size_t j)
{
    const double weight = options->class_weights ? options->class_weights[j] : 1;
    return options->focal_alpha ? weight * options->focal_alpha[j] : weight;
}

/* a (1 − q)^γ · nats, q = exp(−nats), and −∂/∂ln q of it: a ((1 − q)^γ + γ q nats (1 − q)^(γ − 1)). There, as
   q goes to 1 nats/(1 − q) goes to 1, and as it goes to 0 q · nats goes to 0. */
static double focal_term(double gamma, double a, double nats, double *coefficient)
{
    if (gamma == 0) {
        *coefficient = a;
        return plx_loss_product(a, nats);
    }
    const double q = exp(-nats), missing = -expm1(-nats);
    const double modulated = a * pow(missing, gamma);
    const double ratio = missing > 0 ? nats / missing : 1;
    *coefficient = modulated * (1 + (q > 0 ? gamma * q * ratio : 0));
    return plx_loss_product(modulated, nats);
}

void plx_loss_row_begin(struct plx_loss_row *row, const double *input, double temperature)
{
    row->input = input;
    if (!row->options->from_probabilities)
        plx_softmax_row(input, row->classes, temperature, row->exponentials, &row->softmax);
}

/* Σ of the terms of a[classes]. */
static double spread_over(struct plx_loss_row *row, const double *a)
{
    const double gamma = row->options->focal_gamma;
    double loss = 0;
    row->total = 0;
    if (gamma == 0) {
        row->spread = a;
        if (!row->options->from_probabilities)
            return plx_softmax_cross_entropy(&row->softmax, row->input, a, row->classes, &row->total);
        for (size_t j = 0; j < row->classes; j++)
            loss += plx_loss_product(a[j], nats_of(row, j)); /* of Σ c only logits have need */
        return loss;
    }
    row->spread = row->coefficients;
    for (size_t j = 0; j < row->classes; j++) {
        loss += focal_term(gamma, a[j], nats_of(row, j), &row->coefficients[j]);
        row->total += row->coefficients[j];
    }
    return loss;
}

double plx_loss_row_sparse(struct plx_loss_row *row, size_t target)
{
    const struct plx_loss_options *options = row->options;
    const double smoothing = options->label_smoothing, uniform = smoothing / (double)row->classes;
    const double factor = factor_of(options, target);
    if (smoothing == 0) {
        const double loss = focal_term(options->focal_gamma, factor, nats_of(row, target), &row->single);
        row->spread = NULL;
        row->target = target;
        row->total = row->single;
        return loss;
    }
    for (size_t j = 0; j < row->classes; j++)
        row->coefficients[j] = factor_of(options, j) * uniform;
    row->coefficients[target] += factor * (1 - smoothing);
    return spread_over(row, row->coefficients);
}

double plx_loss_row_dense(struct plx_loss_row *row, const double *targets)
{
    const struct plx_loss_options *options = row->options;
    const double smoothing = options->label_smoothing, uniform = smoothing / (double)row->classes;
    if (smoothing == 0 && !options->class_weights && !options->focal_alpha)
        return spread_over(row, targets);
    for (size_t j = 0; j < row->classes; j++)
        row->coefficients[j] = factor_of(options, j) * (targets[j] * (1 - smoothing) + uniform);
    return spread_over(row, row->coefficients);
}

double plx_loss_row_kl(struct plx_loss_row *row, const double *targets, bool log_targets)
{
    double loss = 0;
    row->spread = row->coefficients;
    row->total = 0;
    for (size_t j = 0; j < row->classes; j++) {
        const double t = log_targets ? exp(targets[j]) : targets[j];
        const double nats = nats_of(row, j);
        loss += t == 0 ? plx_loss_product(t, nats) : t * ((log_targets ? targets[j] : log(t)) + nats);
        row->coefficients[j] = t;
        row->total += t;
    }
    return loss;
}

/* −c/p, and of -0 as of 0; nothing where nothing was asked of a probability of 0, and NaN where p is none. */
static double derivative_by_probability(double coefficient, double p)
{
    if (coefficient == 0 && p == 0)
        return 0;
    return p >= 0 && p <= 1 ? 0 - coefficient / fabs(p) : (double)NAN;
}

static void gradient_of_probabilities(const struct plx_loss_row *row, double scale, bool add,
                                      double *gradient)
{
    if (!add) {
        for (size_t j = 0; j < row->classes; j++)
            gradient[j] = 0;
    }
    if (!row->spread) {
        gradient[row->target] += scale * derivative_by_probability(row->single, row->input[row->target]);
        return;
    }
    for (size_t j = 0; j < row->classes; j++)
        gradient[j] += scale * derivative_by_probability(row->spread[j], row->input[j]);
}

void plx_loss_row_gradient(const struct plx_loss_row *row, double scale, bool add, double *gradient)
{
    if (row->options->from_probabilities) {
        gradient_of_probabilities(row, scale, add, gradient);
        return;
    }
    const double by_logit = scale / row->softmax.temperature;
    const double mass = by_logit * row->total / row->softmax.sum;
    const double *exponentials = row->exponentials;
    if (add) {
        for (size_t j = 0; j < row->classes; j++)
            gradient[j] += exponentials[j] * mass;
    } else {
        for (size_t j = 0; j < row->classes; j++)
            gradient[j] = exponentials[j] * mass;
    }
    if (!row->spread) {
        gradient[row->target] -= row->single * by_logit;
        return;
    }
    for (size_t j = 0; j < row->classes; j++)
        gradient[j] -= row->spread[j] * by_logit;
}
