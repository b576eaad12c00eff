/* Checked allocation: sizes are multiplied with an overflow check and failure is a PLX_MEMORY error. */
#ifndef PLX_BASE_MEMORY_H
#define PLX_BASE_MEMORY_H

#include <perplex/status.h>

/* `count` elements of `size` bytes, zeroed. NULL on failure (the error is set). count 0 gives a pointer that
   can be freed. Released with free(). */
void *plx_new_array(size_t count, size_t size, struct plx_error *error);

/* Grows or shrinks `*array` (NULL is fine) to `count` elements; on failure *array is unchanged. New elements
   are not initialised. `array` is the address of a pointer to object. */
enum plx_status plx_resize_array(void *array, size_t count, size_t size, struct plx_error *error);

/* A capacity of at least `need` elements for an array that has `capacity` now, grown by half: amortised
   constant time for an append. */
size_t plx_grown_capacity(size_t capacity, size_t need);

/* Makes room for at least `count` elements in `*array`, which has room for *capacity, as above: on failure
   both are unchanged. */
enum plx_status plx_reserve_array(void *array, size_t *capacity, size_t count, size_t size,
                                  struct plx_error *error);

/* A copy of `length` bytes with a NUL behind them; NULL on failure. */
char *plx_copy_string(const char *text, size_t length, struct plx_error *error);

#endif
