#include "cli.h"

#include <errno.h>
#include <signal.h>

int cli_fail(const struct plx_error *error)
{
    char text[1536];
    plx_error_format(error, text, sizeof text);
    fprintf(stderr, "perplex: %s\n", text);
    return plx_status_exit_code(error->status);
}

int cli_fail_output(const char *path, const struct plx_error *error)
{
    if (error->os_error == EPIPE) {
        if (plx_output_same(NULL, path))
            signal(SIGPIPE, SIG_DFL); /* even where who started us has ignored it */
        raise(SIGPIPE);
    }
    return cli_fail(error);
}

int cli_check_output(const char *path)
{
    struct plx_error error;
    return plx_output_check(path, &error) ? cli_fail(&error) : CLI_OK;
}

enum plx_status cli_write_status(const char *path, const char *text, size_t length, struct plx_error *error)
{
    struct plx_output *output;
    enum plx_status status = plx_output_open(path, &output, error);
    if (status == PLX_OK)
        status = plx_output_write(output, text, length, error);
    if (status == PLX_OK)
        return plx_output_commit(output, error);
    plx_output_discard(output);
    return status;
}

int cli_write(const char *path, const char *text, size_t length)
{
    struct plx_error error;
    return cli_write_status(path, text, length, &error) ? cli_fail_output(path, &error) : CLI_OK;
}
