/* The cross-entropy by document: how many documents cost how much on average, and those that cost most and
   least. Fed in the order of the corpus; documents without a scored token are left out. */
#ifndef PLX_EVAL_DOCUMENTS_H
#define PLX_EVAL_DOCUMENTS_H

#include <perplex/breakdown.h>

#include "base/buffer.h"
#include "base/exact.h"
#include "eval/snippet.h"

/* By nats per token, in steps; the last bin has no end. */
#define PLX_DOCUMENT_STEP 0.5
#define PLX_DOCUMENT_BINS 41

#define PLX_DOCUMENTS_LISTED 10

struct plx_listed_document {
    uint64_t number, tokens, infinite, bytes;
    double nats, nats_per_token;
    struct plx_snippet id;
};

struct plx_document_list {
    struct plx_listed_document documents[PLX_DOCUMENTS_LISTED]; /* [count], the most extreme first */
    size_t count;
};

/* Zero-initialised is empty. */
struct plx_documents {
    plx_document_sink *sink; /* gets all of them; NULL: nobody does */
    void *user;
    struct {
        struct plx_exact nats; /* of the documents' tokens */
        uint64_t documents;
    } bins[PLX_DOCUMENT_BINS];
    struct plx_exact means; /* nats per token, document by document */
    struct plx_document_list worst, best;

    /* The document at hand. */
    uint64_t number; /* in the corpus, from 0 */
    struct plx_exact nats;
    uint64_t bytes;
    struct plx_buffer id;
    bool has_id;
};

/* The document of that number begins; {NULL, 0}: it has no id. The sink's errors about the one before. */
enum plx_status plx_documents_begin(struct plx_documents *documents, uint64_t number, struct plx_word id,
                                    struct plx_error *error);

/* A scored token of it. */
void plx_documents_add(struct plx_documents *documents, double nats, uint32_t bytes);

/* The end of the corpus. The sink's errors. */
enum plx_status plx_documents_finish(struct plx_documents *documents, struct plx_error *error);

void plx_documents_release(struct plx_documents *documents);

#endif
