/* One n-gram line of an ARPA file. */
#ifndef PLX_MODEL_ARPA_ENTRY_H
#define PLX_MODEL_ARPA_ENTRY_H

#include <perplex/model.h>

#include <stdbool.h>

struct plx_arpa_entry {
    float probability; /* log10; −infinity is zero probability; never NaN */
    float backoff;     /* log10; 0 where the line has none; never NaN or +infinity */
    bool space;        /* a space, no tab, stands behind the probability */
    bool has_backoff;
    uint8_t exponents; /* how many of the numbers have one, as in 1e-05 */
};

/* Parses "p <tab> word … word [<tab> backoff]", or the same with spaces for all tabs or tabs between the
   words, into entry and words[order]. The words point into the line. Blanks at the line's ends, a carriage
   return too, do not count; an empty word between tabs does. Errors are PLX_MALFORMED with the column,
   without the line. */
enum plx_status plx_arpa_parse_entry(const char *line, size_t length, unsigned order,
                                     struct plx_arpa_entry *entry, struct plx_word *words,
                                     struct plx_error *error);

/* The line without blanks and carriage returns at its end. */
size_t plx_arpa_trimmed_length(const char *line, size_t length);

#endif
