/* "prompt" of a request: a text, texts, token ids, or several lists of them. */
#ifndef PLX_SERVE_PROMPT_MEMBER_H
#define PLX_SERVE_PROMPT_MEMBER_H

#include "serve/members.h"
#include "serve/prompts.h"

/* The most prompts of a request. */
#define PLX_PROMPTS_MOST 2048

/* The most tokens of a request, those that are to be made too. */
#define PLX_REQUEST_TOKENS_MOST 524288

struct plx_prompt_list {
    struct plx_prompt *prompts; /* [count] */
    size_t count, capacity;
};

/* Adds the prompts of the value at hand. */
bool plx_prompt_member(struct plx_members *members, struct plx_prompt_list *list);

/* Adds a prompt of the ids of the array at hand, `key`. */
bool plx_prompt_member_ids(struct plx_members *members, const char *key, struct plx_prompt_list *list);

/* Answers that the request has more tokens than it may. */
bool plx_prompt_list_refuse(struct plx_reply *answer);

void plx_prompt_list_release(struct plx_prompt_list *list);

#endif
