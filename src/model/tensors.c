#include "model/tensors.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void plx_tensors_release(struct plx_tensors *tensors)
{
    free(tensors->tensors);
    free(tensors->metadata);
    for (size_t i = 0; i < tensors->owned_count; i++)
        free(tensors->owned[i]);
    free(tensors->owned);
    for (size_t i = 0; i < tensors->mapping_count; i++)
        plx_mapping_close(tensors->mappings + i);
    free(tensors->mappings);
    *tensors = (struct plx_tensors){0};
}

/* Room for one more element in the array whose address is `array`. */
static enum plx_status make_room(void *array, size_t count, size_t *capacity, size_t size,
                                 struct plx_error *error)
{
    if (count < *capacity)
        return PLX_OK;
    const size_t grown = plx_grown_capacity(*capacity, count + 1);
    const enum plx_status status = plx_resize_array(array, grown, size, error);
    if (status == PLX_OK)
        *capacity = grown;
    return status;
}

enum plx_status plx_tensors_own(struct plx_tensors *tensors, void *memory, struct plx_error *error)
{
    if (!memory)
        return PLX_MEMORY;
    const enum plx_status status = make_room(&tensors->owned, tensors->owned_count, &tensors->owned_capacity,
                                             sizeof *tensors->owned, error);
    if (status)
        free(memory);
    else
        tensors->owned[tensors->owned_count++] = memory;
    return status;
}

enum plx_status plx_tensors_own_mapping(struct plx_tensors *tensors, struct plx_mapping *mapping,
                                        struct plx_error *error)
{
    const enum plx_status status = make_room(&tensors->mappings, tensors->mapping_count,
                                             &tensors->mapping_capacity, sizeof *tensors->mappings, error);
    if (status) {
        plx_mapping_close(mapping);
        return status;
    }
    tensors->mappings[tensors->mapping_count++] = *mapping;
    *mapping = (struct plx_mapping){0};
    return PLX_OK;
}

/* A copy that the tensors own; NULL on failure. */
static const char *keep_text(struct plx_tensors *tensors, const char *text, size_t length,
                             struct plx_error *error)
{
    char *copy = plx_copy_string(text, length, error);
    return plx_tensors_own(tensors, copy, error) == PLX_OK ? copy : NULL;
}

enum plx_status plx_tensors_add(struct plx_tensors *tensors, const char *name, size_t length,
                                const struct plx_tensor *view, struct plx_error *error)
{
    const char *copy = keep_text(tensors, name, length, error);
    if (!copy ||
        make_room(&tensors->tensors, tensors->count, &tensors->capacity, sizeof *tensors->tensors, error))
        return PLX_MEMORY;
    struct plx_tensor *tensor = tensors->tensors + tensors->count++;
    *tensor = *view;
    tensor->name = copy;
    return PLX_OK;
}

enum plx_status plx_tensors_describe(struct plx_tensors *tensors, const char *key, size_t key_length,
                                     const char *value, size_t length, struct plx_error *error)
{
    const char *kept = keep_text(tensors, key, key_length, error);
    const char *text = kept ? keep_text(tensors, value, length, error) : NULL;
    const char *other = text ? plx_tensors_metadata(tensors, kept) : NULL;
    if (!text)
        return PLX_MEMORY;
    if (other)
        return strcmp(other, text) == 0
                   ? PLX_OK
                   : plx_error_set(error, PLX_MALFORMED,
                                   "the metadata have \"%.80s\" twice, as \"%.80s\" and as \"%.80s\"", kept,
                                   other, text);
    if (make_room(&tensors->metadata, tensors->metadata_count, &tensors->metadata_capacity,
                  sizeof *tensors->metadata, error))
        return PLX_MEMORY;
    tensors->metadata[tensors->metadata_count++] = (struct plx_metadatum){kept, text};
    return PLX_OK;
}

const struct plx_tensor *plx_tensors_find(const struct plx_tensors *tensors, const char *name)
{
    for (size_t i = 0; i < tensors->count; i++) {
        if (strcmp(tensors->tensors[i].name, name) == 0)
            return tensors->tensors + i;
    }
    return NULL;
}

const char *plx_tensors_metadata(const struct plx_tensors *tensors, const char *key)
{
    for (size_t i = 0; i < tensors->metadata_count; i++) {
        if (strcmp(tensors->metadata[i].key, key) == 0)
            return tensors->metadata[i].value;
    }
    return NULL;
}
