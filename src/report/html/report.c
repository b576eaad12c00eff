/* The frame of the page: results are read, and sections put below each other. */
#include "report/html/report.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "base/student.h"
#include "report/block_interval.h"
#include "report/html/chart.h"
#include "report/html/report_tokens.h"
#include "report/tokens/token_file.h"

#include <perplex/version.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct plx_report_section *const SECTIONS[] = {
    &plx_section_numbers,      &plx_section_comparison, &plx_section_along,       &plx_section_window,
    &plx_section_orders,       &plx_section_frequency,  &plx_section_unknown,     &plx_section_documents,
    &plx_section_extremes,     &plx_section_surprisal,  &plx_section_passages,    &plx_section_text,
    &plx_section_distribution, &plx_section_losses,     &plx_section_conventions, &plx_section_protocol,
    &plx_section_inputs,
};

#define SECTION_COUNT (sizeof SECTIONS / sizeof *SECTIONS)

static enum plx_status read_numbers(struct plx_reported *result, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, counts = {&root, "counts", 0},
                               uncertainty = {&root, "uncertainty", 0};
    const cJSON *json = result->json, *errors = plx_result_member(json, "uncertainty");
    const char *path = result->path;
    enum plx_status status;
    if ((status = plx_json_get_double(json, "nats_per_token", &root, path, &result->nats, error)) ||
        (status = plx_json_get_double(errors, "standard_error_nats", &uncertainty, path,
                                      &result->standard_error, error)))
        return status;
    return plx_json_get_u64(plx_result_member(json, "counts"), "scored", &counts, path, 0, UINT64_MAX,
                            &result->scored, error);
}

static enum plx_status find_interval(struct plx_reported *result, struct plx_error *error)
{
    const cJSON *average = plx_result_find(result->json, "protocol.average");
    const double half = PLX_NORMAL_95 * result->standard_error;
    struct plx_block_error by_blocks;
    result->interval[0] = result->nats - half;
    result->interval[1] = result->nats + half;
    result->interval_error = result->standard_error;
    const enum plx_status status = plx_block_interval_read(result->json, result->path, &by_blocks, error);
    if (status || !isfinite(half) || !cJSON_IsString(average) || strcmp(average->valuestring, "token") != 0 ||
        by_blocks.blocks == 0)
        return status;
    result->interval[0] = result->nats - by_blocks.reach;
    result->interval[1] = result->nats + by_blocks.reach;
    result->interval_error = by_blocks.standard_error;
    result->blocks = by_blocks.blocks;
    return PLX_OK;
}

/* The per-token file that is given, or noted. */
static enum plx_status find_tokens(const struct plx_report *report, size_t index, struct plx_error *error)
{
    const struct plx_report_options *options = report->options;
    struct plx_reported *result = report->results + index;
    const char *given = index < options->per_token_count ? options->per_token[index] : NULL;
    enum plx_status status = PLX_OK;
    if (!given)
        status = plx_token_file_find(result->json, result->path, &result->per_token, error);
    else if (!(result->per_token = plx_copy_string(given, strlen(given), error)))
        status = PLX_MEMORY;
    if (status || !options->destination || !result->per_token ||
        !plx_output_same(options->destination, result->per_token))
        return status;
    plx_error_set(error, PLX_USAGE, "the page would overwrite the per-token file of a result");
    return plx_error_input(error, result->per_token);
}

static enum plx_status read_result(struct plx_report *report, size_t index, const char *path,
                                   struct plx_error *error)
{
    struct plx_reported *result = report->results + index;
    result->path = path;
    enum plx_status status = plx_result_file_read(path, report->options->network, &result->json, error);
    if (status == PLX_OK)
        status = plx_result_file_whole(result->json, path, error);
    if (status == PLX_OK)
        status = plx_result_file_inputs(result->json, path, &result->model, &result->corpus, error);
    if (status == PLX_OK)
        status = read_numbers(result, error);
    if (status == PLX_OK)
        status = find_interval(result, error);
    if (status == PLX_OK)
        status = plx_comparability_find(report->results[0].json, result->json, &result->comparability, error);
    return status ? status : find_tokens(report, index, error);
}

/* Whether no two of them are the same. */
static bool all_differ(const struct plx_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(report->results[i].label, report->results[k].label) == 0)
                return false;
        }
    }
    return true;
}

/* The model's name, the corpus', or the file's: the first that tells all apart. */
static void label_results(struct plx_report *report)
{
    for (unsigned kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < report->count; i++) {
            struct plx_reported *result = report->results + i;
            const char *path = kind == 0 ? result->model : kind == 1 ? result->corpus : result->path;
            result->label = plx_result_input_name(path);
        }
        if (all_differ(report))
            return;
    }
}

/* As browsers want it: base64 of the SHA-256 of all pieces. */
static void put_hash(struct plx_html *html, const char *const *const *lists, size_t count)
{
    char hex[PLX_SHA256_TEXT], base64[PLX_BASE64_OF(32)];
    uint8_t bytes[32];
    struct plx_sha256 *hash = html->status ? NULL : plx_sha256_new(html->error);
    enum plx_status status = hash ? PLX_OK : PLX_MEMORY;
    for (size_t i = 0; i < count; i++) {
        for (const char *const *piece = lists[i]; piece && *piece && status == PLX_OK; piece++)
            status = plx_sha256_update(hash, *piece, strlen(*piece), html->error);
    }
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, hex, html->error);
    plx_sha256_free(hash);
    if (html->status == PLX_OK)
        html->status = status;
    if (html->status)
        return;
    for (size_t i = 0; i < sizeof bytes; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    plx_base64_encode(bytes, sizeof bytes, base64);
    plx_html_markupf(html, " 'sha256-%s'", base64);
}

static void put_pieces(struct plx_html *html, const char *const *const *lists, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (const char *const *piece = lists[i]; piece && *piece; piece++)
            plx_html_markup(html, *piece);
    }
}

/* Whether all names of corpora are the same. */
static bool is_one_corpus(const struct plx_report *report)
{
    const char *first = plx_result_input_name(report->results[0].corpus);
    for (size_t i = 1; i < report->count; i++) {
        if (strcmp(plx_result_input_name(report->results[i].corpus), first) != 0)
            return false;
    }
    return true;
}

static void put_title(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    if (report->options->title) {
        plx_html_string(html, report->options->title);
        return;
    }
    const char *corpus = plx_result_input_name(report->results[0].corpus);
    const bool one = is_one_corpus(report);
    plx_html_string(html, plx_result_input_name(report->results[0].model));
    if (report->count > 1 && one)
        plx_html_textf(html, " and %zu more", report->count - 1);
    plx_html_string(html, " on ");
    plx_html_string(html, corpus);
    if (!one)
        plx_html_textf(html, ", and %zu more", report->count - 1);
}

static bool is_shown(const struct plx_report *report, const struct plx_report_section *section)
{
    return !section->present || section->present(report);
}

/* Everything of the page is in it, and nothing else may be loaded or run. */
static void put_head(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    const char *const *styles[SECTION_COUNT + 1], *const *scripts[SECTION_COUNT];
    size_t style_count = 0, script_count = 0;
    styles[style_count++] = plx_report_style;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (SECTIONS[i]->style && is_shown(report, SECTIONS[i]))
            styles[style_count++] = SECTIONS[i]->style;
        if (SECTIONS[i]->script && is_shown(report, SECTIONS[i]))
            scripts[script_count++] = SECTIONS[i]->script;
    }
    plx_html_markup(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                          "<meta charset=\"utf-8\"/>\n<meta http-equiv=\"Content-Security-Policy\" "
                          "content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src");
    put_hash(html, styles, style_count);
    if (script_count > 0) {
        plx_html_markup(html, "; script-src");
        put_hash(html, scripts, script_count);
    }
    plx_html_markup(html, "\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                          "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                          "<meta name=\"referrer\" content=\"no-referrer\"/>\n");
    plx_html_markupf(html, "<meta name=\"generator\" content=\"perplex %s\"/>\n<title>", plx_version());
    put_title(report);
    plx_html_markup(html, "</title>\n<style>");
    put_pieces(html, styles, style_count);
    plx_html_markup(html, "</style>\n");
    if (script_count > 0) {
        plx_html_markup(html, "<script>");
        put_pieces(html, scripts, script_count);
        plx_html_markup(html, "</script>\n");
    }
    plx_html_markup(html, "</head>\n");
}

/* Which letter stands for which result. */
static void put_results(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    plx_html_markup(html, "<ul class=\"plain\">");
    for (size_t i = 0; i < report->count; i++) {
        const struct plx_reported *result = report->results + i;
        plx_html_markup(html, "<li>");
        plx_report_letter(report, i);
        plx_html_markup(html, " <strong>");
        plx_html_bdi(html, plx_result_input_name(result->model));
        plx_html_markup(html, "</strong> <span class=\"soft\">on</span> ");
        plx_html_bdi(html, plx_result_input_name(result->corpus));
        plx_html_markup(html, " <span class=\"soft\">by the protocol ");
        const cJSON *name = plx_result_find(result->json, "protocol.name");
        plx_html_bdi(html, cJSON_IsString(name) ? name->valuestring : "—");
        if (report->count > 1) {
            plx_html_markup(html, " · ");
            plx_html_bdi(html, plx_result_input_name(result->path));
        }
        plx_html_markup(html, i == 0 && report->count > 1 ? " (the base)</span></li>\n" : "</span></li>\n");
    }
    plx_html_markup(html, "</ul>\n");
}

static void put_body(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    plx_html_markup(html, "<body>\n<header>\n<h1><bdi>");
    put_title(report);
    plx_html_markup(html, "</bdi></h1>\n");
    put_results(report);
    plx_html_markup(html, "</header>\n<nav aria-label=\"Sections\"><ul>");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (is_shown(report, SECTIONS[i]))
            plx_html_markupf(html, "<li><a href=\"#%s\">%s</a></li>", SECTIONS[i]->id, SECTIONS[i]->title);
    }
    plx_html_markup(html, "</ul></nav>\n<main>\n");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct plx_report_section *section = SECTIONS[i];
        if (!is_shown(report, section))
            continue;
        plx_html_markupf(html, "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">%s</h2>\n",
                         section->id, section->id, section->id, section->title);
        section->write(report);
        plx_html_markup(html, "</section>\n");
    }
    plx_html_markupf(
        html, "</main>\n<footer>Written by <code>perplex report</code> %s.</footer>\n</body>\n</html>\n",
        plx_version());
}

static enum plx_status write_page(struct plx_report *report, const char *const *paths,
                                  struct plx_error *error)
{
    for (size_t i = 0; i < report->count; i++) {
        const enum plx_status status = read_result(report, i, paths[i], error);
        if (status)
            return status;
    }
    label_results(report);
    const enum plx_status status = plx_token_maps_make(report, error);
    if (status)
        return status;
    put_head(report);
    put_body(report);
    return report->html.status;
}

enum plx_status plx_report_write(const char *const *paths, size_t count,
                                 const struct plx_report_options *options, struct plx_output *output,
                                 struct plx_error *error)
{
    struct plx_report report = {
        .html = {.output = output, .error = error}, .options = options, .count = count};
    report.results = plx_new_array(count, sizeof *report.results, error);
    enum plx_status status = report.results ? write_page(&report, paths, error) : PLX_MEMORY;
    for (size_t i = 0; report.results && i < count; i++) {
        cJSON_Delete(report.results[i].json);
        free(report.results[i].per_token);
        plx_comparability_release(&report.results[i].comparability);
    }
    free(report.results);
    plx_token_maps_free(report.maps);
    return status;
}
