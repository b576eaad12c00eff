/* Writing our own files (plx_file.h) in bounded memory: of a model whose words and unigrams are in memory,
   and whose longer n-grams come through a sink. */
#ifndef PLX_MODEL_PLX_WRITE_H
#define PLX_MODEL_PLX_WRITE_H

#include "model/ngram_hash.h"
#include "model/ngram_sink.h"

struct plx_writer;

/* What the model was made from. */
struct plx_writer_source {
    const char *format;
    const char *sha256; /* "": not known */
    uint64_t bytes;     /* 0: not known */
};

/* The file appears at `path` when it is finished, as outputs do (perplex/output.h). The order of the model
   must be set before the first order begins. Model and options are borrowed until the writer is freed; of the
   options threads and interrupted count. NULL on failure. */
struct plx_writer *plx_writer_new(const char *path, const struct plx_ngram_hash *model,
                                  const struct plx_model_options *options, struct plx_error *error);

/* Takes the n-grams of two words and more. The writer's own. */
struct plx_ngram_sink *plx_writer_sink(struct plx_writer *writer);

/* All orders have ended, and the model is complete otherwise: counts, vocabulary, unigrams, `incomplete`,
   warnings. Writes the rest; the file appears. The writer is only to be freed afterwards, in any case. */
enum plx_status plx_writer_finish(struct plx_writer *writer, const struct plx_writer_source *source,
                                  struct plx_error *error);

/* What has not been finished leaves nothing behind. NULL is fine. */
void plx_writer_free(struct plx_writer *writer);

#endif
