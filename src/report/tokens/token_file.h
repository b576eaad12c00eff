/* Per-token files, read back: those that per_token.h describes, plain or gzip-compressed, from any source. */
#ifndef PLX_REPORT_TOKEN_FILE_H
#define PLX_REPORT_TOKEN_FILE_H

#include <perplex/evaluate.h>
#include <perplex/source.h>

#include "base/exact.h"

#include <cjson/cJSON.h>

/* A file open for reading, block by block. */
struct plx_token_file;

/* Opens it by its content, not its name: a path, "-" or a URL. options may be NULL. PLX_MALFORMED or
   PLX_UNSUPPORTED where it is no per-token file; the errors of opening and reading a source (source.h). Any
   thread; one file belongs to one thread at a time. An empty file is one without tokens. */
enum plx_status plx_token_file_open(const char *path, const struct plx_source_options *options,
                                    struct plx_token_file **file, struct plx_error *error);

/* Whether more is known of each token than its nats: JSON Lines rather than an array of NumPy. */
bool plx_token_file_detailed(const struct plx_token_file *file);

/* The next tokens, in the order of the corpus, borrowed until the next call; *count is 0 at the end. What the
   file does not say is {NULL, 0}, PLX_NO_TOKEN or 0; without details, `position` counts on in one unit.
   Members of lines may come in any order, with white space, among others, which are passed over; only "nats"
   must be there. PLX_MALFORMED with line and column, or the offset; the errors of reading. */
enum plx_status plx_token_file_next(struct plx_token_file *file, const struct plx_token_score **tokens,
                                    size_t *count, struct plx_error *error);

/* The line of token `index` of those that were handed over last, from 1; PLX_NOWHERE without details. */
uint64_t plx_token_file_line(const struct plx_token_file *file, size_t index);

/* The size of the medium and what of it was read; 0 where that is not known. For progress. */
void plx_token_file_progress(const struct plx_token_file *file, uint64_t *done, uint64_t *size);

/* NULL is fine. */
void plx_token_file_close(struct plx_token_file *file);

/* Whether a file that adds up to `found` is the one of the result: the count, the exact sum of its nats and
   that of their squares are those of the result's accumulators. PLX_MISMATCH, with what differs, where not;
   PLX_MALFORMED where the result has no such accumulators. The paths stand in errors. Any thread. */
enum plx_status plx_token_sums_check(const struct plx_exact *found, const char *path, const cJSON *result,
                                     const char *result_path, struct plx_error *error);

/* The result's own per-token file: the name that it notes (runtime.outputs.per_token), in the folder of the
   result at `result_path` or, where there is no such file, as it stands. The folder comes first, for a name
   may mean another run's file where results were moved. *path is to be freed with free(); NULL, and PLX_OK,
   where the result notes none or it is nowhere. PLX_MEMORY. */
enum plx_status plx_token_file_find(const cJSON *result, const char *result_path, char **path,
                                    struct plx_error *error);

#endif
