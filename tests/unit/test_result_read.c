/* Merging results that were changed: whatever the change, it is noticed. */
#include <perplex/merge.h>

#include "report/result/json_copy.h"
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/result_text.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two parts of 1024 targets and less. */
#define TEXT_BYTES ((size_t)8 << 10)

/* The shards that all tests change, with everything that can be asked for. */
static int write_shards(void **state)
{
    folder_make(state);
    char *path = fixture_path("models/almanac.o3.arpa"), *text_path = fixture_text(path);
    struct file_bytes text = file_read(text_path);
    struct plx_model *model = fixture_open(path);
    const uint64_t types = plx_model_info(model)->vocabulary;
    uint64_t *counts = calloc(types, sizeof *counts);
    for (uint64_t i = 0; i < types; i++)
        counts[i] = i;
    const struct plx_token_counts counted = {
        .counts = counts, .vocabulary = types, .tokens = 5, .unknown = 1};
    const struct plx_breakdown_options breakdown = {.parts = PLX_BREAKDOWN_POSITION | PLX_BREAKDOWN_ORDER |
                                                             PLX_BREAKDOWN_FREQUENCY | PLX_BREAKDOWN_UNKNOWN,
                                                    .counts = &counted};
    const struct plx_loss_variant losses = {.temperature = 2, .ignored_count = 1, .ignored = (uint32_t[]){3}};
    struct plx_evaluate_options options = {.protocol = plx_protocol_find("sentence"),
                                           .threads = 1,
                                           .distributions = true,
                                           .losses = &losses,
                                           .breakdown = &breakdown};
    for (uint64_t i = 1; i <= 2; i++) {
        struct plx_error error;
        options.shard = (struct plx_shard){i, 2};
        struct plx_result *result =
            evaluate_bytes(model, text.bytes, TEXT_BYTES, PLX_TOKENS_WORD, &options, &error);
        if (!result)
            fail_msg("%s", error.message);
        char *json = result_text(result);
        file_write(folder_path(i == 1 ? "1.json" : "2.json"), json, strlen(json));
        plx_text_free(json);
        plx_result_free(result);
    }
    free(counts);
    plx_model_close(model);
    free(text.bytes);
    free(text_path);
    free(path);
    return 0;
}

static enum plx_status merge_two(struct plx_error *error)
{
    const char *const paths[] = {folder_path("changed.json"), folder_path("2.json")};
    char *text;
    size_t length;
    const enum plx_status status = plx_merge(paths, 2, NULL, NULL, &text, &length, error);
    assert_true((status == PLX_OK) == (text != NULL));
    plx_text_free(text);
    return status;
}

/* Merges the changed result with the other shard. */
static enum plx_status merge_changed(const cJSON *changed, struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer writer;
    plx_buffer_init(&buffer, 1 << 20);
    plx_json_writer_init(&writer, &buffer);
    plx_json_copy(&writer, NULL, changed);
    assert_int_equal(plx_json_writer_finish(&writer, error), PLX_OK);
    file_write(folder_path("changed.json"), buffer.data, buffer.size);
    plx_buffer_release(&buffer);
    return merge_two(error);
}

/* The first shard as a tree, which is good as it stands. */
static cJSON *read_shard(void)
{
    const struct file_bytes bytes = file_read(folder_path("1.json"));
    struct plx_error error;
    cJSON *json = cJSON_ParseWithLength((const char *)bytes.bytes, bytes.size);
    assert_non_null(json);
    free(bytes.bytes);
    if (merge_changed(json, &error))
        fail_msg("%s", error.message);
    return json;
}

/* What a change of a leaf does. */
struct walk {
    cJSON *shard;
    bool last; /* the last digit, of integers in strings alone; else the first */
    unsigned changes;
};

static void try_change(struct walk *walk, const char *path)
{
    struct plx_error error;
    const enum plx_status status = merge_changed(walk->shard, &error);
    walk->changes++;
    if (status == PLX_OK)
        fail_msg("%s: a change is not noticed", path);
    if (status != PLX_OK && status != PLX_MALFORMED && status != PLX_MISMATCH && status != PLX_UNSUPPORTED)
        fail_msg("%s: status %d: %s", path, (int)status, error.message);
}

static bool is_integer(const char *text)
{
    const size_t sign = *text == '-';
    return text[sign] && strspn(text + sign, "0123456789") == strlen(text + sign);
}

static void change_string(struct walk *walk, cJSON *leaf, const char *path)
{
    char *text = leaf->valuestring;
    if (!*text || (walk->last && !is_integer(text)))
        return;
    char *at = walk->last ? text + strlen(text) - 1 : text + (*text == '-');
    const char before = *at;
    *at = isdigit((unsigned char)before) ? (char)('0' + (before - '0') % 9 + 1) : before == 'a' ? 'b' : 'a';
    try_change(walk, path);
    *at = before;
}

static void change_leaf(struct walk *walk, cJSON *leaf, const char *path)
{
    const double before = leaf->valuedouble;
    if (cJSON_IsString(leaf)) {
        change_string(walk, leaf, path);
    } else if (walk->last) {
        return;
    } else if (cJSON_IsBool(leaf)) {
        leaf->type = cJSON_IsTrue(leaf) ? cJSON_False : cJSON_True;
        try_change(walk, path);
        leaf->type = cJSON_IsTrue(leaf) ? cJSON_False : cJSON_True;
    } else if (cJSON_IsNumber(leaf)) {
        leaf->valuedouble = before + 1;
        try_change(walk, path);
        leaf->valuedouble = before;
    }
}

/* Of long arrays, the first element, the middle one and the last. */
static bool is_left_out(const cJSON *parent, int index)
{
    const int count = cJSON_GetArraySize(parent);
    return cJSON_IsArray(parent) && index != 0 && index != count / 2 && index != count - 1;
}

static void change_leaves(struct walk *walk, cJSON *parent, const char *path)
{
    cJSON *child;
    int index = 0;
    cJSON_ArrayForEach(child, parent)
    {
        char place[256];
        if (child->string)
            snprintf(place, sizeof place, "%s.%s", path, child->string);
        else
            snprintf(place, sizeof place, "%s[%d]", path, index);
        if (strcmp(place, "$.runtime") == 0 || is_left_out(parent, index++))
            continue;
        if (child->child)
            change_leaves(walk, child, place);
        else
            change_leaf(walk, child, place);
    }
}

static void check_changes(bool last)
{
    struct walk walk = {.shard = read_shard(), .last = last};
    change_leaves(&walk, walk.shard, "$");
    assert_true(walk.changes > 50);
    cJSON_Delete(walk.shard);
}

static void plx_result_read__notices_every_changed_leaf(void **state)
{
    (void)state;
    check_changes(false);
}

/* Of sums, far behind what any figure shows. */
static void plx_result_read__notices_every_changed_last_digit(void **state)
{
    (void)state;
    check_changes(true);
}

/* Without a member there is an error, and no crash. */
static void plx_result_read__notices_missing_members(void **state)
{
    (void)state;
    cJSON *shard = read_shard();
    static const char *const objects[] = {"counts",       "accumulators", "shard",      "losses",
                                          "distribution", "breakdown",    "conventions"};
    struct walk walk = {.shard = shard};
    for (size_t i = 0; i <= sizeof objects / sizeof *objects; i++) {
        cJSON *object = i == 0 ? shard : cJSON_GetObjectItemCaseSensitive(shard, objects[i - 1]);
        for (int k = 0; k < cJSON_GetArraySize(object); k++) {
            char path[128];
            cJSON *item = cJSON_GetArrayItem(object, 0);
            snprintf(path, sizeof path, "%s without %s", i == 0 ? "$" : objects[i - 1], item->string);
            cJSON_DetachItemViaPointer(object, item);
            try_change(&walk, path);
            char *name = strdup(item->string);
            cJSON_AddItemToObject(object, name, item);
            free(name);
        }
        cJSON_AddNumberToObject(object, "another", 1);
        try_change(&walk, "another member");
        cJSON_DeleteItemFromObjectCaseSensitive(object, "another");
    }
    cJSON_Delete(shard);
}

/* Deeper than anything that is written here. */
static void plx_result_read__notices_what_is_nested_deeply(void **state)
{
    struct plx_error error;
    (void)state;
    cJSON *shard = read_shard(), *deep = cJSON_CreateArray();
    for (int i = 0; i < 500; i++) {
        cJSON *outer = cJSON_CreateArray();
        cJSON_AddItemToArray(outer, deep);
        deep = outer;
    }
    cJSON_AddItemToObject(cJSON_GetObjectItemCaseSensitive(shard, "model"), "deep", deep);
    char *text = cJSON_PrintUnformatted(shard);
    assert_non_null(text);
    file_write(folder_path("changed.json"), text, strlen(text));
    free(text);
    assert_int_equal(merge_two(&error), PLX_MALFORMED);
    cJSON_Delete(shard);
}

/* Cut anywhere, a result is none. */
static void plx_result_read__notices_truncation(void **state)
{
    struct plx_error error;
    (void)state;
    const struct file_bytes whole = file_read(folder_path("1.json"));
    for (size_t size = 0; size + 2 < whole.size; size += 1009) {
        file_write(folder_path("changed.json"), whole.bytes, size);
        assert_int_equal(merge_two(&error), PLX_MALFORMED);
        assert_non_null(strstr(error.input, "changed.json"));
    }
    file_write(folder_path("changed.json"), whole.bytes, whole.size);
    assert_int_equal(merge_two(&error), PLX_OK);
    free(whole.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_result_read__notices_every_changed_leaf),
        cmocka_unit_test(plx_result_read__notices_every_changed_last_digit),
        cmocka_unit_test(plx_result_read__notices_missing_members),
        cmocka_unit_test(plx_result_read__notices_what_is_nested_deeply),
        cmocka_unit_test(plx_result_read__notices_truncation),
    };
    return cmocka_run_group_tests(tests, write_shards, folder_remove);
}
