/* Byte sources: files, standard input, memory and http(s) URLs, with gzip undone.

   A source delivers the uncompressed content. Gzip, several members too, is recognised by its magic, never by
   the name. Different sources may be used by different threads at once; one source belongs to one thread at a
   time.

   Whatever reads can fail with PLX_IO or PLX_NETWORK where the medium fails, PLX_MALFORMED where gzip is
   damaged or cut short, PLX_INTERRUPTED where the caller wants it, and PLX_MEMORY. What came before an error
   can be read before it. After PLX_INTERRUPTED reading may go on. */
#ifndef PERPLEX_SOURCE_H
#define PERPLEX_SOURCE_H

#include <perplex/network.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_source;

/* How a file whose content is used in place, byte for byte, comes into memory. */
enum plx_load {
    PLX_LOAD_MAP, /* its pages are mapped, read when they are needed, and shared between processes; what is no
                     uncompressed regular file is copied */
    PLX_LOAD_COPY /* it is read into memory of our own, in huge pages where the system has them */
};

/* What a fingerprint is the SHA-256 of. */
enum plx_fingerprint {
    PLX_FINGERPRINT_FULL, /* the uncompressed content */
    /* Of a content that is mapped or copied as a whole: its size n as 8 bytes, the least significant first;
       its first MiB; its last MiB; and of 64 blocks of 4096 bytes those that begin at ⌊i (n − 4096) / 65⌋, i
       = 1 … 64. Of a shorter content, all of it in place of each. */
    PLX_FINGERPRINT_QUICK,
    PLX_FINGERPRINT_NONE /* nothing: there is none */
};

/* The most that plx_source_peek can be asked for. */
#define PLX_SOURCE_PEEK_MAX ((size_t)64 << 20)

/* How a source is read. Zero-initialised means the defaults. Copied when a source is opened; `user` must stay
   valid until it is closed. */
struct plx_source_options {
    /* Asked before each read of the medium, while a transfer waits, and when a signal interrupts a read;
       true makes the call end with PLX_INTERRUPTED. NULL: never. */
    bool (*interrupted)(void *user);
    void *user;
    uint64_t max_download_bytes;       /* cap on what a URL may send; 0: 64 GiB */
    const struct plx_network *network; /* of a URL; NULL: the defaults */
    bool fingerprint;                  /* compute the SHA-256 of the uncompressed content as it is read */
};

/* Opens `name`: a path, "-" for standard input, or an http:// or https:// URL; from https only https
   redirects are followed. Where network->cache is, a URL is downloaded into it, unless it is there unchanged,
   and is read as a file (cache.h): then all of it is there when this returns, and it also fails with PLX_IO
   where the cache cannot be used. options may be NULL. *source is to be closed with plx_source_close; NULL on
   failure. PLX_IO for a missing file, a directory and the like, PLX_NETWORK for a URL that cannot be had;
   PLX_MEMORY, PLX_INTERRUPTED. */
PLX_API enum plx_status plx_source_open(const char *name, const struct plx_source_options *options,
                                        struct plx_source **source, struct plx_error *error);

/* Opens a source over data[0..size), which the caller keeps alive and unchanged until the source is closed;
   data may be NULL if size is 0. `name`, which is copied, stands in errors. options may be NULL. *source is
   to be closed with plx_source_close; NULL on failure, which is PLX_MEMORY. */
PLX_API enum plx_status plx_source_open_memory(const void *data, size_t size, const char *name,
                                               const struct plx_source_options *options,
                                               struct plx_source **source, struct plx_error *error);

/* Makes at least `want` bytes available without consuming them, or all that are left. *data is the source's
   own, valid until the next call on it. *size is how many bytes there are: at least want, unless the content
   ends before. PLX_USAGE for more than PLX_SOURCE_PEEK_MAX; the errors of reading. */
PLX_API enum plx_status plx_source_peek(struct plx_source *source, size_t want, const uint8_t **data,
                                        size_t *size, struct plx_error *error);

/* Consumes `size` bytes, no more than the last peek offered. */
PLX_API void plx_source_skip(struct plx_source *source, size_t size);

/* Reads up to `size` bytes into data[size] and consumes them. *got is less than size only at the end of the
   content and on failure: how many have been read before it. The errors of reading. */
PLX_API enum plx_status plx_source_read(struct plx_source *source, void *data, size_t size, size_t *got,
                                        struct plx_error *error);

/* Gives the name that it was opened by; of a URL without user, password, query and fragment, which may be
   secret. Valid as long as the source. */
PLX_API const char *plx_source_name(const struct plx_source *source);

/* Counts the uncompressed bytes consumed so far. */
PLX_API uint64_t plx_source_offset(const struct plx_source *source);

/* Gives the size of the medium in bytes (compressed, if it is), 0 where it is not known (a pipe, a chunked
   transfer), and how much of it has been read: for progress. */
PLX_API void plx_source_progress(const struct plx_source *source, uint64_t *size, uint64_t *done);

/* Tells whether the medium is gzip-compressed. Known after the first peek or read; false before. */
PLX_API bool plx_source_compressed(const struct plx_source *source);

/* Computes the SHA-256 of the uncompressed content: 64 hexadecimal digits and a NUL. Reads and discards
   whatever has not been consumed yet. PLX_USAGE if the source was opened without options.fingerprint; the
   errors of reading. */
PLX_API enum plx_status plx_source_sha256(struct plx_source *source, char hex[65], struct plx_error *error);

/* Closes the source and what it has opened; standard input and memory stay open. NULL is fine. */
PLX_API void plx_source_close(struct plx_source *source);

#ifdef __cplusplus
}
#endif
#endif
