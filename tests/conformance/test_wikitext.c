/* What is known of WikiText-2: its tokens, and lm-evaluation-harness's pages of it, all three splits.
   PERPLEX_TEST_DATA_DIR names the folder that has them; without it, there is nothing to be tested.

   Tokens are words and line ends, as its paper and AWD-LSTM count them. The pages' words and bytes have been
   counted in Python by the rules of EleutherAI's wikitext_document_level and of lm-eval's task:

     pages, ret = [], []
     for line in open(file, encoding="utf-8").read().split("\n"):
         rline = line.replace("= = =", "===").replace("= =", "==").strip()
         if rline.startswith("= ") and rline.endswith(" ="):
             pages, ret = pages + ["\n".join(ret)] * bool("\n".join(ret).strip()), []
         ret.append(line)
     pages.append("\n".join(ret))
     len(pages), sum(len(re.split(r"\s+", p)) for p in pages), sum(len(p.encode()) for p in pages)          */
#include "eval/result.h"

#include "support/fixtures.h"
#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *file;
    uint64_t tokens, articles, pages, words, bytes;
} SPLITS[] = {
    {"wikitext-2/test.txt", 245569, 60, 62, 241335, 1256386},
    {"wikitext-2/valid.txt", 217646, 60, 60, 214006, 1121620},
    {"wikitext-2/train.txt.gz", 2088628, 600, 629, 2053168, 10796518},
};

/* The split, scored by a model for which a window is as good as another. */
static struct plx_result *evaluate(const char *file, const char *protocol)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const struct plx_evaluate_options options = {.protocol = &fields, .threads = 1};
    char *path = real_path(file);
    const char *name = path;
    struct plx_model *model;
    struct plx_corpus *corpus = NULL;
    struct plx_result *result = NULL;
    struct plx_error error;
    if (plx_model_open("uniform:33278", NULL, &model, &error) ||
        plx_corpus_open(&name, 1, NULL, &corpus, &error) ||
        plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s: %s", file, error.message);
    plx_corpus_close(corpus);
    plx_model_close(model);
    free(path);
    return result;
}

static void wikitext_eos__tokens_of_the_splits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SPLITS / sizeof *SPLITS; i++) {
        struct plx_result *result = evaluate(SPLITS[i].file, "wikitext-eos");
        assert_int_equal(plx_tally_total(&result->tally).count, SPLITS[i].tokens);
        assert_int_equal(result->tokens, SPLITS[i].tokens);
        assert_int_equal(result->documents, SPLITS[i].articles);
        plx_result_free(result);
    }
}

static void lm_eval__pages_of_the_splits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SPLITS / sizeof *SPLITS; i++) {
        struct plx_result *result = evaluate(SPLITS[i].file, "lm-eval");
        assert_int_equal(result->documents, SPLITS[i].pages);
        assert_int_equal(result->pages.pages, SPLITS[i].pages);
        assert_int_equal(result->pages.words, SPLITS[i].words);
        assert_int_equal(result->pages.bytes, SPLITS[i].bytes);
        plx_result_free(result);
    }
}

/* The test split under the peers' windows: floor(245569/512) · 255 and so on. */
static void presets__tokens_of_the_test_split(void **state)
{
    static const struct {
        const char *preset;
        uint64_t scored;
    } cases[] = {
        {"llama.cpp", UINT64_C(479) * 255},
        {"llama.cpp-stride", UINT64_C(479) * 512}, /* ceil((245569 - 768)/512) */
        {"gptq", UINT64_C(119) * 2047},
        {"hf-stride", 245568},
        {"llm.c", UINT64_C(239) * 1024},
        {"fairseq", 245569},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_result *result = evaluate(SPLITS[0].file, cases[i].preset);
        assert_int_equal(plx_tally_total(&result->tally).count, cases[i].scored);
        plx_result_free(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wikitext_eos__tokens_of_the_splits),
        cmocka_unit_test(lm_eval__pages_of_the_splits),
        cmocka_unit_test(presets__tokens_of_the_test_split),
    };
    if (!real_data_given())
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
