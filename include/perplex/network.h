/* The network: what holds for every transfer, and where downloads are kept.

   All transfers follow one policy: http and https only; certificates are verified; few redirects are
   followed, from https only to https, and a key goes to nobody but the host that it is meant for; connecting,
   silence and the whole are limited in time; what may pass (timeouts, 429, 5xx, a connection that breaks off)
   is tried again after growing pauses with some chance in them, never earlier than Retry-After says; a broken
   transfer goes on where it stopped; sizes have caps; proxies are those of curl's variables. */
#ifndef PERPLEX_NETWORK_H
#define PERPLEX_NETWORK_H

#include <perplex/status.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the network is used. Zero-initialised means the defaults. Borrowed wherever it is given, and must stay
   valid and unchanged as long as what was opened with it; may be shared by any number of threads. */
struct plx_network {
    bool offline; /* nothing is transferred: what is not in the cache is PLX_NETWORK */
    /* The folder in which downloads are kept, made where it is missing. NULL: nothing is kept; a URL is
       streamed anew whenever it is opened, and corpora that have names cannot be had. */
    const char *cache;
    /* [manifest_count] folders whose *.json are manifests of corpora too, besides those that the library has
       of its own: the first that knows a name has it. */
    const char *const *manifests;
    size_t manifest_count;
    /* File of the authorities whose certificates are trusted, PEM; NULL: those that libcurl was built to
       trust. */
    const char *certificates;
    unsigned connect_timeout_ms; /* 0: 15,000 */
    unsigned stall_timeout_ms;   /* less than a byte a second for so long ends a try; 0: 30,000 */
    unsigned total_timeout_ms;   /* of one request and its answer, not of a download; 0: 600,000 */
    unsigned tries;              /* of one request or download, each; 0: 5, and 10 where an endpoint is busy */
    unsigned first_pause_ms;     /* before the second try, about; twice as long before each further; 0: 500 */
    /* Is told in a sentence what the user should know though nothing went wrong: that a file is waited for
       which another process downloads; that a hash is believed because it is the first; from any thread.
       NULL: nobody is. */
    void (*note)(void *user, const char *text);
    /* Is told how far a download has come, at most ten times a second, in the thread that waits for it;
       `name` without what may be secret; size 0: not known. NULL: nobody is. */
    void (*progress)(void *user, const char *name, uint64_t done_bytes, uint64_t size_bytes);
    void *user;
};

#ifdef __cplusplus
}
#endif
#endif
