#include "base/pages.h"

#include "base/error.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif
#if HAS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

/* What a huge page holds on the machines that have them, and from where on one is worth its memory. */
#define HUGE_BYTES  ((size_t)2 << 20)
#define LARGE_BYTES ((size_t)4 << 20)

/* `bytes` in whole pages; 0 where that overflows. */
static size_t whole_pages(size_t bytes)
{
    const size_t page = bytes < LARGE_BYTES ? (size_t)sysconf(_SC_PAGESIZE) : HUGE_BYTES;
    size_t rounded;
    if (bytes == 0)
        bytes = 1;
    if (__builtin_add_overflow(bytes, page - 1, &rounded))
        return 0;
    return rounded - rounded % page;
}

/* Address space that nothing is promised for: what is never touched must not count where memory is short. */
static void *map(size_t bytes)
{
    void *pages =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

/* Maps so much more that a boundary lies in it, and gives back what stands out on either side. */
static void *map_large(size_t bytes)
{
    size_t more;
    unsigned char *mapped = __builtin_add_overflow(bytes, HUGE_BYTES, &more) ? NULL : map(more);
    if (!mapped)
        return NULL;
    const size_t before = (HUGE_BYTES - (size_t)((uintptr_t)mapped % HUGE_BYTES)) % HUGE_BYTES;
    unsigned char *pages = mapped + before;
    if (before > 0)
        (void)munmap(mapped, before);
    if (before < HUGE_BYTES)
        (void)munmap(pages + bytes, HUGE_BYTES - before);
#if defined(MADV_HUGEPAGE)
    (void)madvise(pages, bytes, MADV_HUGEPAGE); /* advice: may fail */
#endif
    return pages;
}

void plx_pages_guard(const void *begin, size_t bytes)
{
#if HAS_SANITIZER
    ASAN_POISON_MEMORY_REGION(begin, bytes);
#else
    (void)begin;
    (void)bytes;
#endif
}

void plx_pages_unguard(const void *begin, size_t bytes)
{
#if HAS_SANITIZER
    ASAN_UNPOISON_MEMORY_REGION(begin, bytes);
#else
    (void)begin;
    (void)bytes;
#endif
}

void *plx_pages_new(size_t bytes, struct plx_error *error)
{
    const size_t mapped = whole_pages(bytes);
    unsigned char *pages = NULL;
    if (mapped > 0)
        pages = mapped < LARGE_BYTES ? map(mapped) : map_large(mapped);
    if (!pages)
        plx_error_set(error, PLX_MEMORY, "no memory for %zu bytes", bytes);
    else
        plx_pages_guard(pages + bytes, mapped - bytes);
    return pages;
}

void plx_pages_free(void *pages, size_t bytes)
{
    if (!pages)
        return;
    const size_t mapped = whole_pages(bytes);
    plx_pages_unguard((unsigned char *)pages + bytes, mapped - bytes);
    (void)munmap(pages, mapped);
}

enum plx_status plx_pages_grow(void *pages, size_t old_bytes, size_t bytes, struct plx_error *error)
{
    const size_t content = whole_pages(old_bytes);
    void *old;
    void *grown = plx_pages_new(bytes, error);
    if (!grown)
        return PLX_MEMORY;
    memcpy(&old, pages, sizeof old);
    plx_pages_unguard((unsigned char *)old + old_bytes, content - old_bytes);
    /* The pages themselves move to the new address; nothing is copied. */
    if (mremap(old, content, content, MREMAP_MAYMOVE | MREMAP_FIXED, grown) == MAP_FAILED) {
        memcpy(grown, old, old_bytes);
        plx_pages_free(old, old_bytes);
    }
    memcpy(pages, &grown, sizeof grown);
    return PLX_OK;
}
