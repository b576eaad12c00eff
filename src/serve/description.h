/* GET /v1/models: what is served, as OpenAI lists models, and what a client of ours wants to know besides. */
#ifndef PLX_SERVE_DESCRIPTION_H
#define PLX_SERVE_DESCRIPTION_H

#include "base/buffer.h"
#include "serve/served.h"

/* The list, or the one model alone. */
enum plx_status plx_description_write(const struct plx_served *served, bool list, struct plx_buffer *text,
                                      struct plx_error *error);

/* GET /tokenizer_info, as vLLM has it: the symbols, as they stand in texts of words. */
enum plx_status plx_description_tokenizer(const struct plx_served *served, struct plx_buffer *text,
                                          struct plx_error *error);

#endif
