/* Models that are used in place: what opening them does around a format, which is one of the test's own. It
   takes the place of the whole registry. */
#include "model/model.h"

#include "base/memory.h"
#include "support/folder.h"
#include "support/gzip_member.h"
#include "support/inputs.h"
#include "support/inspections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The format: "PLACE", a letter that says what it does, and anything. */
#define HEAD "PLACE"

struct place {
    struct plx_model base;
    const uint8_t *data; /* in the mapping */
    uint64_t size;
};

static unsigned closed; /* how many found their content still there */

static void close_place(struct plx_model *model)
{
    const struct place *place = (const struct place *)model;
    closed += memcmp(place->data, HEAD, 5) == 0 && place->data[place->size - 1] == '.';
    free(model);
}

static struct plx_session *new_session(const struct plx_model *model, struct plx_error *error)
{
    (void)model;
    return plx_new_array(1, sizeof(struct plx_session), error);
}

static void free_session(struct plx_session *session)
{
    free(session);
}

static enum plx_status score(struct plx_session *session, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error)
{
    size_t target = 0;
    (void)session;
    (void)error;
    for (size_t w = 0; w < count; w++) {
        for (size_t i = windows[w].first; i < windows[w].end; i++)
            scores->nats[target++] = 0;
    }
    return PLX_OK;
}

static const struct plx_model_class place_class = {
    .close = close_place, .session_new = new_session, .session_free = free_session, .score = score};

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    (void)name;
    return size > 5 && memcmp(head, HEAD, 5) == 0 ? PLX_PROBE_CONTENT : PLX_PROBE_NO;
}

static enum plx_status open_place(struct plx_mapping *mapping, const char *name,
                                  const struct plx_model_options *options, struct plx_model **model,
                                  struct plx_error *error)
{
    const uint8_t does = mapping->data[5];
    *model = NULL;
    if (does == 'm' || (does == 'v' && options->verify)) {
        plx_error_set(error, PLX_MALFORMED, "is what it is");
        return plx_error_input(error, name);
    }
    struct place *place = plx_new_array(1, sizeof *place, error);
    if (!place)
        return PLX_MEMORY;
    place->base.class = &place_class;
    place->base.info = (struct plx_model_info){.kind = PLX_KIND_UNIFORM,
                                               .architecture = "none",
                                               .vocabulary = 1,
                                               .capabilities = PLX_STRING_TOKENS | PLX_ANY_TOKENS |
                                                               PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT,
                                               .start = PLX_NO_TOKEN,
                                               .end = PLX_NO_TOKEN,
                                               .unknown = PLX_NO_TOKEN};
    if (does == 's') {
        place->base.info.fingerprint = "stored";
        strcpy(place->base.info.sha256, "its own");
    }
    place->data = mapping->data;
    place->size = mapping->size;
    *model = &place->base;
    return PLX_OK;
}

static const struct plx_model_format place_format = {.name = "place",
                                                     .description = "of this test",
                                                     .checksums = true,
                                                     .probe = probe,
                                                     .open_mapped = open_place};

const struct plx_model_format *plx_model_format(size_t index)
{
    return index == 0 ? &place_format : NULL;
}

/* Content of that kind, larger than a quick fingerprint reads. */
#define SIZE ((size_t)3 << 20)

static uint8_t content[SIZE], compressed[SIZE];

/* What the formulas of source.h give (Python's hashlib). */
#define FULL  "8dbc94a3b6f6313384167caed53421054c1ed7c548a41ce4ee7e1357a705b5d5"
#define QUICK "acb1a6f2b8a0b1fb96e0da5a080b03b34c42bb279d6ba7c5a1274cc8481092c3"

static const char *make(char does, bool gzip)
{
    const char *path = folder_path("model");
    memset(content, 'x', SIZE);
    memcpy(content, HEAD, 5);
    content[5] = (uint8_t)does;
    content[SIZE - 1] = '.';
    const size_t size = gzip ? gzip_member(content, SIZE, 6, NULL, compressed, sizeof compressed) : SIZE;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(gzip ? compressed : content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* Whether the process has pages of the file. */
static bool is_mapped(const char *path)
{
    char line[8192];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps))
        found = found || strstr(line, path);
    fclose(maps);
    return found;
}

static void plx_model_open__in_place(void **state)
{
    static const struct {
        const char *fingerprint, *sha256;
    } said[] = {[PLX_FINGERPRINT_FULL] = {"full", FULL},
                [PLX_FINGERPRINT_QUICK] = {"quick", QUICK},
                [PLX_FINGERPRINT_NONE] = {"none", ""}};
    (void)state;
    for (unsigned i = 0; i < 2 * 2 * 3; i++) {
        const bool gzip = i % 2, map = i / 2 % 2;
        const char *path = make('x', gzip);
        const struct plx_model_options options = {.load = map ? PLX_LOAD_MAP : PLX_LOAD_COPY,
                                                  .fingerprint = (enum plx_fingerprint)(i / 4),
                                                  .threads = 2,
                                                  .verify = true};
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(plx_model_open(path, &options, &model, &error), PLX_OK);
        const struct plx_model_info *info = plx_model_info(model);
        assert_string_equal(info->format, "place");
        assert_string_equal(info->load, map && !gzip ? "map" : "copy");
        assert_string_equal(info->fingerprint, said[i / 4].fingerprint);
        assert_string_equal(info->sha256, said[i / 4].sha256);
        assert_int_equal(is_mapped(path), map && !gzip);
        closed = 0;
        plx_model_close(model);
        assert_int_equal(closed, 1);
        assert_false(is_mapped(path));
    }
}

static void plx_model_open__in_place_with_a_fingerprint_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        const struct plx_model_options options = {.fingerprint = (enum plx_fingerprint)i};
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(plx_model_open(make('s', false), &options, &model, &error), PLX_OK);
        assert_string_equal(plx_model_info(model)->fingerprint, "stored");
        assert_string_equal(plx_model_info(model)->sha256, "its own");
        plx_model_close(model);
    }
}

static void plx_model_open__in_place_and_refused(void **state)
{
    const struct plx_model_options verify = {.verify = true};
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    const char *path = make('m', false);
    assert_int_equal(plx_model_open(path, NULL, &model, &error), PLX_MALFORMED);
    assert_null(model);
    assert_string_equal(error.input, path);
    assert_false(is_mapped(path));
    path = make('v', false);
    assert_int_equal(plx_model_open(path, &verify, &model, &error), PLX_MALFORMED);
    assert_int_equal(plx_model_open(path, NULL, &model, &error), PLX_OK);
    plx_model_close(model);
}

/* The fingerprint is not the source's: that need compute none. Memory is copied. */
static void plx_model_open_source__in_place(void **state)
{
    struct plx_source *source;
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    make('x', false);
    assert_int_equal(plx_source_open_memory(content, SIZE, "memory", NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_model_open_source(source, NULL, &model, &error), PLX_OK);
    plx_source_close(source);
    assert_string_equal(plx_model_info(model)->sha256, FULL);
    assert_string_equal(plx_model_info(model)->load, "copy");
    plx_model_close(model);
}

static void plx_inspect__in_place(void **state)
{
    (void)state;
    for (int gzip = 0; gzip < 2; gzip++) {
        const char *path = make('x', gzip);
        cJSON *json = inspect_one(path, NULL);
        assert_int_equal(json_number(json, "model.file.uncompressed_bytes"), SIZE);
        assert_int_equal(json_number(json, "model.file.bytes") == (double)SIZE, !gzip);
        assert_int_equal(cJSON_IsTrue(json_at(json, "model.file.compressed")), gzip);
        assert_string_equal(json_text(json, "model.sha256"), FULL);
        cJSON_Delete(json);
    }
}

static void plx_result_json__in_place(void **state)
{
    (void)state;
    for (int copy = 0; copy < 2; copy++) {
        const struct plx_model_options options = {.load = copy ? PLX_LOAD_COPY : PLX_LOAD_MAP,
                                                  .fingerprint = PLX_FINGERPRINT_QUICK};
        struct plx_model *model;
        struct plx_error error;
        char *text;
        size_t length;
        assert_int_equal(plx_model_open(make('x', false), &options, &model, &error), PLX_OK);
        struct plx_result *result = inputs_evaluate(model, "a b\n", PLX_TOKENS_WORD, "exact");
        plx_model_close(model);
        assert_int_equal(plx_result_json(result, &text, &length, &error), PLX_OK);
        cJSON *json = cJSON_Parse(text);
        assert_string_equal(json_text(json, "runtime.load"), copy ? "copy" : "map");
        assert_string_equal(json_text(json, "model.fingerprint"), "quick");
        assert_string_equal(json_text(json, "model.sha256"), QUICK);
        cJSON_Delete(json);
        plx_text_free(text);
        plx_result_free(result);
    }
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plx_model_open__in_place),
        IN_FOLDER(plx_model_open__in_place_with_a_fingerprint_of_its_own),
        IN_FOLDER(plx_model_open__in_place_and_refused),
        IN_FOLDER(plx_model_open_source__in_place),
        IN_FOLDER(plx_inspect__in_place),
        IN_FOLDER(plx_result_json__in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
