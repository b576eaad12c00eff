/* The schema of inspections is closed, described, and refuses what is none. That real ones fit it is checked
   by every test that inspects (support/inspections.c). */
#include "support/fixtures.h"
#include "support/inspections.h"
#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *read_schema(void)
{
    char *path = source_path("configs/schema/inspection-1.schema.json");
    struct file_bytes file = file_read(path);
    cJSON *schema = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    assert_non_null(schema);
    free(file.bytes);
    free(path);
    return schema;
}

/* Every object is closed, and whatever has a name has a description. */
static unsigned assert_closed(const cJSON *value)
{
    unsigned members = 0;
    const cJSON *child, *member;
    if (cJSON_GetObjectItemCaseSensitive(value, "properties") &&
        !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(value, "additionalProperties")))
        fail_msg("%s is open", value->string ? value->string : "an item");
    cJSON_ArrayForEach(child, value)
    {
        const bool named = child->string &&
                           (strcmp(child->string, "properties") == 0 || strcmp(child->string, "$defs") == 0);
        for (member = named ? child->child : NULL; member; member = member->next, members++) {
            const cJSON *description = cJSON_GetObjectItemCaseSensitive(member, "description");
            if (!cJSON_IsString(description) || strlen(description->valuestring) < 5)
                fail_msg("%s has no description", member->string);
        }
        members += assert_closed(child);
    }
    return members;
}

static void schema__is_closed_and_described(void **state)
{
    cJSON *schema = read_schema();
    (void)state;
    assert_true(assert_closed(schema) > 80);
    cJSON_Delete(schema);
}

/* Members that are not always there: of which none may be missed by a reader that goes by this inspection. */
static bool is_optional(const char *name)
{
    static const char *const names[] = {"model",
                                        "corpus",
                                        "coverage",
                                        "ngrams",
                                        "sum",
                                        "file",
                                        "start",
                                        "end",
                                        "unknown",
                                        "token",

                                        "text",
                                        "ids",
                                        "line",
                                        "offset",
                                        "input",
                                        "probability",
                                        "log10_probability",
                                        "tokens",
                                        "types",
                                        "longest_line",
                                        "guesses",
                                        "most_frequent_unknown",
                                        "deep",
                                        "sums",
                                        "orders",
                                        "unknown_mean",
                                        "furthest",
                                        "log10_backoff"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Without any one of its members, with one more, or with another type in the place of a leaf, it is none. */
static unsigned break_everything(const cJSON *schema, const cJSON *root, cJSON *value)
{
    unsigned changes = 0;
    char problem[512];
    cJSON *child, *next;
    if (cJSON_IsObject(value)) {
        cJSON_AddTrueToObject(value, "besides");
        assert_false(schema_check(schema, root, problem, sizeof problem));
        cJSON_DeleteItemFromObjectCaseSensitive(value, "besides");
        changes++;
    }
    for (child = value->child; child; child = next) {
        next = child->next;
        if (cJSON_IsObject(value) && !is_optional(child->string)) {
            char *name = child->string;
            child->string = strdup("renamed");
            assert_false(schema_check(schema, root, problem, sizeof problem));
            free(child->string);
            child->string = name;
            changes++;
        }
        const bool check = child->string && strcmp(child->string, "count") == 0 &&
                           cJSON_GetObjectItemCaseSensitive(value, "refused"); /* null: not known */
        const bool context = child->string && strcmp(child->string, "context_length") == 0; /* likewise */
        if (!cJSON_IsObject(child) && !cJSON_IsArray(child) && !check && !context) {
            const int type = child->type;
            child->type = cJSON_NULL | (type & ~0xFF);
            if (schema_check(schema, root, problem, sizeof problem))
                fail_msg("%s may be null", child->string ? child->string : "an item");
            child->type = type;
            changes++;
        }
        changes += break_everything(schema, root, child);
    }
    return changes;
}

static void schema__refuses_what_is_none(void **state)
{
    cJSON *schema = read_schema();
    char *model = fixture_path("models/almanac.o3.arpa"), *corpus = source_path("corpora/almanac/test.txt");
    const char *names[] = {model, corpus};
    char problem[512];
    (void)state;
    const struct plx_inspect_options deep = {.deep = true};
    cJSON *json = inspect_names(names, 2, &deep);
    assert_true(break_everything(schema, json, json) > 400);
    if (!schema_check(schema, json, problem, sizeof problem))
        fail_msg("%s", problem);
    cJSON_Delete(json);
    free(model);
    free(corpus);
    cJSON_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema__is_closed_and_described),
        cmocka_unit_test(schema__refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
