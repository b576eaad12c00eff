/* What is made of the tables of commands and options beside the program: the manual page and completions. */
#ifndef PLX_CLI_MANUAL_H
#define PLX_CLI_MANUAL_H

#include "cli.h"

/* manual.c: perplex(1) in mdoc. */
void cli_write_manual(FILE *stream);

/* The examples of all commands, a line of shell each. */
void cli_write_examples(FILE *stream);

/* manual_fields.c: an option, and what its values mean; the values end with one without name. */
struct cli_manual_field {
    enum cli_option option;
    const char *meaning;
    struct {
        const char *name, *meaning;
    } values[9];
};

/* Field `index` of the protocol, in the order of the options; what tokens are, in texts and elsewhere. NULL
   past the end. */
const struct cli_manual_field *cli_manual_field(size_t index);
const struct cli_manual_field *cli_manual_tokens(size_t index);

/* complete_bash.c, complete_zsh.c, complete_fish.c: completions. */
void cli_write_bash(FILE *stream);
void cli_write_zsh(FILE *stream);
void cli_write_fish(FILE *stream);

/* completions.c: the help of an option without the words that its argument can be. */
void cli_short_help(enum cli_option option, char *text, size_t capacity);

/* As much of a word as the user need not make up: "last:" of "last:K". NULL past the end. */
const char *cli_completed_word(enum cli_takes takes, enum cli_option option, size_t index, char *text,
                               size_t capacity);

/* Whether the option is one of the command's. */
bool cli_takes_option(const struct cli_command *command, enum cli_option option);

#endif
