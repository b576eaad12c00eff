/* A drawing of a protocol: a toy corpus is cut into windows as any other is, by a model that sees all that a
   window shows, and what comes out is drawn. */
#include <perplex/protocol.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "eval/windows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX    64u /* of a unit, with its start symbol */
#define UNITS_MAX     4u
#define ROWS_MAX      64u
#define LEAST_WINDOW  10u /* a drawn window is as long as this, and at most … */
#define MOST_WINDOW   18u
#define USUAL_WINDOW  16u
#define DRAWING_BYTES 16384u

enum { START = 1, END = 2, WORD = 3 };

/* A unit of the toy corpus. */
struct unit {
    size_t count, kept;    /* tokens, and those that the protocol does not leave out before they are in it */
    bool ends[TOKENS_MAX]; /* [count] end symbols */
};

/* A window as it was cut. */
struct row {
    size_t unit;
    long begin, end; /* tokens of the unit; below 0 are start symbols */
    bool scored[TOKENS_MAX];
};

struct drawing {
    struct plx_protocol protocol; /* as large as it is drawn */
    struct plx_plan plan;
    bool lines; /* the tokens are those of lines */
    struct unit units[UNITS_MAX];
    size_t unit_count;
    struct row rows[ROWS_MAX];
    size_t row_count;
    struct plx_batch *batch;
    bool used[128]; /* marks */
};

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

static void add_tokens(struct unit *unit, size_t words, bool end, bool left_out)
{
    for (size_t i = 0; i < words && unit->count < TOKENS_MAX; i++)
        unit->ends[unit->count++] = false;
    if (end && unit->count < TOKENS_MAX)
        unit->ends[unit->count++] = true;
    unit->kept = left_out ? 0 : unit->count;
}

/* Tokens of a unit that has some windows, and a rest. */
static size_t long_unit(const struct drawing *drawing)
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
    while (more > 1 && first + more * stride + rest > TOKENS_MAX)
        more--;
    return first + more * stride + rest - starts;
}

/* The toy corpus: lines, one of them blank; or documents, one longer than a window and one shorter; or one
   stream. */
static void make_units(struct drawing *drawing)
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
static enum plx_status give_unit(struct plx_windows *windows, const struct drawing *drawing,
                                 const struct unit *unit, struct plx_error *error)
{
    uint32_t ids[TOKENS_MAX], none[TOKENS_MAX] = {0};
    uint16_t flags[TOKENS_MAX];
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
static size_t unit_of(const struct drawing *drawing, uint64_t number)
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
    struct drawing *drawing = user;
    const struct plx_batch *batch = *full;
    size_t target = 0;
    (void)error;
    for (size_t w = 0; w < batch->window_count; w++) {
        const struct plx_window *window = batch->windows + w;
        const struct plx_place *place = batch->places + w;
        const unsigned flags = batch->flags[target];
        const bool fresh = drawing->row_count == 0 || (flags & (PLX_TOKEN_NEW_WINDOW | PLX_TOKEN_BREAK));
        target += window->end - window->first;
        if (fresh && drawing->row_count == ROWS_MAX)
            break;
        struct row *row = drawing->rows + drawing->row_count - !fresh;
        if (fresh) {
            drawing->row_count++;
            row->unit = unit_of(drawing, place->unit);
            row->begin = (long)place->position - (long)window->first;
        }
        row->end = (long)place->position + (long)(window->end - window->first);
        for (long i = (long)place->position; i < row->end && i < (long)TOKENS_MAX; i++)
            row->scored[i] = true;
    }
    plx_batch_clear(*full);
    return PLX_OK;
}

static enum plx_status cut(struct drawing *drawing, struct plx_error *error)
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

/* Whether a window scores the token. */
static bool is_scored(const struct drawing *drawing, size_t unit, size_t token)
{
    for (size_t i = 0; i < drawing->row_count; i++) {
        if (drawing->rows[i].unit == unit && drawing->rows[i].scored[token])
            return true;
    }
    return false;
}

static char mark_of(const struct drawing *drawing, const struct row *row, long token)
{
    const struct unit *unit = drawing->units + row->unit;
    const bool replaced = drawing->plan.protocol.start == PLX_START_REPLACE && token == row->begin;
    if (token < 0 || replaced)
        return '^';
    if (row->scored[token])
        return unit->ends[token] ? '$' : '#';
    return is_scored(drawing, row->unit, (size_t)token) ? '.' : '-';
}

/* Writes a line of marks behind its label; nothing of blanks at its end. */
static enum plx_status write_marks(struct plx_buffer *buffer, const char *label, const char *marks,
                                   size_t count, struct plx_error *error)
{
    while (count > 0 && marks[count - 1] == ' ')
        count--;
    return plx_buffer_printf(buffer, error, "  %-10s%s%.*s\n", label, count > 0 ? " " : "", (int)count,
                             marks);
}

static enum plx_status write_row(struct drawing *drawing, struct plx_buffer *buffer, const struct row *row,
                                 const char *label, struct plx_error *error)
{
    const long starts = (long)plx_plan_starts(&drawing->plan);
    char marks[TOKENS_MAX + 8];
    size_t count = 0;
    for (long token = -starts; token < row->end && count < TOKENS_MAX; token++) {
        marks[count] = ' ';
        if (token >= row->begin)
            marks[count] = mark_of(drawing, row, token);
        drawing->used[(unsigned char)marks[count++]] = true;
    }
    return write_marks(buffer, label, marks, count, error);
}

/* Tokens that stand in no window, which is where the last ones end up that a protocol drops. */
static enum plx_status write_rest(struct drawing *drawing, struct plx_buffer *buffer, size_t unit,
                                  const char *label, struct plx_error *error)
{
    const size_t starts = plx_plan_starts(&drawing->plan), tokens = drawing->units[unit].count;
    long end = 0;
    char marks[TOKENS_MAX + 8];
    for (size_t i = 0; i < drawing->row_count; i++) {
        if (drawing->rows[i].unit == unit && drawing->rows[i].end > end)
            end = drawing->rows[i].end;
    }
    if (end >= (long)tokens)
        return PLX_OK;
    memset(marks, ' ', sizeof marks);
    for (size_t token = (size_t)end; token < tokens; token++)
        marks[starts + token] = 'x';
    drawing->used['x'] = true;
    return write_marks(buffer, label, marks, starts + tokens, error);
}

/* The unit's tokens by tens, behind what is put in front of them. */
static enum plx_status write_ruler(const struct drawing *drawing, struct plx_buffer *buffer, size_t unit,
                                   struct plx_error *error)
{
    static const char TICKS[] = ":+0123456789";
    const size_t starts = plx_plan_starts(&drawing->plan), tokens = drawing->units[unit].count;
    char marks[TOKENS_MAX + 8];
    memset(marks, ' ', sizeof marks);
    for (size_t i = 1; i <= tokens; i++)
        marks[starts + i - 1] = TICKS[i % 10 == 0 ? 2 + i / 10 : i % 5 == 0];
    return write_marks(buffer, "tokens", marks, starts + tokens, error);
}

static enum plx_status write_unit(struct drawing *drawing, struct plx_buffer *buffer, size_t unit,
                                  struct plx_error *error)
{
    static const char *const KINDS[] = {"line", "document", "stream"};
    const bool windows = drawing->plan.protocol.window > 0, one = drawing->unit_count == 1;
    enum plx_status status = PLX_OK;
    char name[32], label[32];
    if (one)
        snprintf(name, sizeof name, "%s", KINDS[drawing->plan.protocol.unit]);
    else
        snprintf(name, sizeof name, "%s %zu", KINDS[drawing->plan.protocol.unit], unit + 1);
    if (windows && !one)
        status = plx_buffer_printf(buffer, error, "  %s\n", name);
    if (status || (windows && (status = write_ruler(drawing, buffer, unit, error))))
        return status;
    for (size_t i = 0, number = 1; i < drawing->row_count && status == PLX_OK; i++) {
        if (drawing->rows[i].unit != unit)
            continue;
        snprintf(label, sizeof label, "window %zu", number++);
        status = write_row(drawing, buffer, drawing->rows + i, windows ? label : name, error);
    }
    return status ? status : write_rest(drawing, buffer, unit, windows ? "left out" : name, error);
}

static enum plx_status write_legend(const struct drawing *drawing, struct plx_buffer *buffer,
                                    struct plx_error *error)
{
    static const struct {
        char mark;
        const char *meaning;
    } LEGEND[] = {
        {'^', "the begin symbol, never scored"},
        {'#', "scored"},
        {'$', "an end symbol, scored"},
        {'.', "seen as context; another window scores it"},
        {'-', "seen as context; nothing scores it"},
        {'x', "left out"},
    };
    enum plx_status status = plx_buffer_append_text(buffer, "\n", error);
    for (size_t i = 0; i < sizeof LEGEND / sizeof *LEGEND && status == PLX_OK; i++) {
        if (drawing->used[(unsigned char)LEGEND[i].mark])
            status = plx_buffer_printf(buffer, error, "  %c  %s\n", LEGEND[i].mark, LEGEND[i].meaning);
    }
    return status;
}

/* What the drawing is of. */
static enum plx_status write_scale(const struct drawing *drawing, const struct plx_protocol *protocol,
                                   struct plx_buffer *buffer, struct plx_error *error)
{
    struct plx_protocol real = *protocol;
    const struct plx_protocol *drawn = &drawing->plan.protocol;
    plx_protocol_resolve(&real);
    if (real.window == drawn->window)
        return PLX_OK;
    return plx_buffer_printf(buffer, error,
                             "  (in small: a window of %llu stands for one of %llu, a stride of %llu "
                             "for %llu)\n\n",
                             (unsigned long long)drawn->window, (unsigned long long)real.window,
                             (unsigned long long)drawn->stride, (unsigned long long)real.stride);
}

/* The plan for a model that has both symbols and sees all that a window shows. */
static enum plx_status make_plan(struct drawing *drawing, struct plx_error *error)
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

enum plx_status plx_protocol_draw(const struct plx_protocol *protocol, char **text, size_t *length,
                                  struct plx_error *error)
{
    struct plx_buffer buffer;
    *text = NULL;
    enum plx_status status = plx_protocol_check(protocol, error);
    struct drawing *drawing = status ? NULL : plx_new_array(1, sizeof *drawing, error);
    if (!drawing)
        return error->status;
    plx_buffer_init(&buffer, DRAWING_BYTES);
    drawing->protocol = *protocol;
    /* Symbols are drawn alike, whatever they are called. */
    *drawing->protocol.start_symbol = *drawing->protocol.end_symbol = *drawing->protocol.join = '\0';
    status = make_plan(drawing, error); /* what is refused is so by its own numbers */
    shrink(&drawing->protocol);
    if (status == PLX_OK && (status = make_plan(drawing, error)) == PLX_OK) {
        make_units(drawing);
        if ((status = cut(drawing, error)) == PLX_OK)
            status = write_scale(drawing, protocol, &buffer, error);
    }
    for (size_t i = 0; i < drawing->unit_count && status == PLX_OK; i++)
        status = write_unit(drawing, &buffer, i, error);
    if (status == PLX_OK)
        status = write_legend(drawing, &buffer, error);
    free(drawing);
    return plx_buffer_finish(&buffer, status, text, length, error);
}
