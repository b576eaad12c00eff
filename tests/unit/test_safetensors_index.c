/* Models in several files of safetensors. Expected values: what transformers writes (save_pretrained with
   max_shard_size), and SHA-256 by libcrypto. */
#include "model/safetensors_index.h"

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/safetensors_file.h"

#include <openssl/sha.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

#define INDEX "model.safetensors.index.json"

/* 1, 2, 3 in F16 */
static const uint8_t HALVES[] = {0, 0x3c, 0, 0x40, 0, 0x42};

static const char A[] = "{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}";
static const char B_AND_C[] = "{\"__metadata__\":{\"perplex.order\":\"3\"},"
                              "\"c\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                              "\"b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[4,6]}}";

/* Writes the file `name` into the folder. */
static void write_shard(const char *name, const char *header, size_t size)
{
    const struct safetensors_file file = safetensors_file(header, HALVES, size);
    file_write(folder_path(name), file.bytes, file.size);
    free(file.bytes);
}

static void write_shards(void)
{
    write_shard("1.safetensors", A, 2);
    write_shard("2.safetensors", B_AND_C, 6);
}

static enum plx_status read_index(const char *index, const char *name, struct plx_tensors *tensors,
                                  struct plx_error *error)
{
    const struct plx_model_options options = {0};
    *tensors = (struct plx_tensors){0};
    const enum plx_status status =
        plx_safetensors_index_read((const uint8_t *)index, strlen(index), name, &options, tensors, error);
    if (status)
        plx_tensors_release(tensors);
    return status;
}

/* Refused, as the input that ends with `input`. */
static void assert_refused(const char *index, enum plx_status status, const char *input, const char *words)
{
    struct plx_tensors tensors;
    struct plx_error error = {0};
    const enum plx_status found = read_index(index, folder_path(INDEX), &tensors, &error);
    const size_t length = strlen(error.input), end = strlen(input);
    if (found != status || !strstr(error.message, words) || length < end ||
        strcmp(error.input + (length - end), input) != 0)
        fail_msg("%s: status %s, %s: \"%s\"", index, plx_status_name(found), error.input, error.message);
}

#define MAP(entries) "{\"weight_map\":{" entries "}}"
#define ALL          "\"c\":\"2.safetensors\",\"a\":\"1.safetensors\",\"b\":\"2.safetensors\""

static void assert_complete(const char *index, const char *name)
{
    struct plx_tensors tensors;
    struct plx_error error;
    double values[2];
    if (read_index(index, name, &tensors, &error))
        fail_msg("%s: %s: %s", index, error.input, error.message);
    assert_int_equal(tensors.count, 3);
    assert_int_equal(tensors.mapping_count, 2); /* each is opened once */
    plx_tensor_widen(plx_tensors_find(&tensors, "a"), 0, 1, values);
    assert_true(values[0] == 1);
    plx_tensor_widen(plx_tensors_find(&tensors, "b"), 0, 1, values);
    assert_true(values[0] == 3);
    plx_tensor_widen(plx_tensors_find(&tensors, "c"), 0, 2, values);
    assert_true(values[0] == 1 && values[1] == 2);
    assert_string_equal(plx_tensors_metadata(&tensors, "perplex.order"), "3");
    assert_int_equal(tensors.mappings[0].load, PLX_LOAD_MAP);
    plx_tensors_release(&tensors);
}

static void plx_safetensors_index_read__two_shards(void **state)
{
    (void)state;
    write_shards();
    assert_complete(MAP(ALL), folder_path(INDEX));
    assert_complete("{\"metadata\":{\"total_size\":8,\"more\":[1]},\"weight_map\":{" ALL "}}",
                    folder_path(INDEX));
    assert_complete("{\"metadata\":{}, \"other\": null, \"weight_map\":{" ALL "}}\n", folder_path(INDEX));
}

/* An index without a folder lies in the current one, where "-" is a file too. */
static void plx_safetensors_index_read__in_the_current_folder(void **state)
{
    char before[4096];
    (void)state;
    write_shard("-", A, 2);
    write_shard("2.safetensors", B_AND_C, 6);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder_path(".")), 0);
    assert_complete(MAP("\"a\":\"-\",\"c\":\"2.safetensors\",\"b\":\"2.safetensors\""), INDEX);
    assert_int_equal(chdir(before), 0);
}

static void plx_safetensors_index_read__names_that_lead_away(void **state)
{
    static const char *const names[] = {"..",
                                        ".",
                                        "",
                                        "/etc/passwd",
                                        "../1.safetensors",
                                        "x/1.safetensors",
                                        "./1.safetensors",
                                        "1.safetensors/"};
    (void)state;
    write_shards();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char index[128];
        snprintf(index, sizeof index, MAP("\"a\":\"%s\""), names[i]);
        assert_refused(index, PLX_MALFORMED, INDEX, "does not lie beside the index");
    }
}

static void plx_safetensors_index_read__shards_and_map_differ(void **state)
{
    (void)state;
    write_shards();
    assert_refused(MAP("\"a\":\"1.safetensors\",\"b\":\"3.safetensors\""), PLX_MALFORMED, INDEX,
                   "$.weight_map.b: the file \"3.safetensors\" is not there");
    assert_refused(MAP("\"a\":\"1.safetensors\",\"aa\":\"1.safetensors\""), PLX_MALFORMED, INDEX,
                   "$.weight_map.aa: the file \"1.safetensors\" has no such tensor");
    assert_refused(MAP("\"A\":\"1.safetensors\",\"a\":\"1.safetensors\""), PLX_MALFORMED, INDEX,
                   "$.weight_map.A: the file \"1.safetensors\" has no such tensor");
    assert_refused(MAP("\"b\":\"2.safetensors\""), PLX_MALFORMED, INDEX,
                   "\"2.safetensors\" has a tensor \"c\" that the index has not in it");
    assert_refused(MAP("\"c\":\"2.safetensors\""), PLX_MALFORMED, INDEX,
                   "\"2.safetensors\" has a tensor \"b\" that the index has not in it");
    assert_refused(MAP("\"c\":\"2.safetensors\",\"b\":\"1.safetensors\",\"a\":\"1.safetensors\""),
                   PLX_MALFORMED, INDEX, "$.weight_map.b: the file \"1.safetensors\" has no such tensor");
}

static void plx_safetensors_index_read__total_size(void **state)
{
    (void)state;
    write_shards();
    assert_refused("{\"metadata\":{\"total_size\":9},\"weight_map\":{" ALL "}}", PLX_MALFORMED, INDEX,
                   "$.metadata.total_size: 9 bytes, but the tensors have 8");
    assert_refused("{\"metadata\":{\"total_size\":-8},\"weight_map\":{" ALL "}}", PLX_MALFORMED, INDEX,
                   "$.metadata.total_size");
    assert_refused("{\"metadata\":{\"total_size\":\"8\"},\"weight_map\":{" ALL "}}", PLX_MALFORMED, INDEX,
                   "$.metadata.total_size");
    assert_refused("{\"metadata\":8,\"weight_map\":{" ALL "}}", PLX_MALFORMED, INDEX, "$.metadata");
}

static void plx_safetensors_index_read__no_index(void **state)
{
    (void)state;
    write_shards();
    assert_refused("{\"metadata\":{}}", PLX_MALFORMED, INDEX, "$.weight_map");
    assert_refused("[]", PLX_MALFORMED, INDEX, "$.weight_map");
    assert_refused(MAP(""), PLX_MALFORMED, INDEX, "$.weight_map: there is no tensor");
    assert_refused(MAP("\"a\":1"), PLX_MALFORMED, INDEX, "$.weight_map.a");
    assert_refused("{\"weight_map\":[]}", PLX_MALFORMED, INDEX, "$.weight_map");
    assert_refused("{\"weight_map\":{\"a\":", PLX_MALFORMED, INDEX, "");
    assert_refused(MAP("\"a\":\"1.safetensors\",\"a\":\"1.safetensors\""), PLX_MALFORMED, INDEX,
                   "$.weight_map.a");
}

/* What is wrong with a shard is an error of that file. */
static void plx_safetensors_index_read__shards_refused(void **state)
{
    (void)state;
    write_shard("1.safetensors", A, 2);
    write_shard("2.safetensors", B_AND_C, 5);
    assert_refused(MAP(ALL), PLX_MALFORMED, "/2.safetensors", "6 bytes, but the file ends after 5");
    write_shard("2.safetensors", A, 2); /* the same again */
    assert_refused(MAP(ALL), PLX_MALFORMED, INDEX, "has a tensor \"a\" that the index has not in it");
    file_write(folder_path("2.safetensors"), "", 0);
    assert_refused(MAP(ALL), PLX_MALFORMED, "/2.safetensors", "");
    write_shard("1.safetensors",
                "{\"__metadata__\":{\"perplex.order\":\"2\"},\"a\":{\"dtype\":\"F16\",\"shape\":[1],"
                "\"data_offsets\":[0,2]}}",
                2);
    write_shard("2.safetensors", B_AND_C, 6);
    assert_refused(MAP(ALL), PLX_MALFORMED, "/2.safetensors", "\"perplex.order\" twice");
}

static void plx_safetensors_index_read__nothing_beside_it(void **state)
{
    static const char *const names[] = {"-", "http://localhost/" INDEX, "https://localhost/" INDEX};
    struct plx_tensors tensors;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_error error = {0};
        assert_int_equal(read_index(MAP(ALL), names[i], &tensors, &error), PLX_UNSUPPORTED);
        assert_non_null(strstr(error.message, "from a file only"));
    }
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void plx_safetensors_index_read__interrupted(void **state)
{
    static const char index[] = MAP(ALL);
    const struct plx_model_options options = {.interrupted = always, .load = PLX_LOAD_COPY};
    struct plx_tensors tensors = {0};
    struct plx_error error;
    (void)state;
    write_shards();
    assert_int_equal(plx_safetensors_index_read((const uint8_t *)index, sizeof index - 1, folder_path(INDEX),
                                                &options, &tensors, &error),
                     PLX_INTERRUPTED);
    plx_tensors_release(&tensors);
}

/* What is hashed of the three files of the fixture: all, or what PLX_FINGERPRINT_QUICK takes of files so
   short, the size and then everything in place of each of the 66 parts. */
static void hash_fixture(bool quick, char hex[65])
{
    static const char *const names[] = {"models/sharded/" INDEX,
                                        "models/sharded/model-00001-of-00002.safetensors",
                                        "models/sharded/model-00002-of-00002.safetensors"};
    static uint8_t content[1 << 17];
    uint8_t digest[SHA256_DIGEST_LENGTH];
    size_t filled = 0;
    for (size_t i = 0; i < 3; i++) {
        char *path = fixture_path(names[i]);
        const struct file_bytes file = file_read(path);
        for (unsigned k = 0; quick && k < 8; k++)
            content[filled++] = (uint8_t)((uint64_t)file.size >> (8 * k));
        for (unsigned k = 0; k < (quick ? 66U : 1U); k++) {
            assert_true(file.size <= sizeof content - filled);
            memcpy(content + filled, file.bytes, file.size);
            filled += file.size;
        }
        free(file.bytes);
        free(path);
    }
    SHA256(content, filled, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void plx_model_open__fingerprint_of_all_files(void **state)
{
    static const char *const said[] = {
        [PLX_FINGERPRINT_FULL] = "full", [PLX_FINGERPRINT_QUICK] = "quick", [PLX_FINGERPRINT_NONE] = "none"};
    char *path = fixture_path("models/sharded/" INDEX);
    (void)state;
    for (int i = PLX_FINGERPRINT_FULL; i <= PLX_FINGERPRINT_NONE; i++) {
        const enum plx_load load = i == PLX_FINGERPRINT_QUICK ? PLX_LOAD_COPY : PLX_LOAD_MAP;
        const struct plx_model_options options = {.fingerprint = (enum plx_fingerprint)i, .load = load};
        struct plx_model *model;
        struct plx_error error;
        char expected[65] = "";
        if (i != PLX_FINGERPRINT_NONE)
            hash_fixture(i == PLX_FINGERPRINT_QUICK, expected);
        assert_int_equal(plx_model_open(path, &options, &model, &error), PLX_OK);
        assert_string_equal(plx_model_info(model)->sha256, expected);
        assert_string_equal(plx_model_info(model)->fingerprint, said[i]);
        assert_string_equal(plx_model_info(model)->load, load == PLX_LOAD_MAP ? "map" : "copy");
        assert_string_equal(plx_model_info(model)->format, "safetensors-index");
        plx_model_close(model);
    }
    free(path);
}

/* The same numbers in one file and in two give the same answers, bit for bit. */
static void plx_model_open__the_same_in_one_file(void **state)
{
    static const char *const names[] = {"models/tiny.factored.safetensors", "models/sharded/" INDEX,
                                        "models/numpy.factored/factored.npz"};
    const uint32_t ids[] = {0, 3, 2, 6, 1, 5, 4};
    const struct plx_window window = {ids, 1, 7, 0};
    double nats[3][6];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char *path = fixture_path(names[i]);
        struct plx_model *model = fixture_open(path);
        struct plx_error error;
        struct plx_session *session = plx_session_new(model, &error);
        const struct plx_scores scores = {.nats = nats[i]};
        assert_non_null(session);
        assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
        assert_memory_equal(nats[i], nats[0], sizeof nats[0]);
        plx_session_free(session);
        plx_model_close(model);
        free(path);
    }
}

static void plx_model_recognise__indices(void **state)
{
    static const struct {
        const char *text;
        bool index;
    } cases[] = {{"{\"weight_map\": {\"a\": \"b\"}}", true},
                 {" {\n \"metadata\": {},\n \"weight_map\": {", true},
                 {"{\"metadata\": {}}", false},
                 {"{\"a\": 1, \"weight_map\": {}}", false},
                 {"{\"tokens\": [\"weight_map\"], \"token_logprobs\": [0]}", false},
                 {"[\"weight_map\"]", false},
                 {"{", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum plx_probe sure;
        const struct plx_model_format *format = plx_model_recognise(
            (const uint8_t *)cases[i].text, strlen(cases[i].text), "model.safetensors.index.json", &sure);
        const bool found = format && strcmp(format->name, "safetensors-index") == 0;
        if (found != cases[i].index)
            fail_msg("%s: %s", cases[i].text, format ? format->name : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plx_safetensors_index_read__two_shards),
        IN_FOLDER(plx_safetensors_index_read__in_the_current_folder),
        IN_FOLDER(plx_safetensors_index_read__names_that_lead_away),
        IN_FOLDER(plx_safetensors_index_read__shards_and_map_differ),
        IN_FOLDER(plx_safetensors_index_read__total_size),
        IN_FOLDER(plx_safetensors_index_read__no_index),
        IN_FOLDER(plx_safetensors_index_read__shards_refused),
        IN_FOLDER(plx_safetensors_index_read__nothing_beside_it),
        IN_FOLDER(plx_safetensors_index_read__interrupted),
        cmocka_unit_test(plx_model_open__fingerprint_of_all_files),
        cmocka_unit_test(plx_model_open__the_same_in_one_file),
        cmocka_unit_test(plx_model_recognise__indices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
