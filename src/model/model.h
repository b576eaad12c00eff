/* The model interface. To add a format NAME: a file with `const struct plx_model_format
   plx_model_format_NAME`, a line in registry.c, a line in src/CMakeLists.txt, and fixtures under
   tests/data/models. A format of backoff n-gram models fills struct plx_ngram_model and takes plx_ngram_class
   for its class (see arpa.c); others bring their own. */
#ifndef PLX_MODEL_MODEL_H
#define PLX_MODEL_MODEL_H

#include <perplex/model.h>

#include "base/error.h"
#include "model/vocabulary.h"

/* How many kinds of warnings one model can carry. */
#define PLX_MODEL_WARNINGS 16

/* What an open model does. Every slot is required. */
struct plx_model_class {
    /* Releases what the format has allocated, the model itself too, but not what struct plx_model owns. */
    void (*close)(struct plx_model *model);
    /* A session begins with a struct plx_session. NULL on failure. Any thread. */
    struct plx_session *(*session_new)(const struct plx_model *model, struct plx_error *error);
    void (*session_free)(struct plx_session *session);
    /* As plx_session_score; ids have been checked to be < V or PLX_NO_TOKEN, and first ≤ end, and first > 0
       where the model lacks PLX_EMPTY_CONTEXT. */
    enum plx_status (*score)(struct plx_session *session, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error);
};

/* The part that all models share; a format's own struct begins with it. */
struct plx_model {
    const struct plx_model_class *class;
    char *name; /* owned */
    struct plx_model_info info;
    struct plx_vocabulary *vocabulary; /* owned; NULL where tokens are bare ids */
    struct plx_warning warnings[PLX_MODEL_WARNINGS];
    size_t warning_count;
};

struct plx_session {
    const struct plx_model *model;
};

struct plx_model_format {
    const char *name;
    const char *description; /* one line for `perplex formats` */
    /* How sure it is that the content is of this format, from its first bytes (up to PLX_PROBE_BYTES, all of
       a shorter content) and its name: 0 no, 1 by the name alone, 2 by content. */
    int (*probe)(const uint8_t *head, size_t size, const char *name);
    /* Reads the whole source. Sets class, info and vocabulary; name and sha256 are filled in by the caller.
     */
    enum plx_status (*open)(struct plx_source *source, const struct plx_model_options *options,
                            struct plx_model **model, struct plx_error *error);
};

#define PLX_PROBE_BYTES 65536

/* Format `index` of the registry, NULL past the end. */
const struct plx_model_format *plx_model_format(size_t index);

/* Adds one occurrence of the deviation `code` at `line` (0: no line). The first occurrence fixes line and
 * message. */
void plx_model_warn(struct plx_model *model, const char *code, uint64_t line, const char *format, ...)
    PLX_PRINTF(4, 5);

#endif
