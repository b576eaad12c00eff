#include "io/mapping.h"

#include "support/folder.h"
#include "support/gzip_member.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

/* Three pieces of what is read at a time, the last one short. */
#define CONTENT_SIZE (9 * MIB + 7)

static uint8_t content[CONTENT_SIZE];
static uint8_t compressed[2 * CONTENT_SIZE];

static int make_content(void **state)
{
    uint32_t random = 1;
    (void)state;
    for (size_t i = 0; i < CONTENT_SIZE; i++) {
        random = random * 1664525U + 1013904223U;
        content[i] = (uint8_t)(random >> 24);
    }
    content[0] = 'x'; /* not gzip */
    return 0;
}

static const char *write_file(const char *name, const void *data, size_t size)
{
    const char *path = folder_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

static struct plx_source *open_path(const char *path, const struct plx_source_options *options)
{
    struct plx_source *source;
    struct plx_error error;
    if (plx_source_open(path, options, &source, &error))
        fail_msg("%s: %s", path, error.message);
    return source;
}

/* Maps what is there after a look at it, closes the source, and checks that it is content[begin … end − 1].
 */
static void expect(struct plx_source *source, enum plx_load load, unsigned threads, size_t begin, size_t end,
                   enum plx_load lies)
{
    struct plx_mapping mapping;
    struct plx_error error;
    const uint8_t *head;
    size_t size;
    assert_int_equal(plx_source_peek(source, 65536, &head, &size, &error), PLX_OK);
    if (plx_mapping_open(source, load, threads, &mapping, &error))
        fail_msg("%zu … %zu: %s", begin, end, error.message);
    plx_source_close(source);
    assert_int_equal(mapping.size, end - begin);
    assert_int_equal(mapping.load, lies);
    if (end > begin)
        assert_memory_equal(mapping.data, content + begin, end - begin);
    else
        assert_null(mapping.data);
    if (lies == PLX_LOAD_COPY && mapping.size >= 4 * MIB)
        assert_int_equal((uintptr_t)mapping.data % (2 * MIB), 0);
    plx_mapping_close(&mapping);
    assert_null(mapping.data);
    plx_mapping_close(&mapping);
}

static const size_t SIZES[] = {1, 4095, 4096, 4097, MIB, 4 * MIB, 4 * MIB + 1, 8 * MIB, CONTENT_SIZE};

#define SIZE_COUNT (sizeof SIZES / sizeof *SIZES)

static void plx_mapping_open__of_a_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        const char *path = write_file("file", content, SIZES[i]);
        expect(open_path(path, NULL), PLX_LOAD_MAP, 1, 0, SIZES[i], PLX_LOAD_MAP);
        for (unsigned threads = 0; threads < 4; threads++)
            expect(open_path(path, NULL), PLX_LOAD_COPY, threads, 0, SIZES[i], PLX_LOAD_COPY);
        expect(open_path(path, NULL), PLX_LOAD_COPY, 1000, 0, SIZES[i], PLX_LOAD_COPY);
    }
}

static void plx_mapping_open__of_an_empty_file(void **state)
{
    const char *path = write_file("file", "", 0);
    (void)state;
    expect(open_path(path, NULL), PLX_LOAD_MAP, 1, 0, 0, PLX_LOAD_COPY);
    expect(open_path(path, NULL), PLX_LOAD_COPY, 2, 0, 0, PLX_LOAD_COPY);
}

static void plx_mapping_open__of_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * (SIZE_COUNT + 1); i++) {
        const size_t size = i / 2 < SIZE_COUNT ? SIZES[i / 2] : 0;
        struct plx_source *source;
        struct plx_error error;
        assert_int_equal(plx_source_open_memory(content, size, "memory", NULL, &source, &error), PLX_OK);
        expect(source, i % 2 ? PLX_LOAD_COPY : PLX_LOAD_MAP, 2, 0, size, PLX_LOAD_COPY);
    }
}

/* The room that it takes is found only on the way. */
static void plx_mapping_open__of_gzip(void **state)
{
    const size_t sizes[] = {0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 4 * MIB, CONTENT_SIZE};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t size = gzip_member(content, sizes[i], 0, NULL, compressed, sizeof compressed);
        const char *path = write_file("file", compressed, size);
        expect(open_path(path, NULL), PLX_LOAD_MAP, 2, 0, sizes[i], PLX_LOAD_COPY);
        expect(open_path(path, NULL), PLX_LOAD_COPY, 1, 0, sizes[i], PLX_LOAD_COPY);
    }
}

static void plx_mapping_open__of_damaged_gzip(void **state)
{
    const size_t size = gzip_member(content, 2 * MIB, 0, NULL, compressed, sizeof compressed);
    struct plx_source *source = open_path(write_file("file", compressed, size - 3), NULL);
    struct plx_mapping mapping;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_mapping_open(source, PLX_LOAD_MAP, 1, &mapping, &error), PLX_MALFORMED);
    assert_null(mapping.base);
    plx_source_close(source);
}

static void plx_mapping_open__of_a_pipe(void **state)
{
    const size_t size = 50000; /* fits into the pipe */
    char path[64];
    int ends[2];
    (void)state;
    for (int load = PLX_LOAD_MAP; load <= PLX_LOAD_COPY; load++) {
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], content, size), (ssize_t)size);
        snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        struct plx_source *source = open_path(path, NULL);
        close(ends[0]);
        close(ends[1]);
        expect(source, (enum plx_load)load, 2, 0, size, PLX_LOAD_COPY);
    }
}

/* From where it stands, which need not be where a page begins. */
static void plx_mapping_open__of_standard_input(void **state)
{
    const size_t begins[] = {0, 1, 4095, 4096, 5 * MIB + 1, CONTENT_SIZE - 1, CONTENT_SIZE};
    const int saved = dup(STDIN_FILENO);
    const char *path = write_file("file", content, CONTENT_SIZE);
    (void)state;
    for (size_t i = 0; i < 2 * sizeof begins / sizeof *begins; i++) {
        const size_t begin = begins[i / 2];
        const enum plx_load load = i % 2 ? PLX_LOAD_COPY : PLX_LOAD_MAP;
        const int descriptor = open(path, O_RDONLY);
        assert_true(descriptor >= 0);
        assert_int_equal(dup2(descriptor, STDIN_FILENO), STDIN_FILENO);
        close(descriptor);
        assert_int_equal(lseek(STDIN_FILENO, (off_t)begin, SEEK_SET), begin);
        expect(open_path("-", NULL), load, 3, begin, CONTENT_SIZE,
               begin < CONTENT_SIZE ? load : PLX_LOAD_COPY);
    }
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
}

/* One shares the file's pages, the other does not. */
static void plx_mapping_open__and_the_file_changes(void **state)
{
    const char *path = write_file("file", content, 2 * MIB);
    struct plx_source *sources[] = {open_path(path, NULL), open_path(path, NULL)};
    struct plx_mapping mapped, copied;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_mapping_open(sources[0], PLX_LOAD_MAP, 1, &mapped, &error), PLX_OK);
    assert_int_equal(plx_mapping_open(sources[1], PLX_LOAD_COPY, 1, &copied, &error), PLX_OK);
    plx_source_close(sources[0]);
    plx_source_close(sources[1]);
    const int descriptor = open(path, O_WRONLY);
    const uint8_t other = (uint8_t)~content[MIB];
    assert_int_equal(pwrite(descriptor, &other, 1, (off_t)MIB), 1);
    close(descriptor);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mapped.data[MIB], other);
    assert_int_equal(copied.data[MIB], content[MIB]);
    assert_memory_equal(mapped.data, content, MIB);
    plx_mapping_close(&mapped);
    plx_mapping_close(&copied);
}

static void plx_mapping_open__became_shorter_since_it_was_opened(void **state)
{
    (void)state;
    for (int load = PLX_LOAD_MAP; load <= PLX_LOAD_COPY; load++) {
        const char *path = write_file("file", content, 3 * MIB);
        struct plx_source *source = open_path(path, NULL);
        struct plx_mapping mapping;
        struct plx_error error;
        assert_int_equal(truncate(path, (off_t)MIB), 0);
        assert_int_equal(plx_mapping_open(source, (enum plx_load)load, 1, &mapping, &error), PLX_IO);
        assert_string_equal(error.message, "became shorter while it was read");
        assert_string_equal(error.input, path);
        assert_int_equal(error.offset, MIB);
        assert_null(mapping.base);
        plx_source_close(source);
    }
}

/* What becomes longer is taken as it is. */
static void plx_mapping_open__became_longer_since_it_was_opened(void **state)
{
    (void)state;
    for (int load = PLX_LOAD_MAP; load <= PLX_LOAD_COPY; load++) {
        struct plx_source *source = open_path(write_file("file", content, 100), NULL);
        write_file("file", content, 5 * MIB);
        expect(source, (enum plx_load)load, 1, 0, 5 * MIB, (enum plx_load)load);
    }
}

struct pause {
    unsigned asked, at; /* the question, from 1, at which something happens; 0: never */
    const char *path;   /* what is cut short then; NULL: the answer is to stop */
};

static bool pause_here(void *user)
{
    struct pause *pause = user;
    if (pause->at == 0 || ++pause->asked != pause->at)
        return false;
    if (pause->path)
        assert_int_equal(truncate(pause->path, (off_t)MIB), 0);
    return !pause->path;
}

static void plx_mapping_open__becomes_shorter_on_the_way(void **state)
{
    struct pause pause = {0};
    const struct plx_source_options options = {.interrupted = pause_here, .user = &pause};
    struct plx_mapping mapping;
    struct plx_error error;
    (void)state;
    pause.path = write_file("file", content, CONTENT_SIZE);
    struct plx_source *source = open_path(pause.path, &options);
    const uint8_t *head;
    size_t size;
    assert_int_equal(plx_source_peek(source, 1, &head, &size, &error), PLX_OK);
    pause.at = 2; /* one piece has been read */
    assert_int_equal(plx_mapping_open(source, PLX_LOAD_COPY, 1, &mapping, &error), PLX_IO);
    assert_string_equal(error.message, "became shorter while it was read");
    assert_int_equal(error.offset, 4 * MIB);
    assert_null(mapping.base);
    plx_source_close(source);
}

static void plx_mapping_open__interrupted(void **state)
{
    struct pause pause = {0};
    const struct plx_source_options options = {.interrupted = pause_here, .user = &pause};
    const char *path = write_file("file", content, CONTENT_SIZE);
    (void)state;
    for (unsigned at = 1; at <= 3; at++) {
        for (unsigned threads = 1; threads <= 3; threads++) {
            pause = (struct pause){0};
            struct plx_source *source = open_path(path, &options);
            struct plx_mapping mapping;
            struct plx_error error;
            const uint8_t *head;
            size_t size;
            assert_int_equal(plx_source_peek(source, 1, &head, &size, &error), PLX_OK);
            pause.at = at;
            assert_int_equal(plx_mapping_open(source, PLX_LOAD_COPY, threads, &mapping, &error),
                             PLX_INTERRUPTED);
            assert_string_equal(error.input, path);
            expect(source, PLX_LOAD_COPY, threads, 0, CONTENT_SIZE, PLX_LOAD_COPY);
        }
    }
}

/* hashlib.sha256 of what the header of the source says, and of all. */
static const struct {
    size_t size;
    const char *quick, *full;
} FINGERPRINTS[] = {
    {0, "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "7e8430359840c7d1e5fbf5c37c218caa968771bdb7e9e180bbf799d0f9a78fe4",
     "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
    {4096, "3738a043fcbf2d9d8cfd74145daafcbcbb24071ffee56e1423593b28593ff243",
     "2cebed1947941e6b60016c4e5854a5bf811f2f61ba966300e3c7b4f81e6931c5"},
    {4097, "4fd0c3065a7c8246e9d01bffeeb5ad1dfe367b94d23e863c2b9ac619862d3cdb",
     "0ee09425e7e828416a772f7fd9115baeeb091f41c46c19009c941f624a1e63d2"},
    {MIB + 1, "dfcd0c3b52666b40b71351bdf58eb2e7ede41f23c98d103cbbc9907891b8a59d",
     "6310a9425574376989567e45513ea014389607db7e856bc84dd26189aba05c50"},
    {3 * MIB, "4b3a2415956aed744279aade56388419c310884f22598e6d729f594026a919dd",
     "38f54b371d727bb950f806e5f08eb6555784fa2cc75eac778eef795ecac6d01b"},
    {CONTENT_SIZE, "1aa222a0ddb7ce576f4182a95d64320ee03bc4d8935079db04f6af4fd320fb09",
     "548555a228fb80853c29361bceee26225d01e197c7fba27843a08c9506e92a72"},
};

static void plx_mapping_sha256__by_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FINGERPRINTS / sizeof *FINGERPRINTS; i++) {
        const char *path = write_file("file", content, FINGERPRINTS[i].size);
        for (int load = PLX_LOAD_MAP; load <= PLX_LOAD_COPY; load++) {
            struct plx_source *source = open_path(path, NULL);
            struct plx_mapping mapping;
            struct plx_error error;
            char hex[65];
            assert_int_equal(plx_mapping_open(source, (enum plx_load)load, 1, &mapping, &error), PLX_OK);
            assert_int_equal(plx_mapping_sha256(&mapping, NULL, 0, PLX_FINGERPRINT_QUICK, NULL, hex, &error),
                             PLX_OK);
            assert_string_equal(hex, FINGERPRINTS[i].quick);
            assert_int_equal(plx_mapping_sha256(&mapping, NULL, 0, PLX_FINGERPRINT_FULL, source, hex, &error),
                             PLX_OK);
            assert_string_equal(hex, FINGERPRINTS[i].full);
            assert_int_equal(plx_mapping_sha256(&mapping, NULL, 0, PLX_FINGERPRINT_NONE, NULL, hex, &error),
                             PLX_OK);
            assert_string_equal(hex, "");
            plx_mapping_close(&mapping);
            plx_source_close(source);
        }
    }
}

static void plx_mapping_sha256__interrupted(void **state)
{
    struct pause pause = {0};
    const struct plx_source_options options = {.interrupted = pause_here, .user = &pause};
    struct plx_source *source = open_path(write_file("file", content, MIB), &options);
    struct plx_mapping mapping;
    struct plx_error error;
    char hex[65];
    (void)state;
    assert_int_equal(plx_mapping_open(source, PLX_LOAD_MAP, 1, &mapping, &error), PLX_OK);
    pause.at = 1;
    assert_int_equal(plx_mapping_sha256(&mapping, NULL, 0, PLX_FINGERPRINT_FULL, source, hex, &error),
                     PLX_INTERRUPTED);
    plx_mapping_close(&mapping);
    plx_source_close(source);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plx_mapping_open__of_a_file),
        IN_FOLDER(plx_mapping_open__of_an_empty_file),
        cmocka_unit_test(plx_mapping_open__of_memory),
        IN_FOLDER(plx_mapping_open__of_gzip),
        IN_FOLDER(plx_mapping_open__of_damaged_gzip),
        cmocka_unit_test(plx_mapping_open__of_a_pipe),
        IN_FOLDER(plx_mapping_open__of_standard_input),
        IN_FOLDER(plx_mapping_open__and_the_file_changes),
        IN_FOLDER(plx_mapping_open__became_shorter_since_it_was_opened),
        IN_FOLDER(plx_mapping_open__became_longer_since_it_was_opened),
        IN_FOLDER(plx_mapping_open__becomes_shorter_on_the_way),
        IN_FOLDER(plx_mapping_open__interrupted),
        IN_FOLDER(plx_mapping_sha256__by_mode),
        IN_FOLDER(plx_mapping_sha256__interrupted),
    };
    return cmocka_run_group_tests(tests, make_content, NULL);
}
