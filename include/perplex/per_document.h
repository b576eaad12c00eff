/* Per-document files: what every document costs, one after another in the order of the corpus; those without
   a scored token are left out.

   The end of the name says which format it is; with ".gz" behind it, it is gzip-compressed. Letters may be
   capitals. A name with another end is PLX_USAGE; but standard output, pipes and devices by such a name get
   JSON Lines.

   .jsonl, .ndjson, .json: JSON Lines, UTF-8, for each document an object in a line, without blanks, with
   these keys in this order:

       "number"          which document of the corpus, from 0 (struct plx_document_score)
       "document"        the id that the corpus gives it; absent where there is none. Bytes that are not UTF-8
                         are U+FFFD each
       "tokens"          scored, at least one
       "nats"            their sum: the shortest decimal that reads back as the same double; the string "inf"
                         for infinity
       "nats_per_token"  their mean, likewise
       "perplexity"      exp(nats_per_token)
       "bytes"           of the original, that the scored tokens stand for; 0 where that is not known
       "bits_per_byte"   nats / bytes / ln 2; the string "nan" without any
       "infinite"        tokens of zero probability

   .csv: the same as a table (RFC 4180, but lines end in a newline) with these names in its first row; an id
   that is not there is empty, and infinity and no number are inf and nan. */
#ifndef PERPLEX_PER_DOCUMENT_H
#define PERPLEX_PER_DOCUMENT_H

#include <perplex/breakdown.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_per_document;

/* Opens a writer over an output (output.h), which is created now. *writer is to be given to
   plx_per_document_commit or plx_per_document_discard; NULL on failure. PLX_USAGE where the name says no
   format; the errors of plx_output_open. Any thread; one writer belongs to one thread at a time. */
PLX_API enum plx_status plx_per_document_open(const char *path, struct plx_per_document **writer,
                                              struct plx_error *error);

/* Writes a document. A plx_document_sink: `writer` is what plx_per_document_open has opened. The errors of
   writing (output.h). */
PLX_API enum plx_status plx_per_document_write(void *writer, const struct plx_document_score *document,
                                               struct plx_error *error);

/* Writes all but the name of the file: see plx_output_finish. The errors of writing. */
PLX_API enum plx_status plx_per_document_finish(struct plx_per_document *writer, struct plx_error *error);

/* Finishes the file, makes it appear and releases the writer: after a failure nothing is left to discard. The
   errors of writing. */
PLX_API enum plx_status plx_per_document_commit(struct plx_per_document *writer, struct plx_error *error);

/* Releases the writer; its file does not appear. NULL is fine. */
PLX_API void plx_per_document_discard(struct plx_per_document *writer);

/* Names and describes the formats, one after another; NULL behind the last. Static. Any thread. */
PLX_API const char *plx_per_document_format_name(size_t index);
PLX_API const char *plx_per_document_format_description(size_t index);

#ifdef __cplusplus
}
#endif
#endif
