/* Walks over the files of the cache. */
#ifndef PLX_IO_CACHE_WALK_H
#define PLX_IO_CACHE_WALK_H

#include <perplex/status.h>

#include <sys/stat.h>

/* What a walk does with a file: `name` is its own. */
typedef enum plx_status plx_cache_visit(void *user, const char *path, const char *name,
                                        const struct stat *facts, struct plx_error *error);

/* Every regular file of CACHE/FOLDER, and of folders in it, in the order of their names; none where it is not
   there. PLX_IO, PLX_MEMORY, and what `visit` says. */
enum plx_status plx_cache_walk(const char *cache, const char *folder, plx_cache_visit *visit, void *user,
                               struct plx_error *error);

#endif
