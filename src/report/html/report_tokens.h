/* What a page knows of single tokens: for each result with a per-token file a map of its tokens, and for each
   but the first one more, of the differences to the base. */
#ifndef PLX_REPORT_REPORT_TOKENS_H
#define PLX_REPORT_REPORT_TOKENS_H

#include "report/html/report.h"
#include "report/html/token_sample.h"

/* How many tokens a page shows in colour, all of its maps together, and how many a map has at least. */
#define PLX_SHOWN_MOST  24000
#define PLX_SHOWN_LEAST 6000

/* Colours of a difference in either direction. */
#define PLX_DIFFERENCE_STEPS 4

struct plx_token_map {
    size_t result;
    bool difference;                    /* to the first result, NEW − BASE */
    double steps[PLX_DIFFERENCE_STEPS]; /* of the colours of a difference, in nats, from the least */
    struct plx_token_sample sample;
    bool whole;   /* it was read, and belongs to its result */
    bool once;    /* from a pipe: it was read only once, and nothing of the text is there */
    char *reason; /* why it is not whole; anybody's text; owned */
};

struct plx_token_maps {
    struct plx_token_map *maps; /* [count]: of results, then of differences */
    size_t count;
};

/* Reads the per-token files. A file that was named and is of no use is an error: PLX_MISMATCH where it is not
   of its result, PLX_USAGE where a pipe would have to be read twice, and those of reading; one that a result
   notes is done without, and the page says so. PLX_INTERRUPTED, PLX_MEMORY. */
enum plx_status plx_token_maps_make(struct plx_report *report, struct plx_error *error);

/* NULL is fine. */
void plx_token_maps_free(struct plx_token_maps *maps);

/* <h3> with whose map it is, and what of it; "": the result's name, where there are several maps. */
void plx_token_map_heading(struct plx_report *report, const struct plx_token_map *map, const char *what);

/* The ids of what belongs to a map begin so. Returns `text`. */
const char *plx_token_map_id(const struct plx_token_map *map, char text[PLX_NUMBER_TEXT + 8]);

/* The class of a colour, for a value of a map. */
const char *plx_token_map_class(const struct plx_token_map *map, double value);

/* A token as a <bdi> with its colour and all that is known of it on hover; `id` may be NULL. */
void plx_token_put(struct plx_report *report, const struct plx_token_map *map,
                   const struct plx_sampled_token *token, const char *id);

#endif
