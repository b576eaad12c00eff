/* Which cells of a table are comparable, which are the best of those, and how far they are from a row. */
#include "report/table/grid.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/comparability.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Results that stand beside each other to be compared make a set; those of a set that are of the same
   predictions, or of the same text, make a class, named by its first. The class of most is what the others of
   the set are measured by. All of it by the numbers of results. */
struct class
{
    size_t of;       /* first result of its class */
    size_t measured; /* first result of the class of most */
};

struct sets {
    size_t *set;              /* [result_count] first result of its set */
    struct class *classes[2]; /* [result_count]: of the same predictions; of the same text */
};

static bool shows_models(const struct plx_dimensions *dimensions)
{
    return plx_dimensions_have(dimensions, PLX_DIMENSION_MODEL) ||
           plx_dimensions_have(dimensions, PLX_DIMENSION_FILE);
}

bool plx_grid_is_transposed(const struct plx_grid *grid)
{
    return shows_models(&grid->group_dimensions) && !shows_models(&grid->row_dimensions);
}

static bool in_one_set(const struct plx_grid *grid, const struct plx_tabled *a, const struct plx_tabled *b)
{
    const bool shown = plx_dimensions_have(&grid->row_dimensions, PLX_DIMENSION_CORPUS) ||
                       plx_dimensions_have(&grid->group_dimensions, PLX_DIMENSION_CORPUS);
    if (plx_grid_is_transposed(grid) ? a->row != b->row : a->group != b->group)
        return false;
    return !shown || strcmp(a->names[PLX_DIMENSION_CORPUS], b->names[PLX_DIMENSION_CORPUS]) == 0;
}

/* The class of result `index` among the results of its set before it. */
static enum plx_status find_class(const struct plx_grid *grid, const struct sets *sets, size_t index,
                                  enum plx_comparable level, struct class *classes)
{
    classes[index].of = index;
    for (size_t i = 0; i < index; i++) {
        struct plx_comparability found;
        if (sets->set[i] != sets->set[index] || classes[i].of != i)
            continue;
        const enum plx_status status =
            plx_comparability_find(grid->results[i].json, grid->results[index].json, &found, grid->error);
        if (status)
            return status;
        const bool same = found.level >= level;
        plx_comparability_release(&found);
        if (same) {
            classes[index].of = i;
            break;
        }
    }
    return PLX_OK;
}

/* The class of most in each set; of the first, where several are as large. */
static enum plx_status measure_classes(const struct plx_grid *grid, const struct sets *sets,
                                       struct class *classes)
{
    size_t *sizes = plx_new_array(grid->result_count, sizeof *sizes, grid->error);
    if (!sizes)
        return PLX_MEMORY;
    for (size_t i = 0; i < grid->result_count; i++)
        sizes[classes[i].of]++;
    for (size_t i = 0; i < grid->result_count; i++)
        classes[i].measured = sets->set[i];
    for (size_t i = 0; i < grid->result_count; i++) {
        struct class *first = classes + sets->set[i];
        if (sizes[i] > sizes[first->measured])
            first->measured = i;
    }
    for (size_t i = 0; i < grid->result_count; i++)
        classes[i].measured = classes[sets->set[i]].measured;
    free(sizes);
    return PLX_OK;
}

static void release_sets(struct sets *sets)
{
    free(sets->set);
    free(sets->classes[0]);
    free(sets->classes[1]);
}

static enum plx_status find_sets(const struct plx_grid *grid, struct sets *sets)
{
    static const enum plx_comparable levels[] = {PLX_COMPARABLE_TOKENS, PLX_COMPARABLE_TEXT};
    const size_t count = grid->result_count;
    sets->set = plx_new_array(count, sizeof *sets->set, grid->error);
    for (size_t k = 0; k < 2 && sets->set; k++) {
        sets->classes[k] = plx_new_array(count, sizeof *sets->classes[k], grid->error);
        if (!sets->classes[k])
            return PLX_MEMORY;
    }
    if (!sets->set)
        return PLX_MEMORY;
    for (size_t i = 0; i < count; i++) {
        size_t first = 0;
        while (!in_one_set(grid, grid->results + first, grid->results + i))
            first++;
        sets->set[i] = first;
    }
    for (size_t k = 0; k < 2; k++) {
        enum plx_status status = PLX_OK;
        for (size_t i = 0; i < count && status == PLX_OK; i++)
            status = find_class(grid, sets, i, levels[k], sets->classes[k]);
        if (status == PLX_OK)
            status = measure_classes(grid, sets, sets->classes[k]);
        if (status)
            return status;
    }
    return PLX_OK;
}

static void put_value(struct plx_page *page, const cJSON *value)
{
    char number[PLX_NUMBER_TEXT];
    if (cJSON_IsNumber(value)) {
        plx_format_double(value->valuedouble, number);
        plx_page_text(page, number);
    } else {
        plx_page_text(page, !value                   ? "absent"
                            : !cJSON_IsString(value) ? "of another kind"
                            : *value->valuestring    ? value->valuestring
                                                     : "empty");
    }
}

static bool is_count(const char *field)
{
    return strncmp(field, "counts.", 7) == 0;
}

/* Sums say nothing to anybody, and numbers of tokens are different on every corpus. */
static bool says_values(const char *field)
{
    return strcmp(field, "corpus.sha256") != 0 && !is_count(field);
}

/* In which fields the result differs from the one that it is measured by. */
static enum plx_status say_differences(struct plx_grid *grid, const struct plx_tabled *measured,
                                       const struct plx_tabled *result, const char **text)
{
    struct plx_comparability found;
    struct plx_page page;
    size_t said = 0;
    const enum plx_status status = plx_comparability_find(measured->json, result->json, &found, grid->error);
    if (status)
        return status;
    plx_page_init(&page, grid->error);
    plx_page_text(&page, plx_grid_is_transposed(grid) ? "Not comparable with its row: "
                                                      : "Not comparable with its column: ");
    for (size_t i = 0; i < found.difference_count; i++) {
        const struct plx_difference *difference = found.differences + i;
        if (is_count(difference->field) && !is_count(found.differences[found.difference_count - 1].field))
            continue; /* it follows from the protocol */
        plx_page_text(&page, said++ ? ", " : "");
        plx_page_text(&page, difference->field);
        if (!says_values(difference->field)) {
            plx_page_text(&page, " differs");
            continue;
        }
        plx_page_text(&page, " ");
        put_value(&page, difference->values[1]);
        plx_page_text(&page, " instead of ");
        put_value(&page, difference->values[0]);
    }
    plx_page_text(&page, ".");
    plx_comparability_release(&found);
    *text = plx_grid_keep(grid, &page);
    return *text ? PLX_OK : PLX_MEMORY;
}

/* † ‡ § ¶ †† …, up to seven of a kind. */
static void make_mark(size_t index, char mark[PLX_GRID_MARK])
{
    static const char *const signs[] = {"†", "‡", "§", "¶"};
    const size_t most = 7 * sizeof signs / sizeof *signs;
    size_t size = 0;
    if (index >= most) {
        snprintf(mark, PLX_GRID_MARK, "(%zu)", index + 1);
        return;
    }
    for (size_t i = 0; i <= index / 4; i++)
        size += (size_t)snprintf(mark + size, PLX_GRID_MARK - size, "%s", signs[index % 4]);
}

/* The number of the note with that text, which is added where there is none. */
static enum plx_status find_note(struct plx_grid *grid, const char *text, size_t *mark)
{
    char sign[PLX_GRID_MARK];
    for (*mark = 1; *mark <= grid->note_count; ++*mark) {
        if (strcmp(grid->notes[*mark - 1].text, text) == 0)
            return PLX_OK;
    }
    make_mark(grid->note_count, sign);
    return plx_grid_add_note(grid, sign, text);
}

static enum plx_status mark_result(struct plx_grid *grid, const struct sets *sets, size_t index)
{
    const struct plx_tabled *result = grid->results + index;
    for (size_t m = 0; m < grid->metric_count; m++) {
        const struct plx_metric *metric = &grid->metrics[m].metric;
        const struct class *class = sets->classes[metric->of_text] + index;
        struct plx_grid_cell *cell = plx_grid_cell(grid, result->row, result->group * grid->metric_count + m);
        const char *text;
        if (metric->neutral || class->of == class->measured || !cell->known)
            continue;
        enum plx_status status = say_differences(grid, grid->results + class->measured, result, &text);
        if (status == PLX_OK)
            status = find_note(grid, text, &cell->mark);
        if (status)
            return status;
    }
    return PLX_OK;
}

/* Whether the numbers look the same where that column rounds. */
static bool looks_same(double a, double b, unsigned decimals)
{
    char texts[2][PLX_FIXED_TEXT];
    plx_format_fixed(a, decimals, texts[0]);
    plx_format_fixed(b, decimals, texts[1]);
    return strcmp(texts[0], texts[1]) == 0;
}

/* The cells of metric `m` in the set that begins with result `first`, without those that are marked. */
static void choose_best(struct plx_grid *grid, const struct sets *sets, size_t first, size_t m)
{
    const struct plx_metric *metric = &grid->metrics[m].metric;
    double best = metric->higher_better ? -(double)INFINITY : (double)INFINITY;
    size_t candidates = 0, bests = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = first; i < grid->result_count; i++) {
            const struct plx_tabled *result = grid->results + i;
            const size_t column = result->group * grid->metric_count + m;
            struct plx_grid_cell *cell = plx_grid_cell(grid, result->row, column);
            if (sets->set[i] != first || !cell->known || cell->mark || isnan(cell->value))
                continue;
            if (pass == 0) {
                candidates++;
                best = metric->higher_better ? fmax(best, cell->value) : fmin(best, cell->value);
            } else {
                cell->best = isfinite(best) && looks_same(cell->value, best, grid->columns[column].decimals);
                bests += cell->best;
            }
        }
    }
    for (size_t i = first; i < grid->result_count && bests == candidates; i++) {
        if (sets->set[i] == first) /* none is better than another */
            plx_grid_cell(grid, grid->results[i].row, grid->results[i].group * grid->metric_count + m)->best =
                false;
    }
}

/* The rows of a table; or the columns, where those are the models. */
struct lines {
    const struct plx_grid_line *lines; /* [count] */
    size_t count;
    const struct plx_dimensions *dimensions;
    const char *what;
};

static struct lines compared_lines(const struct plx_grid *grid)
{
    if (plx_grid_is_transposed(grid))
        return (struct lines){grid->groups, grid->group_count, &grid->group_dimensions, "column"};
    return (struct lines){grid->rows, grid->row_count, &grid->row_dimensions, "row"};
}

static bool has_label(const struct lines *lines, const char *name)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (strcmp(lines->lines[i].label, name) == 0)
            return true;
    }
    return false;
}

/* Whether the result stands in a line of that name: of all of it, or, where there is none such, of a part. */
static bool is_called(const struct plx_grid *grid, const struct plx_tabled *result, const char *name)
{
    const struct lines lines = compared_lines(grid);
    const struct plx_grid_line *line =
        lines.lines + (plx_grid_is_transposed(grid) ? result->group : result->row);
    bool called = strcmp(line->label, name) == 0;
    if (called || has_label(&lines, name))
        return called;
    for (size_t d = 0; d < lines.dimensions->count; d++)
        called |= strcmp(line->names[d], name) == 0;
    return called;
}

/* The hint lists the lines: all of them, or those of that name. */
static enum plx_status list_lines(const struct plx_grid *grid, const char *name)
{
    const struct lines lines = compared_lines(grid);
    char listed[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < lines.count && used < sizeof listed; i++) {
        bool called = !name;
        for (size_t k = 0; k < grid->result_count && !called; k++)
            called = (plx_grid_is_transposed(grid) ? grid->results[k].group : grid->results[k].row) == i &&
                     is_called(grid, grid->results + k, name);
        if (called)
            used += (size_t)snprintf(listed + used, sizeof listed - used, "%s%s", used ? ", " : "",
                                     lines.lines[i].label);
    }
    return plx_error_hint(grid->error, "one of %s", listed);
}

/* Whether both are of the same predictions and stand beside each other. */
static bool in_one_class(const struct sets *sets, size_t a, size_t b, bool of_text)
{
    return sets->set[a] == sets->set[b] && sets->classes[of_text][a].of == sets->classes[of_text][b].of;
}

/* The result of that name that result `index` is compared with: of the same predictions, else, by figures of
   the text, of the same text; result_count: none. PLX_USAGE where there are several. */
static enum plx_status find_base(const struct plx_grid *grid, const struct sets *sets, size_t index,
                                 bool of_text, const char *name, size_t *base)
{
    *base = grid->result_count;
    for (int level = 0; level <= of_text && *base == grid->result_count; level++) {
        for (size_t i = 0; i < grid->result_count; i++) {
            if (!in_one_class(sets, i, index, level) || !is_called(grid, grid->results + i, name))
                continue;
            if (*base < grid->result_count) {
                plx_error_set(grid->error, PLX_USAGE, "several %ss that may be compared are called \"%.80s\"",
                              compared_lines(grid).what, name);
                return list_lines(grid, name);
            }
            *base = i;
        }
    }
    return PLX_OK;
}

static enum plx_status compare_cell(struct plx_grid *grid, const struct sets *sets, size_t index, size_t m,
                                    const char *name)
{
    const struct plx_metric *metric = &grid->metrics[m].metric;
    const struct plx_tabled *result = grid->results + index;
    struct plx_grid_cell *cell = plx_grid_cell(grid, result->row, result->group * grid->metric_count + m);
    size_t base;
    if (metric->neutral)
        return PLX_OK;
    const enum plx_status status = find_base(grid, sets, index, metric->of_text, name, &base);
    if (status || base == grid->result_count || is_called(grid, result, name))
        return status;
    const struct plx_tabled *other = grid->results + base;
    const struct plx_grid_cell *of = plx_grid_cell(grid, other->row, other->group * grid->metric_count + m);
    cell->compared = cell->known && of->known;
    cell->difference = plx_metric_is_relative(metric) ? cell->value / of->value : cell->value - of->value;
    return PLX_OK;
}

static enum plx_status compare_cells(struct plx_grid *grid, const struct sets *sets, const char *name)
{
    enum plx_status status = PLX_OK;
    size_t called = 0;
    for (size_t i = 0; i < grid->result_count; i++)
        called += is_called(grid, grid->results + i, name);
    if (called == 0) {
        plx_error_set(grid->error, PLX_USAGE, "no %s of the table is called \"%.80s\"",
                      compared_lines(grid).what, name);
        return list_lines(grid, NULL);
    }
    grid->compared = true;
    for (size_t i = 0; i < grid->result_count && status == PLX_OK; i++) {
        for (size_t m = 0; m < grid->metric_count && status == PLX_OK; m++)
            status = compare_cell(grid, sets, i, m, name);
    }
    return status;
}

enum plx_status plx_grid_mark(struct plx_grid *grid, const struct plx_table_options *options)
{
    struct sets sets = {0};
    enum plx_status status = find_sets(grid, &sets);
    for (size_t i = 0; i < grid->result_count && status == PLX_OK; i++)
        status = mark_result(grid, &sets, i);
    for (size_t i = 0; i < grid->result_count && status == PLX_OK; i++) {
        for (size_t m = 0; m < grid->metric_count && sets.set[i] == i; m++) {
            if (!grid->metrics[m].metric.neutral)
                choose_best(grid, &sets, i, m);
        }
    }
    if (status == PLX_OK && options->difference)
        status = compare_cells(grid, &sets, options->difference);
    release_sets(&sets);
    return status;
}
