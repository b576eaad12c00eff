#include "serve/completions_request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* As OpenAI has it. */
#define MAX_TOKENS_DEFAULT 16

static bool is_one_of(struct plx_word key, const char *const *names)
{
    while (*names && !plx_members_is(key, *names))
        names++;
    return *names != NULL;
}

/* Members that must be as if they were not there: numbers of that value, false, empty containers. */
static bool take_neutral(struct plx_members *members, struct plx_word key)
{
    static const char *const ones[] = {"n", "best_of", "top_p", "repetition_penalty", NULL};
    const double neutral = is_one_of(key, ones) ? 1 : 0;
    const int byte = plx_json_scan_space(&members->scan);
    char name[32] = "";
    double value = 1;
    bool on = false;
    memcpy(name, key.text, key.length); /* one of those below */
    if (byte == '{' || byte == '[') {
        struct plx_json_scan inside = members->scan;
        plx_json_scan_begin(&inside, (char)byte);
        const int first = plx_json_scan_space(&inside);
        on = first != '}' && first != ']';
        if (!plx_json_scan_skip(&members->scan))
            return plx_members_malformed(members);
    } else if (byte == 't' || byte == 'f') {
        if (!plx_members_bool(members, name, &on))
            return false;
    } else if (byte == '"') {
        if (!plx_json_scan_skip(&members->scan))
            return plx_members_malformed(members);
        on = true;
    } else {
        if (!plx_members_number(members, name, &value))
            return false;
        on = value < neutral || value > neutral;
    }
    if (!on)
        return true;
    if (is_one_of(key, ones))
        return plx_reply_refuse(members->answer, 400, "%s other than 1 is not supported", name);
    return plx_reply_refuse(members->answer, 400, "%s is not supported", name);
}

static bool take_seed(struct plx_members *members, struct plx_completions_request *request)
{
    int64_t seed; /* −1 is no seed to some clients; others send any whole number */
    if (!plx_members_i64(members, "seed", &seed))
        return false;
    request->seed = (uint64_t)seed;
    request->seeded = true;
    return true;
}

static bool take_stops(struct plx_members *members, struct plx_completions_request *request)
{
    const bool several = plx_json_scan_space(&members->scan) == '[';
    if (several)
        plx_json_scan_begin(&members->scan, '[');
    for (size_t i = 0; several ? plx_json_scan_more(&members->scan, ']', i) : i == 0; i++) {
        size_t length;
        char *stop = NULL;
        plx_json_scan_space(&members->scan);
        if (request->stop_count == PLX_STOPS_MOST)
            return plx_reply_refuse(members->answer, 400, "stop has more than %d texts", PLX_STOPS_MOST);
        if (!plx_members_string(members, "stop", &stop, &length))
            return false;
        request->stops[request->stop_count++] = stop;
        if (length == 0 || strlen(stop) != length)
            return plx_reply_refuse(members->answer, 400, "stop is empty, or has a NUL in it");
    }
    return !members->scan.message || plx_members_malformed(members);
}

static bool take_temperature(struct plx_members *members, struct plx_completions_request *request)
{
    if (!plx_members_number(members, "temperature", &request->temperature))
        return false;
    return (request->temperature >= 0 && request->temperature <= 100) ||
           plx_reply_refuse(members->answer, 400, "temperature must be from 0 to 100");
}

static bool take_logprobs(struct plx_members *members, struct plx_completions_request *request)
{
    uint64_t number;
    if (!plx_members_u64(members, "logprobs", PLX_LOGPROBS_MOST, &number))
        return false;
    request->logprobs = (int)number;
    return true;
}

/* How many of the most probable tokens are drawn from: 0 and −1 are all. */
static bool take_top_k(struct plx_members *members)
{
    int64_t number;
    if (!plx_members_i64(members, "top_k", &number))
        return false;
    return number == 0 || number == -1 ||
           plx_reply_refuse(members->answer, 400, "top_k other than 0 or -1 is not supported");
}

static bool take(void *user, struct plx_members *members, struct plx_word key, bool *known)
{
    static const char *const neutral[] = {"n",
                                          "best_of",
                                          "top_p",
                                          "stream",
                                          "suffix",
                                          "logit_bias",
                                          "presence_penalty",
                                          "frequency_penalty",
                                          "repetition_penalty",
                                          "min_p",
                                          "min_tokens",
                                          "ignore_eos",
                                          "use_beam_search",
                                          NULL};
    struct plx_completions_request *request = user;
    *known = true;
    if (plx_members_is(key, "prompt")) {
        if (request->list.count > 0)
            return plx_reply_refuse(members->answer, 400, "prompt is there twice");
        return plx_prompt_member(members, &request->list);
    }
    if (plx_members_null(members)) /* what is not given */
        return true;
    if (plx_members_is(key, "model"))
        return plx_members_model(members);
    if (plx_members_is(key, "max_tokens"))
        return plx_members_u64(members, "max_tokens", PLX_MAX_TOKENS_MOST, &request->max_tokens);
    if (plx_members_is(key, "temperature"))
        return take_temperature(members, request);
    if (plx_members_is(key, "echo"))
        return plx_members_bool(members, "echo", &request->echo);
    if (plx_members_is(key, "logprobs"))
        return take_logprobs(members, request);
    if (plx_members_is(key, "seed"))
        return take_seed(members, request);
    if (plx_members_is(key, "stop"))
        return take_stops(members, request);
    if (plx_members_is(key, "top_k"))
        return take_top_k(members);
    if (plx_members_is(key, "prompt_logprobs"))
        return plx_reply_refuse(members->answer, 400,
                                "prompt_logprobs is vLLM's: this is perplex serve, which gives the prompt's "
                                "log-probabilities as OpenAI's interface does, with echo and logprobs "
                                "(openai:MODEL@SERVER)");
    if (is_one_of(key, neutral))
        return take_neutral(members, key);
    *known = false;
    return true;
}

bool plx_completions_request_read(struct plx_completions_request *request, const struct plx_served *served,
                                  const void *body, size_t size, struct plx_reply *answer)
{
    *request =
        (struct plx_completions_request){.max_tokens = MAX_TOKENS_DEFAULT, .temperature = 1, .logprobs = -1};
    if (!plx_members_read(served, body, size, take, request, answer))
        return false;
    uint64_t tokens = request->max_tokens * request->list.count;
    for (size_t i = 0; i < request->list.count; i++)
        tokens += request->list.prompts[i].count;
    if (tokens > PLX_REQUEST_TOKENS_MOST)
        return plx_prompt_list_refuse(answer);
    return request->list.count > 0 || plx_reply_refuse(answer, 400, "prompt is missing");
}

void plx_completions_request_release(struct plx_completions_request *request)
{
    plx_prompt_list_release(&request->list);
    for (size_t i = 0; i < request->stop_count; i++)
        free(request->stops[i]);
}
