#include <perplex/loss.h>

#include "eval/loss_row.h"

#include "base/logarithms.h"
#include "base/logsumexp.h"

#include <math.h>

static int outside_unit(double x)
{
    return !(x >= 0.0 && x <= 1.0);
}

double plx_surprisal(double probability)
{
    if (outside_unit(probability))
        return (double)NAN;
    return 0.0 - log(probability);
}

double plx_cross_entropy(const double *logits, size_t n, size_t target)
{
    double maximum;
    const double above = plx_logsumexp_above(logits, n, &maximum);
    return (maximum - logits[target]) + above;
}

double plx_binary_cross_entropy(double probability, double label)
{
    if (outside_unit(probability) || outside_unit(label))
        return (double)NAN;
    const double yes = label > 0.0 ? label * log(probability) : 0.0;
    const double no = label < 1.0 ? (1.0 - label) * log1p(-probability) : 0.0;
    return 0.0 - (yes + no);
}

double plx_binary_cross_entropy_logit(double logit, double label)
{
    const double above = logit > 0.0 ? logit : 0.0;
    return above - logit * label + log1p(exp(-fabs(logit)));
}

double plx_cross_entropy_distributions(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += outside_unit(p[i]) ? (double)NAN : plx_loss_product(p[i], plx_surprisal(q[i]));
    return sum;
}

double plx_entropy(const double *p, size_t n)
{
    return plx_cross_entropy_distributions(p, p, n);
}

/* ln(p/q) of values in (0, 1] and [0, 1]; the quotient of the least ones does not fit a double. */
static double log_ratio(double p, double q)
{
    const double ratio = p / q;
    return isnormal(ratio) ? log(ratio) : log(p) - log(q);
}

double plx_kl_divergence(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (outside_unit(p[i]) || outside_unit(q[i]))
            return (double)NAN;
        sum += p[i] > 0 ? p[i] * log_ratio(p[i], q[i]) : 0;
    }
    return sum;
}

double plx_bits(double nats)
{
    return nats / PLX_LN_2;
}

double plx_hartleys(double nats)
{
    return nats / PLX_LN_10;
}

double plx_perplexity(double mean_nats)
{
    return exp(mean_nats);
}

double plx_perplexity_nats(double perplexity)
{
    return log(perplexity);
}
