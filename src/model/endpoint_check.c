/* Answers are held against what was sent, before anything in them is taken for a score. */
#include "model/endpoint_answer.h"

#include <inttypes.h>
#include <math.h>

/* How many positions came of so many tokens: all of them, and the generated ones behind them. A server may
   end before it has generated what it was to: then the counts must say so. */
static bool is_length(const struct plx_answer *answer, size_t came, size_t sent)
{
    if (answer->generated == 0)
        return came == sent;
    const bool told = answer->count == 1 && answer->has_completion_usage;
    return told ? came == sent + answer->completion_tokens : came == sent + answer->generated;
}

static enum plx_status fail_length(const struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    const size_t came = answer->came[prompt].log_count, sent = answer->prompts[prompt].count;
    if (came == 0)
        return plx_answer_fail_prompt(answer, prompt, error, "no log-probabilities");
    if (came <= answer->generated && came < sent)
        return plx_answer_fail_prompt(answer, prompt, error,
                                      "log-probabilities of %zu generated tokens only, none", came);
    if (came < sent)
        return plx_answer_fail_prompt(answer, prompt, error, "only %zu log-probabilities", came);
    if (came < sent + answer->generated)
        return plx_answer_fail_prompt(answer, prompt, error,
                                      "%zu log-probabilities, of which %u should be of generated tokens",
                                      came, answer->generated);
    return plx_answer_fail_prompt(
        answer, prompt, error, "%zu log-probabilities (has the server put a start symbol before it?)", came);
}

static enum plx_status check_logs(const struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    const struct plx_prompt_answer *came = answer->came + prompt;
    if (!is_length(answer, came->log_count, answer->prompts[prompt].count))
        return fail_length(answer, prompt, error);
    if (!isnan(came->logs[0]))
        return plx_answer_fail_prompt(answer, prompt, error,
                                      "a log-probability of the first token, %g, where null is expected, as "
                                      "nothing stands before it",
                                      came->logs[0]);
    for (size_t i = 1; i < answer->prompts[prompt].count; i++) {
        if (isnan(came->logs[i]))
            return plx_answer_fail_prompt(answer, prompt, error, "null in place of log-probability %zu",
                                          i + 1);
    }
    return PLX_OK;
}

static enum plx_status check_ids(const struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    const struct plx_prompt_answer *came = answer->came + prompt;
    const struct plx_sent_prompt *sent = answer->prompts + prompt;
    const size_t count = came->id_count < sent->count ? came->id_count : sent->count;
    for (size_t i = 0; came->has_ids && i < count; i++) {
        if (came->ids[i] != sent->ids[i])
            return plx_answer_fail_prompt(answer, prompt, error, "token %zu came back as %" PRId64 "%s",
                                          i + 1,
                                          came->ids[i] == UINT32_MAX ? (int64_t)-1 : (int64_t)came->ids[i],
                                          i + 1 < sent->count && i == 0 && came->id_count > sent->count
                                              ? " (has the server put a start symbol before it?)"
                                          : sent->text ? " (the server makes other tokens of the text)"
                                                       : "");
    }
    if (came->has_ids && came->id_count != sent->count &&
        came->id_count != came->log_count) /* those of the generated tokens may be among them */
        return plx_answer_fail_prompt(answer, prompt, error, "%zu token ids", came->id_count);
    return PLX_OK;
}

static enum plx_status check_prompt(const struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    const struct plx_prompt_answer *came = answer->came + prompt;
    if (!came->came)
        return plx_answer_fail_prompt(answer, prompt, error, "no answer");
    enum plx_status status = check_logs(answer, prompt, error);
    if (status == PLX_OK && came->has_strings && came->string_count != came->log_count)
        status = plx_answer_fail_prompt(answer, prompt, error, "%zu token strings, %zu log-probabilities",
                                        came->string_count, came->log_count);
    return status ? status : check_ids(answer, prompt, error);
}

enum plx_status plx_answer_check(const struct plx_answer *answer, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    uint64_t tokens = 0;
    for (size_t i = 0; i < answer->count && status == PLX_OK; i++) {
        status = check_prompt(answer, i, error);
        tokens += answer->prompts[i].count;
    }
    if (status || !answer->has_usage || answer->prompt_tokens == tokens)
        return status;
    return plx_answer_fail(answer, error,
                           "%" PRIu64 " tokens were sent, and the server says that its prompts had %" PRIu64,
                           tokens, answer->prompt_tokens);
}
