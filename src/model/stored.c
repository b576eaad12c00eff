#include "model/stored.h"

#include "model/ngram.h"

#include <assert.h>
#include <string.h>

/* NULL if it is no n-gram model. */
static const struct plx_ngram_model *ngram_model(const struct plx_model *model)
{
    return model->class->score == plx_ngram_score ? (const struct plx_ngram_model *)(const void *)model
                                                  : NULL;
}

bool plx_model_has_stored(const struct plx_model *model)
{
    const struct plx_ngram_model *ngram = ngram_model(model);
    return ngram && ngram->each;
}

bool plx_model_each_stored(const struct plx_model *model, unsigned order, plx_take_ngrams *take, void *user)
{
    const struct plx_ngram_model *ngram = (const struct plx_ngram_model *)(const void *)model;
    assert(plx_model_has_stored(model) && order >= 1 && order <= model->info.order);
    return ngram->each(ngram, order, take, user);
}

bool plx_model_watches(const struct plx_model *model, const char *code)
{
    const struct plx_model_format *reader = model->reader;
    return reader && reader->watches && reader->watches(code);
}

static const struct plx_warning *find(const struct plx_warning *warnings, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(warnings[i].code, code) == 0)
            return warnings + i;
    }
    return NULL;
}

const struct plx_warning *plx_model_deviation(const struct plx_model *model, const char *code)
{
    const struct plx_warning *warning = find(model->warnings, model->warning_count, code);
    return warning ? warning : find(model->remarks, model->remark_count, code);
}
