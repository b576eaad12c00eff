#include "report/table/grid.h"

#include "base/memory.h"

#include <stdlib.h>

const char *plx_grid_keep(struct plx_grid *grid, struct plx_page *page)
{
    char *text;
    size_t length;
    if (plx_page_finish(page, &text, &length))
        return NULL;
    if (plx_resize_array(&grid->strings, grid->string_count + 1, sizeof *grid->strings, grid->error)) {
        free(text);
        return NULL;
    }
    return grid->strings[grid->string_count++] = text;
}

void plx_grid_release(struct plx_grid *grid)
{
    for (size_t i = 0; i < grid->result_count; i++)
        cJSON_Delete(grid->results[i].json);
    for (size_t i = 0; i < grid->string_count; i++)
        free(grid->strings[i]);
    free(grid->results);
    free(grid->rows);
    free(grid->groups);
    free(grid->columns);
    free(grid->cells);
    free(grid->notes);
    free(grid->strings);
    *grid = (struct plx_grid){0};
}
