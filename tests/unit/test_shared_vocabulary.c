/* Which ids of two models stand for the same token: small vocabularies, the answers by looking at them. */
#include "model/shared_vocabulary.h"

#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An n-gram model of order 1 of these words, each with its log10 p. */
static struct plx_model *unigrams(const char *lines)
{
    char text[512];
    unsigned count = 0;
    for (const char *c = lines; *c; c++)
        count += *c == '\n';
    snprintf(text, sizeof text, "\\data\\\nngram 1=%u\n\n\\1-grams:\n%s\n\\end\\\n", count, lines);
    return inputs_model(text);
}

static void check(struct plx_model *from, struct plx_model *to, const char *const *pairs, uint32_t left_out)
{
    struct plx_shared_vocabulary shared;
    struct plx_error error;
    if (plx_shared_vocabulary_find(from, to, &shared, &error))
        fail_msg("%s", error.message);
    assert_int_equal(shared.left_out, left_out);
    for (; *pairs; pairs += 2) {
        const struct plx_word words[] = {{pairs[0], strlen(pairs[0])}, {pairs[1], strlen(pairs[1])}};
        uint32_t here, there;
        plx_model_lookup(from, words, 1, &here);
        plx_model_lookup(to, words + 1, 1, &there);
        assert_int_not_equal(here, PLX_NO_TOKEN);
        assert_int_equal(shared.ids ? shared.ids[here] : here, there);
    }
    if (left_out != PLX_NO_TOKEN)
        assert_int_equal(shared.ids[left_out], PLX_NO_TOKEN);
    plx_shared_vocabulary_release(&shared);
    plx_model_close(from);
    plx_model_close(to);
}

static void refused(struct plx_model *from, struct plx_model *to, const char *here, const char *there)
{
    struct plx_shared_vocabulary shared;
    struct plx_error error;
    assert_int_equal(plx_shared_vocabulary_find(from, to, &shared, &error), PLX_MISMATCH);
    if (!strstr(error.message, here) || !strstr(error.message, there))
        fail_msg("%s", error.message);
    plx_shared_vocabulary_release(&shared);
    plx_model_close(from);
    plx_model_close(to);
}

#define TABLE inputs_model_file("models/tiny.table.safetensors") /* <eos> <unk> the sea rises */

static void plx_shared_vocabulary_find__roles(void **state)
{
    (void)state;
    static const char *const pairs[] = {"</s>", "<eos>", "<UNK>", "<unk>", "sea", "sea",
                                        "the",  "the",   "rises", "rises", NULL};
    static const char *const back[] = {"<eos>", "</s>", "<unk>", "<UNK>", "sea", "sea",
                                       "the",   "the",  "rises", "rises", NULL};
    const char *lines = "-1\trises\n-99\t<s>\n-1\t</s>\n-1\tsea\n-1\tthe\n-1\t<UNK>\n";
    struct plx_model *ngram = unigrams(lines);
    const uint32_t start = plx_model_info(ngram)->start;
    check(ngram, TABLE, pairs, start);
    check(TABLE, unigrams(lines), back, PLX_NO_TOKEN);
    check(unigrams(lines), unigrams(lines), (const char *const[]){"sea", "sea", "<UNK>", "<UNK>", NULL},
          start);
}

/* KenLM writes p(<s>) = 1, SRILM log10 p = -99; a start with a probability is an outcome. */
static void plx_shared_vocabulary_find__starts(void **state)
{
    (void)state;
    static const char *const pairs[] = {"the", "the", NULL};
    struct plx_model *ngram = unigrams("0\t<s>\n-1\t</s>\n-1\tsea\n-1\tthe\n-1\trises\n-1\t<unk>\n");
    check(ngram, TABLE, pairs, plx_model_info(ngram)->start);
    refused(unigrams("-0.5\t<s>\n-1\t</s>\n-1\tsea\n-1\tthe\n-1\trises\n-1\t<unk>\n"), TABLE,
            "1 of 6 tokens of the first are not among the 5 of the second (\"<s>\" ...)",
            "0 the other way round");
    check(unigrams("-0.5\t<s>\n-1\t</s>\n-1\tthe\n"), unigrams("-0.5\t<s>\n-1\tthe\n-1\t</s>\n"),
          (const char *const[]){"<s>", "<s>", "the", "the", NULL}, PLX_NO_TOKEN);
}

static void plx_shared_vocabulary_find__differences(void **state)
{
    (void)state;
    refused(unigrams("-99\t<s>\n-1\t</s>\n-1\tsea\n-1\tmoon\n-1\trises\n-1\t<unk>\n"), TABLE,
            "1 of 6 tokens of the first are not among the 5 of the second (\"moon\" ...)",
            "1 the other way round (\"the\" ...)");
    /* A word that is spelled as the other's end symbol is another token. */
    refused(unigrams("-1\t</s>\n-1\t<eos>\n-1\tsea\n-1\tthe\n-1\trises\n-1\t<unk>\n"), TABLE,
            "(\"<eos>\" ...)", "0 the other way round");
    refused(unigrams("-1\t</s>\n-1\tsea\n-1\tthe\n-1\trises\n"), TABLE, "0 of", "1 the other way round");
}

static void plx_shared_vocabulary_find__ids(void **state)
{
    (void)state;
    check(inputs_bare_model(5), TABLE, (const char *const[]){NULL}, PLX_NO_TOKEN);
    check(TABLE, inputs_bare_model(5), (const char *const[]){NULL}, PLX_NO_TOKEN);
    refused(inputs_bare_model(4), TABLE, "4 tokens and 5", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_shared_vocabulary_find__roles),
        cmocka_unit_test(plx_shared_vocabulary_find__starts),
        cmocka_unit_test(plx_shared_vocabulary_find__differences),
        cmocka_unit_test(plx_shared_vocabulary_find__ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
