/* Comparisons as JSON, perplex.comparison/2. */
#include "base/json_writer.h"
#include "report/compare/comparison.h"
#include "report/compare/gate_write.h"
#include "report/compare/intervals.h"
#include "report/context_json.h"
#include "report/result/result_file.h"

#include <math.h>

static const char *const COMPARABLE[] = {
    [PLX_COMPARABLE_NOTHING] = "nothing", [PLX_COMPARABLE_TEXT] = "text", [PLX_COMPARABLE_TOKENS] = "tokens"};

/* A field's value as the result has it. Those of a result are strings and numbers. */
static void write_value(struct plx_json_writer *json, const char *key, const cJSON *value)
{
    if (cJSON_IsString(value))
        plx_json_string(json, key, value->valuestring);
    else if (cJSON_IsNumber(value) && value->valuedouble >= 0 && value->valuedouble < 9007199254740992.0 &&
             value->valuedouble == floor(value->valuedouble))
        plx_json_u64(json, key, (uint64_t)value->valuedouble);
    else if (cJSON_IsNumber(value))
        plx_json_double(json, key, value->valuedouble);
    else if (cJSON_IsBool(value))
        plx_json_bool(json, key, cJSON_IsTrue(value));
    else if (value)
        plx_json_string(json, key, "neither a string nor a number");
}

static void write_side(struct plx_json_writer *json, const char *key, const struct plx_compared *side)
{
    plx_json_begin_object(json, key);
    plx_json_string(json, "file", side->file);
    plx_json_string(json, "model", side->model);
    plx_json_string(json, "corpus", side->corpus);
    plx_json_string(json, "protocol", side->protocol);
    plx_json_u64(json, "tokens", side->tokens);
    plx_json_u64(json, "scored", side->scored);
    plx_json_u64(json, "scored_bytes", side->scored_bytes);
    plx_json_u64(json, "unknown", side->unknown);
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++)
        plx_json_double(json, plx_figure_keys[i], side->figures[i]);
    plx_json_end_object(json);
}

static void write_changes(struct plx_json_writer *json, const struct plx_pair *pair)
{
    plx_json_begin_object(json, "difference");
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++) {
        const enum plx_comparable needed = i < PLX_FIGURE_BYTE ? PLX_COMPARABLE_TOKENS : PLX_COMPARABLE_TEXT;
        if (pair->comparability.level >= needed)
            plx_json_double(json, i == PLX_FIGURE_PERPLEXITY ? "perplexity_ratio" : plx_figure_keys[i],
                            pair->changes[i]);
    }
    plx_json_end_object(json);
}

static void write_interval(struct plx_json_writer *json, const char *key, double low, double high)
{
    plx_json_begin_array(json, key);
    json->compact = true;
    plx_json_double(json, NULL, low);
    plx_json_double(json, NULL, high);
    plx_json_end_array(json);
    json->compact = false;
}

static void write_test(struct plx_json_writer *json, const char *key, const struct plx_interval_test *test)
{
    static const char *const pairings[] = {
        [PLX_PAIRED_TOKENS] = "tokens", [PLX_PAIRED_BLOCKS] = "blocks", [PLX_UNPAIRED] = "none"};
    static const char *const drawn[] = {
        [PLX_DRAWN_DOCUMENTS] = "documents", [PLX_DRAWN_BLOCKS] = "blocks", [PLX_DRAWN_NOTHING] = "nothing"};
    char method[PLX_TEST_METHOD];
    plx_test_method(test, method);
    plx_json_begin_object(json, key);
    plx_json_string(json, "pairing", pairings[test->pairing]);
    plx_json_string(json, "method", method);
    plx_json_u64(json, "tokens", test->tokens);
    plx_json_double(json, "difference_nats", test->difference);
    if (test->known) {
        plx_json_double(json, "standard_error_nats", test->standard_error);
        write_interval(json, "interval95_nats", test->low, test->high);
        write_interval(json, "interval95_perplexity_ratio", exp(test->low), exp(test->high));
        plx_json_double(json, "p_value", test->p_value);
        if (!isnan(test->independent_low))
            write_interval(json, "independent95_nats", test->independent_low, test->independent_high);
        plx_json_string(json, "drawn", drawn[test->drawn]);
    }
    if (test->resamples > 0) {
        plx_json_u64(json, "blocks", test->blocks);
        if (test->length > 0)
            plx_json_u64(json, "block_length", test->length);
        plx_json_u64(json, "resamples", test->resamples);
        plx_json_u64(json, "seed", test->seed);
    }
    plx_json_end_object(json);
}

static void write_tests(struct plx_json_writer *json, const struct plx_pair *pair)
{
    if (pair->comparability.level != PLX_COMPARABLE_TOKENS)
        return;
    write_test(json, "test", &pair->test);
    write_test(json, "unpaired", &pair->unpaired);
    if (!pair->files[0])
        return;
    plx_json_begin_object(json, "per_token");
    plx_json_string(json, "base", pair->files[0]);
    if (pair->files[1])
        plx_json_string(json, "new", pair->files[1]);
    plx_json_end_object(json);
}

static void write_token(struct plx_json_writer *json, const struct plx_extreme *token)
{
    plx_json_begin_object(json, NULL);
    plx_json_double(json, "change_nats", token->nats);
    plx_json_double(json, "base_nats", token->compared[0]);
    plx_json_double(json, "new_nats", token->compared[1]);
    plx_json_u64(json, "index", token->at);
    plx_json_u64(json, "unit", token->unit);
    plx_json_u64(json, "position", token->position);
    plx_write_token(json, &token->token);
    if (token->document_id.known)
        plx_write_snippet(json, "document", &token->document_id);
    plx_write_flags(json, token->flags);
    plx_write_context(json, "before", token->before, token->before_count);
    plx_write_context(json, "after", token->after, token->after_count);
    plx_json_end_object(json);
}

static void write_tokens(struct plx_json_writer *json, const char *key, const struct plx_extremes *tokens)
{
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < tokens->count; i++)
        write_token(json, tokens->list + tokens->heap[i]);
    plx_json_end_array(json);
}

static void write_documents(struct plx_json_writer *json, const char *key,
                            const struct plx_moved_documents *documents)
{
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < documents->count; i++) {
        const struct plx_moved_document *document = documents->list + i;
        plx_json_begin_object(json, NULL);
        plx_json_u64(json, "number", document->number);
        if (document->id.known)
            plx_write_snippet(json, "document", &document->id);
        plx_json_u64(json, "tokens", document->tokens);
        plx_json_double(json, "change_nats", document->change);
        plx_json_double(json, "base_nats_per_token", document->nats[0] / (double)document->tokens);
        plx_json_double(json, "new_nats_per_token", document->nats[1] / (double)document->tokens);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

/* Where tokens were paired. */
static void write_moved(struct plx_json_writer *json, const struct plx_moved *moved)
{
    if (moved->passed == 0)
        return;
    if (plx_moved_tells_documents(moved)) {
        plx_json_begin_object(json, "documents");
        plx_json_u64(json, "count", moved->document_count);
        plx_json_u64(json, "worse", moved->worse_count);
        plx_json_u64(json, "better", moved->better_count);
        plx_json_double(json, "worse_share", plx_moved_worse_share(moved));
        write_documents(json, "worse_most", &moved->worse_documents);
        write_documents(json, "better_most", &moved->better_documents);
        plx_json_end_object(json);
    }
    plx_json_begin_object(json, "moved");
    write_tokens(json, "worse_most", &moved->worse);
    write_tokens(json, "better_most", &moved->better);
    plx_json_end_object(json);
}

static void write_pair(struct plx_json_writer *json, const struct plx_pair *pair)
{
    plx_json_begin_object(json, NULL);
    write_side(json, "new", &pair->other);
    plx_json_string(json, "comparable", COMPARABLE[pair->comparability.level]);
    plx_json_string(json, "verdict", plx_verdict_name(pair->verdict));
    plx_json_string(json, "reason", pair->reason);
    plx_json_begin_array(json, "differences");
    for (size_t i = 0; i < pair->comparability.difference_count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "field", pair->comparability.differences[i].field);
        write_value(json, "base", pair->comparability.differences[i].values[0]);
        write_value(json, "new", pair->comparability.differences[i].values[1]);
        plx_json_string(json, "effect", pair->comparability.differences[i].effect);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    write_changes(json, pair);
    write_tests(json, pair);
    write_moved(json, &pair->moved);
    plx_json_begin_array(json, "warnings");
    for (size_t i = 0; i < pair->warning_count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "code", pair->warnings[i].code);
        plx_json_string(json, "message", pair->warnings[i].message);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_gate_json_outcomes(json, pair);
    plx_json_end_object(json);
}

enum plx_status plx_comparison_json(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error)
{
    struct plx_json_writer json;
    plx_json_writer_init(&json, out);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.comparison/2");
    write_side(&json, "base", &comparison->base);
    plx_json_begin_array(&json, "comparisons");
    for (size_t i = 0; i < comparison->pair_count; i++)
        write_pair(&json, comparison->pairs + i);
    plx_json_end_array(&json);
    plx_gate_json(&json, comparison);
    plx_json_end_object(&json);
    return plx_json_writer_finish(&json, error);
}
