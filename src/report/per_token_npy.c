/* Per-token files as arrays of NumPy. */
#include "report/per_token.h"

#include "base/memory.h"
#include "base/npy_header.h"

#include <stdlib.h>
#include <string.h>

/* Values on their way. */
#define CHUNK 4096

#define DESCR "<f8"

struct npy {
    struct plx_per_token writer;
    struct plx_output *spool; /* keeps the values where the header cannot be corrected; NULL where it can */
    uint64_t count;
    uint8_t chunk[CHUNK * sizeof(double)];
};

static enum plx_status write_header(struct plx_output *output, uint64_t count, struct plx_error *error)
{
    uint8_t header[PLX_NPY_HEADER];
    plx_npy_header(DESCR, count, header);
    return plx_output_write(output, header, sizeof header, error);
}

/* Compilers make one store of it where the machine is little-endian. */
static void store_little(double value, uint8_t bytes[sizeof(double)])
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (size_t i = 0; i < sizeof bits; i++)
        bytes[i] = (uint8_t)(bits >> 8 * i);
}

static void npy_close(struct plx_per_token *writer)
{
    struct npy *npy = (struct npy *)writer;
    plx_output_discard(npy->spool);
    free(npy);
}

static enum plx_status npy_open(struct plx_output *output, struct plx_per_token **writer,
                                struct plx_error *error)
{
    *writer = NULL;
    struct npy *npy = plx_new_array(1, sizeof *npy, error);
    if (!npy)
        return PLX_MEMORY;
    const enum plx_status status = plx_output_can_patch(output)
                                       ? write_header(output, 0, error)
                                       : plx_output_open_spool(output, &npy->spool, error);
    if (status) {
        npy_close(&npy->writer);
        return status;
    }
    *writer = &npy->writer;
    return PLX_OK;
}

static enum plx_status npy_write(struct plx_per_token *writer, const struct plx_token_score *tokens,
                                 size_t count, struct plx_error *error)
{
    struct npy *npy = (struct npy *)writer;
    struct plx_output *output = npy->spool ? npy->spool : writer->output;
    for (size_t done = 0; done < count;) {
        const size_t some = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < some; i++)
            store_little(tokens[done + i].nats, npy->chunk + i * sizeof(double));
        const enum plx_status status = plx_output_write(output, npy->chunk, some * sizeof(double), error);
        if (status)
            return status;
        done += some;
    }
    npy->count += count;
    return PLX_OK;
}

static enum plx_status npy_finish(struct plx_per_token *writer, struct plx_error *error)
{
    struct npy *npy = (struct npy *)writer;
    if (npy->spool) {
        const enum plx_status status = write_header(writer->output, npy->count, error);
        return status ? status : plx_output_append(writer->output, npy->spool, NULL, NULL, error);
    }
    uint8_t header[PLX_NPY_HEADER];
    plx_npy_header(DESCR, npy->count, header);
    return plx_output_patch(writer->output, header, sizeof header, error);
}

static const char *const SUFFIXES[] = {".npy", NULL};

const struct plx_per_token_format plx_per_token_npy = {
    "npy",    "the nats as an array of NumPy, float64 (.npy)", SUFFIXES, npy_open, npy_write, npy_finish,
    npy_close};
