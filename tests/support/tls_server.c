#include "tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct tls_server {
    SSL_CTX *context;
    int listener;
    unsigned port;
    pthread_t thread;
    atomic_bool stopping;
};

/* A key, and a certificate for 127.0.0.1 that is signed with it and valid for an hour. */
static bool certify(SSL_CTX *context)
{
    static const unsigned char host[] = "127.0.0.1";
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    bool fine = key && certificate;
    if (fine) {
        X509_NAME *name = X509_get_subject_name(certificate);
        fine = X509_gmtime_adj(X509_getm_notBefore(certificate), -60) &&
               X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) &&
               X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0) &&
               X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
               X509_sign(certificate, key, EVP_sha256()) && SSL_CTX_use_certificate(context, certificate) &&
               SSL_CTX_use_PrivateKey(context, key);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return fine;
}

static int write_reply(const char *request, char *reply, size_t capacity)
{
    static const char redirect[] = "GET /redirect?";
    const char *url = request + sizeof redirect - 1;
    if (strncmp(request, redirect, sizeof redirect - 1) != 0)
        return snprintf(reply, capacity,
                        "HTTP/1.1 200 Fine\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntrusted");
    return snprintf(reply, capacity,
                    "HTTP/1.1 302 There\r\nLocation: %.*s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    (int)strcspn(url, " \r\n"), url);
}

static void answer(struct tls_server *server, int client)
{
    struct timeval patience = {.tv_sec = 5};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL *session = SSL_new(server->context);
    char request[4096] = "", reply[4096 + 128];
    if (session && SSL_set_fd(session, client) && SSL_accept(session) == 1 &&
        SSL_read(session, request, sizeof request - 1) > 0) {
        SSL_write(session, reply, write_reply(request, reply, sizeof reply));
        SSL_shutdown(session);
    }
    SSL_free(session);
    close(client);
}

static void *serve(void *user)
{
    struct tls_server *server = user;
    while (!atomic_load(&server->stopping)) {
        struct pollfd ready = {.fd = server->listener, .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, 20) <= 0)
            continue;
        int client = accept(server->listener, NULL, NULL);
        if (client >= 0)
            answer(server, client);
    }
    return NULL;
}

struct tls_server *tls_server_start(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct tls_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->context = SSL_CTX_new(TLS_server_method());
    if (server->listener < 0 || !server->context || !certify(server->context) ||
        bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 8) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0)
        goto fail;
    server->port = ntohs(address.sin_port);
    if (pthread_create(&server->thread, NULL, serve, server) != 0)
        goto fail;
    return server;
fail:
    if (server->listener >= 0)
        close(server->listener);
    SSL_CTX_free(server->context);
    free(server);
    return NULL;
}

unsigned tls_server_port(const struct tls_server *server)
{
    return server->port;
}

void tls_server_stop(struct tls_server *server)
{
    if (!server)
        return;
    atomic_store(&server->stopping, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
    SSL_CTX_free(server->context);
    free(server);
}
