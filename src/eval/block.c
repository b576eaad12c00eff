#include "eval/block.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum plx_status plx_block_fill(struct plx_block *block, const struct plx_chunk *chunk,
                               struct plx_error *error)
{
    if (block->text.limit == 0)
        plx_buffer_init(&block->text, PLX_SOURCE_PEEK_MAX);
    block->text.size = 0;
    const enum plx_status status = plx_buffer_append(&block->text, chunk->text, chunk->size, error);
    block->chunk = *chunk;
    block->chunk.text = block->text.data;
    return status;
}

void plx_block_release(struct plx_block *block)
{
    plx_buffer_release(&block->text);
    plx_tokens_release(&block->tokens);
    free(block->ids);
    free(block->flags);
    *block = (struct plx_block){0};
}

static enum plx_status reserve(struct plx_block *block, size_t count, struct plx_error *error)
{
    if (count <= block->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(block->capacity, count);
    enum plx_status status;
    if ((status = plx_resize_array(&block->ids, capacity, sizeof *block->ids, error)) ||
        (status = plx_resize_array(&block->flags, capacity, sizeof *block->flags, error)))
        return status;
    block->capacity = capacity;
    return PLX_OK;
}

static bool is_word(struct plx_word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* Places the error, which has been set, at the token. */
static enum plx_status refuse_word(struct plx_block *block, size_t index, const char *hint)
{
    const struct plx_word word = block->tokens.words[index];
    plx_error_hint(&block->error, "%s", hint);
    return plx_chunk_place(&block->chunk, (size_t)(word.text - (const char *)block->chunk.text),
                           &block->error);
}

static enum plx_status refuse_control_word(struct plx_block *block, size_t index, const char *role)
{
    const struct plx_word word = block->tokens.words[index];
    plx_error_set(&block->error, PLX_MALFORMED, "the model's %s symbol \"%.*s\" stands in the text as a word",
                  role, (int)word.length, word.text);
    return refuse_word(block, index, "the protocol adds these symbols; take them out of the text");
}

static enum plx_status refuse_unknown(struct plx_block *block, size_t index)
{
    const struct plx_word word = block->tokens.words[index];
    plx_error_set(&block->error, PLX_MISMATCH, "the model does not know \"%.*s\"",
                  (int)(word.length < 200 ? word.length : 200), word.text);
    return refuse_word(block, index, "--unknown error refuses unknown tokens");
}

/* The flags of a token of the text whose id has been looked up and is the unknown symbol or none; maps the
 * latter. */
static unsigned judge_unknown(struct plx_block *block, size_t i, const struct plx_plan *plan)
{
    const struct plx_word word = block->tokens.words[i];
    if (block->ids[i] != PLX_NO_TOKEN)
        return PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL;
    block->lost_hyphens += is_word(word, "@-@");
    block->ids[i] = plan->unknown;
    const bool literal = is_word(word, "<unk>") || is_word(word, "<UNK>");
    return PLX_TOKEN_UNKNOWN | (literal ? PLX_TOKEN_LITERAL : 0);
}

static void look_up(struct plx_block *block, const struct plx_plan *plan, const struct plx_model *model)
{
    const struct plx_tokens *tokens = &block->tokens;
    if (!plan->byte_ids) {
        plx_model_lookup(model, tokens->words, tokens->count, block->ids);
        return;
    }
    for (size_t i = 0; i < tokens->count; i++)
        block->ids[i] = tokens->words[i].length > 0 ? (uint8_t)tokens->words[i].text[0] : PLX_NO_TOKEN;
}

static enum plx_status encode(struct plx_block *block, const struct plx_plan *plan,
                              const struct plx_model *model)
{
    const struct plx_tokenize_options options = {plan->tokens, plx_plan_line_ends(plan)};
    struct plx_tokens *tokens = &block->tokens;
    const unsigned afresh = plan->protocol.unit == PLX_UNIT_LINE       ? PLX_MARK_BEGINS_LINE
                            : plan->protocol.unit == PLX_UNIT_DOCUMENT ? PLX_MARK_BEGINS_DOCUMENT
                                                                       : 0;
    block->lost_hyphens = 0;
    enum plx_status status = plx_tokenize(&block->chunk, &options, tokens, &block->error);
    if (status || (status = reserve(block, tokens->count, &block->error)))
        return status;
    look_up(block, plan, model);
    for (size_t i = 0; i < tokens->count; i++) {
        const unsigned mark = tokens->marks[i];
        unsigned flags = (mark & afresh ? PLX_TOKEN_BREAK : 0) | (mark & PLX_MARK_WORD ? PLX_TOKEN_WORD : 0);
        if (mark & PLX_MARK_LINE_END) {
            const bool join = plan->join != PLX_NO_TOKEN;
            block->ids[i] = join ? plan->join : plan->end;
            flags |= join ? PLX_TOKEN_JOIN : PLX_TOKEN_END;
            flags |= mark & PLX_MARK_BLANK_LINE ? PLX_TOKEN_BLANK : 0;
        } else if (block->ids[i] == plan->unknown || block->ids[i] == PLX_NO_TOKEN) {
            flags |= judge_unknown(block, i, plan);
            if (plan->protocol.unknown == PLX_UNKNOWN_ERROR && !(flags & PLX_TOKEN_LITERAL))
                return refuse_unknown(block, i);
        }
        if (!(mark & PLX_MARK_LINE_END) && block->ids[i] != PLX_NO_TOKEN) {
            if (block->ids[i] == plan->control[0])
                return refuse_control_word(block, i, "start");
            if (block->ids[i] == plan->control[1])
                return refuse_control_word(block, i, "end");
        }
        block->flags[i] = (uint8_t)flags;
    }
    return PLX_OK;
}

void plx_block_encode(struct plx_block *block, const struct plx_plan *plan, const struct plx_model *model)
{
    block->status = encode(block, plan, model);
}
