/* How the numbers came about: the protocol, field by field; model, corpus and machine. */
#include "report/html/report.h"

#include <perplex/protocol.h>

#include <stdio.h>
#include <string.h>

static const struct {
    const char *field, *meaning;
} MEANINGS[] = {
    {"name", "The preset; custom where a field is not as there."},
    {"unit", "Where context starts afresh: at every line, document, or never (stream)."},
    {"start", "The begin symbol: context is seen and not scored."},
    {"end", "The end symbol of a line: scored as a token of its own, or left out."},
    {"join", "The token that stands between the lines of a stream."},
    {"window", "The most tokens that one scoring sees, context included; 0 is all of the unit."},
    {"stride", "How far the window moves; 0 is by all of its length."},
    {"score", "Which targets of a window count: those not seen before, all, or the last ones."},
    {"first_window", "How many targets the first window scores; 0 is as many as any other."},
    {"tail", "What becomes of a last window that is not full."},
    {"first", "Whether a target with nothing before it is scored or skipped."},
    {"unknown", "What a token costs that the model does not know."},
    {"control_words", "What a start or end symbol is where it stands in the text."},
    {"blank", "Whether the end symbol of a blank line is scored."},
    {"pages", "Where the documents of a text begin."},
    {"average", "What the mean is taken over."},
    {"limit", "The most tokens that are scored; 0 is all."},
};

const char *plx_report_field_meaning(const char *field)
{
    for (size_t i = 0; i < sizeof MEANINGS / sizeof *MEANINGS; i++) {
        if (strcmp(MEANINGS[i].field, field) == 0)
            return MEANINGS[i].meaning;
    }
    return NULL;
}

static void put_value(struct plx_html *html, const cJSON *value)
{
    const cJSON *element;
    plx_html_markup(html, "<td class=\"value\">");
    if (!cJSON_IsArray(value))
        plx_report_put_value(html, value);
    for (element = cJSON_IsArray(value) ? value->child : NULL; element; element = element->next) {
        plx_report_put_value(html, element);
        plx_html_markup(html, element->next ? " · " : "");
    }
    plx_html_markup(html, "</td>");
}

static void put_header(struct plx_report *report, bool meaning)
{
    struct plx_html *html = &report->html;
    plx_html_markup(html, "<thead><tr><th scope=\"col\">field</th>");
    for (size_t i = 0; i < report->count; i++) {
        plx_html_markup(html, "<th scope=\"col\" class=\"value\">");
        if (report->count > 1)
            plx_report_letter(report, i);
        else
            plx_html_markup(html, "value");
        plx_html_markup(html, "</th>");
    }
    plx_html_markup(html, meaning ? "<th scope=\"col\">meaning</th></tr></thead>\n<tbody>\n"
                                  : "</tr></thead>\n<tbody>\n");
}

/* The same for all of them. */
static bool agree(const struct plx_report *report, const char *path)
{
    const cJSON *first = plx_result_find(report->results[0].json, path);
    for (size_t i = 1; i < report->count; i++) {
        const cJSON *other = plx_result_find(report->results[i].json, path);
        if ((first || other) && !cJSON_Compare(first, other, true))
            return false;
    }
    return true;
}

static void put_field(struct plx_report *report, const char *path, const char *name, const char *meaning)
{
    struct plx_html *html = &report->html;
    plx_html_markup(html, agree(report, path) ? "<tr><th scope=\"row\">"
                                              : "<tr class=\"differs\"><th scope=\"row\">");
    plx_report_key(html, name);
    plx_html_markup(html, "</th>");
    for (size_t i = 0; i < report->count; i++)
        put_value(html, plx_result_find(report->results[i].json, path));
    if (meaning) {
        plx_html_markup(html, "<td class=\"wide soft\">");
        plx_html_string(html, meaning);
        plx_html_markup(html, "</td>");
    }
    plx_html_markup(html, "</tr>\n");
}

/* Whose rule the preset is. */
static void put_preset(struct plx_report *report, const char *name)
{
    const struct plx_protocol *preset;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        if (strcmp(preset->name, name) != 0)
            continue;
        plx_html_markup(&report->html, "<p><strong>");
        plx_html_string(&report->html, name);
        plx_html_markup(&report->html, "</strong>: ");
        plx_html_string(&report->html, plx_protocol_description(i));
        plx_html_markup(&report->html, " <span class=\"soft\">");
        plx_html_string(&report->html, plx_protocol_rule(i));
        plx_html_markup(&report->html, "</span></p>\n");
    }
}

static const char *protocol_name(const struct plx_reported *result)
{
    const cJSON *name = plx_result_find(result->json, "protocol.name");
    return cJSON_IsString(name) ? name->valuestring : "";
}

static void write_protocol(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    for (size_t i = 0; i < report->count; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again =
                again || strcmp(protocol_name(report->results + i), protocol_name(report->results + k)) == 0;
        if (!again)
            put_preset(report, protocol_name(report->results + i));
    }
    plx_report_table_begin(html, "");
    put_header(report, true);
    for (size_t i = 0; i < sizeof MEANINGS / sizeof *MEANINGS; i++) {
        char path[64];
        snprintf(path, sizeof path, "protocol.%s", MEANINGS[i].field);
        put_field(report, path, MEANINGS[i].field, MEANINGS[i].meaning);
    }
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

#define PATH_BYTES 128

static bool is_leaf(const cJSON *value)
{
    return !cJSON_IsObject(value) && !cJSON_IsObject(value->child);
}

/* A row for each leaf below `path` that no result before had. */
static void put_leaves(struct plx_report *report, size_t index, const char *path, const char *name)
{
    const cJSON *parent = plx_result_find(report->results[index].json, path), *member;
    cJSON_ArrayForEach(member, parent)
    {
        char below[PATH_BYTES], shown[PATH_BYTES];
        bool known = false;
        if (!member->string ||
            snprintf(below, sizeof below, "%s.%s", path, member->string) >= (int)sizeof below)
            continue;
        snprintf(shown, sizeof shown, "%s%s%s", name, *name ? " " : "", member->string);
        for (size_t i = 0; i < index; i++)
            known = known || plx_result_find(report->results[i].json, below);
        if (cJSON_IsObject(member))
            put_leaves(report, index, below, shown);
        else if (is_leaf(member) && !known)
            put_field(report, below, shown, NULL);
    }
}

static void put_object(struct plx_report *report, const char *heading, const char *path)
{
    struct plx_html *html = &report->html;
    plx_html_markupf(html, "<h3>%s</h3>\n", heading);
    plx_report_table_begin(html, "");
    put_header(report, false);
    for (size_t i = 0; i < report->count; i++)
        put_leaves(report, i, path, "");
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

/* What a mixture is made of. */
static void put_components(struct plx_report *report, size_t index)
{
    struct plx_html *html = &report->html;
    const cJSON *components = plx_result_find(report->results[index].json, "model.components"), *component;
    static const char *const KEYS[] = {"format", "kind", "architecture", "fingerprint", "sha256"};
    if (!components || !components->child)
        return;
    plx_html_markup(html, "<h3>");
    plx_report_letter(report, index);
    plx_html_markup(html, " Models that are mixed</h3>\n");
    plx_report_table_begin(html, "");
    plx_html_markup(html, "<thead><tr><th scope=\"col\" class=\"num\">weight</th>");
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        plx_html_markupf(html, "<th scope=\"col\">%s</th>", KEYS[i]);
    plx_html_markup(html, "</tr></thead>\n<tbody>\n");
    cJSON_ArrayForEach(component, components)
    {
        plx_html_markup(html, "<tr>");
        plx_report_cell_number(html, plx_report_number(component, "weight"), 0);
        for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
            put_value(html, plx_result_member(component, KEYS[i]));
        plx_html_markup(html, "</tr>\n");
    }
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

static void write_inputs(struct plx_report *report)
{
    put_object(report, "Model", "model");
    for (size_t i = 0; i < report->count; i++)
        put_components(report, i);
    put_object(report, "Corpus", "corpus");
    put_object(report, "Run", "runtime");
}

const struct plx_report_section plx_section_protocol = {
    .id = "protocol", .title = "Protocol", .write = write_protocol};

const struct plx_report_section plx_section_inputs = {
    .id = "inputs", .title = "Model and corpus", .write = write_inputs};
