/* Protocols settled for a model: which symbols stand where. The rules are those of the documentation of
   protocols ("roles, not spellings"). */
#include "eval/plan.h"

#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A bigram ARPA model of the words; ids are their places. */
static struct plx_model *model_of(const char *words)
{
    char text[1024], copy[256], *rest;
    unsigned count = 0;
    int length;
    for (const char *at = words; at; at = strchr(at + 1, ' '))
        count++;
    length = snprintf(text, sizeof text, "\\data\\\nngram 1=%u\nngram 2=0\n\\1-grams:\n", count);
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        length += snprintf(text + length, sizeof text - (size_t)length, "-1\t%s\n", word);
    snprintf(text + length, sizeof text - (size_t)length, "\\end\\\n");
    return inputs_model(text);
}

/* The plan for a model of `words`, which is closed again. */
static struct plx_plan plan_for(const char *words, const char *protocol, enum plx_token_kind tokens)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    struct plx_model *model = model_of(words);
    struct plx_plan plan;
    struct plx_error error;
    if (plx_plan_make(model, &fields, inputs_text(tokens), &plan, &error))
        fail_msg("%s on %s: %s", protocol, words, error.message);
    plx_model_close(model);
    return plan;
}

static struct plx_error refusal(const char *words, const char *protocol, enum plx_token_kind tokens,
                                enum plx_status status)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    struct plx_model *model = model_of(words);
    struct plx_plan plan;
    struct plx_error error;
    assert_int_equal(plx_plan_make(model, &fields, inputs_text(tokens), &plan, &error), status);
    assert_int_equal(error.status, status);
    plx_model_close(model);
    return error;
}

#define USUAL "<unk> <s> </s> a b" /* ids 0, 1, 2, 3, 4 */

static void plx_plan_make__sentence(void **state)
{
    (void)state;
    const struct plx_plan plan = plan_for(USUAL, "sentence", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, 1);
    assert_int_equal(plan.start_repeat, 1);
    assert_int_equal(plan.end, 2);
    assert_int_equal(plan.unknown, 0);
    assert_int_equal(plan.control[0], 1);
    assert_int_equal(plan.control[1], 2);
    assert_int_equal(plan.restart, PLX_NO_TOKEN);
    assert_int_equal(plan.join, PLX_NO_TOKEN);
    assert_int_equal(plan.order, 2);
    assert_int_equal(plan.context_length, 1);
    assert_true(plan.empty_context && plan.unknown_context && plan.details && plan.sentences);
    assert_true(plx_plan_line_ends(&plan));
    assert_string_equal(plan.protocol.name, "sentence");
    assert_string_equal(plan.start_shown, "<s>");
    assert_string_equal(plan.end_shown, "</s>");
    assert_int_equal(plan.protocol.start, PLX_START_CONTEXT);
    assert_int_equal(plan.protocol.end, PLX_END_SCORED);
}

/* In a stream an n-gram model's start replaces a scored end as context. */
static void plx_plan_make__restart(void **state)
{
    (void)state;
    struct plx_plan plan = plan_for(USUAL, "wikitext-eos", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, 1);
    assert_int_equal(plan.end, 2);
    assert_int_equal(plan.restart, 1);
    assert_true(plan.sentences); /* every line is scored whole by itself */
    plan = plan_for(USUAL, "exact", PLX_TOKENS_WORD);
    assert_int_equal(plan.restart, 1);
    plan = plan_for(USUAL, "exact end=none", PLX_TOKENS_WORD);
    assert_int_equal(plan.restart, PLX_NO_TOKEN);
    assert_false(plan.sentences);
    plan = plan_for("<unk> <eos> a", "wikitext-eos", PLX_TOKENS_WORD); /* no distinct start */
    assert_int_equal(plan.restart, PLX_NO_TOKEN);
    plan = plan_for(USUAL, "wikitext-eos start=</s>", PLX_TOKENS_WORD);
    assert_int_equal(plan.restart, PLX_NO_TOKEN);
    plan = plan_for(USUAL, "wikitext-eos start=none", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, PLX_NO_TOKEN); /* nothing before the first line, */
    assert_int_equal(plan.restart, 1);          /* <s> between lines */
    plan = plan_for(USUAL, "exact unit=document end=scored", PLX_TOKENS_WORD);
    assert_int_equal(plan.restart, PLX_NO_TOKEN);
    plan = plan_for(USUAL, "sentence", PLX_TOKENS_WORD);
    assert_int_equal(plan.restart, PLX_NO_TOKEN);
}

/* `auto`: scored at the line ends of a stream of words where the model has an end symbol. */
static void plx_plan_make__end_auto(void **state)
{
    static const struct {
        const char *words, *protocol;
        enum plx_token_kind tokens;
        bool scored;
    } cases[] = {
        {USUAL, "exact", PLX_TOKENS_WORD, true},
        {"<unk> <eos> a", "exact", PLX_TOKENS_WORD, true},
        {"<unk> a", "exact", PLX_TOKENS_WORD, false},
        {USUAL, "exact", PLX_TOKENS_CHARACTER, false},
        {USUAL, "exact", PLX_TOKENS_BYTE, false},
        {USUAL, "exact unit=document", PLX_TOKENS_WORD, false},
        {USUAL, "exact unit=line", PLX_TOKENS_WORD, false},
        {USUAL, "exact join=a", PLX_TOKENS_WORD, false},
        {USUAL, "hf-stride", PLX_TOKENS_WORD, true},
        {"<unk> a", "hf-stride", PLX_TOKENS_WORD, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_plan plan = plan_for(cases[i].words, cases[i].protocol, cases[i].tokens);
        assert_int_equal(plan.protocol.end, cases[i].scored ? PLX_END_SCORED : PLX_END_NONE);
        assert_int_equal(plan.end != PLX_NO_TOKEN, cases[i].scored);
        assert_int_equal(*plan.end_shown != '\0', cases[i].scored);
    }
}

static void plx_plan_make__no_end_symbol(void **state)
{
    (void)state;
    struct plx_error error = refusal("<unk> <s> a", "sentence", PLX_TOKENS_WORD, PLX_MISMATCH);
    assert_non_null(strstr(error.message, "the model has no end symbol"));
    assert_non_null(strstr(error.hint, "--end SYMBOL"));
    refusal("<unk> a", "wikitext-eos", PLX_TOKENS_WORD, PLX_MISMATCH);
    const struct plx_plan plan = plan_for("<unk> <s> a", "sentence end=a", PLX_TOKENS_WORD);
    assert_int_equal(plan.end, 2);
}

/* Under unit line a model with an end but no start has its end as context. */
static void plx_plan_make__end_for_start(void **state)
{
    (void)state;
    struct plx_plan plan = plan_for("<unk> <eos> a", "sentence", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, 1);
    assert_int_equal(plan.end, 1);
    assert_int_equal(plan.protocol.start, PLX_START_CONTEXT);
    assert_string_equal(plan.start_shown, "<eos>");
    plan = plan_for("<unk> <eos> a", "exact", PLX_TOKENS_WORD); /* not in a stream */
    assert_int_equal(plan.start, PLX_NO_TOKEN);
    assert_int_equal(plan.protocol.start, PLX_START_NONE);
    assert_string_equal(plan.start_shown, "");
    plan = plan_for("<unk> <eos> a", "exact unit=document", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, PLX_NO_TOKEN);
    plan = plan_for("<unk> <eos> a", "sentence start=none", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, PLX_NO_TOKEN);
    assert_false(plan.sentences);
    plan = plan_for("<unk> <eos> a", "sentence window=4 start=replace", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, PLX_NO_TOKEN);
}

static void plx_plan_make__start_replace(void **state)
{
    (void)state;
    struct plx_plan plan = plan_for(USUAL, "exact window=8 start=replace", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, 1);
    assert_int_equal(plan.protocol.start, PLX_START_REPLACE);
    plan =
        plan_for("<unk> </s> a", "exact window=8 start=replace", PLX_TOKENS_WORD); /* if the model has one */
    assert_int_equal(plan.start, PLX_NO_TOKEN);
    assert_int_equal(plan.protocol.start, PLX_START_NONE);
}

/* Symbols that the user names come before those of the model. */
static void plx_plan_make__named_symbols(void **state)
{
    (void)state;
    struct plx_plan plan = plan_for(USUAL, "sentence start=a end=b", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, 3);
    assert_int_equal(plan.end, 4);
    assert_int_equal(plan.control[0], 3);
    assert_int_equal(plan.control[1], 4);
    assert_string_equal(plan.start_shown, "a");
    assert_string_equal(plan.end_shown, "b");
    assert_string_equal(plan.protocol.start_symbol, "a"); /* named by the user, so that it can be repeated */
    assert_string_equal(plan.protocol.end_symbol, "b");
    struct plx_error error = refusal(USUAL, "sentence start=<bos>", PLX_TOKENS_WORD, PLX_MISMATCH);
    assert_string_equal(error.message, "the model has no symbol \"<bos>\" (--start)");
    error = refusal(USUAL, "sentence end=<eop>", PLX_TOKENS_WORD, PLX_MISMATCH);
    assert_string_equal(error.message, "the model has no symbol \"<eop>\" (--end)");
    error = refusal(USUAL, "exact join=<nl>", PLX_TOKENS_WORD, PLX_MISMATCH);
    assert_string_equal(error.message, "the model has no symbol \"<nl>\" (--join)");
}

static void plx_plan_make__symbols_of_the_model(void **state)
{
    (void)state;
    struct plx_plan plan = plan_for("<UNK> <eos> </s> <unk> <s>", "sentence", PLX_TOKENS_WORD);
    assert_int_equal(plan.unknown, 3);
    assert_int_equal(plan.end, 2);
    plan = plan_for("<UNK> <|endoftext|> <eos>", "sentence", PLX_TOKENS_WORD);
    assert_int_equal(plan.unknown, 0);
    assert_int_equal(plan.end, 2);
    plan = plan_for("<|endoftext|> x", "sentence", PLX_TOKENS_WORD);
    assert_int_equal(plan.unknown, PLX_NO_TOKEN);
    assert_int_equal(plan.end, 0);
    assert_int_equal(plan.control[0], PLX_NO_TOKEN);
    assert_int_equal(plan.control[1], 0);
}

/* Characters are no words: a newline may be the end symbol of a model of them. */
static void plx_plan_make__control_words_of_characters(void **state)
{
    (void)state;
    for (unsigned kind = PLX_TOKENS_CHARACTER; kind <= PLX_TOKENS_BYTE; kind++) {
        const struct plx_plan plan = plan_for(USUAL, "exact end=scored", (enum plx_token_kind)kind);
        assert_int_equal(plan.end, 2);
        assert_int_equal(plan.control[0], PLX_NO_TOKEN);
        assert_int_equal(plan.control[1], PLX_NO_TOKEN);
    }
}

/* A control word is one even where it is not used. */
static void plx_plan_make__unused_control_words(void **state)
{
    (void)state;
    const struct plx_plan plan = plan_for(USUAL, "exact end=none start=none", PLX_TOKENS_WORD);
    assert_int_equal(plan.start, PLX_NO_TOKEN);
    assert_int_equal(plan.end, PLX_NO_TOKEN);
    assert_int_equal(plan.control[0], 1);
    assert_int_equal(plan.control[1], 2);
}

static void plx_plan_make__join(void **state)
{
    (void)state;
    const struct plx_plan plan = plan_for(USUAL, "exact join=b", PLX_TOKENS_WORD);
    assert_int_equal(plan.join, 4);
    assert_int_equal(plan.end, PLX_NO_TOKEN);
    assert_true(plx_plan_line_ends(&plan));
    struct plx_error error = refusal(USUAL, "exact join=b", PLX_TOKENS_CHARACTER, PLX_USAGE);
    assert_non_null(strstr(error.message, "join is for words"));
    refusal(USUAL, "exact join=b", PLX_TOKENS_BYTE, PLX_USAGE);
}

static void plx_plan_line_ends__by_unit(void **state)
{
    (void)state;
    struct plx_plan plan = plan_for(USUAL, "exact", PLX_TOKENS_CHARACTER);
    assert_false(plx_plan_line_ends(&plan)); /* newlines are tokens */
    plan = plan_for(USUAL, "exact end=scored", PLX_TOKENS_CHARACTER);
    assert_true(plx_plan_line_ends(&plan));
    plan = plan_for(USUAL, "exact unit=document end=scored", PLX_TOKENS_WORD);
    assert_int_equal(plan.end, 2);
    assert_false(plx_plan_line_ends(&plan)); /* one for the document */
    plan = plan_for(USUAL, "sentence end=none", PLX_TOKENS_WORD);
    assert_false(plx_plan_line_ends(&plan));
}

static void plx_plan_make__stride(void **state)
{
    (void)state;
    struct plx_plan plan = plan_for(USUAL, "exact window=8", PLX_TOKENS_WORD);
    assert_int_equal(plan.protocol.stride, 8);
    plan = plan_for(USUAL, "exact window=8 stride=3", PLX_TOKENS_WORD);
    assert_int_equal(plan.protocol.stride, 3);
    plan = plan_for(USUAL, "exact", PLX_TOKENS_WORD);
    assert_int_equal(plan.protocol.stride, 0);
}

/* How many tokens the first window sees when it scores so many targets: start symbols and a first target that
   cannot be scored come on top. */
static void plx_plan_make__first_window(void **state)
{
    static const struct {
        const char *protocol;
        uint64_t end;
    } cases[] = {
        {"exact", 0},
        {"exact window=8", 8},
        {"exact window=8 first_window=3", 4}, /* <s> and three */
        {"exact window=8 first_window=7", 8},
        {"exact window=8 first_window=3 start=none", 3}, /* the first can be scored */
        {"exact window=8 first_window=3 start=none first=skip", 4},
        {"exact window=8 first_window=3 start=replace", 4}, /* under <s> */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(plan_for(USUAL, cases[i].protocol, PLX_TOKENS_WORD).first_window_end, cases[i].end);
    assert_int_equal(plan_for("<unk> a", "exact window=8 first_window=8", PLX_TOKENS_WORD).first_window_end,
                     8);
    const struct plx_error error =
        refusal(USUAL, "exact window=8 first_window=8", PLX_TOKENS_WORD, PLX_USAGE);
    assert_non_null(strstr(error.message, "a first window of 8 targets sees 9 tokens, the window only 8"));
}

/* The name is that of a preset only where every field is that of its row, however the fields came about. */
static void plx_plan_make__name(void **state)
{
    struct plx_protocol protocol = inputs_protocol("sentence");
    struct plx_model *model = model_of(USUAL);
    struct plx_plan plan;
    struct plx_error error;
    (void)state;
    protocol.limit = 5;
    assert_int_equal(plx_plan_make(model, &protocol, inputs_text(PLX_TOKENS_WORD), &plan, &error), PLX_OK);
    assert_string_equal(plan.protocol.name, "custom");
    plx_model_close(model);
}

/* The toolkits score every line whole, with all its tokens. */
static void plx_plan_make__sentences(void **state)
{
    static const char *const others[] = {
        "sentence window=8",
        "sentence unknown=skip",
        "sentence unknown=zero",
        "sentence limit=5",
        "sentence first=skip",
        "sentence start=none",
        "sentence end=none",
        "exact unit=document end=scored",
        "hf-stride",
        "sentence unknown=floor:-7",
    };
    (void)state;
    assert_true(plan_for(USUAL, "sentence", PLX_TOKENS_WORD).sentences);
    assert_true(plan_for(USUAL, "sentence average=unit", PLX_TOKENS_WORD).sentences);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (plan_for(USUAL, others[i], PLX_TOKENS_WORD).sentences)
            fail_msg("%s", others[i]);
    }
}

static void plx_plan_make__contradictions(void **state)
{
    (void)state;
    const struct plx_error error = refusal(USUAL, "exact stride=5", PLX_TOKENS_WORD, PLX_USAGE);
    assert_non_null(strstr(error.message, "need a window"));
}

/* A bigram of logits cannot score without context; it has no orders to report. */
static void plx_plan_make__neural(void **state)
{
    const struct plx_protocol sentence = inputs_protocol("sentence"),
                              stream = inputs_protocol("wikitext-eos");
    struct plx_plan plan;
    struct plx_error error;
    (void)state;
    struct plx_model *model =
        inputs_model_file("models/tiny.table.safetensors"); /* <eos> <unk> the sea rises */
    assert_int_equal(plx_plan_make(model, &sentence, inputs_text(PLX_TOKENS_WORD), &plan, &error), PLX_OK);
    assert_false(plan.empty_context || plan.unknown_context || plan.details || plan.sentences);
    assert_int_equal(plan.start, 0);
    assert_int_equal(plan.end, 0);
    assert_int_equal(plan.unknown, 1);
    assert_int_equal(plx_plan_make(model, &stream, inputs_text(PLX_TOKENS_WORD), &plan, &error), PLX_OK);
    assert_int_equal(plan.start, PLX_NO_TOKEN);
    assert_int_equal(plan.end, 0);
    assert_int_equal(plan.restart, PLX_NO_TOKEN);
    plx_model_close(model);
}

static void plx_plan_make__no_vocabulary(void **state)
{
    static const struct {
        unsigned types;
        enum plx_token_kind tokens;
        bool fine;
    } cases[] = {
        {2, PLX_TOKENS_WORD, false},  {2, PLX_TOKENS_BYTE, false},        {256, PLX_TOKENS_WORD, false},
        {256, PLX_TOKENS_BYTE, true}, {256, PLX_TOKENS_CHARACTER, false}, {257, PLX_TOKENS_BYTE, false},
    };
    const struct plx_protocol protocol = inputs_protocol("exact");
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *model = inputs_bare_model(cases[i].types);
        struct plx_plan plan;
        struct plx_error error;
        const enum plx_status status =
            plx_plan_make(model, &protocol, inputs_text(cases[i].tokens), &plan, &error);
        assert_int_equal(status, cases[i].fine ? PLX_OK : PLX_MISMATCH);
        assert_int_equal(plan.byte_ids, cases[i].fine);
        if (!cases[i].fine) {
            assert_non_null(strstr(error.message, "has no vocabulary"));
            assert_non_null(strstr(error.hint, "--vocab"));
        }
        plx_model_close(model);
    }
    struct plx_model *model = inputs_bare_model(256); /* which has no strings to find a symbol by */
    const struct plx_protocol named = inputs_protocol("exact end=x");
    struct plx_plan plan;
    struct plx_error error;
    assert_int_equal(plx_plan_make(model, &named, inputs_text(PLX_TOKENS_BYTE), &plan, &error), PLX_MISMATCH);
    assert_non_null(strstr(error.message, "no symbol \"x\""));
    plx_model_close(model);
}

/* The plan of a model, which is closed, for tokens of any content. */
static enum plx_status plan_of(struct plx_model *model, const char *protocol, enum plx_content content,
                               enum plx_token_kind kind, struct plx_plan *plan, struct plx_error *error)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const enum plx_status status = plx_plan_make(model, &fields, inputs_tokens(content, kind), plan, error);
    plx_model_close(model);
    return status;
}

/* As `unk` where the unknown symbol has a probability, which -99 is not in the field; else as `skip`. */
static void plx_plan_make__unk_or_skip(void **state)
{
    static const struct {
        const char *unknown;
        enum plx_unknown settled;
    } cases[] = {
        {"-2\t<unk>\n", PLX_UNKNOWN_UNK},   {"-98.5\t<unk>\n", PLX_UNKNOWN_UNK},
        {"-99\t<unk>\n", PLX_UNKNOWN_SKIP}, {"-inf\t<unk>\n", PLX_UNKNOWN_SKIP},
        {"-1\tx\n", PLX_UNKNOWN_SKIP},      {"-1\t<UNK>\n", PLX_UNKNOWN_UNK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char arpa[256];
        struct plx_plan plan;
        struct plx_error error;
        snprintf(arpa, sizeof arpa, "\\data\\\nngram 1=3\n\\1-grams:\n%s-1\t<s>\n-1\t</s>\n\\end\\\n",
                 cases[i].unknown);
        assert_int_equal(
            plan_of(inputs_model(arpa), "srilm", PLX_CONTENT_TEXT, PLX_TOKENS_WORD, &plan, &error), PLX_OK);
        assert_int_equal(plan.protocol.unknown, cases[i].settled);
        assert_string_equal(plan.protocol.name, "srilm"); /* which the field settled is no other protocol */
        assert_true(plan.srilm);
        assert_int_equal(
            plan_of(inputs_model(arpa), "sentence", PLX_CONTENT_TEXT, PLX_TOKENS_WORD, &plan, &error),
            PLX_OK);
        assert_int_equal(plan.protocol.unknown, PLX_UNKNOWN_UNK); /* nobody asked */
    }
}

/* A model that cannot say without a context is believed. */
static void plx_plan_make__unk_or_skip_of_a_neural_model(void **state)
{
    struct plx_plan plan;
    struct plx_error error;
    (void)state;
    assert_int_equal(plan_of(inputs_model_file("models/tiny.table.safetensors"), "exact unknown=unk-or-skip",
                             PLX_CONTENT_TEXT, PLX_TOKENS_WORD, &plan, &error),
                     PLX_OK);
    assert_int_equal(plan.protocol.unknown, PLX_UNKNOWN_UNK);
    assert_int_equal(plan_of(inputs_bare_model(256), "exact unknown=unk-or-skip", PLX_CONTENT_TEXT,
                             PLX_TOKENS_BYTE, &plan, &error),
                     PLX_OK);
    assert_int_equal(plan.protocol.unknown, PLX_UNKNOWN_SKIP);
}

/* Which toolkits' figures the sums of a protocol serve. SRILM leaves blank lines out by itself and does not
   double the symbols of a text; the others score them as words. */
static void plx_plan_make__conventions(void **state)
{
    static const struct {
        const char *protocol;
        bool sentences, srilm;
    } cases[] = {
        {"sentence", true, true},
        {"srilm", false, true},
        {"srilm blank=score", false, true},
        {"sentence blank=skip", false, true},
        {"sentence control_words=score", false, true},
        {"sentence control_words=word", true, false},
        {"sentence control_words=unk", false, false},
        {"wikitext-eos", true, true},
        {"wikitext-eos blank=skip unknown=unk-or-skip", false, true},
        {"srilm unknown=skip", false, false},
        {"srilm window=8", false, false},
        {"srilm limit=8", false, false},
        {"srilm first=skip", false, false},
        {"srilm start=none", false, false},
        {"exact unit=document end=scored unknown=unk-or-skip", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_plan plan = plan_for(USUAL, cases[i].protocol, PLX_TOKENS_WORD);
        if (plan.sentences != cases[i].sentences || plan.srilm != cases[i].srilm)
            fail_msg("%s: sentences %d, srilm %d", cases[i].protocol, plan.sentences, plan.srilm);
    }
    struct plx_model *neural = inputs_model_file("models/tiny.table.safetensors");
    struct plx_plan plan;
    struct plx_error error;
    const struct plx_protocol srilm = inputs_protocol("srilm");
    assert_int_equal(plx_plan_make(neural, &srilm, inputs_text(PLX_TOKENS_WORD), &plan, &error), PLX_OK);
    assert_false(plan.srilm || plan.sentences);
    plx_model_close(neural);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_plan_make__sentence),
        cmocka_unit_test(plx_plan_make__restart),
        cmocka_unit_test(plx_plan_make__end_auto),
        cmocka_unit_test(plx_plan_make__no_end_symbol),
        cmocka_unit_test(plx_plan_make__end_for_start),
        cmocka_unit_test(plx_plan_make__start_replace),
        cmocka_unit_test(plx_plan_make__named_symbols),
        cmocka_unit_test(plx_plan_make__symbols_of_the_model),
        cmocka_unit_test(plx_plan_make__control_words_of_characters),
        cmocka_unit_test(plx_plan_make__unused_control_words),
        cmocka_unit_test(plx_plan_make__join),
        cmocka_unit_test(plx_plan_line_ends__by_unit),
        cmocka_unit_test(plx_plan_make__stride),
        cmocka_unit_test(plx_plan_make__first_window),
        cmocka_unit_test(plx_plan_make__name),
        cmocka_unit_test(plx_plan_make__sentences),
        cmocka_unit_test(plx_plan_make__contradictions),
        cmocka_unit_test(plx_plan_make__neural),
        cmocka_unit_test(plx_plan_make__no_vocabulary),
        cmocka_unit_test(plx_plan_make__unk_or_skip),
        cmocka_unit_test(plx_plan_make__unk_or_skip_of_a_neural_model),
        cmocka_unit_test(plx_plan_make__conventions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
