/* Ids as an array of NumPy, of one dimension: u16 where all fit, by the vocabulary or else by the ids
   themselves, u32 otherwise. */
#include "corpus/ids_writer.h"

#include "base/memory.h"
#include "io/npy_write.h"

#include <stdlib.h>

struct npy {
    struct plx_ids_writer base;
    struct plx_npy_writer array;
};

static void close_npy(struct plx_ids_writer *base)
{
    struct npy *npy = (struct npy *)(void *)base;
    plx_npy_writer_release(&npy->array);
    free(npy);
}

static enum plx_status open_npy(const char *path, const struct plx_ids_options *options,
                                struct plx_ids_writer **writer, struct plx_error *error)
{
    const uint64_t types = options->types;
    struct npy *npy = plx_new_array(1, sizeof *npy, error);
    *writer = NULL;
    if (!npy)
        return PLX_MEMORY;
    npy->base.most = PLX_ID_MOST;
    npy->base.width = "u32";
    enum plx_status status = plx_output_open(path, &npy->base.outputs[0], error);
    if (status == PLX_OK)
        status = plx_npy_writer_open(&npy->array, npy->base.outputs[0],
                                     types == 0                          ? PLX_NPY_NARROWEST
                                     : types <= (uint64_t)UINT16_MAX + 1 ? PLX_NPY_U16
                                                                         : PLX_NPY_U32,
                                     error);
    if (status) {
        plx_output_discard(npy->base.outputs[0]);
        close_npy(&npy->base);
        return status;
    }
    *writer = &npy->base;
    return PLX_OK;
}

static enum plx_status add_npy(struct plx_ids_writer *base, const uint32_t *ids, const uint32_t *bytes,
                               size_t count, struct plx_error *error)
{
    (void)bytes;
    return plx_npy_writer_add(&((struct npy *)(void *)base)->array, ids, count, error);
}

static enum plx_status finish_npy(struct plx_ids_writer *base, struct plx_error *error)
{
    struct npy *npy = (struct npy *)(void *)base;
    return plx_npy_writer_finish(&npy->array, base->options.interrupted, base->options.user, error);
}

static const char *const SUFFIXES[] = {".npy", NULL};

const struct plx_ids_format plx_ids_format_npy = {
    .name = "npy",
    .description = "an array of NumPy of one dimension, u16 where that suffices, else u32 (.npy)",
    .suffixes = SUFFIXES,
    .open = open_npy,
    .add = add_npy,
    .finish = finish_npy,
    .close = close_npy,
};
