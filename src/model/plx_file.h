/* Our own files of n-gram models, "plx": used where they lie, so that to open one takes as long as to read
   its header. They are in the byte order of the machine that has written them and are refused elsewhere.

       header | n-grams of order 2 … N | unigrams | words | offsets | text | digests

   Every part begins at a multiple of 4096 bytes; between them are zeros, and the file ends with the last. All
   numbers of the file are at fixed places:

   Header, of a size that follows from the order N: what is listed here, room for 24 warnings, zeros up to a
   multiple of 4096.

       offset  type        content
            0  char[32]    "perplex n-gram model 2\n", then NULs; the digit is the version
           32  char[64]    the fingerprint: SHA-256 of the header with NULs here, in hexadecimal
           96  f32[3]      1, −0.5, 0.1 \
          108  u32         0x01020304    > otherwise, of another machine
          112  u64         0x0102030405060708 /
          120  u64         bytes of the header
          128  u64         bytes of the file
          136  u64         V, the size of the vocabulary
          144  u32         N, the order, 1 … 255
          148  u32         flags; 1: inserted_blanks (struct plx_model_info)
          152  u32         number of sections, N + 4
          156  u32         number of warnings, remarks among them, ≤ 24
          160  char[64]    SHA-256 of the digests, in hexadecimal
          224  char[64]    SHA-256 of the model that this one was made from, or NULs
          288  u64         bytes of that model's file; 0: not known
          296  char[24]    its format's name, then NULs
          320              [N] of: u64 n-grams of this order, as the source counts them;
                               u64 n-grams in the lines, with the blanks that the source's maker has
                               inserted and does not count; 0 for order 1;
                               u32 layout: 1 narrow, 2 compact (the highest order); 0 for order 1;
                               u32 1: incomplete (struct plx_ngram_hash)
                           [N + 4] of: u32 kind; u32 order, 0 for none; u64 offset; u64 bytes; u64 0
                           [warnings] of: char[40] code; char[256] message; u64 count; u64 line;
                               u64 0 for a warning, 1 for a note, 2 for a remark (struct plx_model)

   Sections, all of them there, in the order of the file:

       kind 1  of each order from 2 to N: lines of 64 bytes (ngram_table.h); plx_ngram_homes of them are
               homes, what is behind is spare; no line at all where there is no n-gram
       kind 2  [V] of: f32 log10 p, f32 log10 backoff
       kind 3  lines of 64 bytes (vocabulary.h); plx_vocabulary_homes of them are homes, what is behind is
               spare
       kind 4  u64[V + 1]: word i is the bytes offsets[i] … offsets[i + 1] − 1 of the text
       kind 5  the text
       kind 6  the digests: char[64] for every 2^20 bytes between the header and the digests (the last ones
               are fewer), their SHA-256 in hexadecimal

   So the fingerprint stands for every byte of the file: that of the header is checked whenever a model is
   opened, the digests where the user asks for it.

   The bytes of a file depend on the model alone that it is made from, not on memory, threads or time. */
#ifndef PLX_MODEL_PLX_FILE_H
#define PLX_MODEL_PLX_FILE_H

#include "model/model.h"
#include "model/ngram_table.h"

#define PLX_FILE_VERSION         "2"
#define PLX_FILE_MAGIC           "perplex n-gram model " PLX_FILE_VERSION "\n"
#define PLX_FILE_MAGIC_BYTES     32
#define PLX_FILE_PAGE            ((uint64_t)4096)
#define PLX_FILE_CHUNK           ((size_t)1 << 20)
#define PLX_FILE_DIGEST          64 /* bytes */
#define PLX_FILE_FORMAT_BYTES    24
#define PLX_FILE_ORDER_MAX       255
#define PLX_FILE_SECTIONS(order) ((size_t)(order) + 4)

enum plx_file_kind {
    PLX_FILE_NGRAMS = 1,
    PLX_FILE_UNIGRAMS,
    PLX_FILE_WORDS,
    PLX_FILE_OFFSETS,
    PLX_FILE_TEXT,
    PLX_FILE_DIGESTS
};

struct plx_file_order {
    uint64_t count;  /* as the source counts them */
    uint64_t stored; /* in the lines; 0 for order 1 */
    enum plx_ngram_layout layout;
    bool incomplete;
};

struct plx_file_section {
    enum plx_file_kind kind;
    unsigned order; /* of n-grams, else 0 */
    uint64_t offset, bytes;
};

/* What a header says. Zero-initialised is empty. */
struct plx_file {
    uint64_t bytes; /* of the file */
    uint64_t vocabulary;
    unsigned order;
    bool inserted_blanks;
    char fingerprint[PLX_FILE_DIGEST + 1];
    char digests_sha256[PLX_FILE_DIGEST + 1];
    char source_sha256[PLX_FILE_DIGEST + 1]; /* "": not known */
    uint64_t source_bytes;
    char source_format[PLX_FILE_FORMAT_BYTES];
    struct plx_file_order *orders;     /* [order]; owned */
    struct plx_file_section *sections; /* [PLX_FILE_SECTIONS(order)]; owned */
    struct plx_warning warnings[PLX_MODEL_WARNINGS], remarks[PLX_MODEL_REMARKS];
    size_t warning_count, remark_count;
};

/* The size of the header of a model of that order. */
uint64_t plx_file_header_bytes(unsigned order);

/* `offset` or the next multiple of PLX_FILE_PAGE. */
uint64_t plx_file_aligned(uint64_t offset);

/* Room for the orders and the sections, whose kinds and orders are set. */
enum plx_status plx_file_set_order(struct plx_file *file, unsigned order, struct plx_error *error);

void plx_file_release(struct plx_file *file);

/* The section of that kind and order, which is there. */
struct plx_file_section *plx_file_section(const struct plx_file *file, enum plx_file_kind kind,
                                          unsigned order);

/* What is in the section, for messages: "the 3-grams", "the words". */
void plx_file_describe_section(const struct plx_file_section *section, char *text, size_t capacity);

/* How many digests a file has. */
uint64_t plx_file_digests(const struct plx_file *file);

/* Writes header[plx_file_header_bytes(order)], and the fingerprint into the struct too. */
enum plx_status plx_file_encode(struct plx_file *file, uint8_t *header, struct plx_error *error);

/* Reads and checks the header of a whole file: afterwards every section lies within it and has the size that
   follows from the counts. *file is to be released, in any case. PLX_UNSUPPORTED for another version or
   machine, PLX_MALFORMED for whatever is damaged; with offsets, but without a name. */
enum plx_status plx_file_decode(const uint8_t *data, uint64_t size, struct plx_file *file,
                                struct plx_error *error);

#endif
