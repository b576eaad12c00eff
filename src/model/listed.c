#include "model/listed.h"

#include "base/memory.h"
#include "io/source.h"
#include "io/whole.h"
#include "model/roles.h"
#include "model/token_list.h"

#include <stdlib.h>
#include <string.h>

#define LIST_BYTES_MAX ((size_t)1 << 30)

static void close_listed(struct plx_model *model)
{
    free(model);
}

static struct plx_session *refuse_session(const struct plx_model *model, struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED, "a vocabulary alone scores nothing");
    plx_error_input(error, model->name);
    return NULL;
}

static const struct plx_model_class listed_class = {.close = close_listed, .session_new = refuse_session};

static enum plx_status make_listed(const char *name, struct plx_vocabulary *vocabulary,
                                   struct plx_model **model, struct plx_error *error)
{
    struct plx_model *made = plx_new_array(1, sizeof *made, error);
    if (!made || !(made->name = plx_copy_string(name, strlen(name), error))) {
        free(made);
        plx_vocabulary_free(vocabulary);
        return PLX_MEMORY;
    }
    made->class = &listed_class;
    made->vocabulary = vocabulary;
    made->info = (struct plx_model_info){
        .kind = PLX_KIND_VOCABULARY,
        .architecture = "vocabulary",
        .vocabulary = plx_vocabulary_size(vocabulary),
        .capabilities = PLX_STRING_TOKENS,
        .start = PLX_NO_TOKEN,
        .end = PLX_NO_TOKEN,
        .unknown = PLX_NO_TOKEN,
    };
    plx_roles_spell(made);
    *model = made;
    return PLX_OK;
}

static enum plx_status read_list(struct plx_source *source, const char *path, struct plx_model **model,
                                 struct plx_error *error)
{
    struct plx_buffer text;
    struct plx_vocabulary *vocabulary;
    plx_buffer_init(&text, LIST_BYTES_MAX);
    enum plx_status status = plx_source_read_all(source, "a vocabulary", &text, error);
    if (status == PLX_OK)
        status = plx_token_list_parse((const char *)text.data, text.size, plx_token_list_form(path), path,
                                      &vocabulary, error);
    plx_buffer_release(&text);
    return status ? status : make_listed(path, vocabulary, model, error);
}

/* Whether the content is surely that of a model. Lines of numbers are words as well. */
static enum plx_status is_model(struct plx_source *source, bool *model, struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    enum plx_probe sure;
    const enum plx_status status = plx_source_peek(source, PLX_PROBE_BYTES, &head, &size, error);
    if (status)
        return status;
    if (size > PLX_PROBE_BYTES)
        size = PLX_PROBE_BYTES; /* the same from every medium */
    const struct plx_model_format *format = plx_model_recognise(head, size, plx_source_name(source), &sure);
    *model = format && sure == PLX_PROBE_CONTENT && !format->logarithms;
    return PLX_OK;
}

static enum plx_status check_words(struct plx_model **model, struct plx_error *error)
{
    const unsigned capabilities = (*model)->info.capabilities;
    if ((capabilities & PLX_STRING_TOKENS) && !(capabilities & PLX_ANY_TOKENS))
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH, "a model without words gives no vocabulary");
    plx_error_input(error, plx_model_name(*model));
    plx_model_close(*model);
    *model = NULL;
    return plx_error_hint(error, "name the file of the vocabulary itself");
}

enum plx_status plx_listed_open(const char *path, const struct plx_model_options *options,
                                struct plx_model **model, struct plx_error *error)
{
    const struct plx_source_options source_options = {
        .network = options->network, .interrupted = options->interrupted, .user = options->user};
    struct plx_source *source;
    bool found;
    *model = NULL;
    enum plx_status status = plx_source_open(path, &source_options, &source, error);
    if (status)
        return status;
    status = is_model(source, &found, error);
    if (status == PLX_OK)
        status = found ? plx_model_open_source(source, options, model, error)
                       : read_list(source, path, model, error);
    plx_source_close(source);
    return status ? status : check_words(model, error);
}
