#include "report/compare/moved_text.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t columns_of(const char *text, size_t length)
{
    return plx_utf8_count((const uint8_t *)text, length, NULL);
}

/* Four digits behind the point, and the sign. */
static const char *format_nats(double value, bool sign, char text[PLX_FIXED_TEXT + 1])
{
    *text = '+';
    plx_format_fixed(value, 4, text + (sign && value > 0));
    return text;
}

static void put_documents(struct plx_page *page, const struct plx_moved *moved)
{
    const uint64_t count = moved->document_count, undefined = moved->undefined_count;
    const uint64_t same = count - moved->worse_count - moved->better_count - undefined;
    char texts[5][PLX_PAGE_GROUPED], value[256];
    const int length =
        snprintf(value, sizeof value, "%s: %s got worse (%.1f %%), %s better, %s neither",
                 plx_page_group(count, texts[0]), plx_page_group(moved->worse_count, texts[1]),
                 100 * plx_moved_worse_share(moved), plx_page_group(moved->better_count, texts[2]),
                 plx_page_group(same, texts[3]));
    if (undefined > 0)
        snprintf(value + length, sizeof value - (size_t)length, ", %s infinite in both",
                 plx_page_group(undefined, texts[4]));
    plx_page_put(page, "\n", 1);
    plx_page_text_row(page, 0, "documents", value);
}

/* So much of the name as fits. */
static void put_name(struct plx_page *page, const struct plx_snippet *name, size_t most)
{
    char *shown = plx_page_visible(page, name->text, name->length);
    size_t length = shown ? strlen(shown) : 0;
    while (length > 0 && (columns_of(shown, length) > most || ((uint8_t)shown[length] & 0xC0) == 0x80))
        length--;
    if (shown)
        plx_page_put(page, shown, length);
    free(shown);
}

static void put_document_list(struct plx_page *page, const char *what, const struct plx_moved_documents *list)
{
    if (list->count == 0)
        return;
    plx_page_line(page, "\n%s", what);
    plx_page_line(page, "%10s%10s%10s%10s  %s", "nats", "BASE", "NEW", "tokens", "document");
    for (size_t i = 0; i < list->count; i++) {
        const struct plx_moved_document *document = list->list + i;
        const double tokens = (double)document->tokens;
        char change[PLX_FIXED_TEXT + 1], base[PLX_FIXED_TEXT + 1], new[PLX_FIXED_TEXT + 1];
        char count[PLX_PAGE_GROUPED], line[256];
        snprintf(line, sizeof line, "%10s%10s%10s%10s  %" PRIu64, format_nats(document->change, true, change),
                 format_nats(document->nats[0] / tokens, false, base),
                 format_nats(document->nats[1] / tokens, false, new), plx_page_group(document->tokens, count),
                 document->number);
        plx_page_put(page, line, strlen(line));
        if (document->id.known && strlen(line) + 1 < page->columns) {
            plx_page_put(page, " ", 1);
            put_name(page, &document->id, page->columns - strlen(line) - 1);
        }
        plx_page_put(page, "\n", 1);
    }
}

/* The token in brackets between what stands around it. */
struct context {
    char text[4 * (PLX_MOVED_SLOTS + 1) * PLX_SNIPPET_BYTES];
    size_t length, begin, end; /* of all, and where the token in its brackets is */
};

static void add_text(struct context *context, const char *text)
{
    const size_t left = sizeof context->text - context->length, length = strlen(text);
    memcpy(context->text + context->length, text, length < left ? length : left);
    context->length += length < left ? length : left;
}

static void add_token(struct plx_page *page, struct context *context, const struct plx_context_token *token)
{
    char id[32];
    char *shown = NULL;
    if (token->spelled.known) {
        shown = plx_page_visible(page, token->spelled.text, token->spelled.length);
        add_text(context, shown ? shown : "");
        add_text(context, token->spelled.cut ? "…" : "");
    } else if (token->id != PLX_NO_TOKEN) {
        snprintf(id, sizeof id, "(id %" PRIu32 ")", token->id);
        add_text(context, id);
    } else {
        add_text(context, "?");
    }
    free(shown);
}

static void make_context(struct plx_page *page, const struct plx_extreme *token, const char *separator,
                         struct context *context)
{
    for (size_t i = 0; i < token->before_count; i++) {
        add_token(page, context, token->before + i);
        add_text(context, separator);
    }
    context->begin = context->length;
    add_text(context, "[");
    add_token(page, context, &token->token);
    add_text(context, "]");
    context->end = context->length;
    for (size_t i = 0; i < token->after_count; i++) {
        add_text(context, separator);
        add_token(page, context, token->after + i);
    }
}

static bool within(const struct context *context, size_t at)
{
    return at < context->length && ((uint8_t)context->text[at] & 0xC0) == 0x80;
}

/* As much of it as fits: the token, then what stands before it, then what follows. */
static void put_context(struct plx_page *page, const struct context *context, bool words, size_t most)
{
    size_t from = context->begin, to = context->end, width = columns_of(context->text + from, to - from);
    for (; width > most || within(context, to); to--)
        width -= !within(context, to - 1);
    for (; from > 0 && (width < most || within(context, from)); width += !within(context, from))
        from--;
    for (; to < context->length && (width < most || within(context, to)); to++)
        width += !within(context, to);
    if (words) { /* whole ones alone */
        while (from > 0 && from < context->begin && context->text[from - 1] != ' ')
            from++;
        while (to > context->end && (to < context->length && context->text[to] != ' '))
            to--;
    }
    plx_page_put(page, context->text + from, to - from);
}

/* Whether the files say which token it is. */
static bool is_told(const struct plx_context_token *token)
{
    return token->spelled.known || token->id != PLX_NO_TOKEN;
}

static void put_token(struct plx_page *page, const struct plx_extreme *token, const char *separator)
{
    char change[PLX_FIXED_TEXT + 1], base[PLX_FIXED_TEXT + 1], new[PLX_FIXED_TEXT + 1], place[48];
    char line[256];
    struct context context = {.length = 0};
    snprintf(place, sizeof place, "%" PRIu64 ":%" PRIu64, token->unit, token->position);
    const int length = snprintf(
        line, sizeof line, "%10s%10s%10s  %-11s ", format_nats(token->nats, true, change),
        format_nats(token->compared[0], false, base), format_nats(token->compared[1], false, new), place);
    const size_t column = length < 0 ? 0 : strlen(line);
    plx_page_put(page, line, column);
    if (is_told(&token->token)) {
        make_context(page, token, separator, &context);
        put_context(page, &context, *separator != '\0', page->columns > column ? page->columns - column : 0);
    }
    plx_page_put(page, "\n", 1);
}

static void put_token_list(struct plx_page *page, const char *what, const struct plx_extremes *tokens,
                           const char *separator)
{
    if (tokens->count == 0)
        return;
    const bool told = is_told(&tokens->list[tokens->heap[0]].token);
    plx_page_line(page, "\n%s", what);
    plx_page_line(page, "%10s%10s%10s  %-11s%s", "nats", "BASE", "NEW", told ? "unit:place" : "token",
                  told ? " context [token] context" : "");
    for (size_t i = 0; i < tokens->count; i++)
        put_token(page, tokens->list + tokens->heap[i], separator);
}

void plx_moved_text(struct plx_page *page, const struct plx_moved *moved, const char *separator)
{
    if (plx_moved_tells_documents(moved)) {
        put_documents(page, moved);
        put_document_list(page, "documents that got worse most", &moved->worse_documents);
        put_document_list(page, "documents that got better most", &moved->better_documents);
    }
    put_token_list(page, "tokens that got worse most", &moved->worse, separator);
    put_token_list(page, "tokens that got better most", &moved->better, separator);
}
