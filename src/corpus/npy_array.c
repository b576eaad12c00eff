#include "corpus/npy_array.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/npy_header.h"
#include "corpus/ids_writer.h"

/* Numbers that are read back at once. */
#define CHUNK 16384

static void make_header(const struct plx_npy_array *array, unsigned width, uint8_t header[PLX_NPY_HEADER])
{
    plx_npy_header(width == 2 ? "<u2" : "<u4", array->count, header);
}

static enum plx_status write_header(const struct plx_npy_array *array, unsigned width,
                                    struct plx_error *error)
{
    uint8_t header[PLX_NPY_HEADER];
    make_header(array, width, header);
    return plx_output_write(array->output, header, sizeof header, error);
}

enum plx_status plx_npy_array_open(struct plx_npy_array *array, struct plx_output *output, unsigned width,
                                   struct plx_error *error)
{
    *array = (struct plx_npy_array){.output = output, .width = width};
    return width && plx_output_can_patch(output) ? write_header(array, width, error)
                                                 : plx_output_open_spool(output, &array->spool, error);
}

enum plx_status plx_npy_array_add(struct plx_npy_array *array, const uint32_t *numbers, size_t count,
                                  struct plx_error *error)
{
    uint32_t most = array->most;
    for (size_t i = 0; i < count; i++)
        most = numbers[i] > most ? numbers[i] : most;
    array->most = most;
    array->count += count;
    return array->spool ? plx_ids_write(array->spool, numbers, count, 4, error)
                        : plx_ids_write(array->output, numbers, count, array->width, error);
}

/* Copies the spool, whose numbers take 4 bytes. */
static enum plx_status copy_back(struct plx_npy_array *array, unsigned width, bool (*interrupted)(void *user),
                                 void *user, struct plx_error *error)
{
    uint32_t numbers[CHUNK];
    enum plx_status status = plx_output_finish(array->spool, error);
    for (uint64_t done = 0; done < array->count && status == PLX_OK;) {
        const uint64_t left = array->count - done;
        const size_t some = left < CHUNK ? (size_t)left : CHUNK;
        if (interrupted && interrupted(user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        status = plx_output_read_back(array->spool, 4 * done, numbers, 4 * some, error);
        for (size_t i = 0; i < some; i++)
            numbers[i] = plx_load_u32((const uint8_t *)(numbers + i));
        if (status == PLX_OK)
            status = plx_ids_write(array->output, numbers, some, width, error);
        done += some;
    }
    return status;
}

enum plx_status plx_npy_array_finish(struct plx_npy_array *array, bool (*interrupted)(void *user), void *user,
                                     struct plx_error *error)
{
    const unsigned width = array->width ? array->width : array->most > UINT16_MAX ? 4 : 2;
    uint8_t header[PLX_NPY_HEADER];
    if (array->spool) {
        const enum plx_status status = write_header(array, width, error);
        return status ? status : copy_back(array, width, interrupted, user, error);
    }
    make_header(array, width, header);
    return plx_output_patch(array->output, header, sizeof header, error);
}

void plx_npy_array_release(struct plx_npy_array *array)
{
    plx_output_discard(array->spool);
    array->spool = NULL;
}
