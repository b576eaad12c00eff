/* What a result that was written as JSON comes to. */
#include <perplex/result.h>

#include "report/result_file.h"

static enum plx_status read_headline(const cJSON *json, const char *path, struct plx_headline *headline,
                                     struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, counts = {&root, "counts", 0};
    enum plx_status status;
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
    enum plx_status status = plx_result_file_read(path, &json, error);
    if (status == PLX_OK)
        status = read_headline(json, path, headline, error);
    cJSON_Delete(json);
    return status;
}
