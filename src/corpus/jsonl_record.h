/* A record of a JSONL corpus: a line that is a JSON object. What it holds is its `input_ids`, or else its
   `tokens`, or else its `text`; `id` names it. Beside tokens, `bytes` says how many bytes of the original
   each stands for, and `text` is that original. Other members must be valid JSON and are passed over. */
#ifndef PLX_CORPUS_JSONL_RECORD_H
#define PLX_CORPUS_JSONL_RECORD_H

#include <perplex/corpus.h>

#include "base/json_scan.h"
#include "corpus/page_counter.h"
#include "corpus/tokenize.h"

/* The most tokens that are read at a time. */
#define PLX_JSONL_TOKENS ((size_t)16 << 10)

/* Zero-initialised before the first record. */
struct plx_jsonl_record {
    struct plx_json_scan scan; /* over the line; where a function returns false, the failure */
    enum plx_content content;
    bool undecided;  /* it holds tokens, but none: strings or ids */
    size_t value_at; /* of what it holds, in the line */
    struct plx_word id;

    /* A text: all of it. */
    const uint8_t *text;
    size_t text_size;

    /* Tokens: the first of them, or the next ones. */
    struct plx_word *words; /* [PLX_JSONL_TOKENS] */
    uint32_t *ids;          /* [PLX_JSONL_TOKENS] */
    size_t count;
    bool ended;           /* there are no more behind them */
    size_t next_at;       /* of the next one in the line, unless ended */
    size_t words_size;    /* of the unescaped bytes, what the words take */
    uint64_t token_count; /* of the whole record */

    /* Beside tokens. */
    bool has_bytes;  /* the record has `bytes`, */
    uint32_t *bytes; /* [PLX_JSONL_TOKENS] and these are the counts of the tokens at hand */
    size_t bytes_at; /* of the next count in the line */
    bool has_original;
    struct plx_text_counts original; /* of `text` */
    struct plx_page_counts page;     /* of the same, as a page of lm-evaluation-harness */

    uint8_t *unescaped; /* [unescaped_capacity] */
    size_t unescaped_capacity;
    char said[128]; /* what the scan's message may point to */
};

/* Makes room for a line of so many bytes. */
enum plx_status plx_jsonl_record_reserve(struct plx_jsonl_record *record, size_t line_size,
                                         struct plx_error *error);

/* Reads the record that line[begin, size) is. Texts, words and the id point into the line or the record. Room
   has been made. */
bool plx_jsonl_record_read(struct plx_jsonl_record *record, const uint8_t *line, size_t begin, size_t size);

/* Replaces the tokens by the next ones; not if they have ended. */
bool plx_jsonl_record_advance(struct plx_jsonl_record *record);

/* Zero-initialised is fine. */
void plx_jsonl_record_release(struct plx_jsonl_record *record);

#endif
