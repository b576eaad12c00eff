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
    char *path;                   /* owned */
    char sha256[PLX_SHA256_TEXT]; /* of the content; "" where nothing is known */
    struct plx_buffer lines;      /* all of the file, or nothing */
};

/* Reads what is known. PLX_MALFORMED where the file is damaged. Where it fails nothing is left to release. */
enum plx_status plx_trust_read(const struct plx_network *network, const char *url, struct plx_trust *trust,
                               struct plx_error *error);

/* Whether the claims have been verified of that content. */
bool plx_trust_has(const struct plx_trust *trust, const char *sha256, const char claims[PLX_SHA256_TEXT]);

/* Notes that they have, for all that come later. What was known of another content is forgotten: it is for
   the caller to refuse that. */
enum plx_status plx_trust_add(struct plx_trust *trust, const char *sha256, const char claims[PLX_SHA256_TEXT],
                              struct plx_error *error);

void plx_trust_release(struct plx_trust *trust);

/* The SHA-256 of a text. */
enum plx_status plx_trust_hash(const char *text, char hex[PLX_SHA256_TEXT], struct plx_error *error);

#endif
