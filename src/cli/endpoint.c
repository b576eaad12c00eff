/* Models behind an endpoint: how they are asked, and the key, which is seen by nobody. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BYTES 4096

/* Options that say something to endpoints alone. */
static const enum cli_option OF_ENDPOINTS[] = {CLI_API_KEY_FILE,        CLI_PROMPTS, CLI_CONCURRENCY,
                                               CLI_PROMPTS_PER_REQUEST, CLI_CONTEXT, CLI_MAX_REQUESTS,
                                               CLI_MAX_TOKENS};

static char key[KEY_BYTES + 1];

void cli_forget_key(void)
{
    explicit_bzero(key, sizeof key);
}

/* Without blanks around it. What is left is what a header can hold. */
static const char *trim_key(void)
{
    static const char BLANKS[] = " \t\r\n";
    char *first = key + strspn(key, BLANKS);
    size_t length = strlen(first);
    while (length > 0 && strchr(BLANKS, first[length - 1]))
        length--;
    first[length] = '\0';
    for (size_t i = 0; i < length; i++) {
        if (first[i] <= ' ' || first[i] > '~')
            return NULL;
    }
    return length > 0 ? first : NULL;
}

static bool refuse_file(const char *path, const char *what)
{
    char shown[512];
    plx_text_visible(path, shown, sizeof shown);
    fprintf(stderr, "perplex: --api-key-file %s: %s\n", shown, what);
    return false;
}

/* As much of it as a key may have, and whether that is all; false with errno. */
static bool read_whole(int descriptor, bool *whole)
{
    size_t size = 0;
    for (;;) {
        char more;
        const bool full = size == KEY_BYTES;
        const ssize_t got =
            full ? read(descriptor, &more, 1) : read(descriptor, key + size, KEY_BYTES - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        *whole = got == 0 && !memchr(key, '\0', size);
        if (got == 0 || full)
            return true;
        size += (size_t)got;
    }
}

bool cli_read_key_file(const char *path, const char **found)
{
    struct stat facts;
    bool whole = false;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return refuse_file(path, strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        close(descriptor);
        return refuse_file(path, "a key is read from a regular file");
    }
    const bool read = read_whole(descriptor, &whole);
    const int number = errno;
    close(descriptor);
    if (!read)
        return refuse_file(path, strerror(number)); /* NOLINT(concurrency-mt-unsafe) */
    *found = whole ? trim_key() : NULL;
    return *found || refuse_file(path, "a key is one line of printable characters, without blanks in it");
}

static bool read_environment(const char *const *names, size_t count, const char **found)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]); /* NOLINT(concurrency-mt-unsafe) nobody sets it */
        if (!value || !*value)
            continue;
        if (strlen(value) <= KEY_BYTES) {
            memcpy(key, value, strlen(value) + 1);
            *found = trim_key();
        }
        if (!*found)
            fprintf(stderr, "perplex: %s: a key is one line of printable characters, without blanks in it\n",
                    names[i]);
        return *found != NULL;
    }
    return true;
}

bool cli_names_endpoint(const char *model)
{
    const char *format;
    for (size_t i = 0; strstr(model, "://") && (format = plx_model_format_name(i)) != NULL; i++) {
        const size_t length = strlen(format);
        if (plx_model_format_named(i) && strncmp(model, format, length) == 0 && model[length] == ':')
            return true;
    }
    return false;
}

/* Whether the host that stands here, before a port or a path, is this machine. */
static bool is_loopback(const char *host)
{
    static const char name[] = "localhost", address[] = "[::1]";
    const char *user = strchr(host, '@');
    if (user && user < host + strcspn(host, "/"))
        return is_loopback(user + 1);
    const size_t length = strcspn(host, *host == '[' ? "/" : ":/");
    return (length == strlen(name) && strncasecmp(host, name, length) == 0) ||
           strncmp(host, address, strlen(address)) == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == length);
}

/* A key that goes over the network as it is can be read on the way. Once is enough. */
static void warn_of_plain(const char *model)
{
    static const char plain[] = "@http://";
    static bool warned;
    const char *url = strcasestr(model, plain);
    for (const char *next = url; next; next = strcasestr(next + 1, plain))
        url = next;
    if (!url || warned || is_loopback(url + strlen(plain)))
        return;
    warned = true;
    fprintf(stderr, "perplex: warning: the key is sent to the endpoint without encryption, by http://\n");
}

static bool read_key(const struct cli_arguments *arguments, const char **found)
{
    static const char *const names[] = {"PERPLEX_API_KEY", "OPENAI_API_KEY"};
    const char *path = arguments->values[CLI_API_KEY_FILE];
    if (!path && !cli_names_endpoint(arguments->operands[0]))
        return true;
    if (path ? !cli_read_key_file(path, found)
             : !read_environment(names, sizeof names / sizeof *names, found))
        return false;
    if (*found)
        warn_of_plain(arguments->operands[0]);
    return true;
}

bool cli_read_endpoint(const struct cli_arguments *arguments, struct plx_endpoint_options *endpoint)
{
    unsigned long long concurrency = 0, together = 0, context = 0, requests = 0, tokens = 0;
    size_t prompts = PLX_PROMPTS_AUTO;
    *endpoint = (struct plx_endpoint_options){0};
    if (!cli_choice(arguments, CLI_PROMPTS, &prompts) ||
        !cli_number(arguments, CLI_CONCURRENCY, 1, 4096, &concurrency) ||
        !cli_number(arguments, CLI_PROMPTS_PER_REQUEST, 1, 65536, &together) ||
        !cli_number(arguments, CLI_CONTEXT, 1, UINT32_MAX, &context) ||
        !cli_number(arguments, CLI_MAX_REQUESTS, 1, 1ULL << 53, &requests) ||
        !cli_number(arguments, CLI_MAX_TOKENS, 1, 1ULL << 53, &tokens) ||
        !read_key(arguments, &endpoint->api_key))
        return false;
    endpoint->prompts = (enum plx_prompts)prompts;
    endpoint->concurrency = (unsigned)concurrency;
    endpoint->prompts_per_request = (unsigned)together;
    endpoint->context = context;
    endpoint->max_requests = requests;
    endpoint->max_tokens = tokens;
    return true;
}

/* As the library fills one. */
static enum plx_status set_error(struct plx_error *error, const char *message, const char *hint)
{
    *error = (struct plx_error){
        .status = PLX_USAGE, .line = PLX_NOWHERE, .column = PLX_NOWHERE, .offset = PLX_NOWHERE};
    snprintf(error->message, sizeof error->message, "%s", message);
    snprintf(error->hint, sizeof error->hint, "%s", hint);
    return PLX_USAGE;
}

enum plx_status cli_check_endpoint(const struct cli_arguments *arguments, bool remote,
                                   struct plx_error *error)
{
    char origin[256], message[384];
    for (size_t i = 0; i < sizeof OF_ENDPOINTS / sizeof *OF_ENDPOINTS && !remote; i++) {
        if (!arguments->values[OF_ENDPOINTS[i]])
            continue;
        cli_origin(arguments, OF_ENDPOINTS[i], origin, sizeof origin);
        snprintf(message, sizeof message, "%s is for models behind an endpoint", origin);
        return set_error(error, message, "openai:MODEL@URL names one");
    }
    return PLX_OK;
}

enum plx_status cli_refuse_endpoint(const char *model, const char *message, struct plx_error *error)
{
    if (!cli_names_endpoint(model))
        return PLX_OK;
    set_error(error, message, "");
    return error->status = PLX_UNSUPPORTED;
}

enum plx_status cli_check_budget(const struct plx_endpoint_options *endpoint,
                                 const struct plx_estimate *estimate, struct plx_error *error)
{
    char message[256];
    const bool requests = endpoint->max_requests && estimate->requests > endpoint->max_requests;
    const bool tokens = endpoint->max_tokens && estimate->prompt_tokens > endpoint->max_tokens;
    if (!requests && !tokens)
        return PLX_OK;
    snprintf(message, sizeof message,
             "this takes %llu requests with %llu tokens in their prompts, more than --max-%s %llu allows",
             (unsigned long long)estimate->requests, (unsigned long long)estimate->prompt_tokens,
             requests ? "requests" : "tokens",
             (unsigned long long)(requests ? endpoint->max_requests : endpoint->max_tokens));
    return set_error(error, message,
                     "nothing has been asked; --resume -o FILE goes as far as that each time and keeps what "
                     "has been answered");
}
