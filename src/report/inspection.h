/* What both forms of an inspection name. */
#ifndef PLX_REPORT_INSPECTION_H
#define PLX_REPORT_INSPECTION_H

#include "inspect/inspection.h"

/* The capability of bit `index` as a word ("empty-context"); NULL past the last. Static. */
const char *plx_capability_name(unsigned index);

/* "none", "any", "strings" or "ids". Static. */
const char *plx_coverage_by_name(enum plx_coverage_by by);

#endif
