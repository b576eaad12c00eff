#include "eval/block.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "base/word.h"
#include "eval/block_server.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

/* Bytes behind the text, for plx_model_lookup_padded. */
#define PADDING 8

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

/* Copies bytes behind those that are there; there is room. */
static char *copy_bytes(struct plx_block *block, const void *bytes, size_t size)
{
    char *copy = (char *)block->text.data + block->text.size;
    if (size > 0)
        memcpy(copy, bytes, size);
    block->text.size += size;
    return copy;
}

/* Copies what the chunk has of text, strings and the document's id into one buffer. */
static enum plx_status copy_text(struct plx_block *block, const struct plx_chunk *chunk,
                                 struct plx_error *error)
{
    size_t size = chunk->document.length + (chunk->content == PLX_CONTENT_TEXT ? chunk->size : 0);
    for (size_t i = 0; chunk->content == PLX_CONTENT_STRINGS && i < chunk->size; i++)
        size += chunk->tokens[i].length;
    const enum plx_status status = plx_buffer_reserve(&block->text, size + PADDING, error);
    if (status)
        return status;
    memset((char *)block->text.data + size, 0, PADDING);
    if (chunk->content == PLX_CONTENT_TEXT)
        block->chunk.text = (const uint8_t *)copy_bytes(block, chunk->text, chunk->size);
    for (size_t i = 0; chunk->content == PLX_CONTENT_STRINGS && i < chunk->size; i++) {
        const struct plx_word word = chunk->tokens[i];
        block->tokens.words[i] = (struct plx_word){copy_bytes(block, word.text, word.length), word.length};
    }
    if (chunk->document.text)
        block->chunk.document.text = copy_bytes(block, chunk->document.text, chunk->document.length);
    return PLX_OK;
}

/* The bytes as strings, for models of bytes without a vocabulary. */
static struct plx_word byte_word(uint32_t id)
{
    static const char BYTES[256] = {
#define FOUR(n)       (char)(n), (char)((n) + 1), (char)((n) + 2), (char)((n) + 3)
#define SIXTEEN(n)    FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
#define SIXTY_FOUR(n) SIXTEEN(n), SIXTEEN((n) + 16), SIXTEEN((n) + 32), SIXTEEN((n) + 48)
        SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128), SIXTY_FOUR(192)};
    return (struct plx_word){BYTES + id, 1};
}

static struct plx_word word_of_id(const struct plx_plan *plan, const struct plx_model *model, uint32_t id)
{
    if (plan->byte_ids && id < 256)
        return byte_word(id);
    return plan->any_tokens ? (struct plx_word){NULL, 0} : plx_model_token(model, id);
}

/* The id of a token of a model of bytes without a vocabulary. */
static uint32_t id_of_byte(struct plx_word word)
{
    return word.length == 1 ? (uint8_t)word.text[0] : PLX_NO_TOKEN;
}

/* The id of a token of a corpus of tokens. */
static uint32_t id_of_token(const struct plx_chunk *chunk, size_t i, const struct plx_plan *plan,
                            const struct plx_model *model)
{
    uint32_t id;
    if (chunk->content == PLX_CONTENT_IDS)
        return chunk->ids[i];
    if (plan->byte_ids)
        return id_of_byte(chunk->tokens[i]);
    plx_model_lookup(model, chunk->tokens + i, 1, &id);
    return id;
}

static bool is_end(const struct plx_plan *plan, uint32_t id)
{
    return plan->end != PLX_NO_TOKEN && id == plan->end;
}

/* What the text of tokens is made of, as far as it is known. */
static enum plx_token_kind text_kind(const struct plx_plan *plan)
{
    return plan->spelled ? plan->tokens : PLX_TOKENS_PIECE;
}

/* True if the block ends a line that no end symbol of the corpus has ended: one is added. */
static bool lacks_end(const struct plx_block *block, const struct plx_plan *plan, bool ended)
{
    return block->chunk.ends_line && plx_plan_line_ends(plan) && !ended;
}

/* How token i of the chunk is spelled, and whether it ends a line. */
static struct plx_word word_of_token(const struct plx_chunk *chunk, size_t i, const struct plx_plan *plan,
                                     const struct plx_model *model, bool *end)
{
    const uint32_t id = id_of_token(chunk, i, plan, model);
    *end = is_end(plan, id);
    return chunk->content == PLX_CONTENT_IDS ? word_of_id(plan, model, id) : chunk->tokens[i];
}

/* Notes what precedes the chunk, and what will precede the next. */
static void move_seam(struct plx_block *block, const struct plx_chunk *chunk, const struct plx_plan *plan,
                      const struct plx_model *model, struct plx_seam *seam)
{
    if (chunk->begins_document)
        *seam = (struct plx_seam){.begins_document = true, .begins_line = true};
    block->seam = *seam;
    const enum plx_token_kind kind = text_kind(plan);
    size_t i = chunk->size;
    bool end = false;
    while (i > 0) {
        const struct plx_word word = word_of_token(chunk, --i, plan, model, &end);
        if (plx_seam_decided(word, end, kind))
            break;
    }
    for (; i < chunk->size; i++) {
        const struct plx_word word = word_of_token(chunk, i, plan, model, &end);
        plx_seam_move(seam, word, end, kind);
    }
    if (lacks_end(block, plan, chunk->size > 0 && end))
        plx_seam_move(seam, (struct plx_word){NULL, 0}, true, kind);
}

static enum plx_status reserve_originals(struct plx_block_originals *originals, size_t count,
                                         struct plx_error *error)
{
    if (count <= originals->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(originals->capacity, count);
    enum plx_status status;
    if ((status = plx_resize_array(&originals->bytes, capacity, sizeof *originals->bytes, error)) ||
        (status = plx_resize_array(&originals->characters, capacity, sizeof *originals->characters, error)) ||
        (status = plx_resize_array(&originals->words, capacity, sizeof *originals->words, error)))
        return status;
    originals->capacity = capacity;
    return PLX_OK;
}

enum plx_status plx_block_reserve(struct plx_block *block, size_t count, struct plx_error *error)
{
    enum plx_status status = plx_tokens_reserve(&block->tokens, count, error);
    if (status == PLX_OK)
        status = reserve(block, count, error);
    return status ? status : reserve_originals(&block->originals, count, error);
}

/* Copies what the chunk says that its tokens stand for. */
static enum plx_status copy_originals(struct plx_block *block, const struct plx_chunk *chunk,
                                      struct plx_error *error)
{
    struct plx_block_originals *originals = &block->originals;
    const size_t count = chunk->token_bytes ? chunk->size : 0;
    originals->known = chunk->token_bytes != NULL;
    originals->bytes_alone = !chunk->token_characters;
    originals->count = count;
    const enum plx_status status = reserve_originals(originals, count, error);
    if (status || count == 0)
        return status;
    memcpy(originals->bytes, chunk->token_bytes, count * sizeof *originals->bytes);
    if (chunk->token_characters)
        memcpy(originals->characters, chunk->token_characters, count * sizeof *originals->characters);
    else
        memset(originals->characters, 0, count * sizeof *originals->characters);
    if (chunk->token_words)
        memcpy(originals->words, chunk->token_words, count);
    else
        memset(originals->words, 0, count);
    return PLX_OK;
}

enum plx_status plx_block_fill(struct plx_block *block, const struct plx_chunk *chunk,
                               const struct plx_plan *plan, const struct plx_model *model,
                               struct plx_seam *seam, struct plx_error *error)
{
    enum plx_status status;
    if (block->text.limit == 0)
        plx_buffer_init(&block->text, 2 * PLX_SOURCE_PEEK_MAX);
    block->text.size = 0;
    block->chunk = *chunk;
    block->chunk.ids = NULL;
    block->chunk.tokens = NULL;
    block->chunk.token_bytes = block->chunk.token_characters = NULL;
    block->chunk.token_words = NULL;
    block->originals.known = false;
    block->originals.count = 0;
    if (chunk->content == PLX_CONTENT_TEXT)
        return copy_text(block, chunk, error);
    if ((status = plx_block_reserve(block, chunk->size + 1, error)) ||
        (status = copy_text(block, chunk, error)) || (status = copy_originals(block, chunk, error)))
        return status;
    block->tokens.count = chunk->size;
    if (chunk->content == PLX_CONTENT_IDS && chunk->size > 0)
        memcpy(block->ids, chunk->ids, chunk->size * sizeof *block->ids);
    move_seam(block, chunk, plan, model, seam);
    return PLX_OK;
}

void plx_block_release(struct plx_block *block)
{
    plx_buffer_release(&block->text);
    plx_tokens_release(&block->tokens);
    plx_tokens_release(&block->letters);
    free(block->ids);
    free(block->flags);
    free(block->originals.bytes);
    free(block->originals.characters);
    free(block->originals.words);
    *block = (struct plx_block){0};
}

/* Places the error, which has been set, at the token. */
static enum plx_status refuse_token(struct plx_block *block, size_t index, const char *hint)
{
    const bool text = block->chunk.content == PLX_CONTENT_TEXT;
    const struct plx_word word = block->tokens.words[index];
    plx_error_hint(&block->error, "%s", hint);
    return plx_chunk_place(
        &block->chunk, text ? (size_t)(word.text - (const char *)block->chunk.text) : index, &block->error);
}

static enum plx_status refuse_control_word(struct plx_block *block, size_t index, const char *role)
{
    const struct plx_word word = block->tokens.words[index];
    plx_error_set(&block->error, PLX_MALFORMED, "the model's %s symbol \"%.*s\" stands in the text as a word",
                  role, (int)word.length, word.text);
    return refuse_token(block, index,
                        "the protocol adds these symbols; take them out of the text, or say by "
                        "--control-words what they are");
}

static enum plx_status refuse_unknown(struct plx_block *block, size_t index)
{
    const struct plx_word word = block->tokens.words[index];
    plx_error_set(&block->error, PLX_MISMATCH, "the model does not know \"%.*s\"",
                  (int)(word.length < 200 ? word.length : 200), word.text ? word.text : "");
    return refuse_token(block, index, "--unknown error refuses unknown tokens");
}

static enum plx_status refuse_id(struct plx_block *block, size_t index, const struct plx_model *model)
{
    plx_error_set(&block->error, PLX_MISMATCH,
                  "token %llu of the document has the id %lu, but the model has ids up to %llu only",
                  (unsigned long long)block->chunk.first_token + index + 1, (unsigned long)block->ids[index],
                  (unsigned long long)plx_model_info(model)->vocabulary - 1);
    return refuse_token(block, index, "were these ids made with the model's own tokenizer?");
}

/* Whether a token is what the user says that tokens are; symbols may be spelled at will. */
static bool is_such(const struct plx_block *block, size_t i, const struct plx_plan *plan)
{
    const struct plx_word word = block->tokens.words[i];
    const uint32_t id = block->ids[i];
    if (!word.text || id == plan->unknown || id == plan->start || id == plan->control[0] ||
        id == plan->control[1])
        return true;
    if (text_kind(plan) == PLX_TOKENS_BYTE)
        return word.length == 1;
    return text_kind(plan) != PLX_TOKENS_CHARACTER ||
           (word.length > 0 && plx_utf8_sequence((const uint8_t *)word.text, word.length) == word.length);
}

static enum plx_status refuse_kind(struct plx_block *block, size_t i, const struct plx_plan *plan)
{
    const struct plx_word word = block->tokens.words[i];
    plx_error_set(&block->error, PLX_MISMATCH, "token %llu of the document, \"%.*s\", is no single %s",
                  (unsigned long long)block->chunk.first_token + i + 1,
                  (int)(word.length < 80 ? word.length : 80), word.text,
                  plan->tokens == PLX_TOKENS_BYTE ? "byte" : "character");
    return refuse_token(block, i, "--tokens says what a token is; piece: nothing is known of it");
}

/* The flags of a token whose id has been looked up and is the unknown symbol or none; maps the latter. */
static unsigned judge_unknown(struct plx_block *block, size_t i, const struct plx_plan *plan)
{
    const struct plx_word word = block->tokens.words[i];
    if (block->ids[i] != PLX_NO_TOKEN)
        return PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL;
    block->lost_hyphens += plx_word_is(word, "@-@");
    block->ids[i] = plan->unknown;
    const bool literal = plx_word_is(word, "<unk>") || plx_word_is(word, "<UNK>");
    return PLX_TOKEN_UNKNOWN | (literal ? PLX_TOKEN_LITERAL : 0);
}

static unsigned encode_line_end(struct plx_block *block, size_t i, const struct plx_plan *plan)
{
    const bool join = plan->join != PLX_NO_TOKEN;
    const unsigned mark = block->tokens.marks[i];
    block->ids[i] = join ? plan->join : plan->end;
    return (join ? PLX_TOKEN_JOIN : PLX_TOKEN_END) | (mark & PLX_MARK_BLANK_LINE ? PLX_TOKEN_BLANK : 0);
}

/* PLX_TOKEN_START for the start symbol, if there is a place where the protocol adds it. */
static unsigned start_flag(const struct plx_plan *plan, uint32_t id)
{
    const bool added =
        id == plan->restart || (id == plan->start && plan->protocol.start == PLX_START_CONTEXT);
    return added && id != PLX_NO_TOKEN ? PLX_TOKEN_START : 0;
}

/* A word spelled as a symbol: what the protocol says that it is. */
static enum plx_status encode_control_word(struct plx_block *block, size_t i, const struct plx_plan *plan,
                                           uint16_t *flags)
{
    const bool start = block->ids[i] == plan->control[0];
    block->control_words++;
    switch (plan->protocol.control_words) {
    case PLX_CONTROL_REFUSE: return refuse_control_word(block, i, start ? "start" : "end");
    case PLX_CONTROL_SCORE: *flags |= (uint16_t)(start ? start_flag(plan, block->ids[i]) : 0); break;
    case PLX_CONTROL_WORD: break;
    case PLX_CONTROL_UNK:
        if (plan->protocol.unknown == PLX_UNKNOWN_ERROR)
            return refuse_unknown(block, i);
        block->ids[i] = plan->unknown;
        *flags |= (uint16_t)(PLX_TOKEN_UNKNOWN);
        break;
    }
    return PLX_OK;
}

/* Whether there may be anything special about a token of a text: most are words that the model knows.
   `special` has a bit for the last six bits of each id that is. */
static inline bool is_special(uint32_t id, unsigned mark, uint64_t special)
{
    return (special >> id % 64 & 1) | (mark & PLX_MARK_LINE_END);
}

/* What is special about token i, whose id has been looked up. */
static enum plx_status encode_token(struct plx_block *block, size_t i, const struct plx_plan *plan,
                                    uint16_t *flags)
{
    if (block->tokens.marks[i] & PLX_MARK_LINE_END) {
        *flags |= (uint16_t)(encode_line_end(block, i, plan));
        return PLX_OK;
    }
    if (block->ids[i] == plan->unknown || block->ids[i] == PLX_NO_TOKEN) {
        *flags |= (uint16_t)(judge_unknown(block, i, plan));
        const bool symbol = (*flags & PLX_TOKEN_LITERAL) && plan->unknown != PLX_NO_TOKEN;
        if (plan->protocol.unknown == PLX_UNKNOWN_ERROR && !symbol)
            return refuse_unknown(block, i);
    }
    if (block->ids[i] == PLX_NO_TOKEN)
        return PLX_OK;
    if (block->chunk.content != PLX_CONTENT_TEXT)
        *flags |= (uint16_t)(plan->any_tokens ? 0 : start_flag(plan, block->ids[i]));
    else if (block->ids[i] == plan->control[0] || block->ids[i] == plan->control[1])
        return encode_control_word(block, i, plan, flags);
    return PLX_OK;
}

static void look_up(struct plx_block *block, const struct plx_plan *plan, const struct plx_model *model)
{
    const struct plx_tokens *tokens = &block->tokens;
    if (!plan->byte_ids) {
        plx_model_lookup_padded(model, tokens->words, tokens->count, block->ids);
        return;
    }
    for (size_t i = 0; i < tokens->count; i++)
        block->ids[i] = id_of_byte(tokens->words[i]);
}

/* Moves token i to j, which is before it. */
static void move_token(struct plx_block *block, size_t i, size_t j)
{
    struct plx_tokens *tokens = &block->tokens;
    tokens->words[j] = tokens->words[i];
    tokens->bytes[j] = tokens->bytes[i];
    tokens->characters[j] = tokens->characters[i];
    tokens->marks[j] = tokens->marks[i];
    block->ids[j] = block->ids[i];
}

/* Makes an end symbol that a text spells out and the end of its line one token. A line of nothing else is not
   blank. */
static void merge_ends(struct plx_block *block, const struct plx_plan *plan)
{
    struct plx_tokens *tokens = &block->tokens;
    size_t kept = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const bool end = tokens->marks[i] & PLX_MARK_LINE_END;
        const bool spelled = end && kept > 0 && !(tokens->marks[kept - 1] & PLX_MARK_LINE_END) &&
                             is_end(plan, block->ids[kept - 1]);
        if (!spelled) {
            move_token(block, i, kept++);
            continue;
        }
        const unsigned before = tokens->marks[kept - 1];
        const uint32_t bytes = tokens->bytes[kept - 1], characters = tokens->characters[kept - 1];
        block->control_words++;
        move_token(block, i, kept - 1);
        tokens->bytes[kept - 1] += bytes;
        tokens->characters[kept - 1] += characters;
        tokens->marks[kept - 1] |= before & (PLX_MARK_BEGINS_LINE | PLX_MARK_BEGINS_DOCUMENT);
    }
    tokens->count = kept;
}

static enum plx_status encode_text(struct plx_block *block, const struct plx_plan *plan,
                                   const struct plx_model *model)
{
    const struct plx_tokenize_options options = {plan->tokens, plx_plan_line_ends(plan)};
    if (plan->tokenizes)
        return plx_block_ask_tokens(block, plan, model);
    enum plx_status status = plx_tokenize(&block->chunk, &options, &block->tokens, &block->error);
    if (status || (status = reserve(block, block->tokens.count, &block->error)))
        return status;
    look_up(block, plan, model);
    if (plan->protocol.control_words == PLX_CONTROL_SCORE && plan->control[1] != PLX_NO_TOKEN)
        merge_ends(block, plan);
    return PLX_OK;
}

/* The corpus says nothing but bytes: a token that is spelled in as many has the characters and words of its
   spelling. */
static void take_bytes(struct plx_block *block)
{
    const struct plx_block_originals *originals = &block->originals;
    struct plx_tokens *tokens = &block->tokens;
    tokens->counts.bytes = tokens->counts.characters = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const bool given = i < originals->count;
        const uint32_t bytes = given ? originals->bytes[i] : 0;
        tokens->counts.uncharted += given && bytes != tokens->bytes[i];
        tokens->bytes[i] = bytes;
        tokens->characters[i] = given ? tokens->characters[i] : 0;
        tokens->counts.bytes += bytes;
        tokens->counts.characters += tokens->characters[i];
    }
}

/* What the corpus says of the original wins over what the tokens' spelling does; an end symbol that is not in
   it stands for nothing. */
static void take_originals(struct plx_block *block, bool spelled)
{
    const struct plx_block_originals *originals = &block->originals;
    struct plx_tokens *tokens = &block->tokens;
    struct plx_text_counts *counts = &tokens->counts;
    if (!originals->known)
        return;
    if (originals->bytes_alone && spelled) {
        take_bytes(block);
        return;
    }
    counts->bytes = counts->characters = counts->words = counts->invalid_utf8 = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const bool given = i < originals->count;
        tokens->bytes[i] = given ? originals->bytes[i] : 0;
        tokens->characters[i] = given ? originals->characters[i] : 0;
        const unsigned words = given ? originals->words[i] : 0;
        tokens->marks[i] &= (uint8_t)~PLX_MARK_WORD;
        tokens->marks[i] |= words > 0 ? PLX_MARK_WORD : 0;
        counts->bytes += tokens->bytes[i];
        counts->characters += tokens->characters[i];
        counts->words += words;
    }
}

/* The words that begin with a token, beside the first. */
static void flag_more_words(struct plx_block *block)
{
    const struct plx_block_originals *originals = &block->originals;
    for (size_t i = 0; i < originals->count; i++) {
        const unsigned words = originals->words[i];
        block->flags[i] |= (uint16_t)(words > 1 ? (words - 1) << PLX_TOKEN_MORE_WORDS : 0);
    }
}

/* Ids or strings: the other of the two, and the text that they stand for. */
static enum plx_status encode_tokens(struct plx_block *block, const struct plx_plan *plan,
                                     const struct plx_model *model)
{
    struct plx_tokens *tokens = &block->tokens;
    const uint64_t vocabulary = plx_model_info(model)->vocabulary;
    const bool ids = block->chunk.content == PLX_CONTENT_IDS;
    bool end = false;
    if (!ids)
        look_up(block, plan, model);
    for (size_t i = 0; i < tokens->count; i++) {
        if (ids && vocabulary && block->ids[i] >= vocabulary)
            return refuse_id(block, i, model);
        if (ids)
            tokens->words[i] = word_of_id(plan, model, block->ids[i]);
        end = is_end(plan, block->ids[i]);
        tokens->marks[i] = end ? PLX_MARK_LINE_END : 0;
        if (!end && !is_such(block, i, plan))
            return refuse_kind(block, i, plan);
    }
    if (lacks_end(block, plan, end)) {
        tokens->words[tokens->count] = (struct plx_word){NULL, 0};
        tokens->marks[tokens->count] = PLX_MARK_LINE_END;
        block->ids[tokens->count++] = plan->end;
    }
    plx_tokens_rejoin(tokens, text_kind(plan), &block->seam);
    take_originals(block, plan->spelled);
    return PLX_OK;
}

/* The marks of tokens before which context starts afresh. */
static unsigned begins_unit(const struct plx_plan *plan)
{
    switch (plan->protocol.unit) {
    case PLX_UNIT_LINE: return PLX_MARK_BEGINS_LINE | PLX_MARK_BEGINS_DOCUMENT;
    case PLX_UNIT_DOCUMENT: return PLX_MARK_BEGINS_DOCUMENT;
    case PLX_UNIT_STREAM: break;
    }
    return 0;
}

static enum plx_status encode(struct plx_block *block, const struct plx_plan *plan,
                              const struct plx_model *model)
{
    const struct plx_tokens *tokens = &block->tokens;
    const unsigned afresh = begins_unit(plan);
    block->lost_hyphens = block->control_words = 0;
    enum plx_status status = block->chunk.content == PLX_CONTENT_TEXT ? encode_text(block, plan, model)
                                                                      : encode_tokens(block, plan, model);
    const uint64_t special = UINT64_C(1) << plan->unknown % 64 | UINT64_C(1) << plan->control[0] % 64 |
                             UINT64_C(1) << plan->control[1] % 64 | UINT64_C(1) << PLX_NO_TOKEN % 64;
    const bool text = block->chunk.content == PLX_CONTENT_TEXT;
    const uint32_t *ids = block->ids;
    const uint8_t *marks = tokens->marks;
    uint16_t *flags = block->flags;
    const size_t count = status == PLX_OK ? tokens->count : 0;
    for (size_t i = 0; i < count; i++)
        flags[i] = (uint16_t)((marks[i] & afresh ? PLX_TOKEN_BREAK : 0) |
                              (marks[i] & PLX_MARK_WORD ? PLX_TOKEN_WORD : 0));
    if (status == PLX_OK)
        flag_more_words(block);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        if (is_special(ids[i], marks[i], special) || !text)
            status = encode_token(block, i, plan, flags + i);
    }
    return status;
}

void plx_block_flags(const struct plx_block *block, const struct plx_plan *plan, uint16_t *flags)
{
    const unsigned afresh = begins_unit(plan), changed = PLX_TOKEN_BREAK | PLX_TOKEN_START;
    const bool text = block->chunk.content == PLX_CONTENT_TEXT;
    const bool symbols = text ? plan->protocol.control_words == PLX_CONTROL_SCORE : !plan->any_tokens;
    for (size_t i = 0; i < block->tokens.count; i++) {
        const unsigned mark = block->tokens.marks[i];
        const uint32_t id = block->ids[i];
        unsigned same = block->flags[i] & ~changed;
        if (symbols && !(mark & PLX_MARK_LINE_END) && id != PLX_NO_TOKEN && (!text || id == plan->control[0]))
            same |= start_flag(plan, id);
        flags[i] = (uint16_t)(same | (mark & afresh ? PLX_TOKEN_BREAK : 0));
    }
}

void plx_block_encode(struct plx_block *block, const struct plx_plan *plan, const struct plx_model *model)
{
    block->status = encode(block, plan, model);
}
