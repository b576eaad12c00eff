/* Windows of one model as another's that shares its vocabulary: the ids are the other's, and so is what its
   contexts begin with. */
#ifndef PLX_MODEL_TRANSLATION_H
#define PLX_MODEL_TRANSLATION_H

#include "model/shared_vocabulary.h"

/* Immutable once made. */
struct plx_translation {
    const struct plx_model *from, *to;
    struct plx_shared_vocabulary shared;
};

/* The errors of plx_shared_vocabulary_find; PLX_UNSUPPORTED where `to` has nothing that could stand for the
   start symbol of `from` in a context, and needs one. Released in any case. */
enum plx_status plx_translation_init(struct plx_translation *translation, const struct plx_model *from,
                                     const struct plx_model *to, struct plx_error *error);
void plx_translation_release(struct plx_translation *translation);

/* The id of `to` as an outcome; PLX_NO_TOKEN for one that it never predicts, and for PLX_NO_TOKEN. */
static inline uint32_t plx_translate_target(const struct plx_translation *translation, uint32_t id)
{
    return translation->shared.ids && id != PLX_NO_TOKEN ? translation->shared.ids[id] : id;
}

/* Translated windows; zero-initialised is empty; reused. */
struct plx_translated {
    struct plx_window *windows; /* [count] with the same targets in the same order, perhaps cut into more */
    size_t count;
    uint32_t *ids;
    size_t *offsets; /* where a window begins in ids, until all ids are there */
    size_t id_count, id_capacity, window_capacity;
};

/* `windows` are valid as long as those given. PLX_MEMORY. */
enum plx_status plx_translate(const struct plx_translation *translation, enum plx_end_role end,
                              const struct plx_window *windows, size_t count,
                              struct plx_translated *translated, const struct plx_window **out,
                              size_t *out_count, struct plx_error *error);

void plx_translated_release(struct plx_translated *translated);

#endif
