/* Reports: results as one page of HTML for people, with plots. Results are files that plx_result_json has
   written; neither models nor corpora are opened. */
#ifndef PERPLEX_REPORT_H
#define PERPLEX_REPORT_H

#include <perplex/network.h>
#include <perplex/output.h>
#include <perplex/status.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialised is the default. All is borrowed for the call. */
struct plx_report_options {
    const char *title;            /* of the page; NULL: made of the names of model and corpus */
    const char *const *per_token; /* [per_token_count] per-token file (per_token.h) of the first results; NULL
                                     for one, and for those that follow: that which the result notes, if it is
                                     there */
    size_t per_token_count;
    const char *destination; /* where the page is to appear, so that no file is lost that it is made of; NULL:
                                nobody says */
    const struct plx_network *network; /* of URLs; NULL: the defaults */
    bool (*interrupted)(void *user);   /* NULL is fine; true ends the work with PLX_INTERRUPTED */
    void *user;
};

/* Writes the page of results (paths[count], "-" or URLs; at least one) to an output, which stays open: UTF-8,
   self-contained, readable without scripts. The first result is the base that the others are held against,
   and where they are comparable, differences are tested as plx_compare does. The page depends on the files
   alone: the same ones give the same bytes. PLX_MALFORMED where one is not a complete result, with its name
   and the place; PLX_UNSUPPORTED where it has more than 64 MiB; PLX_MISMATCH where a per-token file that was
   named is not of its result; PLX_USAGE where one is a pipe, which is read once, and there are several
   results, or is the destination; PLX_INTERRUPTED; the errors of opening and reading a source (source.h) and
   of writing (output.h). Any thread. */
PLX_API enum plx_status plx_report_write(const char *const *paths, size_t count,
                                         const struct plx_report_options *options, struct plx_output *output,
                                         struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
