/* How a server spells tokens: learned from what it says, and held against what it says later. All of it may
   be called by any thread. */
#ifndef PLX_MODEL_ENDPOINT_SPELLING_H
#define PLX_MODEL_ENDPOINT_SPELLING_H

#include "base/buffer.h"
#include "model/endpoint_answer.h"

struct plx_spellings;

struct plx_spellings *plx_spellings_new(struct plx_error *error); /* NULL on failure */
void plx_spellings_free(struct plx_spellings *spellings);         /* NULL is fine */

/* That every token is spelled in the answer as it was whenever it came before, where strings are all that
   came back of the prompts. The first of a prompt may be spelled otherwise, without the blank before it. */
enum plx_status plx_spellings_check(struct plx_spellings *spellings, const struct plx_answer *answer,
                                    struct plx_error *error);

/* Remembers the bytes of a token; of several, ids[count], where they are parts of characters, of which only
   all together are text. What was learned first stays, but for a blank that a token at the beginning of a
   text lacks, and has elsewhere. */
enum plx_status plx_spellings_learn(struct plx_spellings *spellings, const uint32_t *ids, size_t count,
                                    struct plx_word bytes, struct plx_error *error);

/* What is known of a token. */
enum plx_spelt {
    PLX_SPELT_NOT,
    PLX_SPELT_PART, /* it was a part of a character, but not with those that follow it */
    PLX_SPELT
};

/* Appends the bytes of as many of ids[count], count > 0, as were learned together; *taken of them. */
enum plx_spelt plx_spellings_bytes(struct plx_spellings *spellings, const uint32_t *ids, size_t count,
                                   size_t *taken, struct plx_buffer *text, enum plx_status *status,
                                   struct plx_error *error);

#endif
