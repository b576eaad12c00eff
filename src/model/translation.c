#include "model/translation.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum plx_status plx_translation_init(struct plx_translation *translation, const struct plx_model *from,
                                     const struct plx_model *to, struct plx_error *error)
{
    translation->from = from;
    translation->to = to;
    const enum plx_status status = plx_shared_vocabulary_find(from, to, &translation->shared, error);
    if (status || translation->shared.left_out == PLX_NO_TOKEN || to->info.least_context == 0 ||
        to->info.start != PLX_NO_TOKEN || to->info.end != PLX_NO_TOKEN)
        return status;
    plx_error_set(error, PLX_UNSUPPORTED,
                  "contexts of %.100s begin with a start symbol, but this model has neither start nor end to "
                  "begin with, and needs context",
                  from->name);
    return plx_error_input(error, to->name);
}

void plx_translation_release(struct plx_translation *translation)
{
    plx_shared_vocabulary_release(&translation->shared);
}

void plx_translated_release(struct plx_translated *translated)
{
    free(translated->windows);
    free(translated->ids);
    free(translated->offsets);
    *translated = (struct plx_translated){0};
}

static enum plx_status reserve_ids(struct plx_translated *translated, size_t count, struct plx_error *error)
{
    if (translated->id_count + count <= translated->id_capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(translated->id_capacity, translated->id_count + count);
    const enum plx_status status =
        plx_resize_array(&translated->ids, capacity, sizeof *translated->ids, error);
    if (status == PLX_OK)
        translated->id_capacity = capacity;
    return status;
}

static enum plx_status reserve_window(struct plx_translated *translated, struct plx_error *error)
{
    if (translated->count < translated->window_capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(translated->window_capacity, translated->count + 1);
    enum plx_status status;
    if ((status = plx_resize_array(&translated->windows, capacity, sizeof *translated->windows, error)) ||
        (status = plx_resize_array(&translated->offsets, capacity, sizeof *translated->offsets, error)))
        return status;
    translated->window_capacity = capacity;
    return PLX_OK;
}

/* How a token stands in the contexts of `to`. */
struct stand {
    uint32_t id; /* PLX_NO_TOKEN: an unknown one */
    bool cuts;   /* nothing before it counts */
};

static struct stand stand_of(const struct plx_translation *translation, enum plx_end_role end, uint32_t id)
{
    const struct plx_model_info *from = &translation->from->info, *to = &translation->to->info;
    const bool start_there = to->start != PLX_NO_TOKEN;
    if (id == PLX_NO_TOKEN)
        return (struct stand){id, false};
    if (id == from->end && start_there && end == PLX_END_IS_START)
        return (struct stand){to->start, false};
    if (id == from->end && start_there && end == PLX_END_PARTS_CONTEXT &&
        (to->capabilities & PLX_RESTART_AT_END))
        return (struct stand){to->start, true};
    if (id == translation->shared.left_out) /* who has no start goes on behind an end */
        return (struct stand){start_there ? to->start : to->end, false};
    return (struct stand){plx_translate_target(translation, id), false};
}

/* A window under way: its ids begin at `begin` in those of `translated`, and its targets at `first`. */
struct piece {
    size_t begin, first;
    uint64_t position;
};

static enum plx_status end_piece(struct plx_translated *translated, const struct piece *piece,
                                 struct plx_error *error)
{
    if (piece->first == translated->id_count)
        return PLX_OK;
    const enum plx_status status = reserve_window(translated, error);
    if (status)
        return status;
    translated->offsets[translated->count] = piece->begin;
    translated->windows[translated->count++] = (struct plx_window){
        .first = piece->first - piece->begin,
        .end = translated->id_count - piece->begin,
        .position = piece->position,
    };
    return PLX_OK;
}

/* The last id, a target, stands otherwise in the contexts behind it: they are another window's. */
static enum plx_status begin_piece(struct plx_translated *translated, struct piece *piece, struct stand stand,
                                   struct plx_error *error)
{
    const size_t before = stand.cuts ? 0 : translated->id_count - 1 - piece->begin;
    const uint64_t position = piece->position + (translated->id_count - piece->first);
    enum plx_status status = end_piece(translated, piece, error);
    if (status || (status = reserve_ids(translated, before + 1, error)))
        return status;
    const size_t begin = translated->id_count;
    if (before > 0)
        memcpy(translated->ids + begin, translated->ids + piece->begin, before * sizeof *translated->ids);
    translated->ids[begin + before] = stand.id;
    translated->id_count += before + 1;
    *piece = (struct piece){begin, translated->id_count, position};
    return PLX_OK;
}

static enum plx_status translate_window(const struct plx_translation *translation, enum plx_end_role end,
                                        const struct plx_window *window, struct plx_translated *translated,
                                        struct plx_error *error)
{
    const bool gaps = translation->to->info.capabilities & PLX_UNKNOWN_CONTEXT;
    struct piece piece = {translated->id_count, translated->id_count, window->position};
    for (size_t i = 0; i < window->first; i++) {
        const struct stand stand = stand_of(translation, end, window->ids[i]);
        enum plx_status status;
        if (stand.cuts || (stand.id == PLX_NO_TOKEN && !gaps))
            piece.begin = translated->id_count + !stand.cuts;
        if ((status = reserve_ids(translated, 1, error)))
            return status;
        translated->ids[translated->id_count++] = stand.id;
    }
    piece.first = translated->id_count;
    for (size_t i = window->first; i < window->end; i++) {
        const uint32_t id = window->ids[i], target = plx_translate_target(translation, id);
        const struct stand stand = stand_of(translation, end, id);
        enum plx_status status = reserve_ids(translated, 1, error);
        if (status)
            return status;
        translated->ids[translated->id_count++] = target;
        if (i + 1 < window->end && (stand.cuts || stand.id != target) &&
            (status = begin_piece(translated, &piece, stand, error)))
            return status;
    }
    return end_piece(translated, &piece, error);
}

/* Whether ends are something else in the model's contexts. */
static bool is_touched(const struct plx_model_info *info, enum plx_end_role end)
{
    return info->start != PLX_NO_TOKEN &&
           (end == PLX_END_IS_START ||
            (end == PLX_END_PARTS_CONTEXT && (info->capabilities & PLX_RESTART_AT_END)));
}

enum plx_status plx_translate(const struct plx_translation *translation, enum plx_end_role end,
                              const struct plx_window *windows, size_t count,
                              struct plx_translated *translated, const struct plx_window **out,
                              size_t *out_count, struct plx_error *error)
{
    *out = windows;
    *out_count = count;
    if (!translation->shared.ids && !is_touched(&translation->to->info, end))
        return PLX_OK;
    translated->count = translated->id_count = 0;
    for (size_t w = 0; w < count; w++) {
        const enum plx_status status = translate_window(translation, end, windows + w, translated, error);
        if (status)
            return status;
    }
    for (size_t w = 0; w < translated->count; w++)
        translated->windows[w].ids = translated->ids + translated->offsets[w];
    *out = translated->windows;
    *out_count = translated->count;
    return PLX_OK;
}
