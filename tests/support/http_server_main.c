/* The test server as a program: prints its port, serves the files of a folder besides the faults, and ends
   when its standard input does.

       http_server [FOLDER] [CONTENT [GZIP]]

   CONTENT and GZIP are files: what /ok and its like, and /gzip, give. HTTP_SERVER_LOG in the environment
   names a file that gets every request as it came. */
#include "http_server.h"

#include <stdio.h>
#include <stdlib.h>

static void *read_file(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(name);
        exit(2);
    }
    long length = ftell(file);
    rewind(file);
    void *data = malloc(length > 0 ? (size_t)length : 1);
    if (!data || length < 0 || fread(data, 1, (size_t)length, file) != (size_t)length) {
        fprintf(stderr, "%s: cannot be read\n", name);
        exit(2);
    }
    fclose(file);
    *size = (size_t)length;
    return data;
}

int main(int argc, char **argv)
{
    struct http_server_options options = {.content = "one small line\n", .content_size = 15};
    void *content = NULL;
    void *gzip = NULL;
    if (argc > 1)
        options.folder = argv[1];
    if (argc > 2)
        options.content = content = read_file(argv[2], &options.content_size);
    if (argc > 3)
        options.gzip = gzip = read_file(argv[3], &options.gzip_size);
    const char *log = getenv("HTTP_SERVER_LOG");
    if (log && !(options.log = fopen(log, "a"))) {
        perror(log);
        return 2;
    }
    struct http_server *server = http_server_start(&options);
    if (!server) {
        fputs("the server cannot be started\n", stderr);
        return 1;
    }
    printf("%u\n", http_server_port(server));
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    http_server_stop(server);
    if (options.log)
        fclose(options.log);
    free(content);
    free(gzip);
    return 0;
}
