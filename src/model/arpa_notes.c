#include "model/arpa_notes.h"

#include <string.h>

#define ROW(id, code, message) {code, message},
static const struct {
    const char *code, *message;
} rows[] = {PLX_ARPA_NOTE_LIST(ROW) PLX_ARPA_REMARK_LIST(ROW) PLX_ARPA_WARNING_LIST(ROW)};
#undef ROW

/* What is met outside the n-gram sections, and what the reader refuses. */
static const char *const OTHERS[] = {
    "byte-order-mark", "text-before-data", "text-after-end", "count-mismatch",
    "duplicate",       "not-a-number",     "missing-end",
};

void plx_arpa_notes_append(struct plx_arpa_notes *notes, const struct plx_arpa_notes *part)
{
    for (unsigned i = 0; i < PLX_ARPA_KIND_COUNT; i++) {
        if (part->kinds[i].count > 0)
            plx_arpa_notes_add(notes, (enum plx_arpa_note)i, part->kinds[i].count, part->kinds[i].line);
    }
}

/* The warning that was met first, the kind that is judged first of those of one line; PLX_ARPA_KIND_COUNT if
   there is none. */
static unsigned first_warning(const struct plx_arpa_notes *notes)
{
    unsigned first = PLX_ARPA_KIND_COUNT;
    for (unsigned i = PLX_ARPA_REMARK_END; i < PLX_ARPA_KIND_COUNT; i++) {
        if (notes->kinds[i].count > 0 &&
            (first == PLX_ARPA_KIND_COUNT || notes->kinds[i].line < notes->kinds[first].line))
            first = i;
    }
    return first;
}

void plx_arpa_notes_warn(struct plx_arpa_notes *notes, struct plx_model *model)
{
    unsigned i;
    while ((i = first_warning(notes)) < PLX_ARPA_KIND_COUNT) {
        plx_model_warn_times(model, rows[i].code, notes->kinds[i].count, notes->kinds[i].line,
                             rows[i].message);
        notes->kinds[i].count = 0;
    }
}

void plx_arpa_notes_list(const struct plx_arpa_notes *notes, struct plx_model *model)
{
    for (unsigned i = 0; i < PLX_ARPA_REMARK_END; i++) {
        if (notes->kinds[i].count > 0)
            (i < PLX_ARPA_NOTE_COUNT ? plx_model_note : plx_model_remark)(
                model, rows[i].code, notes->kinds[i].count, notes->kinds[i].line, rows[i].message);
    }
}

bool plx_arpa_watches(const char *code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].code, code) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        if (strcmp(OTHERS[i], code) == 0)
            return true;
    }
    return false;
}
