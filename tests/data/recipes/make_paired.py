#!/usr/bin/env python3
"""Two models' nats on the same tokens, made up, and what SciPy and numpy say of their difference, as JSON on
standard output.

The differences follow each other by x_i = phi x_(i - 1) + noise, the noise of Student's t with 5 degrees of
freedom, about a mean. Every figure is of new - base:

block_length      by the formulas of Politis and White (2004) and Patton, Politis and White (2009), written
                  down here again: the lag from which on five autocorrelations are small is found as np::b.star
                  of R and arch.bootstrap.optimal_block_length of Python find it; the latter gives the same
                  lengths for these data
standard_error    of the mean of blocks of `block`, the last one shorter: by linearisation of the ratio
t_interval        scipy.stats.t about the mean, of whole blocks alone
bootstrap         the symmetric bootstrap-t; blocks are drawn by scipy.stats.bootstrap, 200,000 times
unpaired          the same of the difference b - a of two samples of blocks of other tokens, both skewed
ttest_rel         scipy.stats.ttest_rel, which takes the tokens for independent
"""

import json

import numpy
import scipy.stats

TOKENS, RESAMPLES = 1000, 200000


def block_length(values):
    n = len(values)
    errors = values - numpy.mean(values)
    most = int(numpy.ceil(numpy.sqrt(n))) + 5
    gamma = numpy.array([errors[: n - k] @ errors[k:] for k in range(most + 1)]) / n
    small = numpy.abs(gamma / gamma[0]) < 2 * numpy.sqrt(numpy.log10(n) / n)
    lags = [lag for lag in range(1, most - 4) if small[lag : lag + 5].all()]
    width = min(2 * lags[0], most) if lags else most
    k = numpy.arange(-width, width + 1)
    window = numpy.minimum(1, 2 * (1 - numpy.abs(k) / width))
    terms = window * gamma[numpy.abs(k)]
    g, d = numpy.sum(terms * numpy.abs(k)), 4 / 3 * numpy.sum(terms) ** 2
    return min((2 * g * g / d * n) ** (1 / 3), numpy.ceil(min(3 * numpy.sqrt(n), n / 3)))


def error_of(sums, weights):
    """The standard error of sum(sums) / sum(weights), along the last axis."""
    count, total = sums.shape[-1], weights.sum(axis=-1)
    mean = sums.sum(axis=-1) / total
    squares = ((sums - mean[..., None] * weights) ** 2).sum(axis=-1)
    return numpy.sqrt(squares * count / (count - 1)) / total


def draw(sums, weights):
    mean, error = sums.sum() / weights.sum(), error_of(sums, weights)

    def deviation(drawn, axis=-1):
        s, w = sums[drawn], weights[drawn]
        return numpy.abs(s.sum(axis=axis) / w.sum(axis=axis) - mean) / error_of(s, w)

    found = scipy.stats.bootstrap(
        (numpy.arange(len(sums)),), deviation, n_resamples=RESAMPLES, batch=2000, method="percentile",
        random_state=20040401)
    deviations = found.bootstrap_distribution
    reach = numpy.quantile(deviations, 0.95) * error
    return {
        "low": mean - reach,
        "high": mean + reach,
        "p_value": float(numpy.mean(deviations * error >= abs(mean))),
    }


def unpaired(random):
    sums = [numpy.round(random.exponential(1, count) ** 2, 4) for count in (14, 10)]
    weights = [numpy.ceil(random.gamma(5, 2, len(each))) for each in sums]
    means = [s.sum() / w.sum() for s, w in zip(sums, weights)]
    mean = means[1] - means[0]
    error = numpy.hypot(*(error_of(s, w) for s, w in zip(sums, weights)))

    def deviation(first, second, axis=-1):
        offs, errors = [], []
        for drawn, s, w, own in zip((first, second), sums, weights, means):
            offs.append(s[drawn].sum(axis=axis) / w[drawn].sum(axis=axis) - own)
            errors.append(error_of(s[drawn], w[drawn]))
        return numpy.abs(offs[1] - offs[0]) / numpy.hypot(*errors)

    found = scipy.stats.bootstrap(
        tuple(numpy.arange(len(each)) for each in sums), deviation, n_resamples=RESAMPLES, batch=2000,
        method="percentile", random_state=20090401)
    deviations = found.bootstrap_distribution
    reach = numpy.quantile(deviations, 0.95) * error
    return {
        "sums": [each.tolist() for each in sums],
        "weights": [each.tolist() for each in weights],
        "mean": float(mean),
        "standard_error": float(error),
        "bootstrap": {
            "low": mean - reach,
            "high": mean + reach,
            "p_value": float(numpy.mean(deviations * error >= abs(mean))),
        },
    }


def case(phi, shift, random):
    noise = random.standard_t(5, TOKENS + 500) * 0.1
    values = numpy.zeros(TOKENS + 500)
    for i in range(1, len(values)):
        values[i] = phi * values[i - 1] + noise[i]
    base = numpy.round(random.gamma(1.5, 2, TOKENS), 4)
    new = numpy.round(base + shift + values[500:], 4)
    new = numpy.maximum(new, 0)
    difference = new - base
    length = block_length(difference)
    block = int(numpy.ceil(length))
    begins = numpy.arange(0, TOKENS, block)
    sums = numpy.add.reduceat(difference, begins)
    weights = numpy.diff(numpy.append(begins, TOKENS)).astype(float)
    whole = TOKENS // block
    means = sums[:whole] / block
    interval = scipy.stats.t.interval(0.95, whole - 1, loc=means.mean(), scale=scipy.stats.sem(means))
    return {
        "base": base.tolist(),
        "new": new.tolist(),
        "mean": float(sums.sum() / TOKENS),
        "block_length": float(length),
        "block": block,
        "standard_error": float(error_of(sums, weights)),
        "t_interval": [float(end) for end in interval],
        "ttest_rel": float(scipy.stats.ttest_rel(new, base).pvalue),
        "bootstrap": draw(sums, weights),
    }


def main():
    random = numpy.random.default_rng(2009)
    cases = [case(0.0, 0.01, random), case(0.5, 0.02, random), case(0.8, 0.05, random)]
    print(json.dumps({"resamples": RESAMPLES, "cases": cases, "unpaired": unpaired(random)}))


main()
