/* Whether the results differ by more than noise. */
#include "report/html/report.h"

#include "base/memory.h"
#include "report/compare/intervals.h"

#include <perplex/compare.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many documents are listed in each direction. */
#define MOVED 5

static bool has_others(const struct plx_report *report)
{
    return report->count > 1;
}

/* The file that was named for it. */
static const char *named_tokens(const struct plx_report *report, size_t index)
{
    return index < report->options->per_token_count ? report->options->per_token[index] : NULL;
}

/* Files are named to the comparison where it can use both. */
static enum plx_status compare(const struct plx_report *report, size_t index,
                               struct plx_comparison **comparison, struct plx_error *error)
{
    const struct plx_reported *base = report->results, *other = report->results + index;
    const bool both = base->per_token && other->per_token;
    const char *tokens = both ? named_tokens(report, index) : NULL;
    const struct plx_compare_options options = {.base_tokens = both ? named_tokens(report, 0) : NULL,
                                                .new_tokens = &tokens,
                                                .moved = MOVED,
                                                .interrupted = report->options->interrupted,
                                                .user = report->options->user};
    return plx_compare(base->path, &other->path, 1, &options, comparison, error);
}

static void put_signed(struct plx_html *html, double value, unsigned digits)
{
    char text[PLX_FIXED_TEXT];
    plx_format_fixed(fabs(value), digits, text);
    plx_html_markupf(html, "%s%s", value < 0 ? "−" : value > 0 ? "+" : "", value == 0 ? "0" : text);
}

static void put_p_value(struct plx_html *html, double p)
{
    if (p < 0.001) {
        plx_html_markup(html, "&lt; 0.001");
        return;
    }
    plx_html_fixed(html, p, 3);
}

/* The cells of a difference whose noise is known. */
static void put_test(struct plx_html *html, const struct plx_interval_test *test)
{
    const unsigned digits = plx_report_digits(test->difference, test->standard_error);
    plx_html_markup(html, "<td class=\"num\">");
    put_signed(html, test->difference, digits);
    plx_html_markup(html, "</td><td class=\"num\">");
    put_signed(html, test->low, digits);
    plx_html_markup(html, " to ");
    put_signed(html, test->high, digits);
    plx_html_markup(html, "</td><td class=\"num\">");
    put_p_value(html, test->p_value);
    plx_html_markup(html, "</td>");
}

static void put_documents(struct plx_html *html, const struct plx_moved *moved)
{
    char worse[PLX_NUMBER_TEXT], all[PLX_NUMBER_TEXT];
    plx_html_markup(html, "<td class=\"num\">");
    if (moved->document_count > 1)
        plx_html_markupf(html, "%s of %s", plx_format_grouped(moved->worse_count, worse),
                         plx_format_grouped(moved->document_count, all));
    else
        plx_html_markup(html, "—");
    plx_html_markup(html, "</td>");
}

static void put_row(struct plx_report *report, size_t index, const struct plx_pair *pair)
{
    struct plx_html *html = &report->html;
    const bool comparable = pair->comparability.level == PLX_COMPARABLE_TOKENS;
    plx_html_markup(html, "<tr><th scope=\"row\">");
    plx_report_letter(report, index);
    plx_html_markup(html, "</th><td class=\"verdict\">");
    plx_html_string(html, pair->reason);
    plx_html_markup(html, "</td>");
    if (comparable && pair->test.known)
        put_test(html, &pair->test);
    else
        plx_html_markup(html, "<td class=\"num\">—</td><td class=\"num\">—</td><td class=\"num\">—</td>");
    plx_report_cell_number(html, comparable ? pair->changes[PLX_FIGURE_PERPLEXITY] : (double)NAN,
                           pair->test.known ? pair->changes[PLX_FIGURE_PERPLEXITY] * pair->test.standard_error
                                            : 0);
    put_documents(html, &pair->moved);
    plx_html_markup(html, "</tr>\n");
}

/* How sure it is, and what makes it doubtful. */
static void put_notes(struct plx_report *report, size_t index, const struct plx_pair *pair)
{
    struct plx_html *html = &report->html;
    char method[PLX_TEST_METHOD];
    if (pair->comparability.level == PLX_COMPARABLE_TOKENS && pair->test.known) {
        plx_test_method(&pair->test, method);
        plx_html_markup(html, "<p class=\"soft\">");
        plx_report_letter(report, index);
        plx_html_markup(html, " ");
        plx_html_string(html, method);
        plx_html_markup(html, ".</p>\n");
    }
    for (size_t i = 0; i < pair->warning_count; i++) {
        plx_html_markup(html, "<div class=\"note\"><p>");
        plx_report_letter(report, index);
        plx_html_markup(html, " ");
        plx_html_string(html, pair->warnings[i].message);
        plx_html_markup(html, ".</p></div>\n");
    }
}

static void put_document(struct plx_html *html, const struct plx_moved_document *document, bool named)
{
    const double tokens = (double)document->tokens;
    plx_html_markupf(html, "<tr><th scope=\"row\">%llu</th>", (unsigned long long)document->number);
    if (named) {
        plx_html_markup(html, "<td class=\"value\"><bdi>");
        if (document->id.known)
            plx_html_visible(html, document->id.text, document->id.length);
        plx_html_markup(html, document->id.cut ? "…</bdi></td>" : "</bdi></td>");
    }
    plx_report_cell_count(html, tokens);
    plx_report_cell_number(html, document->nats[0] / tokens, 0);
    plx_report_cell_number(html, document->nats[1] / tokens, 0);
    plx_html_markup(html, "<td class=\"num\">");
    put_signed(html, document->change, 2);
    plx_html_markup(html, "</td></tr>\n");
}

/* Those that moved the whole most, in one direction. */
static void put_moved(struct plx_report *report, size_t index, const struct plx_moved *moved,
                      const struct plx_moved_documents *documents, const char *heading)
{
    struct plx_html *html = &report->html;
    if (moved->document_count < 2 || documents->count == 0)
        return;
    plx_html_markup(html, "<h3>");
    plx_report_letter(report, index);
    plx_html_markupf(html, " %s</h3>\n", heading);
    plx_report_table_begin(html, "");
    plx_html_markupf(
        html,
        "<thead><tr><th scope=\"col\">document, from 0</th>%s<th scope=\"col\" class=\"num\">tokens</th>"
        "<th scope=\"col\" class=\"num\">nats per token, BASE</th>"
        "<th scope=\"col\" class=\"num\">NEW</th>"
        "<th scope=\"col\" class=\"num\">change in all, nats</th></tr></thead>\n<tbody>\n",
        moved->has_ids ? "<th scope=\"col\">name</th>" : "");
    for (size_t i = 0; i < documents->count; i++)
        put_document(html, documents->list + i, moved->has_ids);
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

static void put_said(struct plx_report *report, size_t index, const struct plx_pair *pair)
{
    put_notes(report, index, pair);
    put_moved(report, index, &pair->moved, &pair->moved.worse_documents, "Documents that got worse");
    put_moved(report, index, &pair->moved, &pair->moved.better_documents, "Documents that got better");
}

static bool reads_standard_input(const struct plx_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->results[i].path, "-") == 0)
            return true;
    }
    return false;
}

/* Rows first, and what there is to say of them below: each comparison is made once and kept until then. */
static enum plx_status compare_all(struct plx_report *report, struct plx_comparison **comparisons)
{
    for (size_t i = 1; i < report->count; i++) {
        const enum plx_status status = compare(report, i, comparisons + i, report->html.error);
        if (status)
            return status;
        put_row(report, i, comparisons[i]->pairs);
    }
    return report->html.status;
}

static void write_all(struct plx_report *report, struct plx_comparison **comparisons)
{
    struct plx_html *html = &report->html;
    plx_html_markup(html, "<p class=\"soft\">BASE is ");
    plx_report_letter(report, 0);
    plx_html_markup(html, ", NEW the result of a row. Differences are NEW − BASE.</p>\n");
    plx_report_table_begin(html, "");
    plx_html_markup(html, "<thead><tr><th scope=\"col\">NEW</th>"
                          "<th scope=\"col\">verdict</th>"
                          "<th scope=\"col\" class=\"num\">nats per token</th>"
                          "<th scope=\"col\" class=\"num\">95 % interval</th>"
                          "<th scope=\"col\" class=\"num\">p</th>"
                          "<th scope=\"col\" class=\"num\">perplexity ×</th>"
                          "<th scope=\"col\" class=\"num\">documents worse</th></tr></thead>\n<tbody>\n");
    const enum plx_status status = compare_all(report, comparisons);
    if (html->status == PLX_OK)
        html->status = status;
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
    for (size_t i = 1; i < report->count && html->status == PLX_OK; i++)
        put_said(report, i, comparisons[i]->pairs);
}

static void write_comparison(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    if (reads_standard_input(report)) {
        plx_html_markup(html, "<p>A result came by standard input, which is read once: differences are not "
                              "tested.</p>\n");
        return;
    }
    if (html->status)
        return;
    struct plx_comparison **comparisons = plx_new_array(report->count, sizeof(*comparisons), html->error);
    if (!comparisons) {
        html->status = PLX_MEMORY;
        return;
    }
    write_all(report, comparisons);
    for (size_t i = 1; i < report->count; i++)
        plx_comparison_free(comparisons[i]);
    free(comparisons);
}

const struct plx_report_section plx_section_comparison = {
    .id = "comparison", .title = "Comparison", .present = has_others, .write = write_comparison};
