/* An empty folder for a test, and what is left in it. What fails here fails the running test. */
#ifndef PLX_TESTS_FOLDER_H
#define PLX_TESTS_FOLDER_H

#include <stddef.h>

/* For cmocka's setup and teardown of a test. What is in the folder goes with it. */
int folder_make(void **state);
int folder_remove(void **state);

/* The path of `name` in it. Of the last eight calls, valid until the next. */
const char *folder_path(const char *name);

/* The folder holds the names given, separated by blanks and in the order of their bytes, and nothing else. */
void folder_holds(const char *names);

/* The file `name` in it has these bytes. */
void folder_file_is(const char *name, const void *bytes, size_t size);

#endif
