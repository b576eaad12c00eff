/* Text into ids with flags, and the words that must not stand in a text. */
#include "eval/block.h"

#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNKNOWN PLX_TOKEN_UNKNOWN
#define LITERAL (PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL)
#define WORD    PLX_TOKEN_WORD
#define END     PLX_TOKEN_END
#define BLANK   (PLX_TOKEN_END | PLX_TOKEN_BLANK)
#define BREAK   PLX_TOKEN_BREAK
#define NONE    PLX_NO_TOKEN

/* A model of single words, "\n" between them; ids are their places. */
static struct plx_model *model_of(const char *words)
{
    char text[512];
    int length = 0;
    unsigned count = 1;
    for (const char *at = words; *at; at++)
        count += *at == '\n';
    length = snprintf(text, sizeof text, "\\data\\\nngram 1=%u\n\\1-grams:\n-1\t", count);
    for (const char *at = words; *at; at++)
        length += snprintf(text + length, sizeof text - (size_t)length, *at == '\n' ? "\n-1\t" : "%c", *at);
    snprintf(text + length, sizeof text - (size_t)length, "\n\\end\\\n");
    return inputs_model(text);
}

#define USUAL "<unk>\n<s>\n</s>\na\nb" /* ids 0, 1, 2, 3, 4 */

static struct plx_chunk chunk_of(const char *text)
{
    const size_t size = strlen(text);
    return (struct plx_chunk){
        .text = (const uint8_t *)text,
        .size = size,
        .line = 1,
        .begins_document = true,
        .begins_line = true,
        .ends_line = text[size - 1] != '\n',
    };
}

/* Encodes the chunk by a protocol; the block is to be released. */
static struct plx_block encode(const char *words, const char *protocol, enum plx_token_kind tokens,
                               const struct plx_chunk *chunk)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    struct plx_model *model = model_of(words);
    struct plx_block block = {0};
    struct plx_seam seam = {0};
    struct plx_plan plan;
    struct plx_error error;
    if (plx_plan_make(model, &fields, inputs_text(tokens), &plan, &error))
        fail_msg("%s", error.message);
    assert_int_equal(plx_block_fill(&block, chunk, &plan, model, &seam, &error), PLX_OK);
    plx_block_encode(&block, &plan, model);
    plx_model_close(model);
    return block;
}

struct expected {
    uint32_t id;
    unsigned flags;
};

static void assert_encoded(const char *words, const char *protocol, enum plx_token_kind tokens,
                           const char *text, const struct expected *expected, size_t count)
{
    const struct plx_chunk chunk = chunk_of(text);
    struct plx_block block = encode(words, protocol, tokens, &chunk);
    if (block.status)
        fail_msg("%s: %s", text, block.error.message);
    for (size_t i = 0; i < count && i < block.tokens.count; i++) {
        if (block.ids[i] != expected[i].id || block.flags[i] != expected[i].flags)
            fail_msg("token %zu of \"%s\" under %s: id %d, flags %u", i, text, protocol, (int)block.ids[i],
                     (unsigned)block.flags[i]);
    }
    assert_int_equal(block.tokens.count, count);
    plx_block_release(&block);
}

#define ASSERT_ENCODED(words, protocol, tokens, text, ...)                                \
    assert_encoded(words, protocol, tokens, text, (const struct expected[]){__VA_ARGS__}, \
                   sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static void plx_block_encode__lines(void **state)
{
    (void)state;
    ASSERT_ENCODED(USUAL, "sentence", PLX_TOKENS_WORD, "a b\n\nb\n", {3, WORD | BREAK}, {4, WORD}, {2, END},
                   {2, BLANK | BREAK}, {4, WORD | BREAK}, {2, END});
    ASSERT_ENCODED(USUAL, "sentence end=none", PLX_TOKENS_WORD, "a b\n\nb\n", {3, WORD | BREAK}, {4, WORD},
                   {4, WORD | BREAK});
}

static void plx_block_encode__stream(void **state)
{
    (void)state;
    ASSERT_ENCODED(USUAL, "wikitext-eos", PLX_TOKENS_WORD, "a b\n \nb", {3, WORD}, {4, WORD}, {2, END},
                   {2, BLANK}, {4, WORD}, {2, END});
    ASSERT_ENCODED(USUAL, "exact end=none", PLX_TOKENS_WORD, "a b\n\nb\n", {3, WORD}, {4, WORD}, {4, WORD});
}

static void plx_block_encode__documents(void **state)
{
    (void)state;
    struct plx_chunk chunk = chunk_of("a\nb\n");
    ASSERT_ENCODED(USUAL, "exact unit=document", PLX_TOKENS_WORD, "a\nb\n", {3, WORD | BREAK}, {4, WORD});
    chunk.begins_document = false;
    struct plx_block block = encode(USUAL, "exact unit=document", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.flags[0], WORD);
    plx_block_release(&block);
}

static void plx_block_encode__unknown_words(void **state)
{
    (void)state;
    ASSERT_ENCODED(USUAL, "sentence", PLX_TOKENS_WORD, "a dog <unk> <UNK>\n", {3, WORD | BREAK},
                   {0, WORD | UNKNOWN}, {0, WORD | LITERAL}, {0, WORD | LITERAL},
                   {2, END}); /* in either spelling */
}

/* <UNK> is the unknown symbol where there is no <unk>. */
static void plx_block_encode__upper_case_unknown_symbol(void **state)
{
    (void)state;
    ASSERT_ENCODED("a\n<UNK>\n<s>\n</s>", "sentence", PLX_TOKENS_WORD, "a dog <UNK> <unk>\n",
                   {0, WORD | BREAK}, {1, WORD | UNKNOWN}, {1, WORD | LITERAL}, {1, WORD | LITERAL},
                   {3, END});
    /* Beside <unk> it is a word. */
    ASSERT_ENCODED("<UNK>\n<unk>\n<s>\n</s>", "sentence", PLX_TOKENS_WORD, "<UNK> <unk> x\n",
                   {0, WORD | BREAK}, {1, WORD | LITERAL}, {1, WORD | UNKNOWN}, {3, END});
}

/* A model without an unknown symbol. */
static void plx_block_encode__no_unknown_symbol(void **state)
{
    (void)state;
    ASSERT_ENCODED("a\n<s>\n</s>", "sentence", PLX_TOKENS_WORD, "a dog <unk> dog\n", {0, WORD | BREAK},
                   {NONE, WORD | UNKNOWN}, {NONE, WORD | LITERAL}, {NONE, WORD | UNKNOWN}, {2, END});
}

static void plx_block_encode__join(void **state)
{
    (void)state;
    ASSERT_ENCODED(USUAL, "exact join=b", PLX_TOKENS_WORD, "a\n\na", {3, WORD}, {4, PLX_TOKEN_JOIN},
                   {4, PLX_TOKEN_JOIN | PLX_TOKEN_BLANK}, {3, WORD}, {4, PLX_TOKEN_JOIN});
}

static void plx_block_encode__characters(void **state)
{
    (void)state;
    ASSERT_ENCODED("a\nb\n\xc3\xa9", "exact", PLX_TOKENS_CHARACTER, "ab\xc3\xa9 x", {0, WORD}, {1, 0}, {2, 0},
                   {NONE, UNKNOWN}, {NONE, UNKNOWN | WORD});
    ASSERT_ENCODED("a\nb\n\xc3", "exact", PLX_TOKENS_BYTE, "a\xc3\xa9", {0, WORD}, {2, 0}, {NONE, UNKNOWN});
}

/* A model of 256 ids without strings takes bytes as they are; see the plan's byte_ids. */
static void plx_block_encode__bytes_as_ids(void **state)
{
    const struct plx_plan plan = {
        .tokens = PLX_TOKENS_BYTE,
        .byte_ids = true,
        .start = NONE,
        .end = NONE,
        .unknown = NONE,
        .join = NONE,
        .control = {NONE, NONE},
    };
    const struct plx_chunk chunk = chunk_of("a\xff\n");
    struct plx_block block = {0};
    struct plx_seam seam = {0};
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_block_fill(&block, &chunk, &plan, NULL, &seam, &error), PLX_OK);
    plx_block_encode(&block, &plan, NULL);
    assert_int_equal(block.status, PLX_OK);
    assert_int_equal(block.tokens.count, 3);
    assert_int_equal(block.ids[0], 'a');
    assert_int_equal(block.ids[1], 0xFF);
    assert_int_equal(block.ids[2], '\n');
    assert_int_equal(block.flags[1], 0);
    plx_block_release(&block);
}

/* Control words. */

static void assert_refused(const char *words, const char *protocol, const char *text, const char *message,
                           uint64_t line, uint64_t column, uint64_t offset)
{
    const struct plx_chunk chunk = chunk_of(text);
    struct plx_block block = encode(words, protocol, PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.status, PLX_MALFORMED);
    assert_int_equal(block.error.status, PLX_MALFORMED);
    assert_string_equal(block.error.message, message);
    assert_int_equal(block.error.line, line);
    assert_int_equal(block.error.column, column);
    assert_int_equal(block.error.offset, offset);
    assert_true(*block.error.hint != '\0');
    plx_block_release(&block);
}

#define STANDS "stands in the text as a word"

static void plx_block_encode__control_words(void **state)
{
    (void)state;
    assert_refused(USUAL, "sentence", "<s> a b\n", "the model's start symbol \"<s>\" " STANDS, 1, 1, 0);
    assert_refused(USUAL, "sentence", "a b\n\n  a </s>\n", "the model's end symbol \"</s>\" " STANDS, 3, 5,
                   9);
    assert_refused(USUAL, "sentence", "a b </s> <s>", "the model's end symbol \"</s>\" " STANDS, 1, 5, 4);
    assert_refused(USUAL, "exact end=none start=none", "a\nb <s>\n",
                   "the model's start symbol \"<s>\" " STANDS, 2, 3, 4);
    assert_refused("<unk>\n<eos>\na", "wikitext-eos", "a\n<eos> a\n",
                   "the model's end symbol \"<eos>\" " STANDS, 2, 1, 2);
    assert_refused(USUAL, "sentence start=a end=b", "dog b\n", "the model's end symbol \"b\" " STANDS, 1, 5,
                   4);
}

static void plx_block_encode__words_that_are_no_control_words(void **state)
{
    (void)state;
    /* Parts of words, and symbols that other models have. */
    ASSERT_ENCODED(USUAL, "sentence", PLX_TOKENS_WORD, "<s>a </S> <eos>\n", {0, WORD | UNKNOWN | BREAK},
                   {0, WORD | UNKNOWN}, {0, WORD | UNKNOWN}, {2, END});
    /* Where other symbols are named, those of the model are words. */
    ASSERT_ENCODED(USUAL, "sentence start=a end=b", PLX_TOKENS_WORD, "<s> </s>\n", {1, WORD | BREAK},
                   {2, WORD}, {4, END});
    ASSERT_ENCODED("a\nb", "sentence end=b start=none", PLX_TOKENS_CHARACTER, "ab\n", {0, WORD | BREAK},
                   {1, 0}, {1, END}); /* characters are no words */
    ASSERT_ENCODED("<unk>\na", "exact", PLX_TOKENS_WORD, "<s> a\n", {0, WORD | UNKNOWN}, {1, WORD});
}

static void plx_block_encode__control_word_in_the_middle(void **state)
{
    (void)state;
    struct plx_chunk chunk = chunk_of(" a <s>\n");
    chunk.offset = 5000;
    chunk.line = 77;
    chunk.begins_line = chunk.begins_document = false;
    struct plx_block block = encode(USUAL, "sentence", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.status, PLX_MALFORMED);
    assert_int_equal(block.error.line, 77);
    assert_int_equal(block.error.column, PLX_NOWHERE); /* the line began in another chunk */
    assert_int_equal(block.error.offset, 5003);
    plx_block_release(&block);

    chunk = chunk_of(" a\n <s>\n");
    chunk.line = 77;
    chunk.begins_line = chunk.begins_document = false;
    block = encode(USUAL, "sentence", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.error.line, 78);
    assert_int_equal(block.error.column, 2);
    plx_block_release(&block);
}

/* What --control-words says of <s> and </s> in a text. */

#define START PLX_TOKEN_START

/* A start symbol is marked: the windows know whether the protocol adds one there. An end symbol at a line's
   end is that end; elsewhere it is a word. */
static void plx_block_encode__control_words_scored(void **state)
{
    static const char scored[] = "sentence control_words=score";
    (void)state;
    ASSERT_ENCODED(USUAL, scored, PLX_TOKENS_WORD, "<s> a b </s>\na\n", {1, START | WORD | BREAK}, {3, WORD},
                   {4, WORD}, {2, END}, {3, WORD | BREAK}, {2, END});
    ASSERT_ENCODED(USUAL, scored, PLX_TOKENS_WORD, "a </s> b\n", {3, WORD | BREAK}, {2, WORD}, {4, WORD},
                   {2, END});
    ASSERT_ENCODED(USUAL, scored, PLX_TOKENS_WORD, "a </s> </s>\n", {3, WORD | BREAK}, {2, WORD}, {2, END});
    ASSERT_ENCODED(USUAL, scored, PLX_TOKENS_WORD, "a <s> b", {3, WORD | BREAK}, {1, START | WORD}, {4, WORD},
                   {2, END});
    /* These lines are not blank. */
    ASSERT_ENCODED(USUAL, scored, PLX_TOKENS_WORD, "</s>\n\n <s>\n", {2, END | BREAK}, {2, BLANK | BREAK},
                   {1, START | WORD | BREAK}, {2, END});
    /* Where the protocol adds no symbols, they are words. */
    ASSERT_ENCODED(USUAL, "sentence control_words=score start=none end=none", PLX_TOKENS_WORD,
                   "<s> a </s>\nb\n", {1, WORD | BREAK}, {3, WORD}, {2, WORD}, {4, WORD | BREAK});
    ASSERT_ENCODED(USUAL, "exact control_words=score start=replace window=4", PLX_TOKENS_WORD, "<s> a\n",
                   {1, START | WORD}, {3, WORD}, {2, END}); /* <s> between lines of the stream */
    ASSERT_ENCODED(USUAL, "exact unit=document control_words=score start=replace window=4", PLX_TOKENS_WORD,
                   "<s> a\n", {1, WORD | BREAK}, {3, WORD});
}

/* The one token of two owns the bytes of both. */
static void plx_block_encode__bytes_of_merged_ends(void **state)
{
    static const uint32_t bytes[] = {1, 8, 2, 5}; /* "a", "  </s> \n", "\xc3\xa9", " </s>" */
    static const uint32_t characters[] = {1, 8, 1, 5};
    const struct plx_chunk chunk = chunk_of("a  </s> \n\xc3\xa9 </s>");
    (void)state;
    struct plx_block block = encode(USUAL, "sentence control_words=score", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.tokens.count, 4);
    assert_memory_equal(block.tokens.bytes, bytes, sizeof bytes);
    assert_memory_equal(block.tokens.characters, characters, sizeof characters);
    plx_block_release(&block);
}

static void plx_block_encode__control_words_as_words(void **state)
{
    (void)state;
    ASSERT_ENCODED(USUAL, "sentence control_words=word", PLX_TOKENS_WORD, "<s> a </s>\n", {1, WORD | BREAK},
                   {3, WORD}, {2, WORD}, {2, END});
}

static void plx_block_encode__control_words_as_unknown(void **state)
{
    const struct plx_chunk chunk = chunk_of("a </s>\n");
    (void)state;
    ASSERT_ENCODED(USUAL, "sentence control_words=unk", PLX_TOKENS_WORD, "<s> a </s>\n",
                   {0, WORD | UNKNOWN | BREAK}, {3, WORD}, {0, WORD | UNKNOWN}, {2, END});
    ASSERT_ENCODED("a\n<s>\n</s>", "sentence control_words=unk", PLX_TOKENS_WORD, "a </s>\n",
                   {0, WORD | BREAK}, {NONE, WORD | UNKNOWN}, {2, END});
    struct plx_block block =
        encode(USUAL, "sentence control_words=unk unknown=error", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.status, PLX_MISMATCH);
    assert_string_equal(block.error.message, "the model does not know \"</s>\"");
    plx_block_release(&block);
}

static void plx_block_encode__what_tokenizing_refuses(void **state)
{
    static const char text[] = "a\nb\0\n";
    struct plx_chunk chunk = chunk_of(text);
    (void)state;
    chunk.size = sizeof text - 1;
    struct plx_block block = encode(USUAL, "sentence", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.status, PLX_MALFORMED);
    assert_non_null(strstr(block.error.message, "NUL"));
    assert_int_equal(block.error.line, 2);
    plx_block_release(&block);
}

static void plx_block_encode__unknown_words_refused(void **state)
{
    const struct plx_chunk chunk = chunk_of("a <unk>\nb dog\n");
    (void)state;
    struct plx_block block = encode(USUAL, "sentence unknown=error", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.status, PLX_MISMATCH);
    assert_string_equal(block.error.message, "the model does not know \"dog\"");
    assert_int_equal(block.error.line, 2); /* the literal one is known */
    assert_int_equal(block.error.column, 3);
    assert_int_equal(block.error.offset, 10);
    assert_non_null(strstr(block.error.hint, "--unknown error"));
    plx_block_release(&block);
}

static void plx_block_encode__hyphens_of_wikitext(void **state)
{
    (void)state;
    struct plx_chunk chunk = chunk_of("a @-@ b @-@ @,@ x@-@\n");
    struct plx_block block = encode(USUAL, "sentence", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.lost_hyphens, 2);
    plx_block_release(&block);
    block = encode(USUAL "\n@-@", "sentence", PLX_TOKENS_WORD, &chunk);
    assert_int_equal(block.lost_hyphens, 0);
    plx_block_release(&block);
}

/* A block is used again and again, with longer and shorter texts, and keeps a copy of its text. */
static void plx_block_fill__again(void **state)
{
    static const char *const texts[] = {"a b a @-@ a b\n", "b\n", "</s>\n", "a\n"};
    const struct plx_protocol fields = inputs_protocol("sentence");
    struct plx_model *model = model_of(USUAL);
    struct plx_block block = {0};
    struct plx_seam seam = {0};
    struct plx_plan plan;
    struct plx_error error;
    char text[64];
    (void)state;
    assert_int_equal(plx_plan_make(model, &fields, inputs_text(PLX_TOKENS_WORD), &plan, &error), PLX_OK);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(text, sizeof text, "%s", texts[i]);
        const struct plx_chunk chunk = chunk_of(text);
        assert_int_equal(plx_block_fill(&block, &chunk, &plan, NULL, &seam, &error), PLX_OK);
        memset(text, 'x', sizeof text); /* the reader's bytes are borrowed */
        plx_block_encode(&block, &plan, model);
        assert_int_equal(block.status, i == 2 ? PLX_MALFORMED : PLX_OK);
        assert_memory_equal(block.chunk.text, texts[i], strlen(texts[i]));
        assert_int_equal(block.lost_hyphens, i == 0);
    }
    assert_int_equal(block.tokens.count, 2);
    assert_int_equal(block.ids[0], 3);
    plx_block_release(&block);
    plx_block_release(&block);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_block_encode__lines),
        cmocka_unit_test(plx_block_encode__stream),
        cmocka_unit_test(plx_block_encode__documents),
        cmocka_unit_test(plx_block_encode__unknown_words),
        cmocka_unit_test(plx_block_encode__upper_case_unknown_symbol),
        cmocka_unit_test(plx_block_encode__no_unknown_symbol),
        cmocka_unit_test(plx_block_encode__join),
        cmocka_unit_test(plx_block_encode__characters),
        cmocka_unit_test(plx_block_encode__bytes_as_ids),
        cmocka_unit_test(plx_block_encode__control_words),
        cmocka_unit_test(plx_block_encode__words_that_are_no_control_words),
        cmocka_unit_test(plx_block_encode__control_word_in_the_middle),
        cmocka_unit_test(plx_block_encode__control_words_scored),
        cmocka_unit_test(plx_block_encode__bytes_of_merged_ends),
        cmocka_unit_test(plx_block_encode__control_words_as_words),
        cmocka_unit_test(plx_block_encode__control_words_as_unknown),
        cmocka_unit_test(plx_block_encode__what_tokenizing_refuses),
        cmocka_unit_test(plx_block_encode__unknown_words_refused),
        cmocka_unit_test(plx_block_encode__hyphens_of_wikitext),
        cmocka_unit_test(plx_block_fill__again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
