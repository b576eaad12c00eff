/* What a target of windows.h sees, and where it stands. */
#ifndef PLX_EVAL_WINDOW_CONTEXT_H
#define PLX_EVAL_WINDOW_CONTEXT_H

#include "eval/windows.h"

/* What a target sees: ids from `begin` on, perhaps with the first of them replaced by the start symbol. */
struct plx_window_context {
    uint64_t begin;
    uint32_t first; /* instead of the id at begin; PLX_NO_TOKEN: as it is */
    bool empty;     /* nothing stands before the target, whatever the model could use of it */
};

/* Of the target at `index`, in the window that begins at `window_begin`. */
struct plx_window_context plx_find_context(const struct plx_windows *windows, uint64_t index,
                                           uint64_t window_begin);

/* Where the target at `index` stands. */
struct plx_place plx_find_place(const struct plx_windows *windows, uint64_t index);

/* Whether so many tokens can be a window that is to be whole, or such a unit without windows; else
   PLX_MISMATCH: nothing is cut off in silence. */
enum plx_status plx_window_check_length(const struct plx_windows *windows, uint64_t length,
                                        struct plx_error *error);

/* True if the token at `index` hides what came before it from later ones. */
static inline bool plx_is_restart(const struct plx_windows *windows, uint64_t index)
{
    return windows->plan->restart != PLX_NO_TOKEN && (windows->flags[index - windows->base] & PLX_TOKEN_END);
}

/* True if no context may contain the token at `index`. */
static inline bool plx_is_gap(const struct plx_windows *windows, uint64_t index)
{
    return !windows->plan->unknown_context && windows->ids[index - windows->base] == PLX_NO_TOKEN;
}

#endif
