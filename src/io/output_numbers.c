#include "io/output.h"

#include "base/bytes.h"

/* Numbers on their way. */
#define CHUNK 4096

enum plx_status plx_output_write_numbers(struct plx_output *output, const uint32_t *numbers, size_t count,
                                         unsigned width, struct plx_error *error)
{
    uint8_t bytes[CHUNK * sizeof *numbers];
    for (size_t done = 0; done < count;) {
        const size_t some = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < some && width == 2; i++)
            plx_store_u16(bytes + 2 * i, (uint16_t)numbers[done + i]);
        for (size_t i = 0; i < some && width == 4; i++)
            plx_store_u32(bytes + 4 * i, numbers[done + i]);
        const enum plx_status status = plx_output_write(output, bytes, some * width, error);
        if (status)
            return status;
        done += some;
    }
    return PLX_OK;
}
