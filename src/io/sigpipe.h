/* Keeping SIGPIPE away while a library writes to sockets.

   A peer that closes its end while libcurl or its TLS library still writes would kill a process that has not
   ignored the signal; and a library must not change what the process does with signals. So the signal is
   blocked in the calling thread, and one that came meanwhile is swallowed. */
#ifndef PLX_IO_SIGPIPE_H
#define PLX_IO_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

struct plx_sigpipe {
    sigset_t before;
    bool pending; /* one was waiting already: it is not ours to swallow */
};

void plx_sigpipe_block(struct plx_sigpipe *guard);
void plx_sigpipe_restore(const struct plx_sigpipe *guard);

#endif
