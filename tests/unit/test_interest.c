/* When an answer is not wanted any more. */
#include "serve/interest.h"

#include "base/clock.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void check(struct plx_interest interest, const struct plx_served *served, const char *message)
{
    struct plx_error error = {0};
    assert_int_equal(plx_interest_check(&interest, served, &error), message ? PLX_INTERRUPTED : PLX_OK);
    assert_string_equal(error.message, message ? message : "");
}

static void plx_interest_check__each(void **state)
{
    static struct plx_served served;
    const double now = plx_clock_seconds();
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    check((struct plx_interest){.descriptor = -1}, &served, NULL);
    check((struct plx_interest){.descriptor = ends[0], .until = now + 1000}, &served, NULL);
    assert_int_equal(write(ends[1], "more", 4), 4); /* another request is no farewell */
    check((struct plx_interest){.descriptor = ends[0]}, &served, NULL);
    check((struct plx_interest){.descriptor = -1, .until = now - 1}, &served,
          "the answer took too long; ask for less at a time");
    close(ends[1]);
    check((struct plx_interest){.descriptor = ends[0]}, &served, "the client has closed the connection");
    check((struct plx_interest){.descriptor = ends[0], .looked = now + 1000}, &served, NULL);
    atomic_store(&served.aborting, true);
    check((struct plx_interest){.descriptor = -1}, &served, "the server is stopping");
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plx_interest_check__each)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
