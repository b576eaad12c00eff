/* A conversion that is stopped, by the user or by a full disk, wherever it is: it says so, and leaves nothing
   behind; what was there before is as it was. */
#include <perplex/convert.h>

#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static const char OLD[] = "what was there before\n";

static const char *const MODELS[] = {"models/almanac.o3.arpa", "models/kenlm/tiny.o4.probing.bin"};

/* Stops at question number `at`. */
struct stop {
    unsigned asked, at;
};

static bool interrupted(void *user)
{
    struct stop *stop = user;
    return ++stop->asked == stop->at;
}

static enum plx_status convert(const char *path, const char *name, unsigned threads, struct stop *stop)
{
    const struct plx_model_options options = {.threads = threads, .interrupted = interrupted, .user = stop};
    struct plx_error error = {0};
    file_write(folder_path(name), OLD, sizeof OLD - 1);
    const enum plx_status status = plx_convert_model(path, folder_path(name), &options, &error);
    folder_holds(name);
    if (status) {
        assert_int_equal(status, PLX_INTERRUPTED);
        assert_string_equal(error.message, "interrupted");
        folder_file_is(name, OLD, sizeof OLD - 1);
    }
    return status;
}

/* At many of the questions that a whole conversion asks, which are counted: the first, the last, and every
   eleventh. */
static unsigned stop_anywhere(const char *model, const char *name, unsigned threads)
{
    char *path = fixture_path(model);
    struct stop whole = {0, 0};
    folder_make(NULL);
    assert_int_equal(convert(path, name, threads, &whole), PLX_OK);
    for (unsigned at = 1; at <= whole.asked; at += at < 20 || at + 31 > whole.asked ? 1 : 11) {
        struct stop stop = {0, at};
        if (convert(path, name, threads, &stop) == PLX_OK) /* several threads may ask less often */
            assert_true(threads > 1 && stop.asked < at);
    }
    folder_remove(NULL);
    free(path);
    return whole.asked;
}

static void plx_convert_model__interrupted_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++)
        assert_true(stop_anywhere(MODELS[i], "m.plx", 2) > 2);
    /* What is compressed is written twice. */
    assert_true(stop_anywhere(MODELS[0], "m.plx.gz", 1) >= stop_anywhere(MODELS[0], "m.plx", 1) + 3);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Ever more room, until it is enough; the last that was not is the size of the largest file or less. */
static rlim_t fill_disk(const char *path, const char *name, rlim_t step)
{
    for (rlim_t room = 0;; room += step) {
        struct plx_error error = {0};
        limit_files(room);
        const enum plx_status status = plx_convert_model(path, folder_path(name), NULL, &error);
        limit_files(RLIM_INFINITY);
        if (status == PLX_OK)
            return room;
        assert_int_equal(status, PLX_IO);
        assert_non_null(strstr(error.message, "File too large"));
        assert_non_null(strstr(error.message, folder_path(name)));
        folder_holds("");
    }
}

/* A limit of the size of files stands for the end of the disk. */
static void plx_convert_model__no_room(void **state)
{
    static const rlim_t steps[] = {30011, 997};
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++) {
        char *path = fixture_path(MODELS[i]);
        folder_make(state);
        const rlim_t enough = fill_disk(path, "m.plx", steps[i]);
        const struct file_bytes file = file_read(folder_path("m.plx"));
        assert_true(enough >= file.size && enough > 5 * steps[i]);
        free(file.bytes);
        folder_remove(state);
        folder_make(state);
        fill_disk(path, "m.plx.gz", steps[i]);
        folder_remove(state);
        free(path);
    }
    signal(SIGXFSZ, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_convert_model__interrupted_anywhere),
        cmocka_unit_test(plx_convert_model__no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
