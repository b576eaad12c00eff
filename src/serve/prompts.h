/* Prompts: tokens and the text that they stand for, whichever of the two came.

   Texts are cut where the model's tokens end, so that the tokens of a prompt, put together, are its text:
   what separates words belongs to the one behind it, and what follows the last word to that. */
#ifndef PLX_SERVE_PROMPTS_H
#define PLX_SERVE_PROMPTS_H

#include "base/buffer.h"
#include "serve/served.h"

/* One prompt; what is behind it of a prompt that is continued, too. */
struct plx_prompt {
    uint32_t *ids; /* [count] PLX_NO_TOKEN: a word that the model does not know */
    size_t *ends;  /* [count] in bytes of the text */
    size_t count, capacity;
    size_t begin; /* where the first begins: behind a text without tokens, which is blanks alone */
    struct plx_buffer text;
    bool spelled; /* whether its text is known */
};

/* Empty; its text may take so many bytes. */
void plx_prompt_init(struct plx_prompt *prompt, size_t text_most);
void plx_prompt_release(struct plx_prompt *prompt);

/* Cuts the text, which is the prompt's then. PLX_MISMATCH where the model has no vocabulary, or cannot have
   an unknown word in a context. */
enum plx_status plx_prompt_tokenize(struct plx_prompt *prompt, const struct plx_served *served,
                                    struct plx_word text, struct plx_error *error);

/* Room for so many more tokens. */
enum plx_status plx_prompt_reserve(struct plx_prompt *prompt, size_t more, struct plx_error *error);

/* Spells the ids from `from` on, whose text follows that of those before. */
enum plx_status plx_prompt_spell(struct plx_prompt *prompt, const struct plx_served *served, size_t from,
                                 struct plx_error *error);

/* The text of token `index`. */
struct plx_word plx_prompt_token(const struct plx_prompt *prompt, size_t index);

/* What the token would be if it stood behind the first `count` of the prompt, appended to *text. */
enum plx_status plx_prompt_spell_token(const struct plx_prompt *prompt, const struct plx_served *served,
                                       size_t count, uint32_t id, struct plx_buffer *text,
                                       struct plx_error *error);

#endif
