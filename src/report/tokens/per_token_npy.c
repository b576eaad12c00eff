/* Per-token files as arrays of NumPy. */
#include "report/tokens/per_token.h"

#include "base/memory.h"
#include "io/npy_write.h"

#include <stdlib.h>

/* Values on their way. */
#define CHUNK 4096

struct npy {
    struct plx_per_token base;
    struct plx_npy_writer array;
};

static void npy_close(struct plx_per_token *writer)
{
    struct npy *npy = (struct npy *)writer;
    plx_npy_writer_release(&npy->array);
    free(npy);
}

static enum plx_status npy_open(struct plx_output *output, struct plx_per_token **writer,
                                struct plx_error *error)
{
    *writer = NULL;
    struct npy *npy = plx_new_array(1, sizeof *npy, error);
    if (!npy)
        return PLX_MEMORY;
    const enum plx_status status = plx_npy_writer_open(&npy->array, output, PLX_NPY_F64, error);
    if (status) {
        npy_close(&npy->base);
        return status;
    }
    *writer = &npy->base;
    return PLX_OK;
}

static enum plx_status npy_write(struct plx_per_token *writer, const struct plx_token_score *tokens,
                                 size_t count, struct plx_error *error)
{
    struct npy *npy = (struct npy *)writer;
    double values[CHUNK];
    for (size_t done = 0; done < count;) {
        const size_t some = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < some; i++)
            values[i] = tokens[done + i].nats;
        const enum plx_status status = plx_npy_writer_add_doubles(&npy->array, values, some, error);
        if (status)
            return status;
        done += some;
    }
    return PLX_OK;
}

static enum plx_status npy_finish(struct plx_per_token *writer, struct plx_error *error)
{
    return plx_npy_writer_finish(&((struct npy *)writer)->array, NULL, NULL, error);
}

static const char *const SUFFIXES[] = {".npy", NULL};

const struct plx_per_token_format plx_per_token_npy = {
    "npy",    "the nats as an array of NumPy, float64 (.npy)", SUFFIXES, npy_open, npy_write, npy_finish,
    npy_close};
