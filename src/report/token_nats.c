/* Per-token files in memory, and whether they are a result's. */
#include "report/token_file.h"

#include "base/error.h"
#include "base/exact.h"
#include "base/memory.h"
#include "base/path.h"
#include "report/result_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Values read at a time, of a file that need not have as many as its header says. */
#define ELEMENTS ((size_t)1 << 18)

void plx_token_nats_release(struct plx_token_nats *nats)
{
    free(nats->nats);
    free(nats->document_begins);
    *nats = (struct plx_token_nats){0};
}

/* What is known while a file is read. */
struct reading {
    struct plx_token_nats *nats;
    size_t room, document_room;
    bool units_are_documents;
    bool has_ids;  /* some token has a document id */
    uint64_t unit; /* of the last token */
    char *id;      /* of its document: [id_length] of [id_room] */
    size_t id_length, id_room;
};

static bool begins_document(const struct reading *reading, const struct plx_token_score *token)
{
    return reading->nats->document_count == 0 ||
           (reading->units_are_documents && token->unit != reading->unit) ||
           token->document.length != reading->id_length ||
           (reading->id_length > 0 && memcmp(token->document.text, reading->id, reading->id_length) != 0);
}

static enum plx_status add_document(struct reading *reading, size_t begin, struct plx_word id,
                                    struct plx_error *error)
{
    struct plx_token_nats *nats = reading->nats;
    enum plx_status status =
        plx_reserve_array(&nats->document_begins, &reading->document_room, nats->document_count + 1,
                          sizeof *nats->document_begins, error);
    if (status == PLX_OK)
        status = plx_reserve_array(&reading->id, &reading->id_room, id.length + 1, 1, error);
    if (status)
        return status;
    nats->document_begins[nats->document_count++] = begin;
    if (id.length > 0)
        memcpy(reading->id, id.text, id.length);
    reading->id_length = id.length;
    return PLX_OK;
}

static enum plx_status add_tokens(struct reading *reading, const struct plx_token_score *tokens, size_t count,
                                  struct plx_error *error)
{
    struct plx_token_nats *nats = reading->nats;
    enum plx_status status =
        plx_reserve_array(&nats->nats, &reading->room, nats->count + count, sizeof *nats->nats, error);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        const struct plx_token_score *token = tokens + i;
        if (begins_document(reading, token))
            status = add_document(reading, nats->count + i, token->document, error);
        reading->has_ids |= token->document.text != NULL;
        reading->unit = token->unit;
        nats->nats[nats->count + i] = token->nats;
    }
    nats->count += count;
    return status;
}

static enum plx_status read_lines(struct plx_token_file *file, struct reading *reading,
                                  struct plx_error *error)
{
    const struct plx_token_score *tokens;
    size_t count = 0;
    enum plx_status status;
    do {
        status = plx_token_file_next(file, &tokens, &count, error);
        if (status == PLX_OK)
            status = add_tokens(reading, tokens, count, error);
    } while (status == PLX_OK && count > 0);
    if (!reading->units_are_documents && !reading->has_ids)
        reading->nats->document_count = 0;
    return status;
}

static enum plx_status read_elements(struct plx_token_file *file, struct reading *reading,
                                     struct plx_error *error)
{
    struct plx_token_nats *nats = reading->nats;
    const uint64_t all = plx_token_file_count(file);
    size_t count = 0;
    enum plx_status status;
    do {
        const size_t some = all - nats->count < ELEMENTS ? (size_t)(all - nats->count) : ELEMENTS;
        status =
            plx_reserve_array(&nats->nats, &reading->room, nats->count + some, sizeof *nats->nats, error);
        if (status == PLX_OK)
            status = plx_token_file_next_nats(file, nats->nats + nats->count, some, &count, error);
        nats->count += count;
    } while (status == PLX_OK && count > 0);
    return status;
}

enum plx_status plx_token_nats_read(const char *path, const struct plx_source_options *options,
                                    bool units_are_documents, struct plx_token_nats *nats,
                                    struct plx_error *error)
{
    struct plx_token_file *file;
    struct reading reading = {.nats = nats, .units_are_documents = units_are_documents};
    *nats = (struct plx_token_nats){0};
    enum plx_status status = plx_token_file_open(path, options, &file, error);
    if (status)
        return status;
    if (plx_token_file_detailed(file))
        status = read_lines(file, &reading, error);
    else
        status = read_elements(file, &reading, error);
    free(reading.id);
    plx_token_file_close(file);
    if (status)
        plx_token_nats_release(nats);
    return status;
}

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

enum plx_status plx_token_nats_check(const struct plx_token_nats *nats, const char *path, const cJSON *result,
                                     const char *result_path, struct plx_error *error)
{
    struct plx_exact found = {0};
    for (size_t i = 0; i < nats->count; i++)
        plx_exact_add(&found, nats->nats[i]);
    return plx_token_sums_check(&found, path, result, result_path, error);
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
