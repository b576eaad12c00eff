#include "serve/listening.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool plx_listening_is_loopback(struct in_addr address)
{
    return ntohl(address.s_addr) >> 24 == 127;
}

static bool is_local(const struct sockaddr_storage *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    memcpy(&four, address, sizeof four);
    memcpy(&six, address, sizeof six);
    if (address->ss_family == AF_INET)
        return plx_listening_is_loopback(four.sin_addr);
    return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
}

/* What it has become: the port may have been any. */
static enum plx_status describe(struct plx_listening *listening, struct plx_error *error)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char host[64], port[16];
    if (getsockname(listening->socket, (struct sockaddr *)&address, &size) ||
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV))
        return plx_error_set_errno(error, PLX_NETWORK, errno, "cannot tell what is listened on");
    const bool six = address.ss_family == AF_INET6;
    struct sockaddr_in four; /* the port stands at the same place in both */
    memcpy(&four, &address, sizeof four);
    listening->port = ntohs(four.sin_port);
    listening->local = is_local(&address);
    snprintf(listening->url, sizeof listening->url, "http://%s%s%s:%s", six ? "[" : "", host, six ? "]" : "",
             port);
    return PLX_OK;
}

/* The descriptor, or −1 with errno. */
static int listen_on(const struct addrinfo *address)
{
    const int on = 1;
    const int descriptor =
        socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
    if (descriptor < 0)
        return -1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(descriptor, address->ai_addr, address->ai_addrlen) == 0 && listen(descriptor, SOMAXCONN) == 0)
        return descriptor;
    const int failed = errno;
    close(descriptor);
    errno = failed;
    return -1;
}

enum plx_status plx_listening_open(struct plx_listening *listening, const char *host, uint16_t port,
                                   struct plx_error *error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found, *address;
    char service[16], bare[128];
    *listening = (struct plx_listening){.socket = -1};
    const size_t length = host ? strlen(host) : 0;
    if (!host)
        host = "127.0.0.1";
    else if (length == 0)
        return plx_error_set(error, PLX_USAGE, "the address to listen on is empty");
    if (*host == '[' && host[length - 1] == ']' && length < sizeof bare) { /* as in an URL */
        snprintf(bare, sizeof bare, "%.*s", (int)length - 2, host + 1);
        host = bare;
    }
    snprintf(service, sizeof service, "%u", (unsigned)port);
    const int failed = getaddrinfo(host, service, &hints, &found);
    if (failed)
        return plx_error_set(error, PLX_NETWORK, "cannot listen on \"%s\": %s", host, gai_strerror(failed));
    for (address = found; address && listening->socket < 0; address = address->ai_next)
        listening->socket = listen_on(address);
    const int number = errno;
    freeaddrinfo(found);
    if (listening->socket >= 0)
        return describe(listening, error);
    plx_error_set_errno(error, PLX_NETWORK, number, "cannot listen on %s, port %u", host, (unsigned)port);
    return number == EADDRINUSE ? plx_error_hint(error, "port 0 is any that is free") : PLX_NETWORK;
}
