/* A text in the ids of a model, line by line, encoded by the test itself. */
#ifndef PLX_TESTS_ENCODED_TEXT_H
#define PLX_TESTS_ENCODED_TEXT_H

#include <perplex/model.h>

/* A line is the start symbol (without one, the end symbol), its words, the end symbol. Words are bytes
   between spaces and tabs; one that the model does not know is its unknown symbol, if there is one. */
struct encoded_text {
    uint32_t *ids;
    struct plx_word *words; /* of each id; the symbols have none. Into the text, which must stay */
    size_t count;
    size_t *lines; /* [line_count + 1] where a line begins in ids */
    size_t line_count;
    size_t unknown; /* words that became the unknown symbol */
};

struct encoded_text encode_text(const struct plx_model *model, const void *text, size_t size);
void encoded_text_free(struct encoded_text *encoded);

#endif
