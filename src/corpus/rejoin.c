#include "corpus/rejoin.h"

#include "base/utf8.h"
#include "corpus/blanks.h"

static bool is_letters(enum plx_token_kind kind)
{
    return kind == PLX_TOKENS_CHARACTER || kind == PLX_TOKENS_BYTE;
}

static void move_letter(struct plx_seam *seam, char c)
{
    seam->begins_line = c == '\n';
    seam->inside_word = plx_inside_after(c, seam->inside_word);
    seam->after_words = c != '\n' && (seam->after_words || seam->inside_word);
}

void plx_seam_move(struct plx_seam *seam, struct plx_word word, bool line_end, enum plx_token_kind kind)
{
    seam->begins_document = false;
    if (line_end || !is_letters(kind)) {
        seam->begins_line = line_end;
        seam->after_words = !line_end;
        seam->inside_word = false;
        return;
    }
    for (size_t i = 0; i < word.length; i++)
        move_letter(seam, word.text[i]);
}

bool plx_seam_decided(struct plx_word word, bool line_end, enum plx_token_kind kind)
{
    bool decided = line_end || !is_letters(kind);
    for (size_t i = 0; i < word.length && !decided; i++)
        decided = word.text[i] == '\n' || plx_inside_after(word.text[i], false);
    return decided;
}

/* A line's end: a newline. */
static void measure_end(struct plx_tokens *tokens, size_t i, const struct plx_seam *seam)
{
    tokens->bytes[i] = tokens->characters[i] = 1;
    tokens->marks[i] |= seam->after_words ? 0 : PLX_MARK_BLANK_LINE;
    tokens->counts.lines++;
}

/* A word, and the space before it. */
static void measure_word(struct plx_tokens *tokens, size_t i, const struct plx_seam *seam)
{
    const struct plx_word word = tokens->words[i];
    const unsigned space = !seam->begins_line;
    tokens->bytes[i] = (uint32_t)word.length + space;
    tokens->characters[i] =
        (uint32_t)plx_utf8_count((const uint8_t *)word.text, word.length, &tokens->counts.invalid_utf8) +
        space;
    tokens->marks[i] |= PLX_MARK_WORD;
    tokens->counts.words++;
}

/* Some letters as they are. Of a character of several bytes, given byte by byte, the first counts. */
static void measure_letters(struct plx_tokens *tokens, size_t i, enum plx_token_kind kind,
                            const struct plx_seam *seam)
{
    const char *text = tokens->words[i].text;
    const size_t length = text ? tokens->words[i].length : 0;
    bool inside = seam->inside_word;
    size_t words = 0;
    for (size_t k = 0; k < length; k++) {
        const bool after = plx_inside_after(text[k], inside);
        words += after && !inside;
        inside = after;
        tokens->counts.lines += text[k] == '\n';
    }
    tokens->bytes[i] = (uint32_t)length;
    if (kind == PLX_TOKENS_BYTE && length == 1)
        tokens->characters[i] = ((uint8_t)text[0] & 0xC0) != 0x80;
    else
        tokens->characters[i] =
            (uint32_t)plx_utf8_count((const uint8_t *)text, length, &tokens->counts.invalid_utf8);
    tokens->marks[i] |= words > 0 ? PLX_MARK_WORD : 0;
    tokens->counts.words += words;
}

void plx_tokens_rejoin(struct plx_tokens *tokens, enum plx_token_kind kind, struct plx_seam *seam)
{
    tokens->counts = (struct plx_text_counts){0};
    tokens->rest_bytes = tokens->rest_characters = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const bool line_end = tokens->marks[i] & PLX_MARK_LINE_END;
        tokens->bytes[i] = tokens->characters[i] = 0;
        tokens->marks[i] |= seam->begins_document ? PLX_MARK_BEGINS_DOCUMENT : 0;
        tokens->marks[i] |= seam->begins_line ? PLX_MARK_BEGINS_LINE : 0;
        if (kind == PLX_TOKENS_PIECE)
            tokens->marks[i] |= line_end && !seam->after_words ? PLX_MARK_BLANK_LINE : 0;
        else if (line_end)
            measure_end(tokens, i, seam);
        else if (kind == PLX_TOKENS_WORD && tokens->words[i].text)
            measure_word(tokens, i, seam);
        else
            measure_letters(tokens, i, kind, seam);
        tokens->counts.bytes += tokens->bytes[i];
        tokens->counts.characters += tokens->characters[i];
        plx_seam_move(seam, tokens->words[i], line_end, kind);
    }
}
