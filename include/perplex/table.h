/* Tables of results: one row a result, or models × corpora, in a format for people or for programs. Results
   are files that plx_result_json has written; neither models nor corpora are opened. */
#ifndef PERPLEX_TABLE_H
#define PERPLEX_TABLE_H

#include <perplex/network.h>
#include <perplex/status.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names format `index` ("markdown", "csv", …), and describes it in a line; NULL past the end. Static. */
PLX_API const char *plx_table_format_name(size_t index);
PLX_API const char *plx_table_format_description(size_t index);

/* Names dimension `index` of tables: "model", "corpus", "protocol", "tokenization", "file"; NULL past the
   end. Static. */
PLX_API const char *plx_table_dimension_name(size_t index);

#define PLX_TABLE_DIGITS_MOST 17

/* What a result is called in a table; NULL: as it is called by itself. */
struct plx_table_names {
    const char *model, *corpus, *protocol;
};

/* What a table looks like. Zero-initialised is a row for each result, in Markdown. Strings are borrowed. */
struct plx_table_options {
    const char *format; /* NULL: "markdown" */
    /* Dimensions by name, with commas between several: what the rows, and what the columns are. Where one is
       NULL, rows are models (corpora, if models are the columns), and columns are the metrics alone. Where
       both are NULL, every result is a row. */
    const char *rows, *columns;
    /* Numbers of a result by name, with commas between several: "perplexity", "nats", "bits_per_byte",
       "unknown.tokens", … NULL: perplexity; where every result is a row, the ones that most want. */
    const char *metrics;
    const struct plx_table_names *names; /* [count] of each result; NULL: as they are called by themselves */
    /* The row that the others are compared with, by all of its name, or by a part: a model is that of each
       corpus then. Where several rows of that part may be compared with one, PLX_USAGE. NULL: none. */
    const char *difference;
    const char *sort;    /* the metric by which rows are sorted, best first; NULL: as the results come */
    const char *caption; /* instead of the first sentence; NULL: what the table shows */
    bool interval;       /* the 95 % interval of every number that follows from the cross-entropy */
    bool fixed;          /* so many digits behind the point, */
    unsigned
        digits; /* at most PLX_TABLE_DIGITS_MOST; else as many as the uncertainty of each column warrants */
    const struct plx_network *network; /* of URLs; NULL: the defaults */
};

/* Writes a table of the results paths[count] (paths, "-" or URLs, read one after another), UTF-8, as
   `options` (NULL: zero) say.

   Formats for people ("markdown", "latex", "html") show rounded numbers, the best of each column in bold,
   and a caption and notes that state what the results say of themselves: protocol, what was divided by,
   unknown tokens. Compared with each other are the cells of a column (of a row where models stand side by
   side in columns), and of these only those of one corpus; a cell whose numbers are not of the same
   predictions as those of most is marked, never the best, and a note names the fields in which it differs.
   Formats for programs ("csv", "tsv", "json") have every digit.

   *text is to be freed with plx_text_free (result.h), NULL on failure; it ends with a NUL, which *length does
   not count. PLX_USAGE where the options name what there is not, or two results would share a cell: the
   message names both, the hint the dimension that tells them apart. PLX_MALFORMED where a file is not a
   result of a whole corpus, with its name and the place; PLX_UNSUPPORTED where it has more than 64 MiB; the
   errors of opening and reading a source (source.h). Any thread. */
PLX_API enum plx_status plx_table(const char *const *paths, size_t count,
                                  const struct plx_table_options *options, char **text, size_t *length,
                                  struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
