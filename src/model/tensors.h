/* The tensors of a model, with names and metadata, whatever files they come from.

   A reader of weights adds views and hands over the memories that they point into; what lies in the file's
   own mapping stays with the mapping. */
#ifndef PLX_MODEL_TENSORS_H
#define PLX_MODEL_TENSORS_H

#include <perplex/status.h>

#include "io/mapping.h"
#include "model/tensor.h"

struct plx_metadatum {
    const char *key, *value;
};

/* Which element of an array has a name: an open hash table of their numbers, from 1 on; 0 is a free slot. */
struct plx_name_index {
    size_t *slots; /* [count], owned */
    size_t count;
};

/* Zero-initialised it is empty. */
struct plx_tensors {
    struct plx_tensor *tensors; /* [count], of distinct names, in the order of the file */
    size_t count, capacity;
    struct plx_metadatum *metadata; /* [metadata_count], of distinct keys */
    size_t metadata_count, metadata_capacity;
    void **owned; /* [owned_count] names, strings and data; each is released with free() */
    size_t owned_count, owned_capacity;
    struct plx_mapping *mappings; /* [mapping_count] owned: of files beside the model file */
    size_t mapping_count, mapping_capacity;
    struct plx_name_index by_name, by_key; /* of tensors and of metadata */
};

/* Twice is fine. */
void plx_tensors_release(struct plx_tensors *tensors);

/* Adds a view under a copy of name[0..length). That no other has the name is for the caller to know. */
enum plx_status plx_tensors_add(struct plx_tensors *tensors, const char *name, size_t length,
                                const struct plx_tensor *view, struct plx_error *error);

/* Adds copies of key and value. PLX_MALFORMED, without an input, where the key has another value already. */
enum plx_status plx_tensors_describe(struct plx_tensors *tensors, const char *key, size_t key_length,
                                     const char *value, size_t length, struct plx_error *error);

/* Takes a memory over that free() releases; on failure too. NULL is the failure of its allocation:
   PLX_MEMORY. */
enum plx_status plx_tensors_own(struct plx_tensors *tensors, void *memory, struct plx_error *error);

/* Takes a mapping over, which is empty then; on failure it is closed. */
enum plx_status plx_tensors_own_mapping(struct plx_tensors *tensors, struct plx_mapping *mapping,
                                        struct plx_error *error);

/* NULL if there is none of that name. */
const struct plx_tensor *plx_tensors_find(const struct plx_tensors *tensors, const char *name);

/* The string that the metadata have under the key, or NULL. */
const char *plx_tensors_metadata(const struct plx_tensors *tensors, const char *key);

#endif
