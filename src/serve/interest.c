#include "serve/interest.h"

#include "base/clock.h"
#include "base/error.h"

#include <poll.h>

/* How often the connection is looked at. */
#define LOOK_SECONDS 0.05

static bool is_closed(int descriptor)
{
    struct pollfd entry = {.fd = descriptor, .events = POLLRDHUP};
    return poll(&entry, 1, 0) > 0;
}

enum plx_status plx_interest_check(struct plx_interest *interest, const struct plx_served *served,
                                   struct plx_error *error)
{
    const double now = plx_clock_seconds();
    if (atomic_load_explicit(&served->aborting, memory_order_relaxed))
        return plx_error_set(error, PLX_INTERRUPTED, "the server is stopping");
    if (interest->until > 0 && now > interest->until)
        return plx_error_set(error, PLX_INTERRUPTED, "the answer took too long; ask for less at a time");
    if (interest->descriptor < 0 || now - interest->looked < LOOK_SECONDS)
        return PLX_OK;
    interest->looked = now;
    return is_closed(interest->descriptor)
               ? plx_error_set(error, PLX_INTERRUPTED, "the client has closed the connection")
               : PLX_OK;
}
