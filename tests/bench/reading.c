/* Reads a corpus from beginning to end, without scoring it, as often as it is told, and prints how fast.

   usage: reading RUNS FILE

   By the clock, and by the processor's time, which says more where others use the machine. Each run is made
   twice: with the fingerprint (SHA-256) that evaluations need, and without. At last the most memory that
   was ever used. RUNS 0 reads once with the fingerprint and prints nothing, to be timed from outside. */
#include <perplex/corpus.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define RUNS_MOST 1000

struct reading {
    double wall, processor; /* seconds */
    uint64_t bytes;
    uint64_t pieces;
    uint64_t items; /* bytes of text, or tokens */
    enum plx_content content;
};

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum plx_status read_corpus(struct plx_corpus *corpus, struct reading *reading,
                                   struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    bool more = true;
    while (more && status == PLX_OK) {
        struct plx_chunk chunk;
        status = plx_corpus_next(corpus, &chunk, &more, error);
        reading->pieces += status == PLX_OK && more;
        reading->items += status == PLX_OK && more ? chunk.size : 0;
    }
    return status;
}

static enum plx_status run(const char *name, bool fingerprint, struct reading *reading,
                           struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = fingerprint};
    struct plx_source *source;
    struct plx_corpus *corpus;
    char hex[65];
    *reading = (struct reading){
        .wall = -now(CLOCK_MONOTONIC),
        .processor = -now(CLOCK_PROCESS_CPUTIME_ID),
    };
    enum plx_status status = plx_source_open(name, &source_options, &source, error);
    if (status || (status = plx_corpus_open_source(source, NULL, &corpus, error)))
        return status;
    status = read_corpus(corpus, reading, error);
    if (status == PLX_OK && fingerprint)
        status = plx_corpus_sha256(corpus, hex, error);
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    reading->bytes = info.bytes;
    reading->content = info.content;
    plx_corpus_close(corpus);
    reading->wall += now(CLOCK_MONOTONIC);
    reading->processor += now(CLOCK_PROCESS_CPUTIME_ID);
    return status;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The runs of one way to read. */
struct series {
    double wall[RUNS_MOST], processor[RUNS_MOST];
};

static void print(const char *what, uint64_t bytes, struct series *series, size_t runs)
{
    const double megabytes = (double)bytes * 1e-6;
    qsort(series->wall, runs, sizeof *series->wall, compare);
    qsort(series->processor, runs, sizeof *series->processor, compare);
    printf("%-18s MB/s: median %7.0f, best %7.0f;  of processor time: median %7.0f, best %7.0f\n", what,
           megabytes / series->wall[runs / 2], megabytes / series->wall[0],
           megabytes / series->processor[runs / 2], megabytes / series->processor[0]);
}

int main(int argc, char **argv)
{
    static struct series with, without;
    char *end = NULL;
    const long asked = argc == 3 ? strtol(argv[1], &end, 10) : -1;
    if (asked < 0 || asked > RUNS_MOST || *end) {
        fprintf(stderr, "usage: reading RUNS FILE\n");
        return 2;
    }
    const size_t runs = (size_t)asked;
    struct reading reading;
    struct plx_error error;
    enum plx_status status = run(argv[2], true, &reading, &error); /* warms the caches */
    for (size_t i = 0; i < runs && status == PLX_OK; i++) {
        status = run(argv[2], true, &reading, &error);
        with.wall[i] = reading.wall;
        with.processor[i] = reading.processor;
        if (status == PLX_OK)
            status = run(argv[2], false, &reading, &error);
        without.wall[i] = reading.wall;
        without.processor[i] = reading.processor;
    }
    if (status) {
        char text[1024];
        plx_error_format(&error, text, sizeof text);
        fprintf(stderr, "reading: %s\n", text);
        return plx_status_exit_code(status);
    }
    if (runs == 0)
        return 0;
    printf("%.1f MB, %llu pieces, %llu %s\n", (double)reading.bytes * 1e-6,
           (unsigned long long)reading.pieces, (unsigned long long)reading.items,
           reading.content == PLX_CONTENT_TEXT ? "bytes of text" : "tokens");
    print("with fingerprint", reading.bytes, &with, runs);
    print("without", reading.bytes, &without, runs);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%-18s %.1f MB\n", "peak memory", (double)usage.ru_maxrss * 1024e-6);
    return 0;
}
