/* A text for people under construction: names and their values in columns. */
#ifndef PLX_REPORT_PAGE_H
#define PLX_REPORT_PAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/number.h"

/* Where values begin. */
#define PLX_PAGE_VALUE_COLUMN 22

/* A number with its digits in groups. */
#define PLX_PAGE_GROUPED PLX_NUMBER_TEXT

/* The first failure stays. */
struct plx_page {
    struct plx_buffer out;
    size_t columns; /* lines are broken before they get longer: 100 unless said */
    enum plx_status status;
    struct plx_error *error;
};

void plx_page_init(struct plx_page *page, struct plx_error *error);

/* As plx_buffer_finish. */
enum plx_status plx_page_finish(struct plx_page *page, char **text, size_t *length);

void plx_page_put(struct plx_page *page, const char *text, size_t length);
void plx_page_blanks(struct plx_page *page, size_t count);

/* 1234567 as "1,234,567"; returns text. */
const char *plx_page_group(uint64_t value, char text[PLX_PAGE_GROUPED]);

/* A name and its value, which must be fit to be seen, broken into lines at spaces; the second indented by
   two. */
void plx_page_text_row(struct plx_page *page, size_t indent, const char *name, const char *value);
void plx_page_row(struct plx_page *page, const char *name, const char *format, ...) PLX_PRINTF(3, 4);

/* The rest of a line that has come to `column`, broken into lines at spaces; further lines begin at `indent`.
 */
void plx_page_wrapped(struct plx_page *page, const char *text, size_t column, size_t indent);

/* A line as it is, of up to 250 bytes. */
void plx_page_line(struct plx_page *page, const char *format, ...) PLX_PRINTF(2, 3);

/* A row at the margin, with a blank line before; the name is made visible. */
void plx_page_heading(struct plx_page *page, const char *what, const char *name);

/* What a file says, which may be anything, so that it can be seen; released with free(). NULL on failure. */
char *plx_page_visible(struct plx_page *page, const char *text, size_t length);

#endif
