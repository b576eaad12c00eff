/* Filling the error record. Every function accepts a NULL record and returns the status that it was given, so
   that `return plx_error_set(...)` is the whole of a failure. */
#ifndef PLX_BASE_ERROR_H
#define PLX_BASE_ERROR_H

#include <perplex/status.h>

#define PLX_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))

/* Status and message; input, place and hint are cleared. */
enum plx_status plx_error_set(struct plx_error *error, enum plx_status status, const char *format, ...)
    PLX_PRINTF(3, 4);

/* The same for a failed system call: ": " and the description of errno value `number` follow the message, and
   os_error is set to it. */
enum plx_status plx_error_set_errno(struct plx_error *error, enum plx_status status, int number,
                                    const char *format, ...) PLX_PRINTF(4, 5);

/* Additions to a record that plx_error_set has filled; they return its status (PLX_INTERNAL for NULL). */
/* The input "-" is shown as standard input. */
enum plx_status plx_error_input(struct plx_error *error, const char *input);
enum plx_status plx_error_at_line(struct plx_error *error, uint64_t line, uint64_t column);
enum plx_status plx_error_at_offset(struct plx_error *error, uint64_t offset);
enum plx_status plx_error_hint(struct plx_error *error, const char *format, ...) PLX_PRINTF(2, 3);

#endif
