/* The content of a file, for the programs that tests start. */
#ifndef PLX_TESTS_WHOLE_FILE_H
#define PLX_TESTS_WHOLE_FILE_H

#include <stddef.h>

/* All of it, to be freed with free(). Ends the program with a message and code 2 where it cannot be read. */
void *whole_file(const char *name, size_t *size);

#endif
