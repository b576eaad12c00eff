/* Outputs: what appears, when, with which mode, and what is left of one that fails. */
#include "io/output.h"

#include <perplex/source.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/random.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

static struct plx_output *open_output(const char *path)
{
    struct plx_output *output = NULL;
    struct plx_error error = {0};
    if (plx_output_open(path, &output, &error))
        fail_msg("%s", error.message);
    assert_non_null(output);
    return output;
}

static void write_text(struct plx_output *output, const char *text)
{
    struct plx_error error = {0};
    if (plx_output_write(output, text, strlen(text), &error))
        fail_msg("%s", error.message);
}

static void commit(struct plx_output *output)
{
    struct plx_error error = {0};
    if (plx_output_commit(output, &error))
        fail_msg("%s", error.message);
}

static void expect_error(const struct plx_error *error, enum plx_status status, int number, const char *path)
{
    char expected[700];
    snprintf(expected, sizeof expected, "cannot write %s: %s", path, strerror(number));
    assert_int_equal(error->status, status);
    assert_int_equal(error->os_error, number);
    assert_string_equal(error->message, expected);
}

/* Until the commit the old file stays, and the new one stands beside it. */
static void commit__replaces_the_file(void **state)
{
    const char *path = folder_path("a.txt");
    (void)state;
    file_write(path, "old", 3);
    struct plx_output *output = open_output(path);
    write_text(output, "new ");
    write_text(output, "");
    write_text(output, "text\n");
    folder_file_is("a.txt", "old", 3);
    commit(output);
    folder_file_is("a.txt", "new text\n", 9);
    folder_holds("a.txt");
}

static void commit__empty_file(void **state)
{
    (void)state;
    commit(open_output(folder_path("empty")));
    folder_file_is("empty", "", 0);
}

/* The name beside the file has six letters or digits behind a point. */
static void open__creates_beside(void **state)
{
    (void)state;
    struct plx_output *output = open_output(folder_path("b.txt"));
    const char *beside = folder_path("");
    char command[600];
    snprintf(command, sizeof command,
             "test \"$(ls -A '%s' | LC_ALL=C grep -c '^b[.]txt[.][A-Za-z0-9]\\{6\\}$')\" = 1", beside);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): of a folder of our own */
    plx_output_discard(output);
    folder_holds("");
}

static void discard__leaves_nothing(void **state)
{
    (void)state;
    file_write(folder_path("old"), "old", 3);
    struct plx_output *output = open_output(folder_path("old")), *other = open_output(folder_path("new.gz"));
    write_text(output, "text");
    write_text(other, "text");
    plx_output_discard(output);
    plx_output_discard(other);
    plx_output_discard(NULL);
    folder_holds("old");
    folder_file_is("old", "old", 3);
}

/* As any program creates its files; nobody's umask is touched, not even for a moment. */
static void commit__mode(void **state)
{
    const mode_t masks[] = {0, 022, 027, 077};
    (void)state;
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        struct stat facts;
        const mode_t before = umask(masks[i]);
        commit(open_output(folder_path("mode")));
        assert_int_equal(umask(before), masks[i]);
        assert_int_equal(stat(folder_path("mode"), &facts), 0);
        assert_int_equal(facts.st_mode & 07777, 0666 & ~masks[i]);
        assert_int_equal(unlink(folder_path("mode")), 0);
    }
}

/* That of the file that is replaced, behind a link too; while it is written already. */
static void commit__keeps_the_mode(void **state)
{
    const mode_t modes[] = {0600, 0664, 0777, 0444};
    (void)state;
    file_write(folder_path("old"), "old", 3);
    assert_int_equal(symlink("old", folder_path("link")), 0);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct stat facts;
        assert_int_equal(chmod(folder_path("old"), modes[i]), 0);
        struct plx_output *output = open_output(folder_path(i % 2 ? "link" : "old"));
        assert_int_equal(fstat(output->descriptor, &facts), 0);
        assert_int_equal(facts.st_mode & 07777, modes[i]);
        commit(output);
        assert_int_equal(stat(folder_path("old"), &facts), 0);
        assert_int_equal(facts.st_mode & 07777, modes[i]);
    }
}

#define LONG ((size_t)3 << 20)

static uint8_t *make_long(void)
{
    struct random random = {7};
    uint8_t *bytes = malloc(LONG);
    if (!bytes)
        abort();
    for (size_t i = 0; i < LONG; i++) /* half of it compresses */
        bytes[i] = i / 65536 % 2 ? (uint8_t)random_next(&random) : (uint8_t)(i / 100);
    return bytes;
}

/* In pieces of every size up to more than any buffer. */
static void write_pieces(struct plx_output *output, const uint8_t *bytes)
{
    struct random random = {11};
    struct plx_error error;
    for (size_t done = 0; done < LONG;) {
        size_t piece = random_below(&random, (size_t)1 << random_below(&random, 20));
        piece = piece < LONG - done ? piece : LONG - done;
        assert_int_equal(plx_output_write(output, bytes + done, piece, &error), PLX_OK);
        done += piece;
    }
}

static void write__pieces_of_any_size(void **state)
{
    uint8_t *bytes = make_long();
    (void)state;
    struct plx_output *output = open_output(folder_path("long"));
    write_pieces(output, bytes);
    commit(output);
    folder_file_is("long", bytes, LONG);
    free(bytes);
}

/* What the library's own reader, which is tested elsewhere, makes of it. */
static void expect_gunzipped(const char *name, const void *bytes, size_t size)
{
    struct plx_source *source = NULL;
    struct plx_error error;
    size_t got = 0;
    uint8_t *read = malloc(size + 1);
    if (!read)
        abort();
    assert_int_equal(plx_source_open(folder_path(name), NULL, &source, &error), PLX_OK);
    if (plx_source_read(source, read, size + 1, &got, &error))
        fail_msg("%s: %s", name, error.message);
    assert_true(plx_source_compressed(source));
    assert_int_equal(got, size);
    assert_memory_equal(read, bytes, size);
    plx_source_close(source);
    free(read);
}

static void write__gzip(void **state)
{
    uint8_t *bytes = make_long();
    (void)state;
    struct plx_output *output = open_output(folder_path("long.gz"));
    write_pieces(output, bytes);
    commit(output);
    expect_gunzipped("long.gz", bytes, LONG);
    output = open_output(folder_path("text.GZ"));
    write_text(output, "text");
    commit(output);
    expect_gunzipped("text.GZ", "text", 4);
    commit(open_output(folder_path("empty.gz")));
    expect_gunzipped("empty.gz", "", 0);
    output = open_output(folder_path("notgz")); /* without the point */
    write_text(output, "text");
    commit(output);
    folder_file_is("notgz", "text", 4);
    free(bytes);
}

/* No time of day and no name stands in it. */
static void write__gzip_is_reproducible(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct plx_output *output = open_output(folder_path(i ? "b.gz" : "a.gz"));
        write_text(output, "the same");
        commit(output);
    }
    const struct file_bytes file = file_read(folder_path("a.gz"));
    assert_true(file.size > 10);
    assert_memory_equal(file.bytes, "\x1f\x8b\x08\0\0\0\0\0", 8); /* RFC 1952: no flags, MTIME 0 */
    folder_file_is("b.gz", file.bytes, file.size);
    free(file.bytes);
}

/* Two at once do not meet; the last to commit stays. */
static void commit__two_of_one_name(void **state)
{
    (void)state;
    struct plx_output *first = open_output(folder_path("a")), *second = open_output(folder_path("a"));
    write_text(second, "second");
    write_text(first, "first");
    commit(second);
    folder_file_is("a", "second", 6);
    commit(first);
    folder_file_is("a", "first", 5);
    folder_holds("a");
}

static void finish__leaves_the_renaming(void **state)
{
    struct plx_error error;
    (void)state;
    struct plx_output *output = open_output(folder_path("a"));
    write_text(output, "text");
    assert_int_equal(plx_output_finish(output, &error), PLX_OK);
    assert_int_equal(plx_output_finish(output, &error), PLX_OK);
    assert_int_equal(access(folder_path("a"), F_OK), -1);
    assert_int_equal(plx_output_write(output, "more", 4, &error), PLX_USAGE);
    commit(output);
    folder_file_is("a", "text", 4);
}

/* The link stays, also one that leads to nothing yet. */
static void commit__symbolic_link(void **state)
{
    struct stat facts;
    (void)state;
    assert_int_equal(symlink("there", folder_path("link")), 0);
    for (int i = 0; i < 2; i++) {
        struct plx_output *output = open_output(folder_path("link"));
        write_text(output, i ? "again" : "first");
        commit(output);
        folder_file_is("there", i ? "again" : "first", 5);
        assert_int_equal(lstat(folder_path("link"), &facts), 0);
        assert_true(S_ISLNK(facts.st_mode));
    }
    folder_holds("link there");
}

/* What cannot be opened, at once; `check` says the same. */
static void open__impossible(void **state)
{
    struct plx_output *output;
    struct plx_error error, checked;
    (void)state;
    assert_int_equal(mkdir(folder_path("folder"), 0777), 0);
    assert_int_equal(symlink("loop", folder_path("loop")), 0);
    file_write(folder_path("file"), "", 0);
    const struct {
        const char *name;
        int number;
    } cases[] = {
        {"none/a", ENOENT}, {"folder", EISDIR}, {"folder/", EISDIR}, {"loop", ELOOP}, {"file/a", ENOTDIR}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = folder_path(cases[i].name);
        assert_int_equal(plx_output_open(path, &output, &error), PLX_IO);
        assert_null(output);
        expect_error(&error, PLX_IO, cases[i].number, path);
        assert_int_equal(plx_output_check(path, &checked), PLX_IO);
        expect_error(&checked, PLX_IO, cases[i].number, path);
    }
    assert_int_equal(plx_output_open("", &output, &error), PLX_USAGE);
    assert_int_equal(plx_output_check("", &error), PLX_USAGE);
    folder_holds("file folder loop");
}

/* Another file would get its number. */
static void open__closed_standard_output(void **state)
{
    struct plx_output *output;
    struct plx_error errors[2];
    (void)state;
    fflush(stdout);
    const int kept = dup(STDOUT_FILENO);
    assert_true(kept > STDOUT_FILENO);
    close(STDOUT_FILENO);
    const enum plx_status checked = plx_output_check(NULL, errors);
    const enum plx_status opened = plx_output_open("-", &output, errors + 1);
    assert_int_equal(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
    close(kept);
    assert_int_equal(checked, PLX_IO);
    assert_int_equal(opened, PLX_IO);
    assert_null(output);
    assert_int_equal(errors[0].os_error, EBADF);
    assert_int_equal(errors[1].os_error, EBADF);
}

static void check__leaves_nothing(void **state)
{
    struct plx_error error;
    (void)state;
    file_write(folder_path("old"), "old", 3);
    assert_int_equal(plx_output_check(folder_path("old"), &error), PLX_OK);
    assert_int_equal(plx_output_check(folder_path("new"), &error), PLX_OK);
    assert_int_equal(plx_output_check("/dev/null", &error), PLX_OK);
    assert_int_equal(plx_output_check("-", &error), PLX_OK);
    assert_int_equal(plx_output_check(NULL, &error), PLX_OK);
    folder_holds("old");
    folder_file_is("old", "old", 3);
}

/* The end of a long name stays, and the reason. */
static void open__long_name(void **state)
{
    struct plx_output *output;
    struct plx_error error;
    char name[400];
    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(plx_output_open(folder_path(name), &output, &error), PLX_IO);
    assert_int_equal(error.os_error, ENAMETOOLONG);
    assert_non_null(strstr(error.message, "xxx: File name too long"));
    assert_memory_equal(error.message, "cannot write ...xxx", 19);
}

/* No file may grow beyond 4096 bytes: a full disk for everybody. */
static void write__full_disk(void **state)
{
    struct rlimit before, tight;
    struct plx_error error;
    uint8_t *bytes = make_long();
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    tight = before;
    tight.rlim_cur = 4096;
    for (int kind = 0; kind < 4; kind++) { /* at a write or at the end, plain or compressed */
        const char *path = folder_path(kind & 1 ? "a.gz" : "a");
        struct plx_output *output = open_output(path);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        if (kind & 2) {
            assert_int_equal(plx_output_write(output, bytes + 65536, 10000, &error), PLX_OK);
        } else {
            assert_int_equal(plx_output_write(output, bytes, LONG, &error), PLX_IO);
            expect_error(&error, PLX_IO, EFBIG, path);
            assert_int_equal(plx_output_write(output, "x", 1, &error), PLX_IO); /* there is a hole in it */
        }
        memset(&error, 0, sizeof error);
        assert_int_equal(plx_output_commit(output, &error), PLX_IO);
        expect_error(&error, PLX_IO, EFBIG, path);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        folder_holds("");
    }
    signal(SIGXFSZ, handler);
    free(bytes);
}

static void write__full_device(void **state)
{
    struct plx_error error;
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    struct plx_output *output = open_output("/dev/full");
    write_text(output, "text");
    assert_int_equal(plx_output_commit(output, &error), PLX_IO);
    expect_error(&error, PLX_IO, ENOSPC, "/dev/full");
}

/* The folder is gone, or something stands in the way, when the file shall appear. */
static void commit__cannot_rename(void **state)
{
    struct plx_error error;
    (void)state;
    struct plx_output *output = open_output(folder_path("a"));
    assert_int_equal(mkdir(folder_path("a"), 0777), 0);
    assert_int_equal(plx_output_commit(output, &error), PLX_IO);
    expect_error(&error, PLX_IO, EISDIR, folder_path("a"));
    folder_holds("a");
}

/* SIGPIPE, which would end the test, does not come. */
static void write__nobody_reads(void **state)
{
    struct plx_error error;
    (void)state;
    void (*handler)(int) = signal(SIGPIPE, SIG_DFL); /* who runs the test may ignore it */
    assert_int_equal(mkfifo(folder_path("pipe"), 0600), 0);
    const int reader = open(folder_path("pipe"), O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    struct plx_output *output = open_output(folder_path("pipe"));
    write_text(output, "text");
    assert_int_equal(plx_output_finish(output, &error), PLX_OK);
    char got[8] = "";
    assert_int_equal(read(reader, got, sizeof got), 4);
    assert_string_equal(got, "text");
    close(reader);
    plx_output_discard(output);

    const int second = open(folder_path("pipe"), O_RDONLY | O_NONBLOCK);
    output = open_output(folder_path("pipe"));
    close(second);
    write_text(output, "text");
    assert_int_equal(plx_output_commit(output, &error), PLX_IO);
    expect_error(&error, PLX_IO, EPIPE, folder_path("pipe"));
    folder_holds("pipe");
    signal(SIGPIPE, handler);
}

static void on_alarm(int number)
{
    (void)number;
}

/* Ctrl-C while nobody reads a named pipe. The alarm repeats, as one may come before the waiting. */
static void open__interrupted(void **state)
{
    struct sigaction action = {.sa_handler = on_alarm}, before;
    const struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
    struct plx_output *output;
    struct plx_error error;
    (void)state;
    assert_int_equal(mkfifo(folder_path("pipe"), 0600), 0);
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    const enum plx_status status = plx_output_open(folder_path("pipe"), &output, &error);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(status, PLX_INTERRUPTED);
    assert_null(output);
}

/* Puts the descriptor in the place of stdout; returns what was there. */
static int redirect(int descriptor)
{
    fflush(stdout);
    const int saved = dup(STDOUT_FILENO);
    assert_true(saved >= 0 && dup2(descriptor, STDOUT_FILENO) == STDOUT_FILENO);
    return saved;
}

static void restore(int saved)
{
    dup2(saved, STDOUT_FILENO);
    close(saved);
}

/* By all of its names; what stands there stays, and it is not closed. */
static void write__stdout(void **state)
{
    const char *const names[] = {NULL, "-", "/dev/stdout", folder_path("log")};
    bool same[4];
    (void)state;
    const int log = open(folder_path("log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_int_equal(write(log, "0", 1), 1);
    const int saved = redirect(log);
    for (int i = 0; i < 4; i++) {
        struct plx_output *output = NULL;
        struct plx_error error;
        if (plx_output_open(names[i], &output, &error) == PLX_OK &&
            plx_output_write(output, "1234" + i, 1, &error) == PLX_OK)
            (void)plx_output_commit(output, &error);
        same[i] = plx_output_same(names[i], i % 2 ? NULL : "-");
    }
    restore(saved);
    close(log);
    folder_file_is("log", "01234", 5);
    for (int i = 0; i < 4; i++)
        assert_true(same[i]);
    assert_false(plx_output_same(NULL, folder_path("log")));
}

static void write__stdout_full(void **state)
{
    struct plx_output *output = NULL;
    struct plx_error error = {0};
    (void)state;
    const int full = open("/dev/full", O_WRONLY);
    if (full < 0)
        skip();
    const int saved = redirect(full);
    enum plx_status status = plx_output_open("-", &output, &error);
    if (status == PLX_OK)
        status = plx_output_write(output, "x", 1, &error);
    if (status == PLX_OK)
        status = plx_output_commit(output, &error);
    restore(saved);
    close(full);
    assert_int_equal(status, PLX_IO);
    expect_error(&error, PLX_IO, ENOSPC, "standard output");
}

struct reader {
    int descriptor;
    size_t got;
    uint64_t sum;
};

static void *read_slowly(void *argument)
{
    struct reader *reader = argument;
    uint8_t bytes[65536];
    const struct timespec pause = {0, 50000000};
    nanosleep(&pause, NULL);
    for (ssize_t got; (got = read(reader->descriptor, bytes, sizeof bytes)) > 0; reader->got += (size_t)got)
        for (ssize_t i = 0; i < got; i++)
            reader->sum += (reader->got + (size_t)i) * bytes[i];
    return NULL;
}

/* Somebody else's program may have made our standard output non-blocking. */
static void write__nonblocking_pipe(void **state)
{
    uint8_t *bytes = make_long();
    struct plx_output *output = NULL;
    struct plx_error error = {0};
    uint64_t sum = 0;
    int ends[2];
    pthread_t thread;
    (void)state;
    for (size_t i = 0; i < LONG; i++)
        sum += i * bytes[i];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[1], F_SETFL, fcntl(ends[1], F_GETFL) | O_NONBLOCK);
    struct reader reader = {ends[0], 0, 0};
    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    const int saved = redirect(ends[1]);
    close(ends[1]);
    enum plx_status status = plx_output_open("-", &output, &error);
    if (status == PLX_OK)
        status = plx_output_write(output, bytes, LONG, &error);
    if (status == PLX_OK)
        status = plx_output_commit(output, &error);
    restore(saved);
    pthread_join(thread, NULL);
    close(ends[0]);
    free(bytes);
    if (status)
        fail_msg("%s", error.message);
    assert_int_equal(reader.got, LONG);
    assert_int_equal(reader.sum, sum);
}

static void same__files(void **state)
{
    char here[400], path[600];
    (void)state;
    snprintf(here, sizeof here, "%s", folder_path(""));
    file_write(folder_path("a"), "", 0);
    file_write(folder_path("b"), "", 0);
    assert_int_equal(symlink("a", folder_path("to-a")), 0);
    assert_int_equal(symlink("new", folder_path("to-new")), 0);
    assert_int_equal(symlink(".", folder_path("here")), 0);
    assert_true(plx_output_same(folder_path("a"), folder_path("a")));
    assert_true(plx_output_same(folder_path("a"), folder_path("to-a")));
    assert_true(plx_output_same(folder_path("here/a"), folder_path("./a")));
    assert_false(plx_output_same(folder_path("a"), folder_path("b")));
    assert_false(plx_output_same(folder_path("a"), folder_path("new")));
    assert_true(plx_output_same(folder_path("new"), folder_path("new")));
    assert_true(plx_output_same(folder_path("new"), folder_path("to-new")));
    assert_true(plx_output_same(folder_path("here/new"), folder_path("here/./new")));
    assert_false(plx_output_same(folder_path("new"), folder_path("newer")));
    assert_false(plx_output_same(folder_path("new"), folder_path("none/new")));
    assert_false(plx_output_same(folder_path("new"), "/new-file-that-is-not-there"));
    snprintf(path, sizeof path, "%s../new", here);
    assert_false(plx_output_same(folder_path("new"), path));
    assert_true(plx_output_same("-", NULL));
    assert_false(plx_output_same("-", folder_path("new")));
    assert_false(plx_output_same("/dev/null", "/dev/null"));
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(here), 0);
    const bool relative = plx_output_same("new", folder_path("new")) && plx_output_same("./new", "new");
    assert_int_equal(chdir(before), 0);
    assert_true(relative);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commit__replaces_the_file),
        TEST(commit__empty_file),
        TEST(open__creates_beside),
        TEST(discard__leaves_nothing),
        TEST(commit__mode),
        TEST(commit__keeps_the_mode),
        TEST(write__pieces_of_any_size),
        TEST(write__gzip),
        TEST(write__gzip_is_reproducible),
        TEST(commit__two_of_one_name),
        TEST(finish__leaves_the_renaming),
        TEST(commit__symbolic_link),
        TEST(open__impossible),
        TEST(open__closed_standard_output),
        TEST(check__leaves_nothing),
        TEST(open__long_name),
        TEST(write__full_disk),
        TEST(write__full_device),
        TEST(commit__cannot_rename),
        TEST(write__nobody_reads),
        TEST(open__interrupted),
        TEST(write__stdout),
        TEST(write__stdout_full),
        TEST(write__nonblocking_pipe),
        TEST(same__files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
