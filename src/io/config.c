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
#define TREE_BYTES_MAX   ((size_t)64 << 20)
#define PATH_TEXT        160

/* What settings point to. */
struct text {
    char path[PATH_TEXT];
    char number[PLX_NUMBER_TEXT];
};

/* The members of one object or array. */
struct group {
    struct group *next; /* of those that have been made before */
    struct plx_setting *settings;
    struct text *texts;
};

struct plx_config {
    char *name;
    cJSON *json;
    bool tree; /* values may be objects and arrays */
    struct group *groups;
    struct plx_setting root;
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

static enum plx_status read_members(struct plx_config *config, const cJSON *value,
                                    const struct plx_json_path *place, struct plx_setting *setting,
                                    struct plx_error *error);

/* `setting` has its key and path. */
static enum plx_status read_value(struct plx_config *config, const cJSON *value,
                                  const struct plx_json_path *place, struct plx_setting *setting,
                                  char number[PLX_NUMBER_TEXT], struct plx_error *error)
{
    if (cJSON_IsString(value)) {
        setting->value = value->valuestring;
    } else if (cJSON_IsNumber(value)) {
        if (!format_number(value->valuedouble, number))
            return plx_json_error(place, config->name, error, "the number is too large to be exact");
        setting->kind = PLX_SETTING_NUMBER;
        setting->value = number;
    } else if (cJSON_IsBool(value)) {
        setting->kind = PLX_SETTING_BOOLEAN;
        setting->value = cJSON_IsTrue(value) ? "true" : "false";
    } else if (config->tree && !cJSON_IsNull(value)) {
        setting->kind = cJSON_IsObject(value) ? PLX_SETTING_OBJECT : PLX_SETTING_ARRAY;
        return read_members(config, value, place, setting, error);
    } else {
        return refuse_kind(place, config->name, value, "a string, a number, true or false", error);
    }
    return PLX_OK;
}

static struct group *add_group(struct plx_config *config, size_t count, struct plx_error *error)
{
    struct group *group = plx_new_array(1, sizeof *group, error);
    if (!group)
        return NULL;
    group->next = config->groups;
    config->groups = group;
    group->settings = plx_new_array(count, sizeof *group->settings, error);
    group->texts = group->settings ? plx_new_array(count, sizeof *group->texts, error) : NULL;
    return group->texts ? group : NULL;
}

static enum plx_status read_members(struct plx_config *config, const cJSON *value,
                                    const struct plx_json_path *place, struct plx_setting *setting,
                                    struct plx_error *error)
{
    const struct group *group = add_group(config, (size_t)cJSON_GetArraySize(value), error);
    const cJSON *member;
    size_t i = 0;
    if (!group)
        return PLX_MEMORY;
    cJSON_ArrayForEach(member, value)
    {
        const struct plx_json_path inner = {place, member->string, i};
        struct plx_setting *one = group->settings + i;
        plx_json_path_format(&inner, group->texts[i].path, sizeof group->texts[i].path);
        *one = (struct plx_setting){.key = member->string, .path = group->texts[i].path};
        const enum plx_status status =
            read_value(config, member, &inner, one, group->texts[i++].number, error);
        if (status)
            return status;
    }
    setting->members = group->settings;
    setting->member_count = i;
    return PLX_OK;
}

static enum plx_status read_root(struct plx_config *config, struct plx_error *error)
{
    const struct plx_json_path place = {NULL, NULL, 0};
    config->root = (struct plx_setting){.path = "$", .kind = PLX_SETTING_OBJECT};
    if (!cJSON_IsObject(config->json))
        return refuse_kind(&place, config->name, config->json, "an object of settings", error);
    const enum plx_status status = read_members(config, config->json, &place, &config->root, error);
    if (status)
        hint_at_result(config, error);
    return status;
}

static enum plx_status read_source(struct plx_config *config, struct plx_source *source,
                                   struct plx_error *error)
{
    struct plx_buffer text;
    const char *name = plx_source_name(source);
    config->name = plx_copy_string(name, strlen(name), error);
    if (!config->name)
        return PLX_MEMORY;
    plx_buffer_init(&text, config->tree ? TREE_BYTES_MAX : CONFIG_BYTES_MAX);
    enum plx_status status = plx_source_read_all(source, "a config", &text, error);
    if (status == PLX_OK)
        status = plx_json_parse((const char *)text.data, text.size, name, &config->json, error);
    plx_buffer_release(&text);
    return status ? status : read_root(config, error);
}

static enum plx_status open_config(const char *name, const struct plx_source_options *options, bool tree,
                                   struct plx_config **config, struct plx_error *error)
{
    struct plx_source *source;
    *config = NULL;
    enum plx_status status = plx_source_open(name, options, &source, error);
    if (status)
        return status;
    struct plx_config *opened = plx_new_array(1, sizeof *opened, error);
    if (opened)
        opened->tree = tree;
    status = opened ? read_source(opened, source, error) : PLX_MEMORY;
    plx_source_close(source);
    if (status) {
        plx_config_close(opened);
        return status;
    }
    *config = opened;
    return PLX_OK;
}

enum plx_status plx_config_open(const char *name, const struct plx_source_options *options,
                                struct plx_config **config, struct plx_error *error)
{
    return open_config(name, options, false, config, error);
}

enum plx_status plx_config_open_tree(const char *name, const struct plx_source_options *options,
                                     struct plx_config **config, struct plx_error *error)
{
    return open_config(name, options, true, config, error);
}

const char *plx_config_name(const struct plx_config *config)
{
    return config->name;
}

const struct plx_setting *plx_config_root(const struct plx_config *config)
{
    return &config->root;
}

const struct plx_setting *plx_setting_member(const struct plx_setting *object, const char *key)
{
    for (size_t i = 0; object->kind == PLX_SETTING_OBJECT && i < object->member_count; i++) {
        if (strcmp(object->members[i].key, key) == 0)
            return object->members + i;
    }
    return NULL;
}

const struct plx_setting *plx_config_setting(const struct plx_config *config, size_t index)
{
    return index < config->root.member_count ? config->root.members + index : NULL;
}

void plx_config_close(struct plx_config *config)
{
    if (!config)
        return;
    while (config->groups) {
        struct group *group = config->groups;
        config->groups = group->next;
        free(group->settings);
        free(group->texts);
        free(group);
    }
    cJSON_Delete(config->json);
    free(config->name);
    free(config);
}
