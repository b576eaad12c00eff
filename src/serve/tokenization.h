/* POST /tokenize and /detokenize, as vLLM has them. */
#ifndef PLX_SERVE_TOKENIZATION_H
#define PLX_SERVE_TOKENIZATION_H

#include "serve/prompt_member.h"

/* As plx_completions; without a session. */
bool plx_tokenization(const struct plx_served *served, const void *body, size_t size,
                      struct plx_reply *answer);
bool plx_detokenization(const struct plx_served *served, const void *body, size_t size,
                        struct plx_reply *answer);

#endif
