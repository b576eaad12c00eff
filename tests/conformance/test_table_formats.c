/* What holds for every format of tables that is registered, whatever the names in the results. */
#include <perplex/result.h>
#include <perplex/table.h>

#include "base/utf8.h"
#include "support/folder.h"
#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Model, corpus, perplexity, window. */
static const char RESULT[] =
    "{\"schema\": \"perplex.result/1\", \"complete\": true, \"nats_per_token\": 4.605170185988092, "
    "\"perplexity\": %s,"
    " \"uncertainty\": {\"standard_error_nats\": 0.1}, \"normalized\": {\"bits_per_byte\": 1.23456},"
    " \"counts\": {\"scored\": 10, \"tokens\": 10}, \"unknown\": {\"tokens\": 3},"
    " \"protocol\": {\"name\": \"custom\", \"unknown\": \"unk\", \"window\": %d},"
    " \"runtime\": {\"inputs\": {\"model\": \"%s\", \"corpus\": \"%s\"}}}";

static void write_result(const char *path, const char *model, const char *corpus, const char *perplexity,
                         int window)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fprintf(file, RESULT, perplexity, window, model, corpus) > 0);
    assert_int_equal(fclose(file), 0);
}

static char *tabulate(const char *const *paths, size_t count, const struct plx_table_options *options)
{
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_table(paths, count, options, &text, &length, &error))
        fail_msg("%s: %s", options->format, error.message);
    assert_int_equal(strlen(text), length);
    return text;
}

/* Names are made of every character that means something somewhere. */
static const char HOSTILE[] =
    "|<s>&\\\"'`*_[x](y)~^{}#$%%,;\\t\\r\\n\\u001b[2J\\u202e\\u2028\\ufeff\\\\end=@-- \\u00e9\\u4e2d";

static void formats__are_named_and_described(void **state)
{
    const char *name;
    size_t count = 0;
    (void)state;
    for (; (name = plx_table_format_name(count)) != NULL; count++) {
        const char *description = plx_table_format_description(count);
        assert_true(strspn(name, "abcdefghijklmnopqrstuvwxyz") == strlen(name));
        assert_true(description && strlen(description) > 10 && strlen(description) < 80);
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(name, plx_table_format_name(i));
    }
    assert_true(count >= 6);
    assert_null(plx_table_format_description(count));
    assert_string_equal(plx_table_format_name(0), "markdown");
}

/* UTF-8 that ends with a new line, the same every time; for people without a control. */
static void formats__survive_names(void **state)
{
    const char *const paths[] = {folder_path("1"), folder_path("2"), folder_path("3"), folder_path("4")};
    struct plx_table_options options = {
        .rows = "model", .columns = "corpus,protocol", .metrics = "ppl,bpb,nats"};
    char other[256];
    (void)state;
    snprintf(other, sizeof other, "%s2", HOSTILE);
    write_result(paths[0], HOSTILE, "c", "10", 0);
    write_result(paths[1], other, "c", "\"inf\"", 0);
    write_result(paths[2], HOSTILE, HOSTILE, "\"nan\"", 0);
    write_result(paths[3], "m", HOSTILE, "20", 7);
    options.difference = "m";
    for (size_t i = 0; (options.format = plx_table_format_name(i)) != NULL; i++) {
        for (int interval = 0; interval < 2; interval++) {
            options.interval = interval;
            char *text = tabulate(paths, 4, &options), *again = tabulate(paths, 4, &options);
            const size_t length = strlen(text);
            uint64_t invalid = 0;
            assert_string_equal(text, again);
            assert_int_equal(text[length - 1], '\n');
            plx_utf8_count((const uint8_t *)text, length, &invalid);
            assert_int_equal(invalid, 0);
            const bool people = strchr("mlh", *options.format) != NULL; /* markdown, latex, html */
            for (size_t k = 0; people && k < length; k++)
                assert_true((unsigned char)text[k] >= 0x20 || text[k] == '\n');
            for (size_t k = 0; people && k + 2 < length; k++) /* U+202E */
                assert_false(memcmp(text + k, (const uint8_t[]){0xE2, 0x80, 0xAE}, 3) == 0);
            plx_text_free(text);
            plx_text_free(again);
        }
    }
}

/* From one result without anything but what is needed to more than anybody shows. */
static void formats__of_any_size(void **state)
{
    enum { MANY = 100 };
    const char *paths[MANY];
    char names[MANY][160];
    struct plx_table_options options = {0};
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu", i);
        snprintf(names[i], sizeof names[i], "%s", folder_path(name));
        paths[i] = names[i];
        write_result(paths[i], name, i % 2 ? "a" : "b", "10", (int)(i % 3));
    }
    for (size_t i = 0; (options.format = plx_table_format_name(i)) != NULL; i++) {
        for (size_t layout = 0; layout < 4; layout++) {
            options.rows = layout & 1 ? "corpus,file" : NULL;
            options.columns = layout & 2 ? "protocol" : NULL;
            char *text = tabulate(paths, layout == 2 ? 1 : MANY, &options);
            assert_non_null(strstr(text, layout == 0 ? "99" : layout & 1 ? "a" : "10"));
            plx_text_free(text);
        }
    }
}

static cJSON *read_schema(void)
{
    static char text[1 << 16];
    char path[1024];
    const char *folder = getenv("SOURCE_DIR");
    assert_non_null(folder);
    snprintf(path, sizeof path, "%s/configs/schema/table-1.schema.json", folder);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return cJSON_Parse(text);
}

/* Every layout is valid; without a member that must be there, it is not. */
static void json__is_what_the_schema_says(void **state)
{
    const char *const paths[] = {folder_path("1"), folder_path("2"), folder_path("3")};
    const struct plx_table_options layouts[] = {
        {.format = "json"},
        {.format = "json", .rows = "model", .columns = "corpus", .interval = true, .difference = "m"},
        {.format = "json", .columns = "model,protocol", .metrics = "nats,unknown.tokens"},
    };
    cJSON *schema = read_schema();
    char problem[256];
    (void)state;
    assert_non_null(schema);
    write_result(paths[0], "m", "c", "10", 0);
    write_result(paths[1], HOSTILE, "c", "\"inf\"", 0);
    write_result(paths[2], "n", "c", "20", 7);
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        char *text = tabulate(paths, 3, layouts + i);
        cJSON *table = cJSON_Parse(text);
        if (!schema_check(schema, table, problem, sizeof problem))
            fail_msg("%s", problem);
        cJSON *cell = cJSON_GetObjectItemCaseSensitive(table, "cells")->child;
        cJSON_DeleteItemFromObjectCaseSensitive(cell, "value");
        assert_false(schema_check(schema, table, problem, sizeof problem));
        cJSON_Delete(table);
        plx_text_free(text);
    }
    cJSON_Delete(schema);
}

static void formats__that_are_none(void **state)
{
    const char *const paths[] = {folder_path("1")};
    const struct plx_table_options options = {.format = "word"};
    struct plx_error error;
    char *text;
    size_t length;
    (void)state;
    assert_int_equal(plx_table(paths, 1, &options, &text, &length, &error), PLX_USAGE);
    assert_null(text);
    assert_string_equal(error.message, "tables have no format \"word\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats__are_named_and_described),
        cmocka_unit_test_setup_teardown(formats__survive_names, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(formats__of_any_size, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(json__is_what_the_schema_says, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(formats__that_are_none, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
