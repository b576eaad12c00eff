/* Names that are http:// or https:// URLs, and how they are shown. */
#ifndef PLX_IO_HTTP_URL_H
#define PLX_IO_HTTP_URL_H

#include <perplex/status.h>

#include <stdbool.h>

/* True if the name is an http:// or https:// URL. */
bool plx_http_is_url(const char *name);

/* The URL without what may be secret in it (user, password, query, fragment), for messages. Released with
   free(); NULL on failure. */
char *plx_http_label(const char *url, struct plx_error *error);

#endif
