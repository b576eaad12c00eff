/* Status codes and the error record that every fallible function of perplex fills.

   A function that can fail takes a struct plx_error and fills it where it fails; what the record holds means
   nothing otherwise. The record is required: like every other pointer it must not be NULL, unless the
   function says so. The functions of this header may be called from any thread. */
#ifndef PERPLEX_STATUS_H
#define PERPLEX_STATUS_H

#include <perplex/export.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(NAME, exit code of the program, description). The one list of what can go wrong. */
#define PLX_STATUS_LIST(X)                                                              \
    X(OK, 0, "no error")                                                                \
    X(USAGE, 2, "an argument or option is not usable")                                  \
    X(MISMATCH, 2, "the model and the corpus do not fit each other")                    \
    X(MALFORMED, 3, "the content of a model or corpus is not what its format demands")  \
    X(UNSUPPORTED, 3, "the content is well formed but of a kind that is not supported") \
    X(IO, 4, "a file could not be opened, read or written")                             \
    X(NETWORK, 4, "a transfer over the network failed")                                 \
    X(NOT_FINITE, 5, "the result is not finite")                                        \
    X(MEMORY, 6, "memory is exhausted")                                                 \
    X(INTERNAL, 6, "an internal check failed")                                          \
    X(INTERRUPTED, 130, "interrupted by the caller")

#define PLX_STATUS_ENUM(name, exit_code, description) PLX_##name,
enum plx_status { PLX_STATUS_LIST(PLX_STATUS_ENUM) };
#undef PLX_STATUS_ENUM

/* Marks an offset, line or column of struct plx_error that is not known. */
#define PLX_NOWHERE UINT64_MAX

/* What went wrong, where, and what to try. Owned by the caller, who need not initialise it; needs no release,
   never allocates. For one thread at a time. */
struct plx_error {
    enum plx_status status;
    int os_error;      /* errno of the system call that failed; 0 where none did */
    uint64_t offset;   /* bytes from the start of the uncompressed input, or PLX_NOWHERE */
    uint64_t line;     /* from 1, or PLX_NOWHERE */
    uint64_t column;   /* in bytes from 1, or PLX_NOWHERE */
    char input[256];   /* name of the input: a path, URL, "-"; empty if no input is concerned */
    char message[512]; /* one sentence, no newline */
    char hint[384];    /* a guess at the mistake or what to do; may be empty */
};

/* Names a status: in capitals, without the prefix ("MALFORMED"). Static, never NULL: "INTERNAL" for what is
   no status. */
PLX_API const char *plx_status_name(enum plx_status status);

/* Describes a status in a sentence. Static, never NULL. */
PLX_API const char *plx_status_description(enum plx_status status);

/* Gives the exit code that the program has for a status. */
PLX_API int plx_status_exit_code(enum plx_status status);

/* Writes "input:line:column: message (hint)", as much of it as is known and fits, NUL-terminated and visible
   as by plx_text_visible. Returns the length that the whole text has, as snprintf does; text may be NULL if
   capacity is 0. */
PLX_API size_t plx_error_format(const struct plx_error *error, char *text, size_t capacity);

/* Writes `text` with every control character, byte order mark and byte that is not UTF-8, and with every
   character that ends a line or turns its direction around, as \xNN for each byte, NUL-terminated, as much as
   fits: what comes from a file can neither drive a terminal then nor seem to be what it is not. At most four
   times as long as the text. Returns the length that the whole has, as snprintf does; out may be NULL if
   capacity is 0, and must not overlap text. */
PLX_API size_t plx_text_visible(const char *text, char *out, size_t capacity);

/* Writes two lines: of `text` what is around byte `column` of it (from 1; behind its end is allowed), and
   under that a caret. What is shown is visible as by plx_text_visible, and so is what takes no place of its
   own or turns the direction of a line, so that the caret stands where it should. NUL-terminated, as much as
   fits: 512 bytes hold all. Returns the length that the whole has, as snprintf does. */
PLX_API size_t plx_text_point(const char *text, uint64_t column, char *out, size_t capacity);

/* How many slips of the finger make `meant` to given[0..length): letters put in, left out, replaced or
   exchanged with their neighbour. SIZE_MAX where the two do not resemble each other. */
PLX_API size_t plx_text_slips(const char *given, size_t length, const char *meant);

#ifdef __cplusplus
}
#endif
#endif
