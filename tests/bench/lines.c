/* How many cache lines a second this machine brings in from random places, when it knows early enough where:
   the bound of whatever looks things up in a table larger than its caches.

   usage: lines THREADS FILE

   Reads one word of each of many random lines of 64 bytes, prefetched some lines ahead, in two buffers of the
   file's size: the file itself, mapped (small pages), and memory of its own (huge pages, where the kernel
   grants them). Prints lines per second of each, all threads together: the median of five passes. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE         64u
#define AHEAD        48u
#define READS        UINT64_C(20000000) /* of one thread in one pass */
#define PASSES       5
#define THREADS_MOST 64

struct reader {
    pthread_t thread;
    const unsigned char *buffer;
    uint64_t lines; /* at most 2^32 */
    uint64_t seed;
    uint64_t sum; /* so that nothing is read in vain */
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "lines: %s\n", what);
    exit(1);
}

/* The offset of the i-th line that is read. SplitMix64 (Steele, Lea and Flood 2014). */
static size_t place(const struct reader *reader, uint64_t i)
{
    uint64_t x = (reader->seed + i) * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return (size_t)(((x >> 32) * reader->lines) >> 32) * LINE;
}

static void *read_lines(void *argument)
{
    struct reader *reader = argument;
    size_t places[AHEAD];
    uint64_t sum = 0;
    for (uint64_t i = 0; i < READS + AHEAD; i++) {
        size_t *slot = &places[i % AHEAD];
        if (i >= AHEAD) {
            uint64_t word;
            memcpy(&word, reader->buffer + *slot, sizeof word);
            sum += word;
        }
        *slot = place(reader, i);
        __builtin_prefetch(reader->buffer + *slot, 0, 2); /* as src/base/prefetch.h does */
    }
    reader->sum = sum;
    return NULL;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *what, const unsigned char *buffer, size_t size, size_t threads)
{
    struct reader readers[THREADS_MOST];
    double rates[PASSES];
    uint64_t sum = 0;
    for (size_t pass = 0; pass < PASSES; pass++) {
        const double began = now();
        for (size_t i = 0; i < threads; i++) {
            readers[i] = (struct reader){
                .buffer = buffer, .lines = size / LINE, .seed = (pass * THREADS_MOST + i) << 32};
            if (pthread_create(&readers[i].thread, NULL, read_lines, &readers[i]) != 0)
                die("cannot start a thread");
        }
        for (size_t i = 0; i < threads; i++) {
            pthread_join(readers[i].thread, NULL);
            sum += readers[i].sum;
        }
        rates[pass] = (double)(READS * threads) / (now() - began);
    }
    qsort(rates, PASSES, sizeof *rates, compare);
    printf("%s %.0f\n", what, rates[PASSES / 2]);
    fprintf(stderr, "lines: %s: sum %" PRIx64 "\n", what, sum);
}

int main(int argc, char **argv)
{
    char *end = NULL;
    const long threads = argc == 3 ? strtol(argv[1], &end, 10) : 0;
    if (threads < 1 || threads > THREADS_MOST || *end) {
        fprintf(stderr, "usage: lines THREADS FILE\n");
        return 2;
    }
    struct stat status;
    const int file = open(argv[2], O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0)
        die("cannot open the file");
    const size_t size = (size_t)status.st_size;
    if (status.st_size < (off_t)LINE || size / LINE > UINT32_MAX)
        die("the file is too small or too large");

    unsigned char *mapped = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
    if (mapped == MAP_FAILED)
        die("cannot map the file");
    measure("mapped", mapped, size, (size_t)threads);
    munmap(mapped, size);
    close(file);

    unsigned char *own = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (own == MAP_FAILED)
        die("out of memory");
    madvise(own, size, MADV_HUGEPAGE);
    memset(own, 1, size);
    measure("huge", own, size, (size_t)threads);
    munmap(own, size);
    return 0;
}
