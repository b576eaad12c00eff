#include "eval/documents.h"

static size_t bin_of(double nats_per_token)
{
    const double bin = nats_per_token / PLX_DOCUMENT_STEP;
    return bin < PLX_DOCUMENT_BINS - 1 ? (size_t)bin : PLX_DOCUMENT_BINS - 1;
}

/* Puts the document where it belongs in the list, behind those that cost the same. */
static void list(struct plx_document_list *best, const struct plx_listed_document *document, bool lowest)
{
    size_t at = best->count;
    for (; at > 0; at--) {
        const double other = best->documents[at - 1].nats_per_token;
        if (!(lowest ? document->nats_per_token < other : document->nats_per_token > other))
            break;
        if (at < PLX_DOCUMENTS_LISTED)
            best->documents[at] = best->documents[at - 1];
    }
    if (at < PLX_DOCUMENTS_LISTED)
        best->documents[at] = *document;
    best->count += best->count < PLX_DOCUMENTS_LISTED;
}

static struct plx_word id_of(const struct plx_documents *documents)
{
    if (!documents->has_id)
        return (struct plx_word){NULL, 0};
    return (struct plx_word){documents->id.size ? (const char *)documents->id.data : "", documents->id.size};
}

/* Takes the document at hand into the sums. */
static enum plx_status end(struct plx_documents *documents, struct plx_error *error)
{
    const struct plx_exact nats = documents->nats;
    if (nats.count == 0)
        return PLX_OK;
    struct plx_listed_document listed = {
        .number = documents->number,
        .tokens = nats.count,
        .infinite = nats.infinite,
        .bytes = documents->bytes,
        .nats = plx_exact_total(&nats),
        .nats_per_token = plx_exact_mean(&nats),
    };
    const size_t bin = bin_of(listed.nats_per_token);
    plx_exact_merge(&documents->bins[bin].nats, &nats);
    documents->bins[bin].documents++;
    plx_exact_add(&documents->means, listed.nats_per_token);
    plx_snippet_set(&listed.id, id_of(documents));
    list(&documents->worst, &listed, false);
    list(&documents->best, &listed, true);
    documents->nats = (struct plx_exact){0};
    documents->bytes = 0;
    if (!documents->sink)
        return PLX_OK;
    const struct plx_document_score score = {listed.number,        id_of(documents), listed.tokens,
                                             listed.infinite,      listed.bytes,     listed.nats,
                                             listed.nats_per_token};
    return documents->sink(documents->user, &score, error);
}

enum plx_status plx_documents_begin(struct plx_documents *documents, uint64_t number, struct plx_word id,
                                    struct plx_error *error)
{
    const enum plx_status status = end(documents, error);
    documents->number = number;
    documents->has_id = id.text != NULL;
    documents->id.size = 0;
    if (status || id.length == 0)
        return status;
    return plx_buffer_append(&documents->id, id.text, id.length, error);
}

void plx_documents_add(struct plx_documents *documents, double nats, uint32_t bytes)
{
    plx_exact_add(&documents->nats, nats);
    documents->bytes += bytes;
}

enum plx_status plx_documents_finish(struct plx_documents *documents, struct plx_error *error)
{
    return end(documents, error);
}

void plx_documents_release(struct plx_documents *documents)
{
    plx_buffer_release(&documents->id);
}
