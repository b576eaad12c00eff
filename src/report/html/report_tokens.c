#include "report/html/report_tokens.h"

#include "base/logarithms.h"
#include "base/memory.h"
#include "report/flag_names.h"
#include "report/html/chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_named(const struct plx_report *report, size_t result)
{
    return result < report->options->per_token_count && report->options->per_token[result];
}

/* What is gone when it was read. */
static bool is_pipe(const char *path)
{
    struct stat about;
    return strcmp(path, "-") == 0 ||
           (stat(path, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode)));
}

static enum plx_status refuse_pipe(const char *path, struct plx_error *error)
{
    plx_error_set(error, PLX_USAGE, "per-token files of several results are read more than once");
    plx_error_input(error, path);
    return plx_error_hint(error, "write what comes by the pipe into a file");
}

static enum plx_status check_sums(const struct plx_report *report, const struct plx_token_map *map,
                                  struct plx_error *error)
{
    const struct plx_reported *result = report->results + map->result;
    return map->difference ? PLX_OK
                           : plx_token_sums_check(map->sample.sums, map->sample.paths[0], result->json,
                                                  result->path, error);
}

/* The last step is the largest that a hundredth of what has moved reaches, so that small differences have
   colours too; of those the others are 1/30, 1/10 and 1/3 or so. */
static void find_steps(struct plx_token_map *map)
{
    const struct plx_token_survey *survey = map->sample.survey;
    uint64_t moved = 0, reached = 0;
    size_t last = PLX_SIZES;
    for (size_t i = 0; i < PLX_SIZES; i++)
        moved += survey->sizes[i];
    while (last-- > PLX_DIFFERENCE_STEPS) {
        reached += survey->sizes[last];
        if (reached > 0 && reached >= moved / 100)
            break;
    }
    for (size_t i = 0; i < PLX_DIFFERENCE_STEPS; i++)
        map->steps[i] = plx_token_survey_size(last - (PLX_DIFFERENCE_STEPS - 1) + i);
}

static enum plx_status read_map(const struct plx_report *report, struct plx_token_map *map, uint64_t budget,
                                struct plx_error *error)
{
    struct plx_token_sample *sample = &map->sample;
    enum plx_status status = plx_token_sample_survey(sample, error);
    if (status == PLX_OK && !sample->apart)
        status = check_sums(report, map, error);
    if (status || sample->apart)
        return status;
    find_steps(map);
    if (!map->once)
        status = plx_token_sample_fetch(sample, budget, error);
    map->whole = status == PLX_OK;
    return status;
}

/* What was not asked for may be of no use. */
static enum plx_status excuse(struct plx_token_map *map, bool named, struct plx_error *error)
{
    char text[1024];
    if (named || error->status == PLX_MEMORY || error->status == PLX_INTERRUPTED ||
        error->status == PLX_INTERNAL)
        return error->status;
    plx_error_format(error, text, sizeof text);
    map->reason = plx_copy_string(text, strlen(text), error);
    return map->reason ? PLX_OK : PLX_MEMORY;
}

static enum plx_status add_map(struct plx_report *report, size_t result, bool difference, uint64_t budget,
                               struct plx_error *error)
{
    struct plx_token_map *map = report->maps->maps + report->maps->count++;
    const char *path = report->results[result].per_token;
    const bool named = is_named(report, result) || (difference && is_named(report, 0));
    *map =
        (struct plx_token_map){.result = result,
                               .difference = difference,
                               .once = is_pipe(path),
                               .sample = {.paths = {path, difference ? report->results[0].per_token : NULL},
                                          .network = report->options->network,
                                          .interrupted = report->options->interrupted,
                                          .user = report->options->user}};
    if (map->once && report->count > 1)
        return refuse_pipe(path, error);
    const enum plx_status status = read_map(report, map, budget, error);
    return status ? excuse(map, named, error) : PLX_OK;
}

static uint64_t find_budget(const struct plx_report *report)
{
    uint64_t maps = 0;
    for (size_t i = 0; i < report->count; i++)
        maps += report->results[i].per_token ? (i > 0) + UINT64_C(1) : 0;
    return maps * PLX_SHOWN_LEAST > PLX_SHOWN_MOST ? PLX_SHOWN_LEAST : PLX_SHOWN_MOST / (maps ? maps : 1);
}

/* Where both files were of use. */
static bool has_difference(const struct plx_report *report, size_t index)
{
    unsigned whole = 0;
    for (size_t i = 0; i < report->maps->count; i++) {
        const struct plx_token_map *map = report->maps->maps + i;
        whole += !map->difference && map->whole && (map->result == 0 || map->result == index);
    }
    return whole == 2;
}

enum plx_status plx_token_maps_make(struct plx_report *report, struct plx_error *error)
{
    const uint64_t budget = find_budget(report);
    enum plx_status status = PLX_OK;
    report->maps = plx_new_array(1, sizeof *report->maps, error);
    if (!report->maps)
        return PLX_MEMORY;
    report->maps->maps = plx_new_array(2 * report->count, sizeof *report->maps->maps, error);
    if (!report->maps->maps)
        return PLX_MEMORY;
    for (size_t i = 0; i < report->count && status == PLX_OK; i++) {
        if (report->results[i].per_token)
            status = add_map(report, i, false, budget, error);
    }
    for (size_t i = 1; i < report->count && status == PLX_OK; i++) {
        if (has_difference(report, i))
            status = add_map(report, i, true, budget, error);
    }
    return status;
}

void plx_token_maps_free(struct plx_token_maps *maps)
{
    if (!maps)
        return;
    for (size_t i = 0; i < maps->count; i++) {
        plx_token_sample_release(&maps->maps[i].sample);
        free(maps->maps[i].reason);
    }
    free(maps->maps);
    free(maps);
}

void plx_token_map_heading(struct plx_report *report, const struct plx_token_map *map, const char *what)
{
    struct plx_html *html = &report->html;
    if (report->maps->count == 1 && !*what)
        return;
    plx_html_markup(html, "<h3>");
    plx_report_letter(report, map->result);
    if (map->difference) {
        plx_html_markup(html, " − ");
        plx_report_letter(report, 0);
    }
    plx_html_markupf(html, " %s", what);
    if (!*what)
        plx_html_bdi(html, report->results[map->result].label);
    plx_html_markup(html, map->difference && !*what ? " against the base</h3>\n" : "</h3>\n");
}

const char *plx_token_map_id(const struct plx_token_map *map, char text[PLX_NUMBER_TEXT + 8])
{
    snprintf(text, PLX_NUMBER_TEXT + 8, "%s%zu", map->difference ? "d" : "r", map->result + 1);
    return text;
}

/* Steps of costs, in nats; what is below the first one has no colour. */
static const double STEPS[] = {1, 2, 3, 4, 6, 8, 10, 13};

const char *plx_token_map_class(const struct plx_token_map *map, double value)
{
    static const char *const COST[] = {"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"},
                             *const MORE[] = {"t0", "m1", "m2", "m3", "m4"},
                             *const LESS[] = {"t0", "l1", "l2", "l3", "l4"};
    const double *steps = map->difference ? map->steps : STEPS;
    const size_t count = map->difference ? PLX_DIFFERENCE_STEPS : sizeof STEPS / sizeof *STEPS;
    const double size = map->difference ? fabs(value) : value;
    size_t step = 0;
    if (isinf(size))
        return value > 0 ? "t9" : "l9";
    while (step < count && size >= steps[step])
        step++;
    return !map->difference ? COST[step] : value > 0 ? MORE[step] : LESS[step];
}

static void put_exact(struct plx_html *html, double value)
{
    char text[PLX_NUMBER_TEXT];
    if (isinf(value)) {
        plx_html_markup(html, value > 0 ? "∞" : "−∞");
        return;
    }
    plx_format_double(value, text);
    plx_html_numeral(html, text);
}

static void put_significant(struct plx_html *html, double value)
{
    char text[PLX_NUMBER_TEXT];
    plx_format_significant(value, 4, text);
    plx_html_markup(html, text);
}

static void put_cost(struct plx_html *html, double nats)
{
    put_exact(html, nats);
    plx_html_markup(html, " nats");
    if (!isfinite(nats))
        return;
    plx_html_markup(html, " = ");
    put_significant(html, nats / PLX_LN_2);
    plx_html_markup(html, " bits, p = ");
    put_significant(html, exp(-nats));
}

static void put_title(struct plx_html *html, const struct plx_token_map *map,
                      const struct plx_sampled_token *token)
{
    const struct plx_token_score *score = &token->score;
    put_cost(html, score->nats);
    if (map->difference) {
        plx_html_markup(html, "; base: ");
        put_cost(html, token->base);
        plx_html_markup(html, token->value > 0 ? "; difference: +" : "; difference: ");
        put_exact(html, token->value);
        plx_html_markup(html, " nats");
    }
    if (score->order > 0)
        plx_html_markupf(html, "; %u-gram", score->order);
    for (size_t i = 0; i < PLX_FLAG_NAMES; i++) {
        if (score->flags & (unsigned)plx_flag_names[i].flag)
            plx_html_markupf(html, "; %s", plx_flag_names[i].name);
    }
    plx_html_markupf(html, "; unit %" PRIu64 ", position %" PRIu64, score->unit, score->position);
}

/* The spelling, or the id. */
static void put_spelling(struct plx_html *html, const struct plx_sampled_token *token)
{
    const struct plx_token_score *score = &token->score;
    if (!score->token.text && score->id != PLX_NO_TOKEN)
        plx_html_markupf(html, "#%" PRIu32, score->id);
    else if (score->token.length == 0)
        plx_html_markup(html, "□");
    else
        plx_html_visible(html, score->token.text, score->token.length);
    if (token->cut)
        plx_html_markup(html, "…");
}

void plx_token_put(struct plx_report *report, const struct plx_token_map *map,
                   const struct plx_sampled_token *token, const char *id)
{
    struct plx_html *html = &report->html;
    plx_html_markupf(html, "<bdi%s%s%s class=\"%s%s%s\" title=\"", id ? " id=\"" : "", id ? id : "",
                     id ? "\"" : "", plx_token_map_class(map, token->value),
                     token->score.flags & PLX_TOKEN_UNKNOWN ? " unk" : "",
                     token->score.flags & PLX_TOKEN_END ? " eos" : "");
    put_title(html, map, token);
    plx_html_markup(html, "\">");
    put_spelling(html, token);
    plx_html_markup(html, "</bdi>");
}
