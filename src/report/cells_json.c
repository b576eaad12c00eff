/* How the cells of a plan stand as JSON, perplex.run/1. */
#include <perplex/cells.h>
#include <perplex/version.h>

#include "base/json_writer.h"

#define JSON_BYTES (UINT64_C(1) << 30)

static const char *const STATES[] = {[PLX_CELL_TO_DO] = "to do",
                                     [PLX_CELL_RUNNING] = "running",
                                     [PLX_CELL_DONE] = "done",
                                     [PLX_CELL_FAILED] = "failed"};

const char *plx_cell_state_name(enum plx_cell_state state)
{
    return STATES[state];
}

static void write_text(struct plx_json_writer *json, const char *key, const char *value)
{
    if (value)
        plx_json_string(json, key, value);
}

static void write_cell(struct plx_json_writer *json, const struct plx_cell *cell)
{
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "model", cell->model);
    plx_json_string(json, "corpus", cell->corpus);
    plx_json_string(json, "protocol", cell->protocol);
    plx_json_string(json, "state", STATES[cell->state]);
    write_text(json, "key", cell->key);
    write_text(json, "file", cell->file);
    if (cell->state == PLX_CELL_DONE || cell->state == PLX_CELL_FAILED)
        plx_json_u64(json, "exit_code", (uint64_t)cell->exit_code);
    write_text(json, "error", cell->error);
    plx_json_end_object(json);
}

enum plx_status plx_cells_json(const char *plan, const char *plan_sha256, const struct plx_cell *cells,
                               size_t count, char **text, size_t *length, struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    plx_buffer_init(&buffer, JSON_BYTES);
    plx_json_writer_init(&json, &buffer);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.run/1");
    plx_json_string(&json, "version", plx_version());
    plx_json_begin_object(&json, "plan");
    plx_json_string(&json, "file", plan);
    plx_json_string(&json, "sha256", plan_sha256);
    plx_json_end_object(&json);
    plx_json_begin_array(&json, "cells");
    for (size_t i = 0; i < count; i++)
        write_cell(&json, cells + i);
    plx_json_end_array(&json);
    plx_json_end_object(&json);
    return plx_buffer_finish(&buffer, plx_json_writer_finish(&json, error), text, length, error);
}
