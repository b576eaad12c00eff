/* Protocols: how the tokens of a corpus become scored positions, as data.

   A protocol is a plain struct of the caller's, to be copied at will; the presets are constants. Every
   function may be called from any thread, on different protocols at once. */
#ifndef PERPLEX_PROTOCOL_H
#define PERPLEX_PROTOCOL_H

#include <perplex/corpus.h>
#include <perplex/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where context starts afresh. */
enum plx_unit { PLX_UNIT_LINE, PLX_UNIT_DOCUMENT, PLX_UNIT_STREAM };

/* The begin symbol: never scored; `replace` puts it over the first token of every window; `context-or-end` is
   as context, with the end symbol in its place where the model has none; `end` always takes the end symbol. A
   model that wants several has start symbols of its own before these. */
enum plx_start {
    PLX_START_NONE,
    PLX_START_CONTEXT,
    PLX_START_REPLACE,
    PLX_START_CONTEXT_OR_END,
    PLX_START_END
};

/* The end symbol: appended to every unit, in a stream to every line, and scored. `auto`: scored at the line
   ends of a stream of words where the model has an end symbol, else none. */
enum plx_end { PLX_END_NONE, PLX_END_SCORED, PLX_END_AUTO };

/* Which targets of a window count: those that no earlier window scored; all but its first token; its last K.
 */
enum plx_score { PLX_SCORE_NEW, PLX_SCORE_ALL, PLX_SCORE_LAST };

/* The last, partial window: scored as it is; left out; extended to the left to full length; left out, and so
   is a whole one that ends with its unit (llama.cpp's strided rule). */
enum plx_tail { PLX_TAIL_KEEP, PLX_TAIL_DROP, PLX_TAIL_LEFT_EXTEND, PLX_TAIL_DROP_LAST };

/* A target without any context: scored where the model can, or left out. */
enum plx_first { PLX_FIRST_SCORE, PLX_FIRST_SKIP };

/* What an unknown token costs: that of the unknown symbol (without one, as `zero`); nothing, it is left out;
   an error, but for a symbol that the corpus spells out; infinity; as `unk` where the model's unknown symbol
   has a probability, else as `skip`; −X in log10; that of the unknown symbol shared by N words. */
enum plx_unknown {
    PLX_UNKNOWN_UNK,
    PLX_UNKNOWN_SKIP,
    PLX_UNKNOWN_ERROR,
    PLX_UNKNOWN_ZERO,
    PLX_UNKNOWN_UNK_OR_SKIP,
    PLX_UNKNOWN_FLOOR,
    PLX_UNKNOWN_CLASS
};

/* A word of a text that is spelled as the model's start or end symbol: an error; the symbol, which is not
   added once more where the protocol would add it, and is a token like others elsewhere; a token like others
   in any case; an unknown word. In a corpus of tokens they are symbols: an end symbol ends its line, a start
   symbol where the protocol adds one is that one. */
enum plx_control_words { PLX_CONTROL_REFUSE, PLX_CONTROL_SCORE, PLX_CONTROL_WORD, PLX_CONTROL_UNK };

/* Lines without words: their end symbols are scored or left out. */
enum plx_blank { PLX_BLANK_SCORE, PLX_BLANK_SKIP };

/* What the mean is taken over: tokens; windows (the mean of their means); windows weighted by their targets,
   less one for each window that overlaps the one before (Hugging Face's page since 2024); units. */
enum plx_average { PLX_AVERAGE_TOKEN, PLX_AVERAGE_WINDOW, PLX_AVERAGE_HF_2024, PLX_AVERAGE_UNIT };

#define PLX_SYMBOL_TEXT 64

/* Numbers that follow from other fields, so that presets keep their meaning where one field is changed. */
#define PLX_WINDOW_LESS_1 UINT64_MAX       /* stride "window-1": neighbours share one token */
#define PLX_HALF          (UINT64_MAX - 1) /* score "last:half": W − W/2 − 1, as llama.cpp counts */
#define PLX_AS_STRIDE     (UINT64_MAX - 2) /* score "last:stride", first_window "stride" */

/* All that a protocol is. It begins as a copy of a preset. */
struct plx_protocol {
    char name[32];   /* of the preset; "custom" once a field differs from its row */
    char origin[32]; /* the preset that a custom one began as; "" where there is none or `name` says it */
    enum plx_unit unit;
    enum plx_start start;
    enum plx_end end;
    enum plx_score score;
    enum plx_tail tail;
    enum plx_first first;
    enum plx_unknown unknown;
    enum plx_average average;
    enum plx_control_words control_words;
    enum plx_blank blank;
    enum plx_pages pages;  /* where documents of a text begin */
    uint64_t window;       /* the most tokens that one scoring sees, context included; 0: unlimited */
    uint64_t stride;       /* how far the window moves; 0: as the window; or PLX_WINDOW_LESS_1 */
    uint64_t score_last;   /* K of score last:K; or PLX_HALF, PLX_AS_STRIDE */
    uint64_t first_window; /* how many targets the first window scores, where that differs; 0: does not; or
                              PLX_AS_STRIDE */
    uint64_t class_size;   /* N of unknown class:N */
    uint64_t limit;        /* the most scored tokens; 0: all */
    double floor_log10;    /* X of unknown floor:X */
    char start_symbol[PLX_SYMBOL_TEXT]; /* "": the model's own */
    char end_symbol[PLX_SYMBOL_TEXT];
    char join[PLX_SYMBOL_TEXT]; /* a token that stands between the lines of a stream of words; "": nothing */
};

/* Gives row `index` of the presets; NULL past the end. Static. */
PLX_API const struct plx_protocol *plx_protocol_preset(size_t index);

/* Says in a sentence whose rule preset `index` is; NULL past the end. Static. */
PLX_API const char *plx_protocol_description(size_t index);

/* Says in a few sentences what preset `index` takes from its peer; NULL past the end. Static. */
PLX_API const char *plx_protocol_rule(size_t index);

/* True if the preset that the protocol is named for is for tokens that are characters or bytes. */
PLX_API bool plx_protocol_wants_letters(const struct plx_protocol *protocol);

/* Gives how many windows of tokens the peer wants at least whose preset the protocol is, or began as; 0: any.
   The name of that preset, static, goes into *peer (may be NULL); "" where there is none. */
PLX_API unsigned plx_protocol_least_windows(const struct plx_protocol *protocol, const char **peer);

/* Finds the preset of that name; NULL if there is none. Static. */
PLX_API const struct plx_protocol *plx_protocol_find(const char *name);

/* Chooses the preset that suits the model and the corpus where the user names none. Static, never NULL. */
PLX_API const struct plx_protocol *plx_protocol_default(const struct plx_model_info *model,
                                                        const struct plx_corpus_info *corpus);

/* Sets one field from text; `field` is its name as in the option without "--" ("window", "first-window" or
   "first_window"). The name follows (plx_protocol_rename). PLX_USAGE where there is no such field, or the
   text is not what it takes: the message begins with `field` as it was given
   and says what it takes, and the protocol stays as it was. */
PLX_API enum plx_status plx_protocol_set(struct plx_protocol *protocol, const char *field, const char *value,
                                         struct plx_error *error);

/* Sets the name: the preset's stays while every field is that of its row, else it becomes "custom", and
   `origin` what it was. plx_protocol_set does so by itself; an evaluation does it once more. */
PLX_API void plx_protocol_rename(struct plx_protocol *protocol);

/* Puts numbers in place of what follows from other fields. All of it follows from the window: without one the
   protocol stays as it is. */
PLX_API void plx_protocol_resolve(struct plx_protocol *protocol);

/* Writes the value of field `index` as text that plx_protocol_set reads back, NUL-terminated, as much as
   fits: 2 × PLX_SYMBOL_TEXT bytes hold every value. *name is the field's name with "_", static. *number
   (may be NULL) says whether the value is one. False past the last field. */
PLX_API bool plx_protocol_field(const struct plx_protocol *protocol, size_t index, const char **name,
                                char *value, size_t capacity, bool *number);

/* Gives the words that field `index` takes, as NULL-terminated list; behind a colon stands, in capitals, what
   the caller puts there ("last:K"). NULL past the last field and for fields that take numbers or any text.
   Fields "start" and "end" take symbols beside their words. Static. */
PLX_API const char *const *plx_protocol_field_values(size_t index);

/* Draws what the protocol scores: a small corpus, cut into windows as any corpus is, for a model that has a
   begin and an end symbol and sees all that a window shows. Windows of more than 18 tokens are drawn in
   small, which the drawing says. ASCII, lines of at most 79 columns. *text is to be freed with plx_text_free
   (result.h), NULL on failure; it ends with a NUL, which *length does not count. PLX_USAGE as
   plx_protocol_check, and where an evaluation by such a model would refuse the protocol; PLX_MEMORY. */
PLX_API enum plx_status plx_protocol_draw(const struct plx_protocol *protocol, char **text, size_t *length,
                                          struct plx_error *error);

/* Writes presets as JSON, perplex.protocols/1 (configs/schema/protocols-1.schema.json), UTF-8: all of them
   where `preset` is NULL, else that one, with the fields of `protocol`, which began as a copy of it. *text as
   above. PLX_MEMORY. */
PLX_API enum plx_status plx_protocols_json(const struct plx_protocol *preset,
                                           const struct plx_protocol *protocol, char **text, size_t *length,
                                           struct plx_error *error);

/* Checks whether the fields fit each other: PLX_USAGE if a target would count twice, or a field is set that
   has no meaning beside the others. */
PLX_API enum plx_status plx_protocol_check(const struct plx_protocol *protocol, struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
