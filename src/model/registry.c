/* The model formats of this build, in the order in which `perplex formats` lists them. */
#include "model/model.h"

extern const struct plx_model_format plx_model_format_arpa;
extern const struct plx_model_format plx_model_format_safetensors;

static const struct plx_model_format *const FORMATS[] = {
    &plx_model_format_arpa,
    &plx_model_format_safetensors,
};

const struct plx_model_format *plx_model_format(size_t index)
{
    return index < sizeof FORMATS / sizeof *FORMATS ? FORMATS[index] : NULL;
}
