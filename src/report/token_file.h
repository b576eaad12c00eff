/* Per-token files, read back: those that per_token.h describes, plain or gzip-compressed, from any source. */
#ifndef PLX_REPORT_TOKEN_FILE_H
#define PLX_REPORT_TOKEN_FILE_H

#include <perplex/evaluate.h>

#include <cjson/cJSON.h>

/* A file open for reading, block by block. */
struct plx_token_file;

/* Opens it by its content, not its name. PLX_MALFORMED where it is no per-token file; the errors of sources.
 */
enum plx_status plx_token_file_open(const char *path, struct plx_token_file **file, struct plx_error *error);

/* Whether more is known of each token than its nats: .jsonl rather than .npy. */
bool plx_token_file_detailed(const struct plx_token_file *file);

/* The next tokens, in the order of the corpus, borrowed until the next call; *count is 0 at the end. What the
   file does not say is {NULL, 0}, PLX_NO_TOKEN or 0; without details, `position` counts on in one unit.
   PLX_MALFORMED with line and column (or offset). */
enum plx_status plx_token_file_next(struct plx_token_file *file, const struct plx_token_score **tokens,
                                    size_t *count, struct plx_error *error);

/* The size of the medium and what of it was read; 0 where that is not known. For progress. */
void plx_token_file_progress(const struct plx_token_file *file, uint64_t *done, uint64_t *size);

/* NULL is fine. */
void plx_token_file_close(struct plx_token_file *file);

/* All of a file that comparisons need, in memory: 8 bytes a token, and 16 more for each document. */
struct plx_token_nats {
    double *nats; /* [count] */
    size_t count;
    size_t *document_begins; /* [document_count] index of each one's first token; a document is a run of
                                tokens of the same document id or, by the unit of the protocol, of one unit */
    size_t document_count;   /* 0: the file does not tell documents apart */
};

/* Reads a file whole; `units_are_documents`: the protocol's unit is the document. To be released. The errors
   of reading; PLX_MEMORY. */
enum plx_status plx_token_nats_read(const char *path, bool units_are_documents, struct plx_token_nats *nats,
                                    struct plx_error *error);

void plx_token_nats_release(struct plx_token_nats *nats);

/* Whether a file of so many tokens is the one of the result: its count and its exact sum are those of the
   result's accumulators. PLX_MISMATCH, with what differs, where not. */
enum plx_status plx_token_nats_check(const struct plx_token_nats *nats, const char *path, const cJSON *result,
                                     struct plx_error *error);

/* The result's own per-token file: the name that it notes (runtime.outputs.per_token), as it stands or, where
   there is no such file, in the folder of the result at `result_path`. *path is to be freed with free();
   NULL, and PLX_OK, where the result notes none or it is nowhere. */
enum plx_status plx_token_file_find(const cJSON *result, const char *result_path, char **path,
                                    struct plx_error *error);

#endif
