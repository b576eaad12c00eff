/* Byte sources: files, standard input, memory and http(s) URLs, with gzip undone.

   A source delivers the uncompressed content. Gzip, several members too, is recognised by its magic, never by
   the name. A source belongs to one thread at a time. */
#ifndef PERPLEX_SOURCE_H
#define PERPLEX_SOURCE_H

#include <perplex/status.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_source;

/* The most that plx_source_peek can be asked for. */
#define PLX_SOURCE_PEEK_MAX ((size_t)64 << 20)

/* Zero-initialised means the defaults. */
struct plx_source_options {
    /* Asked before each read of the medium, while a transfer waits, and when a signal interrupts a read;
       true makes the call end with PLX_INTERRUPTED. NULL: never. */
    bool (*interrupted)(void *user);
    void *user;
    uint64_t max_download_bytes; /* cap on what a URL may send; 0: 64 GiB */
    unsigned connect_timeout_ms; /* 0: 15,000 */
    unsigned stall_timeout_ms;   /* less than one byte a second for so long ends a transfer; 0: 30,000 */
    bool fingerprint;            /* compute the SHA-256 of the uncompressed content as it is read */
};

/* Opens `name`: a path, "-" for standard input, or an http:// or https:// URL. A directory, a missing file
   and the like are PLX_IO; a URL that cannot be had PLX_NETWORK. options may be NULL. *source is NULL on
   failure. */
PLX_API enum plx_status plx_source_open(const char *name, const struct plx_source_options *options,
                                        struct plx_source **source, struct plx_error *error);

/* A source over `size` bytes that the caller keeps alive and unchanged until the source is closed. `name` is
   used in errors. */
PLX_API enum plx_status plx_source_open_memory(const void *data, size_t size, const char *name,
                                               const struct plx_source_options *options,
                                               struct plx_source **source, struct plx_error *error);

/* Makes at least `want` bytes available without consuming them, or all that are left. *data is valid until
   the next call on the source. *size is how many bytes there are: at least want, unless the content ends
   before. */
PLX_API enum plx_status plx_source_peek(struct plx_source *source, size_t want, const uint8_t **data,
                                        size_t *size, struct plx_error *error);

/* Consumes `size` bytes; no more than the last peek offered. */
PLX_API void plx_source_skip(struct plx_source *source, size_t size);

/* Reads up to `size` bytes; *got is less only at the end of the content. */
PLX_API enum plx_status plx_source_read(struct plx_source *source, void *data, size_t size, size_t *got,
                                        struct plx_error *error);

/* The name that it was opened by; of a URL without user, password, query and fragment, which may be secret.
 */
PLX_API const char *plx_source_name(const struct plx_source *source);

/* Uncompressed bytes consumed so far. */
PLX_API uint64_t plx_source_offset(const struct plx_source *source);

/* Size of the medium in bytes (compressed, if it is) and how much of it has been read: for progress. *size is
   0 where it is not known (a pipe, a chunked transfer). */
PLX_API void plx_source_progress(const struct plx_source *source, uint64_t *size, uint64_t *done);

/* True if the medium is gzip-compressed. Known after the first peek or read. */
PLX_API bool plx_source_compressed(const struct plx_source *source);

/* SHA-256 of the uncompressed content, 64 hexadecimal digits and a NUL. Only with options.fingerprint; reads
   and discards whatever has not been consumed yet. */
PLX_API enum plx_status plx_source_sha256(struct plx_source *source, char hex[65], struct plx_error *error);

/* NULL is fine. */
PLX_API void plx_source_close(struct plx_source *source);

#ifdef __cplusplus
}
#endif
#endif
