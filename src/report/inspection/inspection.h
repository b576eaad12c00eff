/* What both forms of an inspection name. */
#ifndef PLX_REPORT_INSPECTION_H
#define PLX_REPORT_INSPECTION_H

#include "base/json_writer.h"
#include "inspect/inspection.h"
#include "report/page.h"

/* The capability of bit `index` as a word ("empty-context"); NULL past the last. Static. */
const char *plx_capability_name(unsigned index);

/* "none", "any", "strings" or "ids". Static. */
const char *plx_coverage_by_name(enum plx_coverage_by by);

/* What `deep` of the model has to say: the rows, and the member "deep". */
void plx_deep_text(struct plx_page *page, const struct plx_inspected_model *model);
void plx_deep_json(struct plx_json_writer *json, const struct plx_inspected_model *model);

#endif
