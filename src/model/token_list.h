/* Token lists: the vocabulary files that lie beside a neural model's weights. */
#ifndef PLX_MODEL_TOKEN_LIST_H
#define PLX_MODEL_TOKEN_LIST_H

#include "model/vocabulary.h"

enum plx_token_list_form {
    PLX_TOKENS_LINES,  /* vocab.txt: a token a line, the number of the line from 0 is the id */
    PLX_TOKENS_JSON,   /* vocab.json: an object {token: id} */
    PLX_TOKENS_FAIRSEQ /* dict.txt: "symbol count" a line; <s>, <pad>, </s>, <unk> come before them as 0 … 3
                        */
};

/* By the name of the file: *.json; dict.txt and dict.<language>.txt; all others are lines. */
enum plx_token_list_form plx_token_list_form(const char *path);

/* The list in text[0..size); `name` is for errors. A carriage return before the newline belongs to the
   newline where every line has one. PLX_MALFORMED, with the line or the path: an empty token, a token twice,
   ids that are not a permutation of 0 … V − 1. */
enum plx_status plx_token_list_parse(const char *text, size_t size, enum plx_token_list_form form,
                                     const char *name, struct plx_vocabulary **vocabulary,
                                     struct plx_error *error);

/* The path of the token list that belongs to the model file `model`: <model>.vocab.txt or <model>.vocab.json
   (without .safetensors, .safetensors.index.json, .npz or .npy), vocab.txt, vocab.json or dict.txt in its
   folder. *path is NULL where there is none, or `model` is not an existing file; else released with free().
 */
enum plx_status plx_token_list_find(const char *model, char **path, struct plx_error *error);

/* The vocabulary of `model`: options->vocabulary, or what plx_token_list_find finds. *vocabulary is NULL if
   it finds nothing. A list that has not `types` tokens (0: any number) is PLX_MALFORMED. `sha256` is that of the file, "" if
   there is none; *source its path, released with free(), or NULL. */
enum plx_status plx_token_list_open(const char *model, const struct plx_model_options *options,
                                    uint64_t types, struct plx_vocabulary **vocabulary, char **source,
                                    char sha256[65], struct plx_error *error);

#endif
