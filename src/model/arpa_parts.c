#include "model/arpa_parts.h"

/* Which of keys[count] are stored; true if all are. The answer is in the first line nearly always; where it
   is not, the next is fetched while the others are asked about. */
static bool find_all(const struct plx_ngram_table *table, const uint64_t *keys, size_t count, bool *found)
{
    uint8_t passed[2 * PLX_ARPA_BATCH];
    size_t passed_count = 0;
    bool all = true;
    for (size_t k = 0; k < count; k++) {
        const uint64_t scattered = plx_ngram_scatter(keys[k]);
        const uint8_t *line = plx_ngram_home(table, scattered);
        const struct plx_ngram_answer answer = plx_ngram_ask(table->layout, line, keys[k], scattered);
        found[k] = answer.mask != 0;
        if (answer.passed) {
            const uint8_t *next = plx_ngram_next(table, line, scattered);
            plx_prefetch(next ? next : line);
            passed[passed_count++] = (uint8_t)k;
        } else {
            all &= found[k];
        }
    }
    for (size_t j = 0; j < passed_count; j++) {
        struct plx_ngram ngram;
        const size_t k = passed[j];
        found[k] = plx_ngram_find(table, keys[k], &ngram);
        all &= found[k];
    }
    return all;
}

void plx_arpa_parts_answer(struct plx_arpa_parts *parts, struct plx_arpa_notes *notes)
{
    bool found[2 * PLX_ARPA_BATCH] = {false};
    const bool all = parts->asked == 0 ||
                     (parts->table->homes > 0 && find_all(parts->table, parts->keys, parts->asked, found));
    for (size_t i = 0; !all && i < parts->count; i++) {
        if (!found[parts->context[i]])
            plx_arpa_notes_add(notes, PLX_ARPA_NO_CONTEXT, 1, parts->lines[i]);
        if (!found[parts->suffix[i]])
            plx_arpa_notes_add(notes, PLX_ARPA_NO_SUFFIX, 1, parts->lines[i]);
    }
    parts->asked = parts->count = 0;
}
