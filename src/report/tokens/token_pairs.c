#include "report/tokens/token_pairs.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 8192

/* Of the strings of a chunk. */
#define TEXT_BYTES_MAX ((size_t)1 << 30)

struct side;

/* Tokens with copies of their strings. */
struct chunk {
    struct side *side;
    struct plx_token_score tokens[CHUNK];
    uint64_t lines[CHUNK];
    size_t begins[CHUNK], document_begins[CHUNK]; /* of their strings in `text` */
    size_t count;
    struct plx_buffer text;
    uint64_t done, size; /* of the medium, when this chunk was full */
    enum plx_status status;
    struct plx_error error;
};

/* While one chunk is looked at, the other one is filled. */
struct side {
    struct plx_token_file *file;
    const struct plx_token_score *pending; /* [pending_count] read, from `taken` on in no chunk yet */
    size_t pending_count, taken;
    struct chunk chunks[2];
    struct plx_lane *lane;
};

struct plx_token_pairs {
    struct plx_pool *pool;
    struct side sides[2];
    unsigned next;       /* which chunks are being filled */
    uint64_t done, size; /* of both */
};

static enum plx_status add_token(struct chunk *chunk, const struct plx_token_score *token,
                                 struct plx_error *error)
{
    const size_t i = chunk->count++, before = i > 0 ? chunk->document_begins[i - 1] : 0;
    const struct plx_word document = token->document;
    enum plx_status status = PLX_OK;
    chunk->tokens[i] = *token;
    chunk->begins[i] = chunk->text.size;
    if (token->token.length > 0)
        status = plx_buffer_append(&chunk->text, token->token.text, token->token.length, error);
    chunk->document_begins[i] = chunk->text.size;
    if (status || document.length == 0)
        return status;
    if (i > 0 && chunk->tokens[i - 1].document.length == document.length &&
        memcmp(chunk->text.data + before, document.text, document.length) == 0) {
        chunk->document_begins[i] = before;
        return PLX_OK;
    }
    return plx_buffer_append(&chunk->text, document.text, document.length, error);
}

static enum plx_status fill(struct chunk *chunk, struct plx_error *error)
{
    struct side *side = chunk->side;
    enum plx_status status = PLX_OK;
    chunk->count = 0;
    chunk->text.size = 0;
    while (chunk->count < CHUNK && status == PLX_OK) {
        if (side->taken == side->pending_count) {
            status = plx_token_file_next(side->file, &side->pending, &side->pending_count, error);
            side->taken = 0;
        }
        if (status || side->pending_count == 0)
            break;
        chunk->lines[chunk->count] = plx_token_file_line(side->file, side->taken);
        status = add_token(chunk, side->pending + side->taken++, error);
    }
    for (size_t i = 0; i < chunk->count; i++) {
        struct plx_token_score *token = chunk->tokens + i;
        const char *text = (const char *)chunk->text.data;
        if (token->token.text)
            token->token.text = text ? text + chunk->begins[i] : "";
        if (token->document.text)
            token->document.text = text ? text + chunk->document_begins[i] : "";
    }
    plx_token_file_progress(side->file, &chunk->done, &chunk->size);
    return status;
}

static void run_fill(void *job, unsigned worker, void *user)
{
    struct chunk *chunk = job;
    (void)worker;
    (void)user;
    chunk->status = fill(chunk, &chunk->error);
}

static enum plx_status open_side(struct plx_token_pairs *pairs, struct side *side, const char *path,
                                 const struct plx_source_options *options, struct plx_error *error)
{
    for (size_t i = 0; i < 2; i++) {
        side->chunks[i].side = side;
        plx_buffer_init(&side->chunks[i].text, TEXT_BYTES_MAX);
    }
    side->lane = plx_lane_new(pairs->pool, 1, run_fill, NULL, error);
    return side->lane ? plx_token_file_open(path, options, &side->file, error) : PLX_MEMORY;
}

enum plx_status plx_token_pairs_open(const char *const paths[2], const struct plx_source_options *options,
                                     unsigned threads, struct plx_token_pairs **pairs, unsigned *failed,
                                     struct plx_error *error)
{
    struct plx_token_pairs *opened = plx_new_array(1, sizeof *opened, error);
    enum plx_status status = PLX_OK;
    *pairs = NULL;
    *failed = 0;
    if (!opened)
        return PLX_MEMORY;
    if (!(opened->pool = plx_pool_new(threads > 1 ? 2 : 1, error)))
        status = PLX_MEMORY;
    for (unsigned i = 0; i < 2 && status == PLX_OK; i++) {
        *failed = i;
        status = open_side(opened, opened->sides + i, paths[i], options, error);
    }
    if (status) {
        plx_token_pairs_close(opened);
        return status;
    }
    for (size_t i = 0; i < 2; i++)
        plx_lane_submit(opened->sides[i].lane, opened->sides[i].chunks);
    *pairs = opened;
    return PLX_OK;
}

bool plx_token_pairs_detailed(const struct plx_token_pairs *pairs, unsigned side)
{
    return plx_token_file_detailed(pairs->sides[side].file);
}

enum plx_status plx_token_pairs_next(struct plx_token_pairs *pairs, struct plx_token_chunk chunks[2],
                                     unsigned *failed, struct plx_error *error)
{
    const struct chunk *taken[2];
    for (size_t i = 0; i < 2; i++)
        taken[i] = plx_lane_take(pairs->sides[i].lane);
    for (unsigned i = 0; i < 2; i++) {
        if (!taken[i]->status)
            continue;
        *failed = i;
        *error = taken[i]->error;
        return taken[i]->status;
    }
    pairs->next ^= 1;
    for (size_t i = 0; i < 2; i++) {
        chunks[i] = (struct plx_token_chunk){taken[i]->tokens, taken[i]->lines, taken[i]->count};
        plx_lane_submit(pairs->sides[i].lane, pairs->sides[i].chunks + pairs->next);
    }
    pairs->done = taken[0]->done + taken[1]->done;
    pairs->size = taken[0]->size && taken[1]->size ? taken[0]->size + taken[1]->size : 0;
    return PLX_OK;
}

static bool same_words(struct plx_word a, struct plx_word b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* End symbols are spelled as the model has them. */
bool plx_token_pairs_same(const struct plx_token_score *a, const struct plx_token_score *b)
{
    if (a->unit != b->unit || a->position != b->position || ((a->flags ^ b->flags) & PLX_TOKEN_END))
        return false;
    if (a->flags & PLX_TOKEN_END)
        return true;
    if (a->token.text && b->token.text)
        return same_words(a->token, b->token);
    return a->token.text || b->token.text || a->id == PLX_NO_TOKEN || b->id == PLX_NO_TOKEN || a->id == b->id;
}

void plx_token_pairs_progress(const struct plx_token_pairs *pairs, uint64_t *done, uint64_t *size)
{
    *done = pairs->done;
    *size = pairs->size;
}

void plx_token_pairs_close(struct plx_token_pairs *pairs)
{
    if (!pairs)
        return;
    for (size_t i = 0; i < 2; i++)
        plx_lane_free(pairs->sides[i].lane);
    plx_pool_free(pairs->pool);
    for (size_t i = 0; i < 2; i++) {
        plx_token_file_close(pairs->sides[i].file);
        for (size_t k = 0; k < 2; k++)
            plx_buffer_release(&pairs->sides[i].chunks[k].text);
    }
    free(pairs);
}
