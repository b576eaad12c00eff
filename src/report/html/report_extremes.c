/* The tokens that cost most and least, with what stands around them. */
#include "report/html/report.h"

#include <math.h>
#include <stdio.h>

static bool has_extremes(const struct plx_report *report)
{
    return plx_report_any(report, "worst") || plx_report_any(report, "best");
}

/* A spelling; an id; or nothing. */
static void put_token(struct plx_html *html, const cJSON *token)
{
    if (cJSON_IsString(token))
        plx_html_bdi(html, token->valuestring);
    else if (cJSON_IsNumber(token))
        plx_html_textf(html, "#%.0f", token->valuedouble);
    else
        plx_html_markup(html, "□");
}

static void put_around(struct plx_html *html, const cJSON *tokens, bool words)
{
    const cJSON *token;
    cJSON_ArrayForEach(token, tokens)
    {
        put_token(html, token);
        if (token->next && (words || !cJSON_IsString(token)))
            plx_html_markup(html, " ");
    }
}

static void put_context(struct plx_html *html, const cJSON *extreme, bool words)
{
    const cJSON *token = plx_result_member(extreme, "token");
    plx_html_markup(html, "<td class=\"tokens wide\">");
    put_around(html, plx_result_member(extreme, "before"), words);
    plx_html_markup(html, words ? " <mark>" : "<mark>");
    put_token(html, token ? token : plx_result_member(extreme, "id"));
    plx_html_markup(html, words ? "</mark> " : "</mark>");
    put_around(html, plx_result_member(extreme, "after"), words);
    plx_html_markup(html, "</td>");
}

static void put_flags(struct plx_html *html, const cJSON *flags)
{
    const cJSON *flag;
    plx_html_markup(html, "<td>");
    cJSON_ArrayForEach(flag, flags)
    {
        if (cJSON_IsString(flag))
            plx_html_string(html, flag->valuestring);
        plx_html_markup(html, flag->next ? ", " : "");
    }
    plx_html_markup(html, "</td>");
}

/* Columns that not every list has. */
struct columns {
    bool words; /* blanks between tokens */
    bool order, flags;
};

static struct columns find_columns(const struct plx_reported *result, const cJSON *list)
{
    struct columns columns = {.words = plx_report_words(result)};
    const cJSON *extreme;
    cJSON_ArrayForEach(extreme, list)
    {
        const cJSON *flags = plx_result_member(extreme, "flags");
        columns.order = columns.order || plx_result_member(extreme, "order");
        columns.flags = columns.flags || (flags && flags->child);
    }
    return columns;
}

static void put_row(struct plx_html *html, const cJSON *extreme, const struct columns *columns)
{
    const cJSON *document = plx_result_member(extreme, "document");
    plx_html_markup(html, "<tr>");
    plx_report_cell_number(html, plx_report_number(extreme, "nats"), 0);
    put_context(html, extreme, columns->words);
    if (columns->order)
        plx_report_cell_count(html, plx_report_number(extreme, "order"));
    if (columns->flags)
        put_flags(html, plx_result_member(extreme, "flags"));
    plx_report_cell_count(html, plx_report_number(extreme, "unit"));
    plx_report_cell_count(html, plx_report_number(extreme, "position"));
    if (cJSON_IsString(document)) {
        plx_html_markup(html, "<td class=\"value\">");
        plx_html_bdi(html, document->valuestring);
        plx_html_markup(html, "</td>");
    } else {
        plx_report_cell_count(html, plx_report_number(extreme, "document_number"));
    }
    plx_html_markup(html, "</tr>\n");
}

static void put_list(struct plx_report *report, size_t index, const char *key, const char *heading)
{
    struct plx_html *html = &report->html;
    const cJSON *list = plx_result_member(report->results[index].json, key), *extreme;
    const struct columns columns = find_columns(report->results + index, list);
    if (!list || !list->child)
        return;
    plx_html_markup(html, "<h3>");
    plx_report_letter(report, index);
    plx_html_markupf(html, " %s</h3>\n", heading);
    plx_report_table_begin(html, "");
    plx_html_markupf(html,
                     "<thead><tr><th scope=\"col\" class=\"num\">nats</th><th scope=\"col\">token</th>%s%s"
                     "<th scope=\"col\" class=\"num\">unit</th><th scope=\"col\" class=\"num\">position</th>"
                     "<th scope=\"col\" class=\"num\">document</th></tr></thead>\n<tbody>\n",
                     columns.order ? "<th scope=\"col\" class=\"num\">n-gram</th>" : "",
                     columns.flags ? "<th scope=\"col\">flags</th>" : "");
    cJSON_ArrayForEach(extreme, list) put_row(html, extreme, &columns);
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

static void write_extremes(struct plx_report *report)
{
    plx_html_markup(&report->html,
                    "<p class=\"soft\">Units, positions in them and documents count from 0.</p>\n");
    for (size_t i = 0; i < report->count; i++) {
        put_list(report, i, "worst", "Tokens that cost most");
        put_list(report, i, "best", "Tokens that cost least");
    }
}

const struct plx_report_section plx_section_extremes = {
    .id = "tokens", .title = "Extreme tokens", .present = has_extremes, .write = write_extremes};
