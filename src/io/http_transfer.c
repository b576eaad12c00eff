#include "io/http_transfer.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "io/http_events.h"
#include "io/http_url.h"
#include "io/http_words.h"

#include <perplex/version.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of an answer that is no success, more is not read. */
#define FAILURE_BYTES ((size_t)64 << 10)

/* The server. */

static bool server_header(struct curl_slist **list, const char *header)
{
    struct curl_slist *longer = curl_slist_append(*list, header);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static enum plx_status server_headers(struct plx_http_server *server, struct plx_error *error)
{
    /* Here it is written into a request once; libcurl's own option writes it twice, and slowly. */
    static const char agent[] = "User-Agent: perplex/" PERPLEX_VERSION;
    static const char bearer[] = "Authorization: Bearer ";
    const char *key = server->options->key;
    bool fine = server_header(&server->get, agent) && server_header(&server->post, agent) &&
                server_header(&server->post, "Content-Type: application/json") &&
                server_header(&server->post, "Expect:");
    if (key) {
        for (const char *at = key; *at; at++)
            if (iscntrl((unsigned char)*at))
                return plx_error_set(error, PLX_NETWORK, "the key has a character that no header can carry");
        const size_t size = sizeof bearer + strlen(key);
        char *header = plx_new_array(size, 1, error);
        if (!header)
            return PLX_MEMORY;
        snprintf(header, size, "%s%s", bearer, key);
        fine = fine && server_header(&server->post, header) && server_header(&server->get, header);
        free(header);
    }
    return fine ? PLX_OK : plx_error_set(error, PLX_MEMORY, "no memory for headers");
}

/* HOST:PORT of the base. */
static enum plx_status server_place(struct plx_http_server *server, struct plx_error *error)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    char *port = NULL;
    enum plx_status status = PLX_OK;
    if (parts && curl_url_set(parts, CURLUPART_URL, server->base, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
        const size_t size = strlen(host) + strlen(port) + 2;
        server->place = plx_new_array(size, 1, error);
        if (server->place)
            snprintf(server->place, size, "%s:%s", host, port);
        else
            status = PLX_MEMORY;
    } else {
        plx_error_set(error, PLX_NETWORK, "it is not a valid URL");
        status = plx_error_hint(error, "it begins with http:// or https://, and is not shown, as it may hold "
                                       "a password");
    }
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return status;
}

enum plx_status plx_http_server_init(struct plx_http_server *server,
                                     const struct plx_http_client_options *options, struct plx_error *error)
{
    size_t length = strlen(options->base);
    while (length > 0 && options->base[length - 1] == '/')
        length--;
    *server = (struct plx_http_server){
        .options = options,
        .limits = plx_http_limits(options->network),
        .secure = strncasecmp(options->base, "https:", 6) == 0,
    };
    server->base = plx_copy_string(options->base, length, error);
    if (!server->base)
        return PLX_MEMORY;
    server->label = plx_http_label(server->base, error);
    if (!server->label)
        return PLX_MEMORY;
    length = strlen(server->label);
    if (length > 0 && server->label[length - 1] == '/')
        server->label[length - 1] = '\0';
    enum plx_status status = plx_http_allowed(options->network, error);
    if (status == PLX_OK)
        status = server_place(server, error);
    if (status == PLX_OK)
        status = server_headers(server, error);
    if (status == PLX_NETWORK)
        plx_error_input(error, server->label);
    return status;
}

void plx_http_server_release(struct plx_http_server *server)
{
    curl_slist_free_all(server->get);
    curl_slist_free_all(server->post);
    free(server->place);
    free(server->label);
    free(server->base);
}

/* Receiving: libcurl calls these. */

static int transfer_send(void *user, char *to, char *from, int to_port, int from_port)
{
    struct plx_http_transfer *transfer = user;
    (void)to;
    (void)from;
    (void)to_port;
    (void)from_port;
    if (transfer->sent > 0 && !transfer->again(transfer)) {
        transfer->end = PLX_HTTP_UNPAID;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->sent++;
    return CURL_PREREQFUNC_OK;
}

/* Before the first byte of the content: the status, and room for what is announced. */
static bool transfer_admit(struct plx_http_transfer *transfer)
{
    struct plx_buffer *answer = &transfer->call->answer;
    curl_off_t length = -1;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->call->status);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    const bool success = transfer->call->status >= 200 && transfer->call->status <= 299;
    answer->limit = transfer->server->options->answer_bytes;
    if (!success && answer->limit > FAILURE_BYTES)
        answer->limit = FAILURE_BYTES;
    if (!success || length <= 0)
        return true;
    if ((uint64_t)length > answer->limit) {
        transfer->end = PLX_HTTP_LARGE;
        return false;
    }
    return plx_buffer_reserve(answer, (size_t)length, NULL) == PLX_OK;
}

static size_t transfer_receive(char *data, size_t size, size_t count, void *user)
{
    struct plx_http_transfer *transfer = user;
    struct plx_buffer *answer = &transfer->call->answer;
    const size_t bytes = size * count; /* size is 1 always */
    if (transfer->heard_ms == 0 && !transfer_admit(transfer)) {
        if (transfer->end == PLX_HTTP_RUNS)
            transfer->end = PLX_HTTP_NO_MEMORY;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer->heard_ms = plx_clock_ms();
    if (bytes > answer->limit - answer->size) {
        const bool success = transfer->call->status >= 200 && transfer->call->status <= 299;
        transfer->end = success ? PLX_HTTP_LARGE : PLX_HTTP_CUT;
        return CURL_WRITEFUNC_ERROR;
    }
    if (plx_buffer_append(answer, data, bytes, NULL) != PLX_OK) {
        transfer->end = PLX_HTTP_NO_MEMORY;
        return CURL_WRITEFUNC_ERROR;
    }
    return bytes;
}

/* Beginning. */

static enum plx_status transfer_set_up(struct plx_http_transfer *transfer, struct plx_error *error)
{
    const struct plx_http_server *server = transfer->server;
    CURL *easy = curl_easy_init();
    bool fine = true;
    transfer->easy = easy;
    if (!easy)
        return plx_error_set(error, PLX_MEMORY, "no memory for a transfer");
    enum plx_status status =
        plx_http_prepare(easy, server->base, server->options->network, false, transfer->detail, error);
    if (status != PLX_OK)
        return status;
    fine &= curl_easy_setopt(easy, CURLOPT_USERAGENT, NULL) == CURLE_OK; /* it is one of the headers */
    fine &= curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)server->limits.total_ms) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, transfer_send) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, transfer_receive) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L) == CURLE_OK;
    /* A proxy sees none of our headers but those of requests that it passes on as they are. */
    fine &= curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) == CURLE_OK;
    /* Answers shrink to a third, which is worth its time where they come from far away, behind a proxy that
       can do it; not on the way to the next machine. */
    if (server->secure)
        (void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    /* Better to wait for the first connection, and share it by HTTP/2, than to make as many as there are
       calls; a libcurl without HTTP/2 does not know the version. */
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl_easy_setopt(easy, CURLOPT_PIPEWAIT, server->secure ? 1L : 0L);
    return fine ? PLX_OK : plx_error_set(error, PLX_NETWORK, "libcurl cannot be set up");
}

static bool transfer_aim(struct plx_http_transfer *transfer, const char *url)
{
    const struct plx_http_call *call = transfer->call;
    CURL *easy = transfer->easy;
    bool fine = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK;
    if (!call->body)
        return fine && curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->server->get) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_size) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body) == CURLE_OK;
    return fine && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->server->post) == CURLE_OK;
}

enum plx_status plx_http_transfer_begin(struct plx_http_transfer *transfer, struct plx_http_call *call,
                                        struct plx_error *error)
{
    transfer->call = call;
    transfer->sent = 0;
    transfer->heard_ms = 0;
    transfer->end = PLX_HTTP_RUNS;
    transfer->detail[0] = '\0';
    call->answer.size = 0;
    call->answer.limit = transfer->server->options->answer_bytes;
    call->status = 0;
    call->type[0] = '\0';
    enum plx_status status = transfer->easy ? PLX_OK : transfer_set_up(transfer, error);
    if (status != PLX_OK)
        return status;
    const size_t size = strlen(transfer->server->base) + strlen(call->path) + 1;
    char *url = plx_new_array(size, 1, error);
    if (!url)
        return PLX_MEMORY;
    snprintf(url, size, "%s%s", transfer->server->base, call->path);
    if (!transfer_aim(transfer, url))
        status = plx_error_set(error, PLX_MEMORY, "no memory for a transfer");
    free(url);
    return status;
}

/* Ending. */

bool plx_http_transfer_stalls(const struct plx_http_transfer *transfer, uint64_t now_ms)
{
    return transfer->heard_ms > 0 && now_ms >= transfer->heard_ms + transfer->server->limits.stall_ms;
}

/* Whether the answer is there, all of it, though the connection then broke: over HTTP/2 a server that answers
   without reading all of the request resets the stream (RFC 9113, 8.1), and what libcurl has still to send
   fails. What was paid for must not be asked for again. */
static bool is_whole(const struct plx_http_transfer *transfer, CURLcode result)
{
    curl_off_t length = -1, got = 0;
    if (result != CURLE_HTTP2 && result != CURLE_HTTP2_STREAM && result != CURLE_SEND_ERROR &&
        result != CURLE_RECV_ERROR && result != CURLE_PARTIAL_FILE)
        return false;
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
    return length > 0 && got == length;
}

enum plx_http_verdict plx_http_transfer_judge(struct plx_http_transfer *transfer, CURLcode *result)
{
    struct plx_http_call *call = transfer->call;
    const char *type = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &call->status);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    for (size_t i = 0; type && type[i] && i + 1 < sizeof call->type; i++) {
        call->type[i] = (char)tolower((unsigned char)type[i]);
        call->type[i + 1] = '\0';
    }
    if (transfer->end == PLX_HTTP_CUT || (transfer->end == PLX_HTTP_RUNS && is_whole(transfer, *result)))
        *result = CURLE_OK;
    else if (transfer->end != PLX_HTTP_RUNS)
        return PLX_HTTP_FINAL;
    /* Nothing was asked for that could be unchanged. */
    return call->status == 304 ? PLX_HTTP_FINAL : plx_http_judge(*result, call->status);
}

static void fail_redirect(struct plx_http_transfer *transfer, struct plx_error *error)
{
    const char *target = NULL;
    char *label = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &target);
    if (target)
        label = plx_http_label(target, error);
    if (label)
        plx_http_hide(label, strlen(label), transfer->server->options->key);
    plx_error_set(error, PLX_NETWORK, "the server answers %ld and redirects to %s, which is not followed",
                  transfer->call->status, label ? label : "what is not a valid URL");
    plx_error_hint(error, "the key goes to nobody but the given host; is the URL right?");
    free(label);
}

static void hint_status(const struct plx_http_server *server, long status, struct plx_error *error)
{
    if (status == 401 || status == 403)
        plx_error_hint(error, server->options->key ? "is the key right? It comes from PERPLEX_API_KEY"
                                                   : "it asks for a key: PERPLEX_API_KEY");
    else if (status == 404)
        plx_error_hint(error, "is the URL right, and the name of the model?");
    else if (status == 429)
        plx_error_hint(error, "it gets too many requests; fewer at once may help, or to try later");
}

static void fail_status(struct plx_http_transfer *transfer, struct plx_error *error)
{
    const struct plx_http_call *call = transfer->call;
    char words[PLX_HTTP_WORDS];
    plx_http_words(call->answer.data, call->answer.size, transfer->server->options->key, words);
    plx_http_fail_status(call->status, error);
    if (words[0]) {
        const struct plx_error plain = *error;
        plx_error_set(error, plain.status, "%s: %s", plain.message, words);
        plx_error_hint(error, "%s", plain.hint);
    }
    hint_status(transfer->server, call->status, error);
}

static void fail_unanswered(struct plx_http_transfer *transfer, CURLcode result, struct plx_error *error)
{
    switch (transfer->end) {
    case PLX_HTTP_LARGE:
        plx_error_set(error, PLX_NETWORK, "the answer is larger than the %zu bytes allowed",
                      transfer->server->options->answer_bytes);
        return;
    case PLX_HTTP_NO_MEMORY: plx_error_set(error, PLX_MEMORY, "no memory for the answer"); return;
    default: break;
    }
    plx_http_fail_result(transfer->easy, result, transfer->detail, error);
    if (result == CURLE_COULDNT_CONNECT)
        plx_error_hint(error, "is the server running at %s?", transfer->server->place);
}

enum plx_status plx_http_transfer_fail(struct plx_http_transfer *transfer, CURLcode result, unsigned tries,
                                       struct plx_error *error)
{
    const long code = transfer->call->status;
    if (code >= 300 && code <= 399)
        fail_redirect(transfer, error);
    else if (code >= 400 || (result == CURLE_OK && (code < 200 || code > 299)))
        fail_status(transfer, error);
    else
        fail_unanswered(transfer, result, error);
    if (tries > 1) {
        const struct plx_error once = *error;
        plx_error_set(error, once.status, "%s, the last of %u tries", once.message, tries);
        plx_error_hint(error, "%s", once.hint);
    }
    const char *path = transfer->call->path;
    const size_t length = strlen(transfer->server->label) + strcspn(path, "?#") + 1;
    char *input = plx_new_array(length, 1, NULL);
    if (input) {
        snprintf(input, length, "%s%s", transfer->server->label, path);
        plx_error_input(error, input);
    }
    free(input);
    return error->status;
}
