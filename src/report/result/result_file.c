#include "report/result/result_file.h"

#include "base/error.h"
#include "base/path.h"
#include "io/whole.h"

#include <string.h>

static enum plx_status read_file(const char *path, const struct plx_network *network,
                                 struct plx_buffer *buffer, struct plx_error *error)
{
    const struct plx_source_options options = {.network = network};
    struct plx_source *source;
    enum plx_status status = plx_source_open(path, &options, &source, error);
    if (status == PLX_OK)
        status = plx_source_read_all(source, "a result", buffer, error);
    plx_source_close(source);
    return status;
}

static enum plx_status no_result(struct plx_error *error)
{
    return plx_error_hint(error, "not a result of `perplex eval`, or not a whole one");
}

static enum plx_status check_schema(const cJSON *json, const char *path, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0};
    const char *schema;
    const enum plx_status status = plx_json_get_string(json, "schema", &root, path, &schema, error);
    if (status)
        return no_result(error);
    if (strcmp(schema, "perplex.result/1") == 0)
        return PLX_OK;
    plx_json_error(&root, path, error, "schema \"%.80s\" instead of \"perplex.result/1\"", schema);
    return strncmp(schema, "perplex.result/", 15) == 0 ? error->status : no_result(error);
}

enum plx_status plx_result_file_read(const char *path, const struct plx_network *network, cJSON **json,
                                     struct plx_error *error)
{
    struct plx_buffer buffer;
    *json = NULL;
    plx_buffer_init(&buffer, PLX_RESULT_BYTES_MAX);
    enum plx_status status = read_file(path, network, &buffer, error);
    if (status == PLX_OK) {
        status = plx_json_parse((const char *)buffer.data, buffer.size, path, json, error);
        if (status == PLX_MALFORMED)
            no_result(error);
    }
    plx_buffer_release(&buffer);
    if (status == PLX_OK)
        status = check_schema(*json, path, error);
    if (status) {
        cJSON_Delete(*json);
        *json = NULL;
    }
    return status;
}

const cJSON *plx_result_member(const cJSON *parent, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(parent, key);
}

const cJSON *plx_result_find(const cJSON *result, const char *path)
{
    char key[96];
    while (result && *path) {
        const size_t length = strcspn(path, ".");
        if (length >= sizeof key)
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        result = plx_result_member(result, key);
        path += length + (path[length] == '.');
    }
    return result;
}

const char *plx_result_string(const cJSON *result, const char *path)
{
    const cJSON *found = plx_result_find(result, path);
    return cJSON_IsString(found) ? found->valuestring : "";
}

enum plx_status plx_result_file_whole(const cJSON *json, const char *path, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, complete = {&root, "complete", 0},
                               shard = {&root, "shard", 0};
    const cJSON *object = plx_result_member(json, "shard");
    uint64_t index, count;
    enum plx_status status;
    if (cJSON_IsTrue(plx_result_member(json, "complete")))
        return PLX_OK;
    if (!object)
        return plx_json_error(&complete, path, error, "the result is not of a whole corpus");
    if ((status = plx_json_get_u64(object, "index", &shard, path, 1, UINT64_MAX, &index, error)) ||
        (status = plx_json_get_u64(object, "count", &shard, path, 1, UINT64_MAX, &count, error)))
        return status;
    plx_json_error(&shard, path, error, "the result is that of shard %llu of %llu, not of a whole corpus",
                   (unsigned long long)index, (unsigned long long)count);
    return plx_error_hint(error, "`perplex merge` puts the results of all shards together");
}

enum plx_status plx_result_file_inputs(const cJSON *json, const char *path, const char **model,
                                       const char **corpus, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, runtime = {&root, "runtime", 0},
                               inputs = {&runtime, "inputs", 0};
    const cJSON *object = plx_result_member(plx_result_member(json, "runtime"), "inputs");
    const enum plx_status status = plx_json_get_string(object, "model", &inputs, path, model, error);
    return status ? status : plx_json_get_string(object, "corpus", &inputs, path, corpus, error);
}

const char *plx_result_input_name(const char *path)
{
    const char *base = plx_path_base(path), *url = strstr(path, "@http"), *colon = strchr(path, ':');
    if (url && colon && colon < url) /* a model behind an endpoint */
        return colon + 1;
    if (strncmp(path, "corpus:", 7) == 0 && base > path) { /* of "corpus:NAME/SPLIT" the split says little */
        for (base--; base[-1] != '/' && base[-1] != ':'; base--)
            continue;
    }
    return *base ? base : path;
}
