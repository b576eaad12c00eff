/* The names of what corpora consist of. */
#include <perplex/corpus.h>

#include <string.h>

static const char *const TOKEN_KINDS[] = {
    [PLX_TOKENS_AUTO] = "auto", [PLX_TOKENS_WORD] = "word",   [PLX_TOKENS_CHARACTER] = "char",
    [PLX_TOKENS_BYTE] = "byte", [PLX_TOKENS_PIECE] = "piece",
};

static const char *const CONTENTS[] = {
    [PLX_CONTENT_TEXT] = "text",
    [PLX_CONTENT_STRINGS] = "strings",
    [PLX_CONTENT_IDS] = "ids",
};

const char *plx_token_kind_name(enum plx_token_kind kind)
{
    return TOKEN_KINDS[kind];
}

const char *plx_content_name(enum plx_content content)
{
    return CONTENTS[content];
}

bool plx_token_kind_parse(const char *name, enum plx_token_kind *kind)
{
    for (size_t i = PLX_TOKENS_WORD; i < sizeof TOKEN_KINDS / sizeof *TOKEN_KINDS; i++) {
        if (strcmp(name, TOKEN_KINDS[i]) == 0) {
            *kind = (enum plx_token_kind)i;
            return true;
        }
    }
    return false;
}
