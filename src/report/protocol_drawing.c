/* A protocol's drawing as text: a line of marks for each window. */
#include <perplex/protocol.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "eval/drawing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAWING_BYTES 16384u

struct picture {
    const struct plx_drawing *drawing;
    struct plx_buffer buffer;
    bool used[128]; /* marks */
};

/* Whether a window scores the token. */
static bool is_scored(const struct plx_drawing *drawing, size_t unit, size_t token)
{
    for (size_t i = 0; i < drawing->row_count; i++) {
        if (drawing->rows[i].unit == unit && drawing->rows[i].scored[token])
            return true;
    }
    return false;
}

static char mark_of(const struct plx_drawing *drawing, const struct plx_drawing_row *row, long token)
{
    const struct plx_drawing_unit *unit = drawing->units + row->unit;
    const bool replaced = drawing->plan.protocol.start == PLX_START_REPLACE && token == row->begin;
    if (token < 0 || replaced)
        return '^';
    if (row->scored[token])
        return unit->ends[token] ? '$' : '#';
    return is_scored(drawing, row->unit, (size_t)token) ? '.' : '-';
}

/* Writes a line of marks behind its label; nothing of blanks at its end. */
static enum plx_status write_marks(struct picture *picture, const char *label, const char *marks,
                                   size_t count, struct plx_error *error)
{
    while (count > 0 && marks[count - 1] == ' ')
        count--;
    return plx_buffer_printf(&picture->buffer, error, "  %-10s%s%.*s\n", label, count > 0 ? " " : "",
                             (int)count, marks);
}

static enum plx_status write_row(struct picture *picture, const struct plx_drawing_row *row,
                                 const char *label, struct plx_error *error)
{
    const struct plx_drawing *drawing = picture->drawing;
    const long starts = (long)plx_plan_starts(&drawing->plan);
    char marks[PLX_DRAWING_TOKENS + 8];
    size_t count = 0;
    for (long token = -starts; token < row->end && count < PLX_DRAWING_TOKENS; token++) {
        marks[count] = ' ';
        if (token >= row->begin)
            marks[count] = mark_of(drawing, row, token);
        picture->used[(unsigned char)marks[count++]] = true;
    }
    return write_marks(picture, label, marks, count, error);
}

/* Tokens that stand in no window, which is where the last ones end up that a protocol drops. */
static enum plx_status write_rest(struct picture *picture, size_t unit, const char *label,
                                  struct plx_error *error)
{
    const struct plx_drawing *drawing = picture->drawing;
    const size_t starts = plx_plan_starts(&drawing->plan), tokens = drawing->units[unit].count;
    long end = 0;
    char marks[PLX_DRAWING_TOKENS + 8];
    for (size_t i = 0; i < drawing->row_count; i++) {
        if (drawing->rows[i].unit == unit && drawing->rows[i].end > end)
            end = drawing->rows[i].end;
    }
    if (end >= (long)tokens)
        return PLX_OK;
    memset(marks, ' ', sizeof marks);
    for (size_t token = (size_t)end; token < tokens; token++)
        marks[starts + token] = 'x';
    picture->used['x'] = true;
    return write_marks(picture, label, marks, starts + tokens, error);
}

/* The unit's tokens by tens, behind what is put in front of them. */
static enum plx_status write_ruler(struct picture *picture, size_t unit, struct plx_error *error)
{
    static const char TICKS[] = ":+0123456789";
    const struct plx_drawing *drawing = picture->drawing;
    const size_t starts = plx_plan_starts(&drawing->plan), tokens = drawing->units[unit].count;
    char marks[PLX_DRAWING_TOKENS + 8];
    memset(marks, ' ', sizeof marks);
    for (size_t i = 1; i <= tokens; i++)
        marks[starts + i - 1] = TICKS[i % 10 == 0 ? 2 + i / 10 : i % 5 == 0];
    return write_marks(picture, "tokens", marks, starts + tokens, error);
}

static enum plx_status write_unit(struct picture *picture, size_t unit, struct plx_error *error)
{
    static const char *const KINDS[] = {"line", "document", "stream"};
    const struct plx_drawing *drawing = picture->drawing;
    const bool windows = drawing->plan.protocol.window > 0, one = drawing->unit_count == 1;
    enum plx_status status = PLX_OK;
    char name[32], label[32];
    if (one)
        snprintf(name, sizeof name, "%s", KINDS[drawing->plan.protocol.unit]);
    else
        snprintf(name, sizeof name, "%s %zu", KINDS[drawing->plan.protocol.unit], unit + 1);
    if (windows && !one)
        status = plx_buffer_printf(&picture->buffer, error, "  %s\n", name);
    if (status || (windows && (status = write_ruler(picture, unit, error))))
        return status;
    for (size_t i = 0, number = 1; i < drawing->row_count && status == PLX_OK; i++) {
        if (drawing->rows[i].unit != unit)
            continue;
        snprintf(label, sizeof label, "window %zu", number++);
        status = write_row(picture, drawing->rows + i, windows ? label : name, error);
    }
    return status ? status : write_rest(picture, unit, windows ? "left out" : name, error);
}

static enum plx_status write_legend(struct picture *picture, struct plx_error *error)
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
    enum plx_status status = plx_buffer_append_text(&picture->buffer, "\n", error);
    for (size_t i = 0; i < sizeof LEGEND / sizeof *LEGEND && status == PLX_OK; i++) {
        if (picture->used[(unsigned char)LEGEND[i].mark])
            status =
                plx_buffer_printf(&picture->buffer, error, "  %c  %s\n", LEGEND[i].mark, LEGEND[i].meaning);
    }
    return status;
}

/* What the drawing is of. */
static enum plx_status write_scale(struct picture *picture, const struct plx_protocol *protocol,
                                   struct plx_error *error)
{
    struct plx_protocol real = *protocol;
    const struct plx_protocol *drawn = &picture->drawing->plan.protocol;
    plx_protocol_resolve(&real);
    if (real.window == drawn->window)
        return PLX_OK;
    return plx_buffer_printf(&picture->buffer, error,
                             "  (in small: a window of %llu stands for one of %llu, a stride of %llu "
                             "for %llu)\n\n",
                             (unsigned long long)drawn->window, (unsigned long long)real.window,
                             (unsigned long long)drawn->stride, (unsigned long long)real.stride);
}

enum plx_status plx_protocol_draw(const struct plx_protocol *protocol, char **text, size_t *length,
                                  struct plx_error *error)
{
    *text = NULL;
    struct plx_drawing *drawing = plx_new_array(1, sizeof *drawing, error);
    if (!drawing)
        return PLX_MEMORY;
    struct picture picture = {.drawing = drawing};
    plx_buffer_init(&picture.buffer, DRAWING_BYTES);
    enum plx_status status = plx_drawing_make(drawing, protocol, error);
    if (status == PLX_OK)
        status = write_scale(&picture, protocol, error);
    for (size_t i = 0; i < drawing->unit_count && status == PLX_OK; i++)
        status = write_unit(&picture, i, error);
    if (status == PLX_OK)
        status = write_legend(&picture, error);
    free(drawing);
    return plx_buffer_finish(&picture.buffer, status, text, length, error);
}
