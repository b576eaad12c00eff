/* What the cache has seen of a file that is downloaded: the hash of its content, which must stay the same
   where nothing else says what it should be, and what has been verified of it.

   Of each file, by its first URL, CACHE/trust/SHA256-OF-THE-URL: lines of 64 hexadecimal digits, the first
   the SHA-256 of the content, the others those of claims (a text) that have been verified. */
#ifndef PLX_CORPUS_TRUST_H
#define PLX_CORPUS_TRUST_H

#include <perplex/network.h>

#include "base/buffer.h"
#include "base/sha256.h"

struct plx_trust {
    const char *cache; /* borrowed */
    char key[PLX_SHA256_TEXT];
    char *path; /* owned */
    /* Nothing else says what the content is: other content than what came first is refused. */
    bool binds;
    char sha256[PLX_SHA256_TEXT]; /* of the content; "" where nothing is known */
    struct plx_buffer lines;      /* all of the file, or nothing */
};

/* Reads what is known. `said` is the hash that the manifest has, or NULL: without one the trust binds, and a
   file that is damaged or cannot be read is an error; else it is as good as none. Where it fails nothing is
   left to release. The cache must stay valid. */
enum plx_status plx_trust_read(const struct plx_network *network, const char *url, const char *said,
                               struct plx_trust *trust, struct plx_error *error);

/* Whether the claims have been verified of that content. */
bool plx_trust_has(const struct plx_trust *trust, const char *sha256, const char claims[PLX_SHA256_TEXT]);

/* Notes that they have, for all that come later, with what others have noted meanwhile. Of another content
   that was known before PLX_NETWORK where the trust binds, else it is forgotten. PLX_IO with os_error where
   the cache cannot be written. */
enum plx_status plx_trust_add(struct plx_trust *trust, const char *sha256, const char claims[PLX_SHA256_TEXT],
                              struct plx_error *error);

void plx_trust_release(struct plx_trust *trust);

/* Where the failure, of which the error tells, is that the content is not the first one: how another one is
   believed. */
void plx_trust_hint(const struct plx_trust *trust, struct plx_error *error);

/* The SHA-256 of a text. */
enum plx_status plx_trust_hash(const char *text, char hex[PLX_SHA256_TEXT], struct plx_error *error);

#endif
