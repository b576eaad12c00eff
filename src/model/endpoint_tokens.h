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

/* As the slot `start` of a dialect: of Text Generation Inference, and of the two others. */
enum plx_status plx_start_tgi(const struct plx_endpoint *endpoint, uint32_t *start, struct plx_error *error);
enum plx_status plx_start_special(const struct plx_endpoint *endpoint, uint32_t *start,
                                  struct plx_error *error);

#endif
