#include "model/stored.h"

#include "model/arpa_notes.h"
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
    return strcmp(model->info.format, "arpa") == 0 && plx_arpa_watches(code);
}
