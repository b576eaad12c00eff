/* The test server as a program: prints its port, serves the files of a folder besides the faults, and ends
   when its standard input does.

       http_server [FOLDER] [CONTENT [GZIP]]

   CONTENT and GZIP are files: what /ok and its like, and /gzip, give. HTTP_SERVER_LOG in the environment
   names a file that gets every request as it came. */
#include "http_server.h"
#include "whole_file.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct http_server_options options = {.content = "one small line\n", .content_size = 15};
    void *content = NULL;
    void *gzip = NULL;
    if (argc > 1)
        options.folder = argv[1];
    if (argc > 2)
        options.content = content = whole_file(argv[2], &options.content_size);
    if (argc > 3)
        options.gzip = gzip = whole_file(argv[3], &options.gzip_size);
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
