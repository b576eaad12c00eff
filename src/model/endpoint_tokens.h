/* Tokens of texts, made by the server: one function for each kind of route. */
#ifndef PLX_MODEL_ENDPOINT_TOKENS_H
#define PLX_MODEL_ENDPOINT_TOKENS_H

#include "base/json.h"
#include "model/endpoint.h"

/* As the slot `tokenize` of a model. */
enum plx_status plx_tokenize_vllm(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                  struct plx_text_tokens *tokens, struct plx_error *error);
enum plx_status plx_tokenize_sglang(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                    struct plx_text_tokens *tokens, struct plx_error *error);
enum plx_status plx_tokenize_tgi(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                 struct plx_text_tokens *tokens, struct plx_error *error);

/* Where each of some decoded pieces, strings, ends in the text: ends[number of pieces]. Tokens of which what
   came leaves that open end together, at the next place that is certain. *token tells how many pieces were
   found, *at the place behind them: all, and the text's end, or it is another text. */
enum plx_status plx_join_pieces(const cJSON *pieces, const char *text, size_t size, size_t *ends,
                                size_t *token, size_t *at, struct plx_error *error);

static inline bool plx_is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* As the slot `start` of a dialect: of Text Generation Inference, and of the two others. */
enum plx_status plx_start_tgi(const struct plx_endpoint *endpoint, uint32_t *start, struct plx_error *error);
enum plx_status plx_start_special(const struct plx_endpoint *endpoint, uint32_t *start,
                                  struct plx_error *error);

#endif
