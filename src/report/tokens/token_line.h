/* A line of a per-token file in JSON Lines. */
#ifndef PLX_REPORT_TOKEN_LINE_H
#define PLX_REPORT_TOKEN_LINE_H

#include <perplex/evaluate.h>

#include "base/json_scan.h"

/* Reads the object that begins at scan->at and ends before text[end]; keys that a per-token file does not
   have are passed over. Strings point into the text or, where they have escapes, to *room, which is moved on
   by what they take: no more than they take in the text. scan->at is behind the object and the white space
   that follows it. *blank: there is nothing but white space. False, with the failure in the scan, where it is
   no object of a token. */
bool plx_token_line_read(struct plx_json_scan *scan, size_t end, uint8_t **room,
                         struct plx_token_score *token, bool *blank);

#endif
