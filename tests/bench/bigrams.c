/* Scoring with factored bigrams of any size, beside the matrix product alone: what `neural` measures with.

   usage: bigrams make MODEL VOCABULARY WIDTH f32|f16
          bigrams ids IDS VOCABULARY COUNT LINES
          bigrams measure MODEL IDS THREADS ROUNDS

   `make` writes a model of random weights. `ids` writes lines of JSON, each with COUNT ids: a permutation of
   the vocabulary, over and over, so that no context comes twice within VOCABULARY tokens. `measure` evaluates
   a line of them at a time, on one thread and on THREADS, between products of square matrices by cblas_sgemm
   on as many threads, each thread with a product of its own. It prints for each of ROUNDS and for each number
   of threads: threads; the products' GFLOP, seconds and seconds of processor time (all threads together);
   scored tokens, seconds and seconds of processor time for them, nats per token. No context's log-sum-exp is
   known when a line begins: the model is opened anew before one can come again. */
#include <perplex/evaluate.h>

#include "support/random.h"

#include <cblas.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIDE         2048 /* of the square matrices */
#define BATCH        1024 /* targets scored together: so few that some lines can be shared by threads */
#define THREADS_MOST 64
#define CHUNK        65536 /* weights written together */

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "bigrams: %s\n", what);
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        die("memory is exhausted");
    return memory;
}

struct cost {
    double wall, processor; /* seconds; of all threads together */
};

static double clock_seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct cost now(void)
{
    return (struct cost){clock_seconds(CLOCK_MONOTONIC), clock_seconds(CLOCK_PROCESS_CPUTIME_ID)};
}

static struct cost since(struct cost began)
{
    const struct cost end = now();
    return (struct cost){end.wall - began.wall, end.processor - began.processor};
}

static size_t positive(const char *text)
{
    char *end;
    const unsigned long long number = strtoull(text, &end, 10);
    if (*end != '\0' || number == 0 || number > UINT32_MAX)
        die("a number from 1 is expected");
    return (size_t)number;
}

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        die("a file cannot be written");
    return file;
}

static void finish(FILE *file)
{
    if (ferror(file) | fclose(file))
        die("a file cannot be written");
}

/* Making models and ids. */

/* A weight between 2^−5 and 2^−2 or its negative, as the bits of a half. */
static uint16_t random_half(struct random *random)
{
    const uint64_t bits = random_next(random);
    return (uint16_t)((bits & 1) << 15 | (10 + (bits >> 1) % 3) << 10 | (bits >> 32 & 1023));
}

static float half_value(uint16_t half)
{
    const float size = ldexpf((float)(1024 + (half & 1023)), (half >> 10 & 31) - 25);
    return half >> 15 ? -size : size;
}

static void write_weights(FILE *file, struct random *random, size_t count, bool half)
{
    static uint16_t halves[CHUNK];
    static float floats[CHUNK];
    while (count > 0) {
        const size_t chunk = count < CHUNK ? count : CHUNK;
        for (size_t i = 0; i < chunk; i++) {
            halves[i] = random_half(random);
            floats[i] = half_value(halves[i]);
        }
        if (half)
            fwrite(halves, sizeof *halves, chunk, file);
        else
            fwrite(floats, sizeof *floats, chunk, file);
        count -= chunk;
    }
}

/* After the description of safetensors; on a little-endian machine. */
static void make(const char *path, size_t types, size_t width, const char *type)
{
    const bool half = strcmp(type, "f16") == 0;
    const char *name = half ? "F16" : "F32";
    const size_t matrix = types * width * (half ? 2 : 4), vector = types * (half ? 2 : 4);
    struct random random = {17};
    char header[512];
    if (!half && strcmp(type, "f32") != 0)
        die("the type is f32 or f16");
    const int length =
        snprintf(header, sizeof header,
                 "{\"__metadata__\":{\"perplex.architecture\":\"bigram\"},"
                 "\"embed.weight\":{\"dtype\":\"%s\",\"shape\":[%zu,%zu],\"data_offsets\":[0,%zu]},"
                 "\"out.weight\":{\"dtype\":\"%s\",\"shape\":[%zu,%zu],\"data_offsets\":[%zu,%zu]},"
                 "\"out.bias\":{\"dtype\":\"%s\",\"shape\":[%zu],\"data_offsets\":[%zu,%zu]}}",
                 name, types, width, matrix, name, types, width, matrix, 2 * matrix, name, types, 2 * matrix,
                 2 * matrix + vector);
    if (length < 0 || (size_t)length >= sizeof header)
        die("the header is too long");
    FILE *file = create(path);
    for (unsigned i = 0; i < 8; i++)
        fputc((int)((uint64_t)length >> 8 * i & 255), file);
    fputs(header, file);
    write_weights(file, &random, types * (2 * width + 1), half);
    finish(file);
}

static void write_ids(const char *path, size_t types, size_t count, size_t lines)
{
    struct random random = {23};
    uint32_t *ids = allocate(types, sizeof *ids);
    for (size_t i = 0; i < types; i++) { /* "inside-out" Fisher-Yates */
        const size_t other = random_below(&random, i + 1);
        ids[i] = ids[other];
        ids[other] = (uint32_t)i;
    }
    if (count > types)
        die("there are not as many ids");
    FILE *file = create(path);
    for (size_t i = 0; i < lines * count; i++)
        fprintf(file, "%s%" PRIu32 "%s", i % count ? "," : "{\"input_ids\":[", ids[i % types],
                i % count == count - 1 ? "]}\n" : "");
    finish(file);
    free(ids);
}

/* The matrix product alone. */

struct product {
    pthread_t thread;
    float *a, *b, *c; /* [SIDE, SIDE] */
};

static void *multiply(void *argument)
{
    struct product *product = argument;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, SIDE, SIDE, SIDE, 1, product->a, SIDE, product->b,
                SIDE, 0, product->c, SIDE);
    return NULL;
}

static struct product *products_new(size_t threads)
{
    struct product *products = allocate(threads, sizeof *products);
    struct random random = {29};
    for (size_t i = 0; i < threads; i++) {
        float **matrices[] = {&products[i].a, &products[i].b, &products[i].c};
        for (size_t m = 0; m < 3; m++) {
            *matrices[m] = allocate((size_t)SIDE * SIDE, sizeof **matrices[m]);
            for (size_t k = 0; k < (size_t)SIDE * SIDE; k++)
                (*matrices[m])[k] = half_value(random_half(&random));
        }
    }
    return products;
}

static void products_free(struct product *products, size_t threads)
{
    for (size_t i = 0; i < threads; i++) {
        free(products[i].a);
        free(products[i].b);
        free(products[i].c);
    }
    free(products);
}

static struct cost cost_of_products(struct product *products, size_t threads)
{
    const struct cost began = now();
    for (size_t i = 1; i < threads; i++) {
        if (pthread_create(&products[i].thread, NULL, multiply, products + i) != 0)
            die("a thread cannot be started");
    }
    multiply(products);
    for (size_t i = 1; i < threads; i++)
        pthread_join(products[i].thread, NULL);
    return since(began);
}

/* Evaluating. */

struct subject {
    const char *path;
    struct plx_model *model;
    uint64_t used; /* contexts that the model has met since it was opened */
    FILE *ids;
    char *line;
    size_t capacity;
};

static void reopen(struct subject *subject)
{
    const struct plx_model_options options = {.fingerprint = PLX_FINGERPRINT_NONE};
    struct plx_error error = {0};
    plx_model_close(subject->model);
    if (plx_model_open(subject->path, &options, &subject->model, &error))
        die(error.message);
    subject->used = 0;
}

/* The next line of ids as a corpus. */
static struct plx_corpus *next_corpus(struct subject *subject, uint64_t *count)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    const struct plx_corpus_options options = {.format = "jsonl"};
    struct plx_source *source;
    struct plx_corpus *corpus;
    struct plx_error error = {0};
    const ssize_t length = getline(&subject->line, &subject->capacity, subject->ids);
    if (length <= 0)
        die("there are not enough lines of ids");
    *count = 1;
    for (ssize_t i = 0; i < length; i++)
        *count += subject->line[i] == ',';
    if (plx_source_open_memory(subject->line, (size_t)length, "ids", &source_options, &source, &error) ||
        plx_corpus_open_source(source, &options, &corpus, &error))
        die(error.message);
    return corpus;
}

static void evaluate(struct subject *subject, unsigned threads, struct cost products)
{
    uint64_t count;
    struct plx_corpus *corpus = next_corpus(subject, &count);
    const struct plx_evaluate_options options = {
        .protocol = plx_protocol_find("exact"), .threads = threads, .batch = BATCH};
    struct plx_result *result;
    struct plx_metrics metrics;
    struct plx_error error = {0};
    if (subject->used + count > plx_model_info(subject->model)->vocabulary)
        reopen(subject);
    subject->used += count;
    const struct cost began = now();
    if (plx_evaluate(subject->model, corpus, &options, &result, &error))
        die(error.message);
    const struct cost cost = since(began);
    plx_result_metrics(result, &metrics);
    printf("%u %.3f %.6f %.6f %" PRIu64 " %.6f %.6f %.17g\n", threads,
           2e-9 * SIDE * SIDE * SIDE * (double)threads, products.wall, products.processor, metrics.scored,
           cost.wall, cost.processor, metrics.nats_per_token);
    fflush(stdout);
    plx_result_free(result);
    plx_corpus_close(corpus);
}

static void measure(const char *model, const char *ids, size_t threads, size_t rounds)
{
    struct subject subject = {.path = model, .ids = fopen(ids, "r")};
    if (!subject.ids)
        die("the ids cannot be read");
    if (threads > THREADS_MOST)
        die("so many threads are too many");
    openblas_set_num_threads(1); /* so that those of a product are ours alone */
    struct product *products = products_new(threads);
    reopen(&subject);
    cost_of_products(products, threads); /* warms up */
    for (size_t round = 0; round < rounds; round++) {
        evaluate(&subject, 1, cost_of_products(products, 1));
        if (threads > 1)
            evaluate(&subject, (unsigned)threads, cost_of_products(products, threads));
    }
    products_free(products, threads);
    plx_model_close(subject.model);
    fclose(subject.ids);
    free(subject.line);
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "make") == 0) {
        make(argv[2], positive(argv[3]), positive(argv[4]), argv[5]);
    } else if (argc == 6 && strcmp(argv[1], "ids") == 0) {
        write_ids(argv[2], positive(argv[3]), positive(argv[4]), positive(argv[5]));
    } else if (argc == 6 && strcmp(argv[1], "measure") == 0) {
        measure(argv[2], argv[3], positive(argv[4]), positive(argv[5]));
    } else {
        fputs("usage: bigrams make MODEL VOCABULARY WIDTH f32|f16\n"
              "       bigrams ids IDS VOCABULARY COUNT LINES\n"
              "       bigrams measure MODEL IDS THREADS ROUNDS\n",
              stderr);
        return 2;
    }
    return 0;
}
