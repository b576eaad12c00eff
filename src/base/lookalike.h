/* Files that are neither model nor corpus, recognised by their first bytes: to say what they are. */
#ifndef PLX_BASE_LOOKALIKE_H
#define PLX_BASE_LOOKALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plx_lookalike {
    char what[256];   /* "a NumPy array of type <f8" */
    const char *hint; /* what to do; static; NULL: nothing is known */
};

/* Whether the content that begins with head[0..size) is of a kind that is known, but not as a model or
   corpus; then says which. `name` is the file's. */
bool plx_lookalike_recognise(const uint8_t *head, size_t size, const char *name,
                             struct plx_lookalike *lookalike);

/* The same for what zip is no archive of files in, but part of a format. */
bool plx_lookalike_zip(const uint8_t *head, size_t size, struct plx_lookalike *lookalike);

/* The same for a result, inspection, … of this program, which also is a JSON object a line. */
bool plx_lookalike_own(const uint8_t *head, size_t size, struct plx_lookalike *lookalike);

/* The same for data that are no text in any encoding that is read. */
bool plx_lookalike_binary(const uint8_t *head, size_t size, struct plx_lookalike *lookalike);

#endif
