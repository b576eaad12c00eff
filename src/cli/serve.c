/* perplex serve: a model behind the interface that OpenAI's completions have. */
#include "cli.h"

#include <signal.h>
#include <string.h>

#define DEFAULT_PORT    8000
#define DEFAULT_TIMEOUT 30

static const char DETAILS[] =
    "Answers POST /v1/completions with the log-probabilities of the prompt (echo, logprobs) and with tokens "
    "made behind it (max_tokens, temperature, seed, stop), as OpenAI's interface does; GET /v1/models says "
    "what the model is, GET /v1/vocabulary lists its tokens by id, POST /tokenize and /detokenize turn text "
    "into ids and back, GET /health says that it is there.\n\n"
    "A prompt is a text or token ids, or an array of several. The first token of a prompt has no "
    "log-probability: put the start symbol there. In ids, -1 is a word that the model does not know, without "
    "probability even where the vocabulary has an unknown symbol, which such words of a text become. A zero "
    "probability is -9999.0. A text is cut into words, or into characters or bytes where the vocabulary has "
    "nothing longer, or as --tokens says; a line's end is the end symbol.\n\n"
    "It listens on the loopback address, for this machine alone, unless --host says otherwise. It prints "
    "\"listening on URL\" when it is ready, and ends when it is told to by a signal, having finished what is "
    "under way: SIGTERM is the usual way and ends with code 0.\n\n"
    "Up to 960 clients are connected at a time; others wait. A request has up to 2048 prompts and 524288 "
    "tokens, with those that are to be made; all that arrive hold up to 256 MiB. Work for a client that has "
    "closed its connection is broken off.";

static const struct cli_example EXAMPLES[] = {
    {"perplex serve model.arpa.gz", "at http://127.0.0.1:8000/v1"},
    {"perplex serve model.arpa.gz --port 0 --name m --threads 4", "at any free port, as the model \"m\""},
    {"perplex serve model.arpa.gz --api-key-file key.txt", "for those who know the key"},
    {NULL, NULL},
};

/* What the command line says. */
struct settings {
    struct cli_mixture mixture;
    struct plx_model_options model;
    struct plx_server_options server;
    unsigned grace_ms;
};

static bool read_numbers(const struct cli_arguments *arguments, struct plx_server_options *server)
{
    unsigned long long port = DEFAULT_PORT, threads = plx_processors(), body = 0, queue = 0,
                       timeout = DEFAULT_TIMEOUT, answer = 0;
    if (!cli_number(arguments, CLI_PORT, 0, UINT16_MAX, &port) ||
        !cli_number(arguments, CLI_SERVE_THREADS, 1, 1024, &threads) ||
        !cli_number(arguments, CLI_MAX_BODY, 1, 1ULL << 30, &body) ||
        !cli_number(arguments, CLI_MAX_QUEUE, 1, 1000000, &queue) ||
        !cli_number(arguments, CLI_TIMEOUT, 1, 86400, &timeout) ||
        !cli_number(arguments, CLI_MAX_TIME, 1, 1000000, &answer))
        return false;
    server->port = (uint16_t)port;
    server->threads = (unsigned)threads;
    server->max_body_bytes = (size_t)body;
    server->max_queue = (unsigned)queue;
    server->timeout_ms = (unsigned)timeout * 1000;
    server->answer_ms = (unsigned)answer * 1000;
    return true;
}

/* False, with a message, if an option's value is not usable. */
static bool read_options(const struct cli_arguments *arguments, struct cli_progress *progress,
                         struct settings *settings)
{
    const char *const *values = arguments->values;
    size_t tokens = 0, load = 0, fingerprint = 0;
    *settings = (struct settings){
        .model = {.format = values[CLI_MODEL_FORMAT],
                  .vocabulary = values[CLI_VOCAB],
                  .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
                  .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
                  .verify = values[CLI_VERIFY] != NULL,
                  .threads = plx_processors(),
                  .network = cli_network(),
                  .interrupted = cli_interrupted,
                  .progress = cli_progress_model,
                  .user = progress},
        .server = {.host = values[CLI_HOST], .name = values[CLI_NAME]},
    };
    if (!cli_choice(arguments, CLI_SERVE_TOKENS, &tokens) || !cli_choice(arguments, CLI_LOAD, &load) ||
        !cli_choice(arguments, CLI_FINGERPRINT, &fingerprint) ||
        !read_numbers(arguments, &settings->server) || !cli_read_mixture(arguments, &settings->mixture))
        return false;
    if (values[CLI_SERVE_TOKENS])
        settings->server.tokens = (enum plx_token_kind)(tokens + PLX_TOKENS_WORD);
    if (values[CLI_SERVER_KEY_FILE] &&
        !cli_read_key_file(values[CLI_SERVER_KEY_FILE], &settings->server.api_key))
        return false;
    settings->model.load = (enum plx_load)load;
    settings->model.fingerprint = (enum plx_fingerprint)fingerprint;
    settings->grace_ms = settings->server.timeout_ms;
    return true;
}

static int say_ready(const struct plx_server *server)
{
    char line[256];
    const int length = snprintf(line, sizeof line, "listening on %s\n", plx_server_url(server));
    return cli_write(NULL, line, (size_t)length);
}

/* Serves until a signal comes, which the caller has blocked so that none is missed; returns the exit code. */
static int serve(const struct settings *settings, const sigset_t *before)
{
    struct plx_server *server;
    struct plx_error error;
    int code;
    const bool keyed = settings->server.api_key != NULL;
    const enum plx_status status =
        plx_server_start(cli_mixture_model(&settings->mixture), &settings->server, &server, &error);
    cli_forget_key();
    if (status)
        return cli_fail(&error);
    if (!plx_server_is_local(server))
        fprintf(stderr, "perplex: warning: whoever reaches %s over the network can use it%s\n",
                plx_server_url(server), keyed ? " with the key, which is not encrypted" : "");
    code = say_ready(server);
    while (code == CLI_OK && !cli_interrupted(NULL))
        sigsuspend(before);
    sigprocmask(SIG_SETMASK, before, NULL); /* another Ctrl-C ends it at once */
    plx_server_stop(server, settings->grace_ms);
    if (code == CLI_OK && cli_interrupting_signal() != SIGTERM)
        code = plx_status_exit_code(PLX_INTERRUPTED);
    return code;
}

static int run(struct cli_arguments *arguments)
{
    struct cli_progress progress;
    struct settings settings;
    struct plx_error error;
    sigset_t signals, before;
    int code = CLI_OK;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_options(arguments, &progress, &settings))
        return CLI_USAGE;
    cli_catch_signals();
    const enum plx_status status = cli_open_mixture(&settings.mixture, &settings.model, &error);
    cli_progress_clear(&progress);
    if (status) {
        cli_close_mixture(&settings.mixture);
        return cli_fail(&error);
    }
    for (size_t i = 0; i < settings.mixture.count && !arguments->values[CLI_QUIET]; i++) {
        size_t count;
        const struct plx_warning *warnings = plx_model_warnings(settings.mixture.models[i], &count);
        cli_print_warnings(warnings, count);
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGQUIT);
    sigprocmask(SIG_BLOCK, &signals, &before);
    code = serve(&settings, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    cli_close_mixture(&settings.mixture);
    return code;
}

const struct cli_command cli_command_serve = {
    .name = "serve",
    .operands = "MODEL [options]",
    .needs = "takes one model",
    .summary = "Serve a model to programs that speak to endpoints.",
    .details = DETAILS,
    .mask = CLI_SERVE,
    .least = 1,
    .most = 1,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_MODEL,
    .examples = EXAMPLES,
};
