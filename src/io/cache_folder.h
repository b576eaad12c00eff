/* How the cache lies in its folder:

       sha256/ab/HASH      contents, read-only, by their hash, which begins with ab
       urls/KEY            what a URL gave; KEY is the SHA-256 of the URL, which may hold what is secret
       partial/LOCK-KEY    the beginning of a content whose download has not come to its end; LOCK-KEY.url
                           what is known of it
       locks/LOCK          held while something is downloaded: the hash of the content where it is known, else
                           the KEY of the first URL; `cache`: while contents and what leads to them are
   changed

   The time of a content's file is when it was last used. */
#ifndef PLX_IO_CACHE_FOLDER_H
#define PLX_IO_CACHE_FOLDER_H

#include <perplex/status.h>

#include "base/sha256.h"

#include <stdbool.h>
#include <sys/stat.h>

/* Hexadecimal digits of a hash. */
#define PLX_CACHE_DIGITS (PLX_SHA256_TEXT - 1)

#define PLX_CACHE_CONTENTS "sha256"
#define PLX_CACHE_URLS     "urls"
#define PLX_CACHE_PARTIAL  "partial"
#define PLX_CACHE_LOCKS    "locks"

/* What is known of a partial content, behind its name. */
#define PLX_CACHE_NOTES ".url"

/* How often something is had anew that somebody else removes as soon as it is there. */
#define PLX_CACHE_TIMES 5

/* CACHE/FOLDER/NAME; to be freed with free(), NULL on failure. */
char *plx_cache_path(const char *cache, const char *folder, const char *name, struct plx_error *error);

/* The place of a content of that hash. */
char *plx_cache_content(const char *cache, const char *sha256, struct plx_error *error);

/* Makes the folders that the path, one of these, lies in. */
enum plx_status plx_cache_make_room(const char *cache, const char *path, struct plx_error *error);

/* PLX_IO: the cache cannot be used, for that reason, with what may help. */
enum plx_status plx_cache_error(const char *cache, int number, struct plx_error *error);

/* Whether the text is 64 hexadecimal digits in lower case. */
bool plx_cache_is_hash(const char *text);

/* The name of a URL among the records. */
enum plx_status plx_cache_key(const char *url, char key[PLX_SHA256_TEXT], struct plx_error *error);

/* The hash of an open file, all of it. Errors have no input. */
enum plx_status plx_cache_hash(int descriptor, bool (*interrupted)(void *user), void *user,
                               char sha256[PLX_SHA256_TEXT], struct plx_error *error);

#endif
