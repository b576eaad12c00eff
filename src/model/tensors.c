#include "model/tensors.h"

#include "base/error.h"
#include "base/hash.h"
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
    free(tensors->by_name.slots);
    free(tensors->by_key.slots);
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

/* The name of an element that an index has. */
typedef const char *name_of(const struct plx_tensors *tensors, size_t element);

static const char *name_of_tensor(const struct plx_tensors *tensors, size_t element)
{
    return tensors->tensors[element].name;
}

static const char *key_of_metadatum(const struct plx_tensors *tensors, size_t element)
{
    return tensors->metadata[element].key;
}

/* The slot of the element of that name, or the free one where it would stand. */
static size_t *find_slot(const struct plx_tensors *tensors, const struct plx_name_index *index, name_of *get,
                         const char *name)
{
    size_t at = (size_t)plx_hash_place(plx_hash64(name, strlen(name), 0), index->count);
    while (index->slots[at] && strcmp(get(tensors, index->slots[at] - 1), name) != 0)
        at = at + 1 == index->count ? 0 : at + 1;
    return index->slots + at;
}

/* NULL: there is none. */
static const size_t *look_up(const struct plx_tensors *tensors, const struct plx_name_index *index,
                             name_of *get, const char *name)
{
    const size_t *slot = index->count ? find_slot(tensors, index, get, name) : NULL;
    return slot && *slot ? slot : NULL;
}

/* Of several elements of a name, the first is kept. */
static void enter(const struct plx_tensors *tensors, const struct plx_name_index *index, name_of *get,
                  size_t element)
{
    size_t *slot = find_slot(tensors, index, get, get(tensors, element));
    if (*slot == 0)
        *slot = element + 1;
}

/* Room for one more element besides the `elements` that are there; half of the slots stay free at least. */
static enum plx_status make_slot(const struct plx_tensors *tensors, struct plx_name_index *index,
                                 name_of *get, size_t elements, struct plx_error *error)
{
    if (elements < index->count / 2)
        return PLX_OK;
    const size_t count = elements < 8 ? 32 : 4 * elements;
    struct plx_name_index grown = {plx_new_array(count, sizeof *grown.slots, error), count};
    if (!grown.slots)
        return PLX_MEMORY;
    for (size_t i = 0; i < elements; i++)
        enter(tensors, &grown, get, i);
    free(index->slots);
    *index = grown;
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
        make_room(&tensors->tensors, tensors->count, &tensors->capacity, sizeof *tensors->tensors, error) ||
        make_slot(tensors, &tensors->by_name, name_of_tensor, tensors->count, error))
        return PLX_MEMORY;
    struct plx_tensor *tensor = tensors->tensors + tensors->count++;
    *tensor = *view;
    tensor->name = copy;
    enter(tensors, &tensors->by_name, name_of_tensor, tensors->count - 1);
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
                  sizeof *tensors->metadata, error) ||
        make_slot(tensors, &tensors->by_key, key_of_metadatum, tensors->metadata_count, error))
        return PLX_MEMORY;
    tensors->metadata[tensors->metadata_count++] = (struct plx_metadatum){kept, text};
    enter(tensors, &tensors->by_key, key_of_metadatum, tensors->metadata_count - 1);
    return PLX_OK;
}

const struct plx_tensor *plx_tensors_find(const struct plx_tensors *tensors, const char *name)
{
    const size_t *found = look_up(tensors, &tensors->by_name, name_of_tensor, name);
    return found ? tensors->tensors + (*found - 1) : NULL;
}

const char *plx_tensors_metadata(const struct plx_tensors *tensors, const char *key)
{
    const size_t *found = look_up(tensors, &tensors->by_key, key_of_metadatum, key);
    return found ? tensors->metadata[*found - 1].value : NULL;
}
