/* ARPA files: backoff n-gram models as text, of any order, from whatever toolkit. */
#include "model/arpa_notes.h"
#include "model/arpa_read.h"
#include "model/ngram_memory.h"

#include "base/utf8.h"

#include <string.h>

static enum plx_status open_arpa(struct plx_source *source, const struct plx_model_options *options,
                                 struct plx_model **model, struct plx_error *error)
{
    *model = NULL;
    if (options->vocabulary)
        return plx_error_set(error, PLX_USAGE,
                             "an ARPA model has its vocabulary inside, \"%.200s\" is not needed",
                             options->vocabulary);
    struct plx_ngram_hash *read = plx_ngram_hash_new(error);
    if (!read)
        return PLX_MEMORY;
    struct plx_ngram_memory memory;
    plx_ngram_memory_init(&memory, read);
    const enum plx_status status = plx_arpa_read(source, options, read, &memory.sink, error);
    if (status)
        plx_model_close(&read->ngram.base);
    else
        *model = &read->ngram.base;
    return status;
}

/* A line \data\ (or IRSTLM's mark, to be refused by name) among the first bytes; or a name that speaks of
   ARPA. */
static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char data[] = "\\data\\";
    const size_t mark = plx_utf8_mark(head, size);
    const char *text = (const char *)head + mark;
    size -= mark;
    if (size >= 5 && (memcmp(text, "iARPA", 5) == 0 || memcmp(text, "qARPA", 5) == 0))
        return PLX_PROBE_CONTENT;
    for (size_t at = 0; at + sizeof data - 1 <= size;) {
        if (memcmp(text + at, data, sizeof data - 1) == 0)
            return PLX_PROBE_CONTENT;
        const char *newline = memchr(text + at, '\n', size - at);
        if (!newline)
            break;
        at = (size_t)(newline - text) + 1;
    }
    const bool named = strstr(name, ".arpa") != NULL || strstr(name, ".lm") != NULL;
    return named ? PLX_PROBE_NAME : PLX_PROBE_NO;
}

const struct plx_model_format plx_model_format_arpa = {
    .name = "arpa",
    .description = "backoff n-gram model as text, any order, from any toolkit (plain or gzip)",
    .tolerance = true,
    .watches = plx_arpa_watches,
    .probe = probe,
    .open = open_arpa,
};
