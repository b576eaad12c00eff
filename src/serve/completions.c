#include "serve/completions.h"

#include "base/memory.h"
#include "serve/generation.h"

#include <stdlib.h>
#include <sys/random.h>

static enum plx_status complete(struct plx_generation *generation, struct plx_prompt *prompt,
                                struct plx_completion *completion, struct plx_error *error)
{
    const struct plx_completions_request *request = generation->request;
    enum plx_status status = plx_interest_check(generation->interest, generation->served, error);
    if (status == PLX_OK && !prompt->spelled)
        status = plx_prompt_spell(prompt, generation->served, 0, error);
    *completion =
        (struct plx_completion){.prompt = prompt, .given = prompt->count, .text_given = prompt->text.size};
    if (request->logprobs > 0)
        completion->costs.ranked = (unsigned)request->logprobs;
    if (status == PLX_OK && request->echo && request->logprobs >= 0)
        status = plx_costs_score(&completion->costs, generation->session, generation->served,
                                 generation->interest, prompt->ids, prompt->count, error);
    if (status == PLX_OK)
        status = plx_generate(generation, prompt, &completion->costs, &completion->finish,
                              &completion->text_end, error);
    return status;
}

static bool write_answer(const struct plx_served *served, const struct plx_completions_request *request,
                         const struct plx_completion *completions, struct plx_reply *answer)
{
    struct plx_error error;
    const enum plx_status status = plx_completions_write(served, request, completions, &answer->text, &error);
    if (status == PLX_MEMORY && answer->text.size > PLX_ANSWER_BYTES_MOST / 2) {
        plx_buffer_release(&answer->text);
        return plx_reply_refuse(answer, 400,
                                "the answer is too large (%zu bytes is the most); ask for less at a time",
                                PLX_ANSWER_BYTES_MOST);
    }
    return status ? plx_reply_fail(answer, &error) : true;
}

/* Where the drawing begins. */
static enum plx_status seed(const struct plx_completions_request *request, uint64_t *state,
                            struct plx_error *error)
{
    *state = request->seed;
    if (!request->seeded && request->temperature > 0 && request->max_tokens > 0 &&
        getrandom(state, sizeof *state, 0) != sizeof *state)
        return plx_error_set(error, PLX_INTERNAL, "the system has no random numbers");
    return PLX_OK;
}

bool plx_completions(const struct plx_served *served, struct plx_session *session,
                     struct plx_interest *interest, const void *body, size_t size, struct plx_reply *answer)
{
    struct plx_completions_request request;
    struct plx_generation generation = {
        .served = served, .request = &request, .session = session, .interest = interest};
    struct plx_completion *completions = NULL;
    struct plx_error error;
    size_t done = 0;
    if (!plx_completions_request_read(&request, served, body, size, answer)) {
        plx_completions_request_release(&request);
        return false;
    }
    enum plx_status status = seed(&request, &generation.state, &error);
    if (status == PLX_OK) {
        completions = plx_new_array(request.list.count, sizeof *completions, &error);
        status = completions ? PLX_OK : PLX_MEMORY;
    }
    for (; status == PLX_OK && done < request.list.count; done++)
        status = complete(&generation, request.list.prompts + done, completions + done, &error);
    const bool fine =
        status ? plx_reply_fail(answer, &error) : write_answer(served, &request, completions, answer);
    for (size_t i = 0; i < done; i++)
        plx_costs_release(&completions[i].costs);
    free(completions);
    plx_completions_request_release(&request);
    return fine;
}
