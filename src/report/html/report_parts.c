#include "report/digits.h"
#include "report/html/chart.h"
#include "report/html/report.h"

#include <math.h>
#include <string.h>

/* Where a result has none, there is none to be shown. */
double plx_report_number(const cJSON *parent, const char *key)
{
    const struct plx_json_path root = {NULL, NULL, 0};
    struct plx_error ignored;
    double value;
    return plx_json_get_double(parent, key, &root, "", &value, &ignored) ? (double)NAN : value;
}

bool plx_report_words(const struct plx_reported *result)
{
    const cJSON *kind = plx_result_find(result->json, "corpus.tokenization");
    return cJSON_IsString(kind) && strcmp(kind->valuestring, "word") == 0;
}

bool plx_report_any(const struct plx_report *report, const char *path)
{
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *found = plx_result_find(report->results[i].json, path);
        if (found && found->child)
            return true;
    }
    return false;
}

bool plx_report_comparable(const struct plx_reported *result, bool of_text)
{
    return result->comparability.level == PLX_COMPARABLE_TOKENS ||
           (of_text && result->comparability.level == PLX_COMPARABLE_TEXT);
}

static void put_significant(struct plx_html *html, double value, int digits)
{
    char text[PLX_NUMBER_TEXT];
    plx_format_significant(value, digits, text);
    plx_html_numeral(html, text);
}

void plx_report_put_fixed(struct plx_html *html, double value, unsigned digits)
{
    char exact[PLX_NUMBER_TEXT];
    if (isnan(value)) {
        plx_html_markup(html, "—");
        return;
    }
    plx_format_double(value, exact);
    plx_html_markup(html, "<span class=\"exact\" title=\"");
    plx_html_numeral(html, exact);
    plx_html_markup(html, "\">");
    if (isinf(value))
        plx_html_markup(html, value > 0 ? "∞" : "−∞");
    else if (fabs(value) >= 1e7 || (value != 0 && fabs(value) < 1e-3))
        put_significant(html, value, fabs(value) < 1 ? 3 : 6);
    else
        plx_html_fixed(html, value, digits);
    plx_html_markup(html, "</span>");
}

void plx_report_put_value(struct plx_html *html, const cJSON *value)
{
    char number[PLX_NUMBER_TEXT];
    if (cJSON_IsNumber(value)) {
        if (value->valuedouble >= 10000 && value->valuedouble < 9e15 &&
            value->valuedouble == (double)(uint64_t)value->valuedouble)
            plx_format_grouped((uint64_t)value->valuedouble, number);
        else
            plx_format_double(value->valuedouble, number);
        plx_html_string(html, number);
    } else if (cJSON_IsString(value) && strlen(value->valuestring) == 64) { /* a digest */
        plx_html_markup(html, "<code>");
        plx_html_string(html, value->valuestring);
        plx_html_markup(html, "</code>");
    } else if (cJSON_IsString(value) && *value->valuestring) {
        plx_html_bdi(html, value->valuestring);
    } else if (cJSON_IsBool(value)) {
        plx_html_markup(html, cJSON_IsTrue(value) ? "yes" : "no");
    } else {
        plx_html_markup(html, "<span class=\"soft\">—</span>");
    }
}

unsigned plx_report_digits(double value, double standard_error)
{
    double decimals = 2;
    if (isfinite(standard_error) && standard_error > 1e-9 * fabs(value))
        decimals = plx_decimals_warranted(standard_error);
    else if (isfinite(value) && value != 0)
        decimals = 4 - floor(log10(fabs(value)));
    return (unsigned)fmin(fmax(decimals, 0), 10);
}

void plx_report_cell_count(struct plx_html *html, double value)
{
    char text[PLX_NUMBER_TEXT];
    plx_html_markup(html, "<td class=\"num\">");
    if (value >= 0 && value < 9e15)
        plx_html_markup(html, plx_format_grouped((uint64_t)value, text));
    else
        plx_html_markup(html, "—");
    plx_html_markup(html, "</td>");
}

void plx_report_cell_number(struct plx_html *html, double value, double standard_error)
{
    plx_html_markup(html, "<td class=\"num\">");
    plx_report_put_fixed(html, value, plx_report_digits(value, standard_error));
    plx_html_markup(html, "</td>");
}

void plx_report_cell_share(struct plx_html *html, double part, double whole)
{
    const double share = 100 * part / whole;
    plx_html_markup(html, "<td class=\"num\">");
    if (isfinite(share)) {
        plx_html_fixed(html, share, 1);
        plx_html_markup(html, " %");
    } else {
        plx_html_markup(html, "—");
    }
    plx_html_markup(html, "</td>");
}

void plx_report_letter(struct plx_report *report, size_t index)
{
    if (report->count > 1)
        plx_chart_key(&report->html, index);
}

void plx_report_columns(struct plx_report *report, const char *first)
{
    struct plx_html *html = &report->html;
    plx_html_markupf(html, "<thead><tr><th scope=\"col\">%s</th>", first);
    for (size_t i = 0; i < report->count; i++) {
        plx_html_markup(html, "<th scope=\"col\" class=\"num name\">");
        if (report->count > 1) {
            plx_report_letter(report, i);
            plx_html_markup(html, " ");
            plx_html_bdi(html, report->results[i].label);
        } else {
            plx_html_markup(html, "value");
        }
        plx_html_markup(html, "</th>");
    }
    plx_html_markup(html, "</tr></thead>\n");
}

void plx_report_key(struct plx_html *html, const char *key)
{
    for (; *key; key += strcspn(key, "_")) {
        if (*key == '_') {
            plx_html_markup(html, " ");
            key++;
        }
        plx_html_text(html, key, strcspn(key, "_"));
    }
}

void plx_report_table_begin(struct plx_html *html, const char *class_name)
{
    plx_html_markupf(html, "<div class=\"box\" tabindex=\"0\"><table%s%s%s>", *class_name ? " class=\"" : "",
                     class_name, *class_name ? "\"" : "");
}

void plx_report_table_end(struct plx_html *html)
{
    plx_html_markup(html, "</table></div>\n");
}
