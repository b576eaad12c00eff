/* Base64 (RFC 4648, the standard alphabet), strictly. */
#ifndef PLX_BASE_BASE64_H
#define PLX_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* The *size bytes that text[0..length) stands for, padding included. False where it is no base64, or they do
   not fit into bytes[capacity]. */
bool plx_base64_decode(const char *text, size_t length, char *bytes, size_t capacity, size_t *size);

/* What so many bytes become, NUL included. */
#define PLX_BASE64_OF(size) (((size) + 2) / 3 * 4 + 1)

/* Writes bytes[0..size) with padding and a NUL: text[PLX_BASE64_OF(size)]. */
void plx_base64_encode(const void *bytes, size_t size, char *text);

#endif
