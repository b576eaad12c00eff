/* What the library itself needs of outputs beside the public functions: corrections of the beginning, and
   spools for what cannot be corrected any more when it has been written. */
#ifndef PLX_IO_OUTPUT_H
#define PLX_IO_OUTPUT_H

#include <perplex/output.h>

#include <zlib.h>

#define PLX_OUTPUT_BYTES ((size_t)256 << 10)

struct plx_output {
    char *path;      /* as given, for messages; NULL: standard output */
    char *file;      /* what appears at commit, behind symbolic links; NULL where it is written straight */
    char *temporary; /* what is written until then; NULL where it has no name */
    int descriptor;
    bool owned;              /* the descriptor is to be closed */
    bool finished;           /* all is written */
    enum plx_status status;  /* what went wrong first, and */
    struct plx_error failed; /* how */
    z_stream *gzip;          /* NULL where it is not compressed */
    size_t used;             /* of buffer */
    uint8_t buffer[PLX_OUTPUT_BYTES];
};

/* Whether the beginning can still be overwritten: an uncompressed file that appears by renaming. */
bool plx_output_can_patch(const struct plx_output *output);

/* Overwrites the first `size` bytes, which have been written already. */
enum plx_status plx_output_patch(struct plx_output *output, const void *data, size_t size,
                                 struct plx_error *error);

/* Writes at a place of the file, or of a spool, whatever has been written through the buffer. Any number of
   threads at once; a failure is not remembered. */
enum plx_status plx_output_write_at(const struct plx_output *output, uint64_t offset, const void *data,
                                    size_t size, struct plx_error *error);

/* Opens an anonymous file of plain bytes on the disk of the output; for outputs that are not on a disk, in
   the system's folder for temporary files. Errors name the output. Given to plx_output_discard. */
enum plx_status plx_output_open_spool(const struct plx_output *output, struct plx_output **spool,
                                      struct plx_error *error);

/* Reads data[0..size) of a spool that is finished, from a place where there is as much. */
enum plx_status plx_output_read_back(const struct plx_output *spool, uint64_t offset, void *data, size_t size,
                                     struct plx_error *error);

/* Finishes the spool and writes all that it holds to the output. PLX_INTERRUPTED where `interrupted` (NULL:
   nobody) says so of `user`. */
enum plx_status plx_output_append(struct plx_output *output, struct plx_output *spool,
                                  bool (*interrupted)(void *user), void *user, struct plx_error *error);

/* Writes numbers[count] as little-endian numbers of `width` bytes, 2 or 4, which they fit. The errors of
   writing. */
enum plx_status plx_output_write_numbers(struct plx_output *output, const uint32_t *numbers, size_t count,
                                         unsigned width, struct plx_error *error);

#endif
