/* The presets: a row for each peer, its rule, and what its fields mean to its users. Rows say "window-1" or
   "stride" where the peer has one option for both, so that changing the one changes the other. */
#include <perplex/protocol.h>

#include <string.h>

/* The rows that are chosen where the user names none. */
enum { SENTENCE, WIKITEXT_EOS, EXACT };

/* What a row does not mention is zero: the first value of its field. */
static const struct {
    struct plx_protocol fields;
    const char *description;
    const char *rule;
    bool letters;           /* tokens are characters or bytes */
    unsigned least_windows; /* the peer refuses what does not fill so many */
} PRESETS[] = {
    [SENTENCE] =
        {{.name = "sentence",
          .unit = PLX_UNIT_LINE,
          .start = PLX_START_CONTEXT,
          .end = PLX_END_SCORED,
          .pages = PLX_PAGES_ARTICLE},
         "every line by itself between <s> and a scored </s>, blank lines too: KenLM's query",
         "KenLM's query scores the words of a line and then </s>, all after <s>; a blank line is a bare "
         "</s>. A word that the model does not know costs what its <unk> costs."},
    [WIKITEXT_EOS] =
        {{.name = "wikitext-eos",
          .unit = PLX_UNIT_STREAM,
          .start = PLX_START_CONTEXT,
          .end = PLX_END_SCORED,
          .pages = PLX_PAGES_ARTICLE},
         "one stream with a scored end symbol after every line: the convention of WikiText and of AWD-LSTM",
         "The recurrent models of WikiText read the lines, blank ones too, as one stream with <eos> after "
         "each, and carry their state to the end: the test split has 241,211 words and 4,358 ends of lines, "
         "245,569 tokens."},
    [EXACT] = {{.name = "exact",
                .unit = PLX_UNIT_STREAM,
                .start = PLX_START_CONTEXT,
                .end = PLX_END_AUTO,
                .pages = PLX_PAGES_ARTICLE},
               "every token once under all the context that the model can use",
               "Nobody's but mathematics': the probability of the whole text, taken apart by the chain rule. "
               "No window hides context, and no token is left out for want of some."},
    {{.name = "srilm",
      .unit = PLX_UNIT_LINE,
      .start = PLX_START_CONTEXT,
      .end = PLX_END_SCORED,
      .unknown = PLX_UNKNOWN_UNK_OR_SKIP,
      .control_words = PLX_CONTROL_SCORE,
      .blank = PLX_BLANK_SKIP,
      .pages = PLX_PAGES_ARTICLE},
     "as sentence, but blank lines count nowhere, unknown words only where the model has a probability for "
     "them, and <s> and </s> of the text are not doubled: SRILM's ngram -ppl",
     "SRILM's ngram -ppl scores lines between <s> and </s>, and passes over blank ones. An unknown word of a "
     "model without a probability for <unk> is left out of the sum and of the count (\"OOVs\")."},
    {{.name = "hf-stride",
      .unit = PLX_UNIT_STREAM,
      .end = PLX_END_AUTO,
      .first = PLX_FIRST_SKIP,
      .pages = PLX_PAGES_ARTICLE,
      .window = 1024,
      .stride = 512},
     "sliding windows over one stream, the targets after the previous window's end: Hugging Face's page "
     "\"perplexity of fixed-length models\"",
     "Windows begin every `stride` tokens and are max_length tokens long (here: window); the last is shorter "
     "and ends with the text. A window scores the targets behind the previous window's end, and nothing "
     "predicts the first token: N - 1 targets of N tokens."},
    {{.name = "hf-stride-doc",
      .unit = PLX_UNIT_STREAM,
      .end = PLX_END_AUTO,
      .first = PLX_FIRST_SKIP,
      .pages = PLX_PAGES_ARTICLE,
      .window = 1024,
      .stride = 512,
      .average = PLX_AVERAGE_HF_2024},
     "the same with that page's own average: the means of the windows, weighted by their targets, less one "
     "for each that overlaps the one before",
     "The code of that page multiplies the mean loss of a window by the number of its targets as it counts "
     "them, which is one too few in every window that overlaps the one before, and divides by the sum of "
     "these numbers. "
     "`--average window` is what it printed before 2024."},
    {{.name = "gptq",
      .unit = PLX_UNIT_STREAM,
      .end = PLX_END_AUTO,
      .score = PLX_SCORE_ALL,
      .tail = PLX_TAIL_DROP,
      .first = PLX_FIRST_SKIP,
      .pages = PLX_PAGES_ARTICLE,
      .window = 2048,
      .average = PLX_AVERAGE_WINDOW},
     "windows side by side, each scores all but its first token, what does not fill one is left out: the "
     "evaluation of GPTQ and of the quantization papers after it",
     "The text is cut into seqlen tokens each (here: window); the mean loss over the seqlen - 1 targets of a "
     "window counts for the whole window: floor(N / 2048) windows of 2047 targets."},
    {{.name = "llama.cpp",
      .unit = PLX_UNIT_STREAM,
      .start = PLX_START_REPLACE,
      .end = PLX_END_AUTO,
      .score = PLX_SCORE_LAST,
      .tail = PLX_TAIL_DROP,
      .first = PLX_FIRST_SKIP,
      .pages = PLX_PAGES_ARTICLE,
      .window = 512,
      .score_last = PLX_HALF},
     "windows side by side, the begin symbol over the first token of each, the second half scored: "
     "llama.cpp's llama-perplexity",
     "The text is cut into n_ctx tokens each (-c, here: window); BOS takes the place of a window's first "
     "token where the model adds one; the outputs n_ctx/2 to n_ctx - 2 count, 255 of 512: half the window, "
     "less the one that predicts its end. What does not fill a window is left out, and fewer than two "
     "windows "
     "of tokens are refused. Its tokens begin with BOS: ids should, too, for the same windows.",
     .least_windows = 2},
    {{.name = "llama.cpp-stride",
      .unit = PLX_UNIT_STREAM,
      .end = PLX_END_AUTO,
      .score = PLX_SCORE_LAST,
      .tail = PLX_TAIL_DROP_LAST,
      .first = PLX_FIRST_SKIP,
      .pages = PLX_PAGES_ARTICLE,
      .window = 768,
      .stride = 512,
      .score_last = PLX_AS_STRIDE},
     "overlapping windows, the last stride tokens of each scored: llama-perplexity --ppl-stride",
     "With --ppl-stride S the window is n_ctx + S/2 tokens long (here, for -c 512 -b 512 --ppl-stride 512: "
     "768), moves by S, and its last S tokens count. ceil((N - window) / S) windows are computed: one that "
     "ends with the text is left out, and so is what would not fill one. BOS is put in place only after the "
     "window has been computed, and so nowhere. Sums of n_ctx and S/2 are rounded up to multiples of 256.",
     .least_windows = 2},
    {{.name = "lm-eval",
      .unit = PLX_UNIT_DOCUMENT,
      .start = PLX_START_CONTEXT_OR_END,
      .tail = PLX_TAIL_LEFT_EXTEND,
      .pages = PLX_PAGES_HEADING,
      .window = 2049,
      .stride = PLX_WINDOW_LESS_1},
     "every document after the begin symbol, else the end symbol; windows that share one token, the last "
     "extended to the left: the rolling log-likelihood of lm-evaluation-harness",
     "A window has max_length inputs (2048) and predicts as many tokens; the first begins with the prefix "
     "token, the others with the last token predicted before. The last one reaches back to have max_length "
     "inputs. Our window counts inputs and the last target: max_length + 1. Pages of WikiText begin at "
     "every line of the form \" = Title = \". The text is scored as it stands: lm-eval undoes WikiText's "
     "tokenization first, and counts words and bytes of the original all the same."},
    {{.name = "lm-eval-api",
      .unit = PLX_UNIT_DOCUMENT,
      .start = PLX_START_CONTEXT_OR_END,
      .tail = PLX_TAIL_LEFT_EXTEND,
      .pages = PLX_PAGES_HEADING,
      .window = 2047,
      .stride = PLX_WINDOW_LESS_1},
     "the same with two inputs less: lm-evaluation-harness on models behind HTTP",
     "Its models behind an interface take one off max_length (2048) for the token to be generated, and one "
     "more for their windows: 2046 inputs."},
    {{.name = "paloma",
      .unit = PLX_UNIT_DOCUMENT,
      .start = PLX_START_END,
      .tail = PLX_TAIL_LEFT_EXTEND,
      .pages = PLX_PAGES_ARTICLE,
      .window = 2049,
      .stride = PLX_WINDOW_LESS_1},
     "as lm-eval, but documents begin after the end symbol: Paloma's perplexities",
     "Documents are scored by themselves after the end-of-text symbol; tokens of all documents weigh the "
     "same."},
    {{.name = "fairseq",
      .unit = PLX_UNIT_STREAM,
      .start = PLX_START_END,
      .end = PLX_END_AUTO,
      .pages = PLX_PAGES_ARTICLE,
      .window = 513,
      .stride = 112,
      .first_window = PLX_AS_STRIDE},
     "one stream, every target with at least so many tokens before it, but at the beginning: fairseq-eval-lm "
     "--context-window",
     "With --tokens-per-sample T and --context-window C, T - C targets are scored at a time (here: stride), "
     "which see the C inputs before them and their own, T in all; our window counts the last target, too: "
     "T + 1. The first sample has no more than its own inputs and begins after the end symbol. Here T = 512, "
     "C = 400, the example of its documentation."},
    {{.name = "llm.c",
      .unit = PLX_UNIT_STREAM,
      .end = PLX_END_AUTO,
      .tail = PLX_TAIL_DROP,
      .first = PLX_FIRST_SKIP,
      .pages = PLX_PAGES_ARTICLE,
      .window = 1025,
      .stride = PLX_WINDOW_LESS_1},
     "blocks of T inputs and the T targets behind them, in order, what does not fill one is left out: the "
     "validation loss of llm.c",
     "A block reads T + 1 tokens (here: window) and moves by T, so that neighbours share one token; the mean "
     "of equal blocks is that of tokens. Only whole batches of B blocks count: `--limit` with 20 * B * T is "
     "what it evaluates by default."},
    {{.name = "char-bpc", .unit = PLX_UNIT_STREAM, .start = PLX_START_CONTEXT, .pages = PLX_PAGES_ARTICLE},
     "as exact, for tokens that are characters or bytes: bits per character of text8, per byte of enwik8",
     "Every character (or byte, newlines too) once under all the context that the model can use; bits per "
     "character are nats / ln 2. text8's last 10 million characters are valid and test, 5 million each; "
     "enwik8 is parted 90 : 5 : 5 million bytes.",
     .letters = true},
};

#define PRESET_COUNT (sizeof PRESETS / sizeof *PRESETS)

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < PRESET_COUNT && strcmp(PRESETS[i].fields.name, name) != 0)
        i++;
    return i;
}

const struct plx_protocol *plx_protocol_preset(size_t index)
{
    return index < PRESET_COUNT ? &PRESETS[index].fields : NULL;
}

const char *plx_protocol_description(size_t index)
{
    return index < PRESET_COUNT ? PRESETS[index].description : NULL;
}

const char *plx_protocol_rule(size_t index)
{
    return index < PRESET_COUNT ? PRESETS[index].rule : NULL;
}

const struct plx_protocol *plx_protocol_find(const char *name)
{
    return plx_protocol_preset(find(name));
}

bool plx_protocol_wants_letters(const struct plx_protocol *protocol)
{
    const size_t i = find(protocol->name);
    return i < PRESET_COUNT && PRESETS[i].letters;
}

unsigned plx_protocol_least_windows(const struct plx_protocol *protocol, const char **peer)
{
    size_t i = find(protocol->name);
    if (i == PRESET_COUNT)
        i = find(protocol->origin);
    if (peer)
        *peer = i < PRESET_COUNT ? PRESETS[i].fields.name : "";
    return i < PRESET_COUNT ? PRESETS[i].least_windows : 0;
}

const struct plx_protocol *plx_protocol_default(const struct plx_model_info *model,
                                                const struct plx_corpus_info *corpus)
{
    const bool letters = corpus->tokens == PLX_TOKENS_CHARACTER || corpus->tokens == PLX_TOKENS_BYTE;
    const enum plx_model_kind kind =
        model->kind == PLX_KIND_MIXTURE ? model->components[0].kind : model->kind;
    size_t preset = EXACT;
    if (kind == PLX_KIND_ENDPOINT)
        return plx_protocol_find("lm-eval-api");
    if (!letters && kind == PLX_KIND_NGRAM)
        preset = SENTENCE;
    else if (!letters && corpus->content != PLX_CONTENT_IDS && model->end != PLX_NO_TOKEN)
        preset = WIKITEXT_EOS;
    return &PRESETS[preset].fields;
}
