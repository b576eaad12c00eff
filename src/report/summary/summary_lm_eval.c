/* lm-evaluation-harness: the results that `lm_eval --output_path` writes of a task like its wikitext
   (lm_eval/evaluator.py, lm_eval/evaluator_utils.py), as far as they are about the numbers. The task is named
   after the corpus. */
#include "report/summary/summary.h"

#include "base/error.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "eval/conventions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUMMARY_BYTES_MAX ((size_t)1 << 20)

/* Windows of any length will do. */
static void choose_protocol(const struct plx_model_info *model, const struct plx_protocol *given,
                            struct plx_protocol *protocol)
{
    (void)model;
    *protocol = *plx_protocol_find("lm-eval");
    if (given && given->window)
        protocol->window = given->window;
}

static bool allows(const struct plx_plan *plan)
{
    return plan->lm_eval;
}

/* "wikitext" of "/data/wikitext.test.txt.gz"; what has no name of its own is "corpus". To be freed; NULL on
   failure. */
static char *name_task(const struct plx_result *result, struct plx_error *error)
{
    const char *base = plx_path_base(result->corpus_name);
    const size_t length = strcspn(base, ".");
    if (result->files != 1 || length == 0 || strcmp(result->corpus_name, "standard input") == 0)
        return plx_copy_string("corpus", strlen("corpus"), error);
    return plx_copy_string(base, length, error);
}

/* A float as Python's json writes it. */
static void write_float(struct plx_json_writer *json, const char *key, double value)
{
    char digits[PLX_NUMBER_TEXT], text[PLX_NUMBER_TEXT + 2];
    plx_format_double(value, digits);
    snprintf(text, sizeof text, "%s%s", digits, strpbrk(digits, ".e") ? "" : ".0");
    plx_json_literal(json, key, isnan(value) ? "NaN" : isinf(value) ? "Infinity" : text);
}

/* There is no error of a quotient of sums. */
static void write_metric(struct plx_json_writer *json, const char *name, double value)
{
    char key[64];
    snprintf(key, sizeof key, "%s,none", name);
    write_float(json, key, value);
    snprintf(key, sizeof key, "%s_stderr,none", name);
    plx_json_string(json, key, "N/A");
}

static void write_results(struct plx_json_writer *json, const char *task, const struct plx_conventions *c)
{
    plx_json_begin_object(json, "results");
    plx_json_begin_object(json, task);
    plx_json_string(json, "alias", task);
    write_metric(json, "word_perplexity", c->lm_eval.word_perplexity);
    write_metric(json, "byte_perplexity", c->lm_eval.byte_perplexity);
    write_metric(json, "bits_per_byte", c->lm_eval.bits_per_byte);
    plx_json_end_object(json);
    plx_json_end_object(json);
}

/* "key": {task: …}, of which the caller writes … */
static void begin_of_task(struct plx_json_writer *json, const char *key, const char *task)
{
    plx_json_begin_object(json, key);
    plx_json_begin_object(json, task);
}

static void end_of_task(struct plx_json_writer *json)
{
    plx_json_end_object(json);
    plx_json_end_object(json);
}

static void write_task(struct plx_json_writer *json, const char *task, uint64_t documents)
{
    plx_json_begin_object(json, "group_subtasks");
    plx_json_begin_array(json, task);
    plx_json_end_array(json);
    plx_json_end_object(json);
    begin_of_task(json, "configs", task);
    plx_json_string(json, "task", task);
    plx_json_string(json, "output_type", "loglikelihood_rolling");
    plx_json_u64(json, "num_fewshot", 0);
    end_of_task(json);
    plx_json_begin_object(json, "versions");
    plx_json_string(json, task, "N/A");
    plx_json_end_object(json);
    plx_json_begin_object(json, "n-shot");
    plx_json_u64(json, task, 0);
    plx_json_end_object(json);
    begin_of_task(json, "higher_is_better", task);
    plx_json_bool(json, "word_perplexity", false);
    plx_json_bool(json, "byte_perplexity", false);
    plx_json_bool(json, "bits_per_byte", false);
    end_of_task(json);
    begin_of_task(json, "n-samples", task);
    plx_json_u64(json, "original", documents);
    plx_json_u64(json, "effective", documents);
    end_of_task(json);
}

static void write_all(struct plx_json_writer *json, const char *task, const struct plx_result *result)
{
    struct plx_conventions c;
    plx_conventions_compute(result, &c);
    plx_json_begin_object(json, NULL);
    write_results(json, task, &c);
    write_task(json, task, c.lm_eval.documents);
    plx_json_begin_object(json, "config");
    plx_json_string(json, "model", "perplex");
    plx_json_string(json, "model_args", result->model_name);
    plx_json_null(json, "limit");
    plx_json_end_object(json);
    plx_json_string(json, "model_source", "perplex");
    plx_json_string(json, "model_name", result->model_name);
    plx_json_end_object(json);
}

/* What stands between a result and the tool's numbers. */
static enum plx_status refuse(const struct plx_result *result, struct plx_error *error)
{
    const uint64_t scored = plx_tally_total(&result->tally).count;
    if (scored < result->tokens)
        plx_error_set(error, PLX_MISMATCH, "lm-eval scores every token, but %llu of %llu were not scored",
                      (unsigned long long)(result->tokens - scored), (unsigned long long)result->tokens);
    else
        plx_error_set(
            error, PLX_UNSUPPORTED,
            "lm-eval counts the words and bytes of an original text, which the corpus does not have");
    return plx_error_input(error, result->corpus_name);
}

static enum plx_status finish(struct plx_summary *summary, const struct plx_result *result,
                              struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    char *text = NULL;
    size_t length = 0;
    if (!plx_conventions_of_pages(result))
        return refuse(result, error);
    char *task = name_task(result, error);
    if (!task)
        return PLX_MEMORY;
    plx_buffer_init(&buffer, SUMMARY_BYTES_MAX);
    plx_json_writer_init(&json, &buffer);
    write_all(&json, task, result);
    enum plx_status status = plx_json_writer_finish(&json, error);
    status = plx_buffer_finish(&buffer, status, &text, &length, error);
    if (status == PLX_OK)
        status = plx_output_write(summary->output, text, length, error);
    free(text);
    free(task);
    return status;
}

const struct plx_summary_format plx_summary_lm_eval = {
    .name = "lm-eval",
    .description = "lm_eval --output_path: its results as JSON, of a task named after the corpus",
    .protocol = choose_protocol,
    .allows = allows,
    .finish = finish,
};
