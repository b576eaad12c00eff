#include "model/arpa_notes.h"

#include <string.h>

#define CODE(id, code, message) code,
static const char *const NOTES[] = {PLX_ARPA_NOTE_LIST(CODE)};
#undef CODE

/* What the reader warns of as it meets it, and what it refuses. */
static const char *const OTHERS[] = {
    "byte-order-mark", "text-before-data", "text-after-end", "positive-probability", "highest-order-backoff",
    "missing-context", "count-mismatch",   "duplicate",      "not-a-number",         "missing-end",
};

void plx_arpa_notes_list(const struct plx_arpa_notes *notes, struct plx_model *model)
{
#define ROW(id, code, message) {code, message},
    static const struct {
        const char *code, *message;
    } rows[] = {PLX_ARPA_NOTE_LIST(ROW)};
#undef ROW
    for (size_t i = 0; i < PLX_ARPA_NOTE_COUNT; i++) {
        if (notes->kinds[i].count > 0)
            plx_model_note(model, rows[i].code, notes->kinds[i].count, notes->kinds[i].line, rows[i].message);
    }
}

bool plx_arpa_watches(const char *code)
{
    for (size_t i = 0; i < sizeof NOTES / sizeof *NOTES; i++) {
        if (strcmp(NOTES[i], code) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        if (strcmp(OTHERS[i], code) == 0)
            return true;
    }
    return false;
}
