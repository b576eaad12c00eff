/* Whether every registered format has a fixture, which the conformance tests then walk. Run by the build: a
   format that nothing tests does not even get as far as the tests. The fixture of a model behind a server is
   an answer, endpoints/FORMAT.json. */
#include "model/model.h"
#include "support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_model(const char *path, const char *format)
{
    struct plx_model *model = NULL;
    struct plx_error error;
    const bool found = plx_model_open(path, NULL, &model, &error) == PLX_OK &&
                       strcmp(plx_model_info(model)->format, format) == 0;
    plx_model_close(model);
    return found;
}

static bool has_answer(const char *format)
{
    char name[64];
    snprintf(name, sizeof name, "endpoints/%s.json", format);
    char *path = fixture_path(name);
    const bool found = access(path, R_OK) == 0;
    free(path);
    return found;
}

/* Models behind servers are named with URLs, which may hold secrets. */
static bool is_remote(const char *format)
{
    const struct plx_model_format *row;
    for (size_t i = 0; (row = plx_model_format(i)) != NULL; i++) {
        if (strcmp(row->name, format) == 0)
            return row->secret;
    }
    return false;
}

static bool is_corpus(const char *path, const char *format)
{
    struct plx_corpus *corpus = NULL;
    struct plx_corpus_info info;
    struct plx_error error;
    if (plx_corpus_open(&path, 1, NULL, &corpus, &error))
        return false;
    plx_corpus_info(corpus, &info);
    plx_corpus_close(corpus);
    return strcmp(info.format, format) == 0;
}

/* The number of formats without a fixture. */
static int check(const char *kind, const struct fixtures *fixtures, const char *(*name)(size_t),
                 bool (*is_one)(const char *path, const char *format))
{
    int missing = 0;
    const char *format;
    for (size_t i = 0; (format = name(i)) != NULL; i++) {
        bool found = is_remote(format) && has_answer(format);
        for (size_t k = 0; k < fixtures->count && !found; k++)
            found = is_one(fixtures->paths[k], format);
        if (!found)
            fprintf(stderr, "tests/data/%s has no fixture of the registered format \"%s\"\n", kind, format);
        missing += !found;
    }
    return missing;
}

int main(void)
{
    struct fixtures models = fixtures_models(), corpora = fixtures_corpora();
    const int missing = check("models", &models, plx_model_format_name, is_model) +
                        check("corpora", &corpora, plx_corpus_format_name, is_corpus);
    fixtures_free(&models);
    fixtures_free(&corpora);
    return missing ? EXIT_FAILURE : EXIT_SUCCESS;
}
