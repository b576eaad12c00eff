/* Names of files. */
#ifndef PLX_BASE_PATH_H
#define PLX_BASE_PATH_H

#include <stdbool.h>

/* What follows the last slash of a path or URL: a part of it; all of it where there is no slash. Empty where
   the slash is the end. */
const char *plx_path_base(const char *path);

/* Tells whether the path ends with the suffix (".txt"), or with it and ".gz". */
bool plx_path_has_suffix(const char *path, const char *suffix);

#endif
