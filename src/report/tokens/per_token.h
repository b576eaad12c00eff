/* What a format of per-token files is: a row of the table in per_token.c, and a file of its own. */
#ifndef PLX_REPORT_PER_TOKEN_H
#define PLX_REPORT_PER_TOKEN_H

#include <perplex/per_token.h>

#include "io/output.h"

struct plx_per_token_format {
    const char *name;
    const char *description;
    const char *const *suffixes; /* of the file's name, in small letters; NULL behind the last */

    /* Makes the format's own struct, which is set to zero but for what the format knows. The output,
       borrowed, is empty. *writer is NULL on failure. */
    enum plx_status (*open)(struct plx_output *output, struct plx_per_token **writer,
                            struct plx_error *error);

    enum plx_status (*write)(struct plx_per_token *writer, const struct plx_token_score *tokens, size_t count,
                             struct plx_error *error);

    /* Writes what is left; called once at most, after the last token. */
    enum plx_status (*finish)(struct plx_per_token *writer, struct plx_error *error);

    /* Frees the struct, not the output. */
    void (*close)(struct plx_per_token *writer);
};

/* The first member of each format's own struct. */
struct plx_per_token {
    const struct plx_per_token_format *format;
    struct plx_output *output;
    bool finished;
};

extern const struct plx_per_token_format plx_per_token_jsonl, plx_per_token_npy;

#endif
