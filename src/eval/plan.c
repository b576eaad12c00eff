#include "eval/plan.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* The id of a symbol named by the user. */
static enum plx_status named_symbol(const struct plx_model *model, const char *option, const char *symbol,
                                    uint32_t *id, struct plx_error *error)
{
    const struct plx_word word = {symbol, strlen(symbol)};
    *id = PLX_NO_TOKEN;
    if (plx_model_info(model)->capabilities & PLX_STRING_TOKENS)
        plx_model_lookup(model, &word, 1, id);
    if (*id != PLX_NO_TOKEN)
        return PLX_OK;
    return plx_error_set(error, PLX_MISMATCH, "the model has no symbol \"%s\" (--%s)", symbol, option);
}

/* Notes the symbol's spelling in the settled protocol. */
static void show_symbol(const struct plx_model *model, uint32_t id, char *symbol)
{
    const struct plx_word word = plx_model_token(model, id);
    symbol[0] = '\0';
    if (word.text)
        snprintf(symbol, PLX_SYMBOL_TEXT, "%.*s", (int)(word.length < 63 ? word.length : 63), word.text);
}

static void settle_start(const struct plx_model *model, uint32_t start, uint32_t end, struct plx_plan *plan)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_protocol *protocol = &plan->protocol;
    plan->start_repeat = info->start_repeat ? info->start_repeat : 1;
    plan->start = protocol->start == PLX_START_NONE ? PLX_NO_TOKEN : start;
    if (plan->start == PLX_NO_TOKEN && protocol->start == PLX_START_CONTEXT &&
        protocol->unit == PLX_UNIT_LINE)
        plan->start = end; /* what ends a line also precedes the next */
    if (plan->start == PLX_NO_TOKEN)
        protocol->start = PLX_START_NONE;
    show_symbol(model, plan->start, protocol->start_symbol);
}

static enum plx_status settle_end(const struct plx_model *model, uint32_t end, struct plx_plan *plan,
                                  struct plx_error *error)
{
    struct plx_protocol *protocol = &plan->protocol;
    if (protocol->end == PLX_END_AUTO) {
        const bool wanted = plan->tokens == PLX_TOKENS_WORD && protocol->unit == PLX_UNIT_STREAM &&
                            end != PLX_NO_TOKEN && !*protocol->join;
        protocol->end = wanted ? PLX_END_SCORED : PLX_END_NONE;
    }
    if (protocol->end == PLX_END_SCORED && end == PLX_NO_TOKEN) {
        plx_error_set(error, PLX_MISMATCH, "the protocol scores line ends, but the model has no end symbol");
        return plx_error_hint(error, "--end SYMBOL names it, --end none leaves line ends out");
    }
    plan->end = protocol->end == PLX_END_SCORED ? end : PLX_NO_TOKEN;
    show_symbol(model, plan->end, protocol->end_symbol);
    return PLX_OK;
}

static enum plx_status settle_symbols(const struct plx_model *model, struct plx_plan *plan,
                                      struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_protocol *protocol = &plan->protocol;
    uint32_t start = info->start, end = info->end;
    enum plx_status status = PLX_OK;
    if (*protocol->start_symbol)
        status = named_symbol(model, "start", protocol->start_symbol, &start, error);
    if (status == PLX_OK && *protocol->end_symbol)
        status = named_symbol(model, "end", protocol->end_symbol, &end, error);
    plan->join = PLX_NO_TOKEN;
    if (status == PLX_OK && *protocol->join)
        status = named_symbol(model, "join", protocol->join, &plan->join, error);
    if (status || (status = settle_end(model, end, plan, error)))
        return status;
    settle_start(model, start, end, plan);
    const bool restarts = (info->capabilities & PLX_RESTART_AT_END) && protocol->unit == PLX_UNIT_STREAM &&
                          plan->end != PLX_NO_TOKEN && start != PLX_NO_TOKEN && start != plan->end;
    plan->restart = restarts ? start : PLX_NO_TOKEN;
    const bool words =
        plan->tokens == PLX_TOKENS_WORD; /* a newline may be the end symbol of a model of characters */
    plan->control[0] = words ? start : PLX_NO_TOKEN;
    plan->control[1] = words ? end : PLX_NO_TOKEN;
    plan->unknown = info->unknown;
    return PLX_OK;
}

/* Where the first window ends, if it scores a number of targets of its own; it must not outgrow the others.
 */
static enum plx_status settle_first_window(struct plx_plan *plan, struct plx_error *error)
{
    const struct plx_protocol *protocol = &plan->protocol;
    if (protocol->first_window == 0)
        return PLX_OK;
    const bool starts = protocol->start == PLX_START_CONTEXT;
    /* A first token that is no target comes on top of those that are. */
    const bool no_target = protocol->start == PLX_START_REPLACE ||
                           (!starts && (protocol->score == PLX_SCORE_ALL || !plan->empty_context ||
                                        protocol->first == PLX_FIRST_SKIP));
    plan->first_window_end = (starts ? plan->start_repeat : 0) + protocol->first_window + no_target;
    if (plan->first_window_end <= protocol->window)
        return PLX_OK;
    return plx_error_set(error, PLX_USAGE,
                         "a first window of %llu targets sees %llu tokens, the window only %llu",
                         (unsigned long long)protocol->first_window,
                         (unsigned long long)plan->first_window_end, (unsigned long long)protocol->window);
}

bool plx_plan_line_ends(const struct plx_plan *plan)
{
    return plan->join != PLX_NO_TOKEN ||
           (plan->end != PLX_NO_TOKEN && plan->protocol.unit != PLX_UNIT_DOCUMENT);
}

enum plx_status plx_plan_make(const struct plx_model *model, const struct plx_protocol *protocol,
                              enum plx_token_kind tokens, struct plx_plan *plan, struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    *plan = (struct plx_plan){
        .protocol = *protocol,
        .tokens = tokens,
        .context_length = info->context_length,
        .empty_context = info->capabilities & PLX_EMPTY_CONTEXT,
        .unknown_context = info->capabilities & PLX_UNKNOWN_CONTEXT,
        .details = (info->capabilities & PLX_MATCHED_ORDER) && (info->capabilities & PLX_LOG10_FLOAT),
        .order = info->order,
    };
    enum plx_status status = plx_protocol_check(protocol, error);
    if (status)
        return status;
    plx_protocol_rename(&plan->protocol);
    plan->byte_ids =
        !(info->capabilities & PLX_STRING_TOKENS) && tokens == PLX_TOKENS_BYTE && info->vocabulary == 256;
    if (!(info->capabilities & PLX_STRING_TOKENS) && !plan->byte_ids) {
        plx_error_set(error, PLX_MISMATCH,
                      "the model scores token ids and has no vocabulary, the corpus is text");
        plx_error_input(error, plx_model_name(model));
        return plx_error_hint(error, "--vocab FILE gives the vocabulary that the model was trained with");
    }
    if (*protocol->join && tokens != PLX_TOKENS_WORD)
        return plx_error_set(error, PLX_USAGE,
                             "join is for words: the newlines between lines of %ss are tokens already",
                             plx_token_kind_name(tokens));
    status = settle_symbols(model, plan, error);
    if (status == PLX_OK)
        status = settle_first_window(plan, error);
    struct plx_protocol *settled = &plan->protocol;
    if (settled->window && settled->stride == 0)
        settled->stride = settled->window;
    plan->sentences = plan->details && settled->window == 0 && settled->unknown == PLX_UNKNOWN_UNK &&
                      settled->limit == 0 && settled->first == PLX_FIRST_SCORE && plan->end != PLX_NO_TOKEN &&
                      plan->start != PLX_NO_TOKEN &&
                      (settled->unit == PLX_UNIT_LINE || plan->restart != PLX_NO_TOKEN);
    return status;
}
