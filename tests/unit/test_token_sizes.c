/* What tokens of a vocabulary stand for. GPT-2's alphabet is bytes_to_unicode of openai/gpt-2,
   src/encoder.py: Ġ (U+0120) is a space, Ċ (U+010A) a newline, č (U+010D) a carriage return, ĉ (U+0109) a
   tab, Ń (U+0143) the byte AD. Counts by hand. */
#include "corpus/token_sizes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static struct plx_token_sizes read_sizes(const char *text)
{
    struct plx_token_sizes sizes = {0};
    struct plx_error error;
    if (plx_token_sizes_read((const uint8_t *)text, strlen(text), "vocabulary", &sizes, &error))
        fail_msg("%s: %s", text, error.message);
    return sizes;
}

/* A token of a stream, and what it counts there. */
struct expected {
    uint32_t id, bytes, characters;
    unsigned words;
};

static void expect_stream(const struct plx_token_sizes *sizes, const struct expected *tokens, size_t count)
{
    struct plx_size_seam seam = {.begins = true};
    for (size_t i = 0; i < count; i++) {
        assert_true(tokens[i].id < sizes->count);
        assert_true(sizes->sizes[tokens[i].id].marks & PLX_SIZE_KNOWN);
        const struct plx_token_size found = plx_token_size_at(sizes->sizes + tokens[i].id, &seam);
        if (found.bytes != tokens[i].bytes || found.characters != tokens[i].characters ||
            found.words != tokens[i].words)
            fail_msg("token %zu, id %u: %u bytes, %u characters, %u words", i, tokens[i].id, found.bytes,
                     found.characters, found.words);
    }
}

#define EXPECT_STREAM(sizes, ...)                                \
    expect_stream(sizes, (const struct expected[]){__VA_ARGS__}, \
                  LENGTH(((const struct expected[]){__VA_ARGS__})))

/* "Hello world\n\tan é", the last character in two tokens, then a new document "a b", where the word that is
   under way at the end of the first does not go on. */
static void plx_token_sizes_read__of_a_byte_alphabet(void **state)
{
    (void)state;
    struct plx_token_sizes sizes = read_sizes(
        "{\"Hello\": 0, \"\xC4\xA0wor\": 1, \"ld\": 2, \"\xC4\x8A\xC4\x89\": 3, \"an\xC4\xA0\": 4,\n"
        "\"\xC3\x83\": 5, \"\xC2\xA9\": 6, \"<|endoftext|>\": 7, \"a\xC4\xA0\\u0062\": 8, "
        "\"\xC4\x8D\xC4\x8A\": 9, \"\xC5\x83\": 10, \"<|>\": 11}");
    assert_true(sizes.texts);
    assert_int_equal(sizes.count, 12);
    EXPECT_STREAM(&sizes, {0, 5, 5, 1}, {1, 4, 4, 1}, {2, 2, 2, 0}, {3, 2, 2, 0}, {4, 3, 3, 1}, {5, 1, 1, 1},
                  {6, 1, 0, 0}, {7, 0, 0, 0}, {8, 3, 3, 2});
    /* A carriage return neither begins nor ends a word; AD alone is no character's first byte. */
    EXPECT_STREAM(&sizes, {9, 2, 2, 0}, {0, 5, 5, 1}, {9, 2, 2, 0}, {10, 1, 0, 1}, {11, 3, 3, 0});
    plx_token_sizes_release(&sizes);
}

/* SentencePiece puts a blank before a text (add_dummy_prefix, by default), which is no byte of it. "Hello
   wörld\n" as ▁Hello ▁w ö rld <0x0A>; "Hi" in a text of its own, behind </s>; " x" with the blank of the text
   behind the dummy. */
static void plx_token_sizes_read__of_pieces(void **state)
{
    (void)state;
    struct plx_token_sizes sizes = read_sizes(
        "{\"<unk>\":0,\"<s>\":1,\"</"
        "s>\":2,\"<0x0A>\":3,\"\xE2\x96\x81Hello\":4,\"\xE2\x96\x81w\":5,\"\xC3\xB6\":6,"
        "\"rld\":7,\"\xE2\x96\x81\":8,\"Hi\":9,\"\xE2\x96\x81\xE2\x96\x81x\":10,\"<pad>\":12,\"<0xC3>\":13}");
    EXPECT_STREAM(&sizes, {1, 0, 0, 0}, {4, 5, 5, 1}, {5, 2, 2, 1}, {6, 2, 1, 0}, {7, 3, 3, 0}, {3, 1, 1, 0},
                  {2, 0, 0, 0}, {8, 0, 0, 0}, {9, 2, 2, 1}, {5, 2, 2, 1}, {2, 0, 0, 0}, {10, 2, 2, 1});
    /* What is unknown or fills up stands for nothing, and changes nothing. */
    EXPECT_STREAM(&sizes, {12, 0, 0, 0}, {4, 5, 5, 1}, {0, 0, 0, 0}, {9, 2, 2, 0}, {12, 0, 0, 0},
                  {4, 6, 6, 1});
    /* A text that begins without the blank has none to leave out later. */
    EXPECT_STREAM(&sizes, {9, 2, 2, 1}, {8, 1, 1, 0}, {13, 1, 1, 1});
    assert_false(sizes.sizes[11].marks & PLX_SIZE_KNOWN);
    plx_token_sizes_release(&sizes);
}

/* A vocabulary of characters as they are. */
static void plx_token_sizes_read__of_plain_tokens(void **state)
{
    (void)state;
    struct plx_token_sizes sizes = read_sizes("{\"\\n\":0,\" \":1,\"a\":2,\"\xC3\xA9\":3,\"\\u20ac\":4}");
    EXPECT_STREAM(&sizes, {2, 1, 1, 1}, {3, 2, 1, 0}, {1, 1, 1, 0}, {4, 3, 1, 1}, {0, 1, 1, 0});
    plx_token_sizes_release(&sizes);
}

/* A tokenizer.json: added_tokens win; special ones stand for no byte, whatever they are called, others for
   what they say. The blank before a text is left out only where the tokenizer puts one there. */
static void plx_token_sizes_read__of_a_tokenizer(void **state)
{
    (void)state;
    static const char *const prefixes[] = {
        "\"normalizer\": {\"type\": \"Prepend\", \"prepend\": \"\xE2\x96\x81\"}",
        "\"pre_tokenizer\": {\"type\": \"Metaspace\", \"prepend_scheme\": \"first\"}",
        "\"normalizer\": {\"normalizers\": [{}, {\"prepend\": \"\\u2581\", \"type\": \"Prepend\"}]}",
        "\"pre_tokenizer\": {\"pretokenizers\": [{\"add_prefix_space\": false}, {\"type\":\"Metaspace\"}]}",
        "\"pre_tokenizer\": {\"type\" : \"Metaspace\", \"add_prefix_space\" : false}",
        "\"pre_tokenizer\": {\"add_prefix_space\":\nfalse, \"type\": \"Metaspace\"}",
        "\"normalizer\": {\"type\": \"Prepend\", \"prepend\": \"x\"}",
        "\"normalizer\": {\"type\": \"Replace\", \"content\": \"Metaspace\"}",
        "\"pre_tokenizer\": {\"type\": \"Metaspace\", \"prepend_scheme\": \"never\"}",
        "\"normalizer\": null"};
    for (size_t i = 0; i < LENGTH(prefixes); i++) {
        char text[1024];
        snprintf(
            text, sizeof text,
            "{\"version\": \"1.0\", \"added_tokens\": [{\"id\": 0, \"content\": \"[BOS]\", \"special\": "
            "true},"
            " {\"id\": 4, \"special\": false, \"content\": \"a  b\"}], %s, \"model\": {\"type\": \"BPE\", "
            "\"vocab\": {\"[BOS]\": 0, \"\xE2\x96\x81on\": 1, \"e\": 2}, \"merges\": []}}",
            prefixes[i]);
        struct plx_token_sizes sizes = read_sizes(text);
        const uint32_t first = i < 4 ? 2 : 3;
        EXPECT_STREAM(&sizes, {0, 0, 0, 0}, {1, first, first, 1}, {2, 1, 1, 0}, {1, 3, 3, 1}, {4, 4, 4, 1});
        plx_token_sizes_release(&sizes);
    }
    /* How the others are spelled is not for added tokens to say. */
    struct plx_token_sizes others =
        read_sizes("{\"added_tokens\": [{\"id\": 0, \"content\": \"<b\xE2\x96\x81>\", \"special\": true}], "
                   "\"model\": {\"vocab\": {\"<b\xE2\x96\x81>\": 0, \"\xC4\xA0on\": 1}}}");
    EXPECT_STREAM(&others, {0, 0, 0, 0}, {1, 3, 3, 1});
    plx_token_sizes_release(&others);
    struct plx_token_sizes sizes = read_sizes(
        "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"<unk>\", 0.0], [\"\xE2\x96\x81t\", -3.5],"
        "[\"\xC3\xA9\", -4]]}}");
    EXPECT_STREAM(&sizes, {1, 2, 2, 1}, {2, 2, 1, 0}, {0, 0, 0, 0});
    plx_token_sizes_release(&sizes);
}

/* "IQ==" is "!", "IGE=" " a", "w6k=" "é", "w6==" would be none. */
static void plx_token_sizes_read__of_ranks(void **state)
{
    (void)state;
    struct plx_token_sizes sizes = read_sizes("IQ== 0\nIGE= 1\r\nw6k= 3\n");
    EXPECT_STREAM(&sizes, {0, 1, 1, 1}, {1, 2, 2, 1}, {3, 2, 1, 0});
    assert_false(sizes.sizes[2].marks & PLX_SIZE_KNOWN);
    plx_token_sizes_release(&sizes);
}

/* Whole encodings have special tokens that their files of ranks lack (tiktoken_ext/openai_public.py): 50256
   of GPT-2, 100257 to 100260 and 100276 of cl100k_base, whose 100256 is nothing. */
static void plx_token_sizes_read__special_tokens_of_ranks(void **state)
{
    static const struct {
        uint32_t highest, special[2], none[2];
    } cases[] = {{50255, {50256, 50256}, {50257, 50257}},      {50280, {50256, 50256}, {50281, 50281}},
                 {100255, {100257, 100276}, {100256, 100261}}, {199997, {199999, 200018}, {199998, 200017}},
                 {127999, {128000, 128255}, {128256, 128256}}, {100254, {0, 0}, {100257, 100276}}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char text[64];
        snprintf(text, sizeof text, "IQ== 0\nIGE= %u\n", cases[i].highest);
        struct plx_token_sizes sizes = read_sizes(text);
        for (size_t k = 0; k < 2; k++) {
            assert_true(sizes.sizes[cases[i].special[k]].marks & PLX_SIZE_KNOWN);
            assert_int_equal(sizes.sizes[cases[i].special[k]].bytes, cases[i].special[k] == 0);
            assert_true(cases[i].none[k] >= sizes.count ||
                        !(sizes.sizes[cases[i].none[k]].marks & PLX_SIZE_KNOWN));
        }
        plx_token_sizes_release(&sizes);
    }
}

static void plx_token_sizes_read__of_tables(void **state)
{
    (void)state;
    struct plx_token_sizes sizes = read_sizes("7\t3\n0\t12\r\n\n2\t0\n");
    assert_false(sizes.texts);
    EXPECT_STREAM(&sizes, {7, 3, 0, 0}, {0, 12, 0, 0}, {2, 0, 0, 0});
    plx_token_sizes_release(&sizes);
    sizes = read_sizes("1\n20\n0");
    assert_false(sizes.texts);
    assert_int_equal(sizes.count, 3);
    EXPECT_STREAM(&sizes, {0, 1, 0, 0}, {1, 20, 0, 0}, {2, 0, 0, 0});
    plx_token_sizes_release(&sizes);
}

static void plx_token_sizes_read__what_is_wrong(void **state)
{
    static const struct {
        const char *text;
        enum plx_status status;
        uint64_t line;
        const char *message;
    } cases[] = {
        {"", PLX_UNSUPPORTED, PLX_NOWHERE, "says of no token"},
        {"the\nof\n", PLX_UNSUPPORTED, PLX_NOWHERE, "says of no token"},
        {"{}", PLX_UNSUPPORTED, PLX_NOWHERE, "no token of the vocabulary has a blank"},
        {"{\"the\": 0, \"of\": 1}", PLX_UNSUPPORTED, PLX_NOWHERE, "no token of the vocabulary has a blank"},
        {"{\"\xC4\xA0the\": 0, \"a\xE2\x96\x81\": 1}", PLX_UNSUPPORTED, PLX_NOWHERE, "as many tokens"},
        {"{\"the\": 0, \"\xC4\xA0of\": 1, \"\xE2\x82\xAC\": 2}", PLX_UNSUPPORTED, PLX_NOWHERE, "has a blank"},
        {"[\" a\"]", PLX_MALFORMED, 1, "'{' is expected"},
        {"{\" a\": 0,\n \" b\": 0}", PLX_MALFORMED, 2, "the id 0 stands twice"},
        {"{\" a\": 0,\n \" b\": -1}", PLX_MALFORMED, 2, "an integer from 0 on"},
        {"{\" a\": 0,\n \" b\": 1.5}", PLX_MALFORMED, 2, "an integer from 0 on"},
        {"{\" a\": 0,\n \" b\": \"1\"}", PLX_MALFORMED, 2, "a number is expected"},
        {"{\" a\": 0,\n \" b\": 16777216}", PLX_UNSUPPORTED, 2, "no vocabulary is as large"},
        {"{\" a\": 0,\n\n \" b\": 1", PLX_MALFORMED, 3, "ends too early"},
        {"{\" a\": 0}\n{", PLX_MALFORMED, 2, "more behind the JSON value"},
        {"{\"model\": {\"type\": \"BPE\"}}", PLX_MALFORMED, 1, "has no \"vocab\""},
        {"{\"model\": {\"vocab\": {\" a\": 0}},\n\"added_tokens\": [{\"id\": 1}]}", PLX_MALFORMED, 2,
         "an id and its content"},
        {"{\"model\": {\"vocab\": [[\" a\", 0],\n[1]]}}", PLX_MALFORMED, 2, "a string"},
        {"IQ== 0\nIGE= 0\n", PLX_MALFORMED, 2, "the id 0 stands twice"},
        {"IQ== 0\nIGE 1\n", PLX_MALFORMED, 2, "base64"},
        {"IQ== 0\nIGE= -1\n", PLX_MALFORMED, 2, "base64"},
        {"IQ== 0\n\n 1\n", PLX_MALFORMED, 3, "base64"},
        {"0\t1\n1\n", PLX_MALFORMED, 2, "an id, a tab and a count"},
        {"0\t1\n1\t-2\n", PLX_MALFORMED, 2, "an id, a tab and a count"},
        {"0\t1\n0\t1\n", PLX_MALFORMED, 2, "the id 0 stands twice"},
        {"1\n\n2\n", PLX_MALFORMED, 2, "a count"},
        {"1\n4294967295\n", PLX_MALFORMED, 2, "a count"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct plx_token_sizes sizes = {0};
        struct plx_error error = {0};
        const enum plx_status status = plx_token_sizes_read(
            (const uint8_t *)cases[i].text, strlen(cases[i].text), "a vocabulary", &sizes, &error);
        if (status != cases[i].status || error.line != cases[i].line ||
            !strstr(error.message, cases[i].message) || strcmp(error.input, "a vocabulary") != 0)
            fail_msg("%s: status %d, %s:%llu: %s", cases[i].text, status, error.input,
                     (unsigned long long)error.line, error.message);
        plx_token_sizes_release(&sizes);
    }
}

/* More words than can be counted in a token. */
static void plx_token_sizes_read__a_token_of_many_words(void **state)
{
    (void)state;
    for (unsigned words = PLX_TOKEN_WORDS_MAX - 1; words <= PLX_TOKEN_WORDS_MAX + 1; words++) {
        char text[256] = "{\"x";
        for (unsigned i = 1; i < words; i++)
            strcat(text, " x");
        strcat(text, "\": 0}");
        struct plx_token_sizes sizes = {0};
        struct plx_error error;
        const enum plx_status status =
            plx_token_sizes_read((const uint8_t *)text, strlen(text), "v", &sizes, &error);
        assert_int_equal(status, words > PLX_TOKEN_WORDS_MAX ? PLX_UNSUPPORTED : PLX_OK);
        if (status == PLX_OK)
            EXPECT_STREAM(&sizes, {0, 2 * words - 1, 2 * words - 1, words});
        plx_token_sizes_release(&sizes);
    }
}

/* Cut anywhere, a vocabulary is refused or read, and nothing else happens. */
static void plx_token_sizes_read__cut_short(void **state)
{
    static const char *const texts[] = {"{\"added_tokens\": [{\"id\": 0, \"content\": \"[\\u0042]\", "
                                        "\"special\": true}], \"model\": {\"vocab\": "
                                        "{\"\xE2\x96\x81on\": 1, \"<0x0A>\": 2}}}",
                                        "IQ== 0\nIGE= 1\r\nw6k= 3\n", "{\"\xC4\xA0wor\": 1, \"ld\": 2}",
                                        "7\t3\n0\t12\r\n"};
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        for (size_t size = 0; size < strlen(texts[i]); size++) {
            uint8_t *copy = malloc(size ? size : 1);
            struct plx_token_sizes sizes = {0};
            struct plx_error error;
            if (!copy)
                abort();
            memcpy(copy, texts[i], size);
            plx_token_sizes_read(copy, size, "v", &sizes, &error);
            plx_token_sizes_release(&sizes);
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_token_sizes_read__of_a_byte_alphabet),
        cmocka_unit_test(plx_token_sizes_read__of_pieces),
        cmocka_unit_test(plx_token_sizes_read__of_plain_tokens),
        cmocka_unit_test(plx_token_sizes_read__of_a_tokenizer),
        cmocka_unit_test(plx_token_sizes_read__of_ranks),
        cmocka_unit_test(plx_token_sizes_read__special_tokens_of_ranks),
        cmocka_unit_test(plx_token_sizes_read__of_tables),
        cmocka_unit_test(plx_token_sizes_read__what_is_wrong),
        cmocka_unit_test(plx_token_sizes_read__a_token_of_many_words),
        cmocka_unit_test(plx_token_sizes_read__cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
