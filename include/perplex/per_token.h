/* Per-token files: what every scored token costs, one after another in the order of the corpus.

   The end of the name says which format it is; with ".gz" behind it, it is gzip-compressed. Letters may be
   capitals. A name with another end is PLX_USAGE; but standard output, pipes and devices by such a name get
   JSON Lines.

   .jsonl, .ndjson, .json: JSON Lines, UTF-8, for each token an object in a line, without blanks, with these
   keys in this order:

       "unit"      which line, document or stream of the corpus, from 0
       "position"  in its unit, from 0
       "token"     its spelling; bytes that are not UTF-8 are U+FFFD each. Absent where there is none
       "id"        in the model's vocabulary; only where there is no "token", and absent if the model lacks it
       "document"  the id that the corpus gives its document; absent where it gives none
       "nats"      −ln p: the shortest decimal that reads back as the same double; the string "inf" for
                   infinity, "nan" for no number
       "order"     length of the n-gram found; absent where the model does not say
       "flags"     names of what is special about the token (plx_token_flag): "end", "blank", "unknown",
                   "literal", in this order; always there, mostly []. That is what `select(.flags |
                   index("unknown"))` of jq asks for, and of pandas `frame.flags.map(lambda flags: "unknown"
                   in flags)`

   .npy: NumPy's array format, version 1.0 (numpy/lib/format.py): the nats alone, float64 [scored],
   little-endian, infinity as it is. Its header holds the count, which is known at the end: what is
   gzip-compressed or goes to a pipe or device is kept in an unnamed file (8 bytes a token) until then, beside
   the file or in the system's folder for temporary files. */
#ifndef PERPLEX_PER_TOKEN_H
#define PERPLEX_PER_TOKEN_H

#include <perplex/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_per_token;

/* Opens a writer over an output (output.h), which is created now. *writer is to be given to
   plx_per_token_commit or plx_per_token_discard; NULL on failure. PLX_USAGE where the name says no format;
   the errors of plx_output_open. Any thread; one writer belongs to one thread at a time. */
PLX_API enum plx_status plx_per_token_open(const char *path, struct plx_per_token **writer,
                                           struct plx_error *error);

/* Writes tokens[count]. A plx_token_sink: `writer` is what plx_per_token_open has opened. The errors of
   writing (output.h). */
PLX_API enum plx_status plx_per_token_write(void *writer, const struct plx_token_score *tokens, size_t count,
                                            struct plx_error *error);

/* Writes all but the name of the file: see plx_output_finish. The errors of writing. */
PLX_API enum plx_status plx_per_token_finish(struct plx_per_token *writer, struct plx_error *error);

/* Finishes the file, makes it appear and releases the writer: after a failure nothing is left to discard. The
   errors of writing. */
PLX_API enum plx_status plx_per_token_commit(struct plx_per_token *writer, struct plx_error *error);

/* Releases the writer; its file does not appear. NULL is fine. */
PLX_API void plx_per_token_discard(struct plx_per_token *writer);

/* Names and describes the formats, one after another; NULL behind the last. Static. Any thread. */
PLX_API const char *plx_per_token_format_name(size_t index);
PLX_API const char *plx_per_token_format_description(size_t index);

#ifdef __cplusplus
}
#endif
#endif
