/* Tokens of texts, made by the server: one function for each kind of route. */
#ifndef PLX_MODEL_ENDPOINT_TOKENS_H
#define PLX_MODEL_ENDPOINT_TOKENS_H

#include "model/endpoint.h"

/* As the slot `tokenize` of a model. */
enum plx_status plx_tokenize_vllm(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                  struct plx_text_tokens *tokens, struct plx_error *error);
enum plx_status plx_tokenize_sglang(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                    struct plx_text_tokens *tokens, struct plx_error *error);
enum plx_status plx_tokenize_tgi(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                 struct plx_text_tokens *tokens, struct plx_error *error);

/* The symbol that Text Generation Inference puts before every text; PLX_NO_TOKEN: none, or the server makes
   no tokens of texts. */
enum plx_status plx_tgi_start(const struct plx_endpoint *endpoint, uint32_t *start, struct plx_error *error);

#endif
