#include "eval/explain_notes.h"

#include "base/error.h"
#include "base/number.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* "4,358": with room for every number. */
struct shown {
    char text[PLX_NUMBER_TEXT];
};

static struct shown show(uint64_t number)
{
    struct shown shown;
    plx_format_grouped(number, shown.text);
    return shown;
}

/* "s" for all numbers but one. */
static const char *plural(uint64_t number)
{
    return number == 1 ? "" : "s";
}

/* What sets the tokens of two plans apart, or their units. */
enum parting { NOTHING_PARTS, NO_ENDS_THERE, ENDS_THERE, OTHER_SYMBOLS, OTHER_DOCUMENTS };

/* Whether the tokens of a text can be cut or taken otherwise. Where documents begin matters where they are
   units. */
static enum parting parts_surely(const struct plx_plan *first, const struct plx_plan *other)
{
    const bool ends = plx_plan_line_ends(first), other_ends = plx_plan_line_ends(other);
    if (ends != other_ends)
        return ends ? NO_ENDS_THERE : ENDS_THERE;
    if (first->end != other->end || first->join != other->join)
        return OTHER_SYMBOLS;
    if (first->content == PLX_CONTENT_TEXT && first->protocol.pages != other->protocol.pages &&
        other->protocol.unit == PLX_UNIT_DOCUMENT)
        return OTHER_DOCUMENTS;
    return NOTHING_PARTS;
}

bool plx_explain_surely_parts(const struct plx_plan *first, const struct plx_plan *other)
{
    return parts_surely(first, other) != NOTHING_PARTS;
}

/* Says what parts the plans, and how much of it there is here. */
static void say_parting(enum parting parting, const struct plx_result *first, char *reason, size_t capacity)
{
    const bool text = first->plan.content == PLX_CONTENT_TEXT;
    const uint64_t ends = first->tally.ends, lines = first->text.lines, documents = first->documents;
    *reason = '\0';
    switch (parting) {
    case NOTHING_PARTS: break;
    case NO_ENDS_THERE:
        snprintf(reason, capacity, "%s there: %s of them %s scored here",
                 text ? "line ends are no tokens" : "end symbols are tokens like others",
                 ends > 0 ? show(ends).text : "none", ends > 1 ? "are" : "is");
        break;
    case ENDS_THERE:
        if (text)
            snprintf(reason, capacity, "line ends are tokens there: the corpus has %s line%s",
                     show(lines).text, plural(lines));
        else
            snprintf(reason, capacity, "end symbols end lines there");
        break;
    case OTHER_SYMBOLS: snprintf(reason, capacity, "other symbols are added to the tokens there"); break;
    case OTHER_DOCUMENTS:
        snprintf(reason, capacity, "documents begin elsewhere there: %s of them begin%s here",
                 show(documents).text, documents == 1 ? "s" : "");
        break;
    }
}

/* Words spelled as symbols that another protocol takes for something else. */
static bool parts_by_control_words(const struct plx_plan *first, const struct plx_plan *other,
                                   uint64_t control_words)
{
    if (first->content != PLX_CONTENT_TEXT)
        return false;
    bool same = first->protocol.control_words == other->protocol.control_words, known = true;
    for (size_t i = 0; i < 2; i++) {
        const uint32_t id = other->control[i];
        same &= id == first->control[i];
        known &= id == PLX_NO_TOKEN || id == first->control[0] || id == first->control[1];
    }
    return !same && (control_words > 0 || !known);
}

bool plx_explain_parts(const struct plx_result *first, const struct plx_plan *other,
                       const struct plx_explain_totals *totals, char *reason, size_t capacity)
{
    const struct plx_plan *plan = &first->plan;
    const bool part = *first->document_range && first->plan.content == PLX_CONTENT_TEXT;
    say_parting(parts_surely(plan, other), first, reason, capacity);
    if (*reason)
        return true;
    if (part && plan->protocol.pages != other->protocol.pages) /* which documents these are */
        say_parting(OTHER_DOCUMENTS, first, reason, capacity);
    else if (parts_by_control_words(plan, other, totals->control_words))
        snprintf(reason, capacity, "words that are spelled as symbols mean something else there");
    else if (plan->protocol.unknown != PLX_UNKNOWN_ERROR && other->protocol.unknown == PLX_UNKNOWN_ERROR &&
             totals->unknown > 0)
        snprintf(reason, capacity, "unknown tokens are refused there");
    return *reason;
}

void plx_explain_fates(const struct plx_explain_fates *fates, char *reason, size_t capacity)
{
    const struct {
        uint64_t count;
        const char *one, *many;
    } parts[] = {
        {fates->less, "sees less context", "see less context"},
        {fates->more, "sees more context", "see more context"},
        {fates->other, "sees another context", "see another context"},
        {fates->unscored, "is not scored here", "are not scored here"},
    };
    size_t size = (size_t)snprintf(reason, capacity, "needs a pass of its own:");
    const char *before = " ";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].count == 0 || size >= capacity)
            continue;
        size += (size_t)snprintf(reason + size, capacity - size, "%s%s position%s %s", before,
                                 show(parts[i].count).text, plural(parts[i].count),
                                 parts[i].count == 1 ? parts[i].one : parts[i].many);
        before = ", ";
    }
}

/* One thing that can be said of every protocol. */
struct aspect {
    char text[PLX_EXPLAINED_TEXT];
    bool remarkable; /* worth saying even where there is nothing to compare it with */
};

PLX_PRINTF(2, 3)
static struct aspect say(bool remarkable, const char *format, ...)
{
    struct aspect aspect = {.remarkable = remarkable};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(aspect.text, sizeof aspect.text, format, arguments);
    va_end(arguments);
    return aspect;
}

static struct aspect count_skipped(uint64_t count, const char *what)
{
    return say(count > 0, "%s position%s %s", count > 0 ? show(count).text : "no", plural(count), what);
}

static struct aspect scored(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    const uint64_t count = plx_tally_total(&result->tally).count;
    (void)totals;
    return say(true, "%s of %s positions scored", show(count).text, show(result->tokens).text);
}

static struct aspect line_ends(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    const uint64_t ends = result->tally.ends;
    (void)totals;
    return say(ends > 0, "%s line end%s scored", ends > 0 ? show(ends).text : "no", plural(ends));
}

static struct aspect blank_lines(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    const uint64_t skipped = result->skipped.blank;
    if (skipped == 0)
        return say(false, "no blank line skipped");
    return say(true, "%s of %s blank lines skipped", show(skipped).text, show(totals->blank_ends).text);
}

static struct aspect no_context(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    (void)totals;
    return count_skipped(result->skipped.no_context, "without context left out");
}

static struct aspect masked(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    (void)totals;
    return count_skipped(result->skipped.masked, "in windows for context only");
}

static struct aspect replaced(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    (void)totals;
    return count_skipped(result->skipped.replaced, "taken by the start symbol");
}

static struct aspect tail(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    (void)totals;
    return count_skipped(result->skipped.tail, "in last windows left out");
}

static struct aspect limit(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    (void)totals;
    return count_skipped(result->skipped.limit, "behind the limit");
}

static struct aspect unknown_tokens(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    const struct plx_protocol *protocol = &result->plan.protocol;
    const struct shown count = show(result->tally.unknown_tokens);
    (void)totals;
    if (result->tally.unknown_tokens == 0)
        return say(false, "no unknowns");
    switch (protocol->unknown) {
    case PLX_UNKNOWN_SKIP: return say(true, "unknowns left out: %s", count.text);
    case PLX_UNKNOWN_FLOOR: return say(true, "unknowns at 10^%g: %s", protocol->floor_log10, count.text);
    case PLX_UNKNOWN_CLASS:
        return say(true, "unknowns as one of %s words: %s", show(protocol->class_size).text, count.text);
    case PLX_UNKNOWN_ZERO: break;
    case PLX_UNKNOWN_UNK:
    case PLX_UNKNOWN_ERROR:
    case PLX_UNKNOWN_UNK_OR_SKIP: /* settled by the plan */
        if (result->plan.unknown != PLX_NO_TOKEN)
            return say(true, "unknowns as the unknown symbol: %s", count.text);
        break;
    }
    return say(true, "unknowns without probability: %s", count.text);
}

static struct aspect average(const struct plx_result *result, const struct plx_explain_totals *totals)
{
    const struct plx_protocol *protocol = &result->plan.protocol;
    const uint64_t groups = result->sequence.groups;
    const char *unit = protocol->unit == PLX_UNIT_LINE       ? "line"
                       : protocol->unit == PLX_UNIT_DOCUMENT ? "document"
                                                             : "stream";
    (void)totals;
    switch (protocol->average) {
    case PLX_AVERAGE_WINDOW:
        return say(true, "mean of the means of %s window%s", show(groups).text, plural(groups));
    case PLX_AVERAGE_HF_2024:
        return say(true, "mean of the means of %s window%s, weighted by targets, less one where they overlap",
                   show(groups).text, plural(groups));
    case PLX_AVERAGE_UNIT:
        return say(true, "mean of the means of %s %s%s", show(groups).text, unit, plural(groups));
    case PLX_AVERAGE_TOKEN: break;
    }
    return say(false, "mean over tokens");
}

typedef struct aspect describe_aspect(const struct plx_result *result,
                                      const struct plx_explain_totals *totals);

static describe_aspect *const ASPECTS[] = {scored,   line_ends, blank_lines, no_context,     masked,
                                           replaced, tail,      limit,       unknown_tokens, average};

_Static_assert(sizeof ASPECTS / sizeof *ASPECTS < PLX_EXPLAINED_NOTES, "every aspect may make a note");

static void add_note(struct plx_explanation *explanation, const char *text)
{
    char *note = explanation->notes[explanation->note_count];
    snprintf(note, PLX_EXPLAINED_TEXT, "%s", text);
    explanation->listed[explanation->note_count++] = note;
}

void plx_explain_notes(const struct plx_result *result, const struct plx_result *first,
                       const struct plx_explain_totals *totals, struct plx_explanation *explanation)
{
    for (size_t i = 0; i < sizeof ASPECTS / sizeof *ASPECTS; i++) {
        const struct aspect aspect = ASPECTS[i](result, totals);
        const bool differs = first && strcmp(aspect.text, ASPECTS[i](first, totals).text) != 0;
        if (first ? differs : aspect.remarkable)
            add_note(explanation, aspect.text);
    }
    if (first && explanation->note_count == 0)
        add_note(explanation, "the same number: every position is scored under the same context");
}
