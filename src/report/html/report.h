/* The page of `perplex report`: its frame (report.c), and a row of a table for every section.

   Sections write into the page as it goes out, so that it may be longer than memory: none keeps what it
   writes. The page forbids the browser everything from elsewhere, and every style and script but those of the
   table, whose hashes it names: attributes `style` have no effect; classes do. */
#ifndef PLX_REPORT_REPORT_H
#define PLX_REPORT_REPORT_H

#include <perplex/report.h>

#include "base/number.h"
#include "base/student.h"
#include "report/comparability.h"
#include "report/html/html.h"
#include "report/result/result_file.h"

/* A result. The strings belong to `json` or `path`, but those said to be owned. */
struct plx_reported {
    cJSON *json;
    const char *path;
    const char *model, *corpus;             /* paths or names, as given to the evaluation */
    const char *label;                      /* what tells it from the others: the model's name, or another */
    char *per_token;                        /* path of its per-token file; owned; NULL: there is none */
    struct plx_comparability comparability; /* beside the first */
    double nats;
    double standard_error; /* of nats, were tokens independent; NaN: not known */
    double interval[2];    /* of nats, 95 %: from blocks of neighbours; where these are too few, as if tokens
                              were independent; NaN: not known */
    double interval_error; /* the standard error that it comes from */
    size_t blocks;         /* that both are from; 0: none */
    uint64_t scored;
};

struct plx_token_maps; /* report_tokens.h */

struct plx_report {
    struct plx_html html;
    const struct plx_report_options *options;
    struct plx_reported *results; /* [count]; the first is the base */
    size_t count;                 /* at least 1 */
    struct plx_token_maps *maps;  /* owned */
};

/* A part of the page. */
struct plx_report_section {
    const char *id;    /* of the element and of what leads there; unique */
    const char *title; /* of ours */
    /* Whether there is anything to be shown. */
    bool (*present)(const struct plx_report *report);
    /* Writes what comes behind the heading. What fails is noted in report->html. */
    void (*write)(struct plx_report *report);
    /* Pieces of CSS and JavaScript for all of the page, NULL-terminated; NULL: none. Without '<', '&'. The
       page must be all there without the script. */
    const char *const *style;
    const char *const *script;
};

extern const struct plx_report_section plx_section_numbers, plx_section_comparison, plx_section_along,
    plx_section_window, plx_section_orders, plx_section_frequency, plx_section_unknown, plx_section_documents,
    plx_section_extremes, plx_section_distribution, plx_section_losses, plx_section_conventions,
    plx_section_protocol, plx_section_inputs, plx_section_surprisal, plx_section_passages, plx_section_text;

/* report_style.c: of the frame and of what several sections use; NULL-terminated. */
extern const char *const plx_report_style[];

/* report_protocol.c: what a field of protocols means, in a sentence; NULL where that is not known. */
const char *plx_report_field_meaning(const char *field);

/* report_parts.c: what sections have in common. */

/* The number `key`; NaN where there is none. */
double plx_report_number(const cJSON *parent, const char *key);

/* Whether tokens are words, which stand apart; of others, letters say by themselves where a blank is. */
bool plx_report_words(const struct plx_reported *result);

/* Whether any of the results has it, and it is not empty. */
bool plx_report_any(const struct plx_report *report, const char *path);

/* Whether numbers of that kind of a result may be held against the first one's. */
bool plx_report_comparable(const struct plx_reported *result, bool of_text);

/* With so many digits behind the point, and all digits on hover; "—" for no number. */
void plx_report_put_fixed(struct plx_html *html, double value, unsigned digits);

/* A number, a word or a yes of a result: anybody's; "—" for anything else. */
void plx_report_put_value(struct plx_html *html, const cJSON *value);

/* Digits behind the point that the standard error of what is shown leaves meaning to; where that is not
   known, of five in all. */
unsigned plx_report_digits(double value, double standard_error);

/* Cells of tables. */
void plx_report_cell_count(struct plx_html *html, double value);
void plx_report_cell_number(struct plx_html *html, double value, double standard_error);
void plx_report_cell_share(struct plx_html *html, double part, double whole);

/* <thead>: what rows are, and a column for each result. */
void plx_report_columns(struct plx_report *report, const char *first);

/* The result's letter in its colour; nothing where there is only one. */
void plx_report_letter(struct plx_report *report, size_t index);

/* "perplexity_including_oovs" as "perplexity including oovs". */
void plx_report_key(struct plx_html *html, const char *key);

/* <div class="box"><table>, which scrolls by itself, and its end. */
void plx_report_table_begin(struct plx_html *html, const char *class_name);
void plx_report_table_end(struct plx_html *html);

#endif
