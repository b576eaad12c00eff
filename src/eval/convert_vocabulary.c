#include "eval/convert_vocabulary.h"

#include "base/json_writer.h"
#include "base/path.h"
#include "base/utf8.h"
#include "model/token_list.h"

#include <string.h>

enum plx_status plx_made_vocabulary_open(struct plx_made_vocabulary *made, const char *path,
                                         struct plx_word end, struct plx_error *error)
{
    const enum plx_token_list_form form = plx_token_list_form(path);
    *made = (struct plx_made_vocabulary){.json = form == PLX_TOKENS_JSON, .end = end};
    if (form == PLX_TOKENS_FAIRSEQ) {
        plx_error_set(error, PLX_USAGE,
                      "\"%.200s\" is the name of a fairseq dictionary, which is not written",
                      plx_path_base(path));
        return plx_error_hint(error, "vocab.txt has a token a line, vocab.json is {token: id}");
    }
    made->words = plx_vocabulary_new(0, error);
    return made->words ? plx_output_open(path, &made->output, error) : PLX_MEMORY;
}

/* Whether the form has room for the word, so that token_list.h reads it again. */
static bool can_be_written(const struct plx_made_vocabulary *made, struct plx_word word)
{
    uint64_t invalid = 0;
    if (word.length == 0 || (made->json && memchr(word.text, '\0', word.length)))
        return false;
    if (!made->json)
        return !memchr(word.text, '\n', word.length) && !memchr(word.text, '\r', word.length);
    plx_utf8_count((const uint8_t *)word.text, word.length, &invalid);
    return invalid == 0;
}

/* Places the error at token i. */
static enum plx_status place(const struct plx_block *block, size_t i, struct plx_error *error)
{
    const bool text = block->chunk.content == PLX_CONTENT_TEXT;
    const char *word = block->tokens.words[i].text;
    return plx_chunk_place(&block->chunk, text ? (size_t)(word - (const char *)block->chunk.text) : i, error);
}

static int shown(struct plx_word word)
{
    return (int)(word.length < 80 ? word.length : 80);
}

static enum plx_status refuse_control(const struct plx_block *block, size_t i, struct plx_error *error)
{
    const struct plx_word word = block->tokens.words[i];
    plx_error_set(error, PLX_MISMATCH, "\"%.*s\" stands in the text as a word, and for the ends of lines",
                  shown(word), word.text);
    plx_error_hint(error, "--control-words says what such words are, --end names another symbol");
    return place(block, i, error);
}

static enum plx_status refuse_word(const struct plx_made_vocabulary *made, const struct plx_block *block,
                                   size_t i, struct plx_error *error)
{
    const struct plx_word word = block->tokens.words[i];
    if (word.length == 0) {
        plx_error_set(error, PLX_MISMATCH, "an empty token, which no vocabulary has");
        return place(block, i, error);
    }
    plx_error_set(error, PLX_MISMATCH, "\"%.*s\" cannot be written into this form of a vocabulary",
                  shown(word), word.text);
    plx_error_hint(error, made->json ? "a name that does not end in .json gives a token a line"
                                     : "a name that ends in .json gives {token: id}");
    return place(block, i, error);
}

static enum plx_status add_word(struct plx_made_vocabulary *made, struct plx_block *block, size_t i,
                                const struct plx_plan *plan, struct plx_error *error)
{
    const bool end = block->flags[i] & PLX_TOKEN_END;
    const struct plx_word word = end ? made->end : block->tokens.words[i];
    const bool control = !end && plan->end != PLX_NO_TOKEN && word.length == made->end.length &&
                         memcmp(word.text, made->end.text, word.length) == 0;
    if (control && plan->protocol.control_words == PLX_CONTROL_REFUSE)
        return refuse_control(block, i, error);
    block->ids[i] = plx_vocabulary_find(made->words, word);
    if (block->ids[i] != PLX_NO_TOKEN)
        return PLX_OK;
    if (!can_be_written(made, word))
        return refuse_word(made, block, i, error);
    return plx_vocabulary_add(made->words, word, block->ids + i, error);
}

enum plx_status plx_made_vocabulary_encode(struct plx_made_vocabulary *made, struct plx_block *block,
                                           const struct plx_plan *plan, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < block->tokens.count && status == PLX_OK; i++)
        status = add_word(made, block, i, plan, error);
    return status;
}

/* As a member of the object. */
static enum plx_status write_member(struct plx_output *output, struct plx_buffer *line, struct plx_word word,
                                    uint32_t id, struct plx_error *error)
{
    struct plx_json_writer string;
    line->size = 0;
    enum plx_status status = plx_buffer_append_text(line, id ? ",\n" : "{\n", error);
    if (status)
        return status;
    plx_json_writer_init(&string, line);
    plx_json_string_n(&string, NULL, word.text, word.length);
    if (string.status) {
        *error = string.error;
        return string.status;
    }
    status = plx_buffer_printf(line, error, ": %lu", (unsigned long)id);
    return status ? status : plx_output_write(output, line->data, line->size, error);
}

static enum plx_status write_object(struct plx_made_vocabulary *made, struct plx_error *error)
{
    const size_t size = plx_vocabulary_size(made->words);
    struct plx_buffer line;
    enum plx_status status = PLX_OK;
    plx_buffer_init(&line, SIZE_MAX);
    for (uint32_t id = 0; id < size && status == PLX_OK; id++)
        status = write_member(made->output, &line, plx_vocabulary_word(made->words, id), id, error);
    plx_buffer_release(&line);
    return status ? status : plx_output_write(made->output, "\n}\n", 3, error);
}

static enum plx_status write_lines(struct plx_made_vocabulary *made, struct plx_error *error)
{
    const size_t size = plx_vocabulary_size(made->words);
    enum plx_status status = PLX_OK;
    for (uint32_t id = 0; id < size && status == PLX_OK; id++) {
        const struct plx_word word = plx_vocabulary_word(made->words, id);
        status = plx_output_write(made->output, word.text, word.length, error);
        if (status == PLX_OK)
            status = plx_output_write(made->output, "\n", 1, error);
    }
    return status;
}

enum plx_status plx_made_vocabulary_write(struct plx_made_vocabulary *made, struct plx_error *error)
{
    const enum plx_status status = made->json ? write_object(made, error) : write_lines(made, error);
    return status ? status : plx_output_finish(made->output, error);
}

enum plx_status plx_made_vocabulary_commit(struct plx_made_vocabulary *made, struct plx_error *error)
{
    struct plx_output *output = made->output;
    made->output = NULL;
    return plx_output_commit(output, error);
}

void plx_made_vocabulary_release(struct plx_made_vocabulary *made)
{
    plx_output_discard(made->output);
    plx_vocabulary_free(made->words);
    *made = (struct plx_made_vocabulary){0};
}
