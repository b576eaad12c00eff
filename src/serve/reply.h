/* What a request is answered with: a status code and JSON. Whoever refuses returns false, so that `return
   plx_reply_refuse(…)` is the whole of it. */
#ifndef PLX_SERVE_REPLY_H
#define PLX_SERVE_REPLY_H

#include "base/buffer.h"

#include <stdbool.h>

/* The most that an answer may take, and the text of a prompt. */
#define PLX_ANSWER_BYTES_MOST ((size_t)64 << 20)

struct plx_reply {
    unsigned code; /* of HTTP; 0: none yet */
    struct plx_buffer text;
};

void plx_reply_init(struct plx_reply *answer);
void plx_reply_release(struct plx_reply *answer);

/* Answers with an error in the form that OpenAI's have. */
bool plx_reply_refuse(struct plx_reply *answer, unsigned code, const char *format, ...) PLX_PRINTF(3, 4);

/* The same of an error: what the request is to blame for is 400. */
bool plx_reply_fail(struct plx_reply *answer, const struct plx_error *error);

#endif
