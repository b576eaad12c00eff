/* Times two programs side by side: pairs A, B, A, B, …, each with a run on an empty input subtracted, so that
   what is left is the work on the input itself. Prints medians with minimum and maximum, and the ratio B/A
   pair by pair.

   usage: pairs PAIRS A A_EMPTY B B_EMPTY    (shell commands; their output is thrown away) */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct cost {
    double wall; /* seconds */
    double cpu;
    double peak; /* MiB */
};

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void execute(const char *command)
{
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static struct cost run(const char *command)
{
    struct rusage usage;
    int status;
    const double began = now();
    const pid_t child = fork();
    if (child == 0)
        execute(command);
    while (child > 0 && wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
        continue;
    const double wall = now() - began;
    if (child < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
        fprintf(stderr, "pairs: cannot run: %s\n", command);
        exit(1);
    }
    return (struct cost){wall, seconds(usage.ru_utime) + seconds(usage.ru_stime),
                         (double)usage.ru_maxrss / 1024.0};
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *what, double *values, size_t n, const char *unit)
{
    qsort(values, n, sizeof *values, compare);
    printf("%-28s median %9.4f   min %9.4f   max %9.4f %s\n", what, values[n / 2], values[0], values[n - 1],
           unit);
}

int main(int argc, char **argv)
{
    const long asked = argc == 6 ? strtol(argv[1], NULL, 10) : 0;
    if (asked < 1 || asked > 1000) {
        fprintf(stderr, "usage: pairs PAIRS A A_EMPTY B B_EMPTY\n");
        return 2;
    }
    const size_t n = (size_t)asked;
    double *values = calloc(7 * n, sizeof *values);
    if (!values)
        return 1;
    double *wall_a = values, *wall_b = values + n, *cpu_a = values + 2 * n, *cpu_b = values + 3 * n,
           *ratio = values + 4 * n, *peak_a = values + 5 * n, *peak_b = values + 6 * n;
    for (int i = 2; i < 6; i++)
        run(argv[i]); /* warms the caches */
    for (size_t i = 0; i < n; i++) {
        const struct cost a = run(argv[2]), a0 = run(argv[3]), b = run(argv[4]), b0 = run(argv[5]);
        wall_a[i] = a.wall - a0.wall;
        wall_b[i] = b.wall - b0.wall;
        cpu_a[i] = a.cpu - a0.cpu;
        cpu_b[i] = b.cpu - b0.cpu;
        ratio[i] = wall_b[i] / wall_a[i];
        peak_a[i] = a.peak;
        peak_b[i] = b.peak;
    }
    print("A wall", wall_a, n, "s");
    print("B wall", wall_b, n, "s");
    print("A processor", cpu_a, n, "s");
    print("B processor", cpu_b, n, "s");
    print("A peak memory", peak_a, n, "MiB");
    print("B peak memory", peak_b, n, "MiB");
    print("B wall / A wall", ratio, n, "");
    free(values);
    return 0;
}
