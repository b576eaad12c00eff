/* Texts into tokens and back. */
#include "serve/prompts.h"
#include "support/served.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A model whose vocabulary has these lines, all with the same probability. */
static struct plx_model *open_words(const char *words, enum plx_token_kind tokens, struct plx_served *served)
{
    char body[512], whole[600];
    char *at = body;
    size_t count = 0, length;
    for (const char *word = words; *word; word += length + 1, count++) {
        length = strcspn(word, "\n");
        at += sprintf(at, "-1\t%.*s\n", (int)length, word);
    }
    snprintf(whole, sizeof whole, "\\data\\\nngram 1=%zu\n\n\\1-grams:\n%s\n\\end\\\n", count, body);
    return served_open(whole, tokens, served);
}

static void check_tokens(const struct plx_served *served, const char *text, size_t length,
                         const uint32_t *ids, size_t count)
{
    struct plx_prompt prompt;
    struct plx_error error;
    size_t covered = 0;
    plx_prompt_init(&prompt, 1000);
    assert_int_equal(plx_prompt_tokenize(&prompt, served, (struct plx_word){text, length}, &error), PLX_OK);
    assert_int_equal(prompt.count, count);
    assert_in_range(prompt.capacity, count, 2 * count + 16); /* of many short prompts each is small */
    assert_memory_equal(prompt.ids, ids, count * sizeof *ids);
    for (size_t i = 0; i < count; i++) { /* they are pieces of the text, one behind the other */
        const struct plx_word token = plx_prompt_token(&prompt, i);
        assert_memory_equal(token.text, text + covered, token.length);
        covered += token.length;
    }
    plx_prompt_release(&prompt);
}

static void check_spelled(const struct plx_served *served, const uint32_t *ids, size_t count,
                          const char *expected)
{
    struct plx_prompt prompt;
    struct plx_error error;
    plx_prompt_init(&prompt, 1000);
    assert_int_equal(plx_prompt_reserve(&prompt, count, &error), PLX_OK);
    memcpy(prompt.ids, ids, count * sizeof *ids);
    prompt.count = count;
    assert_int_equal(plx_prompt_spell(&prompt, served, 0, &error), PLX_OK);
    assert_int_equal(prompt.text.size, strlen(expected));
    assert_memory_equal(prompt.text.data, expected, prompt.text.size);
    plx_prompt_release(&prompt);
}

static void plx_prompt__words(void **state)
{
    static const char text[] = " one\ttwo \r\n\nthree  one ";
    static const uint32_t ids[] = {3, 4, 2, 2, 0, 3}, known[] = {3, 4, 2, 2, 3, PLX_NO_TOKEN};
    struct plx_served served;
    (void)state;
    struct plx_model *model = open_words("<unk>\n<s>\n</s>\none\ntwo\n", PLX_TOKENS_AUTO, &served);
    assert_int_equal(served.tokens, PLX_TOKENS_WORD);
    assert_int_equal(served.newline, 2);
    check_tokens(&served, text, strlen(text), ids, 6);
    check_tokens(&served, "", 0, ids, 0);
    check_tokens(&served, " \t ", 3, ids, 0);
    check_spelled(&served, known, 6, "one two\n\none <unk>");
    served_close(model, &served);
}

/* More than are looked up at a time. */
static void plx_prompt_tokenize__many(void **state)
{
    char text[4 * 130];
    uint32_t ids[130];
    struct plx_served served;
    (void)state;
    struct plx_model *model = open_words("<unk>\n<s>\n</s>\none\ntwo\n", PLX_TOKENS_AUTO, &served);
    for (size_t i = 0; i < 130; i++) {
        memcpy(text + 4 * i, i % 3 ? "one " : "two ", 4);
        ids[i] = i % 3 ? 3 : 4;
    }
    check_tokens(&served, text, sizeof text, ids, 130);
    served_close(model, &served);
}

/* Without an end symbol a line's end is a blank. */
static void plx_prompt__no_end_symbol(void **state)
{
    static const uint32_t ids[] = {1, 2};
    struct plx_served served;
    (void)state;
    struct plx_model *model = open_words("<unk>\none\ntwo\n", PLX_TOKENS_AUTO, &served);
    check_tokens(&served, "one\ntwo", 7, ids, 2);
    check_spelled(&served, ids, 2, "one two");
    served_close(model, &served);
}

static void plx_prompt__characters(void **state)
{
    static const uint32_t ids[] = {3, 4, 2, 0};
    struct plx_served served;
    (void)state;
    struct plx_model *model = open_words("<unk>\n<s>\n</s>\na\n\xc3\xa9\n", PLX_TOKENS_AUTO, &served);
    assert_int_equal(served.tokens, PLX_TOKENS_CHARACTER);
    check_tokens(&served, "a\xc3\xa9\nz", 5, ids, 4);
    check_spelled(&served, ids, 3, "a\xc3\xa9\n");
    served_close(model, &served);
}

/* Ids alone: every word is the token 0. */
static void plx_prompt__no_vocabulary(void **state)
{
    static const uint32_t ids[] = {3, 4}, zeros[] = {0, 0};
    struct plx_served served;
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_model_open("uniform:7", NULL, &model, &error), PLX_OK);
    assert_int_equal(plx_served_init(&served, model, NULL, PLX_TOKENS_AUTO, &error), PLX_OK);
    assert_string_equal(served.name, "uniform:7");
    check_tokens(&served, "any words", 9, zeros, 2);
    check_spelled(&served, ids, 2, "token_id:3 token_id:4");
    served_close(model, &served);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_prompt__words),
        cmocka_unit_test(plx_prompt_tokenize__many),
        cmocka_unit_test(plx_prompt__no_end_symbol),
        cmocka_unit_test(plx_prompt__characters),
        cmocka_unit_test(plx_prompt__no_vocabulary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
