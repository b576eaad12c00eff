/* JSON Schema (draft 2020-12), as much of it as the schemas of this project use: type, const, enum, required,
   properties, additionalProperties: false, items, minItems, maxItems, pattern (as a POSIX extended regular
   expression), minimum, maximum, anyOf and $ref to #/$defs/NAME. */
#ifndef PLX_TESTS_SCHEMA_H
#define PLX_TESTS_SCHEMA_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* True if the value is valid. Otherwise `problem` says what is not, with its path: "$.counts.bytes: …". A
   keyword that is none of the above is a problem too: nothing is left unchecked in silence. */
bool schema_check(const cJSON *schema, const cJSON *value, char *problem, size_t capacity);

#endif
