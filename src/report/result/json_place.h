/* Reading JSON that a program has written: values by their place in the tree, the first failure remembered,
   so that a reader is as long as its writer. After a failure everything reads as 0 or "". */
#ifndef PLX_REPORT_JSON_PLACE_H
#define PLX_REPORT_JSON_PLACE_H

#include "base/json.h"

struct plx_json_reading {
    const char *name; /* of the input */
    enum plx_status status;
    struct plx_error *error;
};

/* A value with its place, whose parent must stay where it is; valid as long as the tree. */
struct plx_json_place {
    const cJSON *value; /* NULL: there is none, which is a failure once something of it is read */
    struct plx_json_path path;
    struct plx_json_reading *reading;
};

struct plx_json_place plx_json_root(struct plx_json_reading *reading, const cJSON *json);
struct plx_json_place plx_json_member(const struct plx_json_place *object, const char *key);
struct plx_json_place plx_json_element(const struct plx_json_place *array, size_t index);

bool plx_json_has(const struct plx_json_place *object, const char *key);

/* How many elements the array has; it must be one, and have `most` at most. */
size_t plx_json_elements(const struct plx_json_place *array, size_t most);

uint64_t plx_json_read_u64(const struct plx_json_place *object, const char *key);
double plx_json_read_double(const struct plx_json_place *object, const char *key);
const char *plx_json_read_string(const struct plx_json_place *object, const char *key);

/* Values that stand in arrays. */
uint64_t plx_json_u64_here(const struct plx_json_place *place);
const char *plx_json_string_here(const struct plx_json_place *place);

/* Notes a failure at the place. */
void plx_json_wrong(const struct plx_json_place *place, const char *message);

#endif
