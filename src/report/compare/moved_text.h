/* The documents and tokens that moved most, for people. */
#ifndef PLX_REPORT_MOVED_TEXT_H
#define PLX_REPORT_MOVED_TEXT_H

#include "report/compare/moved.h"
#include "report/page.h"

/* Nothing of what is not known; `separator` stands between tokens. */
void plx_moved_text(struct plx_page *page, const struct plx_moved *moved, const char *separator);

#endif
