/* What a drawing of a protocol shows: a toy corpus, cut into windows as any other is, by a model that has a
   begin and an end symbol and sees all that a window shows. */
#ifndef PLX_EVAL_DRAWING_H
#define PLX_EVAL_DRAWING_H

#include "eval/plan.h"

#define PLX_DRAWING_TOKENS 64u /* the most of a unit, with its start symbol */
#define PLX_DRAWING_UNITS  4u
#define PLX_DRAWING_ROWS   64u

/* A unit of the toy corpus. */
struct plx_drawing_unit {
    size_t count, kept; /* tokens, and those that the protocol does not leave out before they are in it */
    bool ends[PLX_DRAWING_TOKENS]; /* [count] end symbols */
};

/* A window as it was cut. */
struct plx_drawing_row {
    size_t unit;
    long begin, end; /* tokens of the unit; below 0 are start symbols */
    bool scored[PLX_DRAWING_TOKENS];
};

struct plx_drawing {
    struct plx_protocol protocol; /* as large as it is drawn */
    struct plx_plan plan;
    bool lines; /* the tokens are those of lines */
    struct plx_drawing_unit units[PLX_DRAWING_UNITS];
    size_t unit_count;
    struct plx_drawing_row rows[PLX_DRAWING_ROWS];
    size_t row_count;
};

/* Cuts the corpus. PLX_USAGE where the protocol contradicts itself, or such a model cannot be evaluated so.
 */
enum plx_status plx_drawing_make(struct plx_drawing *drawing, const struct plx_protocol *protocol,
                                 struct plx_error *error);

#endif
