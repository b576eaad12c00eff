/* Reading JSON: cJSON with strictness around it, and errors that name the path ("$.tensors[3].shape"). */
#ifndef PLX_BASE_JSON_H
#define PLX_BASE_JSON_H

#include <perplex/status.h>

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Parses text[0..size). Refuses what is not UTF-8, a NUL byte, anything but white space behind the value, and
   objects with a key twice. Errors are PLX_MALFORMED with input `name`, line and column, or the path of the
   duplicate. */
enum plx_status plx_json_parse(const char *text, size_t size, const char *name, cJSON **value,
                               struct plx_error *error);

/* A place inside a document: a chain on the caller's stack, from the leaf to the root. */
struct plx_json_path {
    const struct plx_json_path *parent; /* NULL at the root */
    const char *key;                    /* of an object's member, or NULL */
    size_t index;                       /* of an array's element, where key is NULL */
};

/* "$.a[2].b" into text. */
void plx_json_path_format(const struct plx_json_path *path, char *text, size_t capacity);

/* What kind of value it is, for messages: "a number", "an object"; "nothing" for NULL. */
const char *plx_json_kind(const cJSON *value);

/* PLX_MALFORMED: "<path>: <message>", input `name`. */
enum plx_status plx_json_error(const struct plx_json_path *path, const char *name, struct plx_error *error,
                               const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The member `key` of object `object` at `path`, of the wanted type; a missing member or another type is an
   error with its path. Numbers must be integers within the bounds where an integer is asked for. */
enum plx_status plx_json_get_string(const cJSON *object, const char *key, const struct plx_json_path *path,
                                    const char *name, const char **value, struct plx_error *error);
enum plx_status plx_json_get_u64(const cJSON *object, const char *key, const struct plx_json_path *path,
                                 const char *name, uint64_t least, uint64_t most, uint64_t *value,
                                 struct plx_error *error);
enum plx_status plx_json_get_array(const cJSON *object, const char *key, const struct plx_json_path *path,
                                   const char *name, const cJSON **value, struct plx_error *error);

/* A finite double, or one of the strings "inf", "-inf" and "nan" (how results write what is not finite). */
enum plx_status plx_json_get_double(const cJSON *object, const char *key, const struct plx_json_path *path,
                                    const char *name, double *value, struct plx_error *error);

/* The same for all elements of the array `key`, which must have `count` of them: values[count]. */
enum plx_status plx_json_get_doubles(const cJSON *object, const char *key, const struct plx_json_path *path,
                                     const char *name, double *values, size_t count, struct plx_error *error);

#endif
