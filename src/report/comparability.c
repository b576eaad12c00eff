#include "report/comparability.h"

#include "base/memory.h"
#include "report/compare/effects.h"
#include "report/result/result_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Figures per byte are of the bytes that are scored. Tokenizations that leave out a first token, or an end of
   a line, differ by a few of them; by more than this share of them, they are not of one text. */
#define BYTES_APART 0.01

/* Notes a difference between the members `key` of two objects of that name where there is one. */
static enum plx_status compare_field(struct plx_comparability *found, const cJSON *const objects[2],
                                     const char *name, const char *key, struct plx_error *error)
{
    const cJSON *const values[2] = {plx_result_member(objects[0], key), plx_result_member(objects[1], key)};
    if ((!values[0] && !values[1]) || (values[0] && values[1] && cJSON_Compare(values[0], values[1], true)))
        return PLX_OK;
    const enum plx_status status =
        plx_resize_array(&found->differences, found->difference_count + 1, sizeof *found->differences, error);
    if (status)
        return status;
    struct plx_difference *added = found->differences + found->difference_count++;
    *added = (struct plx_difference){.values = {values[0], values[1]}};
    snprintf(added->field, sizeof added->field, "%s.%s", name, key);
    added->effect = plx_difference_effect(added->field, values[0], values[1]);
    return PLX_OK;
}

/* The same of every member of either object but its name. */
static enum plx_status compare_objects(struct plx_comparability *found, const cJSON *const objects[2],
                                       const char *name, struct plx_error *error)
{
    const cJSON *field;
    enum plx_status status = PLX_OK;
    cJSON_ArrayForEach(field, objects[0])
    {
        if (status == PLX_OK && strcmp(field->string, "name") != 0)
            status = compare_field(found, objects, name, field->string, error);
    }
    cJSON_ArrayForEach(field, objects[1])
    {
        if (status == PLX_OK && !plx_result_member(objects[0], field->string))
            status = compare_field(found, objects, name, field->string, error);
    }
    return status;
}

static bool is_word(const cJSON *object, const char *key, const char *word)
{
    const cJSON *value = plx_result_member(object, key);
    return cJSON_IsString(value) && strcmp(value->valuestring, word) == 0;
}

/* What makes no difference to any number: where documents begin, if these are neither units nor chosen from;
   what words that are spelled as symbols are, if one of the results had refused them; a few bytes. */
static bool is_harmless(const struct plx_difference *difference, const cJSON *const results[2])
{
    bool documents = false, refused = false;
    for (size_t i = 0; i < 2; i++) {
        const cJSON *protocol = plx_result_member(results[i], "protocol");
        documents |= !is_word(protocol, "unit", "line") && !is_word(protocol, "unit", "stream");
        documents |= plx_result_member(plx_result_member(results[i], "corpus"), "document_range") != NULL;
        refused |= is_word(protocol, "control_words", "refuse");
    }
    if (strcmp(difference->field, "counts.scored_bytes") == 0) {
        const double a = cJSON_GetNumberValue(difference->values[0]),
                     b = cJSON_GetNumberValue(difference->values[1]);
        return fabs(a - b) <= BYTES_APART * fmax(a, b);
    }
    return (strcmp(difference->field, "protocol.pages") == 0 && !documents) ||
           (strcmp(difference->field, "protocol.control_words") == 0 && refused);
}

static void drop_harmless(struct plx_comparability *found, const cJSON *const results[2])
{
    size_t kept = 0;
    for (size_t i = 0; i < found->difference_count; i++) {
        if (!is_harmless(found->differences + i, results))
            found->differences[kept++] = found->differences[i];
    }
    found->difference_count = kept;
}

static enum plx_status find_differences(struct plx_comparability *found, const cJSON *a, const cJSON *b,
                                        struct plx_error *error)
{
    static const char *const fields[][2] = {{"corpus", "sha256"},       {"corpus", "document_range"},
                                            {"corpus", "format"},       {"corpus", "text"},
                                            {"corpus", "tokenization"}, {"counts", "tokens"},
                                            {"counts", "scored"},       {"counts", "scored_bytes"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const cJSON *const objects[2] = {plx_result_member(a, fields[i][0]),
                                         plx_result_member(b, fields[i][0])};
        const enum plx_status status = compare_field(found, objects, fields[i][0], fields[i][1], error);
        if (status)
            return status;
    }
    const cJSON *const counts[2] = {plx_result_member(a, "counts"), plx_result_member(b, "counts")};
    const cJSON *const skipped[2] = {plx_result_member(counts[0], "skipped"),
                                     plx_result_member(counts[1], "skipped")};
    const cJSON *const protocols[2] = {plx_result_member(a, "protocol"), plx_result_member(b, "protocol")};
    const enum plx_status status = compare_objects(found, skipped, "counts.skipped", error);
    return status ? status : compare_objects(found, protocols, "protocol", error);
}

/* Not where other unknown tokens are left out: what is hard could go that way. */
bool plx_difference_leaves_text(const char *field)
{
    static const char *const fields[] = {"corpus.tokenization", "counts.tokens",  "counts.scored",
                                         "protocol.unit",       "protocol.start", "protocol.end",
                                         "protocol.join"};
    if (strncmp(field, "counts.skipped.", 15) == 0)
        return strcmp(field, "counts.skipped.unknown") != 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(field, fields[i]) == 0)
            return true;
    }
    return false;
}

static void judge(struct plx_comparability *found)
{
    bool text = true, corpus = true, left_out = false;
    for (size_t i = 0; i < found->difference_count; i++) {
        const char *field = found->differences[i].field;
        text = text && plx_difference_leaves_text(field);
        left_out = left_out || strcmp(field, "counts.skipped.unknown") == 0 ||
                   strcmp(field, "counts.scored_bytes") == 0;
        corpus = corpus && strcmp(field, "corpus.sha256") != 0 && strcmp(field, "corpus.document_range") != 0;
    }
    if (found->difference_count == 0) {
        found->level = PLX_COMPARABLE_TOKENS;
        return;
    }
    found->level = text ? PLX_COMPARABLE_TEXT : PLX_COMPARABLE_NOTHING;
    if (!corpus)
        found->reason = "the results are of different corpora";
    else if (left_out)
        found->reason = "the results leave out different parts of the text";
    else if (!text)
        found->reason = "the numbers are not of the same predictions";
    else
        found->reason = "the numbers are not of the same tokens; only the figures per byte, character "
                        "and word may be compared";
}

enum plx_status plx_comparability_find(const cJSON *a, const cJSON *b, struct plx_comparability *found,
                                       struct plx_error *error)
{
    *found = (struct plx_comparability){.level = PLX_COMPARABLE_TOKENS};
    const cJSON *const results[2] = {a, b};
    const enum plx_status status = find_differences(found, a, b, error);
    if (status) {
        plx_comparability_release(found);
        return status;
    }
    drop_harmless(found, results);
    judge(found);
    return PLX_OK;
}

void plx_comparability_release(struct plx_comparability *comparability)
{
    free(comparability->differences);
    *comparability = (struct plx_comparability){.level = PLX_COMPARABLE_NOTHING};
}
