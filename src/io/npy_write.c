#include "io/npy_write.h"

#include "base/bytes.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Magic, version and length of what follows. */
#define MAGIC_BYTES 10

/* Elements on their way. */
#define CHUNK 4096

static unsigned width_of(enum plx_npy_type type)
{
    return type == PLX_NPY_U16 ? 2 : 4;
}

static void make_header(const struct plx_npy_writer *writer, enum plx_npy_type type,
                        uint8_t header[PLX_NPY_WRITTEN_HEADER])
{
    static const uint8_t magic[MAGIC_BYTES] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, PLX_NPY_WRITTEN_HEADER - MAGIC_BYTES, 0};
    const char *descr = type == PLX_NPY_F64 ? "<f8" : type == PLX_NPY_U16 ? "<u2" : "<u4";
    char text[PLX_NPY_WRITTEN_HEADER - MAGIC_BYTES];
    const int length =
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRIu64 ",), }",
                 descr, writer->count);
    memset(header, ' ', PLX_NPY_WRITTEN_HEADER);
    memcpy(header, magic, sizeof magic);
    memcpy(header + MAGIC_BYTES, text, (size_t)length);
    header[PLX_NPY_WRITTEN_HEADER - 1] = '\n';
}

static enum plx_status write_header(const struct plx_npy_writer *writer, enum plx_npy_type type,
                                    struct plx_error *error)
{
    uint8_t header[PLX_NPY_WRITTEN_HEADER];
    make_header(writer, type, header);
    return plx_output_write(writer->output, header, sizeof header, error);
}

enum plx_status plx_npy_writer_open(struct plx_npy_writer *writer, struct plx_output *output,
                                    enum plx_npy_type type, struct plx_error *error)
{
    *writer = (struct plx_npy_writer){.output = output, .type = type};
    return type != PLX_NPY_NARROWEST && plx_output_can_patch(output)
               ? write_header(writer, type, error)
               : plx_output_open_spool(output, &writer->spool, error);
}

/* Where elements go until the end. */
static struct plx_output *place_of(const struct plx_npy_writer *writer)
{
    return writer->spool ? writer->spool : writer->output;
}

enum plx_status plx_npy_writer_add(struct plx_npy_writer *writer, const uint32_t *numbers, size_t count,
                                   struct plx_error *error)
{
    uint32_t most = writer->most;
    for (size_t i = 0; i < count; i++)
        most = numbers[i] > most ? numbers[i] : most;
    writer->most = most;
    writer->count += count;
    return plx_output_write_numbers(place_of(writer), numbers, count, width_of(writer->type), error);
}

enum plx_status plx_npy_writer_add_doubles(struct plx_npy_writer *writer, const double *values, size_t count,
                                           struct plx_error *error)
{
    uint8_t bytes[CHUNK * sizeof *values];
    enum plx_status status = PLX_OK;
    for (size_t done = 0; done < count && status == PLX_OK;) {
        const size_t some = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < some; i++) {
            uint64_t bits;
            memcpy(&bits, values + done + i, sizeof bits);
            plx_store_u64(bytes + i * sizeof bits, bits);
        }
        status = plx_output_write(place_of(writer), bytes, some * sizeof *values, error);
        done += some;
    }
    writer->count += count;
    return status;
}

/* Copies the spool, whose numbers take 4 bytes, as numbers of 2. */
static enum plx_status copy_narrowed(struct plx_npy_writer *writer, bool (*interrupted)(void *user),
                                     void *user, struct plx_error *error)
{
    uint32_t numbers[CHUNK];
    enum plx_status status = plx_output_finish(writer->spool, error);
    for (uint64_t done = 0; done < writer->count && status == PLX_OK;) {
        const uint64_t left = writer->count - done;
        const size_t some = left < CHUNK ? (size_t)left : CHUNK;
        if (interrupted && interrupted(user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        status = plx_output_read_back(writer->spool, 4 * done, numbers, 4 * some, error);
        for (size_t i = 0; i < some && status == PLX_OK; i++)
            numbers[i] = plx_load_u32((const uint8_t *)(numbers + i));
        if (status == PLX_OK)
            status = plx_output_write_numbers(writer->output, numbers, some, 2, error);
        done += some;
    }
    return status;
}

enum plx_status plx_npy_writer_finish(struct plx_npy_writer *writer, bool (*interrupted)(void *user),
                                      void *user, struct plx_error *error)
{
    const bool narrow = writer->type == PLX_NPY_NARROWEST && writer->most <= UINT16_MAX;
    const enum plx_npy_type type = narrow ? PLX_NPY_U16 : writer->type;
    uint8_t header[PLX_NPY_WRITTEN_HEADER];
    if (writer->spool) {
        const enum plx_status status = write_header(writer, type, error);
        if (status)
            return status;
        return narrow ? copy_narrowed(writer, interrupted, user, error)
                      : plx_output_append(writer->output, writer->spool, interrupted, user, error);
    }
    make_header(writer, type, header);
    return plx_output_patch(writer->output, header, sizeof header, error);
}

void plx_npy_writer_release(struct plx_npy_writer *writer)
{
    plx_output_discard(writer->spool);
    writer->spool = NULL;
}
