/* What a result that was written as JSON comes to. */
#include <perplex/result.h>

#include "report/result/result_file.h"

#include <string.h>

/* What `key` of the object is, if it is a SHA-256. */
static void take_sha256(const cJSON *object, const char *key, char sha256[65])
{
    const char *text = cJSON_GetStringValue(plx_result_member(object, key));
    if (text && strlen(text) == 64)
        memcpy(sha256, text, 65);
}

static void read_inputs(const cJSON *json, struct plx_inputs *inputs)
{
    const cJSON *model = plx_result_member(json, "model"), *corpus = plx_result_member(json, "corpus"),
                *frequency = plx_result_member(plx_result_member(json, "breakdown"), "frequency"),
                *components = plx_result_member(model, "components"), *component;
    size_t count = 0;
    take_sha256(model, "sha256", inputs->sha256[PLX_INPUT_MODEL]);
    take_sha256(model, "vocabulary_sha256", inputs->sha256[PLX_INPUT_VOCABULARY]);
    take_sha256(corpus, "sha256", inputs->sha256[PLX_INPUT_CORPUS]);
    take_sha256(plx_result_member(model, "tuning"), "corpus_sha256", inputs->sha256[PLX_INPUT_TUNING]);
    take_sha256(plx_result_member(frequency, "counts"), "sha256", inputs->sha256[PLX_INPUT_COUNTS]);
    take_sha256(plx_result_member(corpus, "token_bytes"), "sha256", inputs->sha256[PLX_INPUT_TOKEN_BYTES]);
    cJSON_ArrayForEach(component, components)
    {
        if (count < PLX_MIXTURE_MOST)
            take_sha256(component, "sha256", inputs->components[count++]);
    }
}

static enum plx_status read_headline(const cJSON *json, const char *path, struct plx_headline *headline,
                                     struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, counts = {&root, "counts", 0};
    enum plx_status status;
    *headline = (struct plx_headline){0};
    read_inputs(json, &headline->inputs);
    if (!cJSON_IsTrue(plx_result_member(json, "complete")))
        return plx_json_error(&root, path, error, "the result is not complete");
    if ((status =
             plx_json_get_double(json, "nats_per_token", &root, path, &headline->nats_per_token, error)) ||
        (status = plx_json_get_double(json, "perplexity", &root, path, &headline->perplexity, error)))
        return status;
    status = plx_json_get_u64(plx_result_member(json, "counts"), "scored", &counts, path, 0, UINT64_MAX,
                              &headline->scored, error);
    return status ? status
                  : plx_json_get_u64(plx_result_member(json, "counts"), "infinite", &counts, path, 0,
                                     UINT64_MAX, &headline->infinite, error);
}

enum plx_status plx_result_headline(const char *path, struct plx_headline *headline, struct plx_error *error)
{
    cJSON *json;
    enum plx_status status = plx_result_file_read(path, NULL, &json, error);
    if (status == PLX_OK)
        status = read_headline(json, path, headline, error);
    cJSON_Delete(json);
    return status;
}
