/* The completion server of tests as a program: prints its port, and ends when its standard input does.

       mock_endpoint [-b BEHAVIOUR] [-n NAME] [-k KEY] [-c CONTEXT] [-l LATENCY_MS] MODEL
       mock_endpoint ask PORT PATH [BODY]

   The second asks one that runs (see mock_endpoint.h) and prints its answer. */
#include "mock_endpoint.h"
#include "mock_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ask(char **argv)
{
    char *answer = mock_http_ask((unsigned)strtoul(argv[0], NULL, 10), argv[1], argv[2]);
    if (!answer) {
        fprintf(stderr, "%s: no answer\n", argv[1]);
        return 1;
    }
    fputs(answer, stdout);
    free(answer);
    return 0;
}

static int serve(const struct mock_endpoint_options *options)
{
    struct plx_error error;
    char text[1024];
    struct mock_endpoint *mock = mock_endpoint_start(options, &error);
    if (!mock) {
        plx_error_format(&error, text, sizeof text);
        fprintf(stderr, "the server cannot be started: %s\n", text);
        return 1;
    }
    printf("%u\n", mock_endpoint_port(mock));
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    mock_endpoint_stop(mock);
    return 0;
}

int main(int argc, char **argv)
{
    struct mock_endpoint_options options = {0};
    if (argc > 3 && strcmp(argv[1], "ask") == 0)
        return ask(argv + 2);
    for (int option; (option = getopt(argc, argv, "b:n:k:c:l:")) != -1;) {
        switch (option) {
        case 'b': options.behaviour = optarg; break;
        case 'n': options.name = optarg; break;
        case 'k': options.key = optarg; break;
        case 'c': options.context = strtoull(optarg, NULL, 10); break;
        case 'l': options.latency_ms = (unsigned)strtoul(optarg, NULL, 10); break;
        default: return 2;
        }
    }
    options.model = argv[optind];
    return options.model ? serve(&options) : 2;
}
