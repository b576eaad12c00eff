/* The positions that protocols score, and what a model may see for each of them: a slow reference, straight
   from the definitions of the fields, against what the windows hand to a sink, over random texts and
   protocols. The reference lists the windows of a whole unit and looks each token up in them; it keeps no
   state. */
#include "eval/windows.h"
#include "model/model.h"

#include "support/random.h"
#include "support/sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/inputs.h"

#define SHORT_CASES ((size_t)(SANITIZED ? 10000 : 60000))
#define LONG_CASES  ((size_t)(SANITIZED ? 15 : 60))
#define UNBOUNDED   UINT64_C(1000000)

enum { START = 900, END = 901, JOIN = 902, FIRST_ID = 1000 };

enum outcome { SCORED, NO_CONTEXT, MASKED, REPLACED, TAIL, LIMITED, BLANK, OUTCOMES };

/* A token of the corpus. */
struct token {
    uint32_t id;
    uint16_t flags;
    bool made_by_windows; /* the end of a document: no block holds it */
    bool left_out;        /* by the protocol, before it is in a unit */

    /* By the reference. */
    enum outcome outcome;
    bool first_of_unit, first_of_window; /* among the scored ones */
    uint64_t unit, position, number;     /* number: among all that are kept */
    uint64_t in_window;
    enum plx_before before;
    uint32_t *context;
    size_t context_length;
};

struct text {
    struct token *tokens;
    size_t count;
    size_t *units; /* [unit_count + 1] where units begin */
    size_t unit_count;
    size_t rest; /* bytes behind the last token */
};

/* The text. */

static void add_token(struct text *text, uint32_t id, unsigned flags)
{
    text->tokens[text->count++] = (struct token){.id = id, .flags = (uint16_t)flags};
}

/* The words of a line, some of them unknown, or start symbols. */
static void add_words(struct text *text, const struct plx_plan *plan, struct random *random, bool gaps)
{
    const bool starts = random_chance(random, 3);
    const uint32_t start = plan->restart != PLX_NO_TOKEN ? plan->restart : plan->start;
    for (size_t words = random_below(random, 7); words > 0; words--) {
        const bool unknown = random_chance(random, 5);
        if (starts && start != PLX_NO_TOKEN && random_chance(random, 3))
            add_token(text, start,
                      PLX_TOKEN_WORD |
                          (plan->restart != PLX_NO_TOKEN || plan->protocol.start == PLX_START_CONTEXT
                               ? PLX_TOKEN_START
                               : 0));
        else
            add_token(text, gaps && unknown ? PLX_NO_TOKEN : FIRST_ID + (uint32_t)text->count,
                      PLX_TOKEN_WORD | (unknown ? PLX_TOKEN_UNKNOWN : 0));
    }
}

/* Lines as a block of the corpus has them under the plan: with a token for a line's end or without. In a
   corpus of tokens, lines end in documents too. */
static struct text text_new(const struct plx_plan *plan, struct random *random, size_t lines, bool gaps)
{
    const enum plx_unit unit = plan->protocol.unit;
    const bool ends = unit != PLX_UNIT_DOCUMENT || random_chance(random, 2);
    struct text text = {.tokens = calloc(lines * 8 + 1, sizeof *text.tokens),
                        .units = calloc(lines + 2, sizeof *text.units)};
    if (!text.tokens || !text.units)
        abort();
    bool afresh = true;
    for (size_t line = 0; line < lines; line++) {
        const size_t first = text.count;
        afresh |= unit == PLX_UNIT_LINE || (unit == PLX_UNIT_DOCUMENT && random_chance(random, 3));
        add_words(&text, plan, random, gaps);
        const unsigned blank = text.count == first ? PLX_TOKEN_BLANK : 0;
        if (ends && plan->end != PLX_NO_TOKEN && !(unit == PLX_UNIT_DOCUMENT && random_chance(random, 4)))
            add_token(&text, plan->end, PLX_TOKEN_END | blank);
        else if (plan->join != PLX_NO_TOKEN)
            add_token(&text, plan->join, PLX_TOKEN_JOIN | blank);
        if (!afresh || text.count == first)
            continue;
        text.units[text.unit_count++] = first;
        text.tokens[first].flags |= unit != PLX_UNIT_STREAM ? PLX_TOKEN_BREAK : 0;
        afresh = false;
    }
    text.units[text.unit_count] = text.count;
    return text;
}

static void text_free(struct text *text)
{
    for (size_t i = 0; i < text->count; i++)
        free(text->tokens[i].context);
    free(text->tokens);
    free(text->units);
}

/* How many symbols stand before a unit. */
static size_t symbols_of(const struct plx_plan *plan)
{
    const enum plx_start start = plan->protocol.start;
    return start == PLX_START_CONTEXT || start == PLX_START_END ? plan->start_repeat : 0;
}

/* Says of the tokens of a unit which are left out: start symbols at a place where the protocol puts as many,
   and the ends of blank lines. Returns the last that is kept; NULL if none is. */
static const struct token *leave_out(struct token *tokens, size_t count, const struct plx_plan *plan)
{
    const struct token *last = NULL;
    const size_t symbols = symbols_of(plan);
    size_t spelled = 0;
    for (size_t i = 0; i < count; i++) {
        struct token *token = tokens + i;
        const unsigned blank = PLX_TOKEN_END | PLX_TOKEN_BLANK;
        size_t put = symbols;
        if (last)
            put = plan->restart != PLX_NO_TOKEN && (last->flags & PLX_TOKEN_END) ? 1 : 0;
        if ((token->flags & PLX_TOKEN_START) && spelled < put) {
            spelled++;
            token->outcome = REPLACED;
        } else if ((token->flags & blank) == blank && plan->protocol.blank == PLX_BLANK_SKIP) {
            token->outcome = BLANK;
        } else {
            last = token;
            spelled = 0;
            continue;
        }
        token->left_out = true;
    }
    return last;
}

/* Leaves tokens out, and gives documents their end symbol unless they have it. */
static void end_documents(struct text *text, const struct plx_plan *plan)
{
    const bool ends = plan->protocol.unit != PLX_UNIT_STREAM && plan->end != PLX_NO_TOKEN;
    struct token *tokens = calloc(text->count + text->unit_count + 1, sizeof *tokens);
    size_t count = 0;
    if (!tokens)
        abort();
    for (size_t unit = 0; unit < text->unit_count; unit++) {
        const size_t begin = text->units[unit];
        const size_t end = unit + 1 < text->unit_count ? text->units[unit + 1] : text->count;
        const struct token *last = leave_out(text->tokens + begin, end - begin, plan);
        text->units[unit] = count;
        for (size_t i = begin; i < end; i++)
            tokens[count++] = text->tokens[i];
        if (ends && last && !(last->flags & PLX_TOKEN_END))
            tokens[count++] =
                (struct token){.id = plan->end, .flags = PLX_TOKEN_END, .made_by_windows = true};
    }
    text->units[text->unit_count] = count;
    free(text->tokens);
    text->tokens = tokens;
    text->count = count;
}

/* What joins lines does not stand behind the last. */
static size_t tokens_of(const struct text *text)
{
    return text->count - (text->count > 0 && (text->tokens[text->count - 1].flags & PLX_TOKEN_JOIN));
}

/* The reference. */

struct window {
    size_t begin, end;
    size_t last; /* how many targets count, of score last:K */
    bool dropped;
};

/* A unit as the model would see it: start symbols and tokens. */
struct unit {
    const struct plx_plan *plan;
    struct token **tokens; /* that are kept; position p is tokens[p − symbols] */
    size_t symbols, size;  /* symbols and tokens */
};

/* Where the first window ends if the field first_window says how many targets it scores: they stand behind
   the start symbols, or behind a first token that cannot be one of them. */
static size_t first_window_end(const struct plx_plan *plan, size_t symbols)
{
    const struct plx_protocol *protocol = &plan->protocol;
    const bool no_target =
        symbols == 0 && (!plan->empty_context || protocol->first == PLX_FIRST_SKIP ||
                         protocol->score == PLX_SCORE_ALL || protocol->start == PLX_START_REPLACE);
    return symbols + (size_t)protocol->first_window + no_target;
}

/* The most positions of a window that the unit begins with, or is: of its symbols, one counts. */
static size_t most_positions(const struct plx_plan *plan, size_t symbols)
{
    return (size_t)plan->protocol.window + (symbols > 1 ? symbols - 1 : 0);
}

/* The window in which position p stands for the first time. */
static struct window find_window(const struct unit *unit, size_t p)
{
    const struct plx_protocol *protocol = &unit->plan->protocol;
    if (protocol->window == 0)
        return (struct window){.end = unit->size};
    const size_t most = most_positions(unit->plan, unit->symbols);
    struct window window = {.end = most, .last = (size_t)protocol->score_last};
    if (protocol->first_window) {
        window.end = first_window_end(unit->plan, unit->symbols);
        window.last = (size_t)protocol->first_window;
    }
    while (window.end <= p) {
        window.end += (size_t)protocol->stride;
        window.last = (size_t)protocol->score_last;
    }
    window.begin = window.end > most ? window.end - (size_t)protocol->window : 0;
    const bool last = window.end == unit->size && protocol->tail == PLX_TAIL_DROP_LAST;
    if (window.end <= unit->size && !last)
        return window;
    if (protocol->tail == PLX_TAIL_LEFT_EXTEND)
        window.begin = unit->size > most ? unit->size - (size_t)protocol->window : 0;
    window.end = unit->size;
    window.dropped = protocol->tail == PLX_TAIL_DROP || protocol->tail == PLX_TAIL_DROP_LAST;
    return window;
}

/* How many tokens of the window, symbols before the unit apart, stand before position p, and what the last of
   them is. */
static void find_before(const struct unit *unit, const struct window *window, size_t p)
{
    struct token *target = unit->tokens[p - unit->symbols];
    target->in_window = 0;
    target->before = PLX_BEFORE_NOTHING;
    for (size_t q = window->begin; q < p; q++) {
        const struct token *token = q < unit->symbols ? NULL : unit->tokens[q - unit->symbols];
        const bool overwritten = unit->plan->protocol.start == PLX_START_REPLACE && q == window->begin;
        target->in_window += token != NULL;
        target->before = token && !overwritten && (token->flags & PLX_TOKEN_UNKNOWN) ? PLX_BEFORE_UNKNOWN
                                                                                     : PLX_BEFORE_KNOWN;
    }
}

/* What is visible of the window before position p, of which the model can use the last so many. */
static void find_context(const struct unit *unit, const struct window *window, size_t p)
{
    const struct plx_plan *plan = unit->plan;
    uint32_t *context = calloc(p - window->begin + 1, sizeof *context);
    size_t length = 0;
    if (!context || !unit->tokens)
        abort();
    for (size_t q = window->begin; q < p; q++) {
        const struct token *token = q < unit->symbols ? NULL : unit->tokens[q - unit->symbols];
        const bool overwritten = plan->protocol.start == PLX_START_REPLACE && q == window->begin;
        if (token && plan->restart != PLX_NO_TOKEN && (token->flags & PLX_TOKEN_END)) {
            length = 0;
            context[length++] = plan->restart;
        } else if (token && !overwritten && token->id == PLX_NO_TOKEN && !plan->unknown_context) {
            length = 0;
        } else {
            const bool pads = q + 1 < unit->symbols; /* stands before another symbol */
            context[length++] = pads ? plan->padding : !token || overwritten ? plan->start : token->id;
        }
    }
    struct token *target = unit->tokens[p - unit->symbols];
    target->context = context;
    target->context_length = length;
}

static enum outcome judge(const struct unit *unit, const struct window *window, size_t p)
{
    const struct plx_plan *plan = unit->plan;
    const struct plx_protocol *protocol = &plan->protocol;
    if (window->dropped)
        return TAIL;
    if (protocol->start == PLX_START_REPLACE && p == window->begin)
        return REPLACED;
    if (protocol->score == PLX_SCORE_ALL && p == window->begin)
        return NO_CONTEXT;
    if (protocol->score == PLX_SCORE_LAST && p + window->last < window->end)
        return MASKED;
    find_context(unit, window, p);
    find_before(unit, window, p);
    const bool can = plan->empty_context && protocol->first == PLX_FIRST_SCORE;
    return unit->tokens[p - unit->symbols]->context_length > 0 || can ? SCORED : NO_CONTEXT;
}

static void judge_unit(const struct unit *unit, uint64_t *scored)
{
    const struct plx_protocol *protocol = &unit->plan->protocol;
    size_t last_window = SIZE_MAX;
    bool first_of_unit = true;
    for (size_t p = unit->symbols; p < unit->size; p++) {
        struct token *token = unit->tokens[p - unit->symbols];
        const struct window window = find_window(unit, p);
        token->outcome = judge(unit, &window, p);
        if (token->outcome != SCORED)
            continue;
        if (protocol->limit && *scored >= protocol->limit) {
            token->outcome = LIMITED;
            continue;
        }
        *scored += protocol->unknown != PLX_UNKNOWN_SKIP || !(token->flags & PLX_TOKEN_UNKNOWN);
        token->first_of_unit = first_of_unit;
        token->first_of_window = window.end != last_window;
        first_of_unit = false;
        last_window = window.end;
    }
}

/* What the reference counts. */
struct counts {
    uint64_t scored, kept;
};

/* Fills in what the reference says of every token. */
static struct counts judge_text(struct text *text, const struct plx_plan *plan)
{
    const size_t count = tokens_of(text);
    struct token **kept = calloc(count + 1, sizeof *kept);
    struct counts counts = {0, 0};
    if (!kept)
        abort();
    for (size_t i = 0; i < text->unit_count; i++) {
        const size_t end = text->units[i + 1] < count ? text->units[i + 1] : count;
        struct unit unit = {.plan = plan, .tokens = kept};
        size_t tokens = 0;
        for (size_t k = text->units[i]; k < end; k++) {
            struct token *token = text->tokens + k;
            if (token->left_out)
                continue;
            token->unit = i;
            token->position = tokens;
            token->number = counts.kept++;
            kept[tokens++] = token;
        }
        unit.symbols = symbols_of(plan);
        unit.size = unit.symbols + tokens;
        judge_unit(&unit, &counts.scored);
    }
    free(kept);
    return counts;
}

/* What the windows say. */

/* Walks over the text along with the batches. */
struct listener {
    const struct plx_plan *plan;
    const struct text *text;
    size_t batch_targets;
    size_t next;      /* token */
    uint64_t targets; /* heard so far */
    struct plx_batch *spare;
    bool last_was_full;
    char failure[160]; /* empty: none yet */
};

static void object(struct listener *listener, const char *what)
{
    if (!*listener->failure)
        snprintf(listener->failure, sizeof listener->failure, "token %zu: %s", listener->next, what);
}

/* Where the first target of a window stands. */
static void hear_place(struct listener *listener, const struct plx_batch *batch, size_t w)
{
    const struct plx_place place = batch->places[w];
    const struct token *token = listener->text->tokens + (listener->next - 1);
    if (place.unit != token->unit || place.position != token->position || place.token != token->number)
        object(listener, "another place");
    if (place.in_window != token->in_window || place.before != token->before)
        object(listener, "another place in the window");
    if (batch->windows[w].position != (listener->plan->by_token ? token->number : listener->targets))
        object(listener, "another position");
}

/* A token has its number as bytes. The last one also has those of what would join its line to another, and
   those behind it. */
static size_t bytes_of(const struct text *text, size_t i)
{
    const size_t count = tokens_of(text);
    return i + 1 + (i + 1 == count ? text->rest + (count < text->count ? text->count : 0) : 0);
}

/* The targets of a batch carry the bytes of their token, and twice as many characters. */
static void hear_target(struct listener *listener, const struct plx_batch *batch, size_t at,
                        const uint32_t *window, size_t p)
{
    const unsigned passed = ~(unsigned)(PLX_TOKEN_BREAK | PLX_TOKEN_NEW_WINDOW);
    const size_t count = tokens_of(listener->text);
    while (listener->next < count && listener->text->tokens[listener->next].outcome != SCORED)
        listener->next++;
    if (listener->next == count) {
        object(listener, "a target too many");
        return;
    }
    const struct token *token = listener->text->tokens + listener->next;
    const uint64_t most = listener->plan->context_length;
    const size_t expected = token->context_length < most ? token->context_length : (size_t)most;
    const size_t seen = p < most ? p : (size_t)most;
    const size_t bytes = bytes_of(listener->text, listener->next);
    if (batch->bytes[at] != bytes || batch->characters[at] != 2 * bytes)
        object(listener, "not the next target");
    else if (window[p] != token->id)
        object(listener, "not its id");
    else if ((batch->flags[at] & passed) != (token->flags & passed))
        object(listener, "not its flags");
    else if (((batch->flags[at] & PLX_TOKEN_BREAK) != 0) != token->first_of_unit)
        object(listener, "the first of its unit or not");
    else if (((batch->flags[at] & PLX_TOKEN_NEW_WINDOW) != 0) != token->first_of_window)
        object(listener, "the first of its window or not");
    else if (seen != expected)
        object(listener, "more or less context");
    else if (memcmp(window + p - seen, token->context + token->context_length - seen,
                    seen * sizeof *window) != 0)
        object(listener, "another context");
    listener->next++;
}

static enum plx_status hear(void *user, struct plx_batch **batch, struct plx_error *error)
{
    struct listener *listener = user;
    struct plx_batch *full = *batch;
    size_t at = 0;
    (void)error;
    if (!listener->last_was_full)
        object(listener, "a batch after one that was not full");
    listener->last_was_full = full->target_count == listener->batch_targets;
    if (full->target_count == 0 || full->target_count > listener->batch_targets)
        object(listener, "a batch of the wrong size");
    for (size_t w = 0; w < full->window_count; w++) {
        const struct plx_window *window = full->windows + w;
        if (window->first >= window->end || full->offsets[w] + window->end > full->id_count)
            object(listener, "an impossible window");
        for (size_t p = window->first; p < window->end && !*listener->failure; p++) {
            hear_target(listener, full, at++, full->ids + full->offsets[w], p);
            if (p == window->first && !*listener->failure)
                hear_place(listener, full, w);
            listener->targets++;
        }
    }
    if (at != full->target_count)
        object(listener, "windows and targets do not add up");
    *batch = listener->spare;
    listener->spare = full;
    plx_batch_clear(*batch);
    return PLX_OK;
}

/* Where the block ends that begins at a token: somewhere, but at the end of a document in any case, so that
   what is left over can go to the end symbol. */
static size_t end_of_block(const struct text *text, struct random *random, size_t begin)
{
    const size_t most = random_chance(random, 3) ? 3 : 40;
    size_t end = begin;
    for (size_t left = 1 + random_below(random, most); left > 0 && end < text->count; left--, end++) {
        if (text->tokens[end].made_by_windows)
            return end;
    }
    return end;
}

/* The bytes of a document's end are left over by its last block. */
static enum plx_status give_block(struct plx_windows *windows, const struct text *text, size_t begin,
                                  size_t end)
{
    uint32_t ids[64], bytes[64], characters[64];
    uint16_t flags[64];
    struct plx_block block = {.ids = ids, .flags = flags};
    block.tokens.bytes = bytes;
    block.tokens.characters = characters;
    for (size_t i = begin; i < end; i++) {
        const size_t at = block.tokens.count++;
        ids[at] = text->tokens[i].id;
        flags[at] = text->tokens[i].flags;
        bytes[at] = (uint32_t)(i + 1);
        characters[at] = (uint32_t)(2 * (i + 1));
    }
    const bool made = end < text->count && text->tokens[end].made_by_windows;
    block.tokens.rest_bytes = (uint32_t)(made ? end + 1 : 0);
    block.tokens.rest_bytes += (uint32_t)(end + made == text->count ? text->rest : 0);
    block.tokens.rest_characters = 2 * block.tokens.rest_bytes;
    return plx_windows_add(windows, &block, NULL);
}

static void check_counts(struct listener *listener, const struct plx_windows *windows,
                         const struct counts *counts)
{
    const uint64_t scored = counts->scored;
    const struct plx_skipped *skipped = &windows->skipped;
    const uint64_t found[OUTCOMES] = {0,
                                      skipped->no_context,
                                      skipped->masked,
                                      skipped->replaced,
                                      skipped->tail,
                                      skipped->limit,
                                      skipped->blank};
    const uint64_t limit = listener->plan->protocol.limit;
    const bool at_limit = limit > 0 && scored >= limit;
    const size_t count = tokens_of(listener->text);
    uint64_t expected[OUTCOMES] = {0}, all = 0, all_found = 0;
    for (size_t i = 0; i < count; i++)
        expected[listener->text->tokens[i].outcome]++;
    for (size_t i = NO_CONTEXT; i < OUTCOMES; i++) {
        all += expected[i];
        all_found += found[i];
        /* Behind the limit, what else would have kept a token from being scored does not matter. */
        if (!at_limit && found[i] != expected[i])
            object(listener, "counted as skipped for another reason");
    }
    while (listener->next < count && listener->text->tokens[listener->next].outcome != SCORED)
        listener->next++;
    if (listener->next < count)
        object(listener, "a target is missing");
    if (all != all_found)
        object(listener, "the skipped ones do not add up");
    if (windows->tokens != count || (limit > 0 && windows->scored != scored) ||
        windows->kept != counts->kept || windows->targets != listener->targets ||
        windows->units != listener->text->unit_count)
        object(listener, "the tokens or the scored ones do not add up");
}

static void print_case(const struct plx_plan *plan, const struct text *text)
{
    static const char *const outcomes[] = {"scored", "no context", "masked", "replaced",
                                           "tail",   "limit",      "blank"};
    char value[2 * PLX_SYMBOL_TEXT];
    const char *name;
    for (size_t i = 0; plx_protocol_field(&plan->protocol, i, &name, value, sizeof value, NULL); i++)
        print_message(" --%s %s", name, value);
    print_message("\nstart %d times %u, end %d, restart %d, join %d; context of %llu%s%s\n", (int)plan->start,
                  plan->start_repeat, (int)plan->end, (int)plan->restart, (int)plan->join,
                  (unsigned long long)plan->context_length, plan->empty_context ? ", empty too" : "",
                  plan->unknown_context ? ", unknown too" : "");
    for (size_t i = 0; i < text->count && i < 100; i++) {
        const struct token *token = text->tokens + i;
        print_message("%s%zu: id %d, flags %x, %s after", token->flags & PLX_TOKEN_BREAK ? "--\n" : "", i,
                      (int)token->id, token->flags, outcomes[token->outcome]);
        for (size_t k = 0; k < token->context_length && token->outcome == SCORED; k++)
            print_message(" %u", token->context[k]);
        print_message("\n");
    }
}

static void run_case(const struct plx_plan *plan, struct random *random, size_t lines, bool gaps)
{
    struct text text = text_new(plan, random, lines, gaps);
    struct plx_batch batches[2] = {{0}, {0}};
    struct listener listener = {.plan = plan, .text = &text, .spare = batches + 1, .last_was_full = true};
    struct plx_windows windows;
    end_documents(&text, plan);
    const struct counts counts = judge_text(&text, plan);
    text.rest = random_below(random, 3);
    listener.batch_targets = 1 + random_below(random, random_chance(random, 2) ? 4 : 300);
    plx_windows_init(&windows, plan, listener.batch_targets, hear, &listener, batches);
    for (size_t begin = 0; begin < text.count;) {
        const size_t end = end_of_block(&text, random, begin);
        assert_int_equal(give_block(&windows, &text, begin, end), PLX_OK);
        begin = end + (end < text.count && text.tokens[end].made_by_windows);
    }
    assert_int_equal(plx_windows_finish(&windows, NULL), PLX_OK);
    check_counts(&listener, &windows, &counts);
    if (*listener.failure) {
        print_case(plan, &text);
        fail_msg("%s", listener.failure);
    }
    plx_windows_release(&windows);
    plx_batch_release(batches);
    plx_batch_release(batches + 1);
    text_free(&text);
}

/* The cases. */

static void choose_windows(struct plx_protocol *protocol, struct random *random)
{
    protocol->window = 2 + random_below(random, random_chance(random, 4) ? 40 : 7);
    protocol->stride = 1 + random_below(random, (size_t)protocol->window);
    protocol->score = (enum plx_score)random_below(random, 3);
    if (protocol->score == PLX_SCORE_ALL)
        protocol->stride = protocol->window - random_below(random, 2);
    if (protocol->score == PLX_SCORE_LAST)
        protocol->score_last = 1 + random_below(random, (size_t)protocol->stride);
    protocol->tail = (enum plx_tail)random_below(random, 4);
    if (protocol->score == PLX_SCORE_LAST && random_chance(random, 4))
        protocol->score_last = PLX_AS_STRIDE;
    if (protocol->score != PLX_SCORE_LAST && random_chance(random, 4))
        protocol->stride = PLX_WINDOW_LESS_1;
}

static struct plx_protocol random_protocol(struct random *random)
{
    struct plx_protocol protocol = {.name = "custom"};
    protocol.unit = (enum plx_unit)random_below(random, 3);
    protocol.start = (enum plx_start)random_below(random, 5);
    protocol.end = (enum plx_end)random_below(random, 3);
    protocol.first = (enum plx_first)random_below(random, 2);
    protocol.unknown = random_chance(random, 3) ? PLX_UNKNOWN_SKIP : PLX_UNKNOWN_UNK;
    if (protocol.end != PLX_END_NONE && random_chance(random, 2))
        protocol.blank = PLX_BLANK_SKIP;
    if (random_chance(random, 4))
        protocol.limit = 1 + random_below(random, 30);
    if (random_chance(random, 5)) {
        protocol.start = protocol.start == PLX_START_REPLACE ? PLX_START_CONTEXT : protocol.start;
        return protocol;
    }
    choose_windows(&protocol, random);
    if (random_chance(random, 3))
        protocol.first_window =
            random_chance(random, 4) ? PLX_AS_STRIDE : 1 + random_below(random, (size_t)protocol.window);
    return protocol;
}

/* As much of a model as a plan looks at. */
static struct plx_model random_model(struct random *random)
{
    static const struct plx_model_class nothing = {.close = NULL};
    struct plx_model model = {.class = &nothing};
    struct plx_model_info *info = &model.info;
    const unsigned bits[] = {PLX_EMPTY_CONTEXT, PLX_UNKNOWN_CONTEXT, PLX_RESTART_AT_END};
    info->order = 2;
    info->vocabulary = PLX_NO_TOKEN;
    info->capabilities = PLX_STRING_TOKENS;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        info->capabilities |= random_chance(random, 2) ? bits[i] : 0;
    info->context_length = random_chance(random, 6) ? UNBOUNDED : random_below(random, 6);
    if (info->context_length == 0) /* without any context, none can be in the way */
        info->capabilities |= PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT;
    info->end = random_chance(random, 6) ? PLX_NO_TOKEN : END;
    info->start = random_chance(random, 4) ? (random_chance(random, 2) ? PLX_NO_TOKEN : info->end) : START;
    info->start_repeat = 1 + (unsigned)random_below(random, 3);
    info->unknown = PLX_NO_TOKEN;
    return model;
}

/* The symbol that a protocol begins with: the model's start symbol, or between lines its end symbol for want
   of one; or in any case the end symbol, for which a model that begins anew behind it has its start symbol.
 */
static uint32_t expected_start(const struct plx_model_info *info, const struct plx_protocol *asked)
{
    const bool has = info->start != PLX_NO_TOKEN;
    switch (asked->start) {
    case PLX_START_NONE: return PLX_NO_TOKEN;
    case PLX_START_CONTEXT: return has || asked->unit != PLX_UNIT_LINE ? info->start : info->end;
    case PLX_START_REPLACE: return info->start;
    case PLX_START_CONTEXT_OR_END: return has ? info->start : info->end;
    case PLX_START_END: return has && (info->capabilities & PLX_RESTART_AT_END) ? info->start : info->end;
    }
    return PLX_NO_TOKEN;
}

/* What becomes of the field: who may begin with either symbol says with which, and one without a symbol is
   none. */
static enum plx_start expected_kind(const struct plx_model_info *info, const struct plx_protocol *asked)
{
    if (expected_start(info, asked) == PLX_NO_TOKEN)
        return PLX_START_NONE;
    if (asked->start == PLX_START_CONTEXT_OR_END)
        return info->start != PLX_NO_TOKEN ? PLX_START_CONTEXT : PLX_START_END;
    return asked->start;
}

/* The protocol needs an end symbol, which the model lacks. */
static bool lacks_end(const struct plx_model_info *info, const struct plx_protocol *asked)
{
    const bool either = asked->start == PLX_START_CONTEXT_OR_END || asked->start == PLX_START_END;
    return info->end == PLX_NO_TOKEN &&
           (asked->end == PLX_END_SCORED || (either && expected_start(info, asked) == PLX_NO_TOKEN));
}

/* The roles; and in a stream with scored ends, where the model says so, a start symbol of its own for the end
   symbol. */
static void check_roles(const struct plx_model_info *info, const struct plx_protocol *asked,
                        const struct plx_plan *plan)
{
    const bool ends =
        asked->end == PLX_END_SCORED || (asked->end == PLX_END_AUTO && asked->unit == PLX_UNIT_STREAM);
    const uint32_t end = ends ? info->end : PLX_NO_TOKEN;
    const bool restarts = (info->capabilities & PLX_RESTART_AT_END) && asked->unit == PLX_UNIT_STREAM &&
                          end != PLX_NO_TOKEN && info->start != PLX_NO_TOKEN && info->start != end;
    assert_int_equal(plan->start, expected_start(info, asked));
    assert_int_equal(plan->protocol.start, expected_kind(info, asked));
    assert_int_equal(plan->start_repeat, info->start_repeat);
    assert_int_equal(plan->padding, info->start != PLX_NO_TOKEN ? info->start : plan->start);
    assert_int_equal(plan->end, end);
    assert_int_equal(plan->restart, restarts ? info->start : PLX_NO_TOKEN);
}

/* A plan for a random model and protocol that go together. */
static struct plx_plan random_plan(struct random *random)
{
    struct plx_plan plan;
    for (;;) {
        const struct plx_model model = random_model(random);
        const struct plx_protocol protocol = random_protocol(random);
        struct plx_error error = {0};
        const enum plx_status status =
            plx_plan_make(&model, &protocol, inputs_text(PLX_TOKENS_WORD), &plan, &error);
        if (lacks_end(&model.info, &protocol)) {
            assert_int_equal(status, PLX_MISMATCH);
            continue;
        }
        struct plx_protocol numbers = protocol;
        plx_protocol_resolve(&numbers);
        const size_t symbols = symbols_of(&plan);
        const bool fits =
            numbers.first_window == 0 || first_window_end(&plan, symbols) <= most_positions(&plan, symbols);
        if (status != (fits ? PLX_OK : PLX_USAGE)) {
            print_case(&plan, &(struct text){0});
            fail_msg("a plan: %s", error.message);
        }
        check_roles(&model.info, &protocol, &plan);
        if (fits)
            break;
    }
    if (plan.protocol.unit == PLX_UNIT_STREAM && plan.end == PLX_NO_TOKEN && random_chance(random, 2))
        plan.join = JOIN;            /* whose name would need a vocabulary */
    if (plan.protocol.window == 0) { /* answers in a file have no windows */
        plan.by_token = random_chance(random, 3);
        plan.by_target = !plan.by_token && random_chance(random, 2);
    }
    return plan;
}

static void plx_windows_add__as_the_definitions_say(void **state)
{
    (void)state;
    struct random random = {31};
    for (size_t i = 0; i < SHORT_CASES; i++) {
        const struct plx_plan plan = random_plan(&random);
        run_case(&plan, &random, 1 + random_below(&random, 12), random_chance(&random, 2));
    }
}

/* Streams so long that tokens are forgotten on the way. */
static void plx_windows_add__as_the_definitions_say_in_long_texts(void **state)
{
    (void)state;
    struct random random = {32};
    for (size_t i = 0; i < LONG_CASES; i++) {
        struct plx_plan plan = random_plan(&random);
        if (plan.protocol.window == 0 && plan.context_length == UNBOUNDED)
            plan.context_length = 5;
        if (plan.protocol.limit)
            plan.protocol.limit *= 400;
        run_case(&plan, &random, 5000, random_chance(&random, 2));
    }
}

/* Texts of a few tokens and windows of a few: nearly all of the combinations there are. */
static void plx_windows_add__as_the_definitions_say_in_tiny_texts(void **state)
{
    (void)state;
    struct random random = {33};
    for (size_t i = 0; i < SHORT_CASES; i++) {
        const struct plx_plan plan = random_plan(&random);
        run_case(&plan, &random, 1 + random_below(&random, 2), random_chance(&random, 2));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_windows_add__as_the_definitions_say),
        cmocka_unit_test(plx_windows_add__as_the_definitions_say_in_long_texts),
        cmocka_unit_test(plx_windows_add__as_the_definitions_say_in_tiny_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
