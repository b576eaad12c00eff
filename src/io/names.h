/* The names that a user gives for several inputs: paths, "-", URLs and patterns of paths. */
#ifndef PLX_IO_NAMES_H
#define PLX_IO_NAMES_H

#include <perplex/status.h>

#include <stdbool.h>

struct plx_names {
    char **names; /* [count], owned */
    size_t count;
    /* The names as they were given, separated by spaces; owned. URLs are stripped as by plx_source_name. */
    char *label;
    uint64_t size_bytes; /* of all the files; 0 if one is no regular file */
};

/* Makes of the files that have been named those that are meant. */
typedef enum plx_status plx_names_refine(struct plx_names *names, struct plx_error *error);

/* Replaces each pattern ("*", "?", "[…]"; not in URLs and names of corpora) that is not itself a file by the files that match, in
   the order of their bytes; then `refine`, which may be NULL, makes of all of them what it will. Whatever is
   not there then, or cannot be read, is PLX_IO now rather than later; "-" twice is PLX_USAGE. On failure
   nothing is left to release. */
enum plx_status plx_names_expand(const char *const *given, size_t count, plx_names_refine *refine,
                                 struct plx_names *names, struct plx_error *error);

/* Whether the name is a path, and neither "-" nor a URL nor that of a corpus ("corpus:…"). */
bool plx_names_path(const char *name);

/* Zero-initialised is fine. */
void plx_names_release(struct plx_names *names);

#endif
