/* Files that are refused by name. The magic numbers are those of the formats' own documents: Parquet's and
   Arrow's specifications, POSIX for tar, PKWARE's APPNOTE for zip, RFC 8878 for zstd, and so on. */
#include "base/foreign.h"

#include "support/corpora.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct file {
    const char *head;
    size_t size;
    const char *what, *hint;
};

#define HEAD(text) (text), sizeof(text) - 1

static const struct file FILES[] = {
    {HEAD("PAR1\x15\x04\x15\x80"), "Parquet", "read_parquet"},
    {HEAD("ARROW1\0\0\xff\xff"), "Arrow file", "read_feather"},
    {HEAD("\xff\xff\xff\xff\x10\1\0\0"), "Arrow stream", "to_json"},
    {HEAD("\x28\xb5\x2f\xfd\x24"), "zstd", "zstd -dc"},
    {HEAD("\xfd"
          "7zXZ\0\0"),
     "xz", "xz -dc"},
    {HEAD("BZh91AY&SY\x9a"), "bzip2", "bzip2 -dc"},
    {HEAD("\x04\x22\x4d\x18\x64"), "lz4", "lz4 -dc"},
    {HEAD("mmap lm http://kheafield.com/code format version 5\n\0\0"), "KenLM", "the model is named before"},
    {HEAD("\\data\\\nngram 1=3\n"), "ARPA", "the model is named before"},
    {HEAD("\x10\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\"}}"), "safetensors", "the model is named before"},
    {HEAD("\x80\2}q\0."), "pickle", "safetensors"},
    {HEAD("\x80\2\x8a\x0al\xfc\x9c\x46\xf9"), "pickle", "safetensors"},
    {HEAD("\x80\4\x95\x0f\0"), "pickle", "safetensors"},
    {HEAD("\x1f\x9d\x90\x61"), "compress", "gzip -dc"},
    {HEAD("\x8a\xd8\x34\x01\1\0\0\0"), "evaluation set of llm.c", "questions"},
    {HEAD("TNTIDX\0\0\1\0\0\0"), "fairseq's older", "mmap"},
    {HEAD("HUFFIDX\0\0\1\0\0\0"), "Huffman-coded", "mmap"},
};

static void expect_refused(const struct file *file, const char *name)
{
    const struct plx_corpus_options options = {.format = "text"};
    struct plx_corpus *corpus;
    struct plx_error error;
    assert_int_equal(corpus_open_memory(file->head, file->size, name, NULL, &corpus, &error),
                     PLX_UNSUPPORTED);
    if (!strstr(error.message, file->what) || !strstr(error.hint, file->hint))
        fail_msg("\"%s\" (%s), not %s (%s)", error.message, error.hint, file->what, file->hint);
    assert_string_equal(error.input, name);
    assert_null(corpus);
    assert_int_equal(corpus_open_memory(file->head, file->size, name, &options, &corpus, &error), PLX_OK);
    plx_corpus_close(corpus);
}

static void plx_foreign_recognise__files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        expect_refused(&FILES[i], "corpus");
        expect_refused(&FILES[i], "corpus.txt");
        expect_refused(&FILES[i], "corpus.bin");
    }
}

/* Archives are known by name, though corpora are read out of them before anybody asks. The magic of tar
   stands behind the name and the numbers of the first member: as POSIX has it, as GNU has. */
static void plx_foreign_recognise__archives(void **state)
{
    static const char *const magics[] = {"ustar\0\60\60", "ustar  \0"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char head[512] = "text.txt";
        memcpy(head + 257, magics[i], 8);
        assert_string_equal(plx_foreign_recognise((const uint8_t *)head, sizeof head)->what, "a tar archive");
        assert_null(plx_foreign_recognise((const uint8_t *)head, 264));
    }
    assert_string_equal(plx_foreign_recognise((const uint8_t *)"PK\3\4\x14", 5)->what, "a zip archive");
}

/* Words of a text, or of a record, in its place. */
static void plx_foreign_recognise__no_tar(void **state)
{
    static const char *const words[] = {"ustard and", "ustar  and", "ustar and "};
    char text[512];
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        memset(text, 'm', sizeof text);
        memcpy(text + 257, words[i], strlen(words[i]));
        assert_null(plx_foreign_recognise((const uint8_t *)text, sizeof text));
    }
}

/* Cut short before it is whole, a magic is none; and texts that begin like one are texts. */
static void plx_foreign_recognise__texts(void **state)
{
    static const char *const texts[] = {
        "",
        "P",
        "PK",
        "PK Subban scored .",
        "PAR1",
        "PAR1 is a receptor .",
        "PAR1\n",
        "BZh is a b",
        "BZh9 and more",
        "ARROW1 is a word",
        "mmap lm",
        "MMIDIDX",
        "ustar",
        "NUMPY",
        "data\\",
        "\xe2\x82\xac 5",
        "\xef\xbb\xbf x",
        "\n\\data\\",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (plx_foreign_recognise((const uint8_t *)texts[i], strlen(texts[i])))
            fail_msg("refused: %s", texts[i]);
    }
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        for (size_t size = 0; size < 3; size++)
            assert_null(plx_foreign_recognise((const uint8_t *)FILES[i].head, size));
    }
}

/* Ids may begin with two bytes that something else begins with. */
static void plx_foreign_recognise__token_ids(void **state)
{
    static const char *const ids[] = {"\x80\2\x0b\1\x0d\1", "\x80\3\5\2\x0d\1", "\x1f\x9d\x0b\1\x0d\1"};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_null(plx_foreign_recognise((const uint8_t *)ids[i], 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_foreign_recognise__files),     cmocka_unit_test(plx_foreign_recognise__archives),
        cmocka_unit_test(plx_foreign_recognise__no_tar),    cmocka_unit_test(plx_foreign_recognise__texts),
        cmocka_unit_test(plx_foreign_recognise__token_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
