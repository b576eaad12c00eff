/* A download as the library makes it, for tests that need a process of its own:

       http_get URL FILE [PART [KNOWN]]

   FILE may hold the first bytes already, of the content with the ETag PART; the content with the ETag KNOWN
   need not come. Prints what came, as lines of a name and a value. Authorities are read from $CURL_CA_BUNDLE.
 */
#include "io/http_get.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void note(void *user, const char *text)
{
    (void)user;
    fprintf(stderr, "note: %s\n", text);
}

static enum plx_status begun(void *user, const struct plx_http_validators *validators, uint64_t size,
                             struct plx_error *error)
{
    (void)user;
    (void)error;
    (void)size;
    printf("begun %s\n", validators->etag);
    fflush(stdout);
    return PLX_OK;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5)
        return 2;
    const struct plx_network network = {
        .certificates = getenv("CURL_CA_BUNDLE"), .tries = 3, .first_pause_ms = 10, .note = note};
    struct plx_http_get get = {.url = argv[1], .network = &network, .begun = begun};
    struct plx_error error;
    char text[2048];
    if (argc > 3)
        snprintf(get.part.etag, sizeof get.part.etag, "%s", argv[3]);
    if (argc > 4)
        snprintf(get.known.etag, sizeof get.known.etag, "%s", argv[4]);
    get.descriptor = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (get.descriptor < 0) {
        perror(argv[2]);
        return 2;
    }
    const enum plx_status status = plx_http_get(&get, &error);
    close(get.descriptor);
    if (status != PLX_OK) {
        plx_error_format(&error, text, sizeof text);
        fprintf(stderr, "perplex: %s\n", text);
        return plx_status_exit_code(status);
    }
    printf("unmodified %d\nsize %" PRIu64 "\ntransferred %" PRIu64 "\netag %s\n", get.unmodified, get.size,
           get.transferred, get.got.etag);
    return 0;
}
