/* Files that are neither model nor corpus, recognised by their first bytes: to say what they are. */
#ifndef PLX_INSPECT_LOOKALIKE_H
#define PLX_INSPECT_LOOKALIKE_H

#include <perplex/status.h>

#include <stdbool.h>

/* Whether the content that begins with head[0..size) is of a kind that is known, but not as a model or
   corpus; then sets the error, PLX_UNSUPPORTED, which says what it looks like and what to do. `name` stands
   in it. */
bool plx_lookalike_recognise(const uint8_t *head, size_t size, const char *name, struct plx_error *error);

/* The same for a result, inspection, … of this program, which also is a JSON object a line. */
bool plx_lookalike_own(const uint8_t *head, size_t size, const char *name, struct plx_error *error);

/* The same for data that are no text in any encoding that is read. */
bool plx_lookalike_binary(const uint8_t *head, size_t size, const char *name, struct plx_error *error);

#endif
