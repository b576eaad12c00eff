/* What a byte source reads from: a file, memory or a transfer, as it lies there (gzip is undone above). */
#ifndef PLX_IO_MEDIUM_H
#define PLX_IO_MEDIUM_H

#include <perplex/source.h>

struct plx_medium;

/* Bytes of an open file. */
struct plx_file_range {
    int descriptor; /* the medium's; its position is of no concern to pread. −1: none */
    uint64_t begin, size;
};

struct plx_medium_table {
    /* Delivers up to `size` bytes, size > 0; *got is 0 only at the end. While it waits it asks
       plx_medium_interrupted at least every PLX_MEDIUM_WAIT_MS. Errors carry neither input nor offset: the
       source knows them. */
    enum plx_status (*read)(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                            struct plx_error *error);

    /* Bytes in all, 0 where it is not known (yet). */
    uint64_t (*size)(const struct plx_medium *medium);

    /* All that there was to read when it was opened, of a regular file that is not empty; else false. NULL:
       never. */
    bool (*range)(const struct plx_medium *medium, struct plx_file_range *range);

    void (*close)(struct plx_medium *medium);
};

/* The first member of each kind's own struct. */
struct plx_medium {
    const struct plx_medium_table *table;
    const struct plx_source_options *options; /* borrowed from the source */
    uint64_t done;                            /* bytes delivered so far */
};

/* The longest wait between two questions whether the caller wants to stop. */
#define PLX_MEDIUM_WAIT_MS 100

/* PLX_INTERRUPTED if the caller wants to stop. */
enum plx_status plx_medium_interrupted(const struct plx_medium *medium, struct plx_error *error);

/* Asks the caller, reads by the table, and keeps count. */
enum plx_status plx_medium_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                struct plx_error *error);

uint64_t plx_medium_size(const struct plx_medium *medium);
bool plx_medium_range(const struct plx_medium *medium, struct plx_file_range *range);
void plx_medium_close(struct plx_medium *medium); /* NULL is fine */

/* The kinds. *medium is NULL on failure; options must outlive it. */

/* A path, or "-" for standard input, which is left open at the end. */
enum plx_status plx_file_open(const char *name, const struct plx_source_options *options,
                              struct plx_medium **medium, struct plx_error *error);

/* Bytes of a file that is open, and stays open. */
enum plx_status plx_range_open(const struct plx_file_range *file, const struct plx_source_options *options,
                               struct plx_medium **medium, struct plx_error *error);

/* The bytes are borrowed. */
enum plx_status plx_memory_open(const void *data, size_t size, const struct plx_source_options *options,
                                struct plx_medium **medium, struct plx_error *error);

/* An http:// or https:// URL; returns once its content has begun to arrive. */
enum plx_status plx_http_open(const char *url, const struct plx_source_options *options,
                              struct plx_medium **medium, struct plx_error *error);

#endif
