#include "base/lookalike.h"

#include "base/bytes.h"
#include "base/foreign.h"
#include "base/token_magic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char CHECKPOINT[] = "save the weights as safetensors";

static bool __attribute__((__format__(__printf__, 3, 4)))
is(struct plx_lookalike *lookalike, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(lookalike->what, sizeof lookalike->what, format, arguments);
    va_end(arguments);
    lookalike->hint = hint;
    return true;
}

static bool begins(const uint8_t *head, size_t size, const char *text)
{
    const size_t length = strlen(text);
    return size >= length && memcmp(head, text, length) == 0;
}

/* The value of 'descr' in the dictionary that a .npy begins with. */
static bool npy(const uint8_t *head, size_t size, struct plx_lookalike *lookalike)
{
    if (!begins(head, size, "\x93NUMPY"))
        return false;
    const uint8_t *key = memmem(head, size < 512 ? size : 512, "'descr':", 8);
    const char *quote = key ? memchr(key + 8, '\'', size - (size_t)(key + 8 - head)) : NULL;
    const size_t left = quote ? size - (size_t)((const uint8_t *)quote + 1 - head) : 0;
    const char *end = quote ? memchr(quote + 1, '\'', left < 32 ? left : 32) : NULL;
    if (!end)
        return is(lookalike, NULL, "a NumPy array");
    return is(lookalike, NULL, "a NumPy array of type %.*s", (int)(end - quote - 1), quote + 1);
}

/* The name of the first member tells what wrote it. */
bool plx_lookalike_zip(const uint8_t *head, size_t size, struct plx_lookalike *lookalike)
{
    if (!begins(head, size, "PK\x03\x04"))
        return false;
    const size_t length = size >= 30 ? plx_load_u16(head + 26) : 0;
    const bool known = length > 0 && length <= size - 30;
    const char *member = known ? (const char *)head + 30 : "";
    if (known && length > 4 && memcmp(member + length - 4, ".npy", 4) == 0)
        return is(lookalike, "save the one array that is meant as .npy, or weights as safetensors",
                  "NumPy's npz, whose first array is %.*s", (int)(length < 80 ? length - 4 : 80), member);
    if (known && memmem(member, length, "data.pkl", 8))
        return is(lookalike, CHECKPOINT, "a PyTorch checkpoint");
    if (known && length == 19 && memcmp(member, "[Content_Types].xml", 19) == 0)
        return is(lookalike, "save it as plain text", "a document of an office program");
    return false;
}

/* Where white space ends. */
static size_t skip_blanks(const uint8_t *head, size_t size, size_t at)
{
    while (at < size && (head[at] == ' ' || head[at] == '\t' || head[at] == '\n' || head[at] == '\r'))
        at++;
    return at;
}

static bool html(const uint8_t *head, size_t size, struct plx_lookalike *lookalike)
{
    static const char *const BEGINNINGS[] = {"<!doctype html", "<html", "<head", "<!doctype HTML PUBLIC"};
    const size_t at = skip_blanks(head, size, 0);
    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof *BEGINNINGS; i++) {
        const size_t length = strlen(BEGINNINGS[i]);
        if (size - at >= length && strncasecmp((const char *)head + at, BEGINNINGS[i], length) == 0)
            return is(lookalike,
                      "was a page saved in the place of the file that it links to? "
                      "--corpus-format text takes it as it is",
                      "an HTML page");
    }
    return false;
}

/* One JSON document, over several lines or named so. */
static bool json(const uint8_t *head, size_t size, const char *name, struct plx_lookalike *lookalike)
{
    const size_t length = strlen(name), at = skip_blanks(head, size, 0);
    const bool named = length >= 5 && strcmp(name + length - 5, ".json") == 0;
    if (at == size || (head[at] != '{' && head[at] != '['))
        return false;
    const size_t next = skip_blanks(head, size, at + 1);
    const bool opens = next < size && (head[next] == '"' || head[next] == '{' || head[next] == '[' ||
                                       head[next] == '}' || head[next] == ']');
    const bool several = next > at + 1 && memchr(head + at, '\n', next - at);
    if (!opens || !(named || several))
        return false;
    return is(lookalike,
              "a vocabulary stands beside its model or is given by --vocab; a corpus of JSON has an "
              "object a line",
              "a JSON document");
}

/* Corpora, which are no models. */
static bool token_ids(const uint8_t *head, size_t size, struct plx_lookalike *lookalike)
{
    static const char CORPUS[] = "that is a corpus: it is named after the model";
    if (size >= PLX_INDEX_MAGIC_BYTES && memcmp(head, PLX_INDEX_MAGIC, PLX_INDEX_MAGIC_BYTES) == 0)
        return is(lookalike, CORPUS, "the index of a Megatron or fairseq data set");
    const uint32_t magic = size >= 4 ? plx_load_u32(head) : 0;
    return (magic == PLX_LLMC_MAGIC || magic == PLX_LLMC_MAGIC_U32) &&
           is(lookalike, CORPUS, "a token file of llm.c");
}

bool plx_lookalike_own(const uint8_t *head, size_t size, struct plx_lookalike *lookalike)
{
    static const char KEY[] = "\"schema\"", VALUE[] = "\"perplex.";
    size_t at = skip_blanks(head, size, 0);
    if (at == size || head[at] != '{')
        return false;
    at = skip_blanks(head, size, at + 1);
    if (!begins(head + at, size - at, KEY))
        return false;
    at = skip_blanks(head, size, at + sizeof KEY - 1);
    if (at == size || head[at] != ':')
        return false;
    at = skip_blanks(head, size, at + 1);
    if (!begins(head + at, size - at, VALUE))
        return false;
    const char *schema = (const char *)head + at + 1;
    const char *end = memchr(schema, '"', size - at - 1);
    const int length = end && end - schema < 64 ? (int)(end - schema) : (int)sizeof VALUE - 2;
    return is(lookalike, "`perplex table` and its like read results", "JSON of perplex itself, %.*s", length,
              schema);
}

bool plx_lookalike_recognise(const uint8_t *head, size_t size, const char *name,
                             struct plx_lookalike *lookalike)
{
    if (npy(head, size, lookalike) || plx_lookalike_zip(head, size, lookalike) ||
        html(head, size, lookalike) || json(head, size, name, lookalike) || token_ids(head, size, lookalike))
        return true;
    const struct plx_foreign *foreign = plx_foreign_recognise(head, size);
    return foreign && is(lookalike, foreign->hint, "%s", foreign->what);
}

bool plx_lookalike_binary(const uint8_t *head, size_t size, struct plx_lookalike *lookalike)
{
    size_t strange = 0, even_zeros = 0, odd_zeros = 0;
    for (size_t i = 0; i < size; i++) {
        strange += head[i] < 0x20 && !(head[i] >= '\t' && head[i] <= '\r') && head[i] != 0x1B;
        even_zeros += head[i] == 0 && i % 2 == 0;
        odd_zeros += head[i] == 0 && i % 2 == 1;
    }
    if (strange * 32 <= size)
        return false;
    if (size >= 4 && (even_zeros + odd_zeros) * 10 >= size * 4 && (even_zeros == 0 || odd_zeros == 0))
        return is(lookalike,
                  "convert it to UTF-8: iconv; if it holds token ids, --corpus-format names the format",
                  "UTF-16 text without a byte order mark, or small numbers of two bytes");
    return is(lookalike,
              "if it holds token ids, --corpus-format names the format; --tokens byte takes any bytes",
              "binary data");
}
