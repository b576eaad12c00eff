/* Rows and columns of a table: which results stand where, and what they are called. */
#include "report/table/grid.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/result/result_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const DIMENSIONS[] = {
    [PLX_DIMENSION_MODEL] = "model",       [PLX_DIMENSION_CORPUS] = "corpus",
    [PLX_DIMENSION_PROTOCOL] = "protocol", [PLX_DIMENSION_TOKENIZATION] = "tokenization",
    [PLX_DIMENSION_FILE] = "file",
};

const char *plx_table_dimension_name(size_t index)
{
    return index < PLX_DIMENSION_COUNT ? DIMENSIONS[index] : NULL;
}

const char *plx_dimension_name(enum plx_dimension dimension)
{
    return DIMENSIONS[dimension];
}

bool plx_dimensions_have(const struct plx_dimensions *dimensions, enum plx_dimension wanted)
{
    for (size_t i = 0; i < dimensions->count; i++) {
        if (dimensions->list[i] == wanted)
            return true;
    }
    return false;
}

static enum plx_status no_dimension(const char *name, size_t length, struct plx_error *error)
{
    plx_error_set(error, PLX_USAGE, "results have no dimension \"%.*s\"", length < 80 ? (int)length : 80,
                  name);
    return plx_error_hint(error,
                          "model, corpus, protocol, tokenization, file, or several with commas between "
                          "them");
}

/* Adds those of the list to *dimensions; none may be in `others`. */
static enum plx_status read_dimensions(const char *list, const struct plx_dimensions *others,
                                       struct plx_dimensions *dimensions, struct plx_error *error)
{
    for (const char *at = list;; at++) {
        const size_t length = strcspn(at, ",");
        size_t found = 0;
        while (found < PLX_DIMENSION_COUNT &&
               (strlen(DIMENSIONS[found]) != length || memcmp(DIMENSIONS[found], at, length) != 0))
            found++;
        if (found == PLX_DIMENSION_COUNT)
            return no_dimension(at, length, error);
        if (plx_dimensions_have(dimensions, (enum plx_dimension)found) ||
            plx_dimensions_have(others, (enum plx_dimension)found))
            return plx_error_set(error, PLX_USAGE, "the dimension %s of a table is given twice",
                                 DIMENSIONS[found]);
        dimensions->list[dimensions->count++] = (enum plx_dimension)found;
        at += length;
        if (!*at)
            return PLX_OK;
    }
}

static enum plx_status choose_dimensions(struct plx_grid *grid, const struct plx_table_options *options)
{
    static const struct plx_dimensions none,
        flat = {{PLX_DIMENSION_MODEL, PLX_DIMENSION_CORPUS, PLX_DIMENSION_PROTOCOL}, 3};
    struct plx_dimensions *rows = &grid->row_dimensions, *groups = &grid->group_dimensions;
    enum plx_status status = PLX_OK;
    grid->flat = !options->rows && !options->columns;
    if (grid->flat) {
        *rows = flat;
        return PLX_OK;
    }
    if (options->rows)
        status = read_dimensions(options->rows, &none, rows, grid->error);
    if (options->columns && status == PLX_OK)
        status = read_dimensions(options->columns, rows, groups, grid->error);
    if (!options->rows)
        rows->list[rows->count++] =
            plx_dimensions_have(groups, PLX_DIMENSION_MODEL) ? PLX_DIMENSION_CORPUS : PLX_DIMENSION_MODEL;
    return status;
}

/* What an input is, wherever it lies: its fingerprint, else its path. */
static const char *identity(const struct plx_tabled *result, enum plx_dimension dimension, const char *path)
{
    const char *sha256 = dimension == PLX_DIMENSION_MODEL ? plx_result_string(result->json, "model.sha256")
                         : dimension == PLX_DIMENSION_CORPUS
                             ? plx_result_string(result->json, "corpus.sha256")
                             : "";
    return *sha256 ? sha256 : path;
}

/* One folder more of the path before the name; false where there is none. */
static bool lengthen(const char *path, const char **name)
{
    if (*name == path)
        return false;
    (*name)--;
    while (*name > path && (*name)[-1] != '/')
        (*name)--;
    return true;
}

/* Digits of a fingerprint that tell what was written to one path at different times apart. */
#define FINGERPRINT_SHOWN 8

static const char *name_version(struct plx_grid *grid, const char *name, const char *sha256)
{
    const size_t length = strlen(sha256);
    struct plx_page page;
    plx_page_init(&page, grid->error);
    plx_page_text(&page, name);
    plx_page_text(&page, " (");
    plx_page_put(&page, sha256, length < FINGERPRINT_SHOWN ? length : FINGERPRINT_SHOWN);
    plx_page_text(&page, ")");
    return plx_grid_keep(grid, &page);
}

/* Whether another result's input has the same name and is another: on another path, or on the same. */
static bool is_ambiguous(const struct plx_grid *grid, enum plx_dimension dimension, const char *const *paths,
                         size_t index, bool same_path)
{
    const struct plx_tabled *a = grid->results + index;
    for (size_t k = 0; k < grid->result_count; k++) {
        const struct plx_tabled *b = grid->results + k;
        if (strcmp(a->names[dimension], b->names[dimension]) == 0 &&
            (strcmp(paths[index], paths[k]) == 0) == same_path &&
            strcmp(identity(a, dimension, paths[index]), identity(b, dimension, paths[k])) != 0)
            return true;
    }
    return false;
}

/* Names of inputs are those of their files, and as many folders before them as tell them apart. */
static enum plx_status name_inputs(struct plx_grid *grid, enum plx_dimension dimension,
                                   const char *const *paths)
{
    bool *longer = plx_new_array(grid->result_count, sizeof *longer, grid->error);
    bool changed = longer != NULL;
    for (size_t i = 0; i < grid->result_count; i++)
        grid->results[i].names[dimension] = plx_result_input_name(paths[i]);
    while (changed) {
        changed = false;
        for (size_t i = 0; i < grid->result_count; i++)
            longer[i] = is_ambiguous(grid, dimension, paths, i, false);
        for (size_t i = 0; i < grid->result_count; i++)
            changed |= longer[i] && lengthen(paths[i], &grid->results[i].names[dimension]);
    }
    free(longer);
    return longer ? PLX_OK : PLX_MEMORY;
}

/* A path that was written to again has been several models: their fingerprints tell them apart. */
static enum plx_status name_versions(struct plx_grid *grid, const char *const *paths)
{
    const enum plx_dimension dimension = PLX_DIMENSION_MODEL;
    bool *several = plx_new_array(grid->result_count, sizeof *several, grid->error);
    enum plx_status status = several ? PLX_OK : PLX_MEMORY;
    for (size_t i = 0; i < grid->result_count && several; i++)
        several[i] = is_ambiguous(grid, dimension, paths, i, true);
    for (size_t i = 0; i < grid->result_count && status == PLX_OK; i++) {
        const struct plx_tabled *result = grid->results + i;
        const char **name = grid->results[i].names + dimension, *sha256 = identity(result, dimension, "");
        if (several[i] && *sha256 && (*name = name_version(grid, *name, sha256)) == NULL)
            status = PLX_MEMORY;
    }
    free(several);
    return status;
}

/* "0.7*models/a.arpa + 0.3*b.arpa": the folders out of it. */
static const char *shorten_mixture(struct plx_grid *grid, const char *name)
{
    struct plx_page page;
    plx_page_init(&page, grid->error);
    for (const char *end; *name; name = end) {
        const char *const plus = strstr(name, " + "), *star = strchr(name, '*');
        end = plus ? plus + 3 : name + strlen(name);
        const char *base = star && star < end ? star + 1 : name;
        plx_page_put(&page, name, (size_t)(base - name));
        for (const char *at = base; at < (plus ? plus : end); at++)
            base = *at == '/' ? at + 1 : base;
        plx_page_put(&page, base, (size_t)(end - base));
    }
    return plx_grid_keep(grid, &page);
}

static enum plx_status read_names(struct plx_grid *grid, const char **paths[3])
{
    const struct plx_json_path root = {NULL, NULL, 0}, protocol = {&root, "protocol", 0};
    for (size_t i = 0; i < grid->result_count; i++) {
        struct plx_tabled *result = grid->results + i;
        enum plx_status status =
            plx_result_file_inputs(result->json, result->file, paths[0] + i, paths[1] + i, grid->error);
        if (status == PLX_OK)
            status = plx_json_get_string(plx_result_member(result->json, "protocol"), "name", &protocol,
                                         result->file, result->names + PLX_DIMENSION_PROTOCOL, grid->error);
        if (status)
            return status;
        paths[2][i] = result->file;
        if (plx_result_member(plx_result_member(result->json, "model"), "components") &&
            (paths[0][i] = shorten_mixture(grid, paths[0][i])) == NULL)
            return PLX_MEMORY;
        result->names[PLX_DIMENSION_TOKENIZATION] = plx_result_string(result->json, "corpus.tokenization");
    }
    return PLX_OK;
}

static enum plx_status name_results(struct plx_grid *grid)
{
    static const enum plx_dimension inputs[] = {PLX_DIMENSION_MODEL, PLX_DIMENSION_CORPUS,
                                                PLX_DIMENSION_FILE};
    const size_t count = grid->result_count;
    const char **all = plx_new_array(count, 3 * sizeof *all, grid->error);
    if (!all)
        return PLX_MEMORY;
    const char **paths[3] = {all, all + count, all + 2 * count};
    enum plx_status status = read_names(grid, paths);
    for (size_t i = 0; i < 3 && status == PLX_OK; i++)
        status = name_inputs(grid, inputs[i], paths[i]);
    if (status == PLX_OK)
        status = name_versions(grid, paths[0]);
    free(all);
    return status;
}

static bool names_custom(const struct plx_tabled *result)
{
    return strcmp(result->names[PLX_DIMENSION_PROTOCOL], "custom") == 0;
}

/* Whether those protocols that are no preset differ in the field. */
static bool field_differs(const struct plx_grid *grid, const struct plx_tabled *custom, const cJSON *field)
{
    for (size_t i = 0; i < grid->result_count; i++) {
        const cJSON *protocol = plx_result_member(grid->results[i].json, "protocol");
        if (grid->results[i].json != custom->json &&
            strcmp(plx_result_string(protocol, "name"), "custom") == 0 &&
            !cJSON_Compare(plx_result_member(protocol, field->string), field, true))
            return true;
    }
    return false;
}

void plx_grid_put_field(struct plx_page *page, const cJSON *field)
{
    char number[PLX_NUMBER_TEXT];
    plx_page_text(page, field->string);
    plx_page_text(page, "=");
    if (cJSON_IsNumber(field))
        plx_format_double(field->valuedouble, number);
    plx_page_text(page, cJSON_IsNumber(field) ? number : cJSON_IsString(field) ? field->valuestring : "?");
}

/* Protocols that are no preset have that name alone: the fields in which they differ follow it. */
static const char *name_custom(struct plx_grid *grid, const struct plx_tabled *result)
{
    const cJSON *field;
    struct plx_page page;
    size_t shown = 0;
    plx_page_init(&page, grid->error);
    plx_page_text(&page, "custom");
    cJSON_ArrayForEach(field, plx_result_member(result->json, "protocol"))
    {
        if (strcmp(field->string, "name") == 0 || !field_differs(grid, result, field))
            continue;
        plx_page_text(&page, shown++ ? ", " : " (");
        plx_grid_put_field(&page, field);
    }
    if (shown)
        plx_page_text(&page, ")");
    return plx_grid_keep(grid, &page);
}

/* A part of a corpus is not the corpus. */
static const char *name_part(struct plx_grid *grid, const char *name, const char *range)
{
    struct plx_page page;
    plx_page_init(&page, grid->error);
    plx_page_text(&page, name);
    plx_page_text(&page, "[");
    plx_page_text(&page, range);
    plx_page_text(&page, "]");
    return plx_grid_keep(grid, &page);
}

static enum plx_status name_further(struct plx_grid *grid)
{
    for (size_t i = 0; i < grid->result_count; i++) {
        struct plx_tabled *result = grid->results + i;
        const char **protocol = result->names + PLX_DIMENSION_PROTOCOL;
        const char **corpus = result->names + PLX_DIMENSION_CORPUS;
        const char *range = plx_result_string(result->json, "corpus.document_range");
        if (*range && (*corpus = name_part(grid, *corpus, range)) == NULL)
            return PLX_MEMORY;
        if (names_custom(result) && (*protocol = name_custom(grid, result)) == NULL)
            return PLX_MEMORY;
    }
    return PLX_OK;
}

/* The line of those names, which is added where there is none; `always`, where there is one too. */
static enum plx_status find_line(struct plx_grid *grid, struct plx_grid_line **lines, size_t *count,
                                 const struct plx_dimensions *dimensions, const struct plx_tabled *result,
                                 bool always, size_t *found)
{
    struct plx_grid_line line = {.label = NULL};
    for (size_t d = 0; d < dimensions->count; d++)
        line.names[d] = result->names[dimensions->list[d]];
    for (*found = 0; *found < *count && !always; ++*found) {
        size_t same = 0;
        while (same < dimensions->count && strcmp((*lines)[*found].names[same], line.names[same]) == 0)
            same++;
        if (same == dimensions->count)
            return PLX_OK;
    }
    const enum plx_status status = plx_resize_array(lines, *count + 1, sizeof **lines, grid->error);
    if (status)
        return status;
    *found = *count;
    (*lines)[(*count)++] = line;
    return PLX_OK;
}

/* All names of a line in one, the first `most` of them. */
static const char *join_names(struct plx_grid *grid, const struct plx_grid_line *line, size_t most)
{
    struct plx_page page;
    if (most <= 1)
        return most ? line->names[0] : "";
    plx_page_init(&page, grid->error);
    for (size_t d = 0; d < most; d++) {
        plx_page_text(&page, d ? " / " : "");
        plx_page_text(&page, line->names[d]);
    }
    return plx_grid_keep(grid, &page);
}

static enum plx_status label_lines(struct plx_grid *grid)
{
    for (size_t i = 0; i < grid->row_count; i++) {
        if (!(grid->rows[i].label = join_names(grid, grid->rows + i, grid->row_dimensions.count)))
            return PLX_MEMORY;
    }
    for (size_t i = 0; i < grid->group_count; i++) {
        if (!(grid->groups[i].label = join_names(grid, grid->groups + i, grid->group_dimensions.count)))
            return PLX_MEMORY;
    }
    return PLX_OK;
}

/* Where every result is a row: by its model alone, by model and corpus, … , by its file: the first that is of
   no other. */
static enum plx_status label_flat(struct plx_grid *grid)
{
    bool unique = false;
    for (size_t most = 1; most <= grid->row_dimensions.count && !unique; most++) {
        unique = true;
        for (size_t i = 0; i < grid->row_count; i++) {
            if (!(grid->rows[i].label = join_names(grid, grid->rows + i, most)))
                return PLX_MEMORY;
            for (size_t k = 0; k < i && unique; k++)
                unique = strcmp(grid->rows[i].label, grid->rows[k].label) != 0;
        }
    }
    for (size_t i = 0; i < grid->row_count && !unique; i++)
        grid->rows[i].label = grid->results[i].names[PLX_DIMENSION_FILE];
    grid->groups[0].label = "";
    return PLX_OK;
}

static enum plx_status refuse_collision(const struct plx_grid *grid, const struct plx_tabled *a,
                                        const struct plx_tabled *b)
{
    plx_error_set(grid->error, PLX_USAGE, "two results would stand in one cell: %.200s and %.200s", a->file,
                  b->file);
    if (strcmp(a->names[PLX_DIMENSION_CORPUS], b->names[PLX_DIMENSION_CORPUS]) == 0 &&
        strcmp(plx_result_string(a->json, "corpus.sha256"), plx_result_string(b->json, "corpus.sha256")) != 0)
        return plx_error_hint(grid->error, "their corpora have one name and differ (corpus.sha256)");
    for (size_t d = 0; d < PLX_DIMENSION_COUNT; d++) {
        const enum plx_dimension dimension = (enum plx_dimension)d;
        if (!plx_dimensions_have(&grid->row_dimensions, dimension) &&
            !plx_dimensions_have(&grid->group_dimensions, dimension) && strcmp(a->names[d], b->names[d]) != 0)
            return plx_error_hint(grid->error, "they differ in the %s, which may be a row or a column too",
                                  DIMENSIONS[d]);
    }
    return plx_error_hint(grid->error, "it is the same file");
}

static enum plx_status place_results(struct plx_grid *grid)
{
    for (size_t i = 0; i < grid->result_count; i++) {
        struct plx_tabled *result = grid->results + i;
        enum plx_status status = find_line(grid, &grid->rows, &grid->row_count, &grid->row_dimensions, result,
                                           grid->flat, &result->row);
        if (status == PLX_OK)
            status = find_line(grid, &grid->groups, &grid->group_count, &grid->group_dimensions, result,
                               false, &result->group);
        if (status)
            return status;
        for (size_t k = 0; k < i; k++) {
            if (grid->results[k].row == result->row && grid->results[k].group == result->group)
                return refuse_collision(grid, grid->results + k, result);
        }
    }
    return PLX_OK;
}

/* What the caller calls them. */
static void take_names(struct plx_grid *grid, const struct plx_table_names *names)
{
    for (size_t i = 0; names && i < grid->result_count; i++) {
        const char **ours = grid->results[i].names;
        ours[PLX_DIMENSION_MODEL] = names[i].model ? names[i].model : ours[PLX_DIMENSION_MODEL];
        ours[PLX_DIMENSION_CORPUS] = names[i].corpus ? names[i].corpus : ours[PLX_DIMENSION_CORPUS];
        ours[PLX_DIMENSION_PROTOCOL] = names[i].protocol ? names[i].protocol : ours[PLX_DIMENSION_PROTOCOL];
    }
}

/* Where every result is a row: two evaluations of the same, which only their files tell apart. */
static bool repeats(const struct plx_grid *grid)
{
    for (size_t i = 0; i < grid->result_count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct plx_tabled *a = grid->results + i, *b = grid->results + k;
            size_t same = 0;
            while (same < grid->row_dimensions.count &&
                   strcmp(a->names[grid->row_dimensions.list[same]],
                          b->names[grid->row_dimensions.list[same]]) == 0)
                same++;
            if (same == grid->row_dimensions.count && strcmp(a->file, b->file) != 0)
                return true;
        }
    }
    return false;
}

/* Whether the caption says it as well as a column would, in which it would be the same in every row. */
static bool is_of_caption(const struct plx_grid *grid, size_t d)
{
    const enum plx_dimension dimension = grid->row_dimensions.list[d];
    const char *name = grid->rows[0].names[d];
    if (!grid->flat || grid->row_count < 2 || dimension == PLX_DIMENSION_MODEL)
        return false;
    for (size_t i = 1; i < grid->row_count; i++) {
        if (strcmp(grid->rows[i].names[d], name) != 0)
            return false;
    }
    return dimension != PLX_DIMENSION_PROTOCOL ||
           strcmp(name, plx_result_string(grid->results[0].json, "protocol.name")) == 0;
}

static void choose_named(struct plx_grid *grid)
{
    for (size_t d = 0; d < grid->row_dimensions.count; d++) {
        if (!is_of_caption(grid, d))
            grid->named[grid->named_count++] = d;
    }
}

bool plx_grid_shows(const struct plx_grid *grid, enum plx_dimension dimension)
{
    for (size_t d = 0; d < grid->named_count; d++) {
        if (grid->row_dimensions.list[grid->named[d]] == dimension)
            return true;
    }
    return plx_dimensions_have(&grid->group_dimensions, dimension);
}

enum plx_status plx_grid_lay_out(struct plx_grid *grid, const struct plx_table_options *options)
{
    enum plx_status status = choose_dimensions(grid, options);
    if (status == PLX_OK)
        status = name_results(grid);
    if (status == PLX_OK)
        status = name_further(grid);
    if (status == PLX_OK) {
        take_names(grid, options->names);
        if (grid->flat && repeats(grid))
            grid->row_dimensions.list[grid->row_dimensions.count++] = PLX_DIMENSION_FILE;
        status = place_results(grid);
    }
    if (status == PLX_OK)
        choose_named(grid);
    if (status == PLX_OK)
        status = grid->flat && grid->group_count ? label_flat(grid) : label_lines(grid);
    return status;
}
