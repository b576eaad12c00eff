/* A command line as a shell takes it, and a terminal may show it. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

/* Whether the word is what it looks like. */
static bool is_visible(const char *word)
{
    char *shown = cli_allocate(strlen(word) + 1, 1);
    const bool visible =
        plx_text_visible(word, shown, strlen(word) + 1) == strlen(word) && strcmp(word, shown) == 0;
    free(shown);
    return visible;
}

/* A word as the shell takes it, and a terminal may show it: in $'' where need be. */
static void print_word(const char *word)
{
    static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
    const bool visible = is_visible(word);
    if (*word && strspn(word, PLAIN) == strlen(word)) {
        fputs(word, stdout);
        return;
    }
    fputs(visible ? "'" : "$'", stdout);
    for (; *word; word++) {
        const unsigned char byte = (unsigned char)*word;
        if (byte == '\'')
            fputs(visible ? "'\\''" : "\\'", stdout);
        else if (!visible && (byte < ' ' || byte >= 0x7F || byte == '\\'))
            printf("\\%03o", byte);
        else
            putchar(byte);
    }
    putchar('\'');
}

/* The same without what a URL in it may have that is secret: user, password, query and fragment. */
static void print_argument(const char *word)
{
    const char *scheme = strstr(word, "://");
    if (!scheme) {
        print_word(word);
        return;
    }
    const char *host = scheme + strlen("://"), *end = host + strcspn(host, "/?#");
    const size_t before = (size_t)(host - word);
    for (const char *at = host; at < end; at++)
        host = *at == '@' ? at + 1 : host;
    char *label = cli_text("%.*s%.*s", (int)before, word, (int)strcspn(host, "?#"), host);
    print_word(label);
    free(label);
}

void cli_print_command(char **command)
{
    printf("       ");
    for (size_t k = 0; command[k]; k++) {
        putchar(' ');
        print_argument(command[k]);
    }
    putchar('\n');
}
