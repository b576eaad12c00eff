/* Formats that the end of a file's name says. */
#ifndef PLX_REPORT_SUFFIX_H
#define PLX_REPORT_SUFFIX_H

#include <perplex/status.h>

#include <stdbool.h>
#include <stddef.h>

struct plx_suffixes {
    const char *name;            /* of the format */
    const char *const *suffixes; /* in small letters; NULL behind the last */
};

/* Whether the name ends in one of them, in whatever letters; .gz may follow. */
bool plx_suffix_matches(const char *name, const char *const *suffixes);

/* Sets the error of a path whose end says none of the formats of a kind of file ("per-token"); it names them
   by their first suffixes. PLX_USAGE. */
enum plx_status plx_suffix_unknown(const char *path, const char *kind, const struct plx_suffixes *formats,
                                   size_t count, struct plx_error *error);

#endif
