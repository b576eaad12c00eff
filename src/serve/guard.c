#include "serve/guard.h"

#include "serve/listening.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* "localhost:8000", "127.0.0.1", "[::1]:8000". */
static bool names_this_machine(const char *host)
{
    char name[64];
    struct in_addr address;
    const size_t length = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (length >= sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)length, host);
    if (strcasecmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0)
        return true;
    return inet_pton(AF_INET, name, &address) == 1 && plx_listening_is_loopback(address);
}

static bool bears_key(const char *key, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *given = authorization + sizeof scheme - 1;
    given += strspn(given, " ");
    const size_t length = strlen(key);
    return strlen(given) == length &&
           CRYPTO_memcmp(given, key, length) == 0; /* takes as long whatever differs */
}

bool plx_guard_admit(const struct plx_guard *guard, const struct plx_credentials *credentials, bool open,
                     struct plx_reply *answer)
{
    const char *host = credentials->host, *origin = credentials->origin;
    const char *authority = origin ? strstr(origin, "://") : NULL;
    if (guard->local && host && !names_this_machine(host))
        return plx_reply_refuse(answer, 403, "the request is for another host than this one");
    if (origin && (!authority || !host || strcasecmp(authority + 3, host) != 0))
        return plx_reply_refuse(answer, 403, "the request comes from a page of another origin");
    if (guard->key && !open && !bears_key(guard->key, credentials->authorization))
        return plx_reply_refuse(answer, 401, "the request does not bear the API key of this server");
    return true;
}
