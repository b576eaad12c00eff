/* Inspection: what a model or corpus file is, what is wrong with it, and how far the two fit each other. */
#ifndef PERPLEX_INSPECT_H
#define PERPLEX_INSPECT_H

#include <perplex/corpus.h>
#include <perplex/model.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_inspection;

/* What the first of the files is taken for. */
enum plx_inspect_as {
    PLX_INSPECT_ANY, /* what its content says, then its name, a text if nothing else */
    PLX_INSPECT_MODEL,
    PLX_INSPECT_CORPUS
};

/* How files are inspected. Zero-initialised means the defaults. All is borrowed for the call only, which
   makes the calls back in its own thread. */
struct plx_inspect_options {
    enum plx_inspect_as as;
    struct plx_model_options model;   /* a format makes the first file a model, */
    struct plx_corpus_options corpus; /* and here, if it is the only one, a corpus */
    size_t top;                       /* how many unknown tokens are listed; 0: 20 */
    bool deep;     /* look into the n-gram model: every deviation that is looked for, what is stored, sums of
                      probabilities in contexts that are drawn from the model */
    uint64_t seed; /* of that drawing: the same seed, the same contexts */
    size_t most_types; /* beyond so many distinct types they are no longer counted; 0: 16,000,000 */
    void (*progress)(void *user, uint64_t done_bytes,
                     uint64_t size_bytes); /* of the corpus' medium; size 0: not known */
    void *user;                            /* its first argument */
};

/* Inspects names[count], count > 0: a model, or a corpus of one file or several, or a model and a corpus;
   then also how much of the corpus the model knows. Names are as for plx_model_open and plx_corpus_open.
   Files are read to their end, a corpus in constant memory. options may be NULL. *inspection is to be freed
   with plx_inspection_free; NULL on failure. What can be read is a success, whatever is odd about it.

   PLX_UNSUPPORTED where the content is of no known format: the message guesses what it is; and where another
   model than one of n-grams is to be looked into deeply. PLX_MALFORMED
   where it is empty. PLX_USAGE where a second model is given, or an option that is for what is not there.
   Otherwise the errors of opening and reading, as they are (model.h, corpus.h). Any thread. */
PLX_API enum plx_status plx_inspect(const char *const *names, size_t count,
                                    const struct plx_inspect_options *options,
                                    struct plx_inspection **inspection, struct plx_error *error);

/* Tells what the file is taken for where nobody says so: *model, or a corpus. Its content is looked into, so
   that it has to be opened once more. The errors of plx_inspect. Any thread. */
PLX_API enum plx_status plx_inspect_recognise(const char *name, bool *model, struct plx_error *error);

/* Writes the inspection for people, or as JSON, perplex.inspection/1
   (configs/schema/inspection-1.schema.json), UTF-8. *text is to be freed with plx_text_free (result.h), NULL
   on failure; it ends with a NUL, which *length does not count. PLX_MEMORY. */
PLX_API enum plx_status plx_inspection_text(const struct plx_inspection *inspection, char **text,
                                            size_t *length, struct plx_error *error);
PLX_API enum plx_status plx_inspection_json(const struct plx_inspection *inspection, char **text,
                                            size_t *length, struct plx_error *error);

/* Frees an inspection. NULL is fine. */
PLX_API void plx_inspection_free(struct plx_inspection *inspection);

#ifdef __cplusplus
}
#endif
#endif
