#include "model/endpoint.h"
#include "model/endpoint_tokens.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "io/http_words.h"
#include "model/roles.h"
#include "model/token_list.h"

#include <stdlib.h>
#include <string.h>

/* Of a window at most, where contexts are bounded, so that windows can be cut anywhere. */
#define WINDOW_TARGETS 1024

#define CONCURRENCY 64

/* Prompts of models with bounded contexts are cut behind so many tokens: long windows are asked for in
   parallel, and a try again does not cost much. */
#define BOUNDED_PROMPT 4096

/* Likewise where windows are made: several of them are sent together. */
#define BOUNDED_TARGETS 256

static void close_endpoint(struct plx_model *model)
{
    struct plx_endpoint *endpoint = (struct plx_endpoint *)model;
    plx_http_client_free(endpoint->client);
    plx_endpoint_name_release(&endpoint->name);
    plx_spellings_free(endpoint->spellings);
    if (endpoint->key)
        explicit_bzero(endpoint->key, strlen(endpoint->key));
    free(endpoint->key);
    free(endpoint);
}

static struct plx_session *new_session(const struct plx_model *model, struct plx_error *error)
{
    (void)model;
    return plx_new_array(1, sizeof(struct plx_session), error);
}

static void free_session(struct plx_session *session)
{
    free(session);
}

static void count_requests(const struct plx_model *model, struct plx_endpoint_counts *counts)
{
    struct plx_http_counts all;
    plx_http_client_counts(((const struct plx_endpoint *)model)->client, &all);
    *counts = (struct plx_endpoint_counts){.requests = all.requests,
                                           .prompt_tokens = all.tokens,
                                           .retries = all.retries,
                                           .throttled = all.throttled,
                                           .tokenizations = all.others};
}

static const double *known_answer(const struct plx_model *model, size_t *count)
{
    *count = PLX_ENDPOINT_KNOWN;
    return ((const struct plx_endpoint *)model)->known;
}

static const struct plx_model_class endpoint_class = {
    .close = close_endpoint,
    .session_new = new_session,
    .session_free = free_session,
    .score = plx_endpoint_score,
    .tokenize = plx_endpoint_tokenize,
    .estimate = plx_endpoint_estimate,
    .endpoint_counts = count_requests,
    .known_answer = known_answer,
};

static enum plx_status read_answer(const struct plx_endpoint *endpoint, const struct plx_sent_prompt *prompts,
                                   size_t count, const void *text, size_t size, struct plx_answer *answer,
                                   struct plx_error *error)
{
    enum plx_status status = plx_answer_init(answer, prompts, count, endpoint->generated, text, size, error);
    if (status)
        return status;
    status = endpoint->dialect->read(answer, error);
    if (status == PLX_OK)
        status = plx_answer_check(answer, error);
    if (status == PLX_OK)
        status = plx_spellings_check(endpoint->spellings, answer, error);
    for (size_t p = 0; endpoint->served && p < count && status == PLX_OK; p++) {
        if (!answer->came[p].has_ids)
            status = plx_answer_fail_prompt(answer, p, error, "no \"prompt_token_ids\"");
    }
    if (status)
        plx_answer_release(answer);
    return status;
}

enum plx_status plx_endpoint_read(const struct plx_endpoint *endpoint, const struct plx_sent_prompt *prompts,
                                  size_t count, const struct plx_buffer *text, struct plx_answer *answer,
                                  struct plx_error *error)
{
    enum plx_status status = read_answer(endpoint, prompts, count, text->data, text->size, answer, error);
    if (status == PLX_OK || !endpoint->key || text->size == 0)
        return status;
    /* Answers may quote the key, as those of servers that refuse it do; what an error shows of them does not.
     */
    char *hidden = plx_copy_string((const char *)text->data, text->size, error);
    if (!hidden)
        return PLX_MEMORY;
    if (plx_http_hide(hidden, text->size, endpoint->key)) {
        status = read_answer(endpoint, prompts, count, hidden, text->size, answer, error);
        if (status == PLX_OK) {
            plx_answer_release(answer);
            status = plx_error_set(error, PLX_MISMATCH, "the answer quotes the key, and does not add up");
        }
    }
    free(hidden);
    return status;
}

static enum plx_status make_client(struct plx_endpoint *endpoint, const struct plx_model_options *options,
                                   const struct plx_endpoint_options *wishes, struct plx_error *error)
{
    if (wishes->api_key) {
        endpoint->key = plx_copy_string(wishes->api_key, strlen(wishes->api_key), error);
        if (!endpoint->key)
            return PLX_MEMORY;
    }
    endpoint->concurrency = wishes->concurrency ? wishes->concurrency : CONCURRENCY;
    const struct plx_http_client_options client = {
        .base = endpoint->name.base,
        .key = endpoint->key,
        .network = options->network,
        .concurrency = endpoint->concurrency,
        .answer_bytes = PLX_ENDPOINT_ANSWER_BYTES,
        .max_requests = wishes->max_requests,
        .max_tokens = wishes->max_tokens,
        .interrupted = options->interrupted,
        .user = options->user,
    };
    endpoint->client = plx_http_client_new(&client, error);
    return endpoint->client ? PLX_OK : error->status;
}

/* The words of a vocabulary file. */
static enum plx_status take_vocabulary(struct plx_endpoint *endpoint, const struct plx_model_options *options,
                                       struct plx_error *error)
{
    struct plx_model *model = &endpoint->base;
    char *source;
    if (!options->vocabulary)
        return PLX_OK;
    if (endpoint->served && model->vocabulary)
        return plx_error_set(error, PLX_USAGE,
                             "the server tells the words of its model itself, \"%.200s\" is not needed",
                             options->vocabulary);
    const enum plx_status status =
        plx_token_list_open(model->name, options, model->info.vocabulary, &model->vocabulary, &source,
                            model->info.vocabulary_sha256, error);
    free(source);
    if (status)
        return status;
    model->info.vocabulary = plx_vocabulary_size(model->vocabulary);
    model->info.capabilities |= PLX_STRING_TOKENS;
    endpoint->spelling = plx_endpoint_judge_vocabulary(model->vocabulary);
    plx_roles_spell(model);
    return PLX_OK;
}

/* Whether the server makes tokens of texts; and what these begin with. */
static enum plx_status find_tokenizer(struct plx_endpoint *endpoint, struct plx_error *error)
{
    struct plx_text_tokens tokens = {0};
    if (!endpoint->dialect->tokenize)
        return PLX_OK;
    uint32_t start;
    enum plx_status status = endpoint->dialect->start(endpoint, &start, error);
    if (status)
        return status;
    if (endpoint->text && endpoint->dialect->puts_start)
        endpoint->put_first = start;
    if (endpoint->base.info.start == PLX_NO_TOKEN)
        endpoint->base.info.start = start;
    if (endpoint->base.vocabulary)
        return PLX_OK;
    status = endpoint->dialect->tokenize(endpoint, "a a", 3, &tokens, error);
    endpoint->puts_blank = status == PLX_OK && tokens.count == 2 && tokens.ids[0] == tokens.ids[1];
    free(tokens.ids);
    free(tokens.ends);
    if (status == PLX_MEMORY || status == PLX_INTERRUPTED)
        return status;
    if (status == PLX_OK)
        endpoint->base.info.capabilities |= PLX_TOKENIZES;
    return PLX_OK;
}

/* As what the prompts are sent. */
static enum plx_status choose_prompts(struct plx_endpoint *endpoint, enum plx_prompts wish,
                                      struct plx_error *error)
{
    const struct plx_dialect *dialect = endpoint->dialect;
    endpoint->text = wish == PLX_PROMPTS_TEXT || !dialect->takes_ids;
    if (wish == PLX_PROMPTS_IDS && !dialect->takes_ids)
        return plx_error_set(error, PLX_USAGE, "%s takes prompts as text only", dialect->title);
    if (endpoint->text && endpoint->served) {
        plx_error_set(error, PLX_USAGE,
                      "a server of this program is sent ids, which say more than its words");
        return dialect->takes_ids ? plx_error_hint(error, "--prompts ids, or none")
                                  : plx_error_hint(error, "openai:%s@%s names it", endpoint->name.model,
                                                   endpoint->name.label);
    }
    return PLX_OK;
}

static void describe(struct plx_endpoint *endpoint)
{
    struct plx_model_info *info = &endpoint->base.info;
    const struct plx_model_property properties[] = {
        {.name = "dialect", .text = endpoint->served ? "perplex" : endpoint->dialect->name},
        {.name = "prompts", .text = endpoint->text ? "text" : "ids"},
        {.name = "prompts_per_request", .number = endpoint->prompts_per_request},
        {.name = "longest_prompt", .number = endpoint->longest},
    };
    info->property_count = endpoint->longest ? 4 : 3;
    memcpy(endpoint->properties, properties, info->property_count * sizeof *properties);
    info->properties = endpoint->properties;
    info->batch = endpoint->bounded ? BOUNDED_TARGETS : 0;
    /* Two such batches keep all connections busy. */
    info->batch_windows = (size_t)endpoint->concurrency * endpoint->prompts_per_request / 2 + 1;
}

/* How long contexts can be, and how many prompts go into a request. */
static void settle(struct plx_endpoint *endpoint, const struct plx_endpoint_options *wishes)
{
    struct plx_model_info *info = &endpoint->base.info;
    endpoint->told = endpoint->longest;
    endpoint->prompts_per_request = endpoint->dialect->prompts;
    if (wishes->prompts_per_request && endpoint->prompts_per_request > 1)
        endpoint->prompts_per_request = wishes->prompts_per_request;
    if (wishes->context && (!endpoint->longest || wishes->context < endpoint->longest))
        endpoint->longest = wishes->context;
    if (endpoint->bounded && !endpoint->longest)
        endpoint->longest = info->context_length + BOUNDED_PROMPT;
    if (!endpoint->served)
        info->context_length = endpoint->longest ? endpoint->longest - 1 : UINT32_MAX;
    if (endpoint->bounded)
        info->batch = WINDOW_TARGETS;
}

/* What says which model it is: what a server of this program tells, else no more than its name, on whatever
   server. */
static enum plx_status fingerprint(struct plx_endpoint *endpoint, const struct plx_model_options *options,
                                   struct plx_error *error)
{
    struct plx_model_info *info = &endpoint->base.info;
    if (options->fingerprint == PLX_FINGERPRINT_NONE) {
        info->fingerprint = "none";
        info->sha256[0] = '\0';
        return PLX_OK;
    }
    if (*info->sha256) {
        info->fingerprint = "told";
        return PLX_OK;
    }
    info->fingerprint = "name";
    struct plx_sha256 *hash = plx_sha256_new(error);
    if (!hash)
        return PLX_MEMORY;
    enum plx_status status = plx_sha256_update(hash, "endpoint:", strlen("endpoint:"), error);
    if (status == PLX_OK)
        status = plx_sha256_update(hash, endpoint->name.model, strlen(endpoint->name.model), error);
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, info->sha256, error);
    plx_sha256_free(hash);
    return status;
}

static enum plx_status meet(struct plx_endpoint *endpoint, const struct plx_model_options *options,
                            const struct plx_endpoint_options *wishes, struct plx_error *error)
{
    enum plx_status status = plx_endpoint_meet(endpoint, error);
    if (status == PLX_OK)
        status = take_vocabulary(endpoint, options, error);
    if (status == PLX_OK)
        status = choose_prompts(endpoint, wishes->prompts, error);
    if (status)
        return status;
    settle(endpoint, wishes);
    status = find_tokenizer(endpoint, error);
    if (status == PLX_OK)
        status = plx_endpoint_probe(endpoint, error);
    if (status == PLX_OK)
        status = fingerprint(endpoint, options, error);
    if (status == PLX_OK)
        describe(endpoint);
    return status;
}

static enum plx_status open_endpoint(const char *format, const struct plx_dialect *dialect,
                                     const char *argument, const struct plx_model_options *options,
                                     struct plx_model **model, struct plx_error *error)
{
    const struct plx_endpoint_options defaults = {0};
    const struct plx_endpoint_options *wishes = options->endpoint ? options->endpoint : &defaults;
    struct plx_endpoint *endpoint = plx_new_array(1, sizeof *endpoint, error);
    *model = NULL;
    if (!endpoint)
        return PLX_MEMORY;
    endpoint->dialect = dialect;
    endpoint->put_first = PLX_NO_TOKEN;
    endpoint->base.class = &endpoint_class;
    endpoint->base.info = (struct plx_model_info){
        .format = format,
        .kind = PLX_KIND_ENDPOINT,
        .architecture = "endpoint",
        .least_context = 1,
        .capabilities = PLX_REMOTE,
        .start = PLX_NO_TOKEN,
        .end = PLX_NO_TOKEN,
        .unknown = PLX_NO_TOKEN,
    };
    enum plx_status status = plx_endpoint_name_parse(argument, &endpoint->name, error);
    if (status == PLX_OK && !(endpoint->base.name = plx_endpoint_name_shown(format, argument, error)))
        status = PLX_MEMORY;
    if (status == PLX_OK && !(endpoint->spellings = plx_spellings_new(error)))
        status = PLX_MEMORY;
    if (status == PLX_OK)
        status = make_client(endpoint, options, wishes, error);
    if (status == PLX_OK)
        status = meet(endpoint, options, wishes, error);
    if (status == PLX_OK) {
        *model = &endpoint->base;
        return PLX_OK;
    }
    if (endpoint->base.name)
        plx_error_input(error, endpoint->base.name);
    plx_model_close(&endpoint->base);
    return status;
}

static enum plx_status open_openai(const char *argument, const struct plx_model_options *options,
                                   struct plx_model **model, struct plx_error *error)
{
    return open_endpoint("openai", NULL, argument, options, model, error);
}

static enum plx_status open_vllm(const char *argument, const struct plx_model_options *options,
                                 struct plx_model **model, struct plx_error *error)
{
    return open_endpoint("vllm", &plx_dialect_vllm, argument, options, model, error);
}

static enum plx_status open_tgi(const char *argument, const struct plx_model_options *options,
                                struct plx_model **model, struct plx_error *error)
{
    return open_endpoint("tgi", &plx_dialect_tgi, argument, options, model, error);
}

static enum plx_status open_sglang(const char *argument, const struct plx_model_options *options,
                                   struct plx_model **model, struct plx_error *error)
{
    return open_endpoint("sglang", &plx_dialect_sglang, argument, options, model, error);
}

const struct plx_model_format plx_model_format_openai = {
    .name = "openai",
    .description =
        "openai:MODEL@URL, behind an endpoint with completions; asks it which server it is; no file",
    .secret = true,
    .open_named = open_openai,
};

const struct plx_model_format plx_model_format_vllm = {
    .name = "vllm",
    .description = "vllm:MODEL@URL, behind a server of vLLM; no file",
    .secret = true,
    .open_named = open_vllm,
};

const struct plx_model_format plx_model_format_tgi = {
    .name = "tgi",
    .description = "tgi:MODEL@URL, behind a server of Text Generation Inference; no file",
    .secret = true,
    .open_named = open_tgi,
};

const struct plx_model_format plx_model_format_sglang = {
    .name = "sglang",
    .description = "sglang:MODEL@URL, behind a server of SGLang; no file",
    .secret = true,
    .open_named = open_sglang,
};
