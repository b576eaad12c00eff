#include "report/comparability.h"

#include "base/memory.h"
#include "report/result_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Notes a difference where there is one. */
static enum plx_status compare_field(struct plx_comparability *found, const cJSON *const sides[2],
                                     const char *object, const char *key, struct plx_error *error)
{
    const cJSON *values[2];
    for (size_t i = 0; i < 2; i++)
        values[i] = plx_result_member(plx_result_member(sides[i], object), key);
    if ((!values[0] && !values[1]) || (values[0] && values[1] && cJSON_Compare(values[0], values[1], true)))
        return PLX_OK;
    const enum plx_status status =
        plx_resize_array(&found->differences, found->difference_count + 1, sizeof *found->differences, error);
    if (status)
        return status;
    struct plx_difference *added = found->differences + found->difference_count++;
    *added = (struct plx_difference){.values = {values[0], values[1]}};
    snprintf(added->field, sizeof added->field, "%s.%s", object, key);
    return PLX_OK;
}

/* Every field of either protocol but the name. */
static enum plx_status compare_protocols(struct plx_comparability *found, const cJSON *const sides[2],
                                         struct plx_error *error)
{
    const cJSON *ours = plx_result_member(sides[0], "protocol");
    const cJSON *theirs = plx_result_member(sides[1], "protocol"), *field;
    enum plx_status status = PLX_OK;
    cJSON_ArrayForEach(field, ours)
    {
        if (status == PLX_OK && strcmp(field->string, "name") != 0)
            status = compare_field(found, sides, "protocol", field->string, error);
    }
    cJSON_ArrayForEach(field, theirs)
    {
        if (status == PLX_OK && !plx_result_member(ours, field->string))
            status = compare_field(found, sides, "protocol", field->string, error);
    }
    return status;
}

static enum plx_status find_differences(struct plx_comparability *found, const cJSON *const sides[2],
                                        struct plx_error *error)
{
    static const char *const fields[][2] = {
        {"corpus", "sha256"},       {"corpus", "document_range"}, {"corpus", "format"}, {"corpus", "text"},
        {"corpus", "tokenization"}, {"counts", "tokens"},         {"counts", "scored"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const enum plx_status status = compare_field(found, sides, fields[i][0], fields[i][1], error);
        if (status)
            return status;
    }
    return compare_protocols(found, sides, error);
}

/* Whether the figures of the text are comparable in spite of it. */
static bool leaves_text(const char *field)
{
    static const char *const fields[] = {"corpus.tokenization", "counts.tokens",  "counts.scored",
                                         "protocol.unit",       "protocol.start", "protocol.end",
                                         "protocol.join"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(field, fields[i]) == 0)
            return true;
    }
    return false;
}

static void judge(struct plx_comparability *found)
{
    bool text = true, corpus = true;
    for (size_t i = 0; i < found->difference_count; i++) {
        const char *field = found->differences[i].field;
        text = text && leaves_text(field);
        corpus = corpus && strcmp(field, "corpus.sha256") != 0 && strcmp(field, "corpus.document_range") != 0;
    }
    if (found->difference_count == 0) {
        found->level = PLX_COMPARABLE_TOKENS;
        return;
    }
    found->level = text ? PLX_COMPARABLE_TEXT : PLX_COMPARABLE_NOTHING;
    if (!corpus)
        found->reason = "the results are of different corpora";
    else if (!text)
        found->reason = "the numbers are not of the same predictions";
    else
        found->reason = "the numbers are not of the same tokens; only the figures per byte, character "
                        "and word may be compared";
}

enum plx_status plx_comparability_find(const cJSON *a, const cJSON *b, struct plx_comparability *found,
                                       struct plx_error *error)
{
    const cJSON *const sides[2] = {a, b};
    *found = (struct plx_comparability){.level = PLX_COMPARABLE_TOKENS};
    const enum plx_status status = find_differences(found, sides, error);
    if (status)
        plx_comparability_release(found);
    else
        judge(found);
    return status;
}

void plx_comparability_release(struct plx_comparability *comparability)
{
    free(comparability->differences);
    *comparability = (struct plx_comparability){.level = PLX_COMPARABLE_NOTHING};
}
