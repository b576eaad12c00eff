#include "eval/bootstrap.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/neumaier.h"
#include "base/pool.h"
#include "base/student.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Resamples of one job, and jobs under way. */
#define JOB_RESAMPLES 128
#define JOBS          64

#define RESAMPLES_LEAST 100

/* What a block adds: e = sum − mean · weight, and the products that the standard error of a resample is made
 * of.
 */
struct term {
    double e, w, ee, ew, ww;
};

/* Blocks about their own mean. */
struct sample {
    struct term *terms; /* [count] */
    size_t count;
    double mean, variance; /* of the mean */
};

struct bootstrap {
    struct sample samples[2]; /* [sample_count]: the mean of the last less that of the one before it */
    size_t sample_count;
    const struct plx_bootstrap_options *options;
    double *deviations; /* [resamples] how many of its own standard errors each mean is off */
};

struct job {
    struct bootstrap *bootstrap;
    size_t begin, end; /* resamples */
};

/* splitmix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014). */
#define GOLDEN UINT64_C(0x9E3779B97F4A7C15)

static inline uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static inline void add_term(struct term *sum, const struct term *term)
{
    sum->e += term->e;
    sum->w += term->w;
    sum->ee += term->ee;
    sum->ew += term->ew;
    sum->ww += term->ww;
}

/* As many blocks as there are, each as likely as the others to one in 2^32 / count. */
static struct term draw(const struct sample *sample, uint64_t *state)
{
    struct term even = {0}, odd = {0};
    const uint64_t count = sample->count;
    for (size_t i = 0; i < sample->count; i += 2) {
        const uint64_t random = mix(*state += GOLDEN);
        add_term(&even, sample->terms + ((random & UINT32_MAX) * count >> 32));
        if (i + 1 < sample->count)
            add_term(&odd, sample->terms + ((random >> 32) * count >> 32));
    }
    add_term(&even, &odd);
    return even;
}

/* The square of the standard error of a mean that is off by `off`. What may be nothing but rounding, where
   all blocks have the same mean, counts as 0. */
static double variance_of(const struct term *sum, size_t count, double off)
{
    const double middle = 2 * off * sum->ew, end = off * off * sum->ww, k = (double)count;
    const double squares = sum->ee - middle + end;
    const bool rounding = squares <= k * DBL_EPSILON * (sum->ee + fabs(middle) + end);
    return rounding ? 0 : squares * (k / (k - 1)) / (sum->w * sum->w);
}

static double draw_deviation(const struct bootstrap *bootstrap, size_t resample)
{
    uint64_t state = mix(bootstrap->options->seed + GOLDEN * ((uint64_t)resample + 1));
    double off = 0, variance = 0;
    for (size_t i = 0; i < bootstrap->sample_count; i++) {
        const struct term sum = draw(bootstrap->samples + i, &state);
        const double own = sum.e / sum.w;
        off = own - off;
        variance += variance_of(&sum, bootstrap->samples[i].count, own);
    }
    if (off == 0)
        return 0;
    const double deviation = fabs(off) / sqrt(variance);
    return isnan(deviation) ? (double)INFINITY : deviation; /* nothing but blocks of no weight */
}

static void run_job(void *pointer, unsigned worker, void *user)
{
    const struct job *job = pointer;
    (void)worker;
    (void)user;
    for (size_t i = job->begin; i < job->end; i++)
        job->bootstrap->deviations[i] = draw_deviation(job->bootstrap, i);
}

static enum plx_status draw_all(struct bootstrap *bootstrap, struct plx_error *error)
{
    const struct plx_bootstrap_options *options = bootstrap->options;
    struct job jobs[JOBS];
    bool stopped = false;
    struct plx_pool *pool = plx_pool_new(options->threads, error);
    struct plx_lane *lane = pool ? plx_lane_new(pool, JOBS, run_job, NULL, error) : NULL;
    for (size_t begin = 0, i = 0; lane && !stopped && begin < options->resamples;
         begin = jobs[i++ % JOBS].end) {
        const size_t left = options->resamples - begin;
        if (plx_lane_full(lane))
            plx_lane_take(lane);
        jobs[i % JOBS] =
            (struct job){bootstrap, begin, begin + (left < JOB_RESAMPLES ? left : JOB_RESAMPLES)};
        plx_lane_submit(lane, jobs + i % JOBS);
        stopped = options->interrupted && options->interrupted(options->user);
    }
    while (lane && !stopped && plx_lane_count(lane) > 0)
        plx_lane_take(lane);
    const enum plx_status status = lane ? PLX_OK : PLX_MEMORY;
    plx_lane_free(lane);
    plx_pool_free(pool);
    return stopped ? plx_error_set(error, PLX_INTERRUPTED, "interrupted") : status;
}

static double total(const double *values, size_t count)
{
    struct plx_neumaier sum = {0};
    for (size_t i = 0; i < count; i++)
        plx_neumaier_add(&sum, values[i]);
    return isfinite(sum.value) ? plx_neumaier_total(sum) : sum.value;
}

static enum plx_status measure(struct sample *sample, const struct plx_bootstrap_blocks *blocks,
                               struct plx_error *error)
{
    struct term sum = {0};
    sample->count = blocks->count;
    sample->mean = total(blocks->sums, blocks->count) / total(blocks->weights, blocks->count);
    sample->terms = plx_new_array(blocks->count, sizeof *sample->terms, error);
    if (!sample->terms)
        return PLX_MEMORY;
    for (size_t i = 0; i < blocks->count; i++) {
        const double w = blocks->weights[i], even = sample->mean * w, off = blocks->sums[i] - even;
        const double e = fabs(off) <= 2 * DBL_EPSILON * fabs(even) ? 0 : off;
        sample->terms[i] = (struct term){e, w, e * e, e * w, w * w};
        add_term(&sum, sample->terms + i);
    }
    sample->variance = variance_of(&sum, blocks->count, 0);
    return PLX_OK;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Degrees of freedom: K - 1 of one sample, of two by F. E. Satterthwaite (1946). */
static size_t count_freedom(const struct bootstrap *bootstrap, double variance)
{
    double divisor = 0;
    for (size_t i = 0; i < bootstrap->sample_count; i++) {
        const double own = bootstrap->samples[i].variance;
        divisor += own / variance * own / variance / ((double)bootstrap->samples[i].count - 1);
    }
    return (size_t)floor(1 / divisor * (1 + 1e-9));
}

/* Student's t instead of what was drawn. The p-value has the bounds that it has there. */
static void conclude_by_student(struct plx_bootstrap *found, size_t freedom, size_t resamples)
{
    const double reach = plx_student_95(freedom) * found->standard_error;
    const double p = plx_student_beyond(fabs(found->mean) / found->standard_error, freedom);
    const bool outside = fabs(found->mean) > reach;
    found->freedom = freedom;
    found->low = found->mean - reach;
    found->high = found->mean + reach;
    found->p_value = outside ? fmin(fmax(p, 1 / (double)(resamples + 1)), nextafter(0.05, 0)) : fmax(p, 0.05);
}

/* The c-th largest deviation is q, where c is the least number of resamples as far off as the mean is from 0
   by which the p-value is not below 1/20. Both compare the same products, so that they never contradict each
   other. */
static void conclude(struct plx_bootstrap *found, double *deviations, size_t resamples)
{
    size_t beyond = 0;
    qsort(deviations, resamples, sizeof *deviations, compare_doubles);
    const double reach = deviations[resamples - resamples / 20] * found->standard_error;
    while (beyond < resamples &&
           deviations[resamples - 1 - beyond] * found->standard_error >= fabs(found->mean))
        beyond++;
    found->low = found->mean - reach;
    found->high = found->mean + reach;
    found->p_value = (double)(beyond + 1) / (double)(resamples + 1);
}

static enum plx_status run_bootstrap(struct bootstrap *bootstrap, struct plx_bootstrap *found,
                                     struct plx_error *error)
{
    const size_t resamples = bootstrap->options->resamples;
    double variance = 0;
    bool enough = true;
    found->mean = 0;
    for (size_t i = 0; i < bootstrap->sample_count; i++) {
        const struct sample *sample = bootstrap->samples + i;
        found->mean = sample->mean - found->mean;
        variance += sample->variance;
        enough = enough && sample->count >= PLX_BOOTSTRAP_BLOCKS_LEAST;
    }
    if (!enough || !isfinite(found->mean) || !isfinite(variance)) {
        found->standard_error = found->low = found->high = found->p_value = (double)NAN;
        return PLX_OK;
    }
    found->standard_error = sqrt(variance);
    bootstrap->deviations = plx_new_array(resamples, sizeof *bootstrap->deviations, error);
    const enum plx_status status = bootstrap->deviations ? draw_all(bootstrap, error) : PLX_MEMORY;
    if (status)
        return status;
    conclude(found, bootstrap->deviations, resamples);
    if (variance > 0 && isinf(found->high))
        conclude_by_student(found, count_freedom(bootstrap, variance), resamples);
    return PLX_OK;
}

static enum plx_status open_and_run(const struct plx_bootstrap_blocks *const *blocks, size_t count,
                                    const struct plx_bootstrap_options *options, struct plx_bootstrap *found,
                                    struct plx_error *error)
{
    struct bootstrap bootstrap = {.sample_count = count, .options = options};
    enum plx_status status = PLX_OK;
    *found = (struct plx_bootstrap){0};
    if (options->resamples < RESAMPLES_LEAST || options->resamples > UINT32_MAX || options->threads < 1)
        return plx_error_set(error, PLX_USAGE, "a bootstrap takes at least %d resamples and a thread",
                             RESAMPLES_LEAST);
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = measure(bootstrap.samples + i, blocks[i], error);
    if (status == PLX_OK)
        status = run_bootstrap(&bootstrap, found, error);
    for (size_t i = 0; i < count; i++)
        free(bootstrap.samples[i].terms);
    free(bootstrap.deviations);
    return status;
}

enum plx_status plx_bootstrap_mean(const struct plx_bootstrap_blocks *blocks,
                                   const struct plx_bootstrap_options *options, struct plx_bootstrap *found,
                                   struct plx_error *error)
{
    return open_and_run(&blocks, 1, options, found, error);
}

enum plx_status plx_bootstrap_difference(const struct plx_bootstrap_blocks *a,
                                         const struct plx_bootstrap_blocks *b,
                                         const struct plx_bootstrap_options *options,
                                         struct plx_bootstrap *found, struct plx_error *error)
{
    const struct plx_bootstrap_blocks *const both[2] = {a, b};
    return open_and_run(both, 2, options, found, error);
}
