/* The grammar of JSON as RFC 8259 has it, rule by rule: slow and plain, to judge what reads it fast. */
#ifndef PLX_TESTS_JSON_GRAMMAR_H
#define PLX_TESTS_JSON_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the text is one JSON value in UTF-8, without halves of surrogate pairs. Recursive. */
bool is_json(const char *text, size_t size);

#endif
