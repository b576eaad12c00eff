/* JSON descriptions of neural models: what the tensors of foreign weights are, and how the model computes.

       { "schema": "perplex.model/1", "weights": "model.safetensors", "architecture": "ffn", "order": 3,
         "activation": "relu", "tensors": { "embed.weight": "emb.w", … }, "vocabulary": "words.txt" }

   Files are named relative to the description's folder. What it does not say, the metadata of the weights
   may. configs/schema/model-1.schema.json has all members. */
#include "base/json.h"
#include "base/memory.h"
#include "base/path.h"
#include "model/neural.h"
#include "model/neural_names.h"
#include "model/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SCHEMA "perplex.model/1"

/* A description that is larger has been taken for one by mistake. */
#define SIZE_MOST ((uint64_t)1 << 26)

/* X(key, what its value may be). Of those that are passed on as claims, numbers become strings. */
#define MEMBERS(X)            \
    X(schema, TEXT)           \
    X(format, TEXT)           \
    X(weights, TEXT)          \
    X(vocabulary, TEXT)       \
    X(tensors, OBJECT)        \
    X(architecture, TEXT)     \
    X(order, NUMBER)          \
    X(activation, TEXT)       \
    X(context_order, TEXT)    \
    X(padding, TEXT | NUMBER) \
    X(start_token, TEXT)      \
    X(start_id, NUMBER)       \
    X(end_token, TEXT)        \
    X(end_id, NUMBER)         \
    X(unknown_token, TEXT)    \
    X(unknown_id, NUMBER)

enum kind { TEXT = 1, NUMBER = 2, OBJECT = 4 };

#define MEMBER(key, kind) {#key, kind},
static const struct member {
    const char *key;
    unsigned kind;
} ALL[] = {MEMBERS(MEMBER)};
#undef MEMBER

#define COUNT (sizeof ALL / sizeof *ALL)

static const struct plx_json_path ROOT = {0};

struct description {
    const char *name; /* of the file */
    cJSON *object;    /* as it stands there */
    cJSON *claims;    /* its members as strings */
    char *weights;    /* paths; NULL: not named */
    char *vocabulary;
};

static void release(struct description *description)
{
    cJSON_Delete(description->object);
    cJSON_Delete(description->claims);
    free(description->weights);
    free(description->vocabulary);
}

static const struct member *find_member(const char *key)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(ALL[i].key, key) == 0)
            return ALL + i;
    }
    return NULL;
}

static enum plx_status fail_key(const struct description *description, const struct plx_json_path *path,
                                struct plx_error *error)
{
    char list[256];
    size_t used = 0;
    for (size_t i = 0; i < COUNT && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", ALL[i].key);
    plx_json_error(path, description->name, error, "there is no such member");
    return plx_error_hint(error, "a description can have %s", list);
}

/* The value as a string, which claims are. */
static enum plx_status check_member(struct description *description, const cJSON *value,
                                    struct plx_error *error)
{
    const struct plx_json_path path = {.parent = &ROOT, .key = value->string};
    const struct member *member = find_member(value->string);
    const unsigned kind = cJSON_IsString(value)   ? TEXT
                          : cJSON_IsNumber(value) ? NUMBER
                          : cJSON_IsObject(value) ? OBJECT
                                                  : 0;
    char number[32];
    if (!member)
        return fail_key(description, &path, error);
    if (!(member->kind & kind))
        return plx_json_error(&path, description->name, error, "expected %s, found %s",
                              member->kind == OBJECT   ? "an object"
                              : member->kind == TEXT   ? "a string"
                              : member->kind == NUMBER ? "a number"
                                                       : "a string or a number",
                              plx_json_kind(value));
    if (kind == OBJECT)
        return PLX_OK;
    if (kind == NUMBER) {
        const double exact = value->valuedouble;
        if (!(exact >= 0) || exact >= 9007199254740992.0 || exact != (double)(uint64_t)exact)
            return plx_json_error(&path, description->name, error, "expected an integer from 0 to 2^53 - 1");
        snprintf(number, sizeof number, "%" PRIu64, (uint64_t)exact);
    }
    if (!cJSON_AddStringToObject(description->claims, member->key,
                                 kind == NUMBER ? number : value->valuestring))
        return plx_error_set(error, PLX_MEMORY, "out of memory");
    return PLX_OK;
}

/* The roles exist, and have names. */
static enum plx_status check_names(const struct description *description, const cJSON *names,
                                   struct plx_error *error)
{
    const struct plx_json_path place = {.parent = &ROOT, .key = "tensors"};
    const cJSON *name;
    cJSON_ArrayForEach(name, names)
    {
        const struct plx_json_path path = {.parent = &place, .key = name->string};
        if (!plx_neural_role_exists(name->string)) {
            plx_json_error(&path, description->name, error, "there is no such role");
            return plx_error_hint(error, "roles are logits; embed.weight, hidden.weight and .bias or "
                                         "hidden.0.weight and so on, out.weight, out.bias, direct.weight");
        }
        if (!cJSON_IsString(name))
            return plx_json_error(&path, description->name, error,
                                  "expected a string, the name of a tensor, found %s", plx_json_kind(name));
    }
    return PLX_OK;
}

/* The member `key`, a path, as seen from here; *path is NULL where the description has none. */
static enum plx_status take_path(const struct description *description, const char *key, char **path,
                                 struct plx_error *error)
{
    const struct plx_json_path place = {.parent = &ROOT, .key = key};
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(description->object, key));
    if (!value)
        return PLX_OK;
    if (!*value)
        return plx_json_error(&place, description->name, error, "the name of a file is expected");
    const size_t folder =
        value[0] == '/' ? 0 : (size_t)(plx_path_base(description->name) - description->name);
    const size_t capacity = folder + strlen(value) + 3;
    *path = plx_new_array(capacity, 1, error);
    if (!*path)
        return PLX_MEMORY;
    /* "./-" is a file, no stream, and "./http:" no URL */
    const bool bare = folder == 0 && value[0] != '/';
    snprintf(*path, capacity, "%.*s%s", (int)(bare ? 2 : folder), bare ? "./" : description->name, value);
    return PLX_OK;
}

static enum plx_status check_members(struct description *description, struct plx_error *error)
{
    static const struct plx_json_path SCHEMA_PATH = {.parent = &ROOT, .key = "schema"};
    static const struct plx_json_path WEIGHTS = {.parent = &ROOT, .key = "weights"};
    const cJSON *member;
    enum plx_status status = PLX_OK;
    if (!cJSON_IsObject(description->object))
        return plx_json_error(&ROOT, description->name, error, "an object is expected");
    description->claims = cJSON_CreateObject();
    if (!description->claims)
        return plx_error_set(error, PLX_MEMORY, "out of memory");
    cJSON_ArrayForEach(member, description->object)
    {
        if ((status = check_member(description, member, error)))
            return status;
    }
    const char *schema =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(description->claims, "schema"));
    if (schema && strcmp(schema, SCHEMA) != 0)
        return plx_json_error(&SCHEMA_PATH, description->name, error, "\"%.60s\" is not \"" SCHEMA "\"",
                              schema);
    if ((status = take_path(description, "weights", &description->weights, error)) ||
        (status = take_path(description, "vocabulary", &description->vocabulary, error)))
        return status;
    if (!description->weights)
        return plx_json_error(&WEIGHTS, description->name, error, "the file of the weights is not named");
    return check_names(description, cJSON_GetObjectItemCaseSensitive(description->object, "tensors"), error);
}

/* A mere stream has no folder. */
static enum plx_status check_place(const char *name, struct plx_error *error)
{
    if (strcmp(name, "-") != 0 && strncmp(name, "http://", 7) != 0 && strncmp(name, "https://", 8) != 0)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "a description is read from a file only, beside what it names");
    return plx_error_input(error, name);
}

static enum plx_status parse(const struct plx_mapping *mapping, struct description *description,
                             struct plx_error *error)
{
    enum plx_status status = check_place(description->name, error);
    if (status)
        return status;
    if (mapping->size > SIZE_MOST) {
        plx_error_set(error, PLX_UNSUPPORTED, "a description of more than %" PRIu64 " bytes", SIZE_MOST);
        return plx_error_input(error, description->name);
    }
    status = plx_json_parse((const char *)mapping->data, (size_t)mapping->size, description->name,
                            &description->object, error);
    return status ? status : check_members(description, error);
}

/* The file that the member `key` names, at `path`; NULL is fine. */
static enum plx_status check_file(const struct description *description, const char *key, const char *path,
                                  struct plx_error *error)
{
    const struct plx_json_path place = {.parent = &ROOT, .key = key};
    struct stat facts;
    if (!path || (stat(path, &facts) == 0 && S_ISREG(facts.st_mode)))
        return PLX_OK;
    plx_json_error(&place, description->name, error, "the file %.200s is not there", path);
    return plx_error_hint(error, "files are named relative to the folder of the description");
}

/* The format that the description says the weights have; NULL: it says nothing. */
static enum plx_status find_format(const struct description *description,
                                   const struct plx_model_format **format, struct plx_error *error)
{
    static const struct plx_json_path path = {.parent = &ROOT, .key = "format"};
    const char *wanted =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(description->claims, "format"));
    *format = NULL;
    if (!wanted)
        return PLX_OK;
    for (size_t i = 0; (*format = plx_model_format(i)) != NULL; i++) {
        if ((*format)->read_tensors && strcmp((*format)->name, wanted) == 0)
            return PLX_OK;
    }
    return plx_json_error(&path, description->name, error, "\"%.60s\" is no format of weights that is read",
                          wanted);
}

/* Every tensor that is named must be there. */
static enum plx_status find_tensors(const struct description *description, const struct plx_claims *claims,
                                    struct plx_error *error)
{
    const struct plx_json_path place = {.parent = &ROOT, .key = "tensors"};
    const cJSON *name;
    cJSON_ArrayForEach(name, claims->names)
    {
        const struct plx_json_path path = {.parent = &place, .key = name->string};
        char text[112], what[200];
        if (plx_tensors_find(claims->tensors, name->valuestring))
            continue;
        plx_json_path_format(&path, text, sizeof text);
        snprintf(what, sizeof what, "%.100s: there is no tensor \"%.60s\"", text, name->valuestring);
        plx_neural_fail(claims, PLX_MALFORMED, what, error);
        return plx_error_input(error, description->name);
    }
    return PLX_OK;
}

static enum plx_status open_weights(const struct description *description,
                                    const struct plx_model_options *options, struct plx_model **opened,
                                    struct plx_error *error)
{
    const struct plx_model_format *format;
    struct plx_model_options inner = *options;
    struct plx_tensors tensors = {0};
    const struct plx_claims claims = {
        .input = description->weights,
        .tensors = &tensors,
        .description = description->name,
        .members = description->claims,
        .names = cJSON_GetObjectItemCaseSensitive(description->object, "tensors"),
    };
    enum plx_status status = find_format(description, &format, error);
    if (status == PLX_OK)
        status = check_file(description, "weights", description->weights, error);
    if (status == PLX_OK && !inner.vocabulary) {
        inner.vocabulary = description->vocabulary;
        status = check_file(description, "vocabulary", inner.vocabulary, error);
    }
    if (status == PLX_OK)
        status = plx_weights_read(description->weights, format, options, &tensors, error);
    if (status == PLX_OK)
        status = find_tensors(description, &claims, error);
    if (status) {
        plx_tensors_release(&tensors);
        return status;
    }
    return plx_neural_open_claimed(&tensors, &claims, &inner, opened, error);
}

static enum plx_status open_description(struct plx_mapping *mapping, const char *name,
                                        const struct plx_model_options *options, struct plx_model **opened,
                                        struct plx_error *error)
{
    struct description description = {.name = name};
    *opened = NULL;
    enum plx_status status = parse(mapping, &description, error);
    if (status == PLX_OK)
        status = open_weights(&description, options, opened, error);
    release(&description);
    if (status)
        return status;
    struct plx_neural_model *model = (struct plx_neural_model *)(void *)*opened;
    model->base.parts = model->tensors.mappings;
    model->base.part_count = model->tensors.mapping_count;
    return PLX_OK;
}

/* The first string of text[0..size) is `"key":`; what it is, into key, cut off. */
static bool first_key(const uint8_t *head, size_t size, char *key, size_t capacity)
{
    static const char BLANKS[] = " \t\r\n";
    size_t at = 0, length = 0;
    while (at < size && head[at] && strchr(BLANKS, head[at]))
        at++;
    if (at == size || head[at++] != '{')
        return false;
    while (at < size && head[at] && strchr(BLANKS, head[at]))
        at++;
    if (at == size || head[at++] != '"')
        return false;
    while (at < size && head[at] != '"' && length + 1 < capacity)
        key[length++] = (char)head[at++];
    key[length] = '\0';
    return at < size && head[at] == '"';
}

/* An object that begins with a member of a description and names weights. */
static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char WEIGHTS[] = "\"weights\"";
    char key[32];
    (void)name;
    return first_key(head, size, key, sizeof key) && find_member(key) &&
                   memmem(head, size, WEIGHTS, sizeof WEIGHTS - 1)
               ? PLX_PROBE_CONTENT
               : PLX_PROBE_NO;
}

const struct plx_model_format plx_model_format_described = {
    .name = "described",
    .description = "JSON that says what the tensors of a neural model are, beside its weights in any format",
    .probe = probe,
    .open_mapped = open_description,
};
