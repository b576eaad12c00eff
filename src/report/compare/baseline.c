#include <perplex/baseline.h>
#include <perplex/protocol.h>

#include "base/memory.h"
#include "base/number.h"
#include "report/compare/gate.h"
#include "report/result/result_file.h"
#include "report/tokens/token_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_TEXT 160

/* Behind what the caller sees, what it points to. */
struct member {
    struct plx_setting setting;
    char path[PATH_TEXT];
    char number[PLX_NUMBER_TEXT];
};

struct plx_baseline {
    char *name;
    cJSON *json;
    char *per_token;        /* NULL: none */
    struct member *members; /* [count] */
    size_t count, capacity;
};

/* The value, which stands at `path` or is missing there, as setting `name`. */
static enum plx_status add_setting(struct plx_baseline *baseline, const cJSON *value, const char *name,
                                   const struct plx_json_path *path, struct plx_error *error)
{
    if (!value)
        return plx_json_error(path, baseline->name, error, "missing");
    const enum plx_status status = plx_reserve_array(&baseline->members, &baseline->capacity,
                                                     baseline->count + 1, sizeof *baseline->members, error);
    if (status)
        return status;
    struct member *member = baseline->members + baseline->count;
    *member = (struct member){.setting = {.key = name}};
    plx_json_path_format(path, member->path, sizeof member->path);
    if (cJSON_IsString(value)) {
        member->setting.value = value->valuestring;
    } else if (cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble) &&
               fabs(value->valuedouble) < 9007199254740992.0) {
        member->setting.kind = PLX_SETTING_NUMBER;
        snprintf(member->number, sizeof member->number, "%.0f", value->valuedouble);
    } else {
        return plx_json_error(path, baseline->name, error, "expected a string or an integer, found %s",
                              plx_json_kind(value));
    }
    baseline->count++;
    return PLX_OK;
}

static bool is_field(const char *key)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    for (size_t i = 0; plx_protocol_field(plx_protocol_preset(0), i, &name, text, sizeof text, NULL); i++) {
        if (strcmp(name, key) == 0)
            return true;
    }
    return false;
}

/* One that is no preset is all of its fields. */
static enum plx_status check_custom(const struct plx_baseline *baseline, const cJSON *protocol,
                                    const struct plx_json_path *path, struct plx_error *error)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    for (size_t i = 0; plx_protocol_field(plx_protocol_preset(0), i, &name, text, sizeof text, NULL); i++) {
        const struct plx_json_path place = {path, name, 0};
        if (!plx_result_member(protocol, name))
            return plx_json_error(&place, baseline->name, error, "missing");
    }
    return PLX_OK;
}

static enum plx_status read_protocol(struct plx_baseline *baseline, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, path = {&root, "protocol", 0};
    const cJSON *protocol = plx_result_member(baseline->json, "protocol"), *field;
    const char *name;
    enum plx_status status = plx_json_get_string(protocol, "name", &path, baseline->name, &name, error);
    if (status == PLX_OK && !plx_protocol_find(name))
        status = check_custom(baseline, protocol, &path, error);
    cJSON_ArrayForEach(field, protocol)
    {
        const struct plx_json_path place = {&path, field->string, 0};
        const bool names = strcmp(field->string, "name") == 0;
        if (status || (names && !plx_protocol_find(name)))
            continue;
        if (!names && !is_field(field->string)) {
            plx_json_error(&place, baseline->name, error, "a protocol has no such field here");
            plx_error_hint(error, "the baseline is of another version of perplex");
            return error->status = PLX_UNSUPPORTED;
        }
        status = add_setting(baseline, field, names ? "protocol" : field->string, &place, error);
    }
    return status;
}

static enum plx_status read_corpus(struct plx_baseline *baseline, struct plx_error *error)
{
    static const struct {
        const char *key, *name;
        bool always;
    } members[] = {{"tokenization", "tokens", true},
                   {"format", "corpus_format", true},
                   {"document_range", "documents", false}};
    const struct plx_json_path root = {NULL, NULL, 0}, path = {&root, "corpus", 0};
    const cJSON *corpus = plx_result_member(baseline->json, "corpus");
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < sizeof members / sizeof *members && status == PLX_OK; i++) {
        const struct plx_json_path place = {&path, members[i].key, 0};
        const cJSON *value = plx_result_member(corpus, members[i].key);
        if (i == 0 && cJSON_IsString(value) && strcmp(value->valuestring, "model") == 0)
            continue; /* it need not be asked for */
        if (value || members[i].always)
            status = add_setting(baseline, value, members[i].name, &place, error);
    }
    return status;
}

/* Where the members stay. */
static void point_to_texts(struct plx_baseline *baseline)
{
    for (size_t i = 0; i < baseline->count; i++) {
        struct member *member = baseline->members + i;
        member->setting.path = member->path;
        if (member->setting.kind == PLX_SETTING_NUMBER)
            member->setting.value = member->number;
    }
}

static enum plx_status read_baseline(struct plx_baseline *baseline, const char *name,
                                     const struct plx_network *network, struct plx_error *error)
{
    if (!(baseline->name = plx_copy_string(name, strlen(name), error)))
        return PLX_MEMORY;
    enum plx_status status = plx_result_file_read(name, network, &baseline->json, error);
    if (status == PLX_OK)
        status = plx_result_file_whole(baseline->json, name, error);
    if (status == PLX_OK)
        status = read_protocol(baseline, error);
    if (status == PLX_OK)
        status = read_corpus(baseline, error);
    point_to_texts(baseline);
    if (status == PLX_OK)
        status = plx_token_file_find(baseline->json, name, &baseline->per_token, error);
    return status;
}

enum plx_status plx_baseline_open(const char *name, const struct plx_network *network,
                                  struct plx_baseline **baseline, struct plx_error *error)
{
    struct plx_baseline *opened = plx_new_array(1, sizeof *opened, error);
    const enum plx_status status = opened ? read_baseline(opened, name, network, error) : PLX_MEMORY;
    *baseline = NULL;
    if (status)
        plx_baseline_close(opened);
    else
        *baseline = opened;
    return status;
}

const struct plx_setting *plx_baseline_setting(const struct plx_baseline *baseline, size_t index)
{
    return index < baseline->count ? &baseline->members[index].setting : NULL;
}

const char *plx_baseline_per_token(const struct plx_baseline *baseline)
{
    return baseline->per_token;
}

enum plx_status plx_baseline_check(const struct plx_baseline *baseline, const struct plx_gate *gate,
                                   struct plx_error *error)
{
    const cJSON *const results[] = {baseline->json};
    struct plx_metric metric;
    char path[PLX_METRIC_PATH];
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < gate->count && status == PLX_OK; i++) {
        const struct plx_condition *condition = gate->conditions + i;
        if (condition->of_change)
            status = plx_condition_metric(condition, results, 1, &metric, path, error);
    }
    return status;
}

void plx_baseline_close(struct plx_baseline *baseline)
{
    if (!baseline)
        return;
    cJSON_Delete(baseline->json);
    free(baseline->name);
    free(baseline->per_token);
    free(baseline->members);
    free(baseline);
}
