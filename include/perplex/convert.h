/* Converting: models into files that are used where they lie, so that they are open at once; corpora into
   token ids, as training programs read them. */
#ifndef PERPLEX_CONVERT_H
#define PERPLEX_CONVERT_H

#include <perplex/evaluate.h>
#include <perplex/warning.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Converts an n-gram model, an ARPA file or a KenLM binary that has its words, into a file of the format
   "plx" (src/model/plx_file.h describes it), which gives the same scores bit for bit. input: as for
   plx_model_open; output: as for plx_output_open, where the file appears whole or not at all. options may be
   NULL; of them `vocabulary`, `logprob_base` and `load` are of no use, and `fingerprint` decides whether the
   SHA-256 of the input is noted in the output. What was odd about the input is noted there too, as its
   warnings.

   Takes some 100 MiB beside the vocabulary and what is mapped of input and output, however large the model,
   and a temporary file beside the output, up to one and a half times the size of that. The bytes of the
   output depend on those of the input alone.

   PLX_UNSUPPORTED for a model that is no n-gram model or whose n-grams or words are not at hand (a "plx"
   file, a KenLM binary without words); PLX_USAGE for a vocabulary; the errors of plx_model_open and of
   outputs. Any thread. */
PLX_API enum plx_status plx_convert_model(const char *input, const char *output,
                                          const struct plx_model_options *options, struct plx_error *error);

/* How a corpus is converted. Zero-initialised means the defaults. All is borrowed for the call only, which
   makes the calls back in its own thread. */
struct plx_convert_options {
    const char *format;     /* a name of the registry; NULL: by the output's name */
    const char *vocabulary; /* path of a vocabulary, or of a model that has one; NULL: none */
    const char
        *make_vocabulary; /* where to write one, of all tokens of the corpus in the order of their first
                             appearance: *.json {token: id}, else a token a line; NULL: nowhere */
    const char *bytes;    /* where to write how many bytes of the original each id stands for, as .npy
                             of u16 or, where one has more, u32; NULL: nowhere */
    /* Of it `end` with its symbol, `unknown` (PLX_UNKNOWN_UNK or PLX_UNKNOWN_ERROR), `control_words` and
       `pages`. NULL: an end symbol behind every line of words, where the vocabulary has one;
       documents begin at articles. */
    const struct plx_protocol *protocol;
    unsigned threads; /* in all; 0: one for each processor that may be used */
    void (*progress)(void *user, const struct plx_progress *progress); /* called after every block */
    bool (*interrupted)(void *user);                                   /* true ends it with PLX_INTERRUPTED */
    void *user;
};

/* The most doubts about a conversion. */
#define PLX_CONVERSION_WARNINGS 2

/* What was written. */
struct plx_conversion {
    uint64_t documents, tokens;
    uint64_t bytes;   /* of the original, that all ids stand for; 0 where that is not known */
    uint64_t unknown; /* tokens that the vocabulary lacks, which became its unknown symbol */
    char unknown_symbol[PLX_SYMBOL_TEXT]; /* "" where there was none */
    bool parted;                          /* the format tells where documents begin */
    /* Where the bytes of tokens do not come to those of the original, as far as the corpus or its options
       know them. */
    struct plx_warning warnings[PLX_CONVERSION_WARNINGS];
    size_t warning_count;
};

/* Writes the corpus as token ids, encoded as for an evaluation: the same tokens, unknown words as the
   vocabulary's unknown symbol, an end symbol behind every line of words. Bytes of a text, and ids, need no
   vocabulary; where ids have one they are checked against it. output: as for plx_output_open; of a format of
   two files, their name without .bin and .idx, or with either. All files appear together or not at all, but
   for what can happen between two renamings. Takes constant memory beside the vocabulary and the ids of
   documents without tokens that follow one another, and temporary files beside the output of 4 bytes for each
   token or document; what is written does not depend on the threads.

   Whatever of a text belongs to no token, as blanks before a token belong to it, counts for the last token of
   its document; in a document without any for the next token, or behind the last for that: together the
   tokens always stand for all bytes.

   PLX_USAGE where the format is not known, an option makes no sense, or a file would replace one that is read
   (by any name of the corpus, of its token bytes, or of the vocabulary) or another output; PLX_MISMATCH where
   there is no vocabulary, or a token is not in it, or an id too large for the format; PLX_UNSUPPORTED where
   there is more than the format can have; PLX_MALFORMED where the corpus is empty; the errors of reading
   (corpus.h), of opening a vocabulary (model.h) and of outputs. Any thread. */
PLX_API enum plx_status plx_convert_corpus(struct plx_corpus *corpus, const char *output,
                                           const struct plx_convert_options *options,
                                           struct plx_conversion *conversion, struct plx_error *error);

/* Name format `index` that corpora are written in, and describe it in a line; NULL past the end. Static. Any
   thread. */
PLX_API const char *plx_ids_format_name(size_t index);
PLX_API const char *plx_ids_format_description(size_t index);

/* Tells whether the name of an output says such a format. Any thread. */
PLX_API bool plx_ids_format_named(const char *output);

#ifdef __cplusplus
}
#endif
#endif
