/* Times what comparing two models token by token takes: per-token files of both are read on two threads and
   added up, their differences cut into blocks of a length that is chosen, and an interval drawn from these.
   Makes the files first, in a folder that exists: differences that depend on their neighbours, documents of
   some hundred tokens.

   usage: comparing FOLDER [TOKENS [RESAMPLES]]    (10000000 10000); 2.4 GB */
#include "eval/bootstrap.h"
#include "report/token_file.h"

#include "base/clock.h"
#include "base/exact.h"

#include "support/series.h"

#include <perplex/per_token.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define BATCH 4096

struct side {
    char path[1024];
    struct plx_token_nats nats;
    struct plx_exact sum;
    struct plx_error error;
    enum plx_status status;
    double seconds;
};

static void check(enum plx_status status, const struct plx_error *error)
{
    if (!status)
        return;
    fprintf(stderr, "comparing: %s: %s\n", error->input, error->message);
    exit(1);
}

/* The same tokens whatever the side; its own nats, of which the second side's are somewhat less. */
static void write_side(const char *path, bool second, size_t count)
{
    static const char *const WORDS[] = {"the",        "valkyria", "of",      ",",
                                        "chronicles", "@-@",      "unknown", "senj\xC5\x8D"};
    struct plx_token_score *tokens = calloc(BATCH, sizeof *tokens);
    double *wander = calloc(BATCH, sizeof *wander);
    struct random random = {1}, noise = {2};
    struct plx_per_token *writer = NULL;
    struct plx_error error = {0};
    char document[32];
    if (!tokens || !wander)
        exit(1);
    check(plx_per_token_open(path, &writer, &error), &error);
    for (size_t done = 0; done < count;) {
        const size_t some = count - done < BATCH ? count - done : BATCH;
        const int length = snprintf(document, sizeof document, "doc-%zu", done / BATCH);
        series_make(&noise, 0.5, SERIES_LAPLACE, wander, some);
        for (size_t i = 0; i < some; i++) {
            const char *word = WORDS[random_below(&random, 8)];
            const double nats = 8 * (double)(random_next(&random) >> 11) * 0x1p-53;
            tokens[i] =
                (struct plx_token_score){.unit = (done + i) / 25,
                                         .position = (done + i) % 25,
                                         .token = {word, strlen(word)},
                                         .document = {document, (size_t)length},
                                         .id = PLX_NO_TOKEN,
                                         .order = 3,
                                         .nats = second ? fabs(nats + 0.1 * wander[i] - 0.001) : nats};
        }
        check(plx_per_token_write(writer, tokens, some, &error), &error);
        done += some;
    }
    check(plx_per_token_commit(writer, &error), &error);
    free(tokens);
    free(wander);
}

static void *read_side(void *pointer)
{
    struct side *side = pointer;
    const double began = plx_clock_seconds();
    side->status = plx_token_nats_read(side->path, NULL, false, &side->nats, &side->error);
    for (size_t i = 0; i < side->nats.count; i++)
        plx_exact_add(&side->sum, side->nats.nats[i]);
    side->seconds = plx_clock_seconds() - began;
    return NULL;
}

static void compare(struct side sides[2], size_t resamples)
{
    const struct plx_bootstrap_options options = {resamples, 1, 2};
    struct plx_bootstrap_sample sample;
    struct plx_bootstrap found;
    struct plx_error error;
    pthread_t thread;
    size_t length;
    const double began = plx_clock_seconds();
    if (pthread_create(&thread, NULL, read_side, sides + 1))
        exit(1);
    read_side(sides);
    pthread_join(thread, NULL);
    check(sides[0].status, &sides[0].error);
    check(sides[1].status, &sides[1].error);
    const double read = plx_clock_seconds();
    const size_t count = sides[0].nats.count;
    double *differences = sides[0].nats.nats;
    for (size_t i = 0; i < count; i++)
        differences[i] = sides[1].nats.nats[i] - differences[i];
    check(plx_block_length(differences, count, &length, &error), &error);
    const double chosen = plx_clock_seconds();
    check(plx_bootstrap_of_values(differences, count, length, &sample, &error), &error);
    const struct plx_bootstrap_blocks blocks = plx_bootstrap_sample_blocks(&sample);
    check(plx_bootstrap_mean(&blocks, &options, &found, &error), &error);
    const double drawn = plx_clock_seconds();
    printf("%s and its like: %zu tokens, %zu documents\n", sides[0].path, count,
           sides[0].nats.document_count);
    printf("  read and added up %6.3f s (%.3f and %.3f)\n", read - began, sides[0].seconds, sides[1].seconds);
    printf("  length of blocks  %6.3f s: %zu tokens\n", chosen - read, length);
    printf("  %zu resamples   %6.3f s, of %zu blocks of %zu\n", resamples, drawn - chosen, sample.count,
           sample.length);
    printf("  in all            %6.3f s: %.6f [%.6f, %.6f], p %.4g\n", drawn - began, found.mean, found.low,
           found.high, found.p_value);
    plx_bootstrap_sample_release(&sample);
    for (size_t i = 0; i < 2; i++) {
        plx_token_nats_release(&sides[i].nats);
        remove(sides[i].path);
    }
}

int main(int argc, char **argv)
{
    static const char *const FORMATS[] = {"npy", "jsonl"};
    const size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000000;
    const size_t resamples = argc > 3 ? strtoul(argv[3], NULL, 10) : 10000;
    struct rusage usage;
    if (argc < 2) {
        fprintf(stderr, "usage: comparing FOLDER [TOKENS [RESAMPLES]]\n");
        return 2;
    }
    for (size_t k = 0; k < 2; k++) {
        struct side sides[2] = {0};
        for (size_t i = 0; i < 2; i++) {
            snprintf(sides[i].path, sizeof sides[i].path, "%s/%c.%s", argv[1], i ? 'b' : 'a', FORMATS[k]);
            write_side(sides[i].path, i == 1, count);
        }
        compare(sides, resamples);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %.0f MiB\n", (double)usage.ru_maxrss / 1024);
    return 0;
}
