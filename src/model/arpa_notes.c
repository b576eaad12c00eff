#include "model/arpa_notes.h"

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
