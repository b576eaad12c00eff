#include "io/sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static volatile sig_atomic_t arrived;

static void note_signal(int number)
{
    (void)number;
    arrived++;
}

static int write_to_nobody(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        return 0;
    close(ends[0]);
    ssize_t count = write(ends[1], "x", 1);
    int number = errno;
    close(ends[1]);
    return count < 0 ? number : 0;
}

static int listen_to_sigpipe(void **state)
{
    (void)state;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    arrived = 0;
    return sigaction(SIGPIPE, &action, NULL);
}

static void plx_sigpipe_block__swallows(void **state)
{
    (void)state;
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    assert_int_equal(write_to_nobody(), EPIPE);
    plx_sigpipe_restore(&guard);
    assert_int_equal(arrived, 0);
    assert_int_equal(write_to_nobody(), EPIPE); /* and from now on it comes as before */
    assert_int_equal(arrived, 1);
}

static void plx_sigpipe_block__without_a_signal(void **state)
{
    (void)state;
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    plx_sigpipe_restore(&guard);
    assert_int_equal(arrived, 0);
}

/* One that the caller had blocked and that was waiting stays the caller's. */
static void plx_sigpipe_block__one_is_waiting(void **state)
{
    (void)state;
    sigset_t set;
    sigset_t before;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    assert_int_equal(write_to_nobody(), EPIPE);
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    assert_int_equal(write_to_nobody(), EPIPE);
    plx_sigpipe_restore(&guard);
    assert_int_equal(arrived, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(arrived, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(plx_sigpipe_block__swallows, listen_to_sigpipe),
        cmocka_unit_test_setup(plx_sigpipe_block__without_a_signal, listen_to_sigpipe),
        cmocka_unit_test_setup(plx_sigpipe_block__one_is_waiting, listen_to_sigpipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
