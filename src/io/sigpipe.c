#include "io/sigpipe.h"

#include <pthread.h>

static bool sigpipe_pending(void)
{
    sigset_t pending;
    sigemptyset(&pending);
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void plx_sigpipe_block(struct plx_sigpipe *guard)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    guard->pending = sigpipe_pending();
    pthread_sigmask(SIG_BLOCK, &set, &guard->before);
}

void plx_sigpipe_restore(const struct plx_sigpipe *guard)
{
    if (!guard->pending && sigpipe_pending()) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGPIPE);
        int number;
        (void)sigwait(&set, &number); /* it is pending: this does not wait */
    }
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
