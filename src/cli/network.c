/* The network as the environment asks for it. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define TRIES_MOST 100

/* $VARIABLE/NAME where the variable holds an absolute path, else $HOME/OTHERWISE/NAME; "" without either, or
   where it is too long for the place. */
static void find_folder(const char *variable, const char *otherwise, const char *name, char *path,
                        size_t size)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    int length = 0;
    if (base && *base == '/')
        length = snprintf(path, size, "%s/%s", base, name);
    else if (home && *home == '/')
        length = snprintf(path, size, "%s/%s/%s", home, otherwise, name);
    if (length <= 0 || (size_t)length >= size)
        *path = '\0';
}

/* PERPLEX_CACHE, where it is set: empty, nothing is kept. */
static const char *find_cache(char *path, size_t size)
{
    const char *chosen = getenv("PERPLEX_CACHE");
    if (chosen)
        return *chosen ? chosen : NULL;
    find_folder("XDG_CACHE_HOME", ".cache", "perplex", path, size);
    return *path ? path : NULL;
}

/* What has just been said need not be said again, as of a file that is opened several times. */
static void note(void *user, const char *text)
{
    static char last[1024];
    (void)user;
    flockfile(stderr);
    if (strncmp(last, text, sizeof last - 1) != 0) {
        char shown[2048];
        snprintf(last, sizeof last, "%s", text);
        plx_text_visible(last, shown, sizeof shown);
        fprintf(stderr, "%sperplex: %s\n", cli_is_terminal(stderr) ? "\r\033[K" : "", shown);
    }
    funlockfile(stderr);
}

/* PERPLEX_TRIES; 0, which means the default, where it is not set. */
static unsigned find_tries(void)
{
    const char *text = getenv("PERPLEX_TRIES");
    if (!text || !*text)
        return 0;
    char *end;
    const unsigned long tries = strtoul(text, &end, 10);
    if (*text >= '0' && *text <= '9' && *end == '\0' && tries >= 1 && tries <= TRIES_MOST)
        return (unsigned)tries;
    note(NULL, "PERPLEX_TRIES is not a number from 1 to 100, and not heeded");
    return 0;
}

const struct plx_network *cli_network(void)
{
    static struct plx_network network;
    static char cache[4096], manifests[4096];
    static const char *folders[] = {manifests};
    if (network.note)
        return &network;
    const char *offline = getenv("PERPLEX_OFFLINE");
    const char *certificates = getenv("CURL_CA_BUNDLE"); /* as the curl program does */
    if (!certificates || !*certificates)
        certificates = getenv("SSL_CERT_FILE");
    find_folder("XDG_CONFIG_HOME", ".config", "perplex/corpora", manifests, sizeof manifests);
    network = (struct plx_network){
        .offline = offline && *offline && strcmp(offline, "0") != 0,
        .cache = find_cache(cache, sizeof cache),
        .manifests = folders,
        .manifest_count = *manifests ? 1 : 0,
        .certificates = certificates && *certificates ? certificates : NULL,
        .tries = find_tries(),
        .note = note,
        .progress = cli_progress_download,
    };
    return &network;
}
