/* llama.cpp's stored logits (llama-perplexity --save-all-logits, formerly --kl-divergence-base):
   log-probabilities of a model over the second halves of chunks of tokens. All is little-endian:

       "_logits_" | i32 n_ctx, n_vocab, n_chunk | i32 tokens[n_chunk][n_ctx]
       then for each chunk n_ctx − 1 − n_ctx/2 rows of u16[2 ⌈n_vocab/2⌉ + 4]:
           f32 scale, f32 minimum, n_vocab codes with ln p = scale · code + minimum, and perhaps one more

   Row r of a chunk is what the token at n_ctx/2 + 1 + r is predicted from. */
#ifndef PLX_MODEL_STORED_LOGITS_H
#define PLX_MODEL_STORED_LOGITS_H

#include <perplex/source.h>

struct plx_stored_logits {
    struct plx_source *source;
    uint64_t context, vocabulary, chunks; /* n_ctx, n_vocab, n_chunk */
    uint32_t *tokens;                     /* [chunks][context], each < vocabulary */
    size_t rows;                          /* of a chunk, ≥ 1 */
    size_t row_bytes;
    uint64_t rows_read;
};

#define PLX_STORED_LOGITS_MAGIC "_logits_"

/* −ln p from which on llama.cpp takes a token to have no probability: its files give those that are more than
   16 below the most probable one p = e^-16 of that. */
#define PLX_STORED_LOGITS_CLIPPED 16.0

/* Opens a path, "-" or a URL and reads all before the rows. Released with plx_stored_logits_close in any
   case. PLX_UNSUPPORTED where it is no such file, PLX_MALFORMED where it is damaged; PLX_MEMORY; the errors
   of sources. */
enum plx_status plx_stored_logits_open(const char *path, const struct plx_source_options *options,
                                       struct plx_stored_logits *stored, struct plx_error *error);
void plx_stored_logits_close(struct plx_stored_logits *stored);

/* Reads the next rows as they are, raw[count][row_bytes]; there must be so many left. */
enum plx_status plx_stored_logits_read(struct plx_stored_logits *stored, size_t count, uint8_t *raw,
                                       struct plx_error *error);

/* Checks that nothing stands behind the last row. */
enum plx_status plx_stored_logits_end(struct plx_stored_logits *stored, struct plx_error *error);

/* Makes nats[vocabulary] = −ln p of row `index` of the file. Any thread. */
enum plx_status plx_stored_logits_decode(const struct plx_stored_logits *stored, const uint8_t *raw,
                                         uint64_t index, double *nats, struct plx_error *error);

#endif
