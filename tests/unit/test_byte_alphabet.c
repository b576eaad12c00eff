/* How vocabularies spell bytes. The rule of bytes_to_unicode (openai/gpt-2, src/encoder.py): '!' to '~',
   U+00A1 to U+00AC and U+00AE to U+00FF are themselves; the other bytes, in their order, are the characters
   from U+0100 on. */
#include "base/byte_alphabet.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct plx_word word_of(const char *text)
{
    return (struct plx_word){text, strlen(text)};
}

/* The byte that a character spells; -1: none. */
static int byte_of(uint32_t character)
{
    uint8_t text[4];
    char room[4];
    struct plx_word bytes;
    const struct plx_word token = {(const char *)text, plx_utf8_encode(character, text)};
    if (!plx_spelling_bytes(PLX_SPELLED_BYTES, token, room, &bytes))
        return -1;
    assert_int_equal(bytes.length, 1);
    return (uint8_t)bytes.text[0];
}

static void plx_spelling_bytes__of_gpt_2(void **state)
{
    (void)state;
    uint32_t next = 0x100;
    bool seen[0x400] = {false};
    for (unsigned byte = 0; byte < 256; byte++) {
        const bool itself =
            (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
        const uint32_t character = itself ? byte : next++;
        assert_int_equal(byte_of(character), byte);
        seen[character] = true;
    }
    assert_int_equal(byte_of(0x120), ' ');
    assert_int_equal(byte_of(0x10A), '\n');
    assert_int_equal(next, 0x144);
    for (uint32_t character = 0; character < 0x400; character++) {
        if (!seen[character])
            assert_int_equal(byte_of(character), -1);
    }
    assert_int_equal(byte_of(0x2581), -1);
}

static void plx_spelling_bytes__of_pieces(void **state)
{
    static const char *const pairs[][2] = {
        {"\xE2\x96\x81the", " the"},
        {"a\xE2\x96\x81\xE2\x96\x81", "a  "},
        {"<0x0A>", "\n"},
        {"<0xfF>", "\xFF"},
        {"<0x0G>", "<0x0G>"},
        {"<0x0A", "<0x0A"},
        {"<0x0A>>", "<0x0A>>"},
        {"\xC3\xA9\xE2\x96\x82", "\xC3\xA9\xE2\x96\x82"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char room[16];
        struct plx_word bytes;
        assert_true(plx_spelling_bytes(PLX_SPELLED_PIECES, word_of(pairs[i][0]), room, &bytes));
        assert_int_equal(bytes.length, strlen(pairs[i][1]));
        assert_memory_equal(bytes.text, pairs[i][1], bytes.length);
    }
}

static enum plx_spelling_kind judge(const char *one, const char *other)
{
    struct plx_spelling_signs signs = {0};
    plx_spelling_look(&signs, word_of(one));
    plx_spelling_look(&signs, word_of(other));
    return plx_spelling_judge(&signs);
}

static void plx_spelling_judge__by_blanks(void **state)
{
    (void)state;
    assert_int_equal(judge("\xC4\xA0the", "na\xC3\x83\xC2\xAF"), PLX_SPELLED_BYTES);
    assert_int_equal(judge("a", "\xC4\x8A"), PLX_SPELLED_BYTES);
    assert_int_equal(judge("\xE2\x96\x81the", "a"), PLX_SPELLED_PIECES);
    assert_int_equal(judge("a", " "), PLX_SPELLED_PLAINLY);
    assert_int_equal(judge("a\nb", "\xE2\x82\xAC"), PLX_SPELLED_PLAINLY);
    assert_int_equal(judge("\xC4\xA0the", " "), PLX_SPELLED_PLAINLY); /* no byte is spelled by a space */
    assert_int_equal(judge("\xC4\xA0"
                           "attard",
                           "\xC5\xBC"
                           "ejt"),
                     PLX_SPELLED_UNCLEAR); /* Maltese words */
    assert_int_equal(judge("the", "sea"), PLX_SPELLED_UNCLEAR);
    assert_int_equal(judge("\xC4\xA0the", "\xFF"), PLX_SPELLED_UNCLEAR);
}

/* By tokens, not by how often a token has it. */
static void plx_spelling_judge__by_the_more_frequent_blank(void **state)
{
    static const char piece[] = "\xE2\x96\x81the\xE2\x96\x81", byte[] = "\xC4\xA0the";
    (void)state;
    assert_int_equal(judge(byte, piece), PLX_SPELLED_UNCLEAR);
    for (int pieces = 0; pieces < 2; pieces++) {
        struct plx_spelling_signs signs = {0};
        plx_spelling_look(&signs, word_of(piece));
        plx_spelling_look(&signs, word_of(byte));
        plx_spelling_look(&signs, word_of(pieces ? piece : byte));
        assert_int_equal(plx_spelling_judge(&signs), pieces ? PLX_SPELLED_PIECES : PLX_SPELLED_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_spelling_bytes__of_gpt_2),
        cmocka_unit_test(plx_spelling_bytes__of_pieces),
        cmocka_unit_test(plx_spelling_judge__by_blanks),
        cmocka_unit_test(plx_spelling_judge__by_the_more_frequent_blank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
