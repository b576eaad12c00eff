#include "mock_endpoint.h"

#include "base/error.h"

#include "mock_answer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRANSIENT    2 /* how many requests a passing fault hits */
#define BUSY_LIMIT   4
#define CONTEXT      4096
#define TICK_MS      5
#define FIRST_PLACES 1024

struct prompt {
    uint64_t hash; /* 0: a free place */
    uint64_t tokens, asked, answered;
};

struct counts {
    uint64_t requests, answered, asked, tokens, tokenizations, others, throttled, most_in_flight;
    uint64_t with_key, without_key, elsewhere, elsewhere_with_key;
};

struct mock_endpoint {
    struct mock_endpoint_options options;
    struct plx_model *model;
    struct mock_http *http;
    pthread_mutex_t lock; /* of what follows */
    char behaviour[256];
    uint64_t questions; /* since it was told the behaviour */
    unsigned in_flight;
    struct counts counts;
    struct prompt *prompts; /* [prompt_places], a power of two; found by hash */
    size_t prompt_places, prompt_count;
};

/* Of a connection. */
struct worker {
    struct plx_session *session;
    struct mock_question question; /* that is being answered; without prompts: none is */
};

static const char *const fault_words[MOCK_FAULT_COUNT] = {
#define X(name, word) [MOCK_FAULT_##name] = (word),
    MOCK_FAULTS(X)
#undef X
};

/* What it is to do. */

static bool take_word(const char *word, size_t length, struct mock_behaviour *behaviour, uint64_t number)
{
    static const char *const dialects[MOCK_DIALECTS] = {"openai", "vllm", "tgi", "sglang", "llama.cpp"};
    const char *at = memchr(word, '@', length);
    uint64_t after = at ? strtoull(at + 1, NULL, 10) : 0;
    size_t name = at ? (size_t)(at - word) : length;
    for (int i = 0; i < MOCK_DIALECTS; i++)
        if (strlen(dialects[i]) == name && strncmp(dialects[i], word, name) == 0) {
            behaviour->dialect = (enum mock_dialect)i;
            return true;
        }
    for (int i = 0; i < MOCK_FAULT_COUNT; i++)
        if (strlen(fault_words[i]) == name && strncmp(fault_words[i], word, name) == 0) {
            bool passes = i == MOCK_FAULT_TOO_MANY || i == MOCK_FAULT_UNAVAILABLE || i == MOCK_FAULT_DROP ||
                          i == MOCK_FAULT_STALL;
            if (number > after && (!passes || number <= after + TRANSIENT))
                behaviour->faults |= (uint64_t)1 << i;
            return true;
        }
    return false;
}

/* Takes from the path what it says of the behaviour, for the request `number`; the rest begins with "/". */
static const char *take_behaviour(const char *path, struct mock_behaviour *behaviour, uint64_t number)
{
    while (*path == '/') {
        size_t length = strcspn(path + 1, "/?");
        if (!take_word(path + 1, length, behaviour, number))
            break;
        path += 1 + length;
    }
    return path;
}

/* What was asked, and what for. Called with the lock. */

static uint64_t hash_prompt(const struct mock_tokens *tokens)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < tokens->count; i++)
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (tokens->ids[i] >> shift & 0xff)) * 1099511628211u;
    return hash ? hash : 1;
}

static struct prompt *find_place(struct prompt *prompts, size_t places, uint64_t hash)
{
    size_t i = (size_t)hash & (places - 1);
    while (prompts[i].hash && prompts[i].hash != hash)
        i = (i + 1) & (places - 1);
    return &prompts[i];
}

static struct prompt *find_prompt(struct mock_endpoint *mock, const struct mock_tokens *tokens)
{
    if (2 * mock->prompt_count >= mock->prompt_places) {
        size_t places = mock->prompt_places ? 2 * mock->prompt_places : FIRST_PLACES;
        struct prompt *larger = calloc(places, sizeof *larger);
        if (!larger)
            abort();
        for (size_t i = 0; i < mock->prompt_places; i++)
            if (mock->prompts[i].hash)
                *find_place(larger, places, mock->prompts[i].hash) = mock->prompts[i];
        free(mock->prompts);
        mock->prompts = larger;
        mock->prompt_places = places;
    }
    uint64_t hash = hash_prompt(tokens);
    struct prompt *prompt = find_place(mock->prompts, mock->prompt_places, hash);
    if (!prompt->hash) {
        mock->prompt_count++;
        *prompt = (struct prompt){.hash = hash, .tokens = tokens->count};
    }
    return prompt;
}

static void count_asked(struct mock_endpoint *mock, const struct mock_question *question)
{
    mock->counts.asked += question->count;
    for (size_t i = 0; i < question->count; i++)
        find_prompt(mock, &question->prompts[i])->asked++;
}

static void count_answered(struct mock_endpoint *mock, const struct mock_question *question)
{
    mock->counts.answered++;
    for (size_t i = 0; i < question->count; i++) {
        mock->counts.tokens += question->prompts[i].count;
        find_prompt(mock, &question->prompts[i])->answered++;
    }
}

static void count_key(struct mock_endpoint *mock, const struct mock_http_request *request)
{
    bool key = request->authorization[0];
    if (request->place == 0) {
        mock->counts.with_key += key;
        mock->counts.without_key += !key;
    } else {
        mock->counts.elsewhere++;
        mock->counts.elsewhere_with_key += key;
    }
}

/* Answers. */

static void set_text(struct mock_http_reply *reply, const char *type, const char *text)
{
    reply->type = type;
    reply->body = strdup(text);
    reply->size = strlen(text);
}

static void set_json(struct mock_http_reply *reply, cJSON *json)
{
    reply->body = cJSON_PrintUnformatted(json);
    reply->size = reply->body ? strlen(reply->body) : 0;
    cJSON_Delete(json);
}

static void set_error(struct mock_http_reply *reply, enum mock_dialect dialect, unsigned status,
                      const char *message)
{
    reply->status = status;
    set_json(reply, mock_error(dialect, status, message));
}

static void set_counts(struct mock_http_reply *reply, const struct mock_endpoint *mock)
{
    const struct counts *counts = &mock->counts;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "requests", (double)counts->requests);
    cJSON_AddNumberToObject(json, "answered", (double)counts->answered);
    cJSON_AddNumberToObject(json, "prompts", (double)counts->asked);
    cJSON_AddNumberToObject(json, "prompt_tokens", (double)counts->tokens);
    cJSON_AddNumberToObject(json, "throttled", (double)counts->throttled);
    cJSON_AddNumberToObject(json, "most_in_flight", (double)counts->most_in_flight);
    cJSON_AddNumberToObject(json, "tokenizations", (double)counts->tokenizations);
    cJSON_AddNumberToObject(json, "others", (double)counts->others);
    cJSON_AddNumberToObject(json, "with_key", (double)counts->with_key);
    cJSON_AddNumberToObject(json, "without_key", (double)counts->without_key);
    cJSON_AddNumberToObject(json, "elsewhere", (double)counts->elsewhere);
    cJSON_AddNumberToObject(json, "elsewhere_with_key", (double)counts->elsewhere_with_key);
    set_json(reply, json);
}

static void set_prompts(struct mock_http_reply *reply, const struct mock_endpoint *mock)
{
    FILE *stream = open_memstream(&reply->body, &reply->size);
    for (size_t i = 0; i < mock->prompt_places; i++)
        if (mock->prompts[i].hash)
            fprintf(stream, "%016llx %llu %llu %llu\n", (unsigned long long)mock->prompts[i].hash,
                    (unsigned long long)mock->prompts[i].tokens, (unsigned long long)mock->prompts[i].asked,
                    (unsigned long long)mock->prompts[i].answered);
    fclose(stream);
    reply->type = "text/plain";
}

/* What those are told that test with it. */
static void answer_test(struct mock_endpoint *mock, const struct mock_http_request *request,
                        struct mock_http_reply *reply)
{
    reply->close = true;
    if (strcmp(request->path, "/mock/counts") == 0) {
        set_counts(reply, mock);
    } else if (strcmp(request->path, "/mock/prompts") == 0) {
        set_prompts(reply, mock);
    } else if (strcmp(request->path, "/mock/reset") == 0) {
        mock->counts = (struct counts){0};
        mock->questions = 0;
        free(mock->prompts);
        mock->prompts = NULL;
        mock->prompt_places = mock->prompt_count = 0;
    } else if (strcmp(request->path, "/mock/behaviour") == 0) {
        struct mock_behaviour checked = {0};
        snprintf(mock->behaviour, sizeof mock->behaviour, "/%.*s", (int)strcspn(request->body, "\n"),
                 request->body);
        mock->questions = 0;
        if (*take_behaviour(mock->behaviour, &checked, 1))
            reply->status = 400;
    } else {
        reply->status = 404;
    }
}

/* The faults that are no matter of what was asked; true if the reply is one of them. */
static bool answer_faulty(struct mock_endpoint *mock, const struct mock_behaviour *behaviour,
                          const struct mock_http_request *request, struct mock_http_reply *reply)
{
    char text[1400];
    bool elsewhere = mock_has(behaviour, MOCK_FAULT_REDIRECT_HOST);
    if (mock_has(behaviour, MOCK_FAULT_TOO_MANY) || mock_has(behaviour, MOCK_FAULT_TOO_MANY_ALWAYS) ||
        mock_has(behaviour, MOCK_FAULT_TOO_MANY_LONG)) {
        if (!mock_has(behaviour, MOCK_FAULT_BUSY))
            snprintf(reply->fields, sizeof reply->fields, "Retry-After: %s\r\n",
                     mock_has(behaviour, MOCK_FAULT_TOO_MANY_LONG) ? "100000" : "1");
        set_error(reply, behaviour->dialect, 429, "Rate limit reached for requests");
    } else if (mock_has(behaviour, MOCK_FAULT_UNAVAILABLE) ||
               mock_has(behaviour, MOCK_FAULT_UNAVAILABLE_ALWAYS)) {
        set_error(reply, behaviour->dialect, 503, "The engine is overloaded");
    } else if (mock_has(behaviour, MOCK_FAULT_REDIRECT) || elsewhere) {
        reply->status = 307;
        snprintf(reply->fields, sizeof reply->fields, "Location: http://127.0.0.%d:%u%.400s\r\n",
                 elsewhere ? 2 : 1, mock_http_port(mock->http, elsewhere ? 2 : 1), request->path);
        set_text(reply, "text/html", "<html>elsewhere</html>");
    } else if (mock_has(behaviour, MOCK_FAULT_REFUSED)) {
        set_error(reply, behaviour->dialect, 401, "The API key is not known here");
    } else if (mock_has(behaviour, MOCK_FAULT_ECHO_KEY) || mock_has(behaviour, MOCK_FAULT_ECHO_KEY_200)) {
        snprintf(text, sizeof text, "Incorrect API key provided: %s", request->authorization);
        set_error(reply, behaviour->dialect, mock_has(behaviour, MOCK_FAULT_ECHO_KEY) ? 401 : 200, text);
    } else if (mock_has(behaviour, MOCK_FAULT_HTML)) {
        set_text(
            reply, "text/html; charset=utf-8",
            "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>");
    } else if (mock_has(behaviour, MOCK_FAULT_EMPTY)) {
        set_text(reply, "application/json", "");
    } else if (mock_has(behaviour, MOCK_FAULT_ERROR_200)) {
        set_error(reply, behaviour->dialect, 200, "CUDA out of memory");
    } else {
        return false;
    }
    return true;
}

/* How the content is sent. */
static void set_way(const struct mock_behaviour *behaviour, struct mock_http_reply *reply)
{
    if (mock_has(behaviour, MOCK_FAULT_TRUNCATED))
        reply->size -= reply->size / 3;
    if (mock_has(behaviour, MOCK_FAULT_CHUNKED))
        reply->way = MOCK_HTTP_CHUNKED;
    if (mock_has(behaviour, MOCK_FAULT_DROP) || mock_has(behaviour, MOCK_FAULT_DROP_ALWAYS))
        reply->way = MOCK_HTTP_HALF;
    if (mock_has(behaviour, MOCK_FAULT_STALL) || mock_has(behaviour, MOCK_FAULT_STALL_ALWAYS))
        reply->way = MOCK_HTTP_HANGS;
    if (mock_has(behaviour, MOCK_FAULT_ENDLESS))
        reply->way = MOCK_HTTP_ENDLESS;
    reply->close = mock_has(behaviour, MOCK_FAULT_CLOSE);
}

/* What the prompts cost; false if the question is refused, which it then says. */
static bool score(struct mock_endpoint *mock, struct worker *worker, struct mock_scored *scored)
{
    struct mock_question *question = &worker->question;
    uint64_t context = mock->options.context;
    struct plx_error error = {.status = PLX_OK};
    if (question->model[0] && strcmp(question->model, mock->options.name) != 0)
        snprintf(question->refusal, sizeof question->refusal, "The model `%.100s` does not exist.",
                 question->model);
    for (size_t i = 0; i < question->count && !question->refusal[0]; i++) {
        size_t tokens = question->prompts[i].count;
        if (tokens + question->generated > context) {
            snprintf(question->refusal, sizeof question->refusal,
                     "This model's maximum context length is %llu tokens, however you requested %zu tokens.",
                     (unsigned long long)context, tokens + question->generated);
        } else {
            scored[i] =
                mock_score(mock->model, worker->session, &question->prompts[i], question->generated, &error);
            if (!scored[i].entries)
                snprintf(question->refusal, sizeof question->refusal, "%.250s", error.message);
        }
    }
    return !question->refusal[0];
}

static void answer_question(struct mock_endpoint *mock, struct worker *worker,
                            const struct mock_behaviour *behaviour, const char *path, const cJSON *body,
                            uint64_t number, struct mock_http_reply *reply)
{
    struct mock_question *question = &worker->question;
    mock_question_read(mock->model, behaviour, path, body, question);
    struct mock_scored *scored = calloc(question->count + 1, sizeof *scored);
    pthread_mutex_lock(&mock->lock);
    count_asked(mock, question);
    pthread_mutex_unlock(&mock->lock);
    if (!scored || !score(mock, worker, scored))
        set_error(reply, behaviour->dialect,
                  mock_has(behaviour, MOCK_FAULT_FAIL_ZERO) ? 500
                  : behaviour->dialect == MOCK_TGI          ? 422
                                                            : 400,
                  question->refusal);
    else
        set_json(reply, mock_question_answer(mock->model, behaviour, path, question, scored,
                                             mock->options.name, (unsigned)number));
    for (size_t i = 0; scored && i < question->count; i++)
        free(scored[i].entries);
    free(scored);
    if (reply->status != 200) {
        mock_question_free(question);
        *question = (struct mock_question){0};
    }
    set_way(behaviour, reply);
}

static void wait_latency(struct mock_endpoint *mock)
{
    for (unsigned waited = 0; waited < mock->options.latency_ms && !mock_http_stopping(mock->http);
         waited += TICK_MS)
        nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000}, NULL);
}

/* What a request is to get, and its number among the questions; 0 if it is none. */
static uint64_t enter(struct mock_endpoint *mock, const struct mock_http_request *request,
                      struct mock_behaviour *behaviour, const char **path)
{
    pthread_mutex_lock(&mock->lock);
    struct mock_behaviour first = {0};
    uint64_t number = mock->questions + 1;
    take_behaviour(mock->behaviour, &first, number);
    *path = take_behaviour(request->path, &first, number);
    bool question = mock_is_question(first.dialect, *path) && strcmp(request->method, "POST") == 0;
    *behaviour = first;
    count_key(mock, request);
    if (!question) {
        mock->counts.others++;
        mock->counts.tokenizations += strcmp(*path, "/tokenize") == 0;
    } else {
        mock->questions = number;
        mock->counts.requests++;
        mock->in_flight++;
        if (mock->counts.most_in_flight < mock->in_flight)
            mock->counts.most_in_flight = mock->in_flight;
        if (mock_has(behaviour, MOCK_FAULT_BUSY) && mock->in_flight > BUSY_LIMIT)
            behaviour->faults |= (uint64_t)1 << MOCK_FAULT_TOO_MANY;
        mock->counts.throttled += mock_has(behaviour, MOCK_FAULT_TOO_MANY);
    }
    pthread_mutex_unlock(&mock->lock);
    return question ? number : 0;
}

static bool has_key(const struct mock_endpoint *mock, const struct mock_http_request *request)
{
    const char *key = mock->options.key;
    return !key || (strncmp(request->authorization, "Bearer ", 7) == 0 &&
                    strcmp(request->authorization + 7, key) == 0);
}

static struct worker *worker_of(struct mock_endpoint *mock, void **state)
{
    struct worker *worker = *state;
    struct plx_error error;
    if (!worker) {
        *state = worker = calloc(1, sizeof *worker);
        if (!worker || !(worker->session = plx_session_new(mock->model, &error)))
            abort();
    }
    return worker;
}

static void answer(void *user, void **state, const struct mock_http_request *request,
                   struct mock_http_reply *reply)
{
    struct mock_endpoint *mock = user;
    struct worker *worker = worker_of(mock, state);
    struct mock_behaviour behaviour;
    const char *path = NULL;
    if (strncmp(request->path, "/mock/", 6) == 0) {
        pthread_mutex_lock(&mock->lock);
        answer_test(mock, request, reply);
        pthread_mutex_unlock(&mock->lock);
        return;
    }
    uint64_t number = enter(mock, request, &behaviour, &path);
    cJSON *body = cJSON_ParseWithLength(request->body, request->size);
    bool everywhere =
        mock_has(&behaviour, MOCK_FAULT_REDIRECT) || mock_has(&behaviour, MOCK_FAULT_REDIRECT_HOST);
    if (number)
        wait_latency(mock);
    if (request->place == 0 && (number || everywhere) && answer_faulty(mock, &behaviour, request, reply))
        ;
    else if (!has_key(mock, request))
        set_error(reply, behaviour.dialect, 401, "Incorrect API key provided");
    else if (number)
        answer_question(mock, worker, &behaviour, path, body, number, reply);
    else {
        cJSON *other =
            mock_other_answer(mock->model, &behaviour, path, body, mock->options.name, mock->options.context);
        if (other)
            set_json(reply, other);
        else
            set_error(reply, behaviour.dialect, 404, "Not Found");
    }
    cJSON_Delete(body);
    if (number) {
        pthread_mutex_lock(&mock->lock);
        mock->in_flight--;
        pthread_mutex_unlock(&mock->lock);
    }
}

static void answered(void *user, void **state, bool whole)
{
    struct mock_endpoint *mock = user;
    struct worker *worker = *state;
    if (!worker || !worker->question.prompts)
        return;
    pthread_mutex_lock(&mock->lock);
    if (whole)
        count_answered(mock, &worker->question);
    pthread_mutex_unlock(&mock->lock);
    mock_question_free(&worker->question);
    worker->question = (struct mock_question){0};
}

static void closed(void *user, void *state)
{
    struct worker *worker = state;
    (void)user;
    plx_session_free(worker->session);
    free(worker);
}

struct mock_endpoint *mock_endpoint_start(const struct mock_endpoint_options *options,
                                          struct plx_error *error)
{
    struct mock_endpoint *mock = calloc(1, sizeof *mock);
    struct mock_behaviour behaviour = {0};
    *error = (struct plx_error){.status = PLX_MEMORY};
    if (!mock)
        return NULL;
    mock->options = *options;
    if (!options->name)
        mock->options.name = "mock";
    if (!options->context)
        mock->options.context = CONTEXT;
    snprintf(mock->behaviour, sizeof mock->behaviour, "/%s",
             options->behaviour ? options->behaviour : "openai");
    pthread_mutex_init(&mock->lock, NULL);
    if (*take_behaviour(mock->behaviour, &behaviour, 1))
        plx_error_set(error, PLX_USAGE, "\"%s\" is nothing that the server can do", mock->behaviour);
    else if (plx_model_open(options->model, NULL, &mock->model, error) == PLX_OK)
        mock->http = mock_http_start(&(struct mock_http_options){
            .answer = answer, .answered = answered, .closed = closed, .user = mock});
    if (mock->http)
        return mock;
    mock_endpoint_stop(mock);
    return NULL;
}

unsigned mock_endpoint_port(const struct mock_endpoint *mock)
{
    return mock_http_port(mock->http, 0);
}

void mock_endpoint_stop(struct mock_endpoint *mock)
{
    if (!mock)
        return;
    mock_http_stop(mock->http);
    plx_model_close(mock->model);
    pthread_mutex_destroy(&mock->lock);
    free(mock->prompts);
    free(mock);
}
