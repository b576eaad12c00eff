/* Per-token files as JSON Lines: an object a line. */
#include "report/tokens/per_token.h"

#include "base/memory.h"
#include "report/flag_names.h"
#include "report/rows.h"

#include <stdlib.h>

struct jsonl {
    struct plx_per_token writer;
    struct plx_rows rows;
};

static void put_flags(struct plx_rows *rows, unsigned flags)
{
    const char *before = "\"";
    plx_rows_key(rows, ",\"flags\":[");
    for (size_t i = 0; flags && i < PLX_FLAG_NAMES; i++) {
        if (!(flags & plx_flag_names[i].flag))
            continue;
        plx_rows_put(rows, before);
        plx_rows_put(rows, plx_flag_names[i].name);
        plx_rows_put(rows, "\"");
        before = ",\"";
    }
    plx_rows_put(rows, "]");
}

static enum plx_status write_token(struct plx_rows *rows, const struct plx_token_score *token,
                                   struct plx_error *error)
{
    enum plx_status status = plx_rows_begin(rows, error);
    if (status)
        return status;
    plx_rows_u64(rows, "{\"unit\":", token->unit);
    plx_rows_u64(rows, ",\"position\":", token->position);
    if (token->token.text)
        status = plx_rows_string(rows, ",\"token\":", token->token, error);
    else if (token->id != PLX_NO_TOKEN)
        plx_rows_u64(rows, ",\"id\":", token->id);
    if (status == PLX_OK && token->document.text)
        status = plx_rows_string(rows, ",\"document\":", token->document, error);
    if (status)
        return status;
    plx_rows_double(rows, ",\"nats\":", token->nats);
    if (token->order > 0)
        plx_rows_u64(rows, ",\"order\":", token->order);
    put_flags(rows, token->flags);
    plx_rows_end(rows);
    return PLX_OK;
}

static enum plx_status jsonl_open(struct plx_output *output, struct plx_per_token **writer,
                                  struct plx_error *error)
{
    struct jsonl *jsonl = plx_new_array(1, sizeof *jsonl, error);
    *writer = jsonl ? &jsonl->writer : NULL;
    if (!jsonl)
        return PLX_MEMORY;
    jsonl->rows.output = output;
    return PLX_OK;
}

static enum plx_status jsonl_write(struct plx_per_token *writer, const struct plx_token_score *tokens,
                                   size_t count, struct plx_error *error)
{
    struct jsonl *jsonl = (struct jsonl *)writer;
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = write_token(&jsonl->rows, tokens + i, error);
    return status;
}

static enum plx_status jsonl_finish(struct plx_per_token *writer, struct plx_error *error)
{
    return plx_rows_flush(&((struct jsonl *)writer)->rows, error);
}

static void jsonl_close(struct plx_per_token *writer)
{
    free(writer);
}

static const char *const SUFFIXES[] = {".jsonl", ".ndjson", ".json", NULL};

const struct plx_per_token_format plx_per_token_jsonl = {
    "jsonl",     "a JSON object a token, a line each (.jsonl, .ndjson, .json)",
    SUFFIXES,    jsonl_open,
    jsonl_write, jsonl_finish,
    jsonl_close};
