/* Spelled tokens on their way: noted in pieces of all sizes, asked for in order and with gaps, against the
   list of all of them. */
#include "eval/spelling.h"
#include "eval/windows.h"

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORD(text) ((struct plx_word){(text), sizeof(text) - 1})
#define NOTHING    ((struct plx_word){NULL, 0})
#define MOST       64 /* tokens of a block */
#define CASES      2000
#define LONG       300000

static void assert_word(struct plx_word found, struct plx_word expected, const char *what, size_t token)
{
    const bool same = (found.text != NULL) == (expected.text != NULL) && found.length == expected.length &&
                      (found.length == 0 || memcmp(found.text, expected.text, found.length) == 0);
    if (!same)
        fail_msg("%s of token %zu: \"%.*s\", expected \"%.*s\"", what, token, (int)found.length,
                 found.text ? found.text : "(none)", (int)expected.length,
                 expected.text ? expected.text : "(none)");
}

static void assert_taken(struct plx_spelling *spelling, uint64_t token, struct plx_word spelled,
                         struct plx_word document)
{
    struct plx_word found, found_document;
    struct plx_error error;
    assert_int_equal(plx_spelling_take(spelling, token, &found, &found_document, &error), PLX_OK);
    assert_word(found, spelled, "spelling", (size_t)token);
    assert_word(found_document, document, "document", (size_t)token);
}

static void add(struct plx_spelling *spelling, const struct plx_word *words, const uint16_t *flags,
                size_t count)
{
    struct plx_word copy[MOST];
    uint16_t copied_flags[MOST];
    uint32_t ids[MOST] = {0};
    struct plx_block block = {.ids = ids, .flags = copied_flags};
    struct plx_error error;
    memcpy(copy, words, count * sizeof *copy);
    memcpy(copied_flags, flags, count * sizeof *flags);
    block.tokens.words = copy;
    block.tokens.count = count;
    assert_int_equal(plx_spelling_add(spelling, &block, 0, count, &error), PLX_OK);
    memset(copy, 0, sizeof copy); /* the block is used again */
}

static void add_one(struct plx_spelling *spelling, struct plx_word word, unsigned flags)
{
    const uint16_t narrow = (uint16_t)flags;
    add(spelling, &word, &narrow, 1);
}

static void begin(struct plx_spelling *spelling, struct plx_word document)
{
    struct plx_error error;
    assert_int_equal(plx_spelling_begin(spelling, 0, document, &error), PLX_OK);
}

static void plx_spelling_take__symbols(void **state)
{
    struct plx_spelling spelling;
    struct plx_error error;
    (void)state;
    plx_spelling_init(&spelling, WORD("</s>"), WORD("<nl>"));
    add_one(&spelling, WORD("sea"), 0);
    add_one(&spelling, WORD("\n"), PLX_TOKEN_END);
    add_one(&spelling, WORD("\n"), PLX_TOKEN_JOIN);
    assert_int_equal(plx_spelling_add_end(&spelling, &error), PLX_OK);
    add_one(&spelling, NOTHING, 0);
    add_one(&spelling, WORD(""), PLX_TOKEN_UNKNOWN);
    assert_taken(&spelling, 0, WORD("sea"), NOTHING);
    assert_taken(&spelling, 1, WORD("</s>"), NOTHING);
    assert_taken(&spelling, 2, WORD("<nl>"), NOTHING);
    assert_taken(&spelling, 3, WORD("</s>"), NOTHING);
    assert_taken(&spelling, 4, NOTHING, NOTHING);  /* its spelling is not known, */
    assert_taken(&spelling, 5, WORD(""), NOTHING); /* which is not the same as being empty */
    plx_spelling_release(&spelling);
    plx_spelling_init(&spelling, NOTHING, NOTHING);
    add_one(&spelling, WORD("x"), PLX_TOKEN_END);
    assert_taken(&spelling, 0, NOTHING, NOTHING);
    plx_spelling_release(&spelling);
}

static void plx_spelling_take__documents(void **state)
{
    struct plx_spelling spelling;
    (void)state;
    plx_spelling_init(&spelling, NOTHING, NOTHING);
    begin(&spelling, WORD("one"));
    add_one(&spelling, WORD("a"), 0);
    add_one(&spelling, WORD("b"), 0);
    begin(&spelling, WORD("none"));
    begin(&spelling, WORD(""));
    add_one(&spelling, WORD("c"), 0);
    begin(&spelling, NOTHING);
    add_one(&spelling, WORD("d"), 0);
    add_one(&spelling, WORD("e"), 0);
    assert_true(plx_spelling_moves(&spelling, 0));
    assert_taken(&spelling, 0, WORD("a"), WORD("one"));
    assert_false(plx_spelling_moves(&spelling, 1));
    assert_true(plx_spelling_moves(&spelling, 2));
    assert_taken(&spelling, 1, WORD("b"), WORD("one"));
    assert_true(plx_spelling_moves(&spelling, 3)); /* past the third */
    assert_taken(&spelling, 2, WORD("c"), WORD(""));
    assert_taken(&spelling, 4, WORD("e"), NOTHING);
    assert_false(plx_spelling_moves(&spelling, 5));
    plx_spelling_release(&spelling);
}

/* A token that has been taken back is none; the next has its number. */
static void plx_spelling_drop__last(void **state)
{
    struct plx_spelling spelling;
    (void)state;
    plx_spelling_init(&spelling, NOTHING, WORD("<nl>"));
    add_one(&spelling, WORD("a"), 0);
    add_one(&spelling, NOTHING, PLX_TOKEN_JOIN);
    plx_spelling_drop(&spelling);
    begin(&spelling, WORD("two"));
    add_one(&spelling, WORD("bc"), 0);
    assert_taken(&spelling, 0, WORD("a"), NOTHING);
    assert_taken(&spelling, 1, WORD("bc"), WORD("two"));
    add_one(&spelling, NOTHING, PLX_TOKEN_JOIN);
    plx_spelling_drop(&spelling);
    add_one(&spelling, WORD("d"), 0);
    assert_taken(&spelling, 2, WORD("d"), WORD("two"));
    plx_spelling_release(&spelling);
}

/* Random streams. The word and the document that token i has. */

static struct plx_word word_of(size_t i, char text[24])
{
    if (i % 13 == 7)
        return NOTHING;
    const int length = i % 17 == 3 ? 0 : snprintf(text, 24, "%zu", i * i % 100003);
    return (struct plx_word){text, (size_t)length};
}

static struct plx_word document_of(size_t i, size_t tokens, char text[24])
{
    const size_t document = i / tokens;
    if (document % 3 == 2)
        return NOTHING;
    return (struct plx_word){text, (size_t)snprintf(text, 24, "doc%zu", document)};
}

/* Notes `count` tokens, a document every `tokens` of them, and asks for one in `gap`, with up to `ahead` of
   them on their way. */
static void run(struct random *random, size_t count, size_t tokens, size_t gap, size_t ahead)
{
    struct plx_spelling spelling;
    size_t asked = 0;
    plx_spelling_init(&spelling, NOTHING, NOTHING);
    for (size_t noted = 0; noted < count;) {
        static char texts[MOST][24];
        struct plx_word words[MOST];
        const uint16_t flags[MOST] = {0};
        const size_t at = noted % tokens, left = tokens - at;
        size_t some = 1 + random_below(random, MOST);
        some = some < left ? some : left;
        for (size_t i = 0; i < some; i++)
            words[i] = word_of(noted + i, texts[i]);
        if (at == 0) {
            char text[24];
            begin(&spelling, document_of(noted, tokens, text));
        }
        add(&spelling, words, flags, some);
        noted += some;
        while (asked < noted && noted - asked > random_below(random, ahead)) {
            char text[24], document[24];
            assert_taken(&spelling, asked, word_of(asked, text), document_of(asked, tokens, document));
            asked += 1 + random_below(random, gap);
        }
        /* What has been asked for is not kept for long. */
        assert_true(spelling.count <= 2 * (spelling.count - spelling.first) + 65536 + MOST + 1);
    }
    plx_spelling_release(&spelling);
}

static void plx_spelling_take__random(void **state)
{
    struct random random = {91};
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        run(&random, 300, 1 + random_below(&random, 40), 1 + random_below(&random, 5),
            1 + random_below(&random, 100));
}

static void plx_spelling_take__long_streams(void **state)
{
    struct random random = {92};
    (void)state;
    run(&random, LONG, LONG, 1, 10);
    run(&random, LONG, 1000, 3, 100000);
    run(&random, LONG, 7, 90, 10);
}

static enum plx_status take_batch(void *user, struct plx_batch **batch, struct plx_error *error)
{
    size_t *targets = user;
    (void)error;
    *targets += (*batch)->target_count;
    plx_batch_clear(*batch);
    return PLX_OK;
}

/* Behind the limit of a protocol nobody asks for a token: none is kept. */
static void plx_spelling_add__behind_the_limit(void **state)
{
    const struct plx_plan plan = {
        .protocol = {.unit = PLX_UNIT_STREAM, .limit = 100},
        .start = PLX_NO_TOKEN,
        .end = PLX_NO_TOKEN,
        .restart = PLX_NO_TOKEN,
        .join = PLX_NO_TOKEN,
        .empty_context = true,
    };
    struct plx_word words[MOST];
    uint32_t ids[MOST] = {0}, ones[MOST];
    uint16_t flags[MOST] = {0};
    struct plx_block block = {.ids = ids, .flags = flags};
    struct plx_batch batch = {0};
    struct plx_spelling spelling;
    struct plx_windows windows;
    struct plx_error error;
    size_t targets = 0;
    (void)state;
    for (size_t i = 0; i < MOST; i++) {
        words[i] = WORD("a");
        ones[i] = 1;
    }
    block.tokens = (struct plx_tokens){.words = words, .bytes = ones, .characters = ones, .count = MOST};
    plx_spelling_init(&spelling, NOTHING, NOTHING);
    plx_windows_init(&windows, &plan, 10, take_batch, &targets, &batch);
    plx_windows_note(&windows, &spelling);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(plx_windows_add(&windows, &block, &error), PLX_OK);
    assert_int_equal(plx_windows_finish(&windows, &error), PLX_OK);
    assert_int_equal(targets, 100);
    assert_int_equal(windows.skipped.limit, 1000 * MOST - 100);
    assert_in_range(spelling.count, 100, 3 * MOST);
    plx_windows_release(&windows);
    plx_batch_release(&batch);
    plx_spelling_release(&spelling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_spelling_take__symbols),
        cmocka_unit_test(plx_spelling_take__documents),
        cmocka_unit_test(plx_spelling_drop__last),
        cmocka_unit_test(plx_spelling_take__random),
        cmocka_unit_test(plx_spelling_take__long_streams),
        cmocka_unit_test(plx_spelling_add__behind_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
