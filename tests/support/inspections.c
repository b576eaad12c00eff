#include "support/inspections.h"

#include <perplex/result.h>

#include "base/utf8.h"
#include "support/fixtures.h"
#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void scratch_make(struct scratch *scratch)
{
    *scratch = (struct scratch){.folder = "/tmp/perplex-inspect-XXXXXX"};
    if (!mkdtemp(scratch->folder))
        fail_msg("no folder to write to");
}

void scratch_remove(struct scratch *scratch)
{
    for (size_t i = 0; i < scratch->count; i++) {
        unlink(scratch->paths[i]);
        free(scratch->paths[i]);
    }
    rmdir(scratch->folder);
}

const char *scratch_file(struct scratch *scratch, const char *name, const void *bytes, size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", scratch->folder, name);
    file_write(path, bytes, size);
    for (size_t i = 0; i < scratch->count; i++) {
        if (strcmp(scratch->paths[i], path) == 0)
            return scratch->paths[i];
    }
    assert_true(scratch->count < sizeof scratch->paths / sizeof *scratch->paths);
    return scratch->paths[scratch->count++] = strdup(path);
}

const char *scratch_text(struct scratch *scratch, const char *name, const char *text)
{
    return scratch_file(scratch, name, text, strlen(text));
}

static cJSON *read_schema(void)
{
    char *path = source_path("configs/schema/inspection-1.schema.json");
    struct file_bytes file = file_read(path);
    cJSON *schema = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    if (!schema)
        fail_msg("%s is no JSON", path);
    free(file.bytes);
    free(path);
    return schema;
}

static cJSON *check_json(const struct plx_inspection *inspection, const char *name)
{
    struct plx_error error;
    char *text, problem[512];
    size_t length;
    if (plx_inspection_json(inspection, &text, &length, &error))
        fail_msg("%s: %s", name, error.message);
    assert_int_equal(strlen(text), length);
    cJSON *json = cJSON_Parse(text), *schema = read_schema();
    if (!json || !schema_check(schema, json, problem, sizeof problem))
        fail_msg("%s: %s", name, json ? problem : "no JSON");
    cJSON_Delete(schema);
    plx_text_free(text);
    return json;
}

/* Lines of visible UTF-8 that fit a terminal, but for names that cannot be broken. */
static void check_text(const struct plx_inspection *inspection, const char *name)
{
    struct plx_error error;
    char *text;
    size_t length;
    uint64_t invalid = 0;
    if (plx_inspection_text(inspection, &text, &length, &error))
        fail_msg("%s: %s", name, error.message);
    assert_int_equal(strlen(text), length);
    plx_utf8_count((const uint8_t *)text, length, &invalid);
    assert_int_equal(invalid, 0);
    for (const char *line = text; *line;) {
        const size_t size = strcspn(line, "\n");
        const char *last = line + size;
        while (last > line && last[-1] != ' ')
            last--;
        if (plx_utf8_count((const uint8_t *)line, size, NULL) > 100 && last - line > 22)
            fail_msg("%s: a line is too long: %.*s", name, (int)size, line);
        for (size_t i = 0; i < size; i++)
            assert_true((unsigned char)line[i] >= 0x20 && line[i] != 0x7F);
        assert_true(size == 0 || line[size - 1] != ' ');
        assert_true(line[size] == '\n');
        line += size + 1;
    }
    plx_text_free(text);
}

static cJSON *check(struct plx_inspection *inspection, const char *name)
{
    cJSON *json = check_json(inspection, name);
    check_text(inspection, name);
    plx_inspection_free(inspection);
    return json;
}

cJSON *inspect_names(const char *const *names, size_t count, const struct plx_inspect_options *options)
{
    struct plx_inspection *inspection;
    struct plx_error error;
    if (plx_inspect(names, count, options, &inspection, &error))
        fail_msg("%s: %s", names[0], error.message);
    return check(inspection, names[0]);
}

cJSON *inspect_one(const char *name, const struct plx_inspect_options *options)
{
    return inspect_names(&name, 1, options);
}

cJSON *inspect_if_possible(const char *name, const struct plx_inspect_options *options,
                           struct plx_error *error)
{
    struct plx_inspection *inspection;
    char text[1536];
    const enum plx_status status = plx_inspect(&name, 1, options, &inspection, error);
    if (status == PLX_OK)
        return check(inspection, name);
    assert_null(inspection);
    plx_error_format(error, text, sizeof text);
    if (error->status != status || !*error->message || !*error->input || strchr(text, '\n'))
        fail_msg("%s: no clear error: %s", name, text);
    return NULL;
}

const cJSON *json_at(const cJSON *json, const char *path)
{
    char key[64];
    while (json && *path) {
        const size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, atoi(key))
                                   : cJSON_GetObjectItemCaseSensitive(json, key);
        path += length + (path[length] == '.');
    }
    return json;
}

double json_number(const cJSON *json, const char *path)
{
    const cJSON *value = json_at(json, path);
    if (!cJSON_IsNumber(value))
        fail_msg("%s is no number", path);
    return cJSON_GetNumberValue(value);
}

const char *json_text(const cJSON *json, const char *path)
{
    const cJSON *value = json_at(json, path);
    if (!cJSON_IsString(value))
        fail_msg("%s is no string", path);
    return cJSON_GetStringValue(value);
}

const cJSON *json_finding(const cJSON *json, const char *part, const char *code)
{
    char path[64];
    const cJSON *finding;
    snprintf(path, sizeof path, "%s.findings", part);
    const cJSON *findings = json_at(json, path);
    assert_non_null(findings);
    cJSON_ArrayForEach(finding, findings)
    {
        if (strcmp(json_text(finding, "code"), code) == 0)
            return finding;
    }
    return NULL;
}
