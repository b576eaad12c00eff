/* The download cache, against the server of tests/support on the loopback interface. That of other processes,
   kills and full disks is in tests/cli/cache.sh. */
#include <perplex/cache.h>
#include <perplex/result.h>
#include <perplex/source.h>

#include "base/sha256.h"
#include "io/source.h"
#include "support/folder.h"
#include "support/http_server.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define CONTENT_SIZE ((size_t)100000)
#define URLS_MOST    3

/* The SHA-256 of nothing (FIPS 180-4's test vectors). */
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static char content[CONTENT_SIZE];
static char content_sha256[65];
static char cache[64];
static char noted[1024];
static bool refused; /* what came, in the last call that failed */
static struct http_server *server;
static struct plx_network network;

static void note(void *user, const char *text)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    (void)user;
    pthread_mutex_lock(&mutex);
    snprintf(noted, sizeof noted, "%s", text);
    pthread_mutex_unlock(&mutex);
}

/* Line after line; its hash by libcrypto, which is tested against FIPS 180-4's vectors elsewhere. */
static int start(void **state)
{
    struct plx_error error;
    setenv("no_proxy", "127.0.0.1", 1);
    setenv("NO_PROXY", "127.0.0.1", 1);
    for (size_t i = 0; i < CONTENT_SIZE; i++)
        content[i] = "abcdefghijklmnopqrstuvwxyz\n"[i % 17 == 16 ? 26 : (i * i + i / 17) % 26];
    struct plx_sha256 *hash = plx_sha256_new(&error);
    if (plx_sha256_update(hash, content, CONTENT_SIZE, &error) ||
        plx_sha256_finish(hash, content_sha256, &error))
        return -1;
    plx_sha256_free(hash);
    (void)state;
    server = http_server_start(&(struct http_server_options){
        .content = content, .content_size = CONTENT_SIZE, .folder = "/nowhere"});
    return server ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_server_stop(server);
    return 0;
}

static int begin(void **state)
{
    if (folder_make(state))
        return -1;
    snprintf(cache, sizeof cache, "%s", folder_path("cache"));
    network = (struct plx_network){.cache = cache, .tries = 1, .first_pause_ms = 20, .note = note};
    *noted = '\0';
    return 0;
}

/* What the shell does in the folder of the test. */
static void shell(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd '%s' && %s", folder_path("."), command);
    assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c): in a folder of our own */
}

static int end(void **state)
{
    shell("rm -rf cache");
    return folder_remove(state);
}

static const char *url_of(const char *path)
{
    static _Thread_local char urls[8][256];
    static _Thread_local unsigned next;
    char *url = urls[next++ % 8];
    snprintf(url, sizeof urls[0], "http://127.0.0.1:%u%s", http_server_port(server), path);
    return url;
}

static enum plx_status fetch(const char *const paths[URLS_MOST], const char *sha256, uint64_t size,
                             struct plx_cached *cached, struct plx_error *error)
{
    const char *urls[URLS_MOST];
    struct plx_cache_request request = {.urls = urls, .sha256 = sha256, .size = size};
    for (; request.url_count < URLS_MOST && paths[request.url_count]; request.url_count++)
        urls[request.url_count] = url_of(paths[request.url_count]);
    return plx_cache_fetch(&network, &request, cached, error);
}

static enum plx_status fetch_one(const char *path, const char *sha256, uint64_t size,
                                 struct plx_cached *cached, struct plx_error *error)
{
    const char *const paths[URLS_MOST] = {path};
    return fetch(paths, sha256, size, cached, error);
}

static void expect_file(const char *path)
{
    static char data[CONTENT_SIZE + 1];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(data, 1, sizeof data, file), CONTENT_SIZE);
    fclose(file);
    assert_memory_equal(data, content, CONTENT_SIZE);
}

/* There are so many contents, all whole, and parts. */
static void expect_cache(size_t contents, size_t parts)
{
    struct plx_cache_list list;
    struct plx_error error;
    assert_int_equal(plx_cache_list(cache, &list, &error), PLX_OK);
    assert_int_equal(list.count, contents);
    assert_int_equal(list.partial_count, parts);
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(plx_cache_verify(list.items + i, NULL, NULL, &error), PLX_OK);
        assert_int_equal(list.items[i].state, PLX_CACHE_WHOLE);
    }
    plx_cache_list_release(&list);
}

/* Has it; `requests` more have been made, and it was downloaded, or not. */
static void expect(const char *path, const char *sha256, bool downloaded, unsigned requests)
{
    const unsigned before = http_server_requests(server);
    struct plx_cached cached;
    struct plx_error error;
    if (fetch_one(path, sha256, 0, &cached, &error))
        fail_msg("%s: %s", error.input, error.message);
    assert_int_equal(cached.downloaded, downloaded);
    assert_int_equal(cached.size, CONTENT_SIZE);
    assert_string_equal(cached.sha256, content_sha256);
    expect_file(cached.path);
    free(cached.path);
    assert_int_equal(http_server_requests(server) - before, requests);
}

static void expect_failure(enum plx_status status, const char *const paths[URLS_MOST], const char *sha256,
                           uint64_t size, const char *message, struct plx_error *error)
{
    struct plx_cached cached;
    assert_int_equal(fetch(paths, sha256, size, &cached, error), status);
    assert_null(cached.path);
    refused = cached.refused;
    if (!strstr(error->message, message))
        fail_msg("\"%s\" is not in \"%s\"", message, error->message);
}

/* By hash. */

static void plx_cache_fetch__known_hash(void **state)
{
    (void)state;
    struct plx_cached cached;
    struct plx_error error;
    struct stat facts;
    char place[256];
    expect("/ok", content_sha256, true, 1);
    expect("/ok", content_sha256, false, 0);
    expect("/404", content_sha256, false, 0);
    assert_int_equal(fetch_one("/404", content_sha256, CONTENT_SIZE, &cached, &error), PLX_OK);
    snprintf(place, sizeof place, "%s/sha256/%.2s/%s", cache, content_sha256, content_sha256);
    assert_string_equal(cached.path, place);
    assert_int_equal(stat(place, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0444);
    free(cached.path);
    expect_cache(1, 0);
}

static void plx_cache_fetch__hash_in_capitals(void **state)
{
    (void)state;
    char capitals[65];
    for (size_t i = 0; i < sizeof capitals; i++)
        capitals[i] = (char)(content_sha256[i] >= 'a' ? content_sha256[i] - 'a' + 'A' : content_sha256[i]);
    expect("/ok", capitals, true, 1);
    expect("/ok", content_sha256, false, 0);
}

static void plx_cache_fetch__wrong_hash(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/ok"};
    expect_failure(PLX_NETWORK, paths, EMPTY, 0, content_sha256, &error);
    assert_true(refused);
    assert_non_null(strstr(error.message, EMPTY));
    assert_string_equal(error.input, url_of("/ok"));
    expect_cache(0, 0);
}

static void plx_cache_fetch__wrong_size(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/ok"};
    expect_failure(PLX_NETWORK, paths, content_sha256, CONTENT_SIZE - 1, "100000 bytes instead of 99999",
                   &error);
    assert_true(refused);
    expect_cache(0, 0);
    expect_failure(PLX_NETWORK, paths, NULL, CONTENT_SIZE + 1, "100000 bytes instead of 100001", &error);
    expect_cache(0, 0);
}

/* It ends as soon as that is known. */
static void plx_cache_fetch__wrong_size_at_once(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const announced[URLS_MOST] = {"/big"}, *const unsaid[URLS_MOST] = {"/big-chunked"};
    const char *const part[URLS_MOST] = {"/drop/1?wrong-size"};
    expect_failure(PLX_NETWORK, announced, NULL, 1000, "1099511627776 bytes instead of 1000", &error);
    assert_true(refused);
    expect_failure(PLX_NETWORK, unsaid, NULL, 1000, "larger than the 1000 bytes that it should have", &error);
    assert_true(refused);
    expect_cache(0, 0);
    expect_failure(PLX_NETWORK, part, NULL, 0, "", &error);
    assert_false(refused);
    expect_cache(0, 1);
    expect_failure(PLX_NETWORK, part, NULL, CONTENT_SIZE + 1, "100000 bytes instead of 100001", &error);
    assert_true(refused);
    expect_cache(0, 0);
}

static void plx_cache_fetch__page(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/page"};
    expect_failure(PLX_NETWORK, paths, NULL, CONTENT_SIZE, "18 bytes instead of 100000", &error);
    assert_non_null(strstr(error.hint, "HTML"));
    expect_failure(PLX_NETWORK, paths, EMPTY, 0, EMPTY, &error);
    assert_non_null(strstr(error.hint, "HTML"));
    expect_cache(0, 0);
}

static void plx_cache_fetch__too_large(void **state)
{
    (void)state;
    struct plx_cached cached;
    struct plx_error error;
    const char *url = url_of("/ok");
    struct plx_cache_request request = {.urls = &url, .url_count = 1, .max_bytes = CONTENT_SIZE - 1};
    assert_int_equal(plx_cache_fetch(&network, &request, &cached, &error), PLX_NETWORK);
    assert_non_null(strstr(error.message, "99999"));
    assert_false(cached.refused);
    expect_cache(0, 0);
    url = url_of("/big-chunked");
    assert_int_equal(plx_cache_fetch(&network, &request, &cached, &error), PLX_NETWORK);
    assert_non_null(strstr(error.message, "99999 bytes allowed"));
    expect_cache(0, 0);
}

/* A file that was cut short is noticed by its size where that is known, and replaced. */
static void plx_cache_fetch__cut_short(void **state)
{
    (void)state;
    struct plx_cached cached;
    struct plx_error error;
    expect("/range", NULL, true, 1);
    assert_int_equal(fetch_one("/range", content_sha256, CONTENT_SIZE, &cached, &error), PLX_OK);
    assert_int_equal(chmod(cached.path, 0644), 0);
    assert_int_equal(truncate(cached.path, 10), 0);
    free(cached.path);
    expect("/range", NULL, true, 1);
    expect_cache(1, 0);
    expect("/range", NULL, false, 1);
}

/* By URL. */

static void plx_cache_fetch__revalidated(void **state)
{
    (void)state;
    static const char *const PATHS[] = {"/range", "/modified", "/weak"};
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        expect(PATHS[i], NULL, true, 1);
        expect(PATHS[i], NULL, false, 1);
    }
    expect("/blind", NULL, true, 1); /* it could have changed */
    expect("/blind", NULL, true, 1);
    expect_cache(1, 0);
}

static void plx_cache_fetch__damaged_record(void **state)
{
    (void)state;
    expect("/range", NULL, true, 1);
    shell("for file in cache/urls/*; do printf x >$file; done");
    expect("/range", NULL, true, 1);
    expect("/range", NULL, false, 1);
}

static void plx_cache_fetch__no_secrets_kept(void **state)
{
    (void)state;
    struct plx_cached cached;
    struct plx_error error;
    char url[256];
    const char *const urls[] = {url};
    snprintf(url, sizeof url, "http://user:secret@127.0.0.1:%u/auth?token=hidden", http_server_port(server));
    const struct plx_cache_request request = {.urls = urls, .url_count = 1};
    assert_int_equal(plx_cache_fetch(&network, &request, &cached, &error), PLX_OK);
    free(cached.path);
    shell("! grep -rqE 'secret|hidden' cache");
}

/* Several URLs. */

static void plx_cache_fetch__mirrors(void **state)
{
    (void)state;
    struct plx_cached cached;
    struct plx_error error;
    const char *const good[URLS_MOST] = {"/404", "/etag-changes?mirrors", "/ok"};
    const char *const gone[URLS_MOST] = {"/404", "/status/403"};
    const char *const other[URLS_MOST] = {"/404", "/ok", "/status/410"};
    assert_int_equal(fetch(good, content_sha256, 0, &cached, &error), PLX_OK);
    free(cached.path);
    expect_cache(1, 0); /* nor the part that the second gave */
    expect_failure(PLX_NETWORK, gone, NULL, 0, "404", &error);
    assert_string_equal(error.input, url_of("/404"));
    assert_non_null(strstr(error.hint, "/status/403: the server answers 403"));
    expect_failure(PLX_NETWORK, other, EMPTY, 0, content_sha256, &error);
    assert_string_equal(error.input, url_of("/ok"));
    assert_non_null(strstr(error.hint, "/404: "));
    assert_non_null(strstr(error.hint, "/status/410: "));
    expect_cache(1, 0);
}

/* Parts. */

static void plx_cache_fetch__goes_on(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/drop/1?goes-on"};
    expect_failure(PLX_NETWORK, paths, NULL, 0, "", &error);
    expect_cache(0, 1);
    expect(paths[0], NULL, true, 1);
    expect_cache(1, 0);
}

/* How large the whole is was said when it was begun, by another process perhaps. */
static void plx_cache_fetch__goes_on_in_pieces(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/drop-unsaid/1?pieces"};
    expect_failure(PLX_NETWORK, paths, NULL, 0, "after 50000 of 100000 bytes", &error);
    expect_failure(PLX_NETWORK, paths, NULL, 0, "after 75000 of 100000 bytes", &error);
    expect(paths[0], NULL, true, 1);
    expect_cache(1, 0);
}

/* What cannot be gone on with is given up, though nothing is tried again. */
static void plx_cache_fetch__does_not_go_on(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/drop-wrong/1?given-up"};
    expect_failure(PLX_NETWORK, paths, NULL, 0, "after 50000 of 100000 bytes", &error);
    expect_failure(PLX_NETWORK, paths, NULL, 0, "elsewhere", &error);
    expect_cache(0, 0);
    expect(paths[0], NULL, true, 1);
}

/* What has changed meanwhile comes anew, all of it: its last byte tells. */
static void plx_cache_fetch__part_of_another(void **state)
{
    (void)state;
    struct plx_cached cached;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/etag-changes?part"};
    expect_failure(PLX_NETWORK, paths, NULL, 0, "", &error);
    expect_cache(0, 1);
    assert_int_equal(fetch_one(paths[0], NULL, 0, &cached, &error), PLX_OK);
    assert_int_equal(cached.size, CONTENT_SIZE);
    assert_string_not_equal(cached.sha256, content_sha256);
    free(cached.path);
    expect_cache(1, 0);
}

/* Without notes of what it is, a part is nothing. */
static void plx_cache_fetch__part_without_notes(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/drop/1?notes"};
    expect_failure(PLX_NETWORK, paths, NULL, 0, "", &error);
    shell("cd cache/partial && rm ./*.url && for part in *; do tr a-z A-Z <$part >x; mv x $part; done");
    expect(paths[0], NULL, true, 1);
}

/* Offline, and unusable. */

static void plx_cache_fetch__offline(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/range"};
    network.offline = true;
    expect_failure(PLX_NETWORK, paths, NULL, 0, "offline", &error);
    expect_failure(PLX_NETWORK, paths, content_sha256, 0, "offline", &error);
    assert_string_equal(error.input, url_of("/range"));
    assert_int_not_equal(access(cache, F_OK), 0);
    network.offline = false;
    expect("/range", NULL, true, 1);
    network.offline = true;
    assert_string_equal(noted, "");
    expect("/range", NULL, false, 0);
    assert_non_null(strstr(noted, "/range: offline"));
    expect("/404", content_sha256, false, 0);
}

static void plx_cache_fetch__unreachable(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/503/2?unreachable"};
    network.tries = 3;
    expect(paths[0], NULL, true, 3);
    network.tries = 1;
    const char *const stopped[URLS_MOST] = {"/drop-modified/1?unreachable"};
    expect_failure(PLX_NETWORK, stopped, NULL, 0, "", &error);
    assert_null(strstr(error.hint, "PERPLEX_OFFLINE"));
}

/* Of a cache that cannot be locked, what is there can be used all the same. */
static void plx_cache_fetch__unwritable(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/range"};
    expect("/range", NULL, true, 1);
    shell("rm -rf cache/locks && : >cache/locks");
    expect_failure(PLX_IO, paths, NULL, 0, "cannot be used as the download cache", &error);
    assert_non_null(strstr(error.hint, "PERPLEX_OFFLINE=1"));
    network.offline = true;
    expect("/range", NULL, false, 0);
}

static void remove_contents(void *user, const char *name, uint64_t done, uint64_t size)
{
    unsigned *left = user;
    (void)name;
    (void)size;
    if (done == 0 && *left > 0 && (*left)-- > 0)
        shell("rm -rf cache/sha256");
}

/* What has not changed is removed while the server is asked. */
static void plx_cache_fetch__removed_meanwhile(void **state)
{
    (void)state;
    unsigned left = 1;
    expect("/range", NULL, true, 1);
    network.progress = remove_contents;
    network.user = &left;
    expect("/range", NULL, true, 2);
    assert_int_equal(left, 0);
}

static void plx_cache_fetch__unusable(void **state)
{
    (void)state;
    struct plx_error error;
    const char *const paths[URLS_MOST] = {"/ok"};
    network.cache = "/dev/null/cache";
    expect_failure(PLX_IO, paths, NULL, 0, "cannot be used as the download cache", &error);
    assert_string_equal(error.input, "/dev/null/cache");
    assert_non_null(strstr(error.hint, "PERPLEX_CACHE"));
    network.cache = NULL;
    expect_failure(PLX_USAGE, paths, NULL, 0, "no download cache", &error);
    network.cache = cache;
    expect_failure(PLX_USAGE, paths, "abc", 0, "\"abc\" is no SHA-256", &error);
}

/* At once. */

static void *fetch_in_thread(void *path)
{
    struct plx_cached cached;
    struct plx_error error;
    const bool fine =
        fetch_one(path, NULL, 0, &cached, &error) == PLX_OK && strcmp(cached.sha256, content_sha256) == 0;
    free(cached.path);
    return fine ? path : NULL;
}

/* The first is told to come again later, so that the others have to wait. */
static void plx_cache_fetch__at_once(void **state)
{
    (void)state;
    static char path[] = "/503/1?at-once";
    const unsigned before = http_server_requests(server);
    pthread_t threads[4];
    network.tries = 2;
    network.first_pause_ms = 200;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(threads + i, NULL, fetch_in_thread, path), 0);
    for (size_t i = 0; i < 4; i++) {
        void *fine;
        pthread_join(threads[i], &fine);
        assert_non_null(fine);
    }
    assert_int_equal(http_server_requests(server) - before, 2);
    assert_non_null(strstr(noted, "/503/1: "));
    expect_cache(1, 0);
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void plx_cache_fetch__interrupted(void **state)
{
    (void)state;
    struct plx_cached cached;
    struct plx_error error;
    const char *url = url_of("/stall");
    const struct plx_cache_request request = {.urls = &url, .url_count = 1, .interrupted = always};
    assert_int_equal(plx_cache_fetch(&network, &request, &cached, &error), PLX_INTERRUPTED);
    expect_cache(0, 0);
}

/* As a source. */

static void plx_source_open__cached(void **state)
{
    (void)state;
    struct plx_source *source;
    struct plx_error error;
    struct plx_file_range range;
    const struct plx_source_options options = {.network = &network};
    const unsigned before = http_server_requests(server);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(plx_source_open(url_of("/range"), &options, &source, &error), PLX_OK);
        assert_string_equal(plx_source_name(source), url_of("/range"));
        assert_int_equal(plx_source_file(source, &range, &error), PLX_OK);
        assert_true(range.descriptor >= 0);
        assert_int_equal(range.size, CONTENT_SIZE);
        plx_source_close(source);
    }
    assert_int_equal(http_server_requests(server) - before, 2);
    assert_int_equal(plx_source_open(url_of("/404"), &options, &source, &error), PLX_NETWORK);
    assert_string_equal(error.input, url_of("/404"));
}

/* What there is. */

static void plx_cache_list__of_nothing(void **state)
{
    (void)state;
    expect_cache(0, 0);
}

static void plx_cache_list__items(void **state)
{
    (void)state;
    struct plx_cache_list list;
    struct plx_error error;
    size_t index = 9;
    char *text;
    size_t length;
    expect("/range", NULL, true, 1);
    expect("/modified?secret", NULL, true, 1);
    assert_int_equal(plx_cache_list(cache, &list, &error), PLX_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.bytes, CONTENT_SIZE);
    assert_int_equal(list.items[0].origin_count, 2);
    assert_string_equal(list.items[0].origins[0].label, url_of("/modified"));
    assert_string_equal(list.items[0].origins[1].label, url_of("/range"));
    static const char *const NAMES[] = {"/modified?secret", "/modified", "/range"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(plx_cache_find(&list, url_of(NAMES[i]), &index, &error), PLX_OK);
    assert_int_equal(index, 0);
    assert_int_equal(plx_cache_find(&list, "range", &index, &error), PLX_OK);
    assert_int_equal(plx_cache_find(&list, content_sha256, &index, &error), PLX_OK);
    assert_int_equal(plx_cache_find(&list, "nothing", &index, &error), PLX_USAGE);
    char digits[5];
    snprintf(digits, sizeof digits, "%.4s", content_sha256);
    assert_int_equal(plx_cache_find(&list, digits, &index, &error), PLX_OK);
    digits[3] = '\0';
    assert_int_equal(plx_cache_find(&list, digits, &index, &error), PLX_USAGE);
    assert_int_equal(plx_cache_json(cache, &list, &text, &length, &error), PLX_OK);
    assert_non_null(strstr(text, content_sha256));
    assert_null(strstr(text, "secret"));
    plx_text_free(text);
    plx_cache_list_release(&list);
}

static void flip_a_byte(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/sha256/%.2s/%s", cache, content_sha256, content_sha256);
    assert_int_equal(chmod(path, 0644), 0);
    const int file = open(path, O_WRONLY);
    assert_int_equal(pwrite(file, "!", 1, 5000), 1);
    close(file);
}

static void plx_cache_verify__damaged(void **state)
{
    (void)state;
    struct plx_cache_list list;
    struct plx_error error;
    expect("/range", NULL, true, 1);
    flip_a_byte();
    assert_int_equal(plx_cache_list(cache, &list, &error), PLX_OK);
    assert_int_equal(plx_cache_verify(list.items, NULL, NULL, &error), PLX_OK);
    assert_int_equal(list.items[0].state, PLX_CACHE_DAMAGED);
    assert_int_equal(plx_cache_verify(list.items, always, NULL, &error), PLX_INTERRUPTED);
    plx_cache_list_release(&list);
}

/* Somebody else may remove what has been listed. */
static void plx_cache_verify__gone(void **state)
{
    (void)state;
    struct plx_cache_list list;
    struct plx_error error;
    char *text;
    size_t length;
    expect("/range", NULL, true, 1);
    assert_int_equal(plx_cache_list(cache, &list, &error), PLX_OK);
    shell("rm -rf cache");
    assert_int_equal(plx_cache_verify(list.items, NULL, NULL, &error), PLX_OK);
    assert_int_equal(list.items[0].state, PLX_CACHE_GONE);
    assert_int_equal(plx_cache_json(cache, &list, &text, &length, &error), PLX_OK);
    assert_null(strstr(text, content_sha256));
    assert_null(strstr(text, "100000"));
    plx_text_free(text);
    plx_cache_list_release(&list);
}

static void prune(const struct plx_cache_pruning *pruning, size_t contents, size_t partials, uint64_t bytes)
{
    struct plx_cache_pruned pruned;
    struct plx_error error;
    if (plx_cache_prune(cache, pruning, &pruned, &error))
        fail_msg("%s: %s", error.input, error.message);
    assert_int_equal(pruned.contents, contents);
    assert_int_equal(pruned.partials, partials);
    assert_int_equal(pruned.bytes, bytes);
}

static void plx_cache_prune__useless(void **state)
{
    (void)state;
    struct plx_error error;
    const struct plx_cache_pruning usual = {.all = false};
    const char *const paths[URLS_MOST] = {"/drop/1?prune"};
    prune(&usual, 0, 0, 0); /* of what is not there */
    assert_int_not_equal(access(cache, F_OK), 0);
    expect("/range", NULL, true, 1);
    prune(&usual, 0, 0, 0);
    expect("/range", NULL, false, 1);
    expect_failure(PLX_NETWORK, paths, NULL, 0, "", &error);
    prune(&usual, 0, 1, CONTENT_SIZE / 2);
    expect_cache(1, 0);
    flip_a_byte();
    prune(&usual, 1, 0, CONTENT_SIZE);
    expect("/range", NULL, true, 1);
    shell("rm cache/urls/*");
    prune(&usual, 1, 0, CONTENT_SIZE);
    expect_cache(0, 0);
}

static void plx_cache_prune__chosen(void **state)
{
    (void)state;
    char path[256];
    const struct plx_cache_pruning old = {.unused = true, .unused_s = 86400}, all = {.all = true};
    const struct timespec yesterday[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    expect("/range", NULL, true, 1);
    prune(&old, 0, 0, 0);
    snprintf(path, sizeof path, "%s/sha256/%.2s/%s", cache, content_sha256, content_sha256);
    assert_int_equal(utimensat(AT_FDCWD, path, yesterday, 0), 0);
    expect("/range", NULL, false, 1); /* which is a use */
    prune(&old, 0, 0, 0);
    assert_int_equal(utimensat(AT_FDCWD, path, yesterday, 0), 0);
    prune(&old, 1, 0, CONTENT_SIZE);
    expect("/range", NULL, true, 1);
    prune(&all, 1, 0, CONTENT_SIZE);
    shell("rmdir cache/urls cache/partial");
}

/* Somebody is at it: its part stays. */
static void plx_cache_prune__in_use(void **state)
{
    (void)state;
    static char path[] = "/503/1?in-use";
    const struct plx_cache_pruning all = {.all = true};
    pthread_t thread;
    void *fine;
    network.tries = 2;
    network.first_pause_ms = 300;
    const unsigned before = http_server_requests(server);
    assert_int_equal(pthread_create(&thread, NULL, fetch_in_thread, path), 0);
    while (http_server_requests(server) == before)
        usleep(1000);
    usleep(50000);
    prune(&all, 0, 0, 0);
    pthread_join(thread, &fine);
    assert_non_null(fine);
    expect_cache(1, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(plx_cache_fetch__known_hash),
        CASE(plx_cache_fetch__hash_in_capitals),
        CASE(plx_cache_fetch__wrong_hash),
        CASE(plx_cache_fetch__wrong_size),
        CASE(plx_cache_fetch__wrong_size_at_once),
        CASE(plx_cache_fetch__page),
        CASE(plx_cache_fetch__too_large),
        CASE(plx_cache_fetch__cut_short),
        CASE(plx_cache_fetch__revalidated),
        CASE(plx_cache_fetch__damaged_record),
        CASE(plx_cache_fetch__no_secrets_kept),
        CASE(plx_cache_fetch__mirrors),
        CASE(plx_cache_fetch__goes_on),
        CASE(plx_cache_fetch__goes_on_in_pieces),
        CASE(plx_cache_fetch__does_not_go_on),
        CASE(plx_cache_fetch__part_of_another),
        CASE(plx_cache_fetch__part_without_notes),
        CASE(plx_cache_fetch__offline),
        CASE(plx_cache_fetch__unreachable),
        CASE(plx_cache_fetch__unusable),
        CASE(plx_cache_fetch__unwritable),
        CASE(plx_cache_fetch__removed_meanwhile),
        CASE(plx_cache_fetch__at_once),
        CASE(plx_cache_fetch__interrupted),
        CASE(plx_source_open__cached),
        CASE(plx_cache_list__of_nothing),
        CASE(plx_cache_list__items),
        CASE(plx_cache_verify__damaged),
        CASE(plx_cache_verify__gone),
        CASE(plx_cache_prune__useless),
        CASE(plx_cache_prune__chosen),
        CASE(plx_cache_prune__in_use),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
