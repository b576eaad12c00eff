#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* At most ten times a second. */
#define PROGRESS_SECONDS 0.1

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

void cli_catch_signals(void)
{
    /* From the keyboard once only, so that a second Ctrl-C ends at once; the others come twice where who
     * sends them to a group has a parent in it that passes them on. Without SA_RESTART, so that a read that
     * waits ends. */
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction before;
        action.sa_flags = signals[i] == SIGINT || signals[i] == SIGQUIT ? (int)SA_RESETHAND : 0;
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL); /* a shell's background job keeps ignoring it */
    }
}

void cli_ignore_limits(void)
{
    signal(SIGXFSZ, SIG_IGN);
}

bool cli_interrupted(void *user)
{
    (void)user;
    return interrupted != 0;
}

int cli_interrupting_signal(void)
{
    return interrupted;
}

bool cli_is_terminal(FILE *stream)
{
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && (!term || strcmp(term, "dumb") != 0);
}

double cli_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Of the network, which is every command's: like that of the command. */
static struct cli_progress downloads;

void cli_progress_init(struct cli_progress *progress, bool quiet)
{
    *progress = (struct cli_progress){.enabled = !quiet && cli_is_terminal(stderr), .last = cli_seconds()};
    downloads = *progress;
}

/* True if it is time for a new line. */
static bool due(struct cli_progress *progress)
{
    const double now = cli_seconds();
    if (!progress->enabled || now - progress->last < PROGRESS_SECONDS)
        return false;
    progress->last = now;
    progress->shown = true;
    return true;
}

static void show_reading(void *user, const char *what, uint64_t done, uint64_t size)
{
    if (!due(user))
        return;
    fprintf(stderr, "\r\033[Kreading the %s: %.1f MB", what, (double)done * 1e-6);
    if (size)
        fprintf(stderr, ", %.0f %%", 100.0 * (double)done / (double)size);
}

void cli_progress_model(void *user, uint64_t done, uint64_t size)
{
    show_reading(user, "model", done, size);
}

void cli_progress_reading(void *user, uint64_t done, uint64_t size)
{
    show_reading(user, "corpus", done, size);
}

void cli_progress_tokens(void *user, uint64_t done, uint64_t size)
{
    show_reading(user, "per-token files", done, size);
}

void cli_progress_corpus(void *user, const struct plx_progress *state)
{
    if (!due(user))
        return;
    const double rate = state->seconds > 0 ? (double)state->tokens / state->seconds : 0;
    fprintf(stderr, "\r\033[Kscoring: %.3g M tokens, %.3g M/s", (double)state->tokens * 1e-6, rate * 1e-6);
    if (state->requests)
        fprintf(stderr, ", %llu requests", (unsigned long long)state->requests);
    if (state->size_bytes && state->done_bytes) {
        const double share = (double)state->done_bytes / (double)state->size_bytes;
        fprintf(stderr, ", %.0f %%, %.0f s left", 100.0 * share, state->seconds * (1.0 - share) / share);
    }
}

void cli_progress_download(void *user, const char *name, uint64_t done, uint64_t size)
{
    char shown[256];
    if (!due(user ? user : &downloads))
        return;
    plx_text_visible(name, shown, sizeof shown);
    fprintf(stderr, "\r\033[K%.50s: %.1f MB", shown, (double)done * 1e-6);
    if (size)
        fprintf(stderr, ", %.0f %%", 100.0 * (double)done / (double)size);
}

void cli_progress_clear(struct cli_progress *progress)
{
    if (progress->shown || downloads.shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = downloads.shown = false;
}
