#include "serve/routes.h"

#include "serve/completions.h"
#include "serve/description.h"
#include "serve/tokenization.h"

#include <string.h>

static bool answer_tokenize(const struct plx_served *served, struct plx_session *session,
                            struct plx_interest *interest, const void *body, size_t size,
                            struct plx_reply *answer)
{
    (void)session;
    (void)interest;
    return plx_tokenization(served, body, size, answer);
}

static bool answer_detokenize(const struct plx_served *served, struct plx_session *session,
                              struct plx_interest *interest, const void *body, size_t size,
                              struct plx_reply *answer)
{
    (void)session;
    (void)interest;
    return plx_detokenization(served, body, size, answer);
}

static bool answer_health(const struct plx_served *served, const char *rest, struct plx_reply *answer)
{
    struct plx_error error;
    (void)served;
    (void)rest;
    return plx_buffer_append_text(&answer->text, "{\"status\": \"ok\"}\n", &error)
               ? plx_reply_fail(answer, &error)
               : true;
}

static bool answer_models(const struct plx_served *served, const char *rest, struct plx_reply *answer)
{
    struct plx_error error;
    (void)rest;
    return plx_description_write(served, true, &answer->text, &error) ? plx_reply_fail(answer, &error) : true;
}

static bool answer_tokenizer(const struct plx_served *served, const char *rest, struct plx_reply *answer)
{
    struct plx_error error;
    (void)rest;
    return plx_description_tokenizer(served, &answer->text, &error) ? plx_reply_fail(answer, &error) : true;
}

static bool answer_model(const struct plx_served *served, const char *rest, struct plx_reply *answer)
{
    struct plx_error error;
    if (strcmp(rest, served->name) != 0)
        return plx_reply_refuse(answer, 404, "there is no such model here: it is \"%.200s\"", served->name);
    return plx_description_write(served, false, &answer->text, &error) ? plx_reply_fail(answer, &error)
                                                                       : true;
}

static const struct plx_route ROUTES[] = {
    {.method = "POST", .path = "/v1/completions", .work = plx_completions},
    {.method = "GET", .path = "/v1/models", .answer = answer_models},
    {.method = "GET", .path = "/v1/models/*", .answer = answer_model},
    {.method = "GET", .path = "/v1/vocabulary"},
    {.method = "POST", .path = "/tokenize", .work = answer_tokenize},
    {.method = "POST", .path = "/detokenize", .work = answer_detokenize},
    {.method = "GET", .path = "/tokenizer_info", .answer = answer_tokenizer},
    {.method = "GET", .path = "/health", .open = true, .answer = answer_health},
};

#define ROUTE_COUNT (sizeof ROUTES / sizeof *ROUTES)

static bool fits(const struct plx_route *route, const char *path, const char **rest)
{
    const char *star = strchr(route->path, '*');
    *rest = "";
    if (!star)
        return strcmp(route->path, path) == 0;
    const size_t length = (size_t)(star - route->path);
    if (strncmp(route->path, path, length) != 0)
        return false;
    *rest = path + length;
    return **rest != '\0';
}

const struct plx_route *plx_route_find(const char *method, const char *path, const char **rest,
                                       const char **allowed, struct plx_reply *answer)
{
    char shown[512];
    const char *const wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    *allowed = NULL;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!fits(ROUTES + i, path, rest))
            continue;
        *allowed = ROUTES[i].method;
        if (strcmp(ROUTES[i].method, wanted) == 0)
            return ROUTES + i;
    }
    plx_text_visible(path, shown, sizeof shown);
    if (*allowed)
        plx_reply_refuse(answer, 405, "%.300s takes %s", shown, *allowed);
    else
        plx_reply_refuse(answer, 404, "there is no %.300s here", shown);
    return NULL;
}
