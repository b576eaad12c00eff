#include "inspect/guesses.h"

#include "base/utf8.h"
#include "base/word.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer words are taken as they are: no spelling of theirs is in a vocabulary. */
#define WORD_BYTES_MOST 256

/* A guess must help with one token in so many. */
#define WORTH 1000

static uint32_t lower_accented_greek(uint32_t c)
{
    switch (c) {
    case 0x386: return 0x3AC;
    case 0x388:
    case 0x389:
    case 0x38A: return c + 37;
    case 0x38C: return 0x3CC;
    case 0x38E:
    case 0x38F: return c + 63;
    default: return c;
    }
}

/* The lower case of a letter, after the Unicode Character Database; the same if it has none that is known
   here. */
static uint32_t lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3AB) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if (c == 0x178)
        return 0xFF;
    if (c >= 0x386 && c <= 0x38F)
        return lower_accented_greek(c);
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177) ||
        (c >= 0x1F8 && c <= 0x21F) || (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) ||
        (c >= 0x4D0 && c <= 0x4FF))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c + (c & 1);
    return c;
}

bool plx_lower_case(char *text, size_t length)
{
    bool changed = false;
    for (size_t at = 0; at < length;) {
        uint8_t *bytes = (uint8_t *)text + at;
        const size_t sequence = plx_utf8_sequence(bytes, length - at);
        const uint32_t before = sequence ? plx_utf8_code_point(bytes, sequence) : 0;
        const uint32_t after = lower(before);
        if (after != before)
            plx_utf8_encode(after, bytes); /* as long as before */
        changed |= after != before;
        at += sequence ? sequence : 1;
    }
    return changed;
}

static bool knows(const struct plx_coverage *coverage, struct plx_word word)
{
    uint32_t id;
    plx_model_lookup(coverage->model, &word, 1, &id);
    return id != PLX_NO_TOKEN && id != coverage->info->unknown;
}

static bool knows_lowered(const struct plx_coverage *coverage, struct plx_word word, bool as_it_is)
{
    char text[WORD_BYTES_MOST];
    if (word.length > sizeof text)
        return as_it_is;
    memcpy(text, word.text, word.length);
    if (!plx_lower_case(text, word.length))
        return as_it_is;
    return knows(coverage, (struct plx_word){text, word.length});
}

static bool is_punctuation(char c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

/* "(dog," for "dog". */
static bool knows_stripped(const struct plx_coverage *coverage, struct plx_word word)
{
    const size_t length = word.length;
    while (word.length > 0 && is_punctuation(word.text[word.length - 1]))
        word.length--;
    while (word.length > 0 && is_punctuation(*word.text)) {
        word.text++;
        word.length--;
    }
    return word.length > 0 && word.length < length && knows(coverage, word);
}

/* "well-known" for "well" and "known". */
static bool knows_parts(const struct plx_coverage *coverage, struct plx_word word)
{
    bool hyphen = false;
    for (size_t begin = 0, i = 0; i <= word.length; i++) {
        if (i < word.length && word.text[i] != '-')
            continue;
        if (!knows(coverage, (struct plx_word){word.text + begin, i - begin}))
            return false;
        hyphen |= i < word.length;
        begin = i + 1;
    }
    return hyphen;
}

static void __attribute__((__format__(__printf__, 4, 5)))
guess(struct plx_inspected_coverage *inspected, const char *code, uint64_t tokens, const char *format, ...)
{
    va_list arguments;
    if (tokens == 0 || tokens < inspected->tokens / WORTH || inspected->guess_count == PLX_COVERAGE_GUESSES)
        return;
    struct plx_coverage_guess *made = inspected->guesses + inspected->guess_count++;
    made->code = code;
    made->tokens = tokens;
    va_start(arguments, format);
    vsnprintf(made->message, sizeof made->message, format, arguments);
    va_end(arguments);
}

static double per_cent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

/* What the text would be known of in lower case, its known words too, whose lower case need not be known. */
static void guess_case(const struct plx_coverage *coverage, struct plx_inspected_coverage *inspected)
{
    uint64_t known = 0;
    for (uint32_t id = 0; id < coverage->info->vocabulary; id++) {
        if (coverage->counts[id] > 0 && knows_lowered(coverage, plx_model_token(coverage->model, id), true))
            known += coverage->counts[id];
    }
    for (size_t i = 0; i < coverage->unknown.count; i++) {
        if (knows_lowered(coverage, plx_type_table_word(&coverage->unknown, i), false))
            known += coverage->unknown.types[i].count;
    }
    if (known > inspected->known)
        guess(inspected, "lower-case", known - inspected->known,
              "lower-casing the text would raise the coverage from %.2f %% to %.2f %%",
              per_cent(inspected->known, inspected->tokens), per_cent(known, inspected->tokens));
}

static void guess_tokenization(const struct plx_coverage *coverage, struct plx_inspected_coverage *inspected)
{
    const bool wikitext = knows(coverage, (struct plx_word){"@-@", 3});
    uint64_t stripped = 0, parts = 0, marks = 0;
    for (size_t i = 0; i < coverage->unknown.count; i++) {
        const struct plx_word word = plx_type_table_word(&coverage->unknown, i);
        const uint64_t count = coverage->unknown.types[i].count;
        if (plx_word_is(word, "@-@") || plx_word_is(word, "@,@") || plx_word_is(word, "@.@"))
            marks += count;
        else if (wikitext && knows_parts(coverage, word))
            parts += count;
        else if (knows_stripped(coverage, word))
            stripped += count;
    }
    guess(inspected, "punctuation", stripped,
          "words with punctuation attached: the model's text has it apart, and knows the words without it");
    guess(inspected, "hyphens", parts,
          "words with a hyphen, whose parts are known: the model's text has \"@-@\" between them");
    guess(inspected, "foreign-tokenization", marks,
          "\"@-@\", \"@,@\" or \"@.@\": the text is tokenized as WikiText is, the model's training text was "
          "not");
}

void plx_guesses_make(const struct plx_coverage *coverage, struct plx_inspected_coverage *inspected)
{
    guess_case(coverage, inspected);
    if (coverage->words)
        guess_tokenization(coverage, inspected);
}
