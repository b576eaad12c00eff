/* JSON that was read, written again. */
#ifndef PLX_REPORT_JSON_COPY_H
#define PLX_REPORT_JSON_COPY_H

#include "base/json.h"
#include "base/json_writer.h"

/* Writes the value as the writer has it: numbers that a writer has written keep their spelling, but for whole
   ones from 2^53 on, which are not to be had from a tree. Null stands for what is nested deeper than a writer
   goes. */
void plx_json_copy(struct plx_json_writer *json, const char *key, const cJSON *value);

#endif
