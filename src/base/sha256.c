#include "base/sha256.h"

#include "base/error.h"
#include "base/memory.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct plx_sha256 {
    EVP_MD_CTX *context;
};

struct plx_sha256 *plx_sha256_new(struct plx_error *error)
{
    struct plx_sha256 *hash = plx_new_array(1, sizeof(*hash), error);

    if (hash == NULL)
        return NULL;
    hash->context = EVP_MD_CTX_new();
    if (hash->context == NULL) {
        plx_error_set(error, PLX_MEMORY, "no memory for a SHA-256 state");
        goto fail;
    }
    if (EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
        plx_error_set(error, PLX_INTERNAL, "libcrypto does not offer SHA-256");
        goto fail;
    }
    return hash;

fail:
    plx_sha256_free(hash);
    return NULL;
}

void plx_sha256_free(struct plx_sha256 *hash)
{
    if (hash == NULL)
        return;
    EVP_MD_CTX_free(hash->context);
    free(hash);
}

enum plx_status plx_sha256_update(struct plx_sha256 *hash, const void *data, size_t size,
                                  struct plx_error *error)
{
    if (size > 0 && EVP_DigestUpdate(hash->context, data, size) != 1)
        return plx_error_set(error, PLX_INTERNAL, "libcrypto could not continue a SHA-256 digest");
    return PLX_OK;
}

enum plx_status plx_sha256_finish(struct plx_sha256 *hash, char hex[PLX_SHA256_TEXT], struct plx_error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;

    if (EVP_DigestFinal_ex(hash->context, digest, &size) != 1 || size != (PLX_SHA256_TEXT - 1) / 2)
        return plx_error_set(error, PLX_INTERNAL, "libcrypto could not finish a SHA-256 digest");
    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[PLX_SHA256_TEXT - 1] = '\0';
    return PLX_OK;
}
