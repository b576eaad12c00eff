/* Names of models behind endpoints: "MODEL@URL", without the format and its colon. */
#ifndef PLX_MODEL_ENDPOINT_NAME_H
#define PLX_MODEL_ENDPOINT_NAME_H

#include <perplex/status.h>

/* Owned; released by plx_endpoint_name_release. */
struct plx_endpoint_name {
    char *model;
    char *base;  /* the URL that routes ("/v1/completions") are appended to; may hold a user and a password */
    char *label; /* the same without what may be secret */
};

/* Takes a name apart. The URL begins behind the last '@' that http:// or https:// follows, so that the
   model's name may have '@' and '/' in it, and the URL a user; "/v1" and slashes at its end are no part of
   it. PLX_USAGE where it is no such name, without quoting what may be secret. */
enum plx_status plx_endpoint_name_parse(const char *argument, struct plx_endpoint_name *name,
                                        struct plx_error *error);
void plx_endpoint_name_release(struct plx_endpoint_name *name);

/* How "<format>:<argument>" is shown: without what may be secret. Released with free(); NULL on failure. */
char *plx_endpoint_name_shown(const char *format, const char *argument, struct plx_error *error);

#endif
