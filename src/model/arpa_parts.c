#include "model/arpa_parts.h"

/* The answer is in the first line nearly always. */
static inline bool is_there(const struct plx_ngram_table *table, uint64_t key)
{
    struct plx_ngram ngram;
    if (table->homes > 0 && table->layout == PLX_NGRAM_WIDE) {
        const uint64_t scattered = plx_ngram_scatter(key);
        const uint8_t *line = plx_ngram_home(table, scattered);
        const struct plx_ngram_answer answer = plx_ngram_ask(PLX_NGRAM_WIDE, line, key, scattered);
        if (answer.found || !answer.passed)
            return answer.found != 0;
    }
    return plx_ngram_find(table, key, &ngram);
}

void plx_arpa_parts_answer(struct plx_arpa_parts *parts, struct plx_arpa_notes *notes)
{
    bool found[2 * PLX_ARPA_BATCH];
    bool all = true;
    for (size_t k = 0; k < parts->asked; k++) {
        found[k] = is_there(parts->table, parts->keys[k]);
        all &= found[k];
    }
    for (size_t i = 0; !all && i < parts->count; i++) {
        if (!found[parts->context[i]])
            plx_arpa_notes_add(notes, PLX_ARPA_NO_CONTEXT, 1, parts->lines[i]);
        if (!found[parts->suffix[i]])
            plx_arpa_notes_add(notes, PLX_ARPA_NO_SUFFIX, 1, parts->lines[i]);
    }
    parts->asked = parts->count = 0;
}
