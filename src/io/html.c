#include "io/html.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

bool plx_html_begins(int descriptor)
{
    char head[512] = "";
    const ssize_t got = pread(descriptor, head, sizeof head - 1, 0);
    const char *text = head + (got > 0 ? strspn(head, " \t\r\n") : 0);
    return strncasecmp(text, "<!doctype html", 14) == 0 || strncasecmp(text, "<html", 5) == 0;
}
