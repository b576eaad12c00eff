/* What the servers that speak OpenAI's language in a way of their own share. */
#ifndef PLX_MODEL_ENDPOINT_OPENAI_H
#define PLX_MODEL_ENDPOINT_OPENAI_H

#include "model/endpoint_answer.h"

/* Where the parts of one choice stand in the answer; 0: there is none. */
struct plx_choice {
    size_t prompt; /* which one it answers */
    size_t logprobs, prompt_logprobs;
    size_t end; /* behind the choice */
};

/* Reads an answer's frame, and has every choice read, which is at hand then and is to be passed over. */
enum plx_status plx_openai_read(struct plx_answer *answer,
                                enum plx_status (*read)(struct plx_answer *answer, struct plx_error *error),
                                struct plx_error *error);

/* Takes a choice apart, with its index and the ids of its prompt. */
enum plx_status plx_openai_read_choice(struct plx_answer *answer, struct plx_choice *choice,
                                       struct plx_error *error);

#endif
