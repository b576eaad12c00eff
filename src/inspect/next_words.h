/* The probabilities of all types after one context, through a session: any model can be asked so. */
#ifndef PLX_INSPECT_NEXT_WORDS_H
#define PLX_INSPECT_NEXT_WORDS_H

#include <perplex/model.h>

struct plx_next_words {
    struct plx_session *session;
    size_t batch;               /* types that are asked for at once */
    unsigned most;              /* ids of a context */
    struct plx_window *windows; /* [batch] */
    uint32_t *ids;              /* [batch, most + 1] */
    double *nats;               /* [batch], the answers */
};

/* For contexts of up to `most` ids. */
enum plx_status plx_next_words_init(struct plx_next_words *words, const struct plx_model *model,
                                    unsigned most, struct plx_error *error);
void plx_next_words_release(struct plx_next_words *words);

/* Sets nats to −ln p of the types first … first + count − 1, count ≤ batch, after context[length], length ≤
   most. Errors are those of plx_session_score. */
enum plx_status plx_next_words_score(struct plx_next_words *words, const uint32_t *context, unsigned length,
                                     uint32_t first, size_t count, struct plx_error *error);

#endif
