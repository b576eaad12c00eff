/* The headings of WikiText at which documents begin, and white space as Python's str has it. */
#ifndef PLX_CORPUS_HEADINGS_H
#define PLX_CORPUS_HEADINGS_H

#include "corpus/pieces.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the character at text[0..size), size > 0, if it is white space by str.isspace, which is what
   str.strip takes off and what \s of a regular expression matches; else 0. */
size_t plx_space_length(const uint8_t *text, size_t size);

/* True if there is nothing but such white space. */
bool plx_is_space(const uint8_t *text, size_t size);

/* Whether the byte may stand on a blank line, and around the title of an article. */
static inline bool plx_is_blank(uint8_t c)
{
    return plx_is_separator(c) || c == '\r';
}

/* True if the line is " = Title = ", but not " = = Title = = ": a title of an article if it stands between
   blank lines. */
bool plx_heading_of_article(const uint8_t *line, size_t length);

/* True if a page of EleutherAI's wikitext_document_level begins with the line:

     rline = line.replace("= = =", "===").replace("= =", "==").strip()
     rline.startswith("= ") and rline.endswith(" =") */
bool plx_heading_of_page(const uint8_t *line, size_t length);

#endif
