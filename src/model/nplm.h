/* Models of the NPLM toolkit (A. Vaswani et al., "Decoding with large-scale neural language models improves
   translation", EMNLP 2013) as text: what model::write of its src/model.cpp writes.

   Sections are a title, lines, and a blank line: \config (a name and a value a line), \input_vocab and
   \output_vocab or \vocab for both (a word a line), \input_embeddings, \hidden_weights 1, \hidden_biases 1,
   \hidden_weights 2, \hidden_biases 2, \output_weights, \output_biases (a row a line, numbers separated by
   tabs or spaces), \end. The values are those of floats: the toolkit's user_data_t, unless it is built for
   doubles, and its matrices are written with the six digits of an output stream. */
#ifndef PLX_MODEL_NPLM_H
#define PLX_MODEL_NPLM_H

#include "base/buffer.h"
#include "io/lines.h"
#include "model/neural.h"

/* X(the name in \config, the least value). Without hidden units there is one layer, from the embeddings to
   the output embedding dimension, and the second one of the file means nothing. */
#define PLX_NPLM_CONFIG(X)          \
    X(ngram_size, 2)                \
    X(input_vocab_size, 1)          \
    X(output_vocab_size, 1)         \
    X(input_embedding_dimension, 1) \
    X(num_hidden, 0)                \
    X(output_embedding_dimension, 1)

/* X(identifier, title). */
#define PLX_NPLM_MATRICES(X)                  \
    X(INPUT_EMBEDDINGS, "\\input_embeddings") \
    X(HIDDEN_WEIGHTS_1, "\\hidden_weights 1") \
    X(HIDDEN_BIASES_1, "\\hidden_biases 1")   \
    X(HIDDEN_WEIGHTS_2, "\\hidden_weights 2") \
    X(HIDDEN_BIASES_2, "\\hidden_biases 2")   \
    X(OUTPUT_WEIGHTS, "\\output_weights")     \
    X(OUTPUT_BIASES, "\\output_biases")

#define PLX_NPLM_ENUM(name, title) PLX_NPLM_##name,
enum plx_nplm_matrix { PLX_NPLM_MATRICES(PLX_NPLM_ENUM) PLX_NPLM_MATRIX_COUNT };
#undef PLX_NPLM_ENUM

struct plx_nplm {
    struct plx_neural_model *model; /* gets the tensors, and the warnings */
    const struct plx_model_options *options;
    const char *name; /* of the source */
    struct plx_lines lines;
    const char *line; /* at hand, without blanks at its ends; NULL at the end of the file */
    size_t length;
#define PLX_NPLM_FIELD(name, least) uint64_t name;
    PLX_NPLM_CONFIG(PLX_NPLM_FIELD)
#undef PLX_NPLM_FIELD
    bool configured;
    enum plx_activation activation;
    struct plx_vocabulary *input, *output; /* NULL: the file has none; owned, the same perhaps */
    uint64_t output_line; /* of the title of the output vocabulary; without one, of the end of \config */
    bool read[PLX_NPLM_MATRIX_COUNT];
};

/* Reads the whole file: the configuration, the vocabularies, and into model->tensors the matrices, under
   their titles without the backslash. */
enum plx_status plx_nplm_read(struct plx_nplm *nplm, struct plx_error *error);

/* The tensor that the matrix has become. */
const struct plx_tensor *plx_nplm_tensor(const struct plx_nplm *nplm, enum plx_nplm_matrix matrix);

#endif
