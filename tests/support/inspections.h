/* Inspections of files that tests write, as JSON that fits its schema. What fails here fails the running
   test. */
#ifndef PLX_TESTS_INSPECTIONS_H
#define PLX_TESTS_INSPECTIONS_H

#include <perplex/inspect.h>

#include <cjson/cJSON.h>

/* A folder of files that are written by a test. */
struct scratch {
    char folder[64];
    char *paths[1024];
    size_t count;
};

void scratch_make(struct scratch *scratch);
void scratch_remove(struct scratch *scratch);

/* Writes a file; its path is valid until the folder is removed. */
const char *scratch_file(struct scratch *scratch, const char *name, const void *bytes, size_t size);
const char *scratch_text(struct scratch *scratch, const char *name, const char *text);

/* Inspects names[count] and checks both forms: the JSON against the schema, the text for its form. Released
   with cJSON_Delete. */
cJSON *inspect_names(const char *const *names, size_t count, const struct plx_inspect_options *options);
cJSON *inspect_one(const char *name, const struct plx_inspect_options *options);

/* The same, but NULL where it cannot be inspected: then *error is one clear sentence that names the input. */
cJSON *inspect_if_possible(const char *name, const struct plx_inspect_options *options,
                           struct plx_error *error);

/* The value at a path of keys ("corpus.text.lines"), which must be there; NULL if not. */
const cJSON *json_at(const cJSON *json, const char *path);
double json_number(const cJSON *json, const char *path);
const char *json_text(const cJSON *json, const char *path);

/* The finding of that code of "model", "corpus" or "coverage"; NULL if there is none. */
const cJSON *json_finding(const cJSON *json, const char *part, const char *code);

#endif
