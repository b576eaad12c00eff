/* SHA-256 (FIPS 180-4), by OpenSSL's libcrypto. */
#ifndef PLX_BASE_SHA256_H
#define PLX_BASE_SHA256_H

#include <perplex/status.h>

#define PLX_SHA256_TEXT 65 /* 64 hexadecimal digits and a NUL */

struct plx_sha256;

struct plx_sha256 *plx_sha256_new(struct plx_error *error); /* NULL on failure */
void plx_sha256_free(struct plx_sha256 *hash);              /* NULL is fine */
enum plx_status plx_sha256_update(struct plx_sha256 *hash, const void *data, size_t size,
                                  struct plx_error *error);
/* The digest of all that was given; the state is unusable afterwards but for free. */
enum plx_status plx_sha256_finish(struct plx_sha256 *hash, char hex[PLX_SHA256_TEXT],
                                  struct plx_error *error);

#endif
