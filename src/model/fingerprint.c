/* The fingerprint of a model that is not going to be used. */
#include "model/model.h"

#include "base/error.h"
#include "io/source.h"

#include <string.h>

/* Formats that are used in place are opened quickly, and know their parts. */
static enum plx_status open_for_fingerprint(const char *name, const struct plx_model_options *options,
                                            char sha256[65], char vocabulary_sha256[65],
                                            struct plx_error *error)
{
    struct plx_model *model;
    const enum plx_status status = plx_model_open(name, options, &model, error);
    if (status)
        return status;
    memcpy(sha256, plx_model_info(model)->sha256, 65);
    memcpy(vocabulary_sha256, plx_model_info(model)->vocabulary_sha256, 65);
    plx_model_close(model);
    return PLX_OK;
}

enum plx_status plx_model_fingerprint(const char *name, const struct plx_model_options *options,
                                      char sha256[65], char vocabulary_sha256[65], struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = true,
                                                      .network = options->network,
                                                      .interrupted = options->interrupted,
                                                      .user = options->user};
    const struct plx_model_format *format = NULL;
    struct plx_source *source;
    sha256[0] = vocabulary_sha256[0] = '\0';
    if (plx_model_named_format(name, options->format))
        return open_for_fingerprint(name, options, sha256, vocabulary_sha256, error);
    enum plx_status status = plx_source_open(name, &source_options, &source, error);
    if (status)
        return status;
    status = plx_model_choose(source, options, &format, error);
    if (status == PLX_OK && format && !format->open_mapped)
        status = plx_source_sha256(source, sha256, error);
    plx_source_close(source);
    if (status || !format || !format->open_mapped)
        return status;
    return open_for_fingerprint(name, options, sha256, vocabulary_sha256, error);
}
