#include <perplex/output.h>
#include <perplex/per_document.h>

#include "base/error.h"
#include "base/logarithms.h"
#include "base/memory.h"
#include "base/path.h"
#include "io/place.h"
#include "report/rows.h"
#include "report/suffix.h"

#include <stdlib.h>

struct plx_per_document {
    struct plx_output *output;
    bool finished;
    struct plx_rows rows;
};

static const char *const JSONL[] = {".jsonl", ".ndjson", ".json", NULL};
static const char *const CSV[] = {".csv", NULL};

/* The first is for what has no name that says it. */
static const struct plx_suffixes FORMATS[] = {{"jsonl", JSONL}, {"csv", CSV}};
static const char *const DESCRIPTIONS[] = {"a JSON object a document, a line each (.jsonl, .ndjson, .json)",
                                           "a row a document, comma-separated, under a header (.csv)"};

#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

/* FORMAT_COUNT if it is none. */
static size_t find_format(const char *name)
{
    size_t i = 0;
    while (i < FORMAT_COUNT && !plx_suffix_matches(name, FORMATS[i].suffixes))
        i++;
    return i;
}

enum plx_status plx_per_document_open(const char *path, struct plx_per_document **writer,
                                      struct plx_error *error)
{
    static const char header[] =
        "number,document,tokens,nats,nats_per_token,perplexity,bytes,bits_per_byte,infinite\n";
    const size_t format = path ? find_format(plx_path_base(path)) : 0;
    *writer = NULL;
    if (format == FORMAT_COUNT && plx_place_kind(path) == PLX_PLACE_FILE)
        return plx_suffix_unknown(path, "per-document", FORMATS, FORMAT_COUNT, error);
    struct plx_per_document *made = plx_new_array(1, sizeof *made, error);
    if (!made)
        return PLX_MEMORY;
    const enum plx_status status = plx_output_open(path, &made->output, error);
    if (status) {
        plx_per_document_discard(made);
        return status;
    }
    made->rows.output = made->output;
    made->rows.csv = format < FORMAT_COUNT && FORMATS[format].suffixes == CSV;
    if (made->rows.csv)
        plx_rows_put(&made->rows, header);
    *writer = made;
    return PLX_OK;
}

enum plx_status plx_per_document_write(void *user, const struct plx_document_score *document,
                                       struct plx_error *error)
{
    struct plx_per_document *writer = user;
    struct plx_rows *rows = &writer->rows;
    if (writer->finished)
        return plx_error_set(error, PLX_USAGE, "the per-document file is finished already");
    enum plx_status status = plx_rows_begin(rows, error);
    if (status)
        return status;
    plx_rows_u64(rows, "{\"number\":", document->number);
    if (document->id.text && (status = plx_rows_string(rows, ",\"document\":", document->id, error)))
        return status;
    if (!document->id.text && rows->csv)
        plx_rows_key(rows, ",");
    plx_rows_u64(rows, ",\"tokens\":", document->tokens);
    plx_rows_double(rows, ",\"nats\":", document->nats);
    plx_rows_double(rows, ",\"nats_per_token\":", document->nats_per_token);
    plx_rows_double(rows, ",\"perplexity\":", exp(document->nats_per_token));
    plx_rows_u64(rows, ",\"bytes\":", document->bytes);
    plx_rows_double(rows, ",\"bits_per_byte\":", plx_bits_each(document->nats, document->bytes));
    plx_rows_u64(rows, ",\"infinite\":", document->infinite);
    plx_rows_end(rows);
    return PLX_OK;
}

enum plx_status plx_per_document_finish(struct plx_per_document *writer, struct plx_error *error)
{
    const enum plx_status status = writer->finished ? PLX_OK : plx_rows_flush(&writer->rows, error);
    writer->finished = true; /* what has failed fails again in the output */
    return status ? status : plx_output_finish(writer->output, error);
}

enum plx_status plx_per_document_commit(struct plx_per_document *writer, struct plx_error *error)
{
    enum plx_status status = plx_per_document_finish(writer, error);
    if (status) {
        plx_per_document_discard(writer);
        return status;
    }
    status = plx_output_commit(writer->output, error);
    free(writer);
    return status;
}

void plx_per_document_discard(struct plx_per_document *writer)
{
    if (!writer)
        return;
    plx_output_discard(writer->output);
    free(writer);
}

const char *plx_per_document_format_name(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index].name : NULL;
}

const char *plx_per_document_format_description(size_t index)
{
    return index < FORMAT_COUNT ? DESCRIPTIONS[index] : NULL;
}
