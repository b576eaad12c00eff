/* Who is let in. */
#include "serve/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static unsigned code_of(const struct plx_guard *guard, const char *authorization, const char *host,
                        const char *origin, bool open)
{
    const struct plx_credentials credentials = {authorization, host, origin};
    struct plx_reply reply;
    plx_reply_init(&reply);
    const bool admitted = plx_guard_admit(guard, &credentials, open, &reply);
    const unsigned code = admitted ? 0 : reply.code;
    plx_reply_release(&reply);
    return code;
}

static void plx_guard_admit__key(void **state)
{
    char key[] = "sk-1";
    const struct plx_guard guard = {.key = key};
    (void)state;
    assert_int_equal(code_of(&guard, "Bearer sk-1", NULL, NULL, false), 0);
    assert_int_equal(code_of(&guard, "bearer  sk-1", NULL, NULL, false), 0);
    assert_int_equal(code_of(&guard, NULL, NULL, NULL, false), 401);
    assert_int_equal(code_of(&guard, NULL, NULL, NULL, true), 0);
    static const char *const wrong[] = {"",           "Bearer",       "Bearer ",    "Bearer sk-2",
                                        "Bearer sk-", "Bearer sk-11", "Basic sk-1", "sk-1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(code_of(&guard, wrong[i], NULL, NULL, false), 401);
}

/* A name of the web's that leads to this machine, and pages of others. */
static void plx_guard_admit__other_hosts(void **state)
{
    const struct plx_guard local = {.local = true}, open = {0};
    static const char *const ours[] = {"localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.1.2.3",
                                       "[::1]:80"};
    static const char *const others[] = {"example.org", "127.0.0.1.example.org:8000", "10.0.0.1",
                                         "[::2]:80",    "localhost.example.org",      "",
                                         "[::1"};
    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        assert_int_equal(code_of(&local, NULL, ours[i], NULL, false), 0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(code_of(&local, NULL, others[i], NULL, true), 403);
        assert_int_equal(code_of(&open, NULL, others[i], NULL, false), 0);
    }
    assert_int_equal(code_of(&open, NULL, "h:8000", "http://h:8000", false), 0);
    assert_int_equal(code_of(&open, NULL, "h:8000", "https://example.org", false), 403);
    assert_int_equal(code_of(&open, NULL, "h:8000", "null", false), 403);
    assert_int_equal(code_of(&open, NULL, NULL, "http://h", false), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_guard_admit__key),
        cmocka_unit_test(plx_guard_admit__other_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
