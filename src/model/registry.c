/* The model formats of this build, in the order in which `perplex formats` lists them. */
#include "model/model.h"

/* X(name): the format plx_model_format_<name>. */
#define FORMAT_LIST(X)   \
    X(arpa)              \
    X(described)         \
    X(kenlm)             \
    X(logprobs)          \
    X(nplm)              \
    X(npy)               \
    X(npz)               \
    X(openai)            \
    X(plx)               \
    X(safetensors)       \
    X(safetensors_index) \
    X(sglang)            \
    X(tgi)               \
    X(uniform)           \
    X(vllm)

#define FORMAT_ADDRESS(name) &plx_model_format_##name,
#define FORMAT_EXTERN(name)  extern const struct plx_model_format plx_model_format_##name;

FORMAT_LIST(FORMAT_EXTERN)

static const struct plx_model_format *const FORMATS[] = {FORMAT_LIST(FORMAT_ADDRESS)};

const struct plx_model_format *plx_model_format(size_t index)
{
    return index < sizeof FORMATS / sizeof *FORMATS ? FORMATS[index] : NULL;
}
