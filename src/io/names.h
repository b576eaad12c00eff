/* The names that a user gives for several inputs: paths, "-", URLs and patterns of paths. */
#ifndef PLX_IO_NAMES_H
#define PLX_IO_NAMES_H

#include <perplex/status.h>

struct plx_names {
    char **names; /* [count], owned */
    size_t count;
    /* The names as they were given, separated by spaces; owned. URLs are stripped as by plx_source_name. */
    char *label;
    uint64_t size_bytes; /* of all the files; 0 if one is no regular file */
};

/* Replaces each pattern ("*", "?", "[…]"; not in URLs) that is not itself a file by the files that match, in
   the order of their bytes; and a data set of two files, named by its index or by what both names begin with,
   by the file of its tokens (see index_pair.h). Whatever is not there, or cannot be read, is PLX_IO now
   rather than later; "-" twice is PLX_USAGE. On failure nothing is left to release. */
enum plx_status plx_names_expand(const char *const *given, size_t count, struct plx_names *names,
                                 struct plx_error *error);

/* PLX_USAGE where to write `output` would replace one of the files, or the index of one. */
enum plx_status plx_names_check_output(const struct plx_names *names, const char *output,
                                       struct plx_error *error);

/* Zero-initialised is fine. */
void plx_names_release(struct plx_names *names);

#endif
