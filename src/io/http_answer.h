/* What the answer to a try of a fetch is: the content, its rest, another's, or none. */
#ifndef PLX_IO_HTTP_ANSWER_H
#define PLX_IO_HTTP_ANSWER_H

#include "io/http_fetch.h"

/* The fields of a request that depend on what there is already; sets `ranged`. */
enum plx_status plx_http_ask(struct plx_http_fetch *fetch, struct plx_error *error);

/* Whether what there is can be gone on with. */
bool plx_http_resumable(const struct plx_http_fetch *fetch);

/* How many bytes may come, of any content that is wanted. */
uint64_t plx_http_most(const struct plx_http_fetch *fetch);

/* More are coming: PLX_HTTP_FAILED, with the reason in `failure`; the sink has forgotten what it could. */
enum plx_http_course plx_http_outgrown(struct plx_http_fetch *fetch);

/* Looks at the final answer, once its headers are there: its course, and what it says of the content. Has the
   sink begin. PLX_HTTP_FAILED leaves the reason in `failure`. */
enum plx_http_course plx_http_admit(struct plx_http_fetch *fetch);

#endif
