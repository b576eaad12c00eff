/* HTML under construction, written as it comes: markup of our own goes out as it is, whatever comes from
   elsewhere as text and nothing else.

   The markup is well-formed as XML too (every element is closed, every attribute in quotes), so that any XML
   parser finds a hole in the escaping. */
#ifndef PLX_REPORT_HTML_H
#define PLX_REPORT_HTML_H

#include <perplex/output.h>

#include "base/error.h"

/* The first failure stays; after it nothing is written any more. */
struct plx_html {
    struct plx_output *output; /* borrowed */
    enum plx_status status;
    struct plx_error *error;
};

/* Markup, as it is. */
void plx_html_markup(struct plx_html *html, const char *markup);

/* The same out of numbers and words of our own, of up to 1,000 bytes: never of anything from elsewhere. */
void plx_html_markupf(struct plx_html *html, const char *format, ...) PLX_PRINTF(2, 3);

/* A number for people with so many digits behind the point, whatever the locale; with a minus sign rather
   than a hyphen, and without one where it is rounded to zero. */
void plx_html_fixed(struct plx_html *html, double value, unsigned digits);

/* The text of a number with the same minus sign. */
void plx_html_numeral(struct plx_html *html, const char *text);

/* A number for the browser, in an attribute. */
void plx_html_coordinate(struct plx_html *html, double value, unsigned digits);

/* Text of anybody, as content or between the quotes of an attribute. What cannot be seen, or turns the
   direction of what is around it, is named: a new line ↵, a tab ⇥, all else by its number (⟨U+202E⟩); a byte
   that is not of UTF-8 is U+FFFD. */
void plx_html_text(struct plx_html *html, const char *text, size_t length);
void plx_html_string(struct plx_html *html, const char *text);

/* The same out of a format, of up to 1,000 bytes. */
void plx_html_textf(struct plx_html *html, const char *format, ...) PLX_PRINTF(2, 3);

/* Text of anybody as content, what cannot be seen as <span class="hidden"> with its number as title. It
   belongs into an element <bdi>, out of which the direction of its letters has no effect. */
void plx_html_visible(struct plx_html *html, const char *text, size_t length);

/* <bdi> around the whole text. */
void plx_html_bdi(struct plx_html *html, const char *text);

#endif
