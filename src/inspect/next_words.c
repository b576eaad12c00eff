#include "inspect/next_words.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Types and ids in memory at once. */
#define BATCH_MOST ((size_t)1 << 16)
#define IDS_MOST   ((size_t)1 << 22)

enum plx_status plx_next_words_init(struct plx_next_words *words, const struct plx_model *model,
                                    unsigned most, struct plx_error *error)
{
    const uint64_t types = plx_model_info(model)->vocabulary;
    const size_t length = (size_t)most + 1;
    const size_t batch = BATCH_MOST < IDS_MOST / length ? BATCH_MOST : IDS_MOST / length;
    *words = (struct plx_next_words){.session = plx_session_new(model, error), .most = most};
    words->batch = types == 0 ? 1 : types < batch ? (size_t)types : batch;
    if (words->session && (words->windows = plx_new_array(words->batch, sizeof *words->windows, error)) &&
        (words->ids = plx_new_array(words->batch, length * sizeof *words->ids, error)) &&
        (words->nats = plx_new_array(words->batch, sizeof *words->nats, error)))
        return PLX_OK;
    plx_next_words_release(words);
    return PLX_MEMORY;
}

void plx_next_words_release(struct plx_next_words *words)
{
    plx_session_free(words->session);
    free(words->windows);
    free(words->ids);
    free(words->nats);
    *words = (struct plx_next_words){0};
}

enum plx_status plx_next_words_score(struct plx_next_words *words, const uint32_t *context, unsigned length,
                                     uint32_t first, size_t count, struct plx_error *error)
{
    const struct plx_scores scores = {.nats = words->nats};
    for (size_t i = 0; i < count; i++) {
        uint32_t *ids = words->ids + i * ((size_t)length + 1);
        for (unsigned k = 0; k < length; k++)
            ids[k] = context[k];
        ids[length] = first + (uint32_t)i;
        words->windows[i] = (struct plx_window){ids, length, (size_t)length + 1, 0};
    }
    return plx_session_score(words->session, words->windows, count, &scores, error);
}
