#include "eval/windows.h"

#include "base/error.h"
#include "base/memory.h"
#include "eval/extremes.h"
#include "eval/window_context.h"

#include <stdlib.h>
#include <string.h>

/* Consumed tokens are dropped from the queue once there are so many. */
#define TRIM_AT 4096

/* Of a batch whose windows are whole, about: for the sake of memory. */
#define WHOLE_IDS ((size_t)1 << 20)

/* Bytes without an owner, so that those of a token fit 32 bits. */
#define REST_MAX (UINT64_C(1) << 31)

void plx_windows_init(struct plx_windows *windows, const struct plx_plan *plan, size_t batch_targets,
                      plx_batch_sink *sink, void *user, struct plx_batch *batch)
{
    *windows = (struct plx_windows){
        .plan = plan,
        .batch_targets = batch_targets,
        .sink = sink,
        .user = user,
        .batch = batch,
    };
}

void plx_windows_release(struct plx_windows *windows)
{
    free(windows->ids);
    free(windows->bytes);
    free(windows->characters);
    free(windows->flags);
    free(windows->numbers);
    *windows = (struct plx_windows){0};
}

static enum plx_status reserve(struct plx_windows *windows, size_t count, struct plx_error *error)
{
    if (count <= windows->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(windows->capacity, count);
    enum plx_status status;
    if ((status = plx_resize_array(&windows->ids, capacity, sizeof *windows->ids, error)) ||
        (status = plx_resize_array(&windows->bytes, capacity, sizeof *windows->bytes, error)) ||
        (status = plx_resize_array(&windows->characters, capacity, sizeof *windows->characters, error)) ||
        (status = plx_resize_array(&windows->flags, capacity, sizeof *windows->flags, error)) ||
        (windows->numbered &&
         (status = plx_resize_array(&windows->numbers, capacity, sizeof *windows->numbers, error))))
        return status;
    windows->capacity = capacity;
    return PLX_OK;
}

void plx_windows_keep_whole(struct plx_windows *windows, size_t batch_windows)
{
    windows->batch_windows = batch_windows;
}

void plx_windows_note(struct plx_windows *windows, struct plx_spelling *spelling)
{
    windows->spelling = spelling;
}

uint64_t plx_windows_decided(const struct plx_windows *windows)
{
    const bool begun = windows->decided > windows->starts; /* symbols before the unit are no tokens */
    return windows->unit_token + (begun ? windows->decided - windows->starts : 0);
}

void plx_windows_count(struct plx_windows *windows, struct plx_token_counts *counts)
{
    windows->counts = counts;
}

/* Adds the tokens from `first` on of the queue to those that were counted. */
static void count_tokens(struct plx_windows *windows, size_t first)
{
    struct plx_token_counts *counts = windows->counts;
    for (size_t i = first; i < windows->count; i++) {
        if (windows->flags[i] & PLX_TOKEN_UNKNOWN)
            counts->unknown++;
        else
            counts->counts[windows->ids[i]]++;
    }
    counts->tokens += windows->count - first;
}

void plx_windows_part(struct plx_windows *windows)
{
    plx_parts_init(&windows->parts, windows->plan);
}

void plx_windows_number(struct plx_windows *windows)
{
    windows->numbered = true;
}

uint64_t plx_windows_undecided(const struct plx_windows *windows)
{
    const uint64_t first = windows->decided > windows->starts ? windows->decided : windows->starts;
    return first < windows->base + windows->count ? windows->numbers[first - windows->base]
                                                  : windows->next_number;
}

/* Numbers the tokens [begin, end) of the block, which stand from `at` on. */
static void number_tokens(struct plx_windows *windows, size_t at, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        windows->numbers[at + (i - begin)] = 2 * (windows->passed + i);
    windows->next_number = 2 * (windows->passed + end) - 1;
}

/* Adds the tokens [begin, end) of the block; there is room. Bytes without an owner go to the first. */
static enum plx_status push(struct plx_windows *windows, const struct plx_block *block, size_t begin,
                            size_t end, struct plx_error *error)
{
    const size_t at = windows->count, count = end - begin;
    memcpy(windows->ids + at, block->ids + begin, count * sizeof *windows->ids);
    memcpy(windows->bytes + at, block->tokens.bytes + begin, count * sizeof *windows->bytes);
    memcpy(windows->characters + at, block->tokens.characters + begin, count * sizeof *windows->characters);
    memcpy(windows->flags + at, block->flags + begin, count * sizeof *windows->flags);
    if (windows->numbered)
        number_tokens(windows, at, begin, end);
    windows->bytes[at] += (uint32_t)windows->rest_bytes;
    windows->characters[at] += (uint32_t)windows->rest_characters;
    windows->rest_bytes = windows->rest_characters = 0;
    windows->count += count;
    windows->tokens += count;
    windows->kept += count;
    if (windows->counts)
        count_tokens(windows, at);
    windows->filled = true;
    windows->left_out = false;
    windows->spelled_starts = 0;
    windows->ended = block->flags[end - 1] & PLX_TOKEN_END;
    return windows->spelling ? plx_spelling_add(windows->spelling, block, begin, end, error) : PLX_OK;
}

/* Adds an end symbol, which owns the bytes without an owner; there is room. */
static enum plx_status push_end(struct plx_windows *windows, struct plx_error *error)
{
    const size_t i = windows->count++;
    windows->ids[i] = windows->plan->end;
    windows->bytes[i] = (uint32_t)windows->rest_bytes;
    windows->characters[i] = (uint32_t)windows->rest_characters;
    windows->flags[i] = PLX_TOKEN_END;
    if (windows->numbered)
        windows->numbers[i] = windows->next_number++;
    windows->rest_bytes = windows->rest_characters = 0;
    windows->tokens++;
    windows->kept++;
    if (windows->counts)
        count_tokens(windows, i);
    windows->spelled_starts = 0;
    windows->ended = true;
    return windows->spelling ? plx_spelling_add_end(windows->spelling, error) : PLX_OK;
}

static bool counts_for_limit(const struct plx_windows *windows, uint64_t index)
{
    return windows->plan->protocol.unknown != PLX_UNKNOWN_SKIP ||
           !(windows->flags[index - windows->base] & PLX_TOKEN_UNKNOWN);
}

static bool at_limit(const struct plx_windows *windows)
{
    return windows->plan->protocol.limit && windows->scored >= windows->plan->protocol.limit;
}

/* The most targets of a window that is given out now. */
static uint64_t most_targets(const struct plx_windows *windows)
{
    if (!windows->batch_windows)
        return windows->batch_targets - windows->batch->target_count;
    return windows->plan->piece ? windows->plan->piece : UINT64_MAX;
}

/* How far the targets from `index` on can share one context and fit the batch. */
static uint64_t end_of_run(struct plx_windows *windows, uint64_t index, uint64_t end)
{
    const struct plx_plan *plan = windows->plan;
    const struct plx_parts *parts = &windows->parts;
    uint64_t room = most_targets(windows), last = index;
    if (parts->anywhere && parts->first + parts->least - windows->targets < room)
        room = parts->first + parts->least - windows->targets;
    if (plan->restart == PLX_NO_TOKEN && plan->unknown_context && plan->protocol.limit == 0)
        return end - index < room ? end : index + room; /* nothing parts them */
    for (;; last++) {
        windows->scored += counts_for_limit(windows, last);
        const uint64_t next = last + 1;
        if (next == end || next - index == room || plx_is_restart(windows, last) ||
            plx_is_gap(windows, last) || at_limit(windows))
            return next;
    }
}

static bool is_full(const struct plx_windows *windows)
{
    const struct plx_batch *batch = windows->batch;
    if (batch->target_count >= windows->batch_targets)
        return true;
    return windows->batch_windows &&
           (batch->window_count >= windows->batch_windows || batch->id_count >= WHOLE_IDS);
}

/* Copies the targets [index, end) with their context into the batch as one window of the model. */
static enum plx_status copy_run(struct plx_windows *windows, struct plx_window_context context,
                                uint64_t index, uint64_t end, struct plx_error *error)
{
    struct plx_batch *batch = windows->batch;
    const size_t begin = (size_t)(context.begin - windows->base), first = (size_t)(index - windows->base);
    const size_t length = (size_t)(end - context.begin), targets = (size_t)(end - index);
    enum plx_status status = plx_window_check_length(windows, length, error);
    if (status || (status = plx_batch_reserve(batch, batch->id_count + length, batch->window_count + 1,
                                              batch->target_count + targets, error)))
        return status;
    if (windows->numbered && (status = plx_batch_number(batch, windows->numbers + first, targets, error)))
        return status;
    if (batch->target_count == 0)
        batch->first_target = windows->targets;
    uint32_t *ids = batch->ids + batch->id_count;
    memcpy(ids, windows->ids + begin, length * sizeof *ids);
    if (context.first != PLX_NO_TOKEN && context.begin < index)
        ids[0] = context.first;
    batch->offsets[batch->window_count] = batch->id_count;
    const struct plx_place place = plx_find_place(windows, index);
    batch->places[batch->window_count] = place;
    batch->windows[batch->window_count++] = (struct plx_window){
        .first = first - begin,
        .end = length,
        .position = windows->plan->by_token ? place.token : windows->targets,
    };
    windows->targets += targets;
    windows->behind_targets = place.token + targets;
    batch->id_count += length;

    const size_t at = batch->target_count;
    memcpy(batch->bytes + at, windows->bytes + first, targets * sizeof *batch->bytes);
    memcpy(batch->characters + at, windows->characters + first, targets * sizeof *batch->characters);
    memcpy(batch->flags + at, windows->flags + first, targets * sizeof *batch->flags);
    batch->flags[at] &= (uint16_t) ~(PLX_TOKEN_BREAK | PLX_TOKEN_NEW_WINDOW);
    batch->flags[at] |= windows->new_unit ? PLX_TOKEN_BREAK : 0;
    batch->flags[at] |= windows->new_window ? PLX_TOKEN_NEW_WINDOW : 0;
    windows->new_unit = windows->new_window = false;
    batch->target_count += targets;
    return is_full(windows) ? windows->sink(windows->user, &windows->batch, error) : PLX_OK;
}

/* Whether no sum that is made in the order of the corpus goes on from the target before this one. */
static bool is_seam(const struct plx_windows *windows, uint64_t index)
{
    if (windows->new_unit || windows->parts.anywhere)
        return true;
    if (windows->parts.by_unit || windows->plan->protocol.window)
        return windows->new_window && !windows->parts.by_unit;
    return windows->flags[index - 1 - windows->base] & PLX_TOKEN_END; /* a sentence begins */
}

/* Before the target at `index`: begins another part of the corpus, if this one has had enough. */
static enum plx_status cut_part(struct plx_windows *windows, uint64_t index, struct plx_error *error)
{
    if (!windows->parts.wanted || !plx_parts_full(&windows->parts, windows->targets) ||
        !is_seam(windows, index))
        return PLX_OK;
    const enum plx_status status =
        windows->batch->target_count > 0 ? windows->sink(windows->user, &windows->batch, error) : PLX_OK;
    plx_parts_next(&windows->parts, windows->targets);
    return status;
}

/* Scores the targets [index, end) of the window that begins at `begin`. */
static enum plx_status score_targets(struct plx_windows *windows, uint64_t begin, uint64_t index,
                                     uint64_t end, struct plx_error *error)
{
    const struct plx_plan *plan = windows->plan;
    const bool without_context = plan->empty_context && plan->protocol.first == PLX_FIRST_SCORE;
    while (index < end) {
        if (at_limit(windows)) {
            windows->skipped.limit += end - index;
            return PLX_OK;
        }
        if (index == begin && plan->protocol.start == PLX_START_REPLACE) {
            windows->skipped.replaced++;
            index++;
            continue;
        }
        const struct plx_window_context context = plx_find_context(windows, index, begin);
        if ((context.empty && !without_context) || index - context.begin < plan->least_context) {
            windows->skipped.no_context++;
            index++;
            continue;
        }
        enum plx_status status = cut_part(windows, index, error);
        if (status)
            return status;
        const uint64_t run_end = end_of_run(windows, index, end);
        if ((status = copy_run(windows, context, index, run_end, error)))
            return status;
        index = run_end;
    }
    return PLX_OK;
}

/* Carries out the window [begin, end). */
static enum plx_status emit_window(struct plx_windows *windows, uint64_t begin, uint64_t end,
                                   struct plx_error *error)
{
    const struct plx_protocol *protocol = &windows->plan->protocol;
    /* Symbols before the unit are no targets. */
    const uint64_t first = windows->decided > windows->starts ? windows->decided : windows->starts;
    uint64_t from = first;
    windows->decided = end;
    windows->window_begin = begin;
    if (first >= end)
        return PLX_OK;
    const uint64_t last =
        windows->first_window && protocol->first_window ? protocol->first_window : protocol->score_last;
    windows->first_window = false;
    if (protocol->score == PLX_SCORE_LAST && end - first > last)
        from = end - last;
    if (protocol->score == PLX_SCORE_ALL && first == begin && protocol->start != PLX_START_REPLACE) {
        windows->skipped.no_context++;
        from++;
    } else if (from > first) {
        const bool replaced = protocol->start == PLX_START_REPLACE && first == begin;
        windows->skipped.replaced += replaced;
        windows->skipped.masked += from - first - replaced;
    }
    if (protocol->window)
        windows->new_window = true;
    return score_targets(windows, begin, from, end, error);
}

/* Where the window begins that ends there: one that has the start symbol in it has all that repeats it. */
static uint64_t begin_of_window(const struct plx_plan *plan, uint64_t end)
{
    const uint64_t window = plan->protocol.window;
    return end > window + plx_plan_padding(plan) ? end - window : 0;
}

/* Drops tokens that no later context can contain; the last one stays, for what it tells of the next. */
static void trim(struct plx_windows *windows)
{
    const struct plx_plan *plan = windows->plan;
    const uint64_t window = plan->protocol.window + plx_plan_padding(plan);
    uint64_t context = plan->context_length > 0 ? plan->context_length : 1;
    if (plan->protocol.window && window < context)
        context = window;
    if (windows->decided - windows->base <= context || windows->decided - windows->base - context < TRIM_AT)
        return;
    const size_t dead = (size_t)(windows->decided - windows->base - context);
    windows->count -= dead;
    windows->base += dead;
    memmove(windows->ids, windows->ids + dead, windows->count * sizeof *windows->ids);
    memmove(windows->bytes, windows->bytes + dead, windows->count * sizeof *windows->bytes);
    memmove(windows->characters, windows->characters + dead, windows->count * sizeof *windows->characters);
    memmove(windows->flags, windows->flags + dead, windows->count * sizeof *windows->flags);
    if (windows->numbered)
        memmove(windows->numbers, windows->numbers + dead, windows->count * sizeof *windows->numbers);
}

/* Whether the last token may turn out to stand between nothing. */
static bool ends_with_join(const struct plx_windows *windows)
{
    return windows->count > 0 && (windows->flags[windows->count - 1] & PLX_TOKEN_JOIN);
}

/* Tokens that wait for the next one: only that one tells whether a line end lies between two lines, and
   whether bytes behind the last token are its own. */
static size_t held_back(const struct plx_windows *windows)
{
    const size_t held = ends_with_join(windows) ? 2 : 1;
    return held < windows->count ? held : windows->count;
}

/* The targets before `ready`, in pieces that do not depend on how much of the unit has been read. */
static enum plx_status advance_whole(struct plx_windows *windows, uint64_t ready, bool ended,
                                     struct plx_error *error)
{
    const uint64_t piece = windows->plan->piece;
    enum plx_status status = plx_window_check_length(windows, windows->count, error);
    while (status == PLX_OK && piece) {
        const uint64_t first = windows->decided > windows->starts ? windows->decided : windows->starts;
        if (ready < first + piece)
            break;
        status = emit_window(windows, 0, first + piece, error);
    }
    return status == PLX_OK && ended && ready > windows->decided ? emit_window(windows, 0, ready, error)
                                                                 : status;
}

/* Carries out what can be, given the tokens so far, of which the last so many wait; none does where the unit
   has ended. */
static enum plx_status advance(struct plx_windows *windows, size_t held, struct plx_error *error)
{
    const struct plx_protocol *protocol = &windows->plan->protocol;
    const uint64_t ready = windows->base + windows->count - held;
    enum plx_status status = PLX_OK;
    if (protocol->window == 0 && windows->batch_windows) {
        status = advance_whole(windows, ready, held == 0, error);
    } else if (protocol->window == 0) {
        if (ready > windows->decided)
            status = emit_window(windows, 0, ready, error);
    } else {
        /* Where one that ends with its unit is left out, it takes one token more to know that it does not. */
        const bool more = protocol->tail == PLX_TAIL_DROP_LAST;
        for (; status == PLX_OK && windows->window_end + more <= ready;
             windows->window_end += protocol->stride) {
            const uint64_t end = windows->window_end;
            status = emit_window(windows, begin_of_window(windows->plan, end), end, error);
            trim(windows);
        }
    }
    trim(windows);
    return status;
}

static enum plx_status begin_unit(struct plx_windows *windows, struct plx_error *error)
{
    const struct plx_plan *plan = windows->plan;
    windows->count = 0;
    windows->base = windows->decided = windows->starts = windows->spelled_starts = 0;
    windows->open = windows->new_unit = windows->new_window = windows->first_window = true;
    windows->filled = windows->ended = false;
    windows->units++;
    windows->unit_token = windows->kept;
    if (windows->spelling)
        plx_spelling_begin_unit(windows->spelling);
    const unsigned starts = plx_plan_starts(plan);
    const enum plx_status status = reserve(windows, starts, error);
    if (status)
        return status;
    for (; windows->starts < starts; windows->starts++) {
        windows->ids[windows->count] = windows->starts + 1 < starts ? plan->padding : plan->start;
        windows->bytes[windows->count] = windows->characters[windows->count] = 0;
        if (windows->numbered)
            windows->numbers[windows->count] = 0; /* it is no target */
        windows->flags[windows->count++] = 0;
    }
    windows->window_end = plan->first_window_end;
    return PLX_OK;
}

/* Takes back what joins lines: it stands between nothing, and its bytes belong to what may come. */
static void drop_join(struct plx_windows *windows)
{
    windows->count--;
    windows->tokens--;
    windows->kept--;
    if (windows->spelling)
        plx_spelling_drop(windows->spelling);
    if (windows->counts) {
        windows->counts->counts[windows->ids[windows->count]]--;
        windows->counts->tokens--;
    }
    windows->rest_bytes += windows->bytes[windows->count];
    windows->rest_characters += windows->characters[windows->count];
}

/* Nothing follows that bytes without an owner could belong to: they are the last token's, which is still
   there, unless it has been left out. */
static void give_rest(struct plx_windows *windows)
{
    if (windows->left_out || windows->base + windows->count <= windows->starts)
        return;
    windows->bytes[windows->count - 1] += (uint32_t)windows->rest_bytes;
    windows->characters[windows->count - 1] += (uint32_t)windows->rest_characters;
    windows->rest_bytes = windows->rest_characters = 0;
}

/* Ends the unit at hand, which may be the last. */
static enum plx_status end_unit(struct plx_windows *windows, bool last, struct plx_error *error)
{
    const struct plx_plan *plan = windows->plan;
    const struct plx_protocol *protocol = &plan->protocol;
    if (!windows->open)
        return PLX_OK;
    windows->open = false;
    enum plx_status status = PLX_OK;
    if (protocol->unit != PLX_UNIT_STREAM && plan->end != PLX_NO_TOKEN && windows->filled &&
        !windows->ended) {
        if ((status = reserve(windows, windows->count + 1, error)) || (status = push_end(windows, error)))
            return status;
    }
    if (ends_with_join(windows))
        drop_join(windows);
    if (last)
        give_rest(windows);
    status = advance(windows, 0, error);
    const uint64_t end = windows->base + windows->count;
    const uint64_t first = windows->decided > windows->starts ? windows->decided : windows->starts;
    if (status || first >= end)
        return status;
    if (protocol->tail == PLX_TAIL_DROP || protocol->tail == PLX_TAIL_DROP_LAST) {
        windows->skipped.tail += end - first;
        windows->decided = end;
        return PLX_OK;
    }
    const uint64_t whole_end = protocol->tail == PLX_TAIL_LEFT_EXTEND ? end : windows->window_end;
    return emit_window(windows, begin_of_window(plan, whole_end), end, error);
}

/* True if the protocol leaves the token out of the unit, which is counted. */
static bool leave_out(struct plx_windows *windows, unsigned flags)
{
    const struct plx_plan *plan = windows->plan;
    const bool restarts = plan->restart != PLX_NO_TOKEN && windows->ended;
    /* So many start symbols stand here by the protocol. */
    const uint64_t added = windows->filled ? restarts : windows->starts;
    if ((flags & PLX_TOKEN_START) && windows->spelled_starts < added) {
        windows->spelled_starts++;
        windows->skipped.replaced++;
    } else if ((flags & PLX_TOKEN_BLANK) && (flags & PLX_TOKEN_END) &&
               plan->protocol.blank == PLX_BLANK_SKIP) {
        windows->skipped.blank++;
    } else {
        return false;
    }
    windows->rest_bytes = windows->rest_characters = 0;
    windows->left_out = true;
    windows->tokens++;
    return true;
}

/* Begins what the token of the block begins: a unit, a document. A document may have begun in a block without
   tokens. */
static enum plx_status begin_at(struct plx_windows *windows, const struct plx_block *block, unsigned flags,
                                struct plx_error *error)
{
    const bool parted = windows->new_document && windows->plan->protocol.unit != PLX_UNIT_STREAM;
    const bool begins_document = windows->new_document;
    enum plx_status status;
    windows->new_document = false;
    if (!windows->open || parted || (flags & PLX_TOKEN_BREAK)) {
        if ((status = end_unit(windows, false, error)) || (status = begin_unit(windows, error)))
            return status;
    }
    return begins_document && windows->spelling
               ? plx_spelling_begin(windows->spelling, block->chunk.document_index, block->chunk.document,
                                    error)
               : PLX_OK;
}

/* Ends the noting of spellings where nobody will ask for more: what is not scored matters as far as it is the
   context of what is. The last token may still be dropped. */
static void note_enough(struct plx_windows *windows)
{
    if (at_limit(windows) && windows->kept > windows->behind_targets + PLX_CONTEXT_AFTER)
        windows->spelling = NULL;
}

enum plx_status plx_windows_add(struct plx_windows *windows, const struct plx_block *block,
                                struct plx_error *error)
{
    /* What begins a unit, or may be left out. */
    const unsigned apart = PLX_TOKEN_BREAK | PLX_TOKEN_START |
                           (windows->plan->protocol.blank == PLX_BLANK_SKIP ? PLX_TOKEN_BLANK : 0);
    const struct plx_tokens *tokens = &block->tokens;
    enum plx_status status = PLX_OK;
    windows->new_document |= block->chunk.begins_document;
    note_enough(windows);
    for (size_t i = 0; i < tokens->count && status == PLX_OK;) {
        if ((status = begin_at(windows, block, block->flags[i], error)))
            return status;
        if ((block->flags[i] & apart) && leave_out(windows, block->flags[i])) {
            i++;
            windows->next_number = 2 * (windows->passed + i) - 1;
            continue;
        }
        size_t end = i + 1;
        while (end < tokens->count && !(block->flags[end] & apart))
            end++;
        if ((status = reserve(windows, windows->count + (end - i), error)) ||
            (status = push(windows, block, i, end, error)))
            return status;
        i = end;
        status = advance(windows, held_back(windows), error);
    }
    windows->passed += tokens->count;
    windows->rest_bytes += tokens->rest_bytes;
    windows->rest_characters += tokens->rest_characters;
    if (status == PLX_OK && windows->rest_bytes > REST_MAX)
        return plx_error_set(error, PLX_UNSUPPORTED, "more than %llu bytes between two tokens",
                             (unsigned long long)REST_MAX);
    return status;
}

enum plx_status plx_windows_finish(struct plx_windows *windows, struct plx_error *error)
{
    const enum plx_status status = end_unit(windows, true, error);
    if (status || windows->batch->target_count == 0)
        return status;
    return windows->sink(windows->user, &windows->batch, error);
}
