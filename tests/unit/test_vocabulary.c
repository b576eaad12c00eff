/* The numbered set of words. The pairs of words with equal hashes were made by inverting MurmurHash64A's
   steps in Python: the last eight bytes of the second word are solved for. */
#include "model/vocabulary.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORD(text) ((struct plx_word){text, sizeof(text) - 1})

static struct plx_vocabulary *new_vocabulary(size_t expected)
{
    struct plx_error error;
    struct plx_vocabulary *vocabulary = plx_vocabulary_new(expected, &error);
    assert_non_null(vocabulary);
    return vocabulary;
}

static uint32_t add(struct plx_vocabulary *vocabulary, struct plx_word word)
{
    struct plx_error error;
    uint32_t id = 12345;
    if (plx_vocabulary_add(vocabulary, word, &id, &error))
        fail_msg("%s", error.message);
    return id;
}

static void assert_word(const struct plx_vocabulary *vocabulary, uint32_t id, struct plx_word expected)
{
    const struct plx_word word = plx_vocabulary_word(vocabulary, id);
    assert_int_equal(word.length, expected.length);
    assert_memory_equal(word.text, expected.text, expected.length);
}

static void plx_vocabulary_add__numbers_from_zero(void **state)
{
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    assert_int_equal(plx_vocabulary_size(vocabulary), 0);
    assert_int_equal(add(vocabulary, WORD("<unk>")), 0);
    assert_int_equal(add(vocabulary, WORD("<s>")), 1);
    assert_int_equal(add(vocabulary, WORD("the")), 2);
    assert_int_equal(plx_vocabulary_size(vocabulary), 3);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "<unk>"), 0);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "<s>"), 1);
    assert_int_equal(plx_vocabulary_find(vocabulary, WORD("the")), 2);
    plx_vocabulary_free(vocabulary);
}

static void plx_vocabulary_add__a_word_twice(void **state)
{
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(10);
    assert_int_equal(add(vocabulary, WORD("a")), 0);
    assert_int_equal(add(vocabulary, WORD("b")), 1);
    assert_int_equal(add(vocabulary, WORD("a")), PLX_NO_TOKEN);
    assert_int_equal(plx_vocabulary_size(vocabulary), 2);
    assert_int_equal(add(vocabulary, WORD("c")), 2);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "a"), 0);
    plx_vocabulary_free(vocabulary);
}

static void plx_vocabulary_add__copies_the_text(void **state)
{
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    char text[] = "sea";
    add(vocabulary, (struct plx_word){text, 3});
    memcpy(text, "xxx", 3);
    assert_word(vocabulary, 0, WORD("sea"));
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "sea"), 0);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "xxx"), PLX_NO_TOKEN);
    plx_vocabulary_free(vocabulary);
}

static void plx_vocabulary_add__any_bytes(void **state)
{
    static const struct plx_word words[] = {
        {"", 0},         {"\0", 1},   {"\0\0", 2},     {"a", 1},
        {"a\0", 2},      {"ab", 2},   {"abcdefgh", 8}, {"abcdefghi", 9},
        {"\xc2\xa0", 2}, {"\x85", 1}, {"\v", 1},       {"\f", 1},
        {"\xff\xfe", 2}, {"A", 1},    {"a ", 2},       {"\xe4\xbd\xa0", 3},
    };
    const uint32_t count = sizeof words / sizeof *words;
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(plx_vocabulary_find(vocabulary, words[i]), PLX_NO_TOKEN);
        assert_int_equal(add(vocabulary, words[i]), i);
    }
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(plx_vocabulary_find(vocabulary, words[i]), i);
        assert_int_equal(add(vocabulary, words[i]), PLX_NO_TOKEN);
        assert_word(vocabulary, i, words[i]);
    }
    plx_vocabulary_free(vocabulary);
}

static void plx_vocabulary_add__two_words_with_one_hash(void **state)
{
    static const struct plx_word one = {"unbreakable hash", 16};
    static const struct plx_word other = {"another_\x56\x3b\x19\x2f\x0d\x1e\x6f\x2e", 16};
    (void)state;
    assert_true(plx_hash64(one.text, one.length, 0) == plx_hash64(other.text, other.length, 0));
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    struct plx_error error;
    uint32_t id;
    assert_int_equal(add(vocabulary, one), 0);
    assert_int_equal(plx_vocabulary_add(vocabulary, other, &id, &error), PLX_UNSUPPORTED);
    assert_int_equal(error.status, PLX_UNSUPPORTED);
    assert_non_null(strstr(error.message, "same 64-bit hash"));
    assert_int_equal(plx_vocabulary_size(vocabulary), 1);
    plx_vocabulary_free(vocabulary);
}

/* Lengths are not compared: by the hash alone the one is taken for the other, and both at once are refused.
 */
static void plx_vocabulary_add__one_hash_of_two_lengths(void **state)
{
    static const struct plx_word one = {"eight by", 8};
    static const struct plx_word other = {"another_\xab\xf7\x08\x00\x91\x27\x0d\xea", 16};
    (void)state;
    assert_true(plx_hash64(one.text, one.length, 0) == plx_hash64(other.text, other.length, 0));
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    struct plx_error error;
    uint32_t id;
    assert_int_equal(add(vocabulary, one), 0);
    assert_int_equal(plx_vocabulary_find(vocabulary, other), 0);
    assert_int_equal(plx_vocabulary_add(vocabulary, other, &id, &error), PLX_UNSUPPORTED);
    assert_int_equal(plx_vocabulary_size(vocabulary), 1);
    assert_int_equal(plx_vocabulary_find(vocabulary, one), 0);
    plx_vocabulary_free(vocabulary);
}

static struct plx_word numbered(char text[16], unsigned number)
{
    const int length = snprintf(text, 16, "w%u", number);
    return (struct plx_word){text, (size_t)length};
}

/* `expected` is a hint: too low, right and too high. */
static void check_many(size_t expected)
{
    const unsigned count = 100000;
    char text[16];
    struct plx_vocabulary *vocabulary = new_vocabulary(expected);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(add(vocabulary, numbered(text, i)), i);
    assert_int_equal(plx_vocabulary_size(vocabulary), count);
    for (unsigned i = 0; i < count; i++) {
        const struct plx_word word = numbered(text, i);
        assert_int_equal(plx_vocabulary_find(vocabulary, word), i);
        assert_word(vocabulary, i, word);
        assert_int_equal(plx_vocabulary_find(vocabulary, numbered(text, count + i)), PLX_NO_TOKEN);
    }
    assert_int_equal(add(vocabulary, WORD("w0")), PLX_NO_TOKEN);
    assert_int_equal(add(vocabulary, WORD("w99999")), PLX_NO_TOKEN);
    plx_vocabulary_free(vocabulary);
}

static void plx_vocabulary_add__grows(void **state)
{
    (void)state;
    check_many(0);
    check_many(100000);
    check_many(300000);
}

static void plx_vocabulary_find__in_an_empty_one(void **state)
{
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "a"), PLX_NO_TOKEN);
    /* The hash of nothing is 0, which is also what an empty place holds. */
    assert_true(plx_hash64("", 0, 0) == 0);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, ""), PLX_NO_TOKEN);
    plx_vocabulary_free(vocabulary);
}

/* All lengths around the size of a batch, words that are there and words that are not mixed. */
static void plx_vocabulary_find_hashed__as_one_by_one(void **state)
{
    enum { COUNT = 200 };
    char texts[COUNT][16];
    struct plx_word words[COUNT];
    uint64_t hashes[COUNT];
    uint32_t ids[COUNT + 1];
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    for (unsigned i = 0; i < COUNT; i++) {
        words[i] = numbered(texts[i], i * 7);
        hashes[i] = plx_hash64(words[i].text, words[i].length, 0);
        if (i % 3 != 1)
            add(vocabulary, words[i]);
    }
    for (size_t count = 0; count <= COUNT; count++) {
        memset(ids, 0x5A, sizeof ids);
        plx_vocabulary_find_hashed(vocabulary, hashes, count, ids);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(ids[i], i % 3 == 1 ? PLX_NO_TOKEN : i - (i + 1) / 3);
        assert_int_equal(ids[count], 0x5A5A5A5A); /* no more than asked for */
    }
    plx_vocabulary_free(vocabulary);
}

/* Words whose homes are one line: their hashes agree in the upper bits. Found by trying numbers. */
static void plx_vocabulary_add__homes_that_collide(void **state)
{
    enum { COUNT = 60 };
    char texts[COUNT][16], text[16];
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(COUNT);
    unsigned found = 0, others = 0;
    for (unsigned i = 0; found < COUNT; i++) {
        const struct plx_word word = numbered(texts[found], i);
        found += plx_hash64(word.text, word.length, 0) >> 58 == 63;
    }
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(add(vocabulary, (struct plx_word){texts[i], strlen(texts[i])}), i);
    assert_int_equal(add(vocabulary, WORD("")), COUNT); /* hash 0 */
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(plx_vocabulary_find_text(vocabulary, texts[i]), i);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, ""), COUNT);
    for (unsigned i = 0; others < 100; i++) {
        const struct plx_word word = numbered(text, 1000000 + i);
        if (plx_hash64(word.text, word.length, 0) >> 58 != 63)
            continue;
        assert_int_equal(plx_vocabulary_find(vocabulary, word), PLX_NO_TOKEN);
        others++;
    }
    plx_vocabulary_free(vocabulary);
}

static struct plx_vocabulary *map(const struct plx_vocabulary_parts *parts)
{
    struct plx_error error;
    struct plx_vocabulary *vocabulary = plx_vocabulary_map(parts, &error);
    assert_non_null(vocabulary);
    return vocabulary;
}

/* The same words, with room made ahead and without, lie in the same bytes once they are packed; and a map of
   these finds what the vocabulary does. */
static void plx_vocabulary_map__of_a_packed_one(void **state)
{
    enum { COUNT = 20000 };
    char text[16];
    struct plx_error error;
    struct plx_vocabulary *vocabularies[2] = {new_vocabulary(0), new_vocabulary(50000)};
    struct plx_vocabulary_parts parts[2];
    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        for (unsigned i = 0; i < COUNT; i++)
            add(vocabularies[k], numbered(text, i));
        assert_int_equal(plx_vocabulary_pack(vocabularies[k], &error), PLX_OK);
        parts[k] = plx_vocabulary_parts(vocabularies[k]);
        assert_int_equal(parts[k].size, COUNT);
        assert_int_equal(parts[k].homes, plx_vocabulary_homes(COUNT));
        assert_int_equal(parts[k].spare, parts[0].spare);
    }
    assert_memory_equal(parts[0].lines, parts[1].lines,
                        (parts[0].homes + parts[0].spare) * PLX_VOCABULARY_LINE);
    struct plx_vocabulary *mapped = map(parts);
    assert_int_equal(plx_vocabulary_size(mapped), COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        const struct plx_word word = numbered(text, i);
        assert_int_equal(plx_vocabulary_find(mapped, word), i);
        assert_int_equal(plx_vocabulary_find(vocabularies[1], word), i);
        assert_word(mapped, i, word);
        assert_int_equal(plx_vocabulary_find(mapped, numbered(text, COUNT + i)), PLX_NO_TOKEN);
    }
    assert_int_equal(add(vocabularies[1], WORD("new")), COUNT);
    assert_int_equal(plx_vocabulary_find_text(vocabularies[1], "new"), COUNT);
    plx_vocabulary_free(mapped);
    plx_vocabulary_free(vocabularies[0]);
    plx_vocabulary_free(vocabularies[1]);
}

static void plx_vocabulary_add_unlisted__is_not_found(void **state)
{
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    struct plx_error error;
    assert_int_equal(add(vocabulary, WORD("a")), 0);
    assert_int_equal(plx_vocabulary_add_unlisted(vocabulary, WORD("<unk>"), &error), PLX_OK);
    assert_int_equal(add(vocabulary, WORD("b")), 2);
    for (unsigned packed = 0; packed < 2; packed++) {
        assert_int_equal(plx_vocabulary_find_text(vocabulary, "<unk>"), PLX_NO_TOKEN);
        assert_int_equal(plx_vocabulary_find_text(vocabulary, "b"), 2);
        assert_word(vocabulary, 1, WORD("<unk>"));
        assert_int_equal(plx_vocabulary_size(vocabulary), 3);
        assert_int_equal(plx_vocabulary_pack(vocabulary, &error), PLX_OK);
    }
    plx_vocabulary_free(vocabulary);
}

/* Whatever the bytes of a file say: an id below V or none, a word within the text, and an end. */
static void plx_vocabulary_map__of_damaged_bytes(void **state)
{
    enum { LINES = 9, WORDS = 100, TEXT = 50 };
    (void)state;
    uint64_t offsets[WORDS + 1], random = 1;
    char text[16];
    uint8_t *lines = malloc(LINES * PLX_VOCABULARY_LINE); /* AddressSanitizer watches */
    char *words = malloc(TEXT);
    memset(words, 'x', TEXT);
    memset(lines, 0xFF, LINES * PLX_VOCABULARY_LINE); /* everything has passed everywhere */
    const struct plx_vocabulary_parts parts = {WORDS, lines, LINES - 1, 1, (const uint8_t *)offsets,
                                               words, TEXT};
    struct plx_vocabulary *vocabulary = map(&parts);
    for (unsigned i = 0; i <= WORDS; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        offsets[i] = i % 2 ? random >> 57 : random;
    }
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(plx_vocabulary_find(vocabulary, numbered(text, i)), PLX_NO_TOKEN);
    for (uint32_t i = 0; i < WORDS; i++) {
        const struct plx_word word = plx_vocabulary_word(vocabulary, i);
        assert_non_null(word.text);
        for (size_t k = 0; k < word.length; k++)
            assert_int_equal(word.text[k], 'x');
    }
    for (uint32_t number = WORDS - 1; number < WORDS + 3; number++) { /* "w0" is there, with that as id + 1 */
        const uint64_t hash = plx_hash64("w0", 2, 0);
        for (unsigned i = 0; i < LINES; i++) {
            memcpy(lines + i * PLX_VOCABULARY_LINE + 8, &hash, 8);
            memcpy(lines + i * PLX_VOCABULARY_LINE + 44, &number, 4);
        }
        assert_int_equal(plx_vocabulary_find_text(vocabulary, "w0"),
                         number <= WORDS ? number - 1 : PLX_NO_TOKEN);
    }
    plx_vocabulary_free(vocabulary);
    free(lines);
    free(words);
}

static void plx_vocabulary_find_hashed__as_by_the_words(void **state)
{
    enum { COUNT = 300 };
    char texts[COUNT][16 + 8];
    struct plx_word words[COUNT];
    uint64_t hashes[COUNT];
    uint32_t ids[COUNT + 1];
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    memset(texts, 0x7E, sizeof texts);
    for (unsigned i = 0; i < COUNT; i++) {
        words[i] = numbered(texts[i], i * 7);
        hashes[i] = plx_vocabulary_hash_padded(words[i]);
        if (i % 3 != 1)
            add(vocabulary, words[i]);
    }
    ids[COUNT] = 77;
    plx_vocabulary_find_hashed(vocabulary, hashes, COUNT, ids);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(ids[i], i % 3 == 1 ? PLX_NO_TOKEN : i - (i + 1) / 3);
    assert_int_equal(ids[COUNT], 77);
    plx_vocabulary_free(vocabulary);
}

static void plx_vocabulary_word__out_of_range(void **state)
{
    (void)state;
    struct plx_vocabulary *vocabulary = new_vocabulary(0);
    assert_null(plx_vocabulary_word(vocabulary, 0).text);
    add(vocabulary, WORD("a"));
    assert_non_null(plx_vocabulary_word(vocabulary, 0).text);
    assert_null(plx_vocabulary_word(vocabulary, 1).text);
    assert_int_equal(plx_vocabulary_word(vocabulary, 1).length, 0);
    assert_null(plx_vocabulary_word(vocabulary, PLX_NO_TOKEN).text);
    plx_vocabulary_free(vocabulary);
}

static void plx_vocabulary_free__nothing(void **state)
{
    (void)state;
    plx_vocabulary_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_vocabulary_add__numbers_from_zero),
        cmocka_unit_test(plx_vocabulary_add__a_word_twice),
        cmocka_unit_test(plx_vocabulary_add__copies_the_text),
        cmocka_unit_test(plx_vocabulary_add__any_bytes),
        cmocka_unit_test(plx_vocabulary_add__two_words_with_one_hash),
        cmocka_unit_test(plx_vocabulary_add__one_hash_of_two_lengths),
        cmocka_unit_test(plx_vocabulary_add__grows),
        cmocka_unit_test(plx_vocabulary_find__in_an_empty_one),
        cmocka_unit_test(plx_vocabulary_find_hashed__as_one_by_one),
        cmocka_unit_test(plx_vocabulary_add__homes_that_collide),
        cmocka_unit_test(plx_vocabulary_add_unlisted__is_not_found),
        cmocka_unit_test(plx_vocabulary_map__of_a_packed_one),
        cmocka_unit_test(plx_vocabulary_map__of_damaged_bytes),

        cmocka_unit_test(plx_vocabulary_find_hashed__as_by_the_words),
        cmocka_unit_test(plx_vocabulary_word__out_of_range),
        cmocka_unit_test(plx_vocabulary_free__nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
