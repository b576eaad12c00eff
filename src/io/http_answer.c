#include "io/http_answer.h"

#include "base/error.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Of the final answer, "" where it has no such field, or one that is too long for a validator. */
static void field(const struct plx_http_fetch *fetch, const char *name, char value[PLX_HTTP_VALIDATOR])
{
    struct curl_header *header = NULL;
    *value = '\0';
    if (curl_easy_header(fetch->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
        strlen(header->value) < PLX_HTTP_VALIDATOR)
        memcpy(value, header->value, strlen(header->value) + 1);
}

/* Asking. */

/* What an If-Range can hold (RFC 9110, 13.1.5): no weak ETag, and a date only where there is no ETag. */
static const char *strong(const struct plx_http_validators *validators)
{
    if (validators->etag[0] == '"')
        return validators->etag;
    return validators->etag[0] == '\0' ? validators->modified : "";
}

bool plx_http_resumable(const struct plx_http_fetch *fetch)
{
    return !fetch->rangeless && *strong(&fetch->part);
}

static bool add(struct plx_http_fetch *fetch, const char *name, const char *value)
{
    char line[PLX_HTTP_VALIDATOR + 32];
    if (*value == '\0')
        return true;
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(fetch->fields, line);
    if (longer)
        fetch->fields = longer;
    return longer != NULL;
}

enum plx_status plx_http_ask(struct plx_http_fetch *fetch, struct plx_error *error)
{
    char range[32];
    curl_slist_free_all(fetch->fields);
    fetch->fields = NULL;
    fetch->ranged = fetch->done > 0 && plx_http_resumable(fetch);
    /* What is stored, and hashed, is what curl -o has; and its ranges are those of the content. */
    bool fine = add(fetch, "Accept-Encoding", "identity");
    fine = fine && add(fetch, "If-None-Match", fetch->known.etag);
    fine = fine && add(fetch, "If-Modified-Since", fetch->known.modified);
    if (fine && fetch->ranged) {
        snprintf(range, sizeof range, "%" PRIu64 "-", fetch->done);
        fine = add(fetch, "If-Range", strong(&fetch->part)) &&
               curl_easy_setopt(fetch->easy, CURLOPT_RANGE, range) == CURLE_OK;
    }
    fine = fine && curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, fetch->fields) == CURLE_OK;
    return fine ? PLX_OK : plx_error_set(error, PLX_MEMORY, "no memory for the request");
}

/* Looking at the answer. */

/* "bytes 10-50/51", "bytes 10-50/" and an asterisk, "bytes " and an asterisk "/51": *begin (PLX_NOWHERE for
   the last), *last likewise, and *total (0: not said). */
static bool content_range(const char *text, uint64_t *begin, uint64_t *last, uint64_t *total)
{
    if (strncasecmp(text, "bytes", 5) != 0)
        return false;
    text += 5 + strspn(text + 5, " ");
    const char *slash = strchr(text, '/');
    const char *dash = strchr(text, '-');
    if (!slash)
        return false;
    *total = 0;
    if (strcmp(slash, "/*") != 0 && !plx_parse_u64(slash + 1, strlen(slash + 1), 0, INT64_MAX, total))
        return false;
    *begin = *last = PLX_NOWHERE;
    if (slash - text == 1 && *text == '*')
        return true;
    return dash && dash < slash && plx_parse_u64(text, (size_t)(dash - text), 0, INT64_MAX, begin) &&
           plx_parse_u64(dash + 1, (size_t)(slash - dash - 1), *begin, INT64_MAX, last) &&
           (*total == 0 || *last < *total);
}

/* That an answer does not repeat a validator says nothing. */
static bool differs(const char *before, const char *now)
{
    return *before && *now && strcmp(before, now) != 0;
}

static bool of_another_content(const struct plx_http_fetch *fetch, uint64_t total)
{
    if (fetch->size > 0 && total > 0 && total != fetch->size)
        return true;
    return fetch->part.etag[0] ? differs(fetch->part.etag, fetch->got.etag)
                               : differs(fetch->part.modified, fetch->got.modified);
}

uint64_t plx_http_most(const struct plx_http_fetch *fetch)
{
    return fetch->expected > 0 && fetch->expected < fetch->cap ? fetch->expected : fetch->cap;
}

/* What there is belongs to a content that is not wanted. */
static void forget(struct plx_http_fetch *fetch)
{
    struct plx_error ignored; /* the failure is another one already */
    if (!fetch->fixed && fetch->done > 0 && fetch->sink->restart(fetch->sink_user, &ignored) == PLX_OK)
        fetch->done = 0;
}

static enum plx_http_course of_other_size(struct plx_http_fetch *fetch)
{
    const char *type = NULL;
    fetch->other = true;
    curl_easy_getinfo(fetch->easy, CURLINFO_CONTENT_TYPE, &type);
    fetch->page = type && strncasecmp(type, "text/html", 9) == 0;
    return PLX_HTTP_FAILED;
}

enum plx_http_course plx_http_outgrown(struct plx_http_fetch *fetch)
{
    const uint64_t most = plx_http_most(fetch);
    forget(fetch);
    if (most == fetch->expected) {
        plx_error_set(&fetch->failure, PLX_NETWORK,
                      "the content is larger than the %" PRIu64 " bytes that it should have", most);
        return of_other_size(fetch);
    }
    plx_error_set(&fetch->failure, PLX_NETWORK, "the content is larger than the %" PRIu64 " bytes allowed",
                  most);
    return PLX_HTTP_FAILED;
}

/* Whether a content of that size, 0 where it is not known, is wanted. */
static bool fits(struct plx_http_fetch *fetch, uint64_t size)
{
    if (size > 0 && fetch->expected > 0 && size != fetch->expected) {
        plx_error_set(&fetch->failure, PLX_NETWORK, "the content has %" PRIu64 " bytes instead of %" PRIu64,
                      size, fetch->expected);
        of_other_size(fetch);
        return false;
    }
    if (size <= fetch->cap)
        return true;
    plx_error_set(&fetch->failure, PLX_NETWORK,
                  "the content has %" PRIu64 " bytes, more than the %" PRIu64 " allowed", size, fetch->cap);
    return false;
}

/* The rest that was asked for, or that there is none. How large the whole is must be known, from the server
   now or from before: else a range that is less than the rest would pass for it. */
static enum plx_http_course admit_rest(struct plx_http_fetch *fetch)
{
    char text[PLX_HTTP_VALIDATOR];
    uint64_t begin = PLX_NOWHERE, last = PLX_NOWHERE, total = 0;
    field(fetch, "Content-Range", text);
    const bool understood = content_range(text, &begin, &last, &total);
    if (fetch->status == 416 && understood && total == fetch->done && !of_another_content(fetch, total)) {
        fetch->got = fetch->part;
        return PLX_HTTP_WHOLE;
    }
    if (total == 0)
        total = fetch->size;
    if (fetch->status == 416 || !understood || begin != fetch->done || last >= total) {
        fetch->rangeless = true;
        return PLX_HTTP_ANEW;
    }
    if (of_another_content(fetch, total))
        return PLX_HTTP_ANEW;
    if (!fits(fetch, total)) {
        forget(fetch);
        return PLX_HTTP_FAILED;
    }
    fetch->got = fetch->part;
    fetch->size = total;
    return PLX_HTTP_CONTENT;
}

/* gzip is stored as it comes, as by other clients, and undone by whoever reads it, who looks for it anyhow.
 */
static bool legible(struct plx_http_fetch *fetch)
{
    char encoding[PLX_HTTP_VALIDATOR];
    field(fetch, "Content-Encoding", encoding);
    if (*encoding == '\0' || strcasecmp(encoding, "identity") == 0 || strcasecmp(encoding, "gzip") == 0 ||
        strcasecmp(encoding, "x-gzip") == 0)
        return true;
    plx_error_set(&fetch->failure, PLX_NETWORK,
                  "the server sends the content encoded as \"%s\", though it was asked for it as it is",
                  encoding);
    plx_error_hint(&fetch->failure, "download and decode it otherwise, and give the file");
    return false;
}

/* Another content than what there is, or the first. */
static enum plx_http_course admit_whole(struct plx_http_fetch *fetch)
{
    curl_off_t length = -1;
    curl_easy_getinfo(fetch->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    const uint64_t size = length > 0 ? (uint64_t)length : 0;
    if (!legible(fetch) || !fits(fetch, size))
        return PLX_HTTP_FAILED;
    if (fetch->done > 0) {
        if (fetch->fixed) {
            plx_error_set(&fetch->failure, PLX_NETWORK,
                          "the transfer breaks off after %" PRIu64
                          " bytes, and the server begins anew instead of going on",
                          fetch->done);
            plx_error_hint(&fetch->failure, "the content may have changed meanwhile: start again");
            return PLX_HTTP_FAILED;
        }
        if (fetch->sink->restart(fetch->sink_user, &fetch->failure) != PLX_OK)
            return PLX_HTTP_FAILED;
        fetch->done = 0;
    }
    fetch->size = size;
    fetch->part = fetch->got;
    if (fetch->sink->begun &&
        fetch->sink->begun(fetch->sink_user, &fetch->got, fetch->size, &fetch->failure) != PLX_OK)
        return PLX_HTTP_FAILED;
    return PLX_HTTP_CONTENT;
}

static enum plx_http_course admit_unmodified(struct plx_http_fetch *fetch)
{
    if (fetch->done > 0 && fetch->sink->restart(fetch->sink_user, &fetch->failure) != PLX_OK)
        return PLX_HTTP_FAILED;
    fetch->done = fetch->size = 0;
    fetch->unmodified = true;
    fetch->got = fetch->known;
    return PLX_HTTP_WHOLE;
}

enum plx_http_course plx_http_admit(struct plx_http_fetch *fetch)
{
    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &fetch->status);
    field(fetch, "ETag", fetch->got.etag);
    field(fetch, "Last-Modified", fetch->got.modified);
    if (fetch->ranged && (fetch->status == 206 || fetch->status == 416))
        return admit_rest(fetch);
    if (fetch->status == 304 && (fetch->known.etag[0] || fetch->known.modified[0]))
        return admit_unmodified(fetch);
    /* 206 would be a part, which was not asked for. */
    if (fetch->status < 200 || fetch->status > 299 || fetch->status == 206)
        return PLX_HTTP_STATUS;
    return admit_whole(fetch);
}
