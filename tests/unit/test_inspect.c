/* What a file is taken for, and what is refused. */
#include "support/inspections.h"

#include "support/fixtures.h"
#include "support/gzip_member.h"
#include "support/safetensors_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Σ p = 0.1 + 0.4 + 0.5, <s> being no outcome. */
static const char ARPA[] =
    "a title\n\\data\\\nngram 1=4\nngram 2=1\n\n\\1-grams:\n-1\t<unk>\n-0.39794\t</s>\n"
    "-99\t<s>\t-0.5\n-0.30103\ta\t-0.25\n\\2-grams:\n-0.5\t<s> a\n\\end\\\n";

static void plx_inspect__model_or_corpus_by_content(void **state)
{
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    cJSON *json = inspect_one(scratch_text(&scratch, "notes.txt", ARPA), NULL);
    assert_non_null(json_at(json, "model"));
    assert_null(json_at(json, "corpus"));
    cJSON_Delete(json);
    json = inspect_one(scratch_text(&scratch, "text", "a b\nc\n"), NULL);
    assert_null(json_at(json, "model"));
    assert_string_equal(json_text(json, "corpus.format"), "text");
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

static void plx_inspect__options_decide(void **state)
{
    const struct plx_inspect_options as_corpus = {.as = PLX_INSPECT_CORPUS},
                                     as_model = {.as = PLX_INSPECT_MODEL}, text = {.corpus.format = "text"},
                                     arpa = {.model.format = "arpa"};
    struct scratch scratch;
    struct plx_error error;
    (void)state;
    scratch_make(&scratch);
    const char *model = scratch_text(&scratch, "model", ARPA),
               *corpus = scratch_text(&scratch, "corpus", "a b\n");
    const struct plx_inspect_options *const corpora[] = {&as_corpus, &text}, *const models[] = {&as_model,
                                                                                                &arpa};
    for (size_t i = 0; i < 2; i++) {
        cJSON *json = inspect_one(model, corpora[i]);
        assert_int_equal(json_number(json, "corpus.text.lines"), 13);
        cJSON_Delete(json);
        assert_null(inspect_if_possible(corpus, models[i], &error));
        assert_int_equal(error.status, i ? PLX_MALFORMED : PLX_UNSUPPORTED);
    }
    scratch_remove(&scratch);
}

static void plx_inspect__describes_a_model(void **state)
{
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    cJSON *json = inspect_one(scratch_text(&scratch, "model", ARPA), NULL);
    assert_string_equal(json_text(json, "model.kind"), "ngram");
    assert_int_equal(json_number(json, "model.order"), 2);
    assert_int_equal(json_number(json, "model.vocabulary"), 4);
    assert_int_equal(json_number(json, "model.ngrams.0"), 4);
    assert_int_equal(json_number(json, "model.ngrams.1"), 1);
    assert_string_equal(json_text(json, "model.symbols.start.token"), "<s>");
    assert_int_equal(json_number(json, "model.symbols.start.id"), 2);
    assert_int_equal(json_number(json, "model.symbols.end.id"), 1);
    assert_true(fabs(json_number(json, "model.symbols.unknown.probability") - 0.1) < 1e-7);
    assert_true(fabs(json_number(json, "model.symbols.unknown.log10_probability") + 1) < 1e-7);
    assert_true(fabs(json_number(json, "model.sum.missing")) < 1e-6);
    assert_int_equal(json_number(json, "model.sum.types"), 3);
    assert_true(cJSON_IsTrue(json_at(json, "model.sum.without_start")));
    assert_int_equal(cJSON_GetArraySize(json_at(json, "model.sum.context")), 0);
    assert_int_equal(json_number(json, "model.file.bytes"), strlen(ARPA));
    assert_false(cJSON_IsTrue(json_at(json, "model.file.compressed")));
    const cJSON *finding = json_finding(json, "model", "text-before-data");
    assert_non_null(finding);
    assert_int_equal(json_number(finding, "line"), 1);
    assert_null(json_finding(json, "model", "sum"));
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

static void plx_inspect__doubts_a_sum(void **state)
{
    static const char text[] = "\\data\\\nngram 1=3\n\n\\1-grams:\n-1\t</s>\n-1\t<s>\n-0.30103\ta\n\\end\\\n";
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    cJSON *json = inspect_one(scratch_text(&scratch, "model.arpa", text), NULL);
    /* 0.1 + 0.1 + 0.5: <s> has a probability like others. */
    assert_true(fabs(json_number(json, "model.sum.probability") - 0.7) < 1e-6);
    assert_false(cJSON_IsTrue(json_at(json, "model.sum.without_start")));
    assert_non_null(json_finding(json, "model", "sum"));
    assert_non_null(json_finding(json, "model", "no-unknown-symbol"));
    assert_null(json_at(json, "model.symbols.unknown"));
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

/* The context of a model that needs one is its start symbol, else its end symbol, else the id 0. */
static void plx_inspect__sum_of_a_neural_model(void **state)
{
    char *path = fixture_path("models/tiny.table.safetensors");
    (void)state;
    cJSON *json = inspect_one(path, NULL);
    assert_string_equal(json_text(json, "model.kind"), "neural");
    assert_true(fabs(json_number(json, "model.sum.missing")) < 1e-12);
    assert_int_equal(json_number(json, "model.sum.types"), json_number(json, "model.vocabulary"));
    assert_int_equal(cJSON_GetArraySize(json_at(json, "model.sum.context")), 1);
    const cJSON *end = json_at(json, "model.symbols.end.id");
    assert_int_equal(json_number(json, "model.sum.context.0"), end ? end->valuedouble : 0);
    assert_int_equal(strlen(json_text(json, "model.vocabulary_sha256")), 64);
    cJSON_Delete(json);
    free(path);
}

/* Logits of ±10^400. */
static void plx_inspect__model_without_distribution(void **state)
{
    static const char header[] =
        "{\"embed.weight\":{\"dtype\":\"F64\",\"shape\":[2,1],\"data_offsets\":[0,16]},"
        "\"out.weight\":{\"dtype\":\"F64\",\"shape\":[2,1],\"data_offsets\":[16,32]}}";
    const double weights[4] = {1e200, 1e200, 1e200, -1e200};
    struct safetensors_file file = safetensors_file(header, weights, sizeof weights);
    struct scratch scratch;
    struct plx_error error;
    (void)state;
    scratch_make(&scratch);
    const char *path = scratch_file(&scratch, "m.safetensors", file.bytes, file.size);
    cJSON *json = inspect_if_possible(path, NULL, &error);
    assert_non_null(json);
    assert_non_null(json_finding(json, "model", "no-vocabulary"));
    assert_non_null(json_finding(json, "model", "not-finite"));
    assert_null(json_at(json, "model.sum"));
    cJSON_Delete(json);
    free(file.bytes);
    scratch_remove(&scratch);
}

static void plx_inspect__model_without_a_file(void **state)
{
    (void)state;
    cJSON *json = inspect_one("uniform:7", NULL);
    assert_int_equal(json_number(json, "model.vocabulary"), 7);
    assert_null(json_at(json, "model.file"));
    assert_int_equal(json_number(json, "model.sum.types"), 7);
    assert_true(fabs(json_number(json, "model.sum.missing")) < 1e-15);
    cJSON_Delete(json);
    json = inspect_one("uniform:4000000000", NULL);
    assert_null(json_at(json, "model.sum")); /* it would take a minute */
    cJSON_Delete(json);
}

static void plx_inspect__compressed(void **state)
{
    struct scratch scratch;
    char *bytes = malloc(4096);
    (void)state;
    scratch_make(&scratch);
    assert_non_null(bytes);
    const size_t size = gzip_member(ARPA, strlen(ARPA), 6, NULL, (uint8_t *)bytes, 4096);
    cJSON *json = inspect_one(scratch_file(&scratch, "model", bytes, size), NULL);
    assert_int_equal(json_number(json, "model.file.bytes"), size);
    assert_int_equal(json_number(json, "model.file.uncompressed_bytes"), strlen(ARPA));
    assert_true(cJSON_IsTrue(json_at(json, "model.file.compressed")));
    cJSON_Delete(json);
    free(bytes);
    scratch_remove(&scratch);
}

static void assert_refused(const char *const *names, size_t count, const struct plx_inspect_options *options,
                           enum plx_status status, const char *part)
{
    struct plx_inspection *inspection;
    struct plx_error error;
    assert_int_equal(plx_inspect(names, count, options, &inspection, &error), status);
    assert_null(inspection);
    if (!strstr(error.message, part))
        fail_msg("\"%s\" should have \"%s\"", error.message, part);
}

static void plx_inspect__refuses(void **state)
{
    const struct plx_inspect_options vocabulary = {.model.vocabulary = "v"},
                                     format = {.corpus.format = "text"},
                                     nonsense = {.as = PLX_INSPECT_CORPUS, .corpus.format = "none"},
                                     positive = {.model.allow_positive = true};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    const char *model = scratch_text(&scratch, "model", ARPA),
               *corpus = scratch_text(&scratch, "corpus", "a b\n"),
               *empty = scratch_text(&scratch, "empty", ""),
               *pdf = scratch_text(&scratch, "pdf", "%PDF-1.4\n");
    assert_refused(&empty, 1, NULL, PLX_MALFORMED, "empty");
    assert_refused(&pdf, 1, NULL, PLX_UNSUPPORTED, "PDF");
    assert_refused((const char *[]){scratch.folder}, 1, NULL, PLX_IO, "directory");
    assert_refused((const char *[]){"/none/such"}, 1, NULL, PLX_IO, "No such file");
    assert_refused((const char *[]){"/none/such*"}, 1, NULL, PLX_IO, "no file matches");
    assert_refused((const char *[]){model, model}, 2, NULL, PLX_USAGE, "only one");
    assert_refused((const char *[]){corpus, model}, 2, NULL, PLX_USAGE, "only one");
    assert_refused((const char *[]){model, pdf}, 2, NULL, PLX_UNSUPPORTED, "PDF");
    assert_refused((const char *[]){corpus, pdf}, 2, NULL, PLX_UNSUPPORTED, "PDF");
    assert_refused((const char *[]){model, "/none/such"}, 2, NULL, PLX_IO, "No such file");
    char pattern[128];
    snprintf(pattern, sizeof pattern, "%s/mode[l]*", scratch.folder);
    scratch_text(&scratch, "model2", ARPA);
    assert_refused((const char *[]){pattern}, 1, NULL, PLX_USAGE, "only one");
    assert_refused(&corpus, 1, &vocabulary, PLX_USAGE, "options of a model");
    assert_refused(&corpus, 1, &positive, PLX_USAGE, "options of a model");
    assert_refused(&corpus, 1, &nonsense, PLX_USAGE, "no corpus format");
    assert_refused((const char *[]){"uniform:7"}, 1, &format, PLX_IO, "No such file"); /* a corpus, then */
    assert_refused((const char *[]){"uniform:x"}, 1, NULL, PLX_USAGE, "uniform");
    scratch_remove(&scratch);
}

/* What cannot be read gives what opening it gives. */
static void plx_inspect__errors_of_opening(void **state)
{
    struct fixtures broken = fixtures_matching("messy", "n_", ".arpa");
    (void)state;
    assert_true(broken.count > 5);
    for (size_t i = 0; i < broken.count; i++) {
        struct plx_error inspecting, opening;
        struct plx_model *model;
        char texts[2][1536];
        assert_null(inspect_if_possible(broken.paths[i], NULL, &inspecting));
        assert_int_not_equal(plx_model_open(broken.paths[i], NULL, &model, &opening), PLX_OK);
        plx_error_format(&inspecting, texts[0], sizeof texts[0]);
        plx_error_format(&opening, texts[1], sizeof texts[1]);
        assert_string_equal(texts[0], texts[1]);
        assert_int_equal(inspecting.status, opening.status);
    }
    fixtures_free(&broken);
}

static void plx_inspect__several_files(void **state)
{
    struct scratch scratch;
    char pattern[128];
    (void)state;
    scratch_make(&scratch);
    const char *names[] = {scratch_text(&scratch, "a.txt", "one two\n"),
                           scratch_text(&scratch, "b.txt", "two\n<s> three\r\n")};
    snprintf(pattern, sizeof pattern, "%s/*.txt", scratch.folder);
    cJSON *json = inspect_names(names, 2, NULL);
    assert_int_equal(json_number(json, "corpus.files"), 2);
    assert_int_equal(json_number(json, "corpus.tokens"), 5);
    assert_int_equal(json_number(json, "corpus.types.count"), 4);
    assert_int_equal(json_number(json, "corpus.documents"), 2);
    const cJSON *start = json_finding(json, "corpus", "literal-start");
    assert_non_null(start);
    assert_string_equal(json_text(start, "input"), names[1]);
    assert_int_equal(json_number(start, "line"), 2);
    assert_int_equal(json_number(start, "offset"), 4);
    cJSON *other = inspect_one(pattern, NULL);
    assert_string_equal(json_text(other, "corpus.sha256"), json_text(json, "corpus.sha256"));
    assert_int_equal(json_number(other, "corpus.files"), 2);
    cJSON_Delete(other);
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

static bool interrupt(void *user)
{
    unsigned *left = user;
    return (*left)-- == 0;
}

static void plx_inspect__interrupted(void **state)
{
    struct scratch scratch;
    unsigned times = 0;
    (void)state;
    scratch_make(&scratch);
    const char *name = scratch_text(&scratch, "a.txt", "one two\n");
    for (unsigned k = 0;; k++) {
        unsigned left = k;
        const struct plx_inspect_options options = {.corpus.interrupted = interrupt, .corpus.user = &left};
        struct plx_inspection *inspection;
        struct plx_error error;
        const enum plx_status status = plx_inspect(&name, 1, &options, &inspection, &error);
        plx_inspection_free(inspection);
        if (status == PLX_OK)
            break;
        assert_int_equal(status, PLX_INTERRUPTED);
        times++;
    }
    assert_true(times >= 2);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_inspect__model_or_corpus_by_content),
        cmocka_unit_test(plx_inspect__options_decide),
        cmocka_unit_test(plx_inspect__describes_a_model),
        cmocka_unit_test(plx_inspect__doubts_a_sum),
        cmocka_unit_test(plx_inspect__sum_of_a_neural_model),
        cmocka_unit_test(plx_inspect__model_without_distribution),
        cmocka_unit_test(plx_inspect__model_without_a_file),
        cmocka_unit_test(plx_inspect__compressed),
        cmocka_unit_test(plx_inspect__refuses),
        cmocka_unit_test(plx_inspect__errors_of_opening),
        cmocka_unit_test(plx_inspect__several_files),
        cmocka_unit_test(plx_inspect__interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
