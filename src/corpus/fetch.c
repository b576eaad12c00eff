/* Files of manifests: had, and verified. */
#include "corpus/named.h"
#include "corpus/trust.h"

#include "base/error.h"
#include "base/memory.h"
#include "io/cache_forget.h"
#include "io/html.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLAIMS_BYTES_MAX ((size_t)1 << 20)

/* X(member, in words). What is counted. */
#define COUNT_LIST(X)           \
    X(bytes, "bytes")           \
    X(lines, "lines")           \
    X(words, "words")           \
    X(characters, "characters") \
    X(tokens, "tokens")         \
    X(documents, "documents")

/* What is claimed of the content beside its hash, as a text. */
static enum plx_status describe_claims(const struct plx_manifest_split *split, char hex[PLX_SHA256_TEXT],
                                       struct plx_error *error)
{
    struct plx_buffer text;
    char *claims;
    size_t length;
    plx_buffer_init(&text, CLAIMS_BYTES_MAX);
    enum plx_status status = plx_buffer_printf(
        &text, error, "%s\n%s\n%s\n%" PRIu64 " %" PRIu64, split->member ? split->member : "",
        split->format ? split->format : "", plx_token_kind_name(split->tokens), split->offset, split->length);
#define PRINT_COUNT(member, words) \
    if (status == PLX_OK)          \
        status = plx_buffer_printf(&text, error, " " words " %" PRIu64, split->counts.member);
    COUNT_LIST(PRINT_COUNT)
#undef PRINT_COUNT
    status = plx_buffer_finish(&text, status, &claims, &length, error);
    if (status == PLX_OK)
        status = plx_trust_hash(claims, hex, error);
    free(claims);
    return status;
}

/* Counts all that the corpus holds. Of tokens that somebody else has cut their number alone is known. */
static enum plx_status count(struct plx_corpus *corpus, struct plx_manifest_counts *counts,
                             struct plx_error *error)
{
    struct plx_text_counts text = {0};
    struct plx_tokens tokens = {0};
    struct plx_corpus_info info;
    struct plx_chunk chunk;
    bool more = true;
    plx_corpus_info(corpus, &info);
    const struct plx_tokenize_options options = {.tokens = info.tokens};
    enum plx_status status = plx_corpus_next(corpus, &chunk, &more, error);
    for (; status == PLX_OK && more; status = plx_corpus_next(corpus, &chunk, &more, error)) {
        if (chunk.content != PLX_CONTENT_TEXT) {
            counts->tokens += chunk.size;
            continue;
        }
        if ((status = plx_tokenize_any(&chunk, &options, &tokens, error)))
            break;
        counts->tokens += tokens.count;
        plx_text_counts_add(&text, &tokens.counts);
    }
    plx_corpus_info(corpus, &info);
    counts->documents = info.documents;
    counts->lines = text.lines;
    counts->words = text.words;
    counts->characters = text.characters;
    counts->bytes = text.bytes;
    plx_tokens_release(&tokens);
    return status;
}

static enum plx_status compare(const struct plx_manifest_counts *known,
                               const struct plx_manifest_counts *found, const char *name,
                               struct plx_error *error)
{
#define COMPARE_COUNT(member, words)                                                                    \
    if (known->member > 0 && known->member != found->member) {                                          \
        plx_error_set(error, PLX_MALFORMED,                                                             \
                      "there are %" PRIu64 " " words ", but its manifest says %" PRIu64, found->member, \
                      known->member);                                                                   \
        return plx_error_input(error, name);                                                            \
    }
    COUNT_LIST(COMPARE_COUNT)
#undef COMPARE_COUNT
    return PLX_OK;
}

/* Reads the content and holds it against what the manifest says of it. */
static enum plx_status verify(const char *path, const struct plx_manifest_split *split, const char *name,
                              const struct plx_manifest_fetch *options, struct plx_error *error)
{
    const struct plx_corpus_options corpus_options = {.format = split->format,
                                                      .tokens = split->tokens,
                                                      .interrupted = options->interrupted,
                                                      .user = options->user};
    struct plx_manifest_counts found = {0};
    struct plx_corpus *corpus;
    struct plx_source *source;
    enum plx_status status = plx_named_open_file(path, split, name, &corpus_options, &source, error);
    if (status == PLX_OK)
        status = plx_corpus_open_source(source, &corpus_options, &corpus, error);
    if (status)
        return status;
    status = count(corpus, &found, error);
    plx_corpus_close(corpus);
    return status ? status : compare(&split->counts, &found, name, error);
}

/* Nothing but the first download says what the content should be. */
static void note_first(const struct plx_network *network, const char *name, const char *sha256)
{
    char text[512];
    if (!network->note)
        return;
    snprintf(text, sizeof text,
             "%.300s: its manifest has no SHA-256; what came first is believed from now on: %s", name,
             sha256);
    network->note(network->user, text);
}

/* What is wanted, and what is known of it before. */
struct wanted {
    const struct plx_manifest_split *split;
    const struct plx_manifest_fetch *options;
    const char *name;   /* in errors */
    const char *sha256; /* that the manifest or the first download says; NULL: neither */
    char claims[PLX_SHA256_TEXT];
    struct plx_trust trust;
};

/* The file in the cache, from urls[count]. */
static enum plx_status have(const struct wanted *wanted, const char *const *urls, size_t count,
                            struct plx_cached *cached, struct plx_error *error)
{
    const struct plx_cache_request request = {
        .urls = urls,
        .url_count = count,
        .sha256 = wanted->sha256,
        .size = wanted->split->size,
        .interrupted = wanted->options->interrupted,
        .user = wanted->options->user,
    };
    const enum plx_status status = plx_cache_fetch(wanted->options->network, &request, cached, error);
    if (cached->refused)
        plx_trust_hint(&wanted->trust, error);
    return status;
}

/* A page to log in by has the status 200 too, and would be believed from then on. */
static enum plx_status refuse_page(const struct wanted *wanted, const char *path, struct plx_error *error)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    const bool page = descriptor >= 0 && plx_html_begins(descriptor);
    if (descriptor >= 0)
        close(descriptor);
    if (!page)
        return PLX_OK;
    plx_error_set(error, PLX_NETWORK, "what came is a page of HTML, which is not believed");
    plx_error_input(error, wanted->name);
    return plx_error_hint(error, "perhaps one has to log in there, or agree to something; where the corpus "
                                 "is such a page its manifest has to have the SHA-256");
}

static enum plx_status have_verified(const struct wanted *wanted, const char *const *urls, size_t count,
                                     struct plx_cached *cached, struct plx_error *error)
{
    enum plx_status status = have(wanted, urls, count, cached, error);
    if (status)
        return status;
    if (!wanted->sha256)
        status = refuse_page(wanted, cached->path, error);
    if (status == PLX_OK &&
        (wanted->options->recount || !plx_trust_has(&wanted->trust, cached->sha256, wanted->claims)))
        status = verify(cached->path, wanted->split, wanted->name, wanted->options, error);
    if (status) {
        struct plx_error other; /* what has failed before tells more */
        const bool wrong = status == PLX_NETWORK || status == PLX_MALFORMED;
        if (wrong && cached->downloaded && !wanted->sha256)
            (void)plx_cache_forget(wanted->options->network->cache, urls[0], cached->sha256, &other);
        free(cached->path);
        *cached = (struct plx_cached){0};
    }
    return status;
}

/* Where no hash is known, only the content itself can tell that a server has given something else, such as a
   page of excuses: then the next URL is asked. */
static enum plx_status have_first(const struct wanted *wanted, struct plx_cached *cached,
                                  struct plx_error *error)
{
    const struct plx_manifest_split *split = wanted->split;
    enum plx_status status = PLX_NETWORK;
    for (size_t i = 0; i < split->url_count; i++) {
        status = have_verified(wanted, split->urls + i, 1, cached, error);
        if (status == PLX_OK || status == PLX_IO || status == PLX_MEMORY || status == PLX_INTERRUPTED)
            break;
    }
    return status;
}

/* Where the hash was known before it only spares work to come, so that the cache may be one that cannot be
   written. */
static enum plx_status note_verified(struct wanted *wanted, const struct plx_cached *cached,
                                     struct plx_error *error)
{
    const enum plx_status status = plx_trust_add(&wanted->trust, cached->sha256, wanted->claims, error);
    if (status == PLX_IO && wanted->sha256 && (error->os_error == EACCES || error->os_error == EROFS))
        return PLX_OK;
    if (status == PLX_NETWORK)
        plx_error_input(error, wanted->name);
    return status;
}

enum plx_status plx_manifest_fetch(const struct plx_manifest *manifest,
                                   const struct plx_manifest_split *split,
                                   const struct plx_manifest_fetch *options, struct plx_cached *cached,
                                   struct plx_error *error)
{
    char name[256];
    struct wanted wanted = {.split = split, .options = options, .name = name};
    struct plx_trust *trust = &wanted.trust;
    *cached = (struct plx_cached){0};
    snprintf(name, sizeof name, "corpus:%s/%s", plx_manifest_info(manifest)->name, split->name);
    enum plx_status status = plx_trust_read(options->network, split->urls[0], split->sha256, trust, error);
    if (status)
        return status;
    wanted.sha256 = split->sha256 ? split->sha256 : *trust->sha256 ? trust->sha256 : NULL;
    status = describe_claims(split, wanted.claims, error);
    if (status == PLX_OK && wanted.sha256)
        status = have_verified(&wanted, split->urls, split->url_count, cached, error);
    else if (status == PLX_OK)
        status = have_first(&wanted, cached, error);
    if (status == PLX_OK)
        status = note_verified(&wanted, cached, error);
    if (status == PLX_OK && !wanted.sha256)
        note_first(options->network, name, cached->sha256);
    plx_trust_release(trust);
    if (status) {
        free(cached->path);
        *cached = (struct plx_cached){0};
    }
    return status;
}

enum plx_status plx_manifest_cached(const struct plx_manifest_split *split, const struct plx_network *network,
                                    struct plx_cached *cached, struct plx_error *error)
{
    struct plx_network offline = {.offline = true};
    const struct plx_manifest_fetch options = {.network = &offline};
    struct wanted wanted = {.split = split, .options = &options};
    *cached = (struct plx_cached){0};
    enum plx_status status = plx_trust_read(network, split->urls[0], split->sha256, &wanted.trust, error);
    if (status)
        return status;
    offline.cache = network->cache;
    wanted.sha256 = split->sha256 ? split->sha256 : *wanted.trust.sha256 ? wanted.trust.sha256 : NULL;
    if (wanted.sha256)
        status = have(&wanted, split->urls, split->url_count, cached, error);
    else
        status = plx_error_set(error, PLX_NETWORK, "it has not been downloaded yet");
    plx_trust_release(&wanted.trust);
    return status;
}
