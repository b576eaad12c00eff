#include "report/compare/intervals.h"

#include "base/number.h"
#include "base/student.h"
#include "eval/bootstrap.h"
#include "report/result/result_file.h"

#include <perplex/evaluate.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define RESAMPLES 10000

/* Reading. */

static enum plx_status read_sum(const cJSON *object, const char *key, const struct plx_json_path *path,
                                const char *name, plx_int128 *sum, struct plx_error *error)
{
    const char *text;
    const struct plx_json_path place = {path, key, 0};
    const enum plx_status status = plx_json_get_string(object, key, path, name, &text, error);
    if (status)
        return status;
    if (!plx_exact_parse(text, sum))
        return plx_json_error(&place, name, error, "not an integer of 128 bits");
    return PLX_OK;
}

static enum plx_status read_nats(const cJSON *object, const struct plx_json_path *path, const char *name,
                                 struct plx_exact *nats, struct plx_error *error)
{
    const char *squares;
    const struct plx_json_path place = {path, "squares", 0};
    enum plx_status status;
    if ((status = read_sum(object, "sum", path, name, &nats->sum, error)) ||
        (status = plx_json_get_string(object, "squares", path, name, &squares, error)) ||
        (status = plx_json_get_u64(object, "count", path, name, 0, UINT64_MAX, &nats->count, error)) ||
        (status = plx_json_get_u64(object, "infinite", path, name, 0, nats->count, &nats->infinite, error)))
        return status;
    if (!plx_exact_parse_unsigned(squares, &nats->squares))
        return plx_json_error(&place, name, error, "not an integer of 128 bits");
    return PLX_OK;
}

static enum plx_status read_blocks(const cJSON *object, const struct plx_json_path *path, const char *name,
                                   struct plx_result_blocks *blocks, struct plx_error *error)
{
    const struct plx_json_path counts_path = {path, "counts", 0};
    const cJSON *counts, *sums;
    enum plx_status status;
    if ((status = plx_json_get_u64(object, "targets", path, name, 1, UINT64_MAX, &blocks->targets, error)) ||
        (status = plx_json_get_array(object, "counts", path, name, &counts, error)) ||
        (status = plx_json_get_array(object, "sums", path, name, &sums, error)))
        return status;
    const int count = cJSON_GetArraySize(counts);
    if (count > PLX_BLOCKS_MAX || cJSON_GetArraySize(sums) != count)
        return plx_json_error(&counts_path, name, error,
                              "counts and sums of blocks should be as many, at most %d", PLX_BLOCKS_MAX);
    for (const cJSON *scored = counts->child, *sum = sums->child; scored && sum;
         scored = scored->next, sum = sum->next) {
        const struct plx_json_path place = {&counts_path, NULL, blocks->count};
        if (!cJSON_IsNumber(scored) || !(scored->valuedouble >= 0 && scored->valuedouble < 0x1p53) ||
            !cJSON_IsString(sum) || !plx_exact_parse(sum->valuestring, blocks->sums + blocks->count))
            return plx_json_error(&place, name, error, "a block needs a count and a sum");
        blocks->scored[blocks->count++] = (uint64_t)scored->valuedouble;
    }
    return PLX_OK;
}

enum plx_status plx_result_blocks_read(const cJSON *result, const char *path,
                                       struct plx_result_blocks *blocks, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, accumulators = {&root, "accumulators", 0},
                               nats = {&accumulators, "nats", 0}, along = {&accumulators, "blocks", 0};
    const cJSON *object = plx_result_member(result, "accumulators");
    *blocks = (struct plx_result_blocks){0};
    const enum plx_status status =
        read_nats(plx_result_member(object, "nats"), &nats, path, &blocks->nats, error);
    if (status || !plx_result_member(object, "blocks")) /* older results have none */
        return status;
    return read_blocks(plx_result_member(object, "blocks"), &along, path, blocks, error);
}

/* Testing. */

static struct plx_bootstrap_options how(const struct plx_compare_options *options)
{
    return (struct plx_bootstrap_options){
        .resamples = options->resamples ? options->resamples : RESAMPLES,
        .seed = options->seed,
        .threads = options->threads ? options->threads : plx_processors(),
        .interrupted = options->interrupted,
        .user = options->user,
    };
}

static void put_found(struct plx_interval_test *test, const struct plx_bootstrap *found,
                      const struct plx_compare_options *options)
{
    test->seed = options->seed;
    test->standard_error = found->standard_error;
    test->low = found->low;
    test->high = found->high;
    test->p_value = found->p_value;
    test->freedom = found->freedom;
    test->known = isfinite(test->difference) && isfinite(found->low) && isfinite(found->high);
    test->resamples = test->known ? how(options).resamples : 0;
}

/* The interval of a difference whose standard error is that of independent tokens. */
static void put_independent(struct plx_interval_test *test, double standard_error)
{
    test->independent_low = test->difference - PLX_NORMAL_95 * standard_error;
    test->independent_high = test->difference + PLX_NORMAL_95 * standard_error;
}

/* The same as the test itself, for want of a better one: of results that are not paired, which makes it wide.
   Fewer tokens say as little as fewer blocks. */
static void take_independent(struct plx_interval_test *test, double standard_error)
{
    test->drawn = PLX_DRAWN_NOTHING;
    test->blocks = test->length = test->resamples = 0;
    test->standard_error = standard_error;
    test->low = test->independent_low;
    test->high = test->independent_high;
    test->p_value = standard_error > 0 ? erfc(fabs(test->difference) / standard_error / sqrt(2.0))
                                       : (double)(test->difference == 0);
    test->known = isfinite(standard_error) && test->tokens >= PLX_BOOTSTRAP_BLOCKS_LEAST;
}

static enum plx_status draw(const struct plx_bootstrap_blocks *blocks,
                            const struct plx_compare_options *options, struct plx_interval_test *test,
                            struct plx_error *error)
{
    const struct plx_bootstrap_options drawing = how(options);
    struct plx_bootstrap found;
    const enum plx_status status = plx_bootstrap_mean(blocks, &drawing, &found, error);
    test->blocks = blocks->count;
    if (status == PLX_OK)
        put_found(test, &found, options);
    return status;
}

/* Draws from what was made of the tokens, and releases it. */
static enum plx_status draw_sample(struct plx_bootstrap_sample *sample, enum plx_drawn drawn,
                                   const struct plx_compare_options *options, struct plx_interval_test *test,
                                   struct plx_error *error)
{
    const struct plx_bootstrap_blocks blocks = plx_bootstrap_sample_blocks(sample);
    test->drawn = drawn;
    test->length = sample->length;
    const enum plx_status status = draw(&blocks, options, test, error);
    plx_bootstrap_sample_release(sample);
    return status;
}

static enum plx_status draw_documents(const double *differences, size_t count, const struct plx_moved *moved,
                                      const struct plx_compare_options *options,
                                      struct plx_interval_test *test, struct plx_error *error)
{
    struct plx_bootstrap_sample sample;
    const enum plx_status status = plx_bootstrap_of_documents(differences, count, moved->document_begins,
                                                              moved->document_count, &sample, error);
    return status ? status : draw_sample(&sample, PLX_DRAWN_DOCUMENTS, options, test, error);
}

static enum plx_status draw_neighbours(const double *differences, size_t count,
                                       const struct plx_compare_options *options,
                                       struct plx_interval_test *test, struct plx_error *error)
{
    struct plx_bootstrap_sample sample;
    size_t length;
    enum plx_status status = plx_block_length(differences, count, &length, error);
    if (status == PLX_OK)
        status = plx_bootstrap_of_values(differences, count, length, &sample, error);
    return status ? status : draw_sample(&sample, PLX_DRAWN_BLOCKS, options, test, error);
}

/* Of the mean of values, taken as independent. */
static double error_of_mean(const double *values, size_t count, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return count > 1 ? sqrt(squares / (double)(count - 1) / (double)count) : (double)NAN;
}

enum plx_status plx_test_tokens(const double *differences, size_t count, const struct plx_exact *total,
                                const struct plx_moved *moved, const struct plx_compare_options *options,
                                struct plx_interval_test *test, struct plx_error *error)
{
    const bool told = plx_moved_tells_documents(moved);
    const enum plx_resampling wanted = options->resampling;
    enum plx_status status = PLX_OK;
    *test = (struct plx_interval_test){.pairing = PLX_PAIRED_TOKENS, .tokens = count};
    test->difference = plx_exact_mean(total);
    if (wanted == PLX_RESAMPLE_DOCUMENTS && !told)
        return plx_error_set(error, PLX_USAGE, "the per-token files do not tell documents apart");
    if (!isfinite(test->difference))
        return PLX_OK;
    put_independent(test, error_of_mean(differences, count, test->difference));
    if (told && (wanted == PLX_RESAMPLE_DOCUMENTS ||
                 (wanted == PLX_RESAMPLE_AUTO && moved->document_count >= PLX_DOCUMENTS_LEAST)))
        status = draw_documents(differences, count, moved, options, test, error);
    else
        status = draw_neighbours(differences, count, options, test, error);
    return status;
}

static bool same_blocks(const struct plx_result_blocks *base, const struct plx_result_blocks *new)
{
    if (base->targets == 0 || base->targets != new->targets || base->count != new->count)
        return false;
    for (size_t i = 0; i < base->count; i++) {
        if (base->scored[i] != new->scored[i])
            return false;
    }
    return true;
}

/* The sums and weights of a result's blocks in which something was scored: how many. */
static size_t list_blocks(const struct plx_result_blocks *blocks, const plx_int128 *minus,
                          double sums[PLX_BLOCKS_MAX], double weights[PLX_BLOCKS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        struct plx_exact sum = {.sum = blocks->sums[i], .count = blocks->scored[i]};
        if (minus && __builtin_sub_overflow(sum.sum, minus[i], &sum.sum))
            sum.overflow = true;
        if (sum.count == 0)
            continue;
        sums[count] = plx_exact_total(&sum);
        weights[count++] = (double)sum.count;
    }
    return count;
}

static double difference_of(const struct plx_exact *base, const struct plx_exact *new)
{
    struct plx_exact difference = *new;
    difference.overflow |= base->overflow || __builtin_sub_overflow(new->sum, base->sum, &difference.sum);
    return base->infinite || new->infinite || base->count != new->count
               ? plx_exact_mean(new) - plx_exact_mean(base)
               : plx_exact_mean(&difference);
}

enum plx_status plx_test_blocks(const struct plx_result_blocks *base, const struct plx_result_blocks *new,
                                const struct plx_compare_options *options, struct plx_interval_test *test,
                                struct plx_error *error)
{
    double sums[PLX_BLOCKS_MAX], weights[PLX_BLOCKS_MAX];
    *test = (struct plx_interval_test){.pairing = PLX_PAIRED_BLOCKS,
                                       .drawn = PLX_DRAWN_BLOCKS,
                                       .tokens = new->nats.count,
                                       .independent_low = (double)NAN,
                                       .independent_high = (double)NAN};
    test->difference = difference_of(&base->nats, &new->nats);
    if (!isfinite(test->difference) || !same_blocks(base, new))
        return PLX_OK;
    const struct plx_bootstrap_blocks blocks = {sums, weights, list_blocks(new, base->sums, sums, weights)};
    return draw(&blocks, options, test, error);
}

static enum plx_status draw_both(const struct plx_result_blocks *base, const struct plx_result_blocks *new,
                                 const struct plx_compare_options *options, struct plx_interval_test *test,
                                 struct plx_error *error)
{
    double sums[2][PLX_BLOCKS_MAX], weights[2][PLX_BLOCKS_MAX];
    const struct plx_bootstrap_options drawing = how(options);
    const struct plx_bootstrap_blocks blocks[2] = {
        {sums[0], weights[0], list_blocks(base, NULL, sums[0], weights[0])},
        {sums[1], weights[1], list_blocks(new, NULL, sums[1], weights[1])}};
    struct plx_bootstrap found;
    const enum plx_status status = plx_bootstrap_difference(blocks, blocks + 1, &drawing, &found, error);
    if (status)
        return status;
    test->drawn = PLX_DRAWN_BLOCKS;
    test->blocks = blocks[1].count;
    put_found(test, &found, options);
    return PLX_OK;
}

enum plx_status plx_test_unpaired(const struct plx_result_blocks *base, const struct plx_result_blocks *new,
                                  const struct plx_compare_options *options, struct plx_interval_test *test,
                                  struct plx_error *error)
{
    const double errors[2] = {plx_exact_standard_error(&base->nats), plx_exact_standard_error(&new->nats)};
    const double standard_error = hypot(errors[0], errors[1]);
    *test = (struct plx_interval_test){.pairing = PLX_UNPAIRED, .tokens = new->nats.count};
    test->difference = difference_of(&base->nats, &new->nats);
    if (!isfinite(test->difference))
        return PLX_OK;
    put_independent(test, standard_error);
    const enum plx_status status = draw_both(base, new, options, test, error);
    if (status == PLX_OK && !test->known)
        take_independent(test, standard_error);
    return status;
}

/* "in 60 documents", "in 520 blocks of 7 neighbours" */
static void describe_drawn(const struct plx_interval_test *test, char *text, size_t capacity)
{
    char blocks[PLX_NUMBER_TEXT], length[PLX_NUMBER_TEXT];
    plx_format_grouped(test->blocks, blocks);
    plx_format_grouped(test->length, length);
    if (test->drawn == PLX_DRAWN_DOCUMENTS && test->length > 1)
        snprintf(text, capacity, "in %s groups of %s documents", blocks, length);
    else if (test->drawn == PLX_DRAWN_DOCUMENTS)
        snprintf(text, capacity, "in %s document%s", blocks, test->blocks == 1 ? "" : "s");
    else if (test->length > 1)
        snprintf(text, capacity, "in %s blocks of %s neighbours", blocks, length);
    else
        snprintf(text, capacity, "one by one");
}

/* ", drawn 10,000 times (seed 0)" */
static void describe_drawing(const struct plx_interval_test *test, char *text, size_t capacity)
{
    char resamples[PLX_NUMBER_TEXT];
    plx_format_grouped(test->resamples, resamples);
    if (!test->known && isfinite(test->difference))
        snprintf(text, capacity, ": too few to draw from");
    else if (test->freedom > 0)
        snprintf(text, capacity, ", by Student's t (%zu degrees of freedom): drawn, too many have no spread",
                 test->freedom);
    else if (test->resamples > 0)
        snprintf(text, capacity, ", drawn %s times (seed %" PRIu64 ")", resamples, test->seed);
    else
        *text = '\0';
}

void plx_test_method(const struct plx_interval_test *test, char text[PLX_TEST_METHOD])
{
    char tokens[PLX_NUMBER_TEXT], blocks[PLX_NUMBER_TEXT], drawn[128], drawing[128];
    plx_format_grouped(test->tokens, tokens);
    plx_format_grouped(test->blocks, blocks);
    describe_drawn(test, drawn, sizeof drawn);
    describe_drawing(test, drawing, sizeof drawing);
    if (test->pairing == PLX_PAIRED_TOKENS && !isfinite(test->difference))
        snprintf(text, PLX_TEST_METHOD, "paired by %s tokens", tokens);
    else if (test->pairing == PLX_PAIRED_TOKENS)
        snprintf(text, PLX_TEST_METHOD, "paired by %s tokens, %s%s", tokens, drawn, drawing);
    else if (test->pairing == PLX_PAIRED_BLOCKS)
        snprintf(text, PLX_TEST_METHOD,
                 "paired by %s blocks of the same tokens, whose sums both results "
                 "carry%s",
                 blocks, drawing);
    else if (test->drawn == PLX_DRAWN_BLOCKS)
        snprintf(text, PLX_TEST_METHOD, "unpaired: %s blocks of each result by itself%s", blocks, drawing);
    else
        snprintf(text, PLX_TEST_METHOD,
                 "unpaired: the standard error of each result by itself, tokens taken "
                 "as independent");
}
