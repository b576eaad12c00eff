/* Files of other programs, by their first bytes. The magic numbers are those of the formats' specifications,
   and of file(1). Every head lies in a block of just its size, so that AddressSanitizer sees a read beyond
   it. */
#include "base/lookalike.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef bool recogniser(const uint8_t *head, size_t size, const char *name, struct plx_lookalike *found);

static bool own(const uint8_t *head, size_t size, const char *name, struct plx_lookalike *found)
{
    (void)name;
    return plx_lookalike_own(head, size, found);
}

static bool binary(const uint8_t *head, size_t size, const char *name, struct plx_lookalike *found)
{
    (void)name;
    return plx_lookalike_binary(head, size, found);
}

static bool recognised(recogniser *run, const char *head, size_t size, const char *name,
                       struct plx_lookalike *found)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, head, size);
    *found = (struct plx_lookalike){0};
    const bool is = run(copy, size, name, found);
    free(copy);
    assert_true(is == (found->what[0] != '\0'));
    return is;
}

/* Recognised, and no cut of it makes trouble. */
static void assert_looks(const char *head, size_t size, const char *name, const char *what)
{
    struct plx_lookalike found;
    for (size_t cut = 0; cut < size; cut++) {
        recognised(plx_lookalike_recognise, head, cut, name, &found);
        recognised(own, head, cut, name, &found);
        recognised(binary, head, cut, name, &found);
    }
    if (!recognised(plx_lookalike_recognise, head, size, name, &found) || !strstr(found.what, what))
        fail_msg("%s: \"%s\"", what, found.what);
}

#define ASSERT_LOOKS(head, name, what) assert_looks(head, sizeof(head) - 1, name, what)

static void plx_lookalike_recognise__magic(void **state)
{
    char tar[300] = "file.txt";
    (void)state;
    memcpy(tar + 257, "ustar", 5);
    assert_looks(tar, sizeof tar, "a", "a tar archive");
    ASSERT_LOOKS("PAR1\x15\x04", "a", "a Parquet file");
    ASSERT_LOOKS("ARROW1\0\0", "a", "an Arrow file");
    ASSERT_LOOKS("%PDF-1.7\n", "a", "a PDF");
    ASSERT_LOOKS("\x7F"
                 "ELF\x02",
                 "a", "an ELF");
    ASSERT_LOOKS("\x1F\x8B\x08", "a", "gzip inside gzip");
    ASSERT_LOOKS("BZh91AY&SY", "a", "compressed by bzip2");
    ASSERT_LOOKS("\xFD"
                 "7zXZ\0",
                 "a", "compressed by xz");
    ASSERT_LOOKS("\x28\xB5\x2F\xFD", "a", "compressed by zstd");
    ASSERT_LOOKS("\x89HDF\r\n\x1A\n", "a", "an HDF5 file");
    ASSERT_LOOKS("GGUF\3\0\0\0", "a", "a GGUF model");
    ASSERT_LOOKS("\x80\x02}q", "a", "a Python pickle");
    ASSERT_LOOKS("MMIDIDX\0\0", "a", "the index of a Megatron or fairseq data set");
    ASSERT_LOOKS("\x88\xD8\x34\x01\1\0\0\0", "a", "a token file of llm.c");
    ASSERT_LOOKS("\xA1\xD9\x34\x01\7\0\0\0", "a", "a token file of llm.c");
    ASSERT_LOOKS("blmt 3 1", "a", "an IRSTLM binary");
    ASSERT_LOOKS("version https://git-lfs.github.com/spec/v1\noid", "a", "a Git LFS pointer");
    ASSERT_LOOKS("\xFF\xFE"
                 "a\0",
                 "a", "UTF-16");
    ASSERT_LOOKS("\xFF\xFE\0\0a\0\0\0", "a", "UTF-32");
    ASSERT_LOOKS("\n <!DOCTYPE HTML>", "a", "an HTML page");
    ASSERT_LOOKS("<html lang=en>", "a", "an HTML page");
}

static void plx_lookalike_recognise__numpy(void **state)
{
    static const char npy[] = "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,)";
    static const char zip[] =
        "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0nats.npy\x93";
    static const char torch[] =
        "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0archive/data.pkl";
    (void)state;
    ASSERT_LOOKS(npy, "a.npy", "a NumPy array of type <f8");
    assert_looks(npy, 20, "a.npy", "a NumPy array");
    ASSERT_LOOKS(zip, "a.npz", "npz, whose first array is nats");
    assert_looks(zip, 33, "a.npz", "a zip archive");
    ASSERT_LOOKS(torch, "pytorch_model.bin", "a PyTorch checkpoint");
}

static void plx_lookalike_recognise__json(void **state)
{
    struct plx_lookalike found;
    (void)state;
    ASSERT_LOOKS("{\"the\": 0, \"a\": 1}", "vocab.json", "a JSON document");
    ASSERT_LOOKS("{\n  \"the\": 0,", "a", "a JSON document");
    ASSERT_LOOKS("[\n  {", "a", "a JSON document");
    assert_false(recognised(plx_lookalike_recognise, "{\"text\": \"a\"}\n", 14, "a", &found));
    assert_false(recognised(plx_lookalike_recognise, "{ she said }\n", 13, "a.json", &found));
    assert_true(recognised(own, "{\n  \"schema\": \"perplex.result/1\",", 33, "a", &found));
    assert_non_null(strstr(found.what, "perplex.result/1"));
    assert_true(recognised(own, "{\"schema\":\"perplex.", 19, "a", &found));
    assert_false(recognised(own, "{\"schema\":\"perplexity\"}", 23, "a", &found));
    assert_false(recognised(own, "{\"text\": \"perplex.\"}", 20, "a", &found));
}

static void plx_lookalike_recognise__texts(void **state)
{
    static const char *const texts[] = {
        " = Title = \n", "a",     "ORCA and PARIS",   "BZhou", "Rar e", "<p>", "<unk> a",
        "versions",      "[1] a", "GGUF is a format", "%"};
    struct plx_lookalike found;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const size_t size = strlen(texts[i]);
        assert_false(recognised(plx_lookalike_recognise, texts[i], size, "a.txt", &found));
        assert_false(recognised(own, texts[i], size, "a.txt", &found));
        assert_false(recognised(binary, texts[i], size, "a.txt", &found));
    }
}

static void plx_lookalike_binary__share(void **state)
{
    struct plx_lookalike found;
    char text[320];
    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < 10; i++)
        text[i * 7] = i % 2 ? '\0' : '\x02';
    assert_false(recognised(binary, text, sizeof text, "a", &found)); /* one in 32 */
    assert_true(recognised(binary, text, sizeof text - 1, "a", &found));
    assert_true(recognised(binary, "a\0b\0c\0", 6, "a", &found));
    assert_non_null(strstr(found.what, "UTF-16"));
    assert_false(recognised(binary, "\t\v\f\r\n\x1B", 6, "a", &found));
    assert_false(recognised(binary, "\xE9\xFF\x80", 3, "a", &found)); /* Latin-1, perhaps */
    assert_false(recognised(binary, "", 0, "a", &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_lookalike_recognise__magic), cmocka_unit_test(plx_lookalike_recognise__numpy),
        cmocka_unit_test(plx_lookalike_recognise__json),  cmocka_unit_test(plx_lookalike_recognise__texts),
        cmocka_unit_test(plx_lookalike_binary__share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
