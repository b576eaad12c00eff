/* Opening models: names that are no files, formats asked for, options that are of no use. */
#include "model/model.h"

#include "support/fixtures.h"
#include "support/gzip_member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The smallest ARPA file. */
static const char ARPA[] = "\\data\\\nngram 1=1\n\n\\1-grams:\n-0.5 a\n\n\\end\\\n";

/* The test runs in an empty folder of its own, with a file of that name. */
struct place {
    char folder[64];
    const char *file;
};

static struct place place_new(const char *file, const char *content)
{
    struct place place = {.folder = "/tmp/perplex-model-XXXXXX", .file = file};
    assert_non_null(mkdtemp(place.folder));
    assert_int_equal(chdir(place.folder), 0);
    file_write(file, content, strlen(content));
    return place;
}

static void place_free(const struct place *place)
{
    assert_int_equal(unlink(place->file), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(place->folder), 0);
}

/* Opens it and gives the name of its format; NULL, with the error, where that fails. */
static const char *format_of(const char *name, const struct plx_model_options *options,
                             struct plx_error *error)
{
    struct plx_model *model = (struct plx_model *)&model;
    const enum plx_status status = plx_model_open(name, options, &model, error);
    if (status) {
        assert_null(model);
        assert_int_equal(error->status, status);
        return NULL;
    }
    const char *format = plx_model_info(model)->format;
    assert_string_equal(plx_model_name(model), name);
    plx_model_close(model);
    return format;
}

static void plx_model_open__names_and_files(void **state)
{
    (void)state;
    struct plx_error error;
    const struct place place = place_new("uniform:7", ARPA);
    assert_string_equal(format_of("uniform:7", NULL, &error), "uniform");
    assert_string_equal(format_of("./uniform:7", NULL, &error), "arpa");
    place_free(&place);
    assert_null(format_of("./uniform:7", NULL, &error));
    assert_int_equal(error.status, PLX_IO);
}

/* A name with a colon is a file's unless what precedes that is the name of a format without files. */
static void plx_model_open__other_colons(void **state)
{
    (void)state;
    static const char *const names[] = {"uniforms:7", "Uniform:7", "arpa:7", ":7", "uniform"};
    struct plx_error error;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct place place = place_new(names[i], ARPA);
        assert_string_equal(format_of(names[i], NULL, &error), "arpa");
        place_free(&place);
    }
}

static void plx_model_open__format_asked_for(void **state)
{
    (void)state;
    struct plx_error error;
    const struct plx_model_options uniform = {.format = "uniform"}, arpa = {.format = "arpa"},
                                   unknown = {.format = "none"};
    struct place place = place_new("uniform:7", ARPA);
    assert_string_equal(format_of("uniform:7", &uniform, &error), "uniform");
    assert_string_equal(format_of("uniform:7", &arpa, &error), "arpa");
    assert_null(format_of("./uniform:7", &uniform, &error));
    assert_int_equal(error.status, PLX_USAGE);
    assert_non_null(strstr(error.message, "\"uniform\" is no file"));
    assert_null(format_of("uniform:7", &unknown, &error));
    assert_int_equal(error.status, PLX_USAGE);
    assert_non_null(strstr(error.message, "no model format \"none\""));
    place_free(&place);
}

/* Every registered format but logprobs refuses a base of logarithms. */
static void plx_model_open__base_of_no_use(void **state)
{
    (void)state;
    struct plx_error error;
    const struct plx_model_options options = {.logprob_base = 10};
    char *path = fixture_path("models/tiny.table.safetensors");
    const struct place place = place_new("model", ARPA);
    assert_null(format_of("model", &options, &error));
    assert_int_equal(error.status, PLX_USAGE);
    assert_string_equal(error.input, "model");
    assert_non_null(strstr(error.message, "\"arpa\""));
    assert_null(format_of(path, &options, &error));
    assert_int_equal(error.status, PLX_USAGE);
    assert_null(format_of("uniform:7", &options, &error));
    assert_int_equal(error.status, PLX_USAGE);
    place_free(&place);
    free(path);
}

/* Every registered format refuses to verify checksums that it has not. */
static void plx_model_open__verify_of_no_use(void **state)
{
    (void)state;
    struct plx_error error;
    const struct plx_model_options options = {.verify = true};
    char *path = fixture_path("models/tiny.table.safetensors");
    const struct place place = place_new("model", ARPA);
    const char *const names[] = {"model", path, "uniform:7"};
    for (size_t i = 0; i < 3; i++) {
        assert_null(format_of(names[i], &options, &error));
        assert_int_equal(error.status, PLX_USAGE);
        assert_string_equal(error.input, names[i]);
        assert_non_null(strstr(error.message, "checksums"));
    }
    place_free(&place);
    free(path);
}

/* None is used in place: quick is full for them, and nothing says how they lie in memory. */
static void plx_model_open__fingerprints(void **state)
{
    (void)state;
    static const char *const said[][3] = {{"full", "full", "none"}, {"full", "quick", "none"}};
    char *path = fixture_path("models/tiny.table.safetensors");
    const struct place place = place_new("model", ARPA);
    const char *const names[] = {"model", path, "uniform:7"};
    for (size_t i = 0; i < 3 * 3; i++) {
        const bool in_place = i / 3 == 1;
        const struct plx_model_options options = {.load = PLX_LOAD_COPY,
                                                  .fingerprint = (enum plx_fingerprint)(i % 3)};
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(plx_model_open(names[i / 3], &options, &model, &error), PLX_OK);
        const struct plx_model_info *info = plx_model_info(model);
        assert_string_equal(info->fingerprint, said[in_place][i % 3]);
        assert_int_equal(strlen(info->sha256), i % 3 == PLX_FINGERPRINT_NONE ? 0 : 64);
        assert_int_equal(info->load != NULL, in_place);
        if (in_place)
            assert_string_equal(info->load, "copy");
        plx_model_close(model);
    }
    place_free(&place);
    free(path);
}

/* What is not hashed is read to its end all the same. */
static void plx_model_open_source__without_fingerprint(void **state)
{
    (void)state;
    const struct plx_model_options options = {.fingerprint = PLX_FINGERPRINT_NONE};
    uint8_t bytes[2048];
    const size_t size = gzip_member(ARPA, strlen(ARPA), 6, NULL, bytes, sizeof bytes);
    for (size_t lacking = 0; lacking < 9; lacking++) {
        struct plx_source *source;
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(plx_source_open_memory(bytes, size - lacking, "memory", NULL, &source, &error),
                         PLX_OK);
        assert_int_equal(plx_model_open_source(source, &options, &model, &error),
                         lacking ? PLX_MALFORMED : PLX_OK);
        plx_model_close(model);
        plx_source_close(source);
    }
}

/* Nor does any but ARPA have counts to believe or probabilities to clamp. */
static void plx_model_open__tolerance_of_no_use(void **state)
{
    (void)state;
    struct plx_error error;
    const struct plx_model_options options[] = {{.allow_positive = true}, {.allow_count_mismatch = true}};
    char *path = fixture_path("models/tiny.table.safetensors");
    const struct place place = place_new("model", ARPA);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(format_of("model", options + i, &error), "arpa");
        const char *const others[] = {path, "uniform:7"};
        for (size_t k = 0; k < 2; k++) {
            assert_null(format_of(others[k], options + i, &error));
            assert_int_equal(error.status, PLX_USAGE);
            assert_string_equal(error.input, others[k]);
            assert_non_null(strstr(error.message, i ? "counts that differ" : "positive"));
        }
    }
    place_free(&place);
    free(path);
}

/* A record too long to be looked through is no other JSON document, were it named so. */
static void plx_model_open_source__long_record(void **state)
{
    static char text[PLX_PROBE_BYTES + 1000];
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text, "{\"prompt\": \"", 12);
    static const char rest[] = "\", \"tokens\": [\"a\"], \"token_logprobs\": [-1]}\n";
    memcpy(text + sizeof text - (sizeof rest - 1), rest, sizeof rest - 1);
    if (model_open_bytes(text, sizeof text, "answers.json", NULL, &model, &error))
        fail_msg("%s (%s)", error.message, error.hint);
    assert_string_equal(plx_model_info(model)->format, "logprobs");
    plx_model_close(model);
}

static void plx_model_open_source__unknown(void **state)
{
    (void)state;
    static const struct {
        const char *content, *words, *hint;
        enum plx_status status;
        const char *name;
    } cases[] = {
        {"", "is empty", "written completely", PLX_MALFORMED, "test"},
        {"some text\n", "not a model", "perplex formats", PLX_UNSUPPORTED, "test"},
        {"PK\3\4", "not a model", "zip archive", PLX_UNSUPPORTED, "test"},
        /* What the name says does not count against the content. */
        {"mmap lm http://kheafield.com/code format version 5\n", "the file has 51 bytes, its header says",
         "cut off", PLX_MALFORMED, "x.arpa"},
        {"\x28\xB5\x2F\xFD", "not a model", "compressed by zstd", PLX_UNSUPPORTED, "x.arpa.gz"},
        {"{\n  \"schema\": \"perplex.result/1\",", "not a model", "perplex.result/1; `perplex table`",
         PLX_UNSUPPORTED, "x.lm"},
        {"\n<html>", "not a model", "a page saved", PLX_UNSUPPORTED, "x.arpa"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(
            model_open_bytes(cases[i].content, strlen(cases[i].content), cases[i].name, NULL, &model, &error),
            cases[i].status);
        assert_null(model);
        assert_string_equal(error.input, cases[i].name);
        assert_non_null(strstr(error.message, cases[i].words));
        assert_non_null(strstr(error.hint, cases[i].hint));
    }
}

/* Each format has files or names, a name of its own for --model-format, and a line for `perplex formats`. */
static void plx_model_format__registry(void **state)
{
    (void)state;
    size_t count = 0;
    const struct plx_model_format *format;
    for (; (format = plx_model_format(count)) != NULL; count++) {
        assert_string_equal(plx_model_format_name(count), format->name);
        assert_string_equal(plx_model_format_description(count), format->description);
        assert_int_equal(strspn(format->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(format->name));
        assert_null(strchr(format->description, '\n'));
        assert_true((format->open || format->open_mapped) == (format->probe != NULL));
        assert_int_equal(!!format->open + !!format->open_mapped + !!format->open_named, 1);
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(plx_model_format(i)->name, format->name);
    }
    assert_true(count > 0);
    assert_null(plx_model_format_name(count));
    assert_null(plx_model_format_description(count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_open__names_and_files),
        cmocka_unit_test(plx_model_open__other_colons),
        cmocka_unit_test(plx_model_open__format_asked_for),
        cmocka_unit_test(plx_model_open__base_of_no_use),
        cmocka_unit_test(plx_model_open_source__long_record),
        cmocka_unit_test(plx_model_open__verify_of_no_use),
        cmocka_unit_test(plx_model_open__fingerprints),
        cmocka_unit_test(plx_model_open_source__without_fingerprint),
        cmocka_unit_test(plx_model_open__tolerance_of_no_use),
        cmocka_unit_test(plx_model_open_source__unknown),
        cmocka_unit_test(plx_model_format__registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
