#include "support/reference.h"

#include "support/distribution.h"
#include "support/random.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *const REFERENCE_SPLIT_NAMES[REFERENCE_SPLITS] = {"test", "valid"};

char *reference_file(const char *folder, const char *name)
{
    char relative[256];
    assert_true((size_t)snprintf(relative, sizeof relative, "%s/%s", folder, name) < sizeof relative);
    return real_path(relative);
}

struct file_bytes reference_text(const char *folder, size_t split)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s.txt", folder, REFERENCE_SPLIT_NAMES[split]);
    char *path = real_path(name);
    const struct file_bytes file = file_read(path);
    free(path);
    return file;
}

cJSON *reference_json(const char *name)
{
    char *path = real_path(name);
    const struct file_bytes file = file_read(path);
    cJSON *root = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    if (!root)
        fail_msg("%s: no JSON", path);
    free(file.bytes);
    free(path);
    return root;
}

const cJSON *reference_row(const cJSON *list, const char *model, const char *split)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, list)
    {
        if (strcmp(result_member(row, "model")->valuestring, model) == 0 &&
            strcmp(result_member(row, "split")->valuestring, split) == 0)
            return row;
    }
    return NULL;
}

void reference_close(const char *what, double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%s: %.17g, expected %.17g: off by %.2e, %.0e is allowed", what, found, expected,
                 fabs(found / expected - 1), relative);
}

cJSON *reference_evaluate(const struct plx_model *model, const struct file_bytes *text,
                          enum plx_token_kind tokens, const struct plx_protocol *protocol)
{
    const struct plx_evaluate_options options = {.protocol = protocol};
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text->bytes, text->size, tokens, &options, &error);
    if (!result) {
        fail_msg("%s: %s", plx_model_name(model), error.message);
        return NULL;
    }
    return result_tree(result);
}

void reference_sums(const struct plx_model *model, const uint32_t *ids, size_t count, size_t contexts,
                    double tolerance)
{
    const struct plx_model_info *info = plx_model_info(model);
    const size_t least = (size_t)info->least_context, most = (size_t)info->context_length;
    struct distribution distribution = distribution_new(model, most);
    struct random random = {41};
    double worst = 0;
    for (size_t n = 0; n < contexts; n++) {
        const size_t length = least + random_below(&random, most - least + 1);
        const size_t at = random_below(&random, count - length);
        const double off = fabs(distribution_sum(&distribution, ids + at, length) - 1);
        worst = off > worst || isnan(off) ? off : worst;
    }
    print_message("%s: the sums of %zu distributions are off by up to %.1e%s\n",
                  path_name(plx_model_name(model)), contexts, worst, tolerance > 0 ? "" : " (not asserted)");
    if (tolerance > 0 && !(worst <= tolerance))
        fail_msg("a distribution's sum is off by %.3e", worst);
    distribution_free(&distribution);
}
