#include "model/tensors.h"

#include <stdlib.h>
#include <string.h>

void plx_tensors_release(struct plx_tensors *tensors)
{
    cJSON_Delete(tensors->header);
    free(tensors->tensors);
    plx_buffer_release(&tensors->data);
    *tensors = (struct plx_tensors){0};
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
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(tensors->header, "__metadata__");
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, key));
}
