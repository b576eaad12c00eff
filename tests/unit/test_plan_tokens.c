/* Protocols settled for corpora of tokens, and for models that know no tokens or score by position. */
#include "eval/plan.h"
#include "model/model.h"

#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char WORDS[] =
    "\\data\\\nngram 1=5\n\\1-grams:\n-1\t<unk>\n-1\t<s>\n-1\t</s>\n-1\ta\n-1\tb\n\\end\\\n";

/* The plan of a model, which is closed, for tokens of any content. */
static enum plx_status plan_of(struct plx_model *model, const char *protocol, enum plx_content content,
                               enum plx_token_kind kind, struct plx_plan *plan, struct plx_error *error)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const enum plx_status status = plx_plan_make(model, &fields, inputs_tokens(content, kind), plan, error);
    plx_model_close(model);
    return status;
}

static struct plx_model *uniform(void)
{
    struct plx_model *model;
    struct plx_error error;
    assert_int_equal(plx_model_open("uniform:5", NULL, &model, &error), PLX_OK);
    return model;
}

/* Models of written answers: what each token was predicted from is decided. */
static void plx_plan_make__by_position(void **state)
{
    static const unsigned bits[] = {PLX_BY_TOKEN, PLX_BY_TARGET};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char name[] = "answers";
        static const struct plx_model_class nothing = {.close = NULL};
        const struct plx_model model = {
            .class = &nothing,
            .name = name,
            .info = {.architecture = "logprobs",
                     .kind = PLX_KIND_LOGPROBS,
                     .capabilities = bits[i] | PLX_STRING_TOKENS | PLX_ANY_TOKENS | PLX_EMPTY_CONTEXT,
                     .start = PLX_NO_TOKEN,
                     .end = PLX_NO_TOKEN,
                     .unknown = PLX_NO_TOKEN},
        };
        struct plx_protocol protocol = inputs_protocol("exact");
        struct plx_plan plan;
        struct plx_error error;
        assert_int_equal(plx_plan_make(&model, &protocol, inputs_text(PLX_TOKENS_WORD), &plan, &error),
                         PLX_OK);
        assert_int_equal(plan.by_token, i == 0);
        assert_int_equal(plan.by_target, i == 1);
        protocol = inputs_protocol("hf-stride");
        assert_int_equal(plx_plan_make(&model, &protocol, inputs_text(PLX_TOKENS_WORD), &plan, &error),
                         PLX_USAGE);
        assert_string_equal(error.message, "windows do not apply to logprobs models: what each token was "
                                           "predicted from is decided");
    }
}

static void plx_plan_make__join_of_tokens(void **state)
{
    struct plx_plan plan;
    struct plx_error error;
    (void)state;
    for (unsigned content = PLX_CONTENT_STRINGS; content <= PLX_CONTENT_IDS; content++) {
        assert_int_equal(plan_of(inputs_model(WORDS), "exact join=b", (enum plx_content)content,
                                 PLX_TOKENS_WORD, &plan, &error),
                         PLX_USAGE);
        assert_non_null(strstr(error.message, "join is for texts"));
    }
}

/* A model that knows no words scores the line ends of a text as it scores anything; among tokens no end can
   be told from others. */
static void plx_plan_make__any_tokens(void **state)
{
    static const enum plx_content tokens[] = {PLX_CONTENT_STRINGS, PLX_CONTENT_IDS};
    struct plx_plan plan;
    struct plx_error error;
    (void)state;
    assert_int_equal(plan_of(uniform(), "exact", PLX_CONTENT_TEXT, PLX_TOKENS_WORD, &plan, &error), PLX_OK);
    assert_int_equal(plan.protocol.end, PLX_END_SCORED);
    assert_int_equal(plan.end, 0);
    assert_int_equal(plan.control[0], PLX_NO_TOKEN);
    assert_int_equal(plan.control[1], PLX_NO_TOKEN);
    assert_int_equal(
        plan_of(uniform(), "sentence end=</s>", PLX_CONTENT_TEXT, PLX_TOKENS_WORD, &plan, &error), PLX_OK);
    assert_int_equal(plan_of(uniform(), "exact", PLX_CONTENT_TEXT, PLX_TOKENS_CHARACTER, &plan, &error),
                     PLX_OK);
    assert_int_equal(plan.end, PLX_NO_TOKEN); /* newlines are tokens */
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(plan_of(uniform(), "exact", tokens[i], PLX_TOKENS_PIECE, &plan, &error), PLX_OK);
        assert_int_equal(plan.end, PLX_NO_TOKEN);
        assert_int_equal(plan_of(uniform(), "sentence", tokens[i], PLX_TOKENS_WORD, &plan, &error),
                         PLX_MISMATCH);
        assert_int_equal(plan_of(uniform(), "sentence end=</s>", tokens[i], PLX_TOKENS_WORD, &plan, &error),
                         PLX_MISMATCH);
        assert_string_equal(error.message, "the model has no symbol \"</s>\" (--end)");
    }
}

/* Whether the text that tokens stand for is known. */
static void plx_plan_make__spelled(void **state)
{
    (void)state;
    static const struct {
        const char *model; /* ARPA; a number: bare ids; NULL: uniform */
        enum plx_content content;
        enum plx_token_kind kind;
        bool spelled;
    } cases[] = {
        {WORDS, PLX_CONTENT_TEXT, PLX_TOKENS_WORD, true},
        {WORDS, PLX_CONTENT_STRINGS, PLX_TOKENS_WORD, true},
        {WORDS, PLX_CONTENT_IDS, PLX_TOKENS_CHARACTER, true},
        {WORDS, PLX_CONTENT_STRINGS, PLX_TOKENS_PIECE, false},
        {WORDS, PLX_CONTENT_IDS, PLX_TOKENS_PIECE, false},
        {"256", PLX_CONTENT_IDS, PLX_TOKENS_BYTE, true},
        {"256", PLX_CONTENT_IDS, PLX_TOKENS_WORD, false},
        {"256", PLX_CONTENT_STRINGS, PLX_TOKENS_BYTE, true},
        {"7", PLX_CONTENT_IDS, PLX_TOKENS_BYTE, false},
        {NULL, PLX_CONTENT_TEXT, PLX_TOKENS_WORD, true},
        {NULL, PLX_CONTENT_STRINGS, PLX_TOKENS_WORD, true},
        {NULL, PLX_CONTENT_IDS, PLX_TOKENS_WORD, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = cases[i].model;
        struct plx_model *model = !name           ? uniform()
                                  : *name == '\\' ? inputs_model(name)
                                                  : inputs_bare_model((unsigned)atoi(name));
        struct plx_plan plan;
        struct plx_error error;
        if (plan_of(model, "exact", cases[i].content, cases[i].kind, &plan, &error))
            fail_msg("case %zu: %s", i, error.message);
        if (plan.spelled != cases[i].spelled)
            fail_msg("case %zu: spelled %d", i, plan.spelled);
    }
}

/* Strings for a model that has none: only single bytes go by themselves. */
static void plx_plan_make__strings_without_vocabulary(void **state)
{
    struct plx_plan plan;
    struct plx_error error;
    (void)state;
    assert_int_equal(
        plan_of(inputs_bare_model(256), "exact", PLX_CONTENT_STRINGS, PLX_TOKENS_WORD, &plan, &error),
        PLX_MISMATCH);
    assert_non_null(strstr(error.message, "the corpus is of tokens as strings"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_plan_make__by_position),
        cmocka_unit_test(plx_plan_make__join_of_tokens),
        cmocka_unit_test(plx_plan_make__any_tokens),
        cmocka_unit_test(plx_plan_make__spelled),
        cmocka_unit_test(plx_plan_make__strings_without_vocabulary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
