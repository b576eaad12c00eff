/* perplex-manual: writes the manual page, completions and examples out of the tables of the program. A tool
   of the build, not installed. */
#include "manual.h"

#include <string.h>

static const struct {
    const char *name;
    void (*write)(FILE *stream);
} WRITERS[] = {
    {"man", cli_write_manual}, {"bash", cli_write_bash},         {"zsh", cli_write_zsh},
    {"fish", cli_write_fish},  {"examples", cli_write_examples},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof WRITERS / sizeof *WRITERS; i++) {
        if (strcmp(argv[1], WRITERS[i].name) != 0)
            continue;
        WRITERS[i].write(stdout);
        if (fflush(stdout) == 0 && !ferror(stdout))
            return CLI_OK;
        perror("perplex-manual: cannot write standard output");
        return plx_status_exit_code(PLX_IO);
    }
    fprintf(stderr, "usage: perplex-manual man|bash|zsh|fish|examples\n");
    return CLI_USAGE;
}
