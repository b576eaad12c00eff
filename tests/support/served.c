#include "support/served.h"

#include "serve/completions.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

const char served_arpa[] =
    "\\data\\\nngram 1=6\nngram 2=3\n\n\\1-grams:\n"
    "-1\t<unk>\n-99\t<s>\t-0.5\n-0.5\t</s>\n-0.375\ta\t-0.25\n-0.75\tb\n-1.5\t\xc3\xa9\n\n"
    "\\2-grams:\n-0.125\t<s> a\n-0.25\ta b\n-0.5\tb </s>\n\n\\end\\\n";

struct plx_model *served_open(const char *arpa, enum plx_token_kind tokens, struct plx_served *served)
{
    const struct plx_model_options options = {.fingerprint = PLX_FINGERPRINT_NONE};
    struct plx_source *source;
    struct plx_model *model;
    struct plx_error error;
    assert_int_equal(plx_source_open_memory(arpa, strlen(arpa), "memory", NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_model_open_source(source, &options, &model, &error), PLX_OK);
    plx_source_close(source);
    assert_int_equal(plx_served_init(served, model, "m", tokens, &error), PLX_OK);
    return model;
}

void served_close(struct plx_model *model, struct plx_served *served)
{
    plx_served_release(served);
    plx_model_close(model);
}

cJSON *served_complete(const struct plx_served *served, const char *body, unsigned code)
{
    struct plx_interest interest = {.descriptor = -1};
    struct plx_reply reply;
    struct plx_error error;
    struct plx_session *session = plx_session_new(served->model, &error);
    const size_t size = strlen(body);
    char *exact = malloc(size > 0 ? size : 1); /* so that AddressSanitizer sees what is read behind it */
    assert_non_null(session);
    assert_non_null(exact);
    memcpy(exact, body, size);
    plx_reply_init(&reply);
    if (plx_completions(served, session, &interest, exact, size, &reply))
        reply.code = 200;
    free(exact);
    if (reply.code != code)
        fail_msg("%s: code %u instead of %u: %.*s", body, reply.code, code, (int)reply.text.size,
                 (const char *)reply.text.data);
    cJSON *value = cJSON_ParseWithLength((const char *)reply.text.data, reply.text.size);
    assert_non_null(value);
    plx_reply_release(&reply);
    plx_session_free(session);
    return value;
}

const cJSON *served_at(const cJSON *value, const char *path)
{
    const char *at = path;
    while (value && *at) {
        char key[32];
        const size_t length = strcspn(at, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, at);
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, atoi(key))
                                     : cJSON_GetObjectItemCaseSensitive(value, key);
        at += length + (at[length] == '.');
    }
    if (!value)
        fail_msg("there is no %s", path);
    return value;
}

/* Whether the answer is there as a whole. */
static bool is_whole(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
    return body && length && length < body &&
           strlen(body + 4) >= strtoul(length + strlen("Content-Length: "), NULL, 10);
}

char *served_ask(unsigned port, const char *request)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    const size_t capacity = (size_t)1 << 20;
    char *text = calloc(capacity, 1);
    size_t size = 0;
    ssize_t got = 1;
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_non_null(text);
    assert_int_equal(connect(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(descriptor, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    while (!is_whole(text) && got > 0 && size + 1 < capacity) {
        got = recv(descriptor, text + size, capacity - 1 - size, 0);
        size += got > 0 ? (size_t)got : 0;
    }
    close(descriptor);
    return text;
}
