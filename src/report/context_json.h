/* Tokens and what stands around them, as members of JSON. */
#ifndef PLX_REPORT_CONTEXT_JSON_H
#define PLX_REPORT_CONTEXT_JSON_H

#include "base/json_writer.h"
#include "eval/extremes.h"

/* A name, with "…" behind it where it is cut. */
void plx_write_snippet(struct plx_json_writer *json, const char *key, const struct plx_snippet *snippet);

/* "token" by its spelling, or "id" where it has none. */
void plx_write_token(struct plx_json_writer *json, const struct plx_context_token *token);

/* A list of tokens: spellings, ids, or null. */
void plx_write_context(struct plx_json_writer *json, const char *key, const struct plx_context_token *tokens,
                       size_t count);

/* "flags": the names of what is special about a token. */
void plx_write_flags(struct plx_json_writer *json, unsigned flags);

#endif
