/* Settings in files, and the configs of this project against their JSON Schema. What is JSON and what is not
   is in test_json.c. */
#include <perplex/config.h>
#include <perplex/summary.h>

#include "support/inputs.h"
#include "support/schema.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The content as a config, by way of a file; the name of the file is in `path`. */
static enum plx_status open_text_as(const char *text, size_t size, bool tree, char path[64],
                                    struct plx_config **config, struct plx_error *error)
{
    strcpy(path, "/tmp/perplex-config-XXXXXX");
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, size), size);
    close(descriptor);
    const enum plx_status status = (tree ? plx_config_open_tree : plx_config_open)(path, NULL, config, error);
    unlink(path);
    return status;
}

static enum plx_status open_text(const char *text, size_t size, char path[64], struct plx_config **config,
                                 struct plx_error *error)
{
    return open_text_as(text, size, false, path, config, error);
}

static void assert_setting(const struct plx_config *config, size_t index, const char *key, const char *path,
                           enum plx_setting_kind kind, const char *value)
{
    const struct plx_setting *setting = plx_config_setting(config, index);
    assert_non_null(setting);
    assert_string_equal(setting->key, key);
    assert_string_equal(setting->path, path);
    assert_int_equal(setting->kind, kind);
    assert_string_equal(setting->value, value);
}

static void plx_config_open__all_kinds_in_order(void **state)
{
    static const char text[] = "{\"unit\": \"line\", \"window\": 100000, \"x\": -0.25, \"quiet\": true,\n"
                               "\"a b\": false, \"limit\": 9007199254740991, \"\": \"\", \"e\": 1e3}";
    struct plx_config *config;
    struct plx_error error;
    char path[64];
    (void)state;
    assert_int_equal(open_text(text, strlen(text), path, &config, &error), PLX_OK);
    assert_string_equal(plx_config_name(config), path);
    assert_setting(config, 0, "unit", "$.unit", PLX_SETTING_TEXT, "line");
    assert_setting(config, 1, "window", "$.window", PLX_SETTING_NUMBER, "100000");
    assert_setting(config, 2, "x", "$.x", PLX_SETTING_NUMBER, "-0.25");
    assert_setting(config, 3, "quiet", "$.quiet", PLX_SETTING_BOOLEAN, "true");
    assert_setting(config, 4, "a b", "$[\"a b\"]", PLX_SETTING_BOOLEAN, "false");
    assert_setting(config, 5, "limit", "$.limit", PLX_SETTING_NUMBER, "9007199254740991");
    assert_setting(config, 6, "", "$[\"\"]", PLX_SETTING_TEXT, "");
    assert_setting(config, 7, "e", "$.e", PLX_SETTING_NUMBER, "1000");
    assert_null(plx_config_setting(config, 8));
    assert_null(plx_config_setting(config, SIZE_MAX));
    plx_config_close(config);
}

static void plx_config_open__empty_object(void **state)
{
    struct plx_config *config;
    struct plx_error error;
    char path[64];
    (void)state;
    assert_int_equal(open_text(" {}\n", 4, path, &config, &error), PLX_OK);
    assert_null(plx_config_setting(config, 0));
    plx_config_close(config);
    plx_config_close(NULL);
}

static void plx_config_open__refused(void **state)
{
    static const struct {
        const char *text, *message;
        uint64_t line;
    } cases[] = {
        {"", "ends too early", 1},
        {"{\n\"a\": 1,\n}", "string in double quotes", 3},
        {"{\"a\": 1, \"b\": 2, \"a\": 1}", "$.a: the key stands twice", PLX_NOWHERE},
        {"{\"a\": 9007199254740992}", "$.a: the number is too large to be exact", PLX_NOWHERE},
        {"{\"a\": -9007199254740993}", "$.a: the number is too large to be exact", PLX_NOWHERE},
        {"{\"a\": 1e999}", "$.a: the number is too large to be exact", PLX_NOWHERE},
        {"{} {}", "more behind", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_config *config = (void *)&config;
        struct plx_error error;
        char path[64];
        assert_int_equal(open_text(cases[i].text, strlen(cases[i].text), path, &config, &error),
                         PLX_MALFORMED);
        assert_null(config);
        assert_string_equal(error.input, path);
        if (!strstr(error.message, cases[i].message))
            fail_msg("%s: %s", cases[i].text, error.message);
        assert_int_equal(error.line, cases[i].line);
    }
}

/* Right as JSON, and no settings: as wrong an option as one on a command line. */
static void plx_config_open__other_kinds(void **state)
{
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"[1]", "$: expected an object of settings, found an array", ""},
        {"null", "$: expected an object of settings, found null", ""},
        {"{\"a\": null}", "$.a: expected a string, a number, true or false, found null", ""},
        {"{\"a\": [1]}", "$.a: expected a string, a number, true or false, found an array", ""},
        {"{\"a\": {}}", "$.a: expected a string, a number, true or false, found an object", ""},
        {"{\"schema\": \"perplex.result/1\", \"protocol\": {}}",
         "$.protocol: expected a string, a number, true or false, found an object",
         "this is a whole result; its settings alone: jq .protocol"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_config *config = (void *)&config;
        struct plx_error error;
        char path[64];
        assert_int_equal(open_text(cases[i].text, strlen(cases[i].text), path, &config, &error), PLX_USAGE);
        assert_null(config);
        assert_string_equal(error.input, path);
        assert_string_equal(error.message, cases[i].message);
        assert_string_equal(error.hint, cases[i].hint);
    }
}

/* A tree: objects and arrays in each other, and where each value stands. */
static void plx_config_open_tree__nested(void **state)
{
    static const char text[] = "{\"a\": [1, {\"b c\": [true, []]}], \"d\": {}}";
    struct plx_config *config;
    struct plx_error error;
    char path[64];
    (void)state;
    assert_int_equal(open_text_as(text, strlen(text), true, path, &config, &error), PLX_OK);
    const struct plx_setting *root = plx_config_root(config);
    assert_string_equal(root->path, "$");
    assert_int_equal(root->kind, PLX_SETTING_OBJECT);
    assert_int_equal(root->member_count, 2);
    const struct plx_setting *a = plx_setting_member(root, "a"), *d = plx_setting_member(root, "d");
    assert_null(plx_setting_member(root, "b c"));
    assert_ptr_equal(a, plx_config_setting(config, 0));
    assert_int_equal(a->kind, PLX_SETTING_ARRAY);
    assert_int_equal(a->member_count, 2);
    assert_null(a->value);
    assert_null(plx_setting_member(a, "a"));
    assert_null(a->members[0].key);
    assert_string_equal(a->members[0].path, "$.a[0]");
    assert_string_equal(a->members[0].value, "1");
    const struct plx_setting *b = plx_setting_member(a->members + 1, "b c");
    assert_string_equal(b->path, "$.a[1][\"b c\"]");
    assert_string_equal(b->members[0].value, "true");
    assert_string_equal(b->members[1].path, "$.a[1][\"b c\"][1]");
    assert_int_equal(b->members[1].member_count, 0);
    assert_int_equal(d->kind, PLX_SETTING_OBJECT);
    assert_int_equal(d->member_count, 0);
    plx_config_close(config);
}

static void plx_config_open_tree__refused(void **state)
{
    static const struct {
        const char *text, *message;
        enum plx_status status;
    } cases[] = {
        {"[1]", "$: expected an object of settings, found an array", PLX_USAGE},
        {"{\"a\": [null]}", "$.a[0]: expected a string, a number, true or false, found null", PLX_USAGE},
        {"{\"a\": [{\"b\": 1e999}]}", "$.a[0].b: the number is too large to be exact", PLX_MALFORMED},
        {"{\"a\": [{\"b\": 1, \"b\": 2}]}", "$.a[0].b: the key stands twice in its object", PLX_MALFORMED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_config *config = (void *)&config;
        struct plx_error error;
        char path[64];
        assert_int_equal(open_text_as(cases[i].text, strlen(cases[i].text), true, path, &config, &error),
                         cases[i].status);
        assert_null(config);
        assert_string_equal(error.message, cases[i].message);
    }
}

static void plx_config_open__no_file_and_a_large_one(void **state)
{
    const size_t size = ((size_t)1 << 20) + 1;
    struct plx_config *config;
    struct plx_error error;
    char path[64], *text = malloc(size);
    (void)state;
    assert_non_null(text);
    memset(text, ' ', size);
    memcpy(text, "{}", 2);
    assert_int_equal(open_text(text, size - 1, path, &config, &error), PLX_OK);
    plx_config_close(config);
    assert_int_equal(open_text(text, size, path, &config, &error), PLX_UNSUPPORTED);
    assert_null(config);
    free(text);
    assert_int_equal(plx_config_open("/nowhere/at/all.json", NULL, &config, &error), PLX_IO);
    assert_null(config);
}

static cJSON *read_json(const char *folder, const char *name)
{
    char path[512], text[65536];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    cJSON *json = cJSON_Parse(text);
    if (!json)
        fail_msg("%s is not JSON", path);
    return json;
}

static const char *source_folder(void)
{
    const char *folder = getenv("SOURCE_DIR");
    return folder ? folder : ".";
}

/* The configs that users are given are valid; what is not, is not. */
static void protocol_schema__configs(void **state)
{
    static const char *const invalid[] = {
        "{\"windw\": 5}",       "{\"window\": \"5\"}", "{\"window\": -1}",         "{\"window\": 1.5}",
        "{\"unit\": \"page\"}", "{\"quiet\": 1}",      "{\"output\": \"a\"}",      "{\"score\": \"last:\"}",
        "{\"start\": \"\"}",    "{\"threads\": 0}",    "{\"unknown\": \"class\"}", "[]"};
    char folder[512], problem[512];
    (void)state;
    snprintf(folder, sizeof folder, "%s/configs", source_folder());
    cJSON *schema = read_json(folder, "schema/protocol-1.schema.json");
    cJSON *plans = read_json(folder, "schema/plan-1.schema.json");
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    size_t seen = 0;
    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".json") != 0)
            continue;
        cJSON *config = read_json(folder, entry->d_name);
        const bool plan = cJSON_HasObjectItem(config, "models");
        if (!schema_check(plan ? plans : schema, config, problem, sizeof problem))
            fail_msg("%s: %s", entry->d_name, problem);
        cJSON_Delete(config);
        seen++;
    }
    closedir(directory);
    assert_true(seen >= 5);
    cJSON_Delete(plans);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        cJSON *config = cJSON_Parse(invalid[i]);
        if (schema_check(schema, config, problem, sizeof problem))
            fail_msg("%s is valid", invalid[i]);
        cJSON_Delete(config);
    }
    cJSON_Delete(schema);
}

/* What `perplex run` refuses is no plan. */
static void plan_schema__refused(void **state)
{
    static const char *const members[] = {
        "\"models\": [\"-\"], \"corpora\": [\"a\"]",
        "\"models\": [\"a\"], \"corpora\": [{\"path\": \"-\"}]",
        "\"models\": [\"a\"], \"corpora\": [{\"path\": \"a\", \"paths\": [\"b\"]}]",
        "\"models\": [\"a\"], \"corpora\": [{\"name\": \"a\"}]",
        "\"models\": [\"a\"], \"corpora\": [\"a\"], \"only\": []",
    };
    char text[256], problem[512];
    (void)state;
    cJSON *schema = read_json(source_folder(), "configs/schema/plan-1.schema.json");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        snprintf(text, sizeof text, "{\"schema\": \"perplex.plan/1\", %s}", members[i]);
        cJSON *plan = cJSON_Parse(text);
        assert_non_null(plan);
        if (schema_check(schema, plan, problem, sizeof problem))
            fail_msg("%s is valid", text);
        cJSON_Delete(plan);
    }
    cJSON_Delete(schema);
}

/* A plan's schema has the options that a config's has, as they are there. */
static void plan_schema__options(void **state)
{
    static const char *const others[] = {"name",     "summary", "quiet", "shard", /* and with other words: */
                                         "mix_tune", "resume"};
    (void)state;
    cJSON *config = read_json(source_folder(), "configs/schema/protocol-1.schema.json");
    cJSON *plan = read_json(source_folder(), "configs/schema/plan-1.schema.json");
    const cJSON *definitions = cJSON_GetObjectItem(plan, "$defs"), *option;
    cJSON_ArrayForEach(option, cJSON_GetObjectItem(config, "properties"))
    {
        char key[64];
        bool other = false;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            other = other || strcmp(others[i], option->string) == 0;
        snprintf(key, sizeof key, "option_%s", option->string);
        const cJSON *ours = cJSON_GetObjectItem(definitions, key);
        if (!other && !cJSON_Compare(option, ours, true))
            fail_msg("%s is not that of a config", key);
    }
    cJSON_Delete(config);
    cJSON_Delete(plan);
}

/* What the library lists for a field is what the schema has, and the presets satisfy it. */
static void protocol_schema__fields(void **state)
{
    const struct plx_protocol *preset;
    char problem[512], text[2 * PLX_SYMBOL_TEXT];
    const char *name;
    bool number;
    (void)state;
    cJSON *schema = read_json(source_folder(), "configs/schema/protocol-1.schema.json");
    const cJSON *properties = cJSON_GetObjectItem(schema, "properties");
    for (size_t p = 0; (preset = plx_protocol_preset(p)) != NULL; p++) {
        cJSON *config = cJSON_CreateObject();
        cJSON_AddStringToObject(config, "name", preset->name);
        for (size_t i = 0; plx_protocol_field(preset, i, &name, text, sizeof text, &number); i++) {
            if (number)
                cJSON_AddNumberToObject(config, name, strtod(text, NULL));
            else
                cJSON_AddStringToObject(config, name, text);
        }
        if (!schema_check(schema, config, problem, sizeof problem))
            fail_msg("%s: %s", preset->name, problem);
        cJSON_Delete(config);
    }
    for (size_t i = 0; plx_protocol_field(plx_protocol_preset(0), i, &name, text, sizeof text, NULL); i++) {
        const char *const *words = plx_protocol_field_values(i);
        const cJSON *listed = cJSON_GetObjectItem(cJSON_GetObjectItem(properties, name), "enum");
        const cJSON *word;
        size_t count = 0;
        cJSON_ArrayForEach(word, listed) assert_string_equal(word->valuestring, words[count++]);
        if (listed)
            assert_null(words[count]);
    }
    cJSON_Delete(schema);
}

/* What the schema lists for a summary are the tools that there are. */
static void protocol_schema__summaries(void **state)
{
    (void)state;
    cJSON *schema = read_json(source_folder(), "configs/schema/protocol-1.schema.json");
    const cJSON *summary = cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "properties"), "summary");
    const cJSON *word;
    size_t count = 0;
    cJSON_ArrayForEach(word, cJSON_GetObjectItem(summary, "enum"))
    {
        assert_non_null(plx_summary_name(count));
        assert_string_equal(word->valuestring, plx_summary_name(count++));
    }
    assert_true(count > 0);
    assert_null(plx_summary_name(count));
    cJSON_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_config_open__all_kinds_in_order),
        cmocka_unit_test(plx_config_open__empty_object),
        cmocka_unit_test(plx_config_open__refused),
        cmocka_unit_test(plx_config_open__other_kinds),
        cmocka_unit_test(plx_config_open_tree__nested),
        cmocka_unit_test(plx_config_open_tree__refused),
        cmocka_unit_test(plx_config_open__no_file_and_a_large_one),
        cmocka_unit_test(protocol_schema__configs),
        cmocka_unit_test(plan_schema__refused),
        cmocka_unit_test(plan_schema__options),
        cmocka_unit_test(protocol_schema__fields),
        cmocka_unit_test(protocol_schema__summaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
