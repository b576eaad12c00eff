/* What the cache knows of a URL: a small text of lines "name value". */
#ifndef PLX_IO_CACHE_RECORD_H
#define PLX_IO_CACHE_RECORD_H

#include "base/sha256.h"
#include "io/http_get.h"

#define PLX_CACHE_LABEL 1024

struct plx_cache_record {
    char label[PLX_CACHE_LABEL];  /* the URL without what may be secret; cut where it is longer */
    char sha256[PLX_SHA256_TEXT]; /* of the content; "" of a part */
    uint64_t size;                /* of the content, a part's too; 0: not known */
    int64_t downloaded;           /* seconds since 1970 */
    struct plx_http_validators validators;
};

/* False where there is none, or what is there is none. */
bool plx_cache_record_read(const char *path, struct plx_cache_record *record);

/* Replaces what is there. PLX_IO, PLX_MEMORY. */
enum plx_status plx_cache_record_write(const char *path, const struct plx_cache_record *record,
                                       struct plx_error *error);

/* "2026-02-03", of UTC. */
#define PLX_CACHE_DAY 32
void plx_cache_day(int64_t seconds, char day[PLX_CACHE_DAY]);

#endif
