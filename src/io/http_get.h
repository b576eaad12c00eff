/* The content of a URL into a file, in as many tries as it takes. */
#ifndef PLX_IO_HTTP_GET_H
#define PLX_IO_HTTP_GET_H

#include <perplex/network.h>

#include <stdint.h>

/* Long enough for any that is usual; what is longer is as if it were not there. */
#define PLX_HTTP_VALIDATOR 256

/* What tells a content from another that the URL had or will have; "" where the server does not say. */
struct plx_http_validators {
    char etag[PLX_HTTP_VALIDATOR];     /* with its quotes, and W/ where it is a weak one */
    char modified[PLX_HTTP_VALIDATOR]; /* Last-Modified, as it came */
};

struct plx_http_get {
    const char *url;
    const struct plx_network *network;
    bool (*interrupted)(void *user);
    void *user;
    uint64_t cap;      /* bytes that it may have at most; 0: 64 GiB */
    uint64_t expected; /* bytes that it has if it is the right one: where others are announced, or more come,
                          it ends at once; that there are as many is left to the caller. 0: not known */
    int descriptor;    /* of a regular file, read and written, that holds the first bytes already, or none */

    /* Of those first bytes; they are gone on with only if the server has the same still. */
    struct plx_http_validators part;
    uint64_t part_size; /* of the content that they are the first of; 0: not known */
    /* Is told what tells the content from another, and how large it is (0: not known), before its first byte
       is written, for another process to go on with it; NULL: nobody wants to know. Its failure is that of
       the whole. */
    enum plx_status (*begun)(void *user, const struct plx_http_validators *validators, uint64_t size,
                             struct plx_error *error);
    void *begun_user;

    /* Of a content that is kept elsewhere already: it need not come again. Empty: there is none. */
    struct plx_http_validators known;

    /* Results. */
    bool unmodified;                /* it is the known one; the file is empty */
    struct plx_http_validators got; /* of what has come */
    uint64_t size;                  /* bytes of the file */
    uint64_t transferred;           /* of these, in this call */
    bool other;                     /* also of a failure: it is not of the expected size … */
    bool page;                      /* … and the server says that it is HTML */
};

/* PLX_NETWORK, PLX_IO (a full disk), PLX_INTERRUPTED, PLX_MEMORY. After a failure the file holds what can be
   gone on with another time. Errors name the URL without what may be secret. */
enum plx_status plx_http_get(struct plx_http_get *get, struct plx_error *error);

#endif
