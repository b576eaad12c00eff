#include "report/compare/effects.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Values that a row is for. A word is itself, or with ":" at its end any that begins so; the others: */
#define ANY     NULL
#define SMALLER "<" /* NEW's number is smaller than BASE's */
#define LARGER  ">"
#define LIMITED "<0" /* NEW has a limit and BASE, by 0, has none */
#define UNBOUND ">0"

struct effect {
    const char *field;
    const char *from, *to; /* BASE's and NEW's value; a comparison of numbers is in `to` */
    const char *sentence;
};

/* The first row that fits. What protocol.h and the manual say of fields, seen from NEW. */
static const struct effect EFFECTS[] = {
    {"corpus.sha256", ANY, ANY, "another text: what is measured on one says nothing about the other"},
    {"corpus.document_range", ANY, ANY, "other documents of the corpus are scored, easier or harder ones"},
    {"corpus.format", ANY, ANY,
     "the same bytes, read by the rules of another format, give other tokens and units"},
    {"corpus.text", ANY, ANY,
     "bytes, characters and words are counted in another text: figures per byte, character and word are "
     "divided by other numbers"},
    {"corpus.tokenization", ANY, ANY,
     "other tokens: the shorter they are, the more there are and the less each one costs; only figures per "
     "byte, character and word allow for that"},
    {"counts.tokens", ANY, ANY,
     "the same text is divided among another number of tokens: figures per token are means over other "
     "things"},
    {"counts.scored", ANY, ANY, "what one leaves out is part of the other's mean"},
    {"counts.scored_bytes", ANY, SMALLER,
     "less of the text is scored: figures per byte, character and word are of what is left"},
    {"counts.scored_bytes", ANY, LARGER,
     "more of the text is scored: figures per byte, character and word are of what BASE leaves out too"},
    {"counts.skipped.no_context", ANY, SMALLER,
     "more tokens without any context are scored: they are hard, and perplexity goes up"},
    {"counts.skipped.no_context", ANY, LARGER,
     "more tokens without any context are left out: they are hard, and perplexity goes down"},
    {"counts.skipped.unknown", ANY, SMALLER, "fewer unknown tokens are left out: NEW pays for some more"},
    {"counts.skipped.unknown", ANY, LARGER, "more unknown tokens are left out: NEW pays for fewer"},
    {"counts.skipped.", ANY, ANY, "other positions are left out: the means are over other tokens"},

    {"protocol.unit", ANY, "stream",
     "context goes on over the ends of lines and documents: tokens have more of it, and perplexity goes "
     "down"},
    {"protocol.unit", "line", "document",
     "context goes on over the ends of lines: tokens have more of it, and perplexity goes down"},
    {"protocol.unit", "stream", "document",
     "context ends with every document: tokens have less of it, and perplexity goes up"},
    {"protocol.unit", ANY, "line",
     "context ends with every line: tokens have less of it, and perplexity goes up"},
    {"protocol.start", ANY, "none",
     "no begin symbol says where a unit begins: first tokens are harder, and perplexity goes up"},
    {"protocol.start", ANY, "replace",
     "the begin symbol takes the place of the first token of every window, which is neither seen nor scored"},
    {"protocol.start", "replace", ANY,
     "the first token of a window is seen again, where the begin symbol had taken its place"},
    {"protocol.start", "none", ANY,
     "a begin symbol says where a unit begins: first tokens are easier, and perplexity goes down"},
    {"protocol.start", ANY, ANY, "the first tokens of units are predicted from another symbol"},
    {"protocol.end", ANY, "none",
     "ends are no tokens any more: the mean is over the others alone, which are harder as a rule, so that "
     "perplexity goes up"},
    {"protocol.end", "none", ANY,
     "ends are tokens that have to be predicted too: they are easier than most, and perplexity per token "
     "goes down, while the text has more nats in all"},
    {"protocol.end", ANY, ANY, "units end with another symbol, which costs another number of nats"},
    {"protocol.join", ANY, ANY,
     "what stands between lines is predicted, and is context for what follows: other tokens, another mean"},
    {"protocol.window", ANY, LIMITED,
     "a window hides what is further back: tokens have less context, and perplexity goes up"},
    {"protocol.window", ANY, UNBOUND,
     "no window hides what is further back: tokens have more context, and perplexity goes down"},
    {"protocol.window", ANY, SMALLER, "a smaller window gives every token less context: perplexity goes up"},
    {"protocol.window", ANY, LARGER, "a larger window gives every token more context: perplexity goes down"},
    {"protocol.stride", ANY, LIMITED, "windows move, where there were none: see the window"},
    {"protocol.stride", ANY, UNBOUND, "no window moves any more: see the window"},
    {"protocol.stride", ANY, SMALLER,
     "a smaller stride gives every token more context: perplexity goes down"},
    {"protocol.stride", ANY, LARGER, "a larger stride gives every token less context: perplexity goes up"},
    {"protocol.score", "last:", "last:",
     "another share of every window is scored: the fewer of its last targets, the more context each has and "
     "the lower perplexity is"},
    {"protocol.score", ANY,
     "last:", "only the last targets of a window are scored, those with most context: perplexity goes down"},
    {"protocol.score", "last:", ANY,
     "targets near the beginning of a window are scored too, with little context: perplexity goes up"},
    {"protocol.score", ANY, "all",
     "the first token of every window is not scored, which has no context there: perplexity goes down"},
    {"protocol.score", ANY, "new",
     "every token is scored that no earlier window scored, the first of a window too: perplexity goes up"},
    {"protocol.first_window", ANY, ANY,
     "the first window scores another number of targets, those with least context: it matters little in a "
     "long text"},
    {"protocol.tail", ANY, "left-extend",
     "the last window is filled up with what stands before it: its targets have more context, or are scored "
     "at all"},
    {"protocol.tail", ANY, "keep",
     "the last, shorter window is scored as it is, with less context than others"},
    {"protocol.tail", ANY, ANY, "the last window is not scored: the mean is over fewer tokens"},
    {"protocol.first", ANY, "skip",
     "targets without any context are left out: they are hard, and perplexity goes down"},
    {"protocol.first", ANY, "score",
     "targets without any context are scored too: they are hard, and perplexity goes up"},
    {"protocol.unknown", ANY, "skip",
     "unknown tokens cost nothing and do not count: perplexity is that of known words alone"},
    {"protocol.unknown", ANY, "zero",
     "unknown tokens have no probability: a single one makes perplexity infinite"},
    {"protocol.unknown", ANY, "error", "unknown tokens are refused: there are none in NEW"},
    {"protocol.unknown", ANY, "floor:",
     "every unknown token costs the same, as the floor says: the lower that is, the higher perplexity is"},
    {"protocol.unknown", ANY, "class:",
     "an unknown token pays for which of so many words it is, too: the more they are, the higher perplexity "
     "is"},
    {"protocol.unknown", ANY, "unk-or-skip",
     "unknown tokens cost what the unknown symbol does, or are left out where it has no probability"},
    {"protocol.unknown", ANY, "unk",
     "unknown tokens cost what the unknown symbol does, whichever words they are: many of them make "
     "perplexity low"},
    {"protocol.control_words", ANY, ANY,
     "words of the text that are spelled as symbols are other tokens: without such words it makes no "
     "difference"},
    {"protocol.blank", ANY, "skip",
     "the ends of blank lines are left out: they are easy, and perplexity goes up"},
    {"protocol.blank", ANY, "score",
     "the ends of blank lines are scored too: they are easy, and perplexity goes down"},
    {"protocol.pages", ANY, ANY,
     "documents begin elsewhere: so does context where they are the units, and a part of them is another "
     "one"},
    {"protocol.average", ANY, "token", "every token has the same weight, in windows and units of any length"},
    {"protocol.average", ANY, "window",
     "a mean of means: tokens of a short window weigh more than those of a full one"},
    {"protocol.average", ANY, "unit",
     "a mean of means: tokens of short units, which have little context, weigh more, and perplexity goes up"},
    {"protocol.average", ANY, "hf-2024",
     "the means of windows are weighted by their targets, less one where they overlap: tokens do not all "
     "have the same weight"},
    {"protocol.limit", ANY, ANY, "another part of the corpus is scored: the first so many tokens of it"},
};

static const char *word_of(const cJSON *value)
{
    return cJSON_IsString(value) ? value->valuestring : "";
}

static double number_of(const cJSON *value)
{
    return cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
}

static bool matches_word(const char *pattern, const char *word)
{
    const size_t length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == ':')
        return strncmp(pattern, word, length) == 0;
    return strcmp(pattern, word) == 0;
}

static bool matches_change(const char *pattern, const cJSON *base, const cJSON *new)
{
    const double from = number_of(base), to = number_of(new);
    if (pattern[1] == '0') /* from or to no limit at all */
        return *pattern == '<' ? from == 0 && to > 0 : from > 0 && to == 0;
    return *pattern == '<' ? to < from : to > from;
}

static bool matches_field(const char *pattern, const char *field)
{
    const size_t length = strlen(pattern);
    return pattern[length - 1] == '.' ? strncmp(pattern, field, length) == 0 : strcmp(pattern, field) == 0;
}

static bool matches(const struct effect *effect, const char *field, const cJSON *base, const cJSON *new)
{
    if (!matches_field(effect->field, field) || (effect->from && !matches_word(effect->from, word_of(base))))
        return false;
    if (!effect->to)
        return true;
    return *effect->to == '<' || *effect->to == '>' ? matches_change(effect->to, base, new)
                                                    : matches_word(effect->to, word_of(new));
}

const char *plx_difference_effect(const char *field, const cJSON *base, const cJSON *new)
{
    for (size_t i = 0; i < sizeof EFFECTS / sizeof *EFFECTS; i++) {
        if (matches(EFFECTS + i, field, base, new))
            return EFFECTS[i].sentence;
    }
    return "this version does not know what the field does to the number";
}
