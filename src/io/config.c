#include <perplex/config.h>

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "io/whole.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES_MAX ((size_t)1 << 20)
#define PATH_TEXT        160

/* Behind what the caller sees, what it points to. */
struct member {
    struct plx_setting setting;
    char path[PATH_TEXT];
    char number[PLX_NUMBER_TEXT];
};

struct plx_config {
    char *name;
    cJSON *json;
    struct member *members; /* [count] */
    size_t count;
};

/* cJSON keeps a double: from 2^53 on it may stand for several integers of the file. */
static bool format_number(double value, char text[PLX_NUMBER_TEXT])
{
    if (value != floor(value)) {
        plx_format_double(value, text);
        return isfinite(value);
    }
    if (fabs(value) >= 9007199254740992.0)
        return false;
    snprintf(text, PLX_NUMBER_TEXT, "%.0f", value);
    return true;
}

/* What the settings are is right as JSON: that they are of another kind is the user's matter, as with options
   on a command line. */
static enum plx_status refuse_kind(const struct plx_json_path *place, const char *name, const cJSON *value,
                                   const char *expected, struct plx_error *error)
{
    plx_json_error(place, name, error, "expected %s, found %s", expected, plx_json_kind(value));
    return error->status = PLX_USAGE;
}

/* Such a file holds settings, and more. */
static void hint_at_result(const struct plx_config *config, struct plx_error *error)
{
    const cJSON *schema = cJSON_GetObjectItemCaseSensitive(config->json, "schema");
    if (cJSON_IsString(schema) && strncmp(schema->valuestring, "perplex.result/", 15) == 0)
        plx_error_hint(error, "this is a whole result; its settings alone: jq .protocol");
}

static enum plx_status read_member(const cJSON *value, const char *name, struct member *member,
                                   struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, place = {&root, value->string, 0};
    plx_json_path_format(&place, member->path, sizeof member->path);
    member->setting = (struct plx_setting){.key = value->string, .path = member->path};
    if (cJSON_IsString(value)) {
        member->setting.value = value->valuestring;
    } else if (cJSON_IsNumber(value)) {
        if (!format_number(value->valuedouble, member->number))
            return plx_json_error(&place, name, error, "the number is too large to be exact");
        member->setting.kind = PLX_SETTING_NUMBER;
        member->setting.value = member->number;
    } else if (cJSON_IsBool(value)) {
        member->setting.kind = PLX_SETTING_BOOLEAN;
        member->setting.value = cJSON_IsTrue(value) ? "true" : "false";
    } else {
        return refuse_kind(&place, name, value, "a string, a number, true or false", error);
    }
    return PLX_OK;
}

static enum plx_status read_members(struct plx_config *config, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0};
    const cJSON *value;
    if (!cJSON_IsObject(config->json))
        return refuse_kind(&root, config->name, config->json, "an object of settings", error);
    config->members = plx_new_array((size_t)cJSON_GetArraySize(config->json), sizeof *config->members, error);
    if (!config->members)
        return PLX_MEMORY;
    cJSON_ArrayForEach(value, config->json)
    {
        const enum plx_status status =
            read_member(value, config->name, config->members + config->count, error);
        if (status) {
            hint_at_result(config, error);
            return status;
        }
        config->count++;
    }
    return PLX_OK;
}

static enum plx_status read_source(struct plx_config *config, struct plx_source *source,
                                   struct plx_error *error)
{
    struct plx_buffer text;
    const char *name = plx_source_name(source);
    config->name = plx_copy_string(name, strlen(name), error);
    if (!config->name)
        return PLX_MEMORY;
    plx_buffer_init(&text, CONFIG_BYTES_MAX);
    enum plx_status status = plx_source_read_all(source, "a config", &text, error);
    if (status == PLX_OK)
        status = plx_json_parse((const char *)text.data, text.size, name, &config->json, error);
    plx_buffer_release(&text);
    return status ? status : read_members(config, error);
}

enum plx_status plx_config_open(const char *name, const struct plx_source_options *options,
                                struct plx_config **config, struct plx_error *error)
{
    struct plx_source *source;
    *config = NULL;
    enum plx_status status = plx_source_open(name, options, &source, error);
    if (status)
        return status;
    struct plx_config *opened = plx_new_array(1, sizeof *opened, error);
    status = opened ? read_source(opened, source, error) : PLX_MEMORY;
    plx_source_close(source);
    if (status) {
        plx_config_close(opened);
        return status;
    }
    *config = opened;
    return PLX_OK;
}

const char *plx_config_name(const struct plx_config *config)
{
    return config->name;
}

const struct plx_setting *plx_config_setting(const struct plx_config *config, size_t index)
{
    return index < config->count ? &config->members[index].setting : NULL;
}

void plx_config_close(struct plx_config *config)
{
    if (!config)
        return;
    cJSON_Delete(config->json);
    free(config->members);
    free(config->name);
    free(config);
}
