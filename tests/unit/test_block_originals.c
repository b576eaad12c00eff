/* What the corpus says that its tokens stand for, on its way through a block. */
#include "eval/block.h"

#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Ids 0, 1, 2, 3, 4. */
static const char MODEL[] =
    "\\data\\\nngram 1=5\n\\1-grams:\n-1\t<unk>\n-1\t<s>\n-1\t</s>\n-1\ta\n-1\tb\n\\end\\\n";

/* Encodes the chunk; what it points to is spoiled before that. */
static void encode(struct plx_block *block, struct plx_model *model, const struct plx_chunk *whole,
                   const char *protocol)
{
    struct plx_chunk chunk = *whole;
    const struct plx_protocol fields = inputs_protocol(protocol);
    struct plx_seam seam = {.begins_document = true, .begins_line = true};
    struct plx_plan plan;
    struct plx_error error;
    uint32_t bytes[4] = {0}, characters[4] = {0};
    uint8_t words[4] = {0};
    assert_int_equal(
        plx_plan_make(model, &fields, inputs_tokens(chunk.content, PLX_TOKENS_WORD), &plan, &error), PLX_OK);
    if (chunk.token_bytes)
        chunk.token_bytes = memcpy(bytes, chunk.token_bytes, chunk.size * sizeof *bytes);
    if (chunk.token_characters)
        chunk.token_characters = memcpy(characters, chunk.token_characters, chunk.size * sizeof *characters);
    if (chunk.token_words)
        chunk.token_words = memcpy(words, chunk.token_words, chunk.size);
    assert_int_equal(plx_block_fill(block, &chunk, &plan, model, &seam, &error), PLX_OK);
    memset(bytes, 0xFF, sizeof bytes);
    memset(characters, 0xFF, sizeof characters);
    memset(words, 0xFF, sizeof words);
    plx_block_encode(block, &plan, model);
    assert_int_equal(block->status, PLX_OK);
}

/* Though the vocabulary knows that "a b" would be three bytes and two words. */
static void plx_block_encode__what_the_corpus_says_wins(void **state)
{
    (void)state;
    static const uint32_t ids[] = {3, 4, 2, 3}, bytes[] = {70000, 0, 2, 5}, characters[] = {60000, 0, 1, 4};
    static const uint8_t words[] = {PLX_TOKEN_WORDS_MAX, 0, 1, 2};
    struct plx_chunk chunk = {.content = PLX_CONTENT_IDS,
                              .ids = ids,
                              .size = 4,
                              .begins_document = true,
                              .token_bytes = bytes,
                              .token_characters = characters,
                              .token_words = words};
    struct plx_model *model = inputs_model(MODEL);
    struct plx_block block = {0};
    encode(&block, model, &chunk, "sentence");
    assert_int_equal(block.tokens.count, 4);
    assert_memory_equal(block.tokens.bytes, bytes, sizeof bytes);
    assert_memory_equal(block.tokens.characters, characters, sizeof characters);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(plx_token_words(block.flags[i]), words[i]);
        assert_int_equal((block.flags[i] & PLX_TOKEN_WORD) != 0, words[i] > 0);
        assert_int_equal((block.flags[i] & PLX_TOKEN_END) != 0, i == 2); /* other flags are as ever */
        assert_int_equal((block.flags[i] & PLX_TOKEN_BREAK) != 0, i == 0 || i == 3);
    }
    assert_int_equal(block.tokens.counts.bytes, 70007);
    assert_int_equal(block.tokens.counts.characters, 60005);
    assert_int_equal(block.tokens.counts.words, 67);
    /* The next chunk is of another corpus: nothing is left. */
    chunk.token_bytes = chunk.token_characters = NULL;
    chunk.token_words = NULL;
    encode(&block, model, &chunk, "sentence");
    assert_int_equal(block.tokens.counts.bytes, 5); /* "a b\n" and "a" */
    assert_int_equal(block.tokens.counts.words, 3);
    assert_int_equal(block.flags[0], PLX_TOKEN_WORD | PLX_TOKEN_BREAK);
    plx_block_release(&block);
    plx_model_close(model);
}

/* The end symbol that ends a document of strings is not in the corpus, and stands for nothing. Where only
   bytes are known, characters and words are those of the spelling, if that has as many: of "b" and a space it
   has 2. */
static void plx_block_encode__an_end_that_is_added(void **state)
{
    (void)state;
    static const struct plx_word strings[] = {{"a", 1}, {"b", 1}};
    static const uint32_t bytes[] = {1, 3};
    struct plx_chunk chunk = {.content = PLX_CONTENT_STRINGS,
                              .tokens = strings,
                              .size = 2,
                              .begins_document = true,
                              .ends_line = true,
                              .token_bytes = bytes};
    struct plx_model *model = inputs_model(MODEL);
    struct plx_block block = {0};
    encode(&block, model, &chunk, "wikitext-eos");
    assert_int_equal(block.tokens.count, 3);
    assert_memory_equal(block.tokens.bytes, ((const uint32_t[]){1, 3, 0}), 12);
    assert_int_equal(block.tokens.counts.bytes, 4);
    assert_int_equal(block.tokens.counts.uncharted, 1);

    chunk.token_bytes = (const uint32_t[]){1, 2};
    encode(&block, model, &chunk, "wikitext-eos");
    assert_int_equal(block.tokens.counts.bytes, 3);
    assert_int_equal(block.tokens.counts.uncharted, 0);
    assert_memory_equal(block.tokens.characters, ((const uint32_t[]){1, 2, 0}), 12);
    assert_int_equal(block.tokens.counts.characters, 3);
    assert_int_equal(block.tokens.counts.words, 2);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(plx_token_words(block.flags[i]), i < 2);
    plx_block_release(&block);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_block_encode__what_the_corpus_says_wins),
        cmocka_unit_test(plx_block_encode__an_end_that_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
