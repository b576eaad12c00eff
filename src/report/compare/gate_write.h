/* What a gate says, as part of a comparison's text and JSON. */
#ifndef PLX_REPORT_GATE_WRITE_H
#define PLX_REPORT_GATE_WRITE_H

#include "base/buffer.h"
#include "base/json_writer.h"
#include "report/compare/comparison.h"

/* The member "gate" of one NEW, a list of its outcomes; and that of the comparison. Nothing where it has not
   been judged. */
void plx_gate_json_outcomes(struct plx_json_writer *json, const struct plx_pair *pair);
void plx_gate_json(struct plx_json_writer *json, const struct plx_comparison *comparison);

/* The outcomes of one NEW for people, an empty line before them; nothing where it has not been judged. */
enum plx_status plx_gate_text(struct plx_buffer *out, const struct plx_pair *pair, struct plx_error *error);

#endif
