/* Keys out of files: neither the command line nor the environment shows them to others. */
#include "cli.h"

#include <errno.h>
#include <string.h>

/* False, with a message. */
static bool refuse(const char *path, const char *what)
{
    char shown[512];
    plx_text_visible(path, shown, sizeof shown);
    fprintf(stderr, "perplex: %s: %s\n", shown, what);
    return false;
}

int cli_read_key(const char *path, char key[CLI_KEY_BYTES])
{
    FILE *file = fopen(path, "re");
    if (!file) {
        refuse(path, strerror(errno));
        return plx_status_exit_code(PLX_IO);
    }
    const size_t size = fread(key, 1, CLI_KEY_BYTES - 1, file);
    const bool failed = ferror(file), longer = fgetc(file) != EOF;
    fclose(file);
    key[size] = '\0';
    const size_t length = strcspn(key, "\r\n");
    const size_t rest = length + strspn(key + length, "\r\n");
    bool fine = !failed || refuse(path, "the key cannot be read");
    if (fine && (longer || rest != size || length == 0))
        fine = refuse(path, "a key is one line of at most 4095 bytes");
    for (size_t i = 0; i < length && fine; i++) {
        if (key[i] <= ' ' || key[i] > '~') /* what stands in a header as it is */
            fine = refuse(path, "a key consists of visible ASCII characters");
    }
    key[length] = '\0';
    return fine ? CLI_OK : failed ? plx_status_exit_code(PLX_IO) : CLI_USAGE;
}
