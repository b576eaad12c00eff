#include "eval/window_context.h"

#include "base/error.h"

struct plx_window_context plx_find_context(const struct plx_windows *windows, uint64_t index,
                                           uint64_t window_begin)
{
    const struct plx_plan *plan = windows->plan;
    const bool replaced = plan->protocol.start == PLX_START_REPLACE;
    const uint64_t most = index < plan->context_length ? index : plan->context_length;
    const uint64_t least = index - most > window_begin ? index - most : window_begin;
    for (uint64_t q = index; q > least; q--) {
        if (replaced && q - 1 == window_begin)
            return (struct plx_window_context){q - 1, plan->start, false};
        if (plx_is_restart(windows, q - 1))
            return (struct plx_window_context){q - 1, plan->restart, false};
        if (plx_is_gap(windows, q - 1))
            return (struct plx_window_context){q, PLX_NO_TOKEN, q == index};
    }
    return (struct plx_window_context){least, PLX_NO_TOKEN, index == window_begin};
}

/* What the protocol shows right before the token at `index`. */
static enum plx_before find_before(const struct plx_windows *windows, uint64_t index)
{
    if (index == windows->window_begin)
        return PLX_BEFORE_NOTHING;
    const bool replaced =
        windows->plan->protocol.start == PLX_START_REPLACE && index - 1 == windows->window_begin;
    const unsigned flags = windows->flags[index - 1 - windows->base];
    return !replaced && (flags & PLX_TOKEN_UNKNOWN) ? PLX_BEFORE_UNKNOWN : PLX_BEFORE_KNOWN;
}

struct plx_place plx_find_place(const struct plx_windows *windows, uint64_t index)
{
    const uint64_t begin = windows->window_begin > windows->starts ? windows->window_begin : windows->starts;
    const uint64_t position = index - windows->starts;
    return (struct plx_place){
        .unit = windows->units - 1,
        .position = position,
        .token = windows->unit_token + position,
        .in_window = index - begin,
        .before = find_before(windows, index),
    };
}

enum plx_status plx_window_check_length(const struct plx_windows *windows, uint64_t length,
                                        struct plx_error *error)
{
    const struct plx_plan *plan = windows->plan;
    if (!windows->batch_windows || plan->piece || length == 0 || length - 1 <= plan->context_length)
        return PLX_OK;
    const unsigned long long most = plan->context_length + 1;
    const char *unit = plan->protocol.unit == PLX_UNIT_LINE       ? "line"
                       : plan->protocol.unit == PLX_UNIT_DOCUMENT ? "document"
                                                                  : "stream";
    if (plan->protocol.window == 0)
        plx_error_set(error, PLX_MISMATCH, "a %s of more tokens than the %llu that the model takes at a time",
                      unit, most);
    else
        plx_error_set(error, PLX_MISMATCH,
                      "a window of %llu tokens, symbols included, but the model takes %llu at a time",
                      (unsigned long long)length, most);
    return plx_error_hint(error, "--window %llu shows it no more than that", most);
}
