/* Models, corpora and evaluations for tests, from memory. What fails here fails the running test. */
#ifndef PLX_TESTS_INPUTS_H
#define PLX_TESTS_INPUTS_H

#include <perplex/evaluate.h>

/* The model that a text or a file of tests/data is. */
struct plx_model *inputs_model(const char *arpa);
struct plx_model *inputs_model_file(const char *name);

/* A neural bigram of so many ids without strings, all equally likely. */
struct plx_model *inputs_bare_model(unsigned types);

/* `field=value …` on top of a preset, parted by blanks: "sentence unknown=skip". */
struct plx_protocol inputs_protocol(const char *fields);

/* The evaluation of a text; options as in plx_evaluate_options, protocol as above. To be freed with
   plx_result_free. */
struct plx_result *inputs_evaluate(const struct plx_model *model, const char *text,
                                   enum plx_token_kind tokens, const char *protocol);

/* What a corpus of text is, cut into such tokens; of strings or ids. Static until the next call. */
const struct plx_corpus_info *inputs_text(enum plx_token_kind tokens);
const struct plx_corpus_info *inputs_tokens(enum plx_content content, enum plx_token_kind tokens);

#endif
