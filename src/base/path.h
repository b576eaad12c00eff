/* Names of files. */
#ifndef PLX_BASE_PATH_H
#define PLX_BASE_PATH_H

/* What follows the last slash of a path or URL: a part of it; all of it where there is no slash. Empty where
   the slash is the end. */
const char *plx_path_base(const char *path);

#endif
