#include "eval/convert_outputs.h"

#include "corpus/corpus.h"
#include "corpus/ids_writer.h"
#include "io/place.h"

#include <stdlib.h>

#define OUTPUTS_MOST 4

static enum plx_status check_different(const char *a, const char *b, struct plx_error *error)
{
    struct plx_error name = {0};
    if (!plx_output_same(a, b))
        return PLX_OK;
    plx_error_input(&name, b); /* shortens it */
    return plx_error_set(error, PLX_USAGE, "two outputs cannot both go to %s", name.input);
}

static enum plx_status check(const char *const *paths, size_t count, const struct plx_corpus *corpus,
                             const char *vocabulary, struct plx_error *error)
{
    for (size_t i = 0; i < count; i++) {
        enum plx_status status = plx_corpus_check_output(corpus, paths[i], error);
        if (status == PLX_OK && vocabulary)
            status = plx_place_check(paths[i], vocabulary, error);
        for (size_t k = 0; k < i && status == PLX_OK; k++)
            status = check_different(paths[k], paths[i], error);
        if (status || (status = plx_output_check(paths[i], error)))
            return status;
    }
    return PLX_OK;
}

enum plx_status plx_convert_check_outputs(const struct plx_corpus *corpus, const char *output,
                                          const struct plx_convert_options *options, struct plx_error *error)
{
    const struct plx_ids_format *format = plx_ids_format_find(options->format, output);
    const char *paths[OUTPUTS_MOST];
    char *names[2] = {NULL, NULL};
    size_t count = 0;
    enum plx_status status = plx_ids_format_check(options->format, output, error);
    if (status == PLX_OK && format->names)
        status = format->names(output, names, error);
    if (status)
        return status;
    paths[count++] = format->names ? names[0] : output;
    if (format->names)
        paths[count++] = names[1];
    if (options->bytes)
        paths[count++] = options->bytes;
    if (options->make_vocabulary)
        paths[count++] = options->make_vocabulary;
    status = check(paths, count, corpus, options->vocabulary, error);
    free(names[0]);
    free(names[1]);
    return status;
}
