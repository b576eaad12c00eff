/* A protocol settled for one model and one kind of tokens: symbols are ids, defaults are filled in. */
#ifndef PLX_EVAL_PLAN_H
#define PLX_EVAL_PLAN_H

#include <perplex/protocol.h>

#include "model/model.h"

/* What KenLM charges for an unknown word of a model without an unknown symbol. */
#define PLX_KENLM_UNKNOWN_LOG10 (-100.0)

struct plx_plan {
    struct plx_protocol protocol; /* as it is carried out: what the result shows */
    enum plx_token_kind tokens;
    enum plx_content content;
    uint32_t start;   /* right before every unit; PLX_NO_TOKEN: nothing */
    uint32_t padding; /* before that, where a model wants several symbols: its own start, if it has one */
    unsigned start_repeat; /* how many they are in all */
    uint32_t end;          /* appended and scored; PLX_NO_TOKEN: nothing */
    uint32_t restart;      /* stands for an end in a context, and hides what came before; PLX_NO_TOKEN: no */
    enum plx_end_role end_role; /* of ends in contexts, for a mixture's models */
    uint32_t unknown;           /* the model's unknown symbol, or PLX_NO_TOKEN */
    uint32_t join;              /* stands for a line end inside a stream; PLX_NO_TOKEN: nothing */
    uint32_t control[2];        /* start and end symbol, as words of a text: see enum plx_control_words */
    char start_shown[PLX_SYMBOL_TEXT], end_shown[PLX_SYMBOL_TEXT]; /* spelled; "" if there is none */
    uint64_t first_window_end; /* tokens of a unit that its first window sees, start symbols too; 0 without
                                  windows */
    uint64_t context_length;
    uint64_t least_context; /* tokens that the model needs before a target */
    bool byte_ids;          /* the model has no strings, and its ids are the bytes themselves */
    bool empty_context;     /* the model can score a target without context */
    bool unknown_context;   /* the model can have PLX_NO_TOKEN in a context */
    bool details;           /* the model reports matched orders and float logarithms */
    bool any_tokens;        /* the model knows no tokens, so that ids of words mean nothing */
    bool named;             /* ids tell the model's tokens apart, see plx_plan_named */
    bool by_token;          /* it scores by position, counted in tokens of the corpus */
    bool by_target;         /* likewise, in targets */
    bool tokenizes;         /* the model makes the tokens of this text itself */
    bool remote;            /* its answers come from afar: what is asked twice is paid twice */
    uint64_t piece;         /* of a remote model of bounded context: the most targets of a window, longer ones
                               are cut; 0: none is cut, and all have to fit its context */
    bool spelled;           /* the text that tokens stand for is known */
    bool sentences;         /* every line is scored whole by itself: the toolkits' conventions apply */
    bool irstlm;            /* IRSTLM's at least */
    bool srilm;             /* SRILM's at least */
    bool kenlm;             /* KenLM's at least: also where unknown words without a symbol cost what they cost
                               there */
    bool lm_eval;           /* lm-evaluation-harness's own protocol, with any window: its figures apply */
    unsigned order;
};

/* PLX_MISMATCH where the model cannot score such tokens or lacks a symbol that the protocol needs; PLX_USAGE
   where the protocol makes no sense for them; the errors of a session, of which it makes one. */
enum plx_status plx_plan_make(const struct plx_model *model, const struct plx_protocol *protocol,
                              const struct plx_corpus_info *corpus, struct plx_plan *plan,
                              struct plx_error *error);

/* Has another protocol, not settled yet, take the symbols that the user has named for a settled one: they
   hold for all. */
void plx_plan_hold_symbols(const struct plx_protocol *settled, struct plx_protocol *other);

/* How many start symbols precede a unit. */
unsigned plx_plan_starts(const struct plx_plan *plan);

/* How many of these repeat the first. They fill a model's context up, so that its windows are longer by them:
   its targets are those of a model that begins with one symbol. */
unsigned plx_plan_padding(const struct plx_plan *plan);

/* True if the end of every line becomes a token. */
bool plx_plan_line_ends(const struct plx_plan *plan);

/* True if ids tell the model's tokens apart in such a corpus: not if the model takes any word. */
bool plx_plan_named(const struct plx_model_info *model, const struct plx_corpus_info *corpus);

#endif
