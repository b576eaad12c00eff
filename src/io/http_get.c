#include "io/http_get.h"

#include "base/clock.h"
#include "base/error.h"
#include "io/http_fetch.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS_SECONDS 0.1

struct download {
    struct plx_http_get *get;
    struct plx_http_fetch fetch;
    double shown; /* when progress was told */
};

static enum plx_status fail_write(struct plx_error *error)
{
    const int number = errno;
    plx_error_set_errno(error, PLX_IO, number, "the download cannot be written");
    if (number == ENOSPC || number == EDQUOT)
        plx_error_hint(error, "make room and start again: what has come is kept, and gone on with");
    return PLX_IO;
}

static enum plx_status take(void *user, const uint8_t *data, size_t size, bool *later,
                            struct plx_error *error)
{
    struct download *download = user;
    uint64_t at = download->fetch.done;
    (void)later;
    while (size > 0) {
        ssize_t written = pwrite(download->get->descriptor, data, size, (off_t)at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_write(error);
        data += written;
        size -= (size_t)written;
        at += (uint64_t)written;
    }
    return PLX_OK;
}

static enum plx_status restart(void *user, struct plx_error *error)
{
    struct download *download = user;
    return ftruncate(download->get->descriptor, 0) == 0 ? PLX_OK : fail_write(error);
}

static enum plx_status begun(void *user, const struct plx_http_validators *validators, uint64_t size,
                             struct plx_error *error)
{
    const struct plx_http_get *get = ((struct download *)user)->get;
    return get->begun ? get->begun(get->begun_user, validators, size, error) : PLX_OK;
}

static const struct plx_http_sink sink = {take, restart, begun};

static void tell_progress(struct download *download)
{
    const struct plx_network *network = download->get->network;
    const struct plx_http_fetch *fetch = &download->fetch;
    if (!network || !network->progress)
        return;
    const double now = plx_clock_seconds();
    if (now - download->shown < PROGRESS_SECONDS && !fetch->ended)
        return;
    download->shown = now;
    network->progress(network->user, fetch->label, fetch->done, fetch->size);
}

/* The file has the first bytes, or none. */
static enum plx_status look_at_part(struct download *download, struct plx_error *error)
{
    struct stat facts;
    if (fstat(download->get->descriptor, &facts) != 0)
        return fail_write(error);
    download->fetch.done = (uint64_t)facts.st_size;
    download->fetch.part = download->get->part;
    download->fetch.size = facts.st_size > 0 ? download->get->part_size : 0;
    return PLX_OK;
}

enum plx_status plx_http_get(struct plx_http_get *get, struct plx_error *error)
{
    struct download download = {.get = get,
                                .fetch = {.url = get->url,
                                          .network = get->network,
                                          .interrupted = get->interrupted,
                                          .interrupted_user = get->user,
                                          .sink = &sink,
                                          .cap = get->cap,
                                          .expected = get->expected,
                                          .known = get->known}};
    struct plx_http_fetch *fetch = &download.fetch;
    fetch->sink_user = &download;
    enum plx_status status = look_at_part(&download, error);
    if (status == PLX_OK)
        status = plx_http_fetch_open(fetch, error);
    while (status == PLX_OK && !fetch->ended) {
        status = plx_http_fetch_step(fetch, error);
        tell_progress(&download);
    }
    if (status != PLX_OK && fetch->label && error->input[0] == '\0')
        plx_error_input(error, fetch->label);
    get->unmodified = fetch->unmodified;
    get->got = fetch->got;
    get->size = fetch->size;
    get->transferred = fetch->transferred;
    get->other = fetch->other;
    get->page = fetch->page;
    plx_http_fetch_close(fetch);
    return status;
}
