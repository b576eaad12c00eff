#include "eval/block_server.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* A walk over the letters of a text: bytes, and ends of lines. */
struct walk {
    struct plx_block *block;
    const struct plx_tokens *letters;
    uint32_t bytes, characters; /* that no token has yet */
    unsigned marks;             /* of the next token */
};

/* Whether the letter is a part of what ends a line, which then is no part of a text for the tokenizer. */
static bool ends_line(const struct walk *walk, size_t i)
{
    const struct plx_word *words = walk->letters->words;
    if (walk->letters->marks[i] & PLX_MARK_LINE_END)
        return true;
    const char letter = words[i].text[0];
    return letter == '\n' || (letter == '\r' && i + 1 < walk->letters->count && words[i + 1].length > 0 &&
                              words[i + 1].text[0] == '\n');
}

/* Takes the letters [begin, end) into the token at hand; returns the words that begin in it. */
static unsigned own(struct walk *walk, size_t begin, size_t end)
{
    const struct plx_tokens *letters = walk->letters;
    unsigned words = 0;
    for (size_t i = begin; i < end; i++) {
        walk->bytes += letters->bytes[i];
        walk->characters += letters->characters[i];
        walk->marks |= letters->marks[i] & ~(unsigned)PLX_MARK_WORD;
        words += (letters->marks[i] & PLX_MARK_WORD) != 0;
    }
    return words;
}

/* Adds a token of all that has been taken; there is room. */
static void add(struct walk *walk, struct plx_word word, uint32_t id, unsigned words)
{
    struct plx_tokens *tokens = &walk->block->tokens;
    const size_t i = tokens->count++;
    tokens->words[i] = word;
    tokens->bytes[i] = walk->bytes;
    tokens->characters[i] = walk->characters;
    tokens->marks[i] = (uint8_t)(walk->marks | (words > 0 ? PLX_MARK_WORD : 0));
    walk->block->ids[i] = id;
    walk->block->originals.words[i] = (uint8_t)(words < PLX_TOKEN_WORDS_MAX ? words : PLX_TOKEN_WORDS_MAX);
    walk->bytes = walk->characters = 0;
    walk->marks = 0;
}

/* The tokens that the model makes of the letters [begin, end), which are one text. */
static enum plx_status add_text(struct walk *walk, const struct plx_model *model, size_t begin, size_t end,
                                struct plx_text_tokens *made, struct plx_error *error)
{
    const char *text = walk->letters->words[begin].text;
    size_t at = 0;
    made->count = 0;
    enum plx_status status = plx_model_tokenize(model, text, end - begin, made, error);
    if (status ||
        (status = plx_block_reserve(walk->block, walk->block->tokens.count + made->count + 1, error)))
        return status;
    for (size_t i = 0; i < made->count; i++) {
        const unsigned words = own(walk, begin + at, begin + made->ends[i]);
        add(walk, (struct plx_word){text + at, made->ends[i] - at}, made->ids[i], words);
        at = made->ends[i];
    }
    return PLX_OK;
}

/* The letter that ends the text that begins with letter `at`. */
static size_t end_of_text(const struct walk *walk, bool lines, size_t at)
{
    while (at < walk->letters->count && !(walk->letters->marks[at] & PLX_MARK_LINE_END) &&
           !(lines && ends_line(walk, at)))
        at++;
    return at;
}

static enum plx_status join_letters(struct walk *walk, const struct plx_plan *plan,
                                    const struct plx_model *model, struct plx_text_tokens *made,
                                    struct plx_error *error)
{
    const struct plx_tokens *letters = walk->letters;
    const bool lines = plan->protocol.unit == PLX_UNIT_LINE || plx_plan_line_ends(plan);
    enum plx_status status = plx_block_reserve(walk->block, 1, error);
    for (size_t at = 0; at < letters->count && status == PLX_OK;) {
        const size_t end = end_of_text(walk, lines, at);
        if (end > at) {
            status = add_text(walk, model, at, end, made, error);
            at = end;
        } else if (letters->marks[at] & PLX_MARK_LINE_END) {
            status = plx_block_reserve(walk->block, walk->block->tokens.count + 1, error);
            if (status)
                break;
            own(walk, at, at + 1);
            add(walk, letters->words[at], PLX_NO_TOKEN, 0);
            at++;
        } else {
            own(walk, at, at + 1);
            at++;
        }
    }
    return status;
}

enum plx_status plx_block_ask_tokens(struct plx_block *block, const struct plx_plan *plan,
                                     const struct plx_model *model)
{
    const struct plx_tokenize_options options = {PLX_TOKENS_BYTE, plx_plan_line_ends(plan)};
    const struct plx_tokenize_options whole = {PLX_TOKENS_CHARACTER, false};
    struct plx_text_tokens made = {0};
    struct walk walk = {.block = block, .letters = &block->letters};
    struct plx_error *error = &block->error;
    /* Twice, for what is no text is refused in its place. */
    enum plx_status status = plx_tokenize(&block->chunk, &whole, &block->letters, error);
    if (status || (status = plx_tokenize(&block->chunk, &options, &block->letters, error)))
        return status;
    block->tokens.count = 0;
    status = join_letters(&walk, plan, model, &made, error);
    block->tokens.counts = block->letters.counts;
    block->tokens.rest_bytes = walk.bytes + block->letters.rest_bytes;
    block->tokens.rest_characters = walk.characters + block->letters.rest_characters;
    block->originals.count = block->tokens.count;
    free(made.ids);
    free(made.ends);
    return status;
}
