/* The text, each token in the colour of what it costs. */
#include "report/html/report_tokens.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool has_text(const struct plx_report *report)
{
    return report->maps->count > 0;
}

/* Steps of the colours "l" or "m", and where the last ends. */
static void put_step(struct plx_html *html, const struct plx_token_map *map, bool more, size_t step)
{
    char text[PLX_NUMBER_TEXT];
    plx_format_significant(map->steps[step], 1, text);
    plx_html_markupf(html, " <span class=\"%c%zu\">%s%s%s</span>", more ? 'm' : 'l', step + 1,
                     more ? "" : "−", text,
                     step + 1 < PLX_DIFFERENCE_STEPS ? ""
                     : more                          ? " nats and more"
                                                     : " nats and less");
}

static void put_steps(struct plx_html *html, const struct plx_token_map *map)
{
    plx_html_markup(html, "<span class=\"soft\">less than the base</span> <span class=\"l9\">−∞</span>");
    for (size_t i = PLX_DIFFERENCE_STEPS; i-- > 0;)
        put_step(html, map, false, i);
    plx_html_markup(html, " <span class=\"t0\">about the same</span>");
    for (size_t i = 0; i < PLX_DIFFERENCE_STEPS; i++)
        put_step(html, map, true, i);
    plx_html_markup(html, " <span class=\"t9\">∞</span> <span class=\"soft\">more than the base</span>");
}

static void put_legend(struct plx_html *html, const struct plx_token_map *map)
{
    static const char *const COST[] = {"t0", "below 1", "t1", "1",  "t2", "2",
                                       "t3", "3",       "t4", "4",  "t5", "6",
                                       "t6", "8",       "t7", "10", "t8", "13 nats and more",
                                       "t9", "∞"};
    plx_html_markup(html, "<p class=\"scale\">");
    if (map->difference) {
        put_steps(html, map);
    } else {
        plx_html_markup(html, "<span class=\"soft\">nats of a token, from</span>");
        for (size_t i = 0; i < sizeof COST / sizeof *COST; i += 2)
            plx_html_markupf(html, " <span class=\"%s\">%s</span>", COST[i], COST[i + 1]);
    }
    plx_html_markup(html, " <span class=\"soft unk\">unknown token</span> "
                          "<span class=\"soft eos\">end symbol</span></p>\n");
}

/* What of it is shown, in words with numbers. */
static void put_extent(struct plx_html *html, const struct plx_token_sample *sample)
{
    char shown[PLX_NUMBER_TEXT], all[PLX_NUMBER_TEXT];
    plx_format_grouped(sample->shown, shown);
    plx_format_grouped(sample->survey->count, all);
    if (sample->shown == sample->survey->count) {
        plx_html_markupf(html, "<p>All %s tokens.", all);
    } else {
        const size_t ranked = sample->survey->passages[0].count + sample->survey->passages[1].count;
        plx_html_markupf(
            html,
            "<p>Shown are %s of %s tokens: the beginning, %u stretches spaced evenly, and the %zu "
            "passages of <a href=\"#passages\">Passages that stand out</a> with what surrounds "
            "them.",
            shown, all, PLX_EVEN_RANGES, ranked);
    }
    plx_html_markup(html, " Hover over a token for its exact cost.</p>\n");
}

/* Where the reader is, while tokens are written. */
struct place {
    bool open;  /* a paragraph */
    bool ended; /* the last token is an end symbol */
    bool known; /* the unit */
    uint64_t unit;
    struct plx_word document;
};

static bool same_words(struct plx_word a, struct plx_word b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static void close_paragraph(struct plx_html *html, struct place *place)
{
    plx_html_markup(html, place->open ? "</p>\n" : "");
    place->open = false;
}

static void open_paragraph(struct plx_html *html, struct place *place, const struct plx_token_score *score)
{
    close_paragraph(html, place);
    if (score->document.length > 0 && !same_words(score->document, place->document)) {
        plx_html_markup(html, "<h4><bdi>");
        plx_html_visible(html, score->document.text, score->document.length);
        plx_html_markup(html, "</bdi></h4>\n");
    }
    plx_html_markup(html, "<p>");
    if (!place->known || score->unit != place->unit)
        plx_html_markupf(html, "<i title=\"unit\">%" PRIu64 "</i> ", score->unit);
    plx_html_markup(html, score->position > 0 && !place->ended ? "… " : "");
    place->document = score->document;
    place->unit = score->unit;
    place->known = true;
    place->open = true;
}

/* A paragraph ends with its unit, and behind end symbols. */
static bool begins_paragraph(const struct place *place, const struct plx_token_score *score)
{
    return !place->open || score->unit != place->unit ||
           (place->ended && !(score->flags & (unsigned)PLX_TOKEN_END));
}

/* The rank of the passage that begins here, with the id that leads to it; 0: none does. */
static size_t rank_at(const struct plx_token_survey *survey, uint64_t token, unsigned *side)
{
    for (*side = 0; *side < 2; ++*side) {
        for (size_t i = 0; i < survey->passages[*side].count; i++) {
            if (survey->passages[*side].list[i].begin == token)
                return i + 1;
        }
    }
    return 0;
}

static void put_token(struct plx_report *report, const struct plx_token_map *map,
                      const struct plx_sampled_token *token, uint64_t index)
{
    struct plx_html *html = &report->html;
    char prefix[PLX_NUMBER_TEXT + 8];
    unsigned side;
    const size_t rank = rank_at(map->sample.survey, index, &side);
    if (rank > 0)
        plx_html_markupf(
            html, "<b class=\"rank\" id=\"%s-%c%zu\" title=\"a passage of rank %zu begins\">%s%zu</b> ",
            plx_token_map_id(map, prefix), side ? 'l' : 'h', rank, rank, side ? "−" : "", rank);
    plx_token_put(report, map, token, NULL);
}

static void put_range(struct plx_report *report, const struct plx_token_map *map,
                      const struct plx_token_range *range, struct place *place)
{
    struct plx_html *html = &report->html;
    const bool words = plx_report_words(report->results + map->result);
    char number[PLX_NUMBER_TEXT];
    place->ended = place->known = false;
    if (range->begin > 0)
        plx_html_markupf(html, "<p class=\"gap soft\">token %s</p>\n",
                         plx_format_grouped(range->begin + 1, number));
    for (uint64_t i = range->begin; i < range->end && !html->status; i++) {
        const struct plx_sampled_token *token = plx_token_sample_at(&map->sample, i);
        if (!token)
            break;
        if (begins_paragraph(place, &token->score))
            open_paragraph(html, place, &token->score);
        place->ended = (token->score.flags & (unsigned)PLX_TOKEN_END) != 0;
        put_token(report, map, token, i);
        if (words || !token->score.token.text)
            plx_html_markup(html, " ");
    }
    close_paragraph(html, place);
}

static void put_map(struct plx_report *report, const struct plx_token_map *map)
{
    struct plx_html *html = &report->html;
    struct place place = {0};
    put_extent(html, &map->sample);
    put_legend(html, map);
    plx_html_markup(html, "<p class=\"paper\">The text is left out on paper: what stands out of it is under "
                          "“Passages that stand out”.</p>\n");
    plx_html_markup(html, "<div class=\"heat\">\n");
    for (size_t i = 0; i < map->sample.range_count; i++)
        put_range(report, map, map->sample.ranges + i, &place);
    plx_html_markup(html, "</div>\n");
}

/* "token 3 of unit 5" and the files, or what the error says. */
static void put_why_not(struct plx_report *report, const struct plx_token_map *map)
{
    struct plx_html *html = &report->html;
    plx_html_markup(html, "<div class=\"note\"><p>");
    if (map->reason) {
        plx_html_markup(html, "The per-token file is not used: ");
        plx_html_string(html, map->reason);
    } else {
        char number[PLX_NUMBER_TEXT];
        plx_html_markupf(html,
                         "Not the same tokens: the two per-token files differ from token %s on, so there is "
                         "no difference to show",
                         plx_format_grouped(map->sample.at + 1, number));
    }
    plx_html_markup(html, ".</p></div>\n");
}

static void write_text(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    for (size_t i = 0; i < report->maps->count && !html->status; i++) {
        const struct plx_token_map *map = report->maps->maps + i;
        plx_token_map_heading(report, map, "");
        if (!map->whole)
            put_why_not(report, map);
        else if (map->once)
            plx_html_markup(html, "<p>The per-token file came by a pipe, which is read once: the text is not "
                                  "shown.</p>\n");
        else if (!map->sample.detailed)
            plx_html_markup(html, "<p>The per-token file is an array of numbers: to show the text, evaluate "
                                  "with <code>--per-token tokens.jsonl</code>.</p>\n");
        else
            put_map(report, map);
    }
}

/* Lightness alone tells the steps of a cost apart, and blue from orange the two directions: eyes of every
   kind see that. */
static const char *const STYLE[] = {
    ":root{--t1:#fff6dd;--t2:#ffeec2;--t3:#ffe2a0;--t4:#ffd27a;--t5:#ffbd57;--t6:#ffa540;--t7:#f98c35;"
    "--t8:#ee7430;--t9:#7d1d00;--t9-ink:#fff;--l1:#e3f0fc;--l2:#c3dff8;--l3:#94c5f1;--l4:#62a7e6;--l9:#"
    "0b3a6e;--l9-ink:#fff}\n",
    "@media (prefers-color-scheme:dark){:root{--t1:#262014;--t2:#332814;--t3:#433113;--t4:#533912;"
    "--t5:#643f10;--t6:#75430e;--t7:#86450c;--t8:#97440b;--t9:#ffd9b8;--t9-ink:#3c1500;--l1:#17242f;"
    "--l2:#173247;--l3:#174566;--l4:#195a89;--l9:#cfe6ff;--l9-ink:#06223d}}\n",
    ".t1{background:var(--t1)}.t2{background:var(--t2)}.t3{background:var(--t3)}.t4{background:var(--t4)}"
    ".t5{background:var(--t5)}.t6{background:var(--t6)}.t7{background:var(--t7)}.t8{background:var(--t8)}"
    ".t9{background:var(--t9);color:var(--t9-ink)}\n",
    ".m1{background:var(--t2)}.m2{background:var(--t4)}.m3{background:var(--t6)}.m4{background:var(--t8)}"
    ".l1{background:var(--l1)}.l2{background:var(--l2)}.l3{background:var(--l3)}.l4{background:var(--l4)}"
    ".l9{background:var(--l9);color:var(--l9-ink)}\n",
    ".unk{text-decoration:underline dotted;text-underline-offset:3px}.eos{font-style:italic}\n",
    ".heat,.cut{font-family:var(--mono);font-size:.84rem;line-height:1.75}.heat p{max-width:none;margin:0 0 "
    ".35rem;content-visibility:auto;contain-intrinsic-size:auto 3.2rem}.heat bdi,.cut bdi{border-radius:2px;"
    "padding:.1em "
    ".08em;white-space:pre-wrap;-webkit-box-decoration-break:clone;box-decoration-break:clone}\n",
    ".heat i{font-style:normal;font-size:.8em;color:var(--soft);-webkit-user-select:none;user-select:none}"
    ".heat h4{font:650 .9rem/1.4 system-ui,sans-serif;margin:1rem 0 .3rem;overflow-wrap:anywhere}"
    ".heat .gap{font:.8rem/1.4 system-ui,sans-serif;border-top:1px dashed var(--rule);margin:1rem 0 .35rem;"
    "padding-top:.35rem}\n",
    ".rank{display:inline-block;min-width:1.5em;padding:0 .3em;border-radius:3px;text-align:center;"
    "font-size:.82em;line-height:1.5;color:var(--paper);background:var(--ink);scroll-margin-top:5rem}"
    ".rank:target{outline:2px solid var(--link);outline-offset:2px}\n",
    ".scale{max-width:none;font-size:.84rem;line-height:1.9}.scale span{padding:.15em "
    ".5em;white-space:nowrap;"
    "border-radius:2px}\n",
    ".paper{display:none}.cut mark{background:none;color:inherit;outline:1px solid;border-radius:2px}\n",
    "@media print{.heat{display:none}.paper{display:block}.cut bdi,.scale span{"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}:root{--t1:#fff6dd;--t2:#ffeec2;--t3:#ffe2a0;"
    "--t4:#ffd27a;--t5:#ffbd57;--t6:#ffa540;--t7:#f98c35;--t8:#ee7430;--t9:#7d1d00;--t9-ink:#fff;"
    "--l1:#e3f0fc;--l2:#c3dff8;--l3:#94c5f1;--l4:#62a7e6;--l9:#0b3a6e;--l9-ink:#fff}}\n",
    NULL};

const struct plx_report_section plx_section_text = {
    .id = "text", .title = "The text", .present = has_text, .write = write_text, .style = STYLE};
