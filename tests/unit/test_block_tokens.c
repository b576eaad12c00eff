/* Tokens that somebody else has cut: strings and ids, with flags, and the bytes of the text that they stand
   for, however a document is divided into chunks. */
#include "eval/block.h"

#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNKNOWN   PLX_TOKEN_UNKNOWN
#define LITERAL   (PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL)
#define WORD      PLX_TOKEN_WORD
#define END       PLX_TOKEN_END
#define BLANK     (PLX_TOKEN_END | PLX_TOKEN_BLANK)
#define BREAK     PLX_TOKEN_BREAK
#define START     PLX_TOKEN_START
#define NONE      PLX_NO_TOKEN
#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* Ids 0, 1, 2, 3, 4. */
static const char USUAL[] =
    "\\data\\\nngram 1=5\n\\1-grams:\n-1\t<unk>\n-1\t<s>\n-1\t</s>\n-1\ta\n-1\tb\n\\end\\\n";
static const char NO_UNKNOWN[] = "\\data\\\nngram 1=3\n\\1-grams:\n-1\t<s>\n-1\t</s>\n-1\ta\n\\end\\\n";
static const char LETTERS[] = "\\data\\\nngram 1=3\n\\1-grams:\n-1\ta\n-1\t</s>\n-1\t\xc3\xa9\n\\end\\\n";

/* What a token is and becomes. */
struct token {
    const char *string;
    uint32_t id;
    unsigned flags;
    uint32_t bytes;
    bool begins_document;
};

/* Who encodes what. */
struct subject {
    struct plx_model *model;
    struct plx_plan plan;
};

static struct subject subject_open(struct plx_model *model, const char *protocol, enum plx_content content,
                                   enum plx_token_kind kind)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    struct subject subject = {.model = model};
    struct plx_error error;
    if (plx_plan_make(model, &fields, inputs_tokens(content, kind), &subject.plan, &error))
        fail_msg("%s: %s", protocol, error.message);
    return subject;
}

/* Fills the block with the tokens and encodes it. */
static void encode(struct plx_block *block, const struct subject *subject, const struct token *tokens,
                   size_t count, struct plx_seam *seam)
{
    struct plx_word words[16] = {{NULL, 0}};
    uint32_t ids[16] = {0};
    struct plx_error error;
    assert_true(count <= LENGTH(ids));
    for (size_t i = 0; i < count; i++) {
        words[i] = (struct plx_word){tokens[i].string, tokens[i].string ? strlen(tokens[i].string) : 0};
        ids[i] = tokens[i].id;
    }
    const bool strings = subject->plan.content == PLX_CONTENT_STRINGS;
    const struct plx_chunk chunk = {
        .content = subject->plan.content,
        .tokens = strings ? words : NULL,
        .ids = strings ? NULL : ids,
        .size = count,
        .begins_document = count > 0 && tokens->begins_document,
    };
    assert_int_equal(plx_block_fill(block, &chunk, &subject->plan, subject->model, seam, &error), PLX_OK);
    memset(words, 0, sizeof words); /* the reader's memory is borrowed */
    memset(ids, 0xFF, sizeof ids);
    plx_block_encode(block, &subject->plan, subject->model);
}

/* Encodes the tokens in chunks: parted before documents, and wherever `cuts` has a bit. */
static void assert_divided(const struct subject *subject, const struct token *tokens, size_t count,
                           unsigned cuts)
{
    struct plx_seam seam = {.begins_document = true, .begins_line = true};
    for (size_t begin = 0; begin < count;) {
        struct plx_block block = {0};
        size_t end = begin + 1;
        while (end < count && !(cuts >> end & 1) && !tokens[end].begins_document)
            end++;
        encode(&block, subject, tokens + begin, end - begin, &seam);
        if (block.status)
            fail_msg("token %zu: %s", begin, block.error.message);
        assert_int_equal(block.tokens.count, end - begin);
        for (size_t i = begin; i < end; i++) {
            const size_t at = i - begin;
            if (block.ids[at] != tokens[i].id || block.flags[at] != tokens[i].flags ||
                block.tokens.bytes[at] != tokens[i].bytes)
                fail_msg("token %zu, cuts %x: id %d, flags %x, %u bytes", i, cuts, (int)block.ids[at],
                         (unsigned)block.flags[at], block.tokens.bytes[at]);
        }
        begin = end;
        plx_block_release(&block);
    }
}

/* Over all divisions. */
static void assert_encoded(struct plx_model *model, const char *protocol, enum plx_content content,
                           enum plx_token_kind kind, const struct token *tokens, size_t count)
{
    const struct subject subject = subject_open(model, protocol, content, kind);
    for (unsigned cuts = 0; cuts < 1U << count; cuts += 2)
        assert_divided(&subject, tokens, count, cuts);
    plx_model_close(model);
}

#define ASSERT_ENCODED(model, protocol, content, kind, ...)                             \
    assert_encoded(model, protocol, content, kind, (const struct token[]){__VA_ARGS__}, \
                   LENGTH(((const struct token[]){__VA_ARGS__})))

/* The same tokens either way. */
#define ASSERT_BOTH(words, protocol, kind, ...)                                                \
    do {                                                                                       \
        ASSERT_ENCODED(inputs_model(words), protocol, PLX_CONTENT_STRINGS, kind, __VA_ARGS__); \
        ASSERT_ENCODED(inputs_model(words), protocol, PLX_CONTENT_IDS, kind, __VA_ARGS__);     \
    } while (0)

/* "a b\n\nb\n" and a second document "a". */
static void plx_block_encode__lines_of_tokens(void **state)
{
    (void)state;
    ASSERT_BOTH(USUAL, "sentence", PLX_TOKENS_WORD, {"a", 3, WORD | BREAK, 1, true}, {"b", 4, WORD, 2, false},
                {"</s>", 2, END, 1, false}, {"</s>", 2, BLANK | BREAK, 1, false},
                {"b", 4, WORD | BREAK, 1, false}, {"</s>", 2, END, 1, false},
                {"a", 3, WORD | BREAK, 1, true});
}

/* A document whose last line has no end: the next begins a line of its own. */
static void plx_block_encode__documents_of_tokens(void **state)
{
    (void)state;
    ASSERT_BOTH(USUAL, "exact unit=document end=scored", PLX_TOKENS_WORD, {"a", 3, WORD | BREAK, 1, true},
                {"</s>", 2, END, 1, false}, {"b", 4, WORD, 1, false}, {"a", 3, WORD | BREAK, 1, true},
                {"b", 4, WORD, 2, false});
    ASSERT_BOTH(USUAL, "sentence", PLX_TOKENS_WORD, {"a", 3, WORD | BREAK, 1, true},
                {"a", 3, WORD | BREAK, 1, true}, {"</s>", 2, END, 1, false});
}

/* A stream has no breaks. An end symbol that the protocol does not score is a token like others. */
static void plx_block_encode__stream_of_tokens(void **state)
{
    (void)state;
    ASSERT_BOTH(USUAL, "wikitext-eos", PLX_TOKENS_WORD, {"</s>", 2, BLANK, 1, true}, {"a", 3, WORD, 1, false},
                {"</s>", 2, END, 1, false}, {"b", 4, WORD, 1, true});
    ASSERT_BOTH(USUAL, "exact end=none", PLX_TOKENS_WORD, {"a", 3, WORD, 1, true},
                {"</s>", 2, WORD, 5, false}, {"b", 4, WORD, 2, false});
}

/* A start symbol is marked where the protocol might add one. */
static void plx_block_encode__start_symbols_among_tokens(void **state)
{
    (void)state;
    ASSERT_BOTH(USUAL, "sentence", PLX_TOKENS_WORD, {"<s>", 1, START | WORD | BREAK, 3, true},
                {"a", 3, WORD, 2, false}, {"<s>", 1, START | WORD, 4, false}, {"</s>", 2, END, 1, false});
    ASSERT_BOTH(USUAL, "exact start=none end=none", PLX_TOKENS_WORD, {"<s>", 1, WORD, 3, true},
                {"a", 3, WORD, 2, false});
    ASSERT_BOTH(USUAL, "exact start=replace window=4 end=none", PLX_TOKENS_WORD, {"<s>", 1, WORD, 3, true});
    /* Nothing before the first line, <s> between lines. */
    ASSERT_BOTH(USUAL, "wikitext-eos start=none", PLX_TOKENS_WORD, {"<s>", 1, START | WORD, 3, true},
                {"a", 3, WORD, 2, false});
}

static void plx_block_encode__unknown_strings(void **state)
{
    (void)state;
    ASSERT_ENCODED(inputs_model(USUAL), "sentence", PLX_CONTENT_STRINGS, PLX_TOKENS_WORD,
                   {"dog", 0, WORD | UNKNOWN | BREAK, 3, true}, {"<unk>", 0, WORD | LITERAL, 6, false},
                   {"<UNK>", 0, WORD | LITERAL, 6, false}, {"", 0, WORD | UNKNOWN, 1, false});
    ASSERT_ENCODED(inputs_model(NO_UNKNOWN), "sentence", PLX_CONTENT_STRINGS, PLX_TOKENS_WORD,
                   {"dog", NONE, WORD | UNKNOWN | BREAK, 3, true}, {"<unk>", NONE, WORD | LITERAL, 6, false});
}

/* Among ids, the unknown symbol is literal. */
static void plx_block_encode__unknown_ids(void **state)
{
    (void)state;
    ASSERT_ENCODED(inputs_model(USUAL), "sentence", PLX_CONTENT_IDS, PLX_TOKENS_WORD,
                   {NULL, 0, WORD | LITERAL | BREAK, 5, true}, {NULL, 3, WORD, 2, false});
}

static void plx_block_encode__letters_as_tokens(void **state)
{
    (void)state;
    ASSERT_BOTH(LETTERS, "exact end=scored", PLX_TOKENS_CHARACTER, {"a", 0, WORD, 1, true},
                {"\xc3\xa9", 2, 0, 2, false}, {"</s>", 1, END, 1, false}, {"\xc3\xa9", 2, WORD, 2, false},
                {"</s>", 1, END, 1, false}, {"</s>", 1, BLANK, 1, false});
    /* A line of blanks is blank. */
    ASSERT_ENCODED(inputs_model(LETTERS), "exact end=scored", PLX_CONTENT_STRINGS, PLX_TOKENS_CHARACTER,
                   {" ", NONE, UNKNOWN, 1, true}, {"\t", NONE, UNKNOWN, 1, false},
                   {"</s>", 1, BLANK, 1, false}, {"a", 0, WORD, 1, false}, {" ", NONE, UNKNOWN, 1, false},
                   {"", NONE, UNKNOWN, 0, false}, {"a", 0, WORD, 1, false}, {" ", NONE, UNKNOWN, 1, false},
                   {"</s>", 1, END, 1, false}, {"", NONE, UNKNOWN, 0, false}, {"</s>", 1, BLANK, 1, false});
}

/* Nothing is known of what pieces stand for. */
static void plx_block_encode__pieces(void **state)
{
    (void)state;
    ASSERT_BOTH(USUAL, "sentence", PLX_TOKENS_PIECE, {"a", 3, BREAK, 0, true}, {"b", 4, 0, 0, false},
                {"</s>", 2, END, 0, false}, {"</s>", 2, BLANK | BREAK, 0, false});
}

/* A model of 256 ids without strings takes bytes as they are; what is not one byte it does not know. */
static void plx_block_encode__bytes_as_tokens(void **state)
{
    (void)state;
    ASSERT_ENCODED(inputs_bare_model(256), "exact", PLX_CONTENT_STRINGS, PLX_TOKENS_BYTE,
                   {"a", 'a', WORD, 1, true}, {"\xc3", 0xC3, 0, 1, false}, {"\xa9", 0xA9, 0, 1, false},
                   {"\n", '\n', 0, 1, false}, {"ab", NONE, WORD | UNKNOWN, 2, false},
                   {"", NONE, UNKNOWN, 0, false});
    ASSERT_ENCODED(inputs_bare_model(256), "exact", PLX_CONTENT_IDS, PLX_TOKENS_BYTE,
                   {NULL, 'a', WORD, 1, true}, {NULL, 0xFF, 0, 1, false}, {NULL, ' ', 0, 1, false},
                   {NULL, 'b', WORD, 1, false});
}

/* Ids of a model that has no strings: no bytes. */
static void plx_block_encode__bare_ids(void **state)
{
    (void)state;
    ASSERT_ENCODED(inputs_bare_model(7), "exact", PLX_CONTENT_IDS, PLX_TOKENS_WORD, {NULL, 6, 0, 0, true},
                   {NULL, 0, 0, 0, false});
}

/* The uniform model knows no words: any string is of its vocabulary, and ids are only compared with V. */
static void plx_block_encode__any_tokens(void **state)
{
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_model_open("uniform:5", NULL, &model, &error), PLX_OK);
    ASSERT_ENCODED(model, "exact", PLX_CONTENT_STRINGS, PLX_TOKENS_WORD, {"dog", 0, WORD, 3, true},
                   {"<unk>", 0, WORD, 6, false});
    assert_int_equal(plx_model_open("uniform:5", NULL, &model, &error), PLX_OK);
    ASSERT_ENCODED(model, "exact", PLX_CONTENT_IDS, PLX_TOKENS_WORD, {NULL, 4, 0, 0, true},
                   {NULL, 0, 0, 0, false});
}

/* Errors. */

static void plx_block_encode__ids_out_of_range(void **state)
{
    const uint32_t ids[] = {3, 4, 5, 1};
    const struct subject subject =
        subject_open(inputs_model(USUAL), "sentence", PLX_CONTENT_IDS, PLX_TOKENS_WORD);
    struct plx_chunk chunk = {
        .content = PLX_CONTENT_IDS,
        .ids = ids,
        .size = 4,
        .input = "corpus.u16",
        .offset = 1000,
        .line = PLX_NOWHERE,
        .first_token = 500,
        .id_bytes = 2,
    };
    struct plx_block block = {0};
    struct plx_seam seam = {0};
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_block_fill(&block, &chunk, &subject.plan, subject.model, &seam, &error), PLX_OK);
    plx_block_encode(&block, &subject.plan, subject.model);
    assert_int_equal(block.status, PLX_MISMATCH);
    assert_string_equal(block.error.message,
                        "token 503 of the document has the id 5, but the model has ids up to 4 only");
    assert_string_equal(block.error.input, "corpus.u16");
    assert_int_equal(block.error.offset, 1004);
    assert_int_equal(block.error.line, PLX_NOWHERE);
    assert_non_null(strstr(block.error.hint, "tokenizer"));

    chunk.id_bytes = 0; /* decimal numbers in a line, say */
    chunk.line = 12;
    assert_int_equal(plx_block_fill(&block, &chunk, &subject.plan, subject.model, &seam, &error), PLX_OK);
    plx_block_encode(&block, &subject.plan, subject.model);
    assert_int_equal(block.error.offset, PLX_NOWHERE);
    assert_int_equal(block.error.line, 12);
    plx_block_release(&block);
    plx_model_close(subject.model);
}

static void plx_block_encode__unknown_strings_refused(void **state)
{
    const struct plx_word words[] = {{"a", 1}, {"<unk>", 5}, {"dog", 3}};
    const struct subject subject =
        subject_open(inputs_model(USUAL), "sentence unknown=error", PLX_CONTENT_STRINGS, PLX_TOKENS_WORD);
    const struct plx_chunk chunk = {
        .content = PLX_CONTENT_STRINGS, .tokens = words, .size = 3, .input = "c.jsonl", .line = 7};
    struct plx_block block = {0};
    struct plx_seam seam = {0};
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_block_fill(&block, &chunk, &subject.plan, subject.model, &seam, &error), PLX_OK);
    plx_block_encode(&block, &subject.plan, subject.model);
    assert_int_equal(block.status, PLX_MISMATCH);
    assert_string_equal(block.error.message, "the model does not know \"dog\"");
    assert_int_equal(block.error.line, 7);
    assert_string_equal(block.error.input, "c.jsonl");
    plx_block_release(&block);
    plx_model_close(subject.model);
}

/* Filling. */

/* The document's id is copied, as text and strings are; an empty one is one. */
static void plx_block_fill__document(void **state)
{
    const struct subject subject =
        subject_open(inputs_model(USUAL), "sentence", PLX_CONTENT_STRINGS, PLX_TOKENS_WORD);
    char id[] = "doc-7", word[] = "a";
    const struct plx_word words[] = {{word, 1}};
    struct plx_chunk chunk = {.content = PLX_CONTENT_STRINGS,
                              .tokens = words,
                              .size = 1,
                              .document = {id, 5},
                              .begins_document = true};
    struct plx_block block = {0};
    struct plx_seam seam = {0};
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_block_fill(&block, &chunk, &subject.plan, subject.model, &seam, &error), PLX_OK);
    memset(id, 'x', 5);
    memset(word, 'x', 1);
    assert_int_equal(block.chunk.document.length, 5);
    assert_memory_equal(block.chunk.document.text, "doc-7", 5);
    assert_memory_equal(block.tokens.words[0].text, "a", 1);
    chunk.document = (struct plx_word){"", 0};
    assert_int_equal(plx_block_fill(&block, &chunk, &subject.plan, subject.model, &seam, &error), PLX_OK);
    assert_non_null(block.chunk.document.text);
    chunk.document = (struct plx_word){NULL, 0};
    assert_int_equal(plx_block_fill(&block, &chunk, &subject.plan, subject.model, &seam, &error), PLX_OK);
    assert_null(block.chunk.document.text);
    plx_block_release(&block);
    plx_model_close(subject.model);
}

/* A document that holds nothing, and one that begins in a chunk without tokens. */
static void plx_block_fill__nothing(void **state)
{
    const struct subject subject =
        subject_open(inputs_model(USUAL), "sentence", PLX_CONTENT_IDS, PLX_TOKENS_WORD);
    const struct plx_chunk empty = {.content = PLX_CONTENT_IDS, .begins_document = true};
    const struct token tokens[] = {{"a", 3, 0, 0, false}};
    struct plx_block block = {0};
    struct plx_seam seam = {0};
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_block_fill(&block, &empty, &subject.plan, subject.model, &seam, &error), PLX_OK);
    plx_block_encode(&block, &subject.plan, subject.model);
    assert_int_equal(block.status, PLX_OK);
    assert_int_equal(block.tokens.count, 0);
    encode(&block, &subject, tokens, 1, &seam);
    assert_int_equal(block.flags[0], WORD | BREAK);
    assert_int_equal(block.tokens.bytes[0], 1);
    plx_block_release(&block);
    plx_model_close(subject.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_block_encode__lines_of_tokens),
        cmocka_unit_test(plx_block_encode__documents_of_tokens),
        cmocka_unit_test(plx_block_encode__stream_of_tokens),
        cmocka_unit_test(plx_block_encode__start_symbols_among_tokens),
        cmocka_unit_test(plx_block_encode__unknown_strings),
        cmocka_unit_test(plx_block_encode__unknown_ids),
        cmocka_unit_test(plx_block_encode__letters_as_tokens),
        cmocka_unit_test(plx_block_encode__pieces),
        cmocka_unit_test(plx_block_encode__bytes_as_tokens),
        cmocka_unit_test(plx_block_encode__bare_ids),
        cmocka_unit_test(plx_block_encode__any_tokens),
        cmocka_unit_test(plx_block_encode__ids_out_of_range),
        cmocka_unit_test(plx_block_encode__unknown_strings_refused),
        cmocka_unit_test(plx_block_fill__document),
        cmocka_unit_test(plx_block_fill__nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
