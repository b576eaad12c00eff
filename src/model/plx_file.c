#include "model/plx_file.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAG_INSERTED_BLANKS 1u

/* Rows of warnings, remarks behind them. */
#define WARNINGS_MOST (PLX_MODEL_WARNINGS + PLX_MODEL_REMARKS)

/* What a row is. */
enum { ROW_WARNING, ROW_NOTE, ROW_REMARK };

static const float NUMBERS[3] = {1.0f, -0.5f, 0.1f};
#define NUMBER_32 UINT32_C(0x01020304)
#define NUMBER_64 UINT64_C(0x0102030405060708)

/* The bytes of the file, as plx_file.h lists them. Nothing is padded. */
struct fixed {
    char magic[PLX_FILE_MAGIC_BYTES];
    char fingerprint[PLX_FILE_DIGEST];
    float numbers[3];
    uint32_t number32;
    uint64_t number64;
    uint64_t header_bytes, file_bytes;
    uint64_t vocabulary;
    uint32_t order, flags, sections, warnings;
    char digests_sha256[PLX_FILE_DIGEST];
    char source_sha256[PLX_FILE_DIGEST];
    uint64_t source_bytes;
    char source_format[PLX_FILE_FORMAT_BYTES];
};

struct order_row {
    uint64_t count, stored;
    uint32_t layout, incomplete;
};

struct section_row {
    uint32_t kind, order;
    uint64_t offset, bytes, zero;
};

struct warning_row {
    char code[40], message[256];
    uint64_t count, line, kind;
};

_Static_assert(sizeof(struct fixed) == 320 && offsetof(struct fixed, fingerprint) == 32 &&
                   offsetof(struct fixed, header_bytes) == 120 && offsetof(struct fixed, order) == 144 &&
                   offsetof(struct fixed, digests_sha256) == 160 &&
                   offsetof(struct fixed, source_format) == 296,
               "the header is laid out as plx_file.h says");
_Static_assert(sizeof(struct order_row) == 24 && sizeof(struct section_row) == 32 &&
                   sizeof(struct warning_row) == 320,
               "the rows of the header too");

uint64_t plx_file_aligned(uint64_t offset)
{
    return (offset + PLX_FILE_PAGE - 1) / PLX_FILE_PAGE * PLX_FILE_PAGE;
}

uint64_t plx_file_header_bytes(unsigned order)
{
    return plx_file_aligned(sizeof(struct fixed) + order * sizeof(struct order_row) +
                            PLX_FILE_SECTIONS(order) * sizeof(struct section_row) +
                            WARNINGS_MOST * sizeof(struct warning_row));
}

enum plx_status plx_file_set_order(struct plx_file *file, unsigned order, struct plx_error *error)
{
    static const enum plx_file_kind behind[] = {PLX_FILE_UNIGRAMS, PLX_FILE_WORDS, PLX_FILE_OFFSETS,
                                                PLX_FILE_TEXT, PLX_FILE_DIGESTS};
    file->order = order;
    file->orders = plx_new_array(order, sizeof *file->orders, error);
    file->sections = plx_new_array(PLX_FILE_SECTIONS(order), sizeof *file->sections, error);
    if (!file->orders || !file->sections)
        return PLX_MEMORY;
    for (unsigned k = 2; k <= order; k++)
        file->sections[k - 2] = (struct plx_file_section){.kind = PLX_FILE_NGRAMS, .order = k};
    for (unsigned i = 0; i < sizeof behind / sizeof *behind; i++)
        file->sections[order - 1 + i].kind = behind[i];
    for (unsigned k = 2; k <= order; k++)
        file->orders[k - 1].layout = k < order ? PLX_NGRAM_NARROW : PLX_NGRAM_COMPACT;
    return PLX_OK;
}

void plx_file_release(struct plx_file *file)
{
    free(file->orders);
    free(file->sections);
    *file = (struct plx_file){0};
}

struct plx_file_section *plx_file_section(const struct plx_file *file, enum plx_file_kind kind,
                                          unsigned order)
{
    return file->sections +
           (kind == PLX_FILE_NGRAMS ? order - 2 : file->order - 1 + (unsigned)(kind - PLX_FILE_UNIGRAMS));
}

void plx_file_describe_section(const struct plx_file_section *section, char *text, size_t capacity)
{
    static const char *const names[] = {
        [PLX_FILE_UNIGRAMS] = "the 1-grams",         [PLX_FILE_WORDS] = "the words",
        [PLX_FILE_OFFSETS] = "the words' offsets",   [PLX_FILE_TEXT] = "the words' text",
        [PLX_FILE_DIGESTS] = "the table of digests",
    };
    if (section->kind == PLX_FILE_NGRAMS)
        snprintf(text, capacity, "the %u-grams", section->order);
    else
        snprintf(text, capacity, "%s", names[section->kind]);
}

uint64_t plx_file_digests(const struct plx_file *file)
{
    const uint64_t bytes =
        plx_file_section(file, PLX_FILE_DIGESTS, 0)->offset - plx_file_header_bytes(file->order);
    return bytes / PLX_FILE_CHUNK + (bytes % PLX_FILE_CHUNK > 0);
}

/* The SHA-256 of the header as if its fingerprint were NULs. */
static enum plx_status hash_header(const uint8_t *header, uint64_t size, char hex[PLX_SHA256_TEXT],
                                   struct plx_error *error)
{
    static const char none[PLX_FILE_DIGEST];
    const size_t begin = offsetof(struct fixed, fingerprint), end = begin + PLX_FILE_DIGEST;
    struct plx_sha256 *hash = plx_sha256_new(error);
    if (!hash)
        return PLX_MEMORY;
    enum plx_status status = plx_sha256_update(hash, header, begin, error);
    if (status == PLX_OK)
        status = plx_sha256_update(hash, none, sizeof none, error);
    if (status == PLX_OK)
        status = plx_sha256_update(hash, header + end, (size_t)size - end, error);
    if (status == PLX_OK)
        status = plx_sha256_finish(hash, hex, error);
    plx_sha256_free(hash);
    return status;
}

static void encode_warning(const struct plx_warning *warning, uint64_t kind, uint8_t *at)
{
    struct warning_row row = {.count = warning->count, .line = warning->line, .kind = kind};
    memcpy(row.code, warning->code, strlen(warning->code));
    memcpy(row.message, warning->message, strlen(warning->message));
    memcpy(at, &row, sizeof row);
}

/* Puts the rows behind the fixed part. */
static void encode_rows(const struct plx_file *file, uint8_t *at)
{
    for (unsigned k = 0; k < file->order; k++) {
        const struct plx_file_order *order = file->orders + k;
        const struct order_row row = {order->count, order->stored, (uint32_t)order->layout,
                                      order->incomplete};
        memcpy(at, &row, sizeof row);
        at += sizeof row;
    }
    for (size_t i = 0; i < PLX_FILE_SECTIONS(file->order); i++) {
        const struct plx_file_section *section = file->sections + i;
        const struct section_row row = {(uint32_t)section->kind, section->order, section->offset,
                                        section->bytes, 0};
        memcpy(at, &row, sizeof row);
        at += sizeof row;
    }
    for (size_t i = 0; i < file->warning_count; i++, at += sizeof(struct warning_row))
        encode_warning(file->warnings + i, file->warnings[i].note ? ROW_NOTE : ROW_WARNING, at);
    for (size_t i = 0; i < file->remark_count; i++, at += sizeof(struct warning_row))
        encode_warning(file->remarks + i, ROW_REMARK, at);
}

enum plx_status plx_file_encode(struct plx_file *file, uint8_t *header, struct plx_error *error)
{
    const uint64_t size = plx_file_header_bytes(file->order);
    struct fixed fixed = {
        .number32 = NUMBER_32,
        .number64 = NUMBER_64,
        .header_bytes = size,
        .file_bytes = file->bytes,
        .vocabulary = file->vocabulary,
        .order = file->order,
        .flags = file->inserted_blanks ? FLAG_INSERTED_BLANKS : 0,
        .sections = (uint32_t)PLX_FILE_SECTIONS(file->order),
        .warnings = (uint32_t)(file->warning_count + file->remark_count),
        .source_bytes = file->source_bytes,
    };
    memcpy(fixed.magic, PLX_FILE_MAGIC, sizeof PLX_FILE_MAGIC);
    memcpy(fixed.numbers, NUMBERS, sizeof NUMBERS);
    memcpy(fixed.digests_sha256, file->digests_sha256, PLX_FILE_DIGEST);
    memcpy(fixed.source_sha256, file->source_sha256, PLX_FILE_DIGEST);
    memcpy(fixed.source_format, file->source_format, PLX_FILE_FORMAT_BYTES);
    memset(header, 0, (size_t)size);
    memcpy(header, &fixed, sizeof fixed);
    encode_rows(file, header + sizeof fixed);
    const enum plx_status status = hash_header(header, size, file->fingerprint, error);
    if (status == PLX_OK)
        memcpy(header + offsetof(struct fixed, fingerprint), file->fingerprint, PLX_FILE_DIGEST);
    return status;
}

static enum plx_status cut_short(uint64_t size, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the file ends in its header");
    plx_error_at_offset(error, size);
    return plx_error_hint(error, "was it copied completely?");
}

static enum plx_status damaged(size_t offset, const char *what, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "%s", what);
    plx_error_at_offset(error, offset);
    return plx_error_hint(error, "the file is damaged: convert the model again");
}

/* That the file is of this version and machine. */
static enum plx_status check_kind(const uint8_t *data, uint64_t size, struct fixed *fixed,
                                  struct plx_error *error)
{
    static const char magic[PLX_FILE_MAGIC_BYTES] = PLX_FILE_MAGIC;
    const size_t version = sizeof PLX_FILE_MAGIC - 3; /* where it stands */
    if (size < sizeof *fixed)
        return cut_short(size, error);
    memcpy(fixed, data, sizeof *fixed);
    if (memcmp(fixed->magic, magic, version) != 0) {
        plx_error_set(error, PLX_MALFORMED, "the file does not begin as a model of perplex");
        plx_error_at_offset(error, 0);
        return plx_error_hint(error, "it is of another format, or damaged: convert the model again");
    }
    if (memcmp(fixed->magic, magic, sizeof magic) != 0) {
        plx_error_set(error, PLX_UNSUPPORTED,
                      "another version of the format than " PLX_FILE_VERSION ", which this program reads");
        plx_error_at_offset(error, version);
        return plx_error_hint(error, "convert the model again with this program");
    }
    if (fixed->number32 == NUMBER_32 && fixed->number64 == NUMBER_64 &&
        memcmp(fixed->numbers, NUMBERS, sizeof NUMBERS) == 0)
        return PLX_OK;
    if (fixed->number32 == __builtin_bswap32(NUMBER_32))
        plx_error_set(error, PLX_UNSUPPORTED, "the model was converted on a machine of the other byte order");
    else
        plx_error_set(error, PLX_UNSUPPORTED, "the model was converted on a machine with other numbers");
    plx_error_at_offset(error, offsetof(struct fixed, numbers));
    return plx_error_hint(error, "convert the model on this machine");
}

/* That the header and the file are whole. */
static enum plx_status check_sizes(const struct fixed *fixed, const uint8_t *data, uint64_t size,
                                   struct plx_error *error)
{
    char fingerprint[PLX_SHA256_TEXT];
    if (fixed->order < 1 || fixed->order > PLX_FILE_ORDER_MAX ||
        fixed->header_bytes != plx_file_header_bytes(fixed->order))
        return damaged(offsetof(struct fixed, order), "the order and the header's size do not fit", error);
    if (size < fixed->header_bytes)
        return cut_short(size, error);
    const enum plx_status status = hash_header(data, fixed->header_bytes, fingerprint, error);
    if (status)
        return status;
    if (memcmp(fingerprint, fixed->fingerprint, PLX_FILE_DIGEST) != 0)
        return damaged(0, "the header's checksum is not that of its content", error);
    if (size == fixed->file_bytes)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the file has %llu bytes, its header says %llu",
                  (unsigned long long)size, (unsigned long long)fixed->file_bytes);
    plx_error_at_offset(error, size < fixed->file_bytes ? size : fixed->file_bytes);
    return plx_error_hint(error, size < fixed->file_bytes ? "was it copied completely?"
                                                          : "what was appended to it?");
}

static enum plx_status decode_orders(const struct fixed *fixed, const uint8_t *rows, struct plx_file *file,
                                     struct plx_error *error)
{
    for (unsigned k = 0; k < file->order; k++) {
        struct order_row row;
        memcpy(&row, rows + k * sizeof row, sizeof row);
        if (row.count > fixed->file_bytes || row.stored > fixed->file_bytes ||
            row.layout != (uint32_t)file->orders[k].layout || row.incomplete > 1)
            return damaged(sizeof *fixed + k * sizeof row, "impossible figures of an order", error);
        file->orders[k] = (struct plx_file_order){row.count, row.stored, (enum plx_ngram_layout)row.layout,
                                                  row.incomplete != 0};
    }
    if (fixed->vocabulary > fixed->file_bytes || fixed->vocabulary >= PLX_NO_TOKEN ||
        fixed->sections != PLX_FILE_SECTIONS(file->order) || fixed->warnings > WARNINGS_MOST ||
        fixed->flags > FLAG_INSERTED_BLANKS || fixed->source_format[PLX_FILE_FORMAT_BYTES - 1] != '\0')
        return damaged(0, "impossible figures in the header", error);
    return PLX_OK;
}

/* Whether the section can have so many bytes. Counts are smaller than the file, so that nothing overflows. */
static bool right_size(const struct plx_file *file, const struct plx_file_section *section)
{
    const uint64_t v = file->vocabulary, bytes = section->bytes, lines = bytes / PLX_NGRAM_LINE;
    switch (section->kind) {
    case PLX_FILE_NGRAMS: {
        const struct plx_file_order *order = file->orders + (section->order - 1);
        const uint64_t homes = plx_ngram_homes(order->layout, order->stored);
        return bytes % PLX_NGRAM_LINE == 0 && (homes > 0 ? lines > homes : lines == 0);
    }
    case PLX_FILE_UNIGRAMS: return bytes == v * sizeof(struct plx_ngram);
    case PLX_FILE_WORDS: return bytes % PLX_VOCABULARY_LINE == 0 && lines > plx_vocabulary_homes((size_t)v);
    case PLX_FILE_OFFSETS: return bytes == (v + 1) * sizeof(uint64_t);
    case PLX_FILE_TEXT: return true;
    case PLX_FILE_DIGESTS: break;
    }
    return bytes == plx_file_digests(file) * PLX_FILE_DIGEST;
}

static enum plx_status decode_sections(const uint8_t *rows, size_t offset, struct plx_file *file,
                                       struct plx_error *error)
{
    uint64_t end = plx_file_header_bytes(file->order);
    for (size_t i = 0; i < PLX_FILE_SECTIONS(file->order); i++) {
        struct plx_file_section *section = file->sections + i;
        struct section_row row;
        memcpy(&row, rows + i * sizeof row, sizeof row);
        section->offset = row.offset;
        section->bytes = row.bytes;
        if (row.kind != (uint32_t)section->kind || row.order != section->order || row.zero != 0 ||
            row.offset != plx_file_aligned(end) || row.offset > file->bytes ||
            row.bytes > file->bytes - row.offset || !right_size(file, section))
            return damaged(offset + i * sizeof row, "a section is not where it must be", error);
        end = row.offset + row.bytes;
    }
    return end == file->bytes ? PLX_OK : damaged(offset, "the sections do not end with the file", error);
}

static enum plx_status decode_warnings(const uint8_t *rows, size_t offset, size_t count,
                                       struct plx_file *file, struct plx_error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct warning_row row;
        memcpy(&row, rows + i * sizeof row, sizeof row);
        const bool remark = row.kind == ROW_REMARK;
        if (row.code[sizeof row.code - 1] != '\0' || row.message[sizeof row.message - 1] != '\0')
            return damaged(offset + i * sizeof row, "a warning without an end", error);
        if (row.kind > ROW_REMARK ||
            (remark ? file->remark_count == PLX_MODEL_REMARKS : file->warning_count == PLX_MODEL_WARNINGS))
            return damaged(offset + i * sizeof row, "impossible figures of a warning", error);
        struct plx_warning *warning =
            remark ? file->remarks + file->remark_count++ : file->warnings + file->warning_count++;
        *warning =
            (struct plx_warning){.count = row.count, .line = row.line, .note = row.kind != ROW_WARNING};
        memcpy(warning->code, row.code, sizeof row.code);
        memcpy(warning->message, row.message, sizeof row.message);
    }
    return PLX_OK;
}

enum plx_status plx_file_decode(const uint8_t *data, uint64_t size, struct plx_file *file,
                                struct plx_error *error)
{
    struct fixed fixed = {.order = 0};
    *file = (struct plx_file){0};
    enum plx_status status = check_kind(data, size, &fixed, error);
    if (status == PLX_OK)
        status = check_sizes(&fixed, data, size, error);
    if (status == PLX_OK)
        status = plx_file_set_order(file, fixed.order, error);
    if (status == PLX_OK)
        status = decode_orders(&fixed, data + sizeof fixed, file, error);
    if (status)
        return status;
    file->bytes = fixed.file_bytes;
    file->vocabulary = fixed.vocabulary;
    file->inserted_blanks = fixed.flags & FLAG_INSERTED_BLANKS;
    file->source_bytes = fixed.source_bytes;
    memcpy(file->fingerprint, fixed.fingerprint, PLX_FILE_DIGEST);
    memcpy(file->digests_sha256, fixed.digests_sha256, PLX_FILE_DIGEST);
    memcpy(file->source_sha256, fixed.source_sha256, PLX_FILE_DIGEST);
    memcpy(file->source_format, fixed.source_format, PLX_FILE_FORMAT_BYTES);
    const size_t sections = sizeof fixed + file->order * sizeof(struct order_row);
    const size_t warnings = sections + PLX_FILE_SECTIONS(file->order) * sizeof(struct section_row);
    status = decode_sections(data + sections, sections, file, error);
    return status ? status : decode_warnings(data + warnings, warnings, fixed.warnings, file, error);
}
