#include "support/gated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *copy(const char *text)
{
    char *made = strdup(text);
    assert_non_null(made);
    return made;
}

static void make_side(struct plx_compared *side, const char *json, const char *file)
{
    *side = (struct plx_compared){.json = cJSON_Parse(json),
                                  .file = copy(file),
                                  .model = "models/a.arpa",
                                  .corpus = "texts/t.txt",
                                  .protocol = "sentence"};
    assert_non_null(side->json);
    cJSON *model = cJSON_GetObjectItem(side->json, "model");
    if (!model)
        model = cJSON_AddObjectToObject(side->json, "model");
    if (!cJSON_GetObjectItem(model, "fingerprint"))
        cJSON_AddStringToObject(model, "fingerprint", "full");
}

void gated_make(struct gated *gated, const char *base, const char *new)
{
    memset(gated, 0, sizeof *gated);
    gated->comparison.pairs = &gated->pair;
    gated->comparison.pair_count = 1;
    gated->pair.comparability.level = PLX_COMPARABLE_TOKENS;
    make_side(&gated->comparison.base, base, "base.json");
    make_side(&gated->pair.other, new, "new.json");
}

const struct plx_outcome *gated_judge(struct gated *gated, const char *condition)
{
    struct plx_gate *gate;
    struct plx_error error;
    if (plx_gate_parse(&condition, 1, &gate, &error) ||
        plx_comparison_judge(&gated->comparison, gate, &error))
        fail_msg("%s: %s", condition, error.message);
    plx_gate_free(gate);
    return gated->pair.outcomes;
}

char *gated_write(const struct gated *gated, enum plx_comparison_format format)
{
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_comparison_write(&gated->comparison, format, &text, &length, &error))
        fail_msg("%s", error.message);
    assert_int_equal(length, strlen(text));
    return text;
}

void gated_release(struct gated *gated)
{
    struct plx_compared *const sides[] = {&gated->comparison.base, &gated->pair.other};
    for (size_t i = 0; i < 2; i++) {
        cJSON_Delete(sides[i]->json);
        free(sides[i]->file);
    }
    plx_outcomes_free(gated->pair.outcomes, gated->pair.outcome_count);
}
