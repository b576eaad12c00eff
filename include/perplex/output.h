/* Outputs: files that appear whole or not at all, standard output, pipes and devices; gzip by the name.

   A regular file is written beside itself, as PATH.XXXXXX with six letters or digits, and renamed when it is
   committed: until then whatever was there stays, and nothing is left of an output that is discarded. The
   mode of a file that is replaced stays; a new one has what the umask leaves. What is behind a symbolic link
   is replaced, not the link. Standard output, by whatever name, pipes and devices are written straight. A
   name that ends in ".gz", in capitals too, is gzip-compressed.

   Different outputs may be used by different threads at once, for the same file too: the last commit stays.
   One output belongs to one thread at a time.

   Whatever fails to write is PLX_IO with the name and the reason, and with errno in error.os_error: EPIPE
   where nobody reads the pipe any more. No signal comes of it: SIGPIPE is kept away while it is written. */
#ifndef PERPLEX_OUTPUT_H
#define PERPLEX_OUTPUT_H

#include <perplex/status.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_output;

/* Tells early whether an output could be opened there, for what is only written after long work: creates what
   would be renamed and removes it again; of standard output, pipes and devices, sees whether they may be
   written. path as for plx_output_open, whose errors it has but PLX_INTERRUPTED. Any thread. */
PLX_API enum plx_status plx_output_check(const char *path, struct plx_error *error);

/* Opens the output: a path, "-" or NULL for standard output. A file that cannot be there shows at once;
   a named pipe waits for its reader. *output is to be given to plx_output_commit or plx_output_discard; NULL
   on failure. PLX_USAGE for an empty path, PLX_IO, PLX_MEMORY; PLX_INTERRUPTED where a signal ends the
   waiting. Any thread. */
PLX_API enum plx_status plx_output_open(const char *path, struct plx_output **output,
                                        struct plx_error *error);

/* Writes data[0..size), by way of a buffer. PLX_IO, PLX_MEMORY; after a failure, what follows fails alike. */
PLX_API enum plx_status plx_output_write(struct plx_output *output, const void *data, size_t size,
                                         struct plx_error *error);

/* Writes out what is still buffered, and to the disk, so that to commit is to rename: for several outputs
   that shall all appear or none. Nothing can be written after it. Not needed otherwise. The errors of
   writing. */
PLX_API enum plx_status plx_output_finish(struct plx_output *output, struct plx_error *error);

/* Finishes the output, makes the file appear, and releases the output: after a failure nothing is left to
   discard. Standard output stays open. The errors of writing. */
PLX_API enum plx_status plx_output_commit(struct plx_output *output, struct plx_error *error);

/* Releases the output without its file; what went straight to a pipe or device stays there. NULL is fine. */
PLX_API void plx_output_discard(struct plx_output *output);

/* Tells whether two paths, "-" or NULL for standard output, lead to the same place, so that two outputs would
   get in each other's way. The null device gets in nobody's way: false, unless both are standard output by
   these names. Any thread. */
PLX_API bool plx_output_same(const char *a, const char *b);

#ifdef __cplusplus
}
#endif
#endif
