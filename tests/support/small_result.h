/* Small results written by hand, with the sums that go with their tokens. */
#ifndef SUPPORT_SMALL_RESULT_H
#define SUPPORT_SMALL_RESULT_H

#include <stddef.h>

#define SMALL_PATH 128

/* What a result says; what is NULL or 0 is that of every other small result. */
struct small_result {
    const double *nats; /* [count] of its tokens */
    size_t count;
    const char *nats_per_token; /* JSON; NULL: their mean */
    const char *protocol;       /* members beside the name: "\"window\": 8" */
    const char *skipped;        /* members of counts.skipped */
    const char *sha256, *text, *vocabulary, *per_token;
    size_t tokens, bytes, unknown;
    size_t block;       /* tokens of each of accumulators.blocks; 0: it has none */
    size_t first_block; /* scored tokens of the first one, where these are fewer; or 0 */
};

/* Writes it to `path`, "/tmp/perplex-compare-XXXXXX" where that is empty. */
void small_result_write(const struct small_result *result, char path[SMALL_PATH]);

#endif
