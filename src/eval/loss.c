#include <perplex/loss.h>

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
