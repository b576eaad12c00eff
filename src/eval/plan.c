#include "eval/plan.h"

#include "base/error.h"
#include "base/logarithms.h"
#include "base/number.h"

#include <stdio.h>
#include <string.h>

/* Tokens whose newlines are tokens like others. */
static bool letters(const struct plx_plan *plan)
{
    return plan->tokens == PLX_TOKENS_CHARACTER || plan->tokens == PLX_TOKENS_BYTE;
}

/* The id of a symbol named by the user. In a corpus of tokens it must be told from others. Where the model
   has no strings, it is named by the number itself. */
static enum plx_status named_symbol(const struct plx_model *model, const struct plx_plan *plan,
                                    const char *option, const char *symbol, uint32_t *id,
                                    struct plx_error *error)
{
    const struct plx_word word = {symbol, strlen(symbol)};
    const bool told = !plan->any_tokens || plan->content == PLX_CONTENT_TEXT;
    const struct plx_model_info *info = plx_model_info(model);
    const bool strings = info->capabilities & PLX_STRING_TOKENS;
    uint64_t number;
    *id = PLX_NO_TOKEN;
    if (!strings && plx_parse_u64(symbol, word.length, 0,
                                  info->vocabulary ? info->vocabulary - 1 : PLX_NO_TOKEN - 1, &number))
        *id = (uint32_t)number;
    if (told && strings)
        plx_model_lookup(model, &word, 1, id);
    if (*id != PLX_NO_TOKEN)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH, "the model has no symbol \"%s\" (--%s)", symbol, option);
    return strings ? error->status
                   : plx_error_hint(error,
                                    "it knows no symbols by their spelling: its id names one, if the model "
                                    "has ids up to that");
}

/* Notes the symbol's spelling. */
static void show_symbol(const struct plx_model *model, uint32_t id, char *symbol)
{
    const struct plx_word word = plx_model_token(model, id);
    symbol[0] = '\0';
    if (word.text)
        snprintf(symbol, PLX_SYMBOL_TEXT, "%.*s", (int)(word.length < 63 ? word.length : 63), word.text);
}

static enum plx_status settle_start(const struct plx_model *model, uint32_t start, uint32_t end,
                                    struct plx_plan *plan, struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_protocol *protocol = &plan->protocol;
    plan->start_repeat = info->start_repeat ? info->start_repeat : 1;
    if (protocol->start == PLX_START_CONTEXT_OR_END)
        protocol->start = start != PLX_NO_TOKEN ? PLX_START_CONTEXT : PLX_START_END;
    plan->start = protocol->start == PLX_START_NONE ? PLX_NO_TOKEN : start;
    if (protocol->start == PLX_START_END) {
        /* What stands for an end in contexts does so here, too; no symbol matters to who knows none. */
        const bool as_start = (info->capabilities & PLX_RESTART_AT_END) && start != PLX_NO_TOKEN;
        plan->start = as_start ? start : end != PLX_NO_TOKEN ? end : plan->any_tokens ? 0 : PLX_NO_TOKEN;
        if (plan->start == PLX_NO_TOKEN) {
            const bool strings = info->capabilities & PLX_STRING_TOKENS;
            plx_error_set(error, PLX_MISMATCH, "%s",
                          plan->remote && !strings
                              ? "the server does not say which token texts begin with"
                              : "the protocol begins with an end symbol, but the model has none");
            return plx_error_hint(error,
                                  "--start %s names a symbol to begin with, --start none begins "
                                  "without one",
                                  strings ? "SYMBOL" : "ID");
        }
    }
    if (plan->start == PLX_NO_TOKEN && protocol->start == PLX_START_CONTEXT &&
        protocol->unit == PLX_UNIT_LINE)
        plan->start = end; /* what ends a line also precedes the next */
    if (plan->start == PLX_NO_TOKEN)
        protocol->start = PLX_START_NONE;
    plan->padding = info->start != PLX_NO_TOKEN ? info->start : plan->start;
    show_symbol(model, plan->start, plan->start_shown);
    return PLX_OK;
}

static enum plx_status settle_end(const struct plx_model *model, uint32_t end, struct plx_plan *plan,
                                  struct plx_error *error)
{
    struct plx_protocol *protocol = &plan->protocol;
    if (protocol->end == PLX_END_AUTO) {
        const bool wanted =
            !letters(plan) && protocol->unit == PLX_UNIT_STREAM && end != PLX_NO_TOKEN && !*protocol->join;
        protocol->end = wanted ? PLX_END_SCORED : PLX_END_NONE;
    }
    if (protocol->end == PLX_END_SCORED && end == PLX_NO_TOKEN) {
        plx_error_set(error, PLX_MISMATCH, "the protocol scores line ends, but the model has no end symbol");
        return plx_error_hint(error, "--end %s names it, --end none leaves line ends out",
                              plx_model_info(model)->capabilities & PLX_STRING_TOKENS ? "SYMBOL" : "ID");
    }
    plan->end = protocol->end == PLX_END_SCORED ? end : PLX_NO_TOKEN;
    show_symbol(model, plan->end, plan->end_shown);
    return PLX_OK;
}

static enum plx_status settle_symbols(const struct plx_model *model, struct plx_plan *plan,
                                      struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_protocol *protocol = &plan->protocol;
    uint32_t start = info->start, end = info->end;
    enum plx_status status = PLX_OK;
    if (plan->any_tokens && plan->content == PLX_CONTENT_TEXT)
        end = 0; /* whatever it is, the model has a score for it */
    if (*protocol->start_symbol)
        status = named_symbol(model, plan, "start", protocol->start_symbol, &start, error);
    if (status == PLX_OK && *protocol->end_symbol)
        status = named_symbol(model, plan, "end", protocol->end_symbol, &end, error);
    if (start == info->start)
        *protocol->start_symbol = '\0'; /* it need not be named */
    if (end == info->end)
        *protocol->end_symbol = '\0';
    plan->join = PLX_NO_TOKEN;
    if (status == PLX_OK && *protocol->join)
        status = named_symbol(model, plan, "join", protocol->join, &plan->join, error);
    const bool stands_in = protocol->start == PLX_START_CONTEXT_OR_END;
    if (status || (status = settle_end(model, end, plan, error)) ||
        (status = settle_start(model, start, end, plan, error)))
        return status;
    const bool restarts = (info->capabilities & PLX_RESTART_AT_END) && protocol->unit == PLX_UNIT_STREAM &&
                          plan->end != PLX_NO_TOKEN && start != PLX_NO_TOKEN && start != plan->end;
    plan->restart = restarts ? start : PLX_NO_TOKEN;
    const bool parts = plan->end != PLX_NO_TOKEN && protocol->unit == PLX_UNIT_STREAM;
    if (parts || (protocol->start == PLX_START_END && !stands_in))
        plan->end_role = PLX_END_PARTS_CONTEXT;
    else if (start == PLX_NO_TOKEN && plan->start != PLX_NO_TOKEN)
        plan->end_role = PLX_END_IS_START;
    /* A newline may be the end symbol of a model of characters. */
    const bool words = plan->tokens == PLX_TOKENS_WORD && !plan->any_tokens;
    plan->control[0] = words ? start : PLX_NO_TOKEN;
    plan->control[1] = words ? end : PLX_NO_TOKEN;
    plan->unknown = info->unknown;
    return PLX_OK;
}

unsigned plx_plan_starts(const struct plx_plan *plan)
{
    const bool symbol = plan->start != PLX_NO_TOKEN && plan->protocol.start != PLX_START_REPLACE;
    return symbol ? plan->start_repeat : 0;
}

unsigned plx_plan_padding(const struct plx_plan *plan)
{
    const unsigned starts = plx_plan_starts(plan);
    return starts > 0 ? starts - 1 : 0;
}

/* Where the first window ends; if it scores a number of targets of its own, it must not outgrow the others.
 */
static enum plx_status settle_first_window(struct plx_plan *plan, struct plx_error *error)
{
    const struct plx_protocol *protocol = &plan->protocol;
    const unsigned padding = plx_plan_padding(plan);
    const bool starts = plx_plan_starts(plan) > 0;
    if (protocol->first_window == 0) {
        plan->first_window_end = protocol->window ? protocol->window + padding : 0;
        return PLX_OK;
    }
    /* A first token that is no target comes on top of those that are. */
    const bool no_target = protocol->start == PLX_START_REPLACE ||
                           (!starts && (protocol->score == PLX_SCORE_ALL || !plan->empty_context ||
                                        protocol->first == PLX_FIRST_SKIP));
    const uint64_t seen = starts + protocol->first_window + no_target;
    plan->first_window_end = padding + seen;
    if (seen <= protocol->window)
        return PLX_OK;
    return plx_error_set(error, PLX_USAGE,
                         "a first window of %llu targets sees %llu tokens, the window only %llu",
                         (unsigned long long)protocol->first_window, (unsigned long long)seen,
                         (unsigned long long)protocol->window);
}

bool plx_plan_line_ends(const struct plx_plan *plan)
{
    return plan->join != PLX_NO_TOKEN ||
           (plan->end != PLX_NO_TOKEN && plan->protocol.unit != PLX_UNIT_DOCUMENT);
}

/* Whether the model's unknown symbol can be told from one that is only there for form's sake: the field takes
   log10 p = -99 and less for nothing. A remote model is not asked, which would cost. */
static enum plx_status weigh_unknown(const struct plx_model *model, uint32_t unknown, bool *likely,
                                     struct plx_error *error)
{
    const uint32_t ids[] = {unknown};
    const struct plx_window window = {.ids = ids, .end = 1};
    double nats;
    const unsigned capabilities = plx_model_info(model)->capabilities;
    *likely = unknown != PLX_NO_TOKEN;
    if (!*likely || !(capabilities & PLX_EMPTY_CONTEXT) || (capabilities & PLX_REMOTE))
        return PLX_OK;
    struct plx_session *session = plx_session_new(model, error);
    if (!session)
        return error->status;
    const enum plx_status status =
        plx_session_score(session, &window, 1, &(struct plx_scores){.nats = &nats}, error);
    plx_session_free(session);
    *likely = nats < 99.0 * PLX_LN_10;
    return status;
}

/* *left_out: unknown words are left out, and have no probability. */
static enum plx_status settle_unknown(const struct plx_model *model, struct plx_plan *plan, bool *left_out,
                                      struct plx_error *error)
{
    enum plx_unknown *unknown = &plan->protocol.unknown;
    bool likely;
    *left_out = false;
    if (*unknown != PLX_UNKNOWN_UNK_OR_SKIP && *unknown != PLX_UNKNOWN_SKIP)
        return PLX_OK;
    const enum plx_status status = weigh_unknown(model, plan->unknown, &likely, error);
    if (*unknown == PLX_UNKNOWN_UNK_OR_SKIP)
        *unknown = likely ? PLX_UNKNOWN_UNK : PLX_UNKNOWN_SKIP;
    *left_out = !likely;
    return status;
}

/* Whose conventions the sums will serve. To SRILM and IRSTLM <s> and </s> in a text are the symbols, to the
   others words. */
static void settle_conventions(struct plx_plan *plan, bool left_out)
{
    const struct plx_protocol *settled = &plan->protocol;
    const enum plx_control_words control = settled->control_words;
    const bool whole = plan->details && settled->window == 0 && settled->limit == 0 &&
                       settled->first == PLX_FIRST_SCORE && plan->end != PLX_NO_TOKEN &&
                       plan->start != PLX_NO_TOKEN &&
                       (settled->unit == PLX_UNIT_LINE || plan->restart != PLX_NO_TOKEN);
    const bool charged = settled->unknown == PLX_UNKNOWN_UNK;
    const bool floored = settled->unknown == PLX_UNKNOWN_FLOOR &&
                         settled->floor_log10 == PLX_KENLM_UNKNOWN_LOG10 && plan->unknown == PLX_NO_TOKEN;
    const bool blanks = whole && settled->blank == PLX_BLANK_SCORE;
    const bool lines = blanks && (control == PLX_CONTROL_REFUSE || control == PLX_CONTROL_WORD);
    plan->sentences = lines && charged;
    plan->irstlm = blanks && charged && control != PLX_CONTROL_UNK;
    plan->kenlm = lines && (charged || floored);
    plan->srilm =
        whole && (charged || left_out) && (control == PLX_CONTROL_REFUSE || control == PLX_CONTROL_SCORE);
}

/* Whether the protocol suits such tokens at all. */
static enum plx_status check_fit(const struct plx_model *model, const struct plx_plan *plan,
                                 struct plx_error *error)
{
    const unsigned capabilities = plx_model_info(model)->capabilities;
    if (plan->tokenizes && letters(plan))
        return plx_error_set(error, PLX_USAGE, "the model makes tokens of a text itself, not %ss",
                             plx_token_kind_name(plan->tokens));
    const bool strings = (capabilities & PLX_STRING_TOKENS) || plan->byte_ids || plan->tokenizes;
    if (plan->content != PLX_CONTENT_IDS && !strings) {
        plx_error_set(error, PLX_MISMATCH,
                      "the model scores token ids and has no vocabulary, the corpus is %s",
                      plan->content == PLX_CONTENT_TEXT ? "text" : "of tokens as strings");
        plx_error_input(error, plx_model_name(model));
        return plx_error_hint(error, "--vocab FILE gives the vocabulary that the model was trained with");
    }
    if (*plan->protocol.join && plan->content != PLX_CONTENT_TEXT)
        return plx_error_set(error, PLX_USAGE,
                             "join is for texts: what stands between the lines of a corpus of tokens is "
                             "in it");
    const enum plx_control_words control = plan->protocol.control_words;
    if (plan->content != PLX_CONTENT_TEXT && (control == PLX_CONTROL_WORD || control == PLX_CONTROL_UNK))
        return plx_error_set(error, PLX_USAGE,
                             "control-words %s is for texts: in a corpus of tokens symbols are symbols",
                             control == PLX_CONTROL_WORD ? "word" : "unk");
    if (plx_protocol_wants_letters(&plan->protocol) && !letters(plan)) {
        plx_error_set(error, PLX_USAGE, "%s is for tokens that are characters or bytes, not %ss",
                      plan->protocol.name, plx_token_kind_name(plan->tokens));
        return plx_error_hint(error, "--tokens char or --tokens byte says that they are");
    }
    if (*plan->protocol.join && letters(plan))
        return plx_error_set(error, PLX_USAGE,
                             "join is for words: the newlines between lines of %ss are tokens already",
                             plx_token_kind_name(plan->tokens));
    if ((plan->by_token || plan->by_target) && plan->protocol.window)
        return plx_error_set(
            error, PLX_USAGE,
            "windows do not apply to %s models: what each token was predicted from is decided",
            plx_model_info(model)->architecture);
    return PLX_OK;
}

static bool ids_are_bytes(const struct plx_model_info *model, const struct plx_corpus_info *corpus)
{
    const bool strings = (model->capabilities & PLX_STRING_TOKENS) && !(model->capabilities & PLX_ANY_TOKENS);
    return !strings && corpus->tokens == PLX_TOKENS_BYTE && model->vocabulary == 256;
}

bool plx_plan_named(const struct plx_model_info *model, const struct plx_corpus_info *corpus)
{
    return !(model->capabilities & PLX_ANY_TOKENS) || corpus->content == PLX_CONTENT_IDS ||
           ids_are_bytes(model, corpus);
}

/* Fills the plan in; all but its protocol's name. */
static enum plx_status settle(const struct plx_model *model, const struct plx_protocol *protocol,
                              const struct plx_corpus_info *corpus, struct plx_plan *plan,
                              struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    const unsigned capabilities = info->capabilities;
    const bool tokenizes = corpus->content == PLX_CONTENT_TEXT && (capabilities & PLX_TOKENIZES) &&
                           !(capabilities & PLX_STRING_TOKENS);
    *plan = (struct plx_plan){
        .protocol = *protocol,
        .tokens = tokenizes && corpus->tokens == PLX_TOKENS_WORD ? PLX_TOKENS_PIECE : corpus->tokens,
        .tokenizes = tokenizes,
        .content = corpus->content,
        .context_length = info->context_length,
        .least_context = info->least_context,
        .empty_context = capabilities & PLX_EMPTY_CONTEXT,
        .unknown_context = capabilities & PLX_UNKNOWN_CONTEXT,
        .details = (capabilities & PLX_MATCHED_ORDER) && (capabilities & PLX_LOG10_FLOAT) &&
                   !(capabilities & PLX_REMOTE),
        .byte_ids = ids_are_bytes(info, corpus),
        .any_tokens = capabilities & PLX_ANY_TOKENS,
        .named = plx_plan_named(info, corpus),
        .by_token = capabilities & PLX_BY_TOKEN,
        .by_target = capabilities & PLX_BY_TARGET,
        .remote = capabilities & PLX_REMOTE,
        .piece = capabilities & PLX_REMOTE ? info->batch : 0,
        .order = info->order,
    };
    bool left_out;
    enum plx_status status = plx_protocol_check(protocol, error);
    if (status)
        return status;
    plx_protocol_resolve(&plan->protocol);
    const bool strings = (capabilities & PLX_STRING_TOKENS) && !plan->any_tokens;
    plan->spelled = plan->content == PLX_CONTENT_TEXT ||
                    (plan->tokens != PLX_TOKENS_PIECE &&
                     (plan->content == PLX_CONTENT_STRINGS || strings || plan->byte_ids));
    if ((status = check_fit(model, plan, error)) || (status = settle_symbols(model, plan, error)) ||
        (status = settle_unknown(model, plan, &left_out, error)) ||
        (status = settle_first_window(plan, error)))
        return status;
    settle_conventions(plan, left_out);
    return PLX_OK;
}

static bool same_fields(const struct plx_protocol *a, const struct plx_protocol *b)
{
    char ours[2 * PLX_SYMBOL_TEXT], theirs[2 * PLX_SYMBOL_TEXT];
    const char *name;
    for (size_t i = 0; plx_protocol_field(a, i, &name, ours, sizeof ours, NULL); i++) {
        plx_protocol_field(b, i, &name, theirs, sizeof theirs, NULL);
        if (strcmp(ours, theirs) != 0)
            return false;
    }
    return true;
}

/* Fields that no model changes: where they differ, nothing comes to the same. */
static bool may_be_same(const struct plx_protocol *a, const struct plx_protocol *b)
{
    return a->unit == b->unit && a->window == b->window && a->tail == b->tail && a->score == b->score &&
           a->pages == b->pages && a->average == b->average && a->limit == b->limit;
}

/* Names the protocol: what was asked for is a preset, or what is carried out is what a preset comes to. */
static void name_settled(const struct plx_model *model, const struct plx_corpus_info *corpus,
                         struct plx_plan *plan)
{
    const struct plx_protocol *preset;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        struct plx_plan other;
        struct plx_error error;
        if (may_be_same(preset, &plan->protocol) && settle(model, preset, corpus, &other, &error) == PLX_OK &&
            same_fields(&other.protocol, &plan->protocol)) {
            memcpy(plan->protocol.name, preset->name, sizeof plan->protocol.name);
            return;
        }
    }
}

void plx_plan_hold_symbols(const struct plx_protocol *settled, struct plx_protocol *other)
{
    if (!*other->start_symbol)
        memcpy(other->start_symbol, settled->start_symbol, sizeof other->start_symbol);
    if (!*other->end_symbol)
        memcpy(other->end_symbol, settled->end_symbol, sizeof other->end_symbol);
}

/* Whether this is what lm-evaluation-harness's rule comes to, whose windows have any length. */
static bool is_lm_eval(const struct plx_model *model, const struct plx_corpus_info *corpus,
                       const struct plx_plan *plan)
{
    struct plx_protocol own = *plx_protocol_find("lm-eval");
    struct plx_plan other;
    struct plx_error error;
    own.window = plan->protocol.window;
    plx_plan_hold_symbols(&plan->protocol, &own);
    return may_be_same(&own, &plan->protocol) && settle(model, &own, corpus, &other, &error) == PLX_OK &&
           same_fields(&other.protocol, &plan->protocol);
}

enum plx_status plx_plan_make(const struct plx_model *model, const struct plx_protocol *protocol,
                              const struct plx_corpus_info *corpus, struct plx_plan *plan,
                              struct plx_error *error)
{
    struct plx_protocol wanted = *protocol;
    plx_protocol_rename(&wanted);
    const enum plx_status status = settle(model, &wanted, corpus, plan, error);
    if (status)
        return status;
    plan->lm_eval = is_lm_eval(model, corpus, plan);
    if (!plx_protocol_find(wanted.name))
        name_settled(model, corpus, plan);
    return PLX_OK;
}
