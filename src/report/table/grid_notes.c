/* What a table says of its numbers: what they are, by which protocol, divided by what, with which unknown
   tokens. What is the same for all results is in the caption, what is not in notes. */
#include "report/table/grid.h"

#include "base/memory.h"
#include "report/result/result_file.h"

#include <perplex/protocol.h>

#include <math.h>
#include <stdlib.h>

enum plx_status plx_grid_add_note(struct plx_grid *grid, const char *mark, const char *text)
{
    const enum plx_status status =
        plx_resize_array(&grid->notes, grid->note_count + 1, sizeof *grid->notes, grid->error);
    if (status)
        return status;
    struct plx_grid_note *note = grid->notes + grid->note_count++;
    *note = (struct plx_grid_note){.text = text};
    memcpy(note->mark, mark, strlen(mark) + 1);
    return PLX_OK;
}

static uint64_t count_at(const cJSON *json, const char *path)
{
    const cJSON *value = plx_result_find(json, path);
    return cJSON_IsNumber(value) && value->valuedouble > 0 && value->valuedouble < 0x1p64
               ? (uint64_t)value->valuedouble
               : 0;
}

static void put_count(struct plx_page *page, uint64_t count, const char *what)
{
    char number[PLX_NUMBER_TEXT];
    plx_page_text(page, plx_format_grouped(count, number));
    plx_page_text(page, what);
}

static bool has_metric(const struct plx_grid *grid, const char *path)
{
    for (size_t m = 0; m < grid->metric_count; m++) {
        if (strcmp(grid->metrics[m].metric.path, path) == 0)
            return true;
    }
    return false;
}

/* Something that there is to say of every result: a text, empty where there is nothing; and a number that it
   is about, NaN if none. */
typedef double put_fact(const struct plx_grid *grid, const struct plx_tabled *result, struct plx_page *page);

/* Whether the field of a result's protocol is the preset's too. */
static bool is_of_preset(const struct plx_protocol *preset, const cJSON *field)
{
    char value[2 * PLX_SYMBOL_TEXT], number[PLX_NUMBER_TEXT];
    const char *name;
    if (cJSON_IsNumber(field))
        plx_format_double(field->valuedouble, number);
    for (size_t i = 0; plx_protocol_field(preset, i, &name, value, sizeof value, NULL); i++) {
        if (strcmp(name, field->string) == 0)
            return strcmp(value, cJSON_IsNumber(field)   ? number
                                 : cJSON_IsString(field) ? field->valuestring
                                                         : "?") == 0;
    }
    return strcmp(field->string, "name") == 0;
}

/* The preset that fewest fields of the protocol differ from. */
static const struct plx_protocol *nearest_preset(const cJSON *protocol)
{
    const struct plx_protocol *preset, *nearest = plx_protocol_preset(0);
    size_t least = SIZE_MAX;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        const cJSON *field;
        size_t count = 0;
        cJSON_ArrayForEach(field, protocol) count += !is_of_preset(preset, field);
        if (count < least) {
            least = count;
            nearest = preset;
        }
    }
    return nearest;
}

/* The preset in its own words; of others how they differ from one. */
static double put_protocol(const struct plx_grid *grid, const struct plx_tabled *result,
                           struct plx_page *page)
{
    const cJSON *protocol = plx_result_member(result->json, "protocol"), *field;
    const char *name = plx_result_string(result->json, "protocol.name");
    const struct plx_protocol *preset;
    size_t differing = 0;
    (void)grid;
    plx_page_text(page, name);
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        if (strcmp(preset->name, name) != 0)
            continue;
        plx_page_text(page, " (");
        plx_page_text(page, plx_protocol_description(i));
        plx_page_text(page, ")");
        return (double)NAN;
    }
    preset = nearest_preset(protocol);
    plx_page_text(page, " (");
    plx_page_text(page, preset->name);
    cJSON_ArrayForEach(field, protocol)
    {
        if (is_of_preset(preset, field))
            continue;
        plx_page_text(page, differing++ ? ", " : " with ");
        plx_grid_put_field(page, field);
    }
    plx_page_text(page, ")");
    return (double)NAN;
}

/* Whether a metric is a figure per so much: a byte, a character, a word; NULL: a token. */
static bool is_divided_by(const struct plx_grid *grid, const char *what)
{
    for (size_t m = 0; m < grid->metric_count; m++) {
        const struct plx_metric *metric = &grid->metrics[m].metric;
        if (what ? metric->of_text && strstr(metric->path, what) != NULL
                 : !metric->of_text && metric->scale != PLX_METRIC_OTHER)
            return true;
    }
    return false;
}

/* What the figures are divided by. */
static double put_normalizer(const struct plx_grid *grid, const struct plx_tabled *result,
                             struct plx_page *page)
{
    static const char *const texts[][3] = {{"byte", "counts.scored_bytes", " bytes"},
                                           {"character", "counts.scored_characters", " characters"},
                                           {"word", "counts.scored_words", " words"}};
    const uint64_t scored = count_at(result->json, "counts.scored");
    size_t said = 0;
    if (has_metric(grid, "counts.scored"))
        return (double)NAN; /* it is in the table */
    if (is_divided_by(grid, NULL)) {
        put_count(page, scored, " scored of ");
        put_count(page, count_at(result->json, "counts.tokens"), " tokens");
        said++;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!is_divided_by(grid, texts[i][0]))
            continue;
        plx_page_text(page, said++ ? ", " : "");
        put_count(page, count_at(result->json, texts[i][1]), texts[i][2]);
    }
    return (double)scored;
}

/* How many tokens are unknown, and how they are charged. */
static double put_unknown(const struct plx_grid *grid, const struct plx_tabled *result, struct plx_page *page)
{
    static const char *const meanings[][2] = {
        {"unk", "charged as the unknown symbol"},
        {"skip", "left out"},
        {"error", "refused"},
        {"zero", "charged as impossible"},
        {"unk-or-skip", "charged as the unknown symbol if that has a probability, else left out"},
    };
    const char *unknown = plx_result_string(result->json, "protocol.unknown"), *meaning = NULL;
    const uint64_t count = count_at(result->json, "unknown.tokens"),
                   tokens = count_at(result->json, "counts.tokens");
    const double share = tokens ? 100 * (double)count / (double)tokens : 0;
    const bool shown = has_metric(grid, "unknown.tokens") || has_metric(grid, "unknown.share");
    char number[PLX_NUMBER_TEXT];
    if (!*unknown)
        return (double)NAN;
    if (count == 0 && !shown) {
        plx_page_text(page, "none");
        return 0;
    }
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strcmp(meanings[i][0], unknown) == 0)
            meaning = meanings[i][1];
    }
    plx_format_significant(share, 3, number);
    plx_page_text(page, shown ? "" : number);
    plx_page_text(page, shown ? "" : " %, ");
    plx_page_text(page, meaning ? meaning : "charged by unknown=");
    plx_page_text(page, meaning ? "" : unknown);
    return share;
}

/* Where the interval comes from. */
static double put_interval(const struct plx_grid *grid, const struct plx_tabled *result,
                           struct plx_page *page)
{
    bool wanted = false;
    for (size_t m = 0; m < grid->metric_count; m++)
        wanted |= grid->metrics[m].interval;
    if (wanted && !isnan(result->standard_error))
        plx_page_text(page,
                      result->blocks
                          ? "from the slow variation of the loss along the corpus (Student's t), since "
                            "neighbours depend "
                            "on each other"
                          : "as if tokens were independent of each other (there are too few for blocks)");
    return (double)NAN;
}

static const struct {
    const char *lead;
    put_fact *put;
} FACTS[] = {{"Protocol: ", put_protocol},
             {"Divided by: ", put_normalizer},
             {"Unknown tokens: ", put_unknown},
             {"95 % intervals: ", put_interval}};

#define FACT_COUNT (sizeof FACTS / sizeof *FACTS)

/* What is said of each result; the first that says the same. */
struct said {
    const char *text;
    double number;
    size_t first;
    bool named; /* it begins with what the table calls it */
};

/* Whether all results that stand in the same line as one that says that do so too; the line is a row, or a
   group of columns. */
static bool is_of_lines(const struct plx_grid *grid, const struct said *said, size_t first, bool rows)
{
    for (size_t i = first; i < grid->result_count; i++) {
        for (size_t k = 0; k < grid->result_count && said[i].first == first; k++) {
            const struct plx_tabled *a = grid->results + i, *b = grid->results + k;
            if ((rows ? a->row == b->row : a->group == b->group) && said[k].first != first)
                return false;
        }
    }
    return true;
}

/* Rows are not listed if there are more than this, nor numbers. */
#define LISTED_MOST 8

/* Names the results that say what `first` says: by rows or columns, where it is whole ones. */
static void put_whose(const struct plx_grid *grid, const struct said *said, size_t first,
                      struct plx_page *page)
{
    const bool columns = grid->group_count > 1 && is_of_lines(grid, said, first, false);
    const bool rows = !columns && (grid->group_count < 2 || is_of_lines(grid, said, first, true));
    size_t count = 0;
    for (size_t i = first; i < grid->result_count; i++) {
        const struct plx_tabled *result = grid->results + i;
        bool again = said[i].first != first;
        for (size_t k = first; k < i && !again; k++)
            again = said[k].first == first && ((rows && grid->results[k].row == result->row) ||
                                               (columns && grid->results[k].group == result->group));
        if (again || count++ >= LISTED_MOST)
            continue;
        plx_page_text(page, i == first ? "" : ", ");
        plx_page_text(page, columns ? "" : grid->rows[result->row].label);
        plx_page_text(page, rows || columns ? "" : " / ");
        plx_page_text(page, rows ? "" : grid->groups[result->group].label);
    }
    if (count > LISTED_MOST) {
        plx_page_text(page, " and ");
        put_count(page, count - LISTED_MOST, " more");
    }
}

static void put_said(const struct plx_grid *grid, const struct said *said, size_t first, const char *before,
                     struct plx_page *page)
{
    plx_page_text(page, before);
    plx_page_text(page, said[first].text);
    bool named = true;
    for (size_t i = first; i < grid->result_count; i++)
        named = named && (said[i].first != first || said[i].named);
    if (named)
        return;
    plx_page_text(page, " for ");
    put_whose(grid, said, first, page);
}

/* What different results say: all of it, or the least and the most of many. */
static void put_all(const struct plx_grid *grid, const struct said *said, size_t count, struct plx_page *page)
{
    size_t least = 0, most = 0, listed = 0;
    for (size_t i = 0; i < grid->result_count; i++) {
        least = said[i].number < said[least].number ? said[i].first : least;
        most = said[i].number > said[most].number ? said[i].first : most;
    }
    if (count > LISTED_MOST && least != most) {
        put_said(grid, said, least, "from ", page);
        put_said(grid, said, most, " to ", page);
        return;
    }
    for (size_t i = 0; i < grid->result_count; i++) {
        if (said[i].first == i && *said[i].text)
            put_said(grid, said, i, listed++ ? "; " : "", page);
    }
}

/* Whether the text begins with the protocol's name, and the table shows that. */
static bool is_named(const struct plx_grid *grid, put_fact *put, const struct plx_tabled *result,
                     const char *text)
{
    const char *name = result->names[PLX_DIMENSION_PROTOCOL];
    return put == put_protocol && plx_grid_shows(grid, PLX_DIMENSION_PROTOCOL) &&
           strncmp(text, name, strlen(name)) == 0;
}

/* How many different texts there are, and the first of them. */
static enum plx_status gather(struct plx_grid *grid, put_fact *put, struct said *said, size_t *count,
                              const char **common)
{
    *count = 0;
    *common = "";
    for (size_t i = 0; i < grid->result_count; i++) {
        struct plx_page page;
        plx_page_init(&page, grid->error);
        said[i].number = put(grid, grid->results + i, &page);
        said[i].text = plx_grid_keep(grid, &page);
        if (!said[i].text)
            return PLX_MEMORY;
        said[i].named = is_named(grid, put, grid->results + i, said[i].text);
        said[i].first = 0;
        while (strcmp(said[said[i].first].text, said[i].text) != 0)
            said[i].first++;
        *count += said[i].first == i && *said[i].text;
        if (*said[i].text && !**common)
            *common = said[i].text;
    }
    return PLX_OK;
}

/* In the caption, or in a note. */
static enum plx_status say_fact(struct plx_grid *grid, size_t fact, struct plx_page *caption)
{
    struct said *said = plx_new_array(grid->result_count, sizeof *said, grid->error);
    const char *common;
    struct plx_page note;
    size_t count;
    enum plx_status status = said ? gather(grid, FACTS[fact].put, said, &count, &common) : PLX_MEMORY;
    if (status == PLX_OK && count > 1) {
        plx_page_init(&note, grid->error);
        plx_page_text(&note, FACTS[fact].lead);
        put_all(grid, said, count, &note);
        plx_page_text(&note, ".");
        const char *text = plx_grid_keep(grid, &note);
        status = text ? plx_grid_add_note(grid, "", text) : PLX_MEMORY;
    } else if (status == PLX_OK && count == 1) {
        plx_page_text(caption, caption->out.size ? " " : "");
        plx_page_text(caption, FACTS[fact].lead);
        plx_page_text(caption, common);
        plx_page_text(caption, ".");
    }
    free(said);
    return status;
}

static bool has_best(const struct plx_grid *grid)
{
    for (size_t i = 0; i < grid->row_count * grid->column_count; i++) {
        if (grid->cells[i].best)
            return true;
    }
    return false;
}

static void put_dimensions(const struct plx_dimensions *dimensions, const char *before, struct plx_page *page)
{
    for (size_t d = 0; d < dimensions->count; d++) {
        plx_page_text(page, d ? ", " : before);
        plx_page_text(page, plx_dimension_name(dimensions->list[d]));
    }
}

/* What is the same in every row; the protocol is said anyway. */
static void put_common(const struct plx_grid *grid, struct plx_page *page)
{
    for (size_t d = 0; d < grid->row_dimensions.count; d++) {
        if (grid->row_dimensions.list[d] != PLX_DIMENSION_CORPUS ||
            plx_grid_shows(grid, PLX_DIMENSION_CORPUS))
            continue;
        plx_page_text(page, " Corpus: ");
        plx_page_text(page, grid->rows[0].names[d]);
        plx_page_text(page, ".");
    }
}

/* What is shown. */
static void put_title(const struct plx_grid *grid, const struct plx_table_options *options,
                      struct plx_page *page)
{
    const size_t shown = grid->flat && !options->metrics ? 0 : grid->metric_count;
    for (size_t m = 0; m < shown; m++) {
        plx_page_text(page, m == 0 ? "" : m + 1 < shown ? ", " : " and ");
        plx_page_text(page, grid->metrics[m].metric.label);
    }
    plx_page_text(page, shown ? "" : "results");
    if (!grid->flat) {
        put_dimensions(&grid->row_dimensions, " by ", page);
        put_dimensions(&grid->group_dimensions, " and ", page);
    }
    plx_page_text(page, ".");
    if (page->status == PLX_OK && page->out.data[0] >= 'a' && page->out.data[0] <= 'z')
        page->out.data[0] = (uint8_t)(page->out.data[0] - 'a' + 'A');
}

enum plx_status plx_grid_describe(struct plx_grid *grid, const struct plx_table_options *options)
{
    struct plx_page page;
    enum plx_status status = PLX_OK;
    plx_page_init(&page, grid->error);
    if (options->caption)
        plx_page_text(&page, options->caption);
    else
        put_title(grid, options, &page);
    put_common(grid, &page);
    if (has_best(grid))
        plx_page_text(&page, plx_grid_is_transposed(grid) ? " Bold: the best of each row."
                             : plx_dimensions_have(&grid->row_dimensions, PLX_DIMENSION_CORPUS) &&
                                     plx_grid_shows(grid, PLX_DIMENSION_CORPUS)
                                 ? " Bold: the best of each column and corpus."
                                 : " Bold: the best of each column.");
    if (grid->compared) {
        plx_page_text(&page, " In parentheses: the difference from ");
        plx_page_text(&page, options->difference);
        plx_page_text(&page, ".");
    }
    for (size_t i = 0; i < FACT_COUNT && status == PLX_OK; i++)
        status = say_fact(grid, i, &page);
    grid->caption = plx_grid_keep(grid, &page);
    return status == PLX_OK && !grid->caption ? PLX_MEMORY : status;
}
