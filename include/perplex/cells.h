/* Evaluations by a plan: models × corpora × protocols, of which each is a cell with a result of its own. */
#ifndef PERPLEX_CELLS_H
#define PERPLEX_CELLS_H

#include <perplex/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum plx_cell_state {
    PLX_CELL_TO_DO,   /* there is no result, and nobody works at it */
    PLX_CELL_RUNNING, /* somebody does */
    PLX_CELL_DONE,    /* its result is there */
    PLX_CELL_FAILED   /* there is none, because of its error; or its perplexity is not finite */
};

/* A cell as it stands. Strings are the caller's; NULL: not known. */
struct plx_cell {
    const char *model, *corpus, *protocol; /* what the plan calls them */
    const char *key;                       /* the hash of what determines its result, hexadecimal */
    const char *file;                      /* of the result, in the folder of the results */
    enum plx_cell_state state;
    int exit_code; /* of `perplex eval`; of a cell that is done or has failed */
    const char *error;
};

/* Names a state: "to do", "running", "done", "failed". Static. Any thread. */
PLX_API const char *plx_cell_state_name(enum plx_cell_state state);

/* Writes how the cells of a plan stand as JSON, perplex.run/1 (configs/schema/run-1.schema.json), UTF-8.
   `plan` is the name of its file, plan_sha256 the SHA-256 of its content. *text is to be freed with
   plx_text_free (result.h), NULL on failure; it ends with a NUL, which *length does not count. PLX_MEMORY.
   Any thread. */
PLX_API enum plx_status plx_cells_json(const char *plan, const char *plan_sha256,
                                       const struct plx_cell *cells, size_t count, char **text,
                                       size_t *length, struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
