/* GET /v1/vocabulary: {"tokens": […]} by id, written as it is sent. A string; {"bytes": base64} of what is no
   UTF-8; null where an id has no string. */
#ifndef PLX_SERVE_VOCABULARY_STREAM_H
#define PLX_SERVE_VOCABULARY_STREAM_H

#include "base/json_writer.h"
#include "serve/served.h"

struct plx_vocabulary_stream;

/* NULL where memory is short. */
struct plx_vocabulary_stream *plx_vocabulary_stream_new(const struct plx_served *served,
                                                        struct plx_error *error);
void plx_vocabulary_stream_free(struct plx_vocabulary_stream *stream);

/* The next bytes of it: *size of them, at most `capacity`, 0 at the end. */
enum plx_status plx_vocabulary_stream_read(struct plx_vocabulary_stream *stream, char *out, size_t capacity,
                                           size_t *size, struct plx_error *error);

#endif
