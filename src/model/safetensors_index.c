#include "model/safetensors_index.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/path.h"
#include "model/safetensors.h"
#include "model/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WEIGHT_MAP "weight_map"
#define METADATA   "metadata"
#define TOTAL_SIZE "total_size"

/* The index as it is read. */
struct reading {
    const char *name; /* of the index */
    const struct plx_model_options *options;
    const cJSON **entries; /* [count] of the weight map: by shard, then by tensor */
    size_t count;
    struct plx_tensors *tensors;
    struct plx_error *error;
};

static const struct plx_json_path ROOT = {0};
static const struct plx_json_path MAP = {.parent = &ROOT, .key = WEIGHT_MAP};

/* An error of the file that an entry names; `what` follows its name. */
static enum plx_status fail_file(const struct reading *reading, const cJSON *entry, const char *what)
{
    const struct plx_json_path path = {.parent = &MAP, .key = entry->string};
    return plx_json_error(&path, reading->name, reading->error, "the file \"%.100s\" %s", entry->valuestring,
                          what);
}

static int compare_entries(const void *a, const void *b)
{
    const cJSON *left = *(const cJSON *const *)a, *right = *(const cJSON *const *)b;
    const int order = strcmp(left->valuestring, right->valuestring);
    return order ? order : strcmp(left->string, right->string);
}

/* A shard lies beside the index: its name leads nowhere else. */
static bool is_plain(const char *name)
{
    return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Fills and sorts reading->entries, which have room for all of the map. */
static enum plx_status read_map(struct reading *reading, const cJSON *map)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, map)
    {
        const struct plx_json_path path = {.parent = &MAP, .key = entry->string};
        if (!cJSON_IsString(entry))
            return plx_json_error(&path, reading->name, reading->error, "expected the name of a file");
        if (!is_plain(entry->valuestring))
            return fail_file(reading, entry, "does not lie beside the index: it must be a mere name");
        reading->entries[reading->count++] = entry;
    }
    if (reading->count == 0)
        return plx_json_error(&MAP, reading->name, reading->error, "there is no tensor");
    qsort(reading->entries, reading->count, sizeof *reading->entries, compare_entries);
    return PLX_OK;
}

/* Maps the shard at `path`, which the tensors own then. */
static enum plx_status map_shard(const struct reading *reading, const char *path)
{
    const struct plx_model_options *options = reading->options;
    const struct plx_source_options source_options = {
        .network = options->network, .interrupted = options->interrupted, .user = options->user};
    struct plx_source *source;
    struct plx_mapping mapping;
    enum plx_status status = plx_source_open(path, &source_options, &source, reading->error);
    if (status)
        return status;
    status = plx_mapping_open(source, options->load, options->threads, &mapping, reading->error);
    plx_source_close(source);
    if (status)
        return status;
    plx_mapping_sequential(&mapping, true);
    return plx_tensors_own_mapping(reading->tensors, &mapping, reading->error);
}

static int compare_tensors(const void *a, const void *b)
{
    const struct plx_tensor *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Whether the tensors from number `first` on are just those of entries[0..count). */
static enum plx_status check_tensors(const struct reading *reading, size_t first, const cJSON **entries,
                                     size_t count)
{
    const size_t found = reading->tensors->count - first;
    const struct plx_tensor **sorted = plx_new_array(found, sizeof *sorted, reading->error);
    enum plx_status status = PLX_OK;
    if (!sorted)
        return PLX_MEMORY;
    for (size_t i = 0; i < found; i++)
        sorted[i] = reading->tensors->tensors + first + i;
    if (found > 0)
        qsort(sorted, found, sizeof *sorted, compare_tensors);
    for (size_t i = 0; status == PLX_OK && (i < found || i < count); i++) {
        const int order = i == found ? -1 : i == count ? 1 : strcmp(entries[i]->string, sorted[i]->name);
        if (order < 0)
            status = fail_file(reading, entries[i], "has no such tensor");
        else if (order > 0)
            status = plx_json_error(&MAP, reading->name, reading->error,
                                    "\"%.100s\" has a tensor \"%.100s\" that the index has not in it",
                                    entries[0]->valuestring, sorted[i]->name);
    }
    free(sorted);
    return status;
}

/* The file of entries[0..count), which all have the same. */
static enum plx_status read_shard(const struct reading *reading, const cJSON **entries, size_t count)
{
    const char *shard = entries[0]->valuestring;
    const size_t folder = (size_t)(plx_path_base(reading->name) - reading->name);
    const size_t capacity = folder + strlen(shard) + 3, first = reading->tensors->count;
    struct stat facts;
    char *path = plx_new_array(capacity, 1, reading->error);
    if (!path)
        return PLX_MEMORY;
    /* "./-" is a file, no stream */
    snprintf(path, capacity, "%.*s%s", (int)(folder ? folder : 2), folder ? reading->name : "./", shard);
    enum plx_status status = PLX_OK;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        status = fail_file(reading, entries[0], "is not there, beside the index");
        plx_error_hint(reading->error, "was the model copied or downloaded completely?");
    }
    if (status == PLX_OK)
        status = map_shard(reading, path);
    if (status == PLX_OK) {
        const struct plx_mapping *mapping =
            reading->tensors->mappings + (reading->tensors->mapping_count - 1);
        status = plx_safetensors_read(mapping->data, mapping->size, path, reading->tensors, reading->error);
    }
    if (status == PLX_OK)
        status = check_tensors(reading, first, entries, count);
    free(path);
    return status;
}

/* The bytes of all tensors, where the index says how many they are. */
static enum plx_status check_total(const struct reading *reading, const cJSON *index)
{
    const struct plx_json_path place = {.parent = &ROOT, .key = METADATA};
    const struct plx_json_path path = {.parent = &place, .key = TOTAL_SIZE};
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(index, METADATA);
    uint64_t total, found = 0;
    if (metadata && !cJSON_IsObject(metadata))
        return plx_json_error(&place, reading->name, reading->error, "expected an object");
    if (!cJSON_GetObjectItemCaseSensitive(metadata, TOTAL_SIZE))
        return PLX_OK;
    const enum plx_status status =
        plx_json_get_u64(metadata, TOTAL_SIZE, &place, reading->name, 0, UINT64_MAX, &total, reading->error);
    for (size_t i = 0; i < reading->tensors->count; i++) {
        const struct plx_tensor *tensor = reading->tensors->tensors + i;
        found += (uint64_t)tensor->count * plx_dtype_size(tensor->dtype);
    }
    if (status || total == found)
        return status;
    return plx_json_error(&path, reading->name, reading->error,
                          "%" PRIu64 " bytes, but the tensors have %" PRIu64, total, found);
}

/* A mere stream has no folder. */
static enum plx_status check_place(const char *name, struct plx_error *error)
{
    if (strcmp(name, "-") != 0 && strncmp(name, "http://", 7) != 0 && strncmp(name, "https://", 8) != 0)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "an index of weights is read from a file only, beside its shards");
    plx_error_input(error, name);
    return plx_error_hint(error, "give the path of the index, in a folder with all files that it names");
}

static enum plx_status read_index(struct reading *reading, const cJSON *index)
{
    const cJSON *map = cJSON_GetObjectItemCaseSensitive(index, WEIGHT_MAP);
    if (!cJSON_IsObject(map))
        return plx_json_error(&MAP, reading->name, reading->error, "expected an object {tensor: file}");
    reading->entries =
        plx_new_array((size_t)cJSON_GetArraySize(map), sizeof *reading->entries, reading->error);
    if (!reading->entries)
        return PLX_MEMORY;
    enum plx_status status = read_map(reading, map);
    for (size_t i = 0, next; i < reading->count && status == PLX_OK; i = next) {
        for (next = i + 1; next < reading->count; next++) {
            if (strcmp(reading->entries[next]->valuestring, reading->entries[i]->valuestring) != 0)
                break;
        }
        status = read_shard(reading, reading->entries + i, next - i);
    }
    return status ? status : check_total(reading, index);
}

enum plx_status plx_safetensors_index_read(const uint8_t *data, uint64_t size, const char *name,
                                           const struct plx_model_options *options,
                                           struct plx_tensors *tensors, struct plx_error *error)
{
    struct reading reading = {.name = name, .options = options, .tensors = tensors, .error = error};
    cJSON *index = NULL;
    enum plx_status status = check_place(name, error);
    if (status)
        return status;
    if (size > PLX_SAFETENSORS_HEADER_MAX) {
        plx_error_set(error, PLX_MALFORMED, "an index of %" PRIu64 " bytes (at most %d are possible)", size,
                      PLX_SAFETENSORS_HEADER_MAX);
        plx_error_input(error, name);
        return plx_error_at_offset(error, PLX_SAFETENSORS_HEADER_MAX);
    }
    status = plx_json_parse((const char *)data, (size_t)size, name, &index, error);
    if (status == PLX_OK)
        status = read_index(&reading, index);
    free(reading.entries);
    cJSON_Delete(index);
    return status;
}

/* Where white space ends. */
static size_t skip_blanks(const uint8_t *head, size_t size, size_t at)
{
    while (at < size && (head[at] == ' ' || head[at] == '\t' || head[at] == '\n' || head[at] == '\r'))
        at++;
    return at;
}

/* An object whose first key is one of the index's two, and which has the map. */
static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char *const FIRST[] = {"\"" METADATA "\"", "\"" WEIGHT_MAP "\""};
    bool found = false;
    (void)name;
    size_t at = skip_blanks(head, size, 0);
    if (at == size || head[at] != '{')
        return PLX_PROBE_NO;
    at = skip_blanks(head, size, at + 1);
    for (size_t i = 0; i < 2; i++) {
        const size_t length = strlen(FIRST[i]);
        found |= size - at >= length && memcmp(head + at, FIRST[i], length) == 0;
    }
    return found && memmem(head, size, FIRST[1], strlen(FIRST[1])) ? PLX_PROBE_CONTENT : PLX_PROBE_NO;
}

static enum plx_status read_tensors(const struct plx_mapping *mapping, const char *name,
                                    const struct plx_model_options *options, struct plx_tensors *tensors,
                                    struct plx_error *error)
{
    return plx_safetensors_index_read(mapping->data, mapping->size, name, options, tensors, error);
}

extern const struct plx_model_format plx_model_format_safetensors_index;

static enum plx_status open_model(struct plx_mapping *mapping, const char *name,
                                  const struct plx_model_options *options, struct plx_model **opened,
                                  struct plx_error *error)
{
    return plx_weights_open(&plx_model_format_safetensors_index, mapping, name, options, opened, error);
}

const struct plx_model_format plx_model_format_safetensors_index = {
    .name = "safetensors-index",
    .description =
        "neural models in several safetensors files, by their index (model.safetensors.index.json)",
    .probe = probe,
    .open_mapped = open_model,
    .read_tensors = read_tensors,
};
