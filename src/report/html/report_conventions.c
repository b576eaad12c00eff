/* The number as others would have it: under the conventions of other tools, and under other protocols. */
#include "report/html/report.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *key, *name;
} TOOLS[] = {{"kenlm", "KenLM, query"},
             {"srilm", "SRILM, ngram -ppl"},
             {"irstlm", "IRSTLM, compile-lm --eval"},
             {"opengrm", "OpenGrm, ngramperplexity"},
             {"lm_eval", "lm-evaluation-harness"}};

static bool has_conventions(const struct plx_report *report)
{
    return plx_report_any(report, "conventions") || plx_report_any(report, "explain");
}

static const cJSON *find_figure(const struct plx_reported *result, const char *tool, const char *key)
{
    const cJSON *figures = plx_result_member(plx_result_member(result->json, "conventions"), tool);
    return plx_result_member(figures, key);
}

/* The figures of the first result that has the tool's. */
static const cJSON *find_tool(const struct plx_report *report, const char *tool)
{
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *found =
            plx_result_member(plx_result_member(report->results[i].json, "conventions"), tool);
        if (cJSON_IsObject(found) && found->child)
            return found;
    }
    return NULL;
}

static void put_figure(struct plx_report *report, const char *tool, const char *key)
{
    struct plx_html *html = &report->html;
    plx_html_markup(html, "<tr><td>");
    plx_report_key(html, key);
    plx_html_markup(html, "</td>");
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *figures =
            plx_result_member(plx_result_member(report->results[i].json, "conventions"), tool);
        const cJSON *figure = find_figure(report->results + i, tool, key);
        const double value = plx_report_number(figures, key);
        if (cJSON_IsNumber(figure) && value == floor(value) && fabs(value) < 1e15)
            plx_report_cell_count(html, value);
        else
            plx_report_cell_number(html, value, 0);
    }
    plx_html_markup(html, "</tr>\n");
}

static void put_tools(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    const cJSON *figure;
    plx_html_markup(html, "<p class=\"soft\">What other tools would print for the same scores.</p>\n");
    plx_report_table_begin(html, "");
    plx_report_columns(report, "");
    for (size_t i = 0; i < sizeof TOOLS / sizeof *TOOLS; i++) {
        const cJSON *figures = find_tool(report, TOOLS[i].key);
        if (!figures)
            continue;
        plx_html_markupf(html, "<tbody><tr><th scope=\"rowgroup\" colspan=\"%zu\">%s</th></tr>\n",
                         report->count + 1, TOOLS[i].name);
        cJSON_ArrayForEach(figure, figures) put_figure(report, TOOLS[i].key, figure->string);
        plx_html_markup(html, "</tbody>\n");
    }
    plx_report_table_end(html);
}

static void put_texts(struct plx_html *html, const cJSON *texts)
{
    const cJSON *text;
    cJSON_ArrayForEach(text, texts)
    {
        if (cJSON_IsString(text))
            plx_html_bdi(html, text->valuestring);
        plx_html_markup(html, text->next ? "; " : "");
    }
}

static void put_explained(struct plx_html *html, const cJSON *row)
{
    const cJSON *name = plx_result_member(row, "protocol"), *reason = plx_result_member(row, "reason");
    plx_html_markup(html, "<tr><th scope=\"row\">");
    plx_html_bdi(html, cJSON_IsString(name) ? name->valuestring : "—");
    plx_html_markup(html, "</th>");
    plx_report_cell_number(html, plx_report_number(row, "perplexity"), 0);
    plx_report_cell_number(html, plx_report_number(row, "nats_per_token"), 0);
    plx_report_cell_number(html, plx_report_number(row, "bits_per_byte"), 0);
    plx_report_cell_count(html, plx_report_number(row, "scored"));
    plx_html_markup(html, "<td class=\"wide soft\">");
    put_texts(html, plx_result_member(row, "notes"));
    if (cJSON_IsString(reason))
        plx_html_bdi(html, reason->valuestring);
    plx_html_markup(html, "</td></tr>\n");
}

static void put_protocols(struct plx_report *report, size_t index)
{
    struct plx_html *html = &report->html;
    const cJSON *rows = plx_result_member(report->results[index].json, "explain"), *row;
    if (!rows || !rows->child)
        return;
    plx_html_markup(html, "<h3>");
    plx_report_letter(report, index);
    plx_html_markup(html, " Under other protocols</h3>\n");
    plx_report_table_begin(html, "");
    plx_html_markup(
        html, "<thead><tr><th scope=\"col\">protocol</th><th scope=\"col\" class=\"num\">perplexity</th>"
              "<th scope=\"col\" class=\"num\">nats per token</th>"
              "<th scope=\"col\" class=\"num\">bits per byte</th>"
              "<th scope=\"col\" class=\"num\">scored</th>"
              "<th scope=\"col\">what makes it differ</th></tr></thead>\n<tbody>\n");
    cJSON_ArrayForEach(row, rows) put_explained(html, row);
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

static void write_conventions(struct plx_report *report)
{
    if (plx_report_any(report, "conventions"))
        put_tools(report);
    for (size_t i = 0; i < report->count; i++)
        put_protocols(report, i);
}

const struct plx_report_section plx_section_conventions = {.id = "conventions",
                                                           .title = "In other conventions",
                                                           .present = has_conventions,
                                                           .write = write_conventions};
