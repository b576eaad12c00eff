/* Which per-token file is a result's, and whether it is. */
#include "report/tokens/token_file.h"

#include "base/error.h"
#include "base/exact.h"
#include "base/memory.h"
#include "base/path.h"
#include "report/result/result_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What a file of a result adds up to. */
struct sums {
    const char *sum, *squares;
    uint64_t count, infinite;
};

static enum plx_status get_sums(const cJSON *result, const char *name, struct sums *sums,
                                struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, accumulators = {&root, "accumulators", 0},
                               path = {&accumulators, "nats", 0};
    const cJSON *nats = plx_result_member(plx_result_member(result, "accumulators"), "nats");
    enum plx_status status = plx_json_get_string(nats, "sum", &path, name, &sums->sum, error);
    if (status == PLX_OK)
        status = plx_json_get_string(nats, "squares", &path, name, &sums->squares, error);
    if (status == PLX_OK)
        status = plx_json_get_u64(nats, "count", &path, name, 0, UINT64_MAX, &sums->count, error);
    if (status == PLX_OK)
        status = plx_json_get_u64(nats, "infinite", &path, name, 0, UINT64_MAX, &sums->infinite, error);
    return status;
}

static enum plx_status other_sums(const struct plx_exact *found, const struct sums *sums, const char *path,
                                  struct plx_error *error)
{
    if (found->count != sums->count) {
        plx_error_set(error, PLX_MISMATCH,
                      "the per-token file has %" PRIu64 " tokens, but its result %" PRIu64, found->count,
                      sums->count);
    } else if (found->infinite != sums->infinite) {
        plx_error_set(error, PLX_MISMATCH,
                      "%" PRIu64 " tokens of the per-token file cost infinitely much, but %" PRIu64
                      " of its result",
                      found->infinite, sums->infinite);
    } else {
        plx_error_set(error, PLX_MISMATCH, "the per-token file's nats do not add up to its result's");
    }
    plx_error_input(error, path);
    return plx_error_hint(error, "the file is another run's, or was changed since");
}

enum plx_status plx_token_sums_check(const struct plx_exact *found, const char *path, const cJSON *result,
                                     const char *result_path, struct plx_error *error)
{
    char sum[PLX_EXACT_TEXT], squares[PLX_EXACT_TEXT];
    struct sums sums;
    const enum plx_status status = get_sums(result, result_path, &sums, error);
    if (status)
        return status;
    plx_exact_format(found->sum, sum);
    plx_exact_format_unsigned(found->squares, squares);
    if (found->count == sums.count && found->infinite == sums.infinite && strcmp(sum, sums.sum) == 0 &&
        strcmp(squares, sums.squares) == 0)
        return PLX_OK;
    return other_sums(found, &sums, path, error);
}

static bool is_file(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

enum plx_status plx_token_file_find(const cJSON *result, const char *result_path, char **path,
                                    struct plx_error *error)
{
    const cJSON *outputs = plx_result_member(plx_result_member(result, "runtime"), "outputs");
    const cJSON *noted = plx_result_member(outputs, "per_token");
    *path = NULL;
    if (!cJSON_IsString(noted))
        return PLX_OK;
    const char *const name = plx_path_base(noted->valuestring);
    const size_t folder = (size_t)(plx_path_base(result_path) - result_path), length = strlen(name);
    char *found = plx_new_array(folder + length + 1, 1, error);
    if (!found)
        return PLX_MEMORY;
    memcpy(found, result_path, folder);
    memcpy(found + folder, name, length + 1); /* with its NUL */
    if (!is_file(found)) {
        free(found);
        found = NULL;
        if (is_file(noted->valuestring)) {
            found = plx_copy_string(noted->valuestring, strlen(noted->valuestring), error);
            if (!found)
                return PLX_MEMORY;
        }
    }
    *path = found;
    return PLX_OK;
}
