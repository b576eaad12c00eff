/* Pages of HTML where a file was expected: what servers give who has to log in. */
#ifndef PLX_IO_HTML_H
#define PLX_IO_HTML_H

#include <stdbool.h>

/* Whether the open file begins as a page. */
bool plx_html_begins(int descriptor);

#endif
