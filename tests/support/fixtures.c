#include "support/fixtures.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* folder/name, in memory of its own. */
static char *join_path(const char *folder, const char *name)
{
    const size_t capacity = strlen(folder) + strlen(name) + 2;
    char *path = malloc(capacity);
    if (!path)
        abort();
    snprintf(path, capacity, "%s/%s", folder, name);
    return path;
}

static char *path_below(const char *variable, const char *name)
{
    const char *folder = getenv(variable);
    if (!folder || !*folder)
        fail_msg("the environment variable %s is not set: see tests/CMakeLists.txt", variable);
    return join_path(folder ? folder : "", name);
}

char *fixture_path(const char *name)
{
    return path_below("TEST_DATA_DIR", name);
}

char *source_path(const char *name)
{
    return path_below("SOURCE_DIR", name);
}

char *real_path(const char *name)
{
    return path_below("PERPLEX_TEST_DATA_DIR", name);
}

bool real_data_given(void)
{
    const char *folder = getenv("PERPLEX_TEST_DATA_DIR");
    if (folder && *folder)
        return true;
    printf("SKIPPED: PERPLEX_TEST_DATA_DIR does not name the folder of real data\n");
    return false;
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *fixture_name(const char *path)
{
    const char *folder = getenv("TEST_DATA_DIR");
    const size_t length = folder ? strlen(folder) : 0;
    return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + (length - end_length), end) == 0;
}

/* What stands beside models: vocabularies, by the names by which they are found, texts, the parts of those in
   several files, and weights that are nothing without their description. Beside corpora: an index. */
static bool is_companion(const char *name)
{
    return strstr(name, "-of-0") || strcmp(name, "weights.safetensors") == 0 ||
           ends_with(name, "vocab.txt") || ends_with(name, "vocab.json") || strcmp(name, "dict.txt") == 0 ||
           ends_with(name, ".text") || ends_with(name, ".idx");
}

/* The list of models that have no file. */
#define NAMES "names"

static void add(struct fixtures *fixtures, char *path)
{
    char **paths = realloc(fixtures->paths, (fixtures->count + 1) * sizeof *paths);
    if (!paths)
        abort();
    paths[fixtures->count++] = path;
    fixtures->paths = paths;
}

static int compare_paths(const void *a, const void *b)
{
    char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

static void sort(struct fixtures *fixtures)
{
    if (fixtures->count > 0)
        qsort(fixtures->paths, fixtures->count, sizeof *fixtures->paths, compare_paths);
}

static DIR *open_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        fail_msg("%s: the folder cannot be opened", path);
    return folder;
}

/* A fixture for each line of the file. */
static void add_names(struct fixtures *fixtures, const char *path)
{
    char line[256];
    FILE *stream = fopen(path, "r");
    if (!stream) {
        fail_msg("%s: cannot be read", path);
        return;
    }
    while (fgets(line, sizeof line, stream)) {
        line[strcspn(line, "\n")] = '\0';
        add(fixtures, strdup(line));
    }
    fclose(stream);
}

/* All files in the folder and those in it. */
static void add_files(struct fixtures *fixtures, const char *path)
{
    DIR *folder = open_folder(path);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat status;
        if (entry->d_name[0] == '.')
            continue;
        char *inside = join_path(path, entry->d_name);
        assert_int_equal(stat(inside, &status), 0);
        if (S_ISDIR(status.st_mode))
            add_files(fixtures, inside);
        else if (strcmp(entry->d_name, NAMES) == 0)
            add_names(fixtures, inside);
        if (S_ISREG(status.st_mode) && strcmp(entry->d_name, NAMES) != 0 && !is_companion(entry->d_name))
            add(fixtures, inside);
        else
            free(inside);
    }
    closedir(folder);
}

struct fixtures fixtures_models(void)
{
    char *path = fixture_path("models");
    struct fixtures fixtures = fixtures_matching("messy", "y_", ".arpa");
    add_files(&fixtures, path);
    free(path);
    sort(&fixtures);
    return fixtures;
}

struct fixtures fixtures_distributions(void)
{
    struct fixtures all = fixtures_models(), kept = {NULL, 0};
    for (size_t i = 0; i < all.count; i++) {
        struct plx_model *model = fixture_open(all.paths[i]);
        if (fixture_by_position(model))
            free(all.paths[i]);
        else
            add(&kept, all.paths[i]);
        plx_model_close(model);
    }
    free(all.paths);
    return kept;
}

struct fixtures fixtures_below(const char *name)
{
    char *path = fixture_path(name);
    struct fixtures fixtures = {NULL, 0};
    add_files(&fixtures, path);
    free(path);
    sort(&fixtures);
    return fixtures;
}

struct fixtures fixtures_corpora(void)
{
    return fixtures_below("corpora");
}

struct fixtures fixtures_matching(const char *name, const char *prefix, const char *suffix)
{
    struct fixtures fixtures = {NULL, 0};
    char *path = fixture_path(name);
    DIR *folder = open_folder(path);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && ends_with(entry->d_name, suffix))
            add(&fixtures, join_path(path, entry->d_name));
    }
    closedir(folder);
    free(path);
    sort(&fixtures);
    return fixtures;
}

void fixtures_free(struct fixtures *fixtures)
{
    for (size_t i = 0; i < fixtures->count; i++)
        free(fixtures->paths[i]);
    free(fixtures->paths);
    *fixtures = (struct fixtures){NULL, 0};
}

bool fixture_is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

bool fixture_by_position(const struct plx_model *model)
{
    return plx_model_info(model)->capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET);
}

struct file_bytes file_read(const char *path)
{
    struct file_bytes file = {NULL, 0};
    struct stat status;
    FILE *stream = fopen(path, "rb");
    if (!stream || fstat(fileno(stream), &status) != 0) {
        fail_msg("%s: cannot be read", path);
        return file;
    }
    file.size = (size_t)status.st_size;
    file.bytes = malloc(file.size ? file.size : 1);
    if (!file.bytes)
        abort();
    assert_int_equal(fread(file.bytes, 1, file.size, stream), file.size);
    fclose(stream);
    return file;
}

void file_write(const char *path, const void *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    if (!stream) {
        fail_msg("%s: cannot be written", path);
        return;
    }
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* `path` without what its last `cut` bytes are, with `end` behind it; NULL if there is no such file. */
static char *file_beside(const char *path, size_t cut, const char *end)
{
    const size_t stem = strlen(path) - cut, capacity = stem + strlen(end) + 1;
    struct stat status;
    char *beside = malloc(capacity);
    if (!beside)
        abort();
    snprintf(beside, capacity, "%.*s%s", (int)stem, path, end);
    if (stat(beside, &status) == 0)
        return beside;
    free(beside);
    return NULL;
}

char *fixture_text(const char *model_path)
{
    char *path = file_beside(model_path, 0, ".text");
    if (!path && ends_with(model_path, ".arpa"))
        path = file_beside(model_path, strlen(".arpa"), ".txt");
    const char *dot = strchr(path_name(model_path), '.');
    if (!path && dot)
        path = file_beside(model_path, strlen(dot), ".text");
    return path ? path : source_path("corpora/almanac/test.txt");
}

struct plx_model *fixture_open(const char *path)
{
    struct plx_model *model = NULL;
    struct plx_error error = {0};
    if (plx_model_open(path, NULL, &model, &error) || !model)
        fail_msg("%s: %s", path, error.message);
    return model;
}

enum plx_status model_open_bytes(const void *bytes, size_t size, const char *name,
                                 const struct plx_model_options *options, struct plx_model **model,
                                 struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    struct plx_source *source;
    *model = NULL;
    enum plx_status status = plx_source_open_memory(bytes, size, name, &source_options, &source, error);
    if (status)
        return status;
    status = plx_model_open_source(source, options, model, error);
    plx_source_close(source);
    return status;
}

struct plx_corpus *corpus_open_bytes(const void *bytes, size_t size, enum plx_token_kind tokens)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    const struct plx_corpus_options options = {.tokens = tokens};
    struct plx_source *source = NULL;
    struct plx_corpus *corpus = NULL;
    struct plx_error error;
    if (plx_source_open_memory(bytes, size, "test.txt", &source_options, &source, &error) ||
        plx_corpus_open_source(source, &options, &corpus, &error))
        fail_msg("a text in memory: %s", error.message);
    return corpus;
}
