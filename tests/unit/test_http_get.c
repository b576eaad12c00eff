/* Downloads from the server of tests/support, on the loopback interface. */
#include "io/http_get.h"

#include "base/clock.h"
#include "base/error.h"
#include "support/http_server.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE ((size_t)300 * 1000)
#define HALF (SIZE / 2)

static uint8_t content[SIZE];
static struct http_server *server;

/* What the callbacks have heard. */
static char noted[4096];
static unsigned notes;
static uint64_t progressed, progress_size;
static char progress_name[256];
static struct plx_http_validators announced;
static unsigned begun_calls;
static uint64_t announced_size;

static void note(void *user, const char *text)
{
    (void)user;
    notes++;
    snprintf(noted, sizeof noted, "%s", text);
}

static void progress(void *user, const char *name, uint64_t done, uint64_t size)
{
    (void)user;
    progressed = done;
    progress_size = size;
    snprintf(progress_name, sizeof progress_name, "%s", name);
}

static const struct plx_network network = {
    .first_pause_ms = 1, .tries = 3, .note = note, .progress = progress};

static enum plx_status begun(void *user, const struct plx_http_validators *validators, uint64_t size,
                             struct plx_error *error)
{
    (void)user;
    (void)error;
    begun_calls++;
    announced_size = size;
    announced = *validators;
    return PLX_OK;
}

static int start(void **state)
{
    (void)state;
    setenv("no_proxy", "127.0.0.1,localhost", 1);
    setenv("NO_PROXY", "127.0.0.1,localhost", 1);
    uint32_t random = 1;
    for (size_t i = 0; i < SIZE; i++) {
        random = random * 1664525U + 1013904223U;
        content[i] = (uint8_t)(random >> 24);
    }
    server = http_server_start(&(struct http_server_options){
        .content = content, .content_size = SIZE, .gzip = "\x1f\x8b would be more", .gzip_size = 16});
    return server ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_server_stop(server);
    return 0;
}

static int prepare(void **state)
{
    (void)state;
    notes = begun_calls = 0;
    progressed = progress_size = 0;
    *noted = *progress_name = '\0';
    return 0;
}

/* A download into a file that has no name. */
struct attempt {
    struct plx_http_get get;
    struct plx_error error;
    char url[256];
    FILE *file;
};

static void begin(struct attempt *attempt, const char *path)
{
    memset(attempt, 0, sizeof *attempt);
    snprintf(attempt->url, sizeof attempt->url, "http://127.0.0.1:%u%s", http_server_port(server), path);
    attempt->file = tmpfile();
    assert_non_null(attempt->file);
    attempt->get = (struct plx_http_get){
        .url = attempt->url, .network = &network, .descriptor = fileno(attempt->file), .begun = begun};
}

static void write_part(struct attempt *attempt, const void *data, size_t size, const char *etag)
{
    assert_int_equal(pwrite(attempt->get.descriptor, data, size, 0), (ssize_t)size);
    snprintf(attempt->get.part.etag, sizeof attempt->get.part.etag, "%s", etag);
}

static void end(struct attempt *attempt)
{
    fclose(attempt->file);
}

static void expect_file(struct attempt *attempt, const void *data, size_t size)
{
    static uint8_t got[SIZE + 1];
    assert_int_equal(pread(attempt->get.descriptor, got, sizeof got, 0), (ssize_t)size);
    assert_memory_equal(got, data, size);
    assert_int_equal(attempt->get.size, size);
}

static void run(struct attempt *attempt)
{
    if (plx_http_get(&attempt->get, &attempt->error) != PLX_OK)
        fail_msg("%s: %s", attempt->url, attempt->error.message);
    assert_false(attempt->get.unmodified);
}

/* Gets the content, in so many requests and with so many bytes on the way. */
static void expect_content(const char *path, unsigned requests, size_t transferred)
{
    struct attempt attempt;
    const unsigned before = http_server_requests(server);
    prepare(NULL);
    begin(&attempt, path);
    run(&attempt);
    expect_file(&attempt, content, SIZE);
    assert_int_equal(http_server_requests(server) - before, requests);
    assert_int_equal(attempt.get.transferred, transferred);
    assert_int_equal(progressed, SIZE);
    assert_int_equal(progress_size, SIZE);
    end(&attempt);
}

/* Fails after so many requests. */
static void expect_failure(const char *path, unsigned requests, const char *message)
{
    struct attempt attempt;
    const unsigned before = http_server_requests(server);
    begin(&attempt, path);
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_NETWORK);
    if (!strstr(attempt.error.message, message))
        fail_msg("\"%s\" is not in \"%s\"", message, attempt.error.message);
    *strchrnul(attempt.url, '?') = '\0';
    assert_string_equal(attempt.error.input, attempt.url);
    assert_int_equal(http_server_requests(server) - before, requests);
    end(&attempt);
}

static void plx_http_get__whole(void **state)
{
    (void)state;
    expect_content("/ok", 1, SIZE);
    assert_int_equal(begun_calls, 1);
    assert_string_equal(announced.etag, "");
    assert_int_equal(announced_size, SIZE);
    expect_content("/chunked", 1, SIZE);
    assert_int_equal(announced_size, 0);
    expect_content("/close", 1, SIZE);
    expect_content("/redirect/2", 3, SIZE);
    expect_content("/range", 1, SIZE);
    assert_string_equal(announced.etag, "\"content\"");
    assert_string_equal(announced.modified, "Thu, 01 Jan 2026 00:00:00 GMT");
    struct attempt attempt;
    begin(&attempt, "/empty");
    run(&attempt);
    expect_file(&attempt, "", 0);
    end(&attempt);
}

static void plx_http_get__goes_on_after_a_break(void **state)
{
    (void)state;
    expect_content("/drop/2", 3, SIZE);
    assert_int_equal(begun_calls, 1);
    assert_int_equal(notes, 2);
    assert_non_null(strstr(noted, "/drop/2: the transfer ends after 225000 of 300000 bytes; trying again"));
    expect_content("/drop-modified/1", 2, SIZE);
}

/* Where the server does not say how to tell contents, or does not know ranges. */
static void plx_http_get__begins_anew_after_a_break(void **state)
{
    (void)state;
    expect_content("/drop-blind/1", 2, HALF + SIZE);
    expect_content("/drop-ignored/1", 2, HALF + SIZE);
    expect_content("/drop-wrong/1", 3, HALF + SIZE);
}

static void plx_http_get__content_changes_meanwhile(void **state)
{
    (void)state;
    static uint8_t changed[SIZE];
    static const char *const paths[] = {"/etag-changes", "/heedless"};
    struct attempt attempt;
    memcpy(changed, content, SIZE);
    changed[SIZE - 1] ^= 1;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        prepare(NULL);
        begin(&attempt, paths[i]);
        run(&attempt);
        expect_file(&attempt, changed, SIZE);
        assert_string_equal(attempt.get.got.etag, "\"changed\"");
        assert_string_equal(announced.etag, "\"changed\"");
        assert_int_equal(begun_calls, 2);
        end(&attempt);
    }
    /* Its date is the same, but not its length: what was begun is of another content. */
    begin(&attempt, "/length-changes");
    run(&attempt);
    expect_file(&attempt, content, SIZE - 1);
    assert_int_equal(attempt.get.transferred, HALF + SIZE - 1);
    end(&attempt);
}

static void plx_http_get__part_of_another_process(void **state)
{
    (void)state;
    struct attempt attempt;
    begin(&attempt, "/range");
    write_part(&attempt, content, 1000, "\"content\"");
    run(&attempt);
    expect_file(&attempt, content, SIZE);
    assert_int_equal(attempt.get.transferred, SIZE - 1000);
    assert_string_equal(attempt.get.got.etag, "\"content\"");
    /* Now it has all. */
    strcpy(attempt.get.part.etag, "\"content\"");
    run(&attempt);
    expect_file(&attempt, content, SIZE);
    assert_int_equal(attempt.get.transferred, 0);
    assert_string_equal(attempt.get.got.etag, "\"content\"");
    /* And a byte more than there are. */
    assert_int_equal(ftruncate(attempt.get.descriptor, (off_t)SIZE + 1), 0);
    run(&attempt);
    expect_file(&attempt, content, SIZE);
    assert_int_equal(attempt.get.transferred, SIZE);
    end(&attempt);
}

/* Less than the rest is not the rest, though the server does not say how much there is. */
static void plx_http_get__rest_of_unsaid_size(void **state)
{
    (void)state;
    struct attempt attempt;
    expect_content("/drop-unsaid/1", 3, SIZE);
    begin(&attempt, "/drop-unsaid/1?said-before");
    write_part(&attempt, content, 1000, "\"content\"");
    attempt.get.part_size = SIZE;
    run(&attempt);
    expect_file(&attempt, content, SIZE);
    assert_int_equal(attempt.get.transferred, SIZE - 1000);
    end(&attempt);
    begin(&attempt, "/drop-unsaid/1?never-said");
    write_part(&attempt, content, 1000, "\"content\"");
    run(&attempt);
    expect_file(&attempt, content, SIZE);
    assert_int_equal(attempt.get.transferred, SIZE);
    end(&attempt);
}

static void plx_http_get__part_of_another_content(void **state)
{
    (void)state;
    static const char *const etags[] = {"\"other\"", "W/\"content\"", ""};
    for (size_t i = 0; i < sizeof etags / sizeof etags[0]; i++) {
        struct attempt attempt;
        begin(&attempt, "/range");
        write_part(&attempt, "something else", 14, etags[i]);
        run(&attempt);
        expect_file(&attempt, content, SIZE);
        assert_int_equal(attempt.get.transferred, SIZE);
        end(&attempt);
    }
}

static void plx_http_get__unmodified(void **state)
{
    (void)state;
    struct attempt attempt;
    begin(&attempt, "/range");
    strcpy(attempt.get.known.etag, "\"content\"");
    write_part(&attempt, "something else", 14, "\"other\"");
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_OK);
    assert_true(attempt.get.unmodified);
    assert_int_equal(attempt.get.size, 0);
    assert_int_equal(lseek(attempt.get.descriptor, 0, SEEK_END), 0);
    assert_string_equal(attempt.get.got.etag, "\"content\"");
    end(&attempt);
    begin(&attempt, "/modified");
    strcpy(attempt.get.known.modified, "Thu, 01 Jan 2026 00:00:00 GMT");
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_OK);
    assert_true(attempt.get.unmodified);
    end(&attempt);
    begin(&attempt, "/range");
    strcpy(attempt.get.known.etag, "\"older\"");
    run(&attempt);
    expect_file(&attempt, content, SIZE);
    end(&attempt);
}

static void plx_http_get__tries_again(void **state)
{
    (void)state;
    expect_content("/503/2", 3, SIZE);
    assert_non_null(strstr(noted, "the server answers 503; trying again in 0.0 s"));
    const double before = plx_clock_seconds();
    expect_content("/429/1", 2, SIZE);
    assert_true(plx_clock_seconds() - before >= 1); /* Retry-After */
    assert_non_null(strstr(noted, "the server answers 429; trying again in 1.0 s"));
}

static void plx_http_get__gives_up(void **state)
{
    (void)state;
    expect_failure("/503/9", 3, "the server answers 503; tried 3 times");
    expect_failure("/reset", 3, "; tried 3 times");
    expect_failure("/short", 3, "the transfer ends after 300000 of 301000 bytes; tried 3 times");
    expect_failure("/drop/9", 3, "the transfer ends after 262500 of 300000 bytes; tried 3 times");
    notes = 0;
    expect_failure("/404?key=secret", 1, "the server answers 404");
    expect_failure("/status/206", 1, "the server answers 206");
    expect_failure("/status/304", 1, "the server answers 304");
    expect_failure("/redirect-file", 1, "neither http nor https");
    expect_failure("/429-long", 1, "answers 429 and wants to be asked again in 3600 s only");
    assert_int_equal(notes, 0);
}

/* A try that brings much is none that failed. */
static void plx_http_get__a_long_way(void **state)
{
    (void)state;
    static uint8_t zeros[5000000];
    const struct plx_network two = {.first_pause_ms = 1, .tries = 2};
    struct http_server *other = http_server_start(
        &(struct http_server_options){.content = zeros, .content_size = sizeof zeros, .gzip = ""});
    assert_non_null(other);
    struct attempt attempt;
    begin(&attempt, "");
    snprintf(attempt.url, sizeof attempt.url, "http://127.0.0.1:%u/drop/2", http_server_port(other));
    attempt.get.network = &two;
    run(&attempt);
    assert_int_equal(attempt.get.size, sizeof zeros);
    end(&attempt);
    http_server_stop(other);
}

static void plx_http_get__stall(void **state)
{
    (void)state;
    const struct plx_network hasty = {.first_pause_ms = 1, .tries = 2, .stall_timeout_ms = 200};
    struct attempt attempt;
    begin(&attempt, "/stall-later");
    attempt.get.network = &hasty;
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_NETWORK);
    assert_string_equal(attempt.error.message,
                        "the server has sent nothing to speak of for 200 ms; tried 2 times");
    end(&attempt);
}

static void plx_http_get__encoded(void **state)
{
    (void)state;
    struct attempt attempt;
    begin(&attempt, "/gzip-encoding"); /* as curl -o has it */
    run(&attempt);
    expect_file(&attempt, "\x1f\x8b would be more", 16);
    end(&attempt);
    expect_failure("/br-encoding", 1, "encoded as \"br\"");
}

/* What comes after the length that is told is not of the content; that it lacks then, its hash must tell. */
static void plx_http_get__wrong_length(void **state)
{
    (void)state;
    struct attempt attempt;
    begin(&attempt, "/wrong-length");
    run(&attempt);
    expect_file(&attempt, content, SIZE - 5);
    end(&attempt);
}

static void plx_http_get__cap(void **state)
{
    (void)state;
    static const char *const paths[] = {"/ok", "/chunked", "/big", "/big-chunked"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct attempt attempt;
        begin(&attempt, paths[i]);
        attempt.get.cap = SIZE - 1;
        assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_NETWORK);
        assert_non_null(strstr(attempt.error.message, "299999"));
        assert_true(lseek(attempt.get.descriptor, 0, SEEK_END) < (off_t)SIZE);
        end(&attempt);
    }
    struct attempt attempt; /* what is there already is larger */
    begin(&attempt, "/range");
    write_part(&attempt, content, SIZE, "\"content\"");
    attempt.get.cap = SIZE - 1;
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_NETWORK);
    assert_non_null(strstr(attempt.error.message, "299999"));
    end(&attempt);
}

static void plx_http_get__full_disk(void **state)
{
    (void)state;
    struct attempt attempt;
    begin(&attempt, "/range");
    attempt.get.descriptor = open("/dev/full", O_RDWR);
    assert_true(attempt.get.descriptor >= 0);
    const unsigned before = http_server_requests(server);
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_IO);
    assert_string_equal(attempt.error.message, "the download cannot be written: No space left on device");
    assert_non_null(strstr(attempt.error.hint, "room"));
    assert_int_equal(http_server_requests(server) - before, 1);
    close(attempt.get.descriptor);
    end(&attempt);
}

static enum plx_status refuse(void *user, const struct plx_http_validators *validators, uint64_t size,
                              struct plx_error *error)
{
    (void)user;
    (void)size;
    (void)validators;
    return plx_error_set(error, PLX_IO, "the notes cannot be written");
}

static void plx_http_get__begun_fails(void **state)
{
    (void)state;
    struct attempt attempt;
    begin(&attempt, "/range");
    attempt.get.begun = refuse;
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_IO);
    assert_string_equal(attempt.error.message, "the notes cannot be written");
    assert_int_equal(lseek(attempt.get.descriptor, 0, SEEK_END), 0);
    end(&attempt);
}

static bool stop_after(void *user)
{
    int *left = user;
    return (*left)-- <= 0;
}

static void plx_http_get__interrupted(void **state)
{
    (void)state;
    const struct plx_network patient = {.first_pause_ms = 60000};
    const char *const paths[] = {"/status/503", "/stall", "/drop/1?interrupted"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct attempt attempt;
        int left = 6;
        begin(&attempt, paths[i]);
        attempt.get.network = &patient;
        attempt.get.interrupted = stop_after;
        attempt.get.user = &left;
        const double before = plx_clock_seconds();
        assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_INTERRUPTED);
        assert_true(plx_clock_seconds() - before < 3); /* 6 questions, at most 100 ms apart */
        end(&attempt);
    }
}

static void plx_http_get__offline(void **state)
{
    (void)state;
    const struct plx_network offline = {.offline = true};
    const unsigned before = http_server_requests(server);
    struct attempt attempt;
    begin(&attempt, "/ok");
    attempt.get.network = &offline;
    assert_int_equal(plx_http_get(&attempt.get, &attempt.error), PLX_NETWORK);
    assert_non_null(strstr(attempt.error.message, "offline"));
    assert_int_equal(http_server_requests(server), before);
    end(&attempt);
}

/* What came, as text. */
static const char *text_of(struct attempt *attempt)
{
    static char text[8192];
    ssize_t got = pread(attempt->get.descriptor, text, sizeof text - 1, 0);
    assert_true(got >= 0);
    text[got] = '\0';
    return text;
}

static void plx_http_get__key_stays_with_its_host(void **state)
{
    (void)state;
    static const char *const paths[] = {"/request?token=secret", "/redirect-host/request"};
    for (size_t i = 0; i < 2; i++) {
        struct attempt attempt;
        begin(&attempt, paths[i]);
        snprintf(attempt.url, sizeof attempt.url, "http://user:secret@127.0.0.1:%u%s",
                 http_server_port(server), paths[i]);
        run(&attempt);
        assert_int_equal(strstr(text_of(&attempt), "Authorization") != NULL, i == 0);
        assert_int_equal(strstr(text_of(&attempt), "secret") != NULL, i == 0);
        assert_null(strstr(progress_name, "secret"));
        end(&attempt);
    }
}

/* A proxy that the environment names is asked for the whole URL. */
static void plx_http_get__proxy(void **state)
{
    (void)state;
    char proxy[64];
    struct attempt attempt;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", http_server_port(server));
    setenv("http_proxy", proxy, 1);
    begin(&attempt, "/");
    strcpy(attempt.url, "http://far.example/request");
    run(&attempt);
    unsetenv("http_proxy");
    assert_memory_equal(text_of(&attempt), "GET http://far.example/request HTTP/1.1", 39);
    end(&attempt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(plx_http_get__whole, prepare),
        cmocka_unit_test_setup(plx_http_get__goes_on_after_a_break, prepare),
        cmocka_unit_test_setup(plx_http_get__begins_anew_after_a_break, prepare),
        cmocka_unit_test_setup(plx_http_get__content_changes_meanwhile, prepare),
        cmocka_unit_test_setup(plx_http_get__part_of_another_process, prepare),
        cmocka_unit_test_setup(plx_http_get__rest_of_unsaid_size, prepare),
        cmocka_unit_test_setup(plx_http_get__part_of_another_content, prepare),
        cmocka_unit_test_setup(plx_http_get__unmodified, prepare),
        cmocka_unit_test_setup(plx_http_get__tries_again, prepare),
        cmocka_unit_test_setup(plx_http_get__gives_up, prepare),
        cmocka_unit_test_setup(plx_http_get__a_long_way, prepare),
        cmocka_unit_test_setup(plx_http_get__stall, prepare),
        cmocka_unit_test_setup(plx_http_get__encoded, prepare),
        cmocka_unit_test_setup(plx_http_get__wrong_length, prepare),
        cmocka_unit_test_setup(plx_http_get__cap, prepare),
        cmocka_unit_test_setup(plx_http_get__full_disk, prepare),
        cmocka_unit_test_setup(plx_http_get__begun_fails, prepare),
        cmocka_unit_test_setup(plx_http_get__interrupted, prepare),
        cmocka_unit_test_setup(plx_http_get__offline, prepare),
        cmocka_unit_test_setup(plx_http_get__key_stays_with_its_host, prepare),
        cmocka_unit_test_setup(plx_http_get__proxy, prepare),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
