#include "eval/drawing.h"

#include "eval/windows.h"

#include <string.h>

#define LEAST_WINDOW 10u /* a drawn window is as long as this, and at most … */
#define MOST_WINDOW  18u
#define USUAL_WINDOW 16u

enum { START = 1, END = 2, WORD = 3 };

static uint64_t scaled(uint64_t value, uint64_t window, uint64_t drawn)
{
    const uint64_t rounded = (uint64_t)((double)value * (double)drawn / (double)window + 0.5);
    return rounded > 0 ? rounded : 1;
}

/* How far off the proportion of the value is in a drawing. */
static double distortion(uint64_t value, uint64_t window, uint64_t drawn)
{
    const double exact = (double)value * (double)drawn / (double)window;
    const double off = (double)scaled(value, window, drawn) - exact;
    return (off < 0 ? -off : off) / exact;
}

/* Whether the number is one of its own, and not what follows from others. */
static bool is_given(uint64_t value)
{
    return value > 0 && value < PLX_AS_STRIDE;
}

/* The window that is drawn, which keeps proportions best. */
static uint64_t drawn_window(const struct plx_protocol *protocol)
{
    const uint64_t window = protocol->window;
    uint64_t best = USUAL_WINDOW;
    double least = 1e9;
    if (window <= MOST_WINDOW)
        return window;
    for (uint64_t drawn = LEAST_WINDOW; drawn <= MOST_WINDOW; drawn++) {
        double off = drawn == USUAL_WINDOW ? 0.0 : 1e-9;
        if (is_given(protocol->stride))
            off += distortion(protocol->stride, window, drawn);
        if (protocol->score == PLX_SCORE_LAST && is_given(protocol->score_last))
            off += distortion(protocol->score_last, window, drawn);
        if (off < least) {
            least = off;
            best = drawn;
        }
    }
    return best;
}

/* The same, with what is less than the window still less than it. */
static uint64_t scaled_below(uint64_t value, uint64_t window, uint64_t drawn)
{
    const uint64_t small = scaled(value, window, drawn);
    return value < window && small >= drawn ? drawn - 1 : small;
}

/* Makes the protocol small. */
static void shrink(struct plx_protocol *small)
{
    const uint64_t window = small->window, drawn = drawn_window(small);
    if (window == drawn)
        return;
    small->window = drawn;
    if (is_given(small->stride))
        small->stride = scaled_below(small->stride, window, drawn);
    if (is_given(small->first_window))
        small->first_window = scaled_below(small->first_window, window, drawn);
    if (is_given(small->score_last))
        small->score_last = scaled(small->score_last, window, drawn);
    if (small->limit)
        small->limit = scaled(small->limit, window, drawn);
    struct plx_protocol numbers = *small;
    plx_protocol_resolve(&numbers);
    if (small->score == PLX_SCORE_LAST && numbers.score_last > numbers.stride)
        small->score_last = numbers.stride; /* rounding must not make it count twice */
}

static void add_tokens(struct plx_drawing_unit *unit, size_t words, bool end, bool left_out)
{
    for (size_t i = 0; i < words && unit->count < PLX_DRAWING_TOKENS; i++)
        unit->ends[unit->count++] = false;
    if (end && unit->count < PLX_DRAWING_TOKENS)
        unit->ends[unit->count++] = true;
    unit->kept = left_out ? 0 : unit->count;
}

/* Tokens of a unit that has some windows, and a rest. */
static size_t long_unit(const struct plx_drawing *drawing)
{
    const struct plx_protocol *protocol = &drawing->plan.protocol;
    const size_t window = (size_t)protocol->window, stride = (size_t)protocol->stride;
    const size_t starts = plx_plan_starts(&drawing->plan);
    const size_t first = (size_t)drawing->plan.first_window_end;
    const size_t rest = protocol->tail == PLX_TAIL_DROP_LAST ? 0 : (stride + 2) / 3;
    size_t more = 3;
    if (window == 0)
        return 24;
    while (first + more * stride < window + stride) /* one that is as long as it can be */
        more++;
    while (more > 1 && first + more * stride + rest > PLX_DRAWING_TOKENS)
        more--;
    return first + more * stride + rest - starts;
}

/* The toy corpus: lines, one of them blank; or documents, one longer than a window and one shorter; or one
   stream. */
static void make_units(struct plx_drawing *drawing)
{
    static const size_t LINES[] = {6, 0, 4};
    const struct plx_plan *plan = &drawing->plan;
    const struct plx_protocol *protocol = &plan->protocol;
    const bool ends = plan->end != PLX_NO_TOKEN;
    drawing->unit_count = 1;
    drawing->lines = protocol->unit == PLX_UNIT_LINE ||
                     (protocol->unit == PLX_UNIT_STREAM && ends && protocol->window == 0);
    if (drawing->lines) {
        const bool apart = protocol->unit == PLX_UNIT_LINE;
        drawing->unit_count = apart ? 3 : 1;
        for (size_t i = 0; i < 3; i++) {
            const bool blank = LINES[i] == 0 && protocol->blank == PLX_BLANK_SKIP;
            if (apart || !blank)
                add_tokens(drawing->units + (apart ? i : 0), LINES[i], ends, apart && blank);
        }
        return;
    }
    const bool document = protocol->unit == PLX_UNIT_DOCUMENT;
    const size_t tokens = long_unit(drawing);
    add_tokens(drawing->units, tokens - (document && ends), document && ends, false);
    if (!document)
        return;
    drawing->unit_count = 2;
    add_tokens(drawing->units + 1, protocol->window ? (size_t)(protocol->window + 1) / 2 : 9, ends, false);
}

/* Gives the unit to the windows, but for an end that they add by themselves. */
static enum plx_status give_unit(struct plx_windows *windows, const struct plx_drawing *drawing,
                                 const struct plx_drawing_unit *unit, struct plx_error *error)
{
    uint32_t ids[PLX_DRAWING_TOKENS], none[PLX_DRAWING_TOKENS] = {0};
    uint16_t flags[PLX_DRAWING_TOKENS];
    const bool added = !drawing->lines && unit->count > 0 && unit->ends[unit->count - 1];
    struct plx_block block = {.ids = ids, .flags = flags};
    block.tokens.bytes = block.tokens.characters = none;
    block.tokens.count = unit->kept - (added ? 1 : 0);
    block.chunk.begins_document = true;
    for (size_t i = 0; i < block.tokens.count; i++) {
        ids[i] = unit->ends[i] ? END : WORD;
        flags[i] = unit->ends[i] ? PLX_TOKEN_END : PLX_TOKEN_WORD;
        if (i == 0 && drawing->plan.protocol.unit == PLX_UNIT_LINE)
            flags[i] |= PLX_TOKEN_BREAK;
    }
    return block.tokens.count > 0 ? plx_windows_add(windows, &block, error) : PLX_OK;
}

/* The unit of the toy corpus that is that many units with tokens behind the first. */
static size_t unit_of(const struct plx_drawing *drawing, uint64_t number)
{
    size_t unit = 0;
    for (uint64_t passed = 0; unit + 1 < drawing->unit_count; unit++) {
        if (drawing->units[unit].kept > 0 && passed++ == number)
            break;
    }
    return unit;
}

/* Takes down the windows of the one batch there is. */
static enum plx_status note_rows(void *user, struct plx_batch **full, struct plx_error *error)
{
    struct plx_drawing *drawing = user;
    const struct plx_batch *batch = *full;
    size_t target = 0;
    (void)error;
    for (size_t w = 0; w < batch->window_count; w++) {
        const struct plx_window *window = batch->windows + w;
        const struct plx_place *place = batch->places + w;
        const unsigned flags = batch->flags[target];
        const bool fresh = drawing->row_count == 0 || (flags & (PLX_TOKEN_NEW_WINDOW | PLX_TOKEN_BREAK));
        target += window->end - window->first;
        if (fresh && drawing->row_count == PLX_DRAWING_ROWS)
            break;
        struct plx_drawing_row *row = drawing->rows + drawing->row_count - !fresh;
        if (fresh) {
            drawing->row_count++;
            row->unit = unit_of(drawing, place->unit);
            row->begin = (long)place->position - (long)window->first;
        }
        row->end = (long)place->position + (long)(window->end - window->first);
        for (long i = (long)place->position; i < row->end && i < (long)PLX_DRAWING_TOKENS; i++)
            row->scored[i] = true;
    }
    plx_batch_clear(*full);
    return PLX_OK;
}

static enum plx_status cut(struct plx_drawing *drawing, struct plx_error *error)
{
    struct plx_batch batch = {0};
    struct plx_windows windows;
    enum plx_status status = PLX_OK;
    plx_windows_init(&windows, &drawing->plan, SIZE_MAX / 2, note_rows, drawing, &batch);
    for (size_t i = 0; i < drawing->unit_count && status == PLX_OK; i++)
        status = give_unit(&windows, drawing, drawing->units + i, error);
    if (status == PLX_OK)
        status = plx_windows_finish(&windows, error);
    plx_windows_release(&windows);
    plx_batch_release(&batch);
    return status;
}

/* The plan for a model that has both symbols and sees all that a window shows. */
static enum plx_status make_plan(struct plx_drawing *drawing, struct plx_error *error)
{
    static const struct plx_model_class nothing = {.close = NULL};
    struct plx_model model = {.class = &nothing};
    const struct plx_corpus_info corpus = {
        .content = PLX_CONTENT_TEXT,
        .tokens = plx_protocol_wants_letters(&drawing->protocol) ? PLX_TOKENS_CHARACTER : PLX_TOKENS_WORD,
    };
    model.info.capabilities = PLX_STRING_TOKENS | PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT;
    model.info.vocabulary = WORD + 1;
    model.info.context_length = UINT32_MAX;
    model.info.start = START;
    model.info.end = END;
    model.info.unknown = PLX_NO_TOKEN;
    return plx_plan_make(&model, &drawing->protocol, &corpus, &drawing->plan, error);
}

enum plx_status plx_drawing_make(struct plx_drawing *drawing, const struct plx_protocol *protocol,
                                 struct plx_error *error)
{
    enum plx_status status = plx_protocol_check(protocol, error);
    *drawing = (struct plx_drawing){.protocol = *protocol};
    if (status)
        return status;
    /* Symbols are drawn alike, whatever they are called. */
    *drawing->protocol.start_symbol = *drawing->protocol.end_symbol = *drawing->protocol.join = '\0';
    if ((status = make_plan(drawing, error))) /* what is refused is so by its own numbers */
        return status;
    shrink(&drawing->protocol);
    if ((status = make_plan(drawing, error)))
        return status;
    make_units(drawing);
    return cut(drawing, error);
}
