/* Spelling prompts that are sent as text. */
#include "model/endpoint.h"

#include "base/error.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

enum plx_spelling_kind plx_endpoint_judge_vocabulary(const struct plx_vocabulary *vocabulary)
{
    struct plx_spelling_signs signs = {0};
    for (size_t id = 0; id < plx_vocabulary_size(vocabulary); id++)
        plx_spelling_look(&signs, plx_vocabulary_word(vocabulary, (uint32_t)id));
    return plx_spelling_judge(&signs);
}

/* The bytes of a token by the vocabulary file. Words among which there is no blank stand between some. */
static enum plx_status add_listed(const struct plx_endpoint *endpoint, struct plx_word word, size_t begin,
                                  struct plx_buffer *text, struct plx_error *error)
{
    struct plx_word bytes;
    enum plx_status status = plx_buffer_reserve(text, word.length + 1, error);
    if (status)
        return status;
    if (endpoint->spelling == PLX_SPELLED_UNCLEAR && text->size > begin)
        text->data[text->size++] = ' ';
    char *room = (char *)text->data + text->size;
    if (endpoint->spelling == PLX_SPELLED_UNCLEAR ||
        !plx_spelling_bytes(endpoint->spelling, word, room, &bytes))
        bytes = word; /* special tokens are spelled as they are */
    if (bytes.text != room)
        memcpy(room, bytes.text, bytes.length);
    text->size += bytes.length;
    return PLX_OK;
}

static enum plx_status fail_within(struct plx_error *error)
{
    plx_error_set(error, PLX_MISMATCH,
                  "a prompt that begins or ends within a character cannot be sent as text");
    return plx_error_hint(error, "another --window or --stride may help, or a server that takes ids");
}

/* The bytes of the first of ids[count], or of the first ones, of the prompt that begins at text[begin];
 *taken says of how many. */
static enum plx_status add_bytes(const struct plx_endpoint *endpoint, const uint32_t *ids, size_t count,
                                 size_t *taken, size_t begin, struct plx_buffer *text,
                                 struct plx_error *error)
{
    enum plx_status status;
    *taken = 1;
    const enum plx_spelt spelt =
        plx_spellings_bytes(endpoint->spellings, ids, count, taken, text, &status, error);
    if (spelt == PLX_SPELT)
        return status;
    const struct plx_word word = plx_model_token(&endpoint->base, *ids);
    if (word.text)
        return add_listed(endpoint, word, begin, text, error);
    if (spelt == PLX_SPELT_PART)
        return fail_within(error);
    plx_error_set(error, PLX_MISMATCH,
                  "the bytes of token %" PRIu32 " are not known, so that it cannot be sent as text", *ids);
    return plx_error_hint(error, "--vocab FILE tells them; of a text that the server has made tokens of they "
                                 "are known");
}

static enum plx_status check_text(const uint8_t *text, size_t length, struct plx_error *error)
{
    uint64_t invalid = 0;
    plx_utf8_count(text, length, &invalid);
    return invalid == 0 ? PLX_OK : fail_within(error);
}

/* The start symbol that the server puts there itself. */
static enum plx_status check_first(const struct plx_endpoint *endpoint, const struct plx_sent_prompt *prompt,
                                   struct plx_error *error)
{
    if (endpoint->put_first == PLX_NO_TOKEN || prompt->ids[0] == endpoint->put_first)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH,
                  "the server puts token %" PRIu32
                  " before every text, and a prompt begins with token %" PRIu32,
                  endpoint->put_first, prompt->ids[0]);
    return plx_error_hint(error,
                          "a protocol whose every window begins with the start symbol can be used with "
                          "this server: --unit document or line with --start context");
}

enum plx_status plx_endpoint_spell(const struct plx_endpoint *endpoint, const struct plx_sent_prompt *prompt,
                                   struct plx_buffer *text, struct plx_error *error)
{
    const size_t begin = text->size;
    size_t taken;
    enum plx_status status = check_first(endpoint, prompt, error);
    for (size_t i = endpoint->put_first != PLX_NO_TOKEN; i < prompt->count && status == PLX_OK; i += taken)
        status = add_bytes(endpoint, prompt->ids + i, prompt->count - i, &taken, begin, text, error);
    if (status == PLX_OK && endpoint->puts_blank && text->size > begin && text->data[begin] == ' ')
        memmove(text->data + begin, text->data + begin + 1, --text->size - begin);
    return status ? status : check_text(text->data + begin, text->size - begin, error);
}
