/* The passages and tokens that stand out, with links into the text. */
#include "report/html/report_tokens.h"

#include <math.h>

static bool is_listed(const struct plx_token_map *map)
{
    return map->whole && !map->once && map->sample.detailed;
}

static bool has_passages(const struct plx_report *report)
{
    for (size_t i = 0; i < report->maps->count; i++) {
        if (is_listed(report->maps->maps + i))
            return true;
    }
    return false;
}

/* Tokens [begin, end), the ones of [marked, marked + 1) marked. */
static void put_tokens(struct plx_report *report, const struct plx_token_map *map, uint64_t begin,
                       uint64_t end, uint64_t marked)
{
    struct plx_html *html = &report->html;
    const bool words = plx_report_words(report->results + map->result);
    for (uint64_t i = begin; i < end; i++) {
        const struct plx_sampled_token *token = plx_token_sample_at(&map->sample, i);
        if (!token)
            break;
        plx_html_markup(html, i == marked ? "<mark>" : "");
        plx_token_put(report, map, token, NULL);
        plx_html_markup(html, i == marked ? "</mark>" : "");
        plx_html_markup(html, words || !token->score.token.text ? " " : "");
    }
}

static void put_place(struct plx_html *html, const struct plx_sampled_token *token)
{
    plx_report_cell_count(html, token ? (double)token->score.unit : (double)NAN);
    plx_report_cell_count(html, token ? (double)token->score.position : (double)NAN);
}

static void put_passage(struct plx_report *report, const struct plx_token_map *map, size_t side, size_t rank)
{
    struct plx_html *html = &report->html;
    const struct plx_passage *passage = map->sample.survey->passages[side].list + rank;
    char id[PLX_NUMBER_TEXT + 8];
    plx_html_markupf(html, "<tr><td class=\"num\"><a href=\"#%s-%c%zu\">%zu</a></td>",
                     plx_token_map_id(map, id), side ? 'l' : 'h', rank + 1, rank + 1);
    plx_report_cell_number(html, plx_passage_mean(passage), 0);
    plx_html_markup(html, "<td class=\"cut wide\">");
    put_tokens(report, map, passage->begin, passage->begin + passage->count, UINT64_MAX);
    plx_html_markup(html, "</td>");
    put_place(html, plx_token_sample_at(&map->sample, passage->begin));
    plx_html_markup(html, "</tr>\n");
}

static void put_token(struct plx_report *report, const struct plx_token_map *map, size_t side, size_t rank)
{
    struct plx_html *html = &report->html;
    const struct plx_passage *ranked = map->sample.survey->tokens[side].list + rank;
    const uint64_t at = ranked->begin;
    plx_html_markup(html, "<tr>");
    plx_report_cell_count(html, (double)rank + 1);
    plx_report_cell_number(html, plx_passage_mean(ranked), 0);
    plx_html_markup(html, "<td class=\"cut wide\">");
    put_tokens(report, map, at > PLX_SAMPLE_BEFORE ? at - PLX_SAMPLE_BEFORE : 0, at + 1 + PLX_SAMPLE_BEHIND,
               at);
    plx_html_markup(html, "</td>");
    put_place(html, plx_token_sample_at(&map->sample, at));
    plx_html_markup(html, "</tr>\n");
}

typedef void row_writer(struct plx_report *report, const struct plx_token_map *map, size_t side, size_t rank);

static void put_list(struct plx_report *report, const struct plx_token_map *map, const char *title,
                     size_t side, size_t count, row_writer *put_row)
{
    static const char *const HEADS[2][2] = {{"nats", "nats per token"},
                                            {"difference, nats", "difference, nats per token"}};
    struct plx_html *html = &report->html;
    if (count == 0)
        return;
    plx_token_map_heading(report, map, title);
    plx_report_table_begin(html, "");
    plx_html_markupf(
        html,
        "<thead><tr><th scope=\"col\" class=\"num\">rank</th><th scope=\"col\" class=\"num\">%s</th>"
        "<th scope=\"col\">text</th><th scope=\"col\" class=\"num\">unit</th>"
        "<th scope=\"col\" class=\"num\">position</th></tr></thead>\n<tbody>\n",
        HEADS[map->difference][put_row == put_passage]);
    for (size_t i = 0; i < count; i++)
        put_row(report, map, side, i);
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

/* Tokens that the result lists itself are in a section of their own. */
static void put_lists(struct plx_report *report, const struct plx_token_map *map)
{
    static const char *const TITLES[2][4] = {{"Passages that cost most", "Tokens that cost most"},
                                             {"Passages that got worse", "Tokens that got worse",
                                              "Passages that got better", "Tokens that got better"}};
    const struct plx_token_survey *survey = map->sample.survey;
    const bool listed = !map->difference && plx_result_find(report->results[map->result].json, "worst");
    for (size_t side = 0; side < 2; side++) {
        put_list(report, map, TITLES[map->difference][2 * side], side, survey->passages[side].count,
                 put_passage);
        if (!listed)
            put_list(report, map, TITLES[map->difference][2 * side + 1], side, survey->tokens[side].count,
                     put_token);
    }
}

static void write_passages(struct plx_report *report)
{
    plx_html_markupf(
        &report->html,
        "<p class=\"soft\">The scored tokens are cut into passages of %u, from the first one on. "
        "They are ranked by their mean; ranks lead into the text. Units (lines, documents or streams) and "
        "positions in them count from 0.</p>\n",
        PLX_PASSAGE_TOKENS);
    for (size_t i = 0; i < report->maps->count && !report->html.status; i++) {
        if (is_listed(report->maps->maps + i))
            put_lists(report, report->maps->maps + i);
    }
}

const struct plx_report_section plx_section_passages = {
    .id = "passages", .title = "Passages that stand out", .present = has_passages, .write = write_passages};
