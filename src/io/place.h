/* Where the path of an output leads. */
#ifndef PLX_IO_PLACE_H
#define PLX_IO_PLACE_H

#include <perplex/status.h>

#include <stdbool.h>

enum plx_place_kind {
    PLX_PLACE_STDOUT, /* standard output, by whatever name: to replace it would lose what stands there already
                       */
    PLX_PLACE_SPECIAL, /* a pipe, a device, a folder: nothing that could be replaced by renaming */
    PLX_PLACE_FILE     /* a regular file, or nothing yet */
};

/* NULL and "-" are standard output. */
enum plx_place_kind plx_place_kind(const char *path);

/* Whether to write `output` would replace the file `input`, where "-" is standard input: by another name, or
   through a link, too. Only of what is a file for long: a terminal or a pipe may well be read and written. */
bool plx_place_replaces(const char *output, const char *input);

/* "OUTPUT would overwrite what is read: INPUT", PLX_USAGE, where it would. */
enum plx_status plx_place_check(const char *output, const char *input, struct plx_error *error);

/* "cannot write PATH: reason", PLX_IO; PLX_MEMORY where that is the reason. NULL is standard output. */
enum plx_status plx_place_error(const char *path, int number, struct plx_error *error);

/* *file becomes the file behind symbolic links, which need not exist, as it must for realpath. Released with
   free(); NULL on failure. */
enum plx_status plx_place_follow(const char *path, char **file, struct plx_error *error);

/* Creates an empty file FILE.XXXXXX of a new name, to be read and written, with the mode that a new file has
   here. *name is released with free(); on failure it is NULL and -1 is returned. Errors name `path`. */
int plx_place_temporary(const char *file, const char *path, char **name, struct plx_error *error);

#endif
