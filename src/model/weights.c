#include "model/weights.h"

#include "io/source.h"
#include "model/neural.h"

/* What the file is, by its content where nobody says it. */
static enum plx_status choose(struct plx_source *source, const struct plx_model_format **format,
                              struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    enum plx_probe sure;
    const enum plx_status status = plx_source_peek(source, PLX_PROBE_BYTES, &head, &size, error);
    if (status)
        return status;
    if (size > PLX_PROBE_BYTES)
        size = PLX_PROBE_BYTES;
    if (!*format)
        *format = plx_model_recognise(head, size, plx_source_name(source), &sure);
    if (*format && (*format)->read_tensors)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "this is no file of weights that is read");
    return plx_error_input(error, plx_source_name(source));
}

static enum plx_status read_source(struct plx_source *source, const struct plx_model_format *format,
                                   const struct plx_model_options *options, struct plx_tensors *tensors,
                                   struct plx_error *error)
{
    struct plx_mapping mapping;
    enum plx_status status = choose(source, &format, error);
    if (status == PLX_OK)
        status = plx_mapping_open(source, options->load, options->threads, &mapping, error);
    if (status)
        return status;
    const struct plx_mapping view = mapping; /* of what the tensors own from here on */
    plx_mapping_sequential(&view, true);
    status = plx_tensors_own_mapping(tensors, &mapping, error);
    return status ? status : format->read_tensors(&view, plx_source_name(source), options, tensors, error);
}

enum plx_status plx_weights_read(const char *path, const struct plx_model_format *format,
                                 const struct plx_model_options *options, struct plx_tensors *tensors,
                                 struct plx_error *error)
{
    const struct plx_source_options source_options = {
        .network = options->network, .interrupted = options->interrupted, .user = options->user};
    struct plx_source *source;
    enum plx_status status = plx_source_open(path, &source_options, &source, error);
    if (status)
        return status;
    status = read_source(source, format, options, tensors, error);
    plx_source_close(source);
    return status;
}

enum plx_status plx_weights_open(const struct plx_model_format *format, struct plx_mapping *mapping,
                                 const char *name, const struct plx_model_options *options,
                                 struct plx_model **opened, struct plx_error *error)
{
    struct plx_tensors tensors = {0};
    *opened = NULL;
    plx_mapping_sequential(mapping, true); /* all weights will be looked at, one behind the other */
    enum plx_status status = format->read_tensors(mapping, name, options, &tensors, error);
    if (status) {
        plx_tensors_release(&tensors);
        return status;
    }
    status = plx_neural_open(&tensors, name, options, opened, error);
    if (status)
        return status;
    struct plx_neural_model *model = (struct plx_neural_model *)(void *)*opened;
    model->base.parts = model->tensors.mappings;
    model->base.part_count = model->tensors.mapping_count;
    return PLX_OK;
}
