/* Files that are written beside the result. */
#include "cli.h"

enum plx_status cli_open_sides(const struct cli_arguments *arguments, struct cli_sides *sides,
                               struct plx_error *error)
{
    *sides = (struct cli_sides){.tokens_path = arguments->values[CLI_PER_TOKEN],
                                .documents_path = arguments->values[CLI_PER_DOCUMENT]};
    enum plx_status status = PLX_OK;
    if (sides->tokens_path)
        status = plx_per_token_open(sides->tokens_path, &sides->tokens, error);
    if (status == PLX_OK && sides->documents_path &&
        (status = plx_per_document_open(sides->documents_path, &sides->documents, error)))
        plx_per_token_discard(sides->tokens);
    return status;
}

enum plx_status cli_side_tokens(void *user, const struct plx_token_score *tokens, size_t count,
                                struct plx_error *error)
{
    struct cli_sides *sides = user;
    sides->failed = sides->tokens_path;
    return plx_per_token_write(sides->tokens, tokens, count, error);
}

enum plx_status cli_side_document(void *user, const struct plx_document_score *document,
                                  struct plx_error *error)
{
    struct cli_sides *sides = user;
    sides->failed = sides->documents_path;
    return plx_per_document_write(sides->documents, document, error);
}

enum plx_status cli_finish_sides(struct cli_sides *sides, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (sides->tokens && (status = plx_per_token_finish(sides->tokens, error)))
        sides->failed = sides->tokens_path;
    else if (sides->documents && (status = plx_per_document_finish(sides->documents, error)))
        sides->failed = sides->documents_path;
    return status;
}

void cli_discard_sides(struct cli_sides *sides)
{
    plx_per_token_discard(sides->tokens);
    plx_per_document_discard(sides->documents);
}

enum plx_status cli_commit_sides(struct cli_sides *sides, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (sides->tokens && (status = plx_per_token_commit(sides->tokens, error))) {
        sides->failed = sides->tokens_path;
        plx_per_document_discard(sides->documents);
    } else if (sides->documents && (status = plx_per_document_commit(sides->documents, error))) {
        sides->failed = sides->documents_path;
    }
    return status;
}
