#include "io/cache_lock.h"

#include "base/error.h"
#include "io/cache_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* How long it waits before it looks again. */
#define WAIT_NS 30000000

/* Whether the locked file is the one of that name still: who prunes removes locks that nobody holds. */
static bool is_there(int descriptor, const char *path)
{
    struct stat ours, named;
    return fstat(descriptor, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

static enum plx_status try_path(struct plx_cache_lock *lock, const char *path, struct plx_error *error)
{
    for (;;) {
        const int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno != EINTR)
            return plx_cache_error(lock->cache, errno, error);
        if (descriptor < 0)
            continue;
        if (flock(descriptor, (lock->shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) {
            if (is_there(descriptor, path)) {
                lock->descriptor = descriptor;
                return PLX_OK;
            }
            close(descriptor);
            continue;
        }
        const int number = errno;
        close(descriptor);
        if (number == EWOULDBLOCK)
            return PLX_OK;
        if (number != EINTR)
            return plx_cache_error(lock->cache, number, error);
    }
}

enum plx_status plx_cache_try_lock(struct plx_cache_lock *lock, struct plx_error *error)
{
    char *path = plx_cache_path(lock->cache, PLX_CACHE_LOCKS, lock->name, error);
    lock->descriptor = -1;
    enum plx_status status = path ? plx_cache_make_room(lock->cache, path, error) : PLX_MEMORY;
    if (status == PLX_OK)
        status = try_path(lock, path, error);
    free(path);
    return status;
}

static void tell(const struct plx_cache_lock *lock)
{
    char text[512];
    if (!lock->network || !lock->network->note)
        return;
    snprintf(text, sizeof text, "%s: somebody else is downloading it; waiting for that", lock->label);
    lock->network->note(lock->network->user, text);
}

enum plx_status plx_cache_lock(struct plx_cache_lock *lock, struct plx_error *error)
{
    lock->waited = false;
    for (;;) {
        const enum plx_status status = plx_cache_try_lock(lock, error);
        if (status || lock->descriptor >= 0)
            return status;
        if (!lock->waited)
            tell(lock);
        lock->waited = true;
        if (lock->interrupted && lock->interrupted(lock->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        nanosleep(&(struct timespec){.tv_nsec = WAIT_NS}, NULL);
    }
}

void plx_cache_unlock(struct plx_cache_lock *lock)
{
    if (lock->descriptor >= 0)
        close(lock->descriptor);
    lock->descriptor = -1;
}
