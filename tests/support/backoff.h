/* Backoff models over strings, by the definition: p(w | h) is that of the longest stored n-gram that ends h
   w, times the backoffs of all longer contexts that are stored. The numbers of the file are rounded to
   float32 and added in double. Slow and plain, to judge what is fast. What fails here fails the running test.
 */
#ifndef PLX_TESTS_BACKOFF_H
#define PLX_TESTS_BACKOFF_H

#include <perplex/evaluate.h>

#include <stddef.h>

struct backoff_model;

/* Reads an ARPA file without anything odd. The text must stay. To be freed with backoff_free. */
struct backoff_model *backoff_new(const char *arpa);
void backoff_free(struct backoff_model *model);

/* log10 p of the last of words[0 … count − 1] after those before it, and the length of the n-gram found; a
   word that is no 1-gram is <unk>, and without that has p = 0 (length 1) and is in no n-gram. */
double backoff_score(const struct backoff_model *model, const char *const *words, size_t count,
                     unsigned *length);

/* The text is evaluated by the model under the preset, "sentence", "srilm", "wikitext-eos" or "hf-stride",
   and each of its tokens gets what backoff_score says. Words are parted by single blanks; `name` is for
   messages. At least one n-gram of the length `longest` must be met. */
void backoff_check(const struct backoff_model *reference, const struct plx_model *model, const char *name,
                   const char *text, const char *preset, unsigned threads, unsigned longest);

#endif
