/* What the values of a protocol's fields mean, for the manual. */
#include "manual.h"

static const struct cli_manual_field FIELDS[] = {
    {CLI_UNIT,
     "Where context starts afresh.",
     {{"line", "At every line: each is scored by itself."},
      {"document", "At every document: a file, a record of JSON Lines, a first-level heading of WikiText."},
      {"stream", "Nowhere: the corpus is one stream."}}},
    {CLI_START,
     "A begin symbol in front of every unit: context, never scored. A model without one has none; lines of a "
     "model "
     "that has an end symbol only have that as context.",
     {{"none", "No symbol."},
      {"context", "The model's begin symbol precedes the unit."},
      {"replace", "It takes the place of the first token of every window."},
      {"context-or-end", "As `context`; a model without one has its end symbol there, which it must have."},
      {"end", "The model's end symbol precedes the unit."},
      {"SYMBOL", "As `context`, with that token of the model; `context:SYMBOL` and `replace:SYMBOL` say "
                 "which."}}},
    {CLI_END,
     "An end symbol behind every unit, in a stream behind every line. It is scored.",
     {{"none", "No symbol."},
      {"scored", "The model's end symbol, which it must have."},
      {"auto", "The model's end symbol in streams of words, where it has one; otherwise none."},
      {"SYMBOL", "As `scored`, with that token of the model; so does `scored:SYMBOL`."}}},
    {CLI_JOIN, "A token of the model that stands between the lines of a stream of words.", {{0}}},
    {CLI_WINDOW,
     "The most tokens that one scoring sees, context included; 0 sets no limit. What a window does "
     "not reach back to is forgotten.",
     {{0}}},
    {CLI_STRIDE,
     "How many tokens the window moves on, at most its own length; 0 is its length. A smaller "
     "stride gives later targets more context, and takes longer. `window-1` is one less than the window: "
     "neighbours share one token.",
     {{0}}},
    {CLI_SCORE,
     "Which targets of a window count.",
     {{"new", "Those that no earlier window has scored."},
      {"all", "All but the window's first token, which has no context in it."},
      {"last:K",
       "The last K. `last:half` are W - W/2 - 1 of a window of W: what llama.cpp scores; `last:stride` "
       "are as many as the window moves by."}}},
    {CLI_FIRST_WINDOW,
     "How many targets the first window scores, where that differs; 0: it does not; `stride`: as many as the "
     "window moves by.",
     {{0}}},
    {CLI_TAIL,
     "What becomes of the last window.",
     {{"keep", "One that the tokens do not fill is scored as it is."},
      {"drop", "It is left out, and counted as skipped."},
      {"left-extend", "It is extended to the left to full length; what it scores stays the same."},
      {"drop-last", "It is left out, and so is a full one that ends with its unit."}}},
    {CLI_FIRST,
     "A target without any context.",
     {{"score", "It is scored where the model has a distribution for it."},
      {"skip", "It is left out, and counted as skipped."}}},
    {CLI_UNKNOWN,
     "What a token costs that the model does not know.",
     {{"unk", "The probability of the model's unknown symbol; without one, as `zero`."},
      {"skip", "Nothing: it is left out, and counted as skipped."},
      {"error", "It ends the evaluation with an error that names it and its place."},
      {"zero", "Its probability is 0: the perplexity is infinite."},
      {"unk-or-skip", "As `unk` where the model's unknown symbol has a probability, otherwise as `skip`."},
      {"floor:X", "The number -X as logarithm to the base 10."},
      {"class:N", "The probability of the unknown symbol, divided by N: shared by N words."}}},
    {CLI_CONTROL_WORDS,
     "A word of a text that is spelled as the model's begin or end symbol. In a corpus of tokens they are "
     "the symbols.",
     {{"refuse", "An error with its place."},
      {"score", "The symbol, which is not added once more where the protocol would add it."},
      {"word", "A word like others."},
      {"unk", "An unknown word."}}},
    {CLI_BLANK,
     "The end symbols of lines without words.",
     {{"score", "They are scored."}, {"skip", "They are left out, and counted as skipped."}}},
    {CLI_PAGES,
     "Where the documents of a text begin, beside the beginning of a file. Records of JSON Lines and corpora "
     "of tokens have documents of their own.",
     {{"none", "Nowhere."},
      {"article", "At WikiText's headings of the first level: a line ` = Title = ` between blank lines."},
      {"heading", "At every line of that form: lm-evaluation-harness's pages."}}},
    {CLI_AVERAGE,
     "What the mean is taken over.",
     {{"token", "All scored tokens."},
      {"window", "The windows: the mean of their means, each of the same weight."},
      {"hf-2024",
       "The windows' means weighted by their targets, less one for each window that overlaps the one "
       "before: what the page of Hugging Face prints since 2024."},
      {"unit", "The units: the mean of their means, each of the same weight."}}},
    {CLI_LIMIT, "Scores no more than so many tokens, the first ones; 0 sets no limit.", {{0}}},
};

static const struct cli_manual_field TOKENS = {
    CLI_TOKENS,
    "What tokens are. In a text:",
    {{"word", "What stands between spaces and tabs, a line a unit: the default."},
     {"char", "A Unicode code point each; newlines are tokens too."},
     {"byte", "A byte each; newlines are tokens too."},
     {"piece", "For corpora of tokens alone."}}};

static const struct cli_manual_field GIVEN_TOKENS = {
    CLI_TOKENS,
    "In a corpus of tokens (ids, or records that hold tokens) they are as they have been given, and it "
    "tells what text they stand for, without which there is nothing per byte or per word:",
    {{"word", "The text is the words joined by single spaces, each line ended by a newline."},
     {"char, byte", "The text is the tokens put together as they are."},
     {"piece", "Nothing is known of the text: the default."}}};

const struct cli_manual_field *cli_manual_field(size_t index)
{
    return index < sizeof FIELDS / sizeof *FIELDS ? FIELDS + index : NULL;
}

const struct cli_manual_field *cli_manual_tokens(size_t index)
{
    return index == 0 ? &TOKENS : index == 1 ? &GIVEN_TOKENS : NULL;
}
