/* The scored tokens that a sink gets: every row against a direct computation from the text, under any number
   of threads and any size of batches. */
#include "base/exact.h"
#include "base/logarithms.h"
#include "eval/result.h"

#include "support/inputs.h"
#include "support/random.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Ids 0 to 6. */
static const char MODEL[] =
    "\\data\\\nngram 1=7\nngram 2=4\n\\1-grams:\n-1.5\t<unk>\t-0.25\n-99\t<s>\t-0.5\n-1\t</s>\n"
    "-0.75\ta\t-0.25\n-1.25\tbb\t-0.125\n-0.5\tccc\n-3\t<nl>\n\\2-grams:\n"
    "-0.5\t<s> a\n-0.25\ta bb\n-0.5\tbb </s>\n-0.375\tccc ccc\n\\end\\\n";
enum { UNK, START, END, A, BB, CCC, NL };

static const char *const WORDS[] = {"a", "bb", "ccc", "dddd", "<unk>"};
static const uint32_t IDS[] = {A, BB, CCC, UNK, UNK};

#define LINES      ((size_t)(SANITIZED ? 300 : 1500))
#define LONG_LINES ((size_t)60000)
#define LENGTH(a)  (sizeof(a) / sizeof *(a))

/* A row with memory of its own. */
struct row {
    uint64_t unit, position;
    char token[8], document[16];
    bool has_token, has_document;
    uint32_t id;
    unsigned flags, order;
    double nats;
    bool scored; /* by the reference: neither skipped nor left out */
};

struct rows {
    struct row *rows;
    size_t count, capacity;
    size_t fail_at;      /* the row that is refused; SIZE_MAX: none */
    size_t largest_call; /* the most rows at once */
};

static struct row *new_row(struct rows *rows)
{
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity * 2 + 64;
        rows->rows = realloc(rows->rows, rows->capacity * sizeof *rows->rows);
        if (!rows->rows)
            abort();
    }
    memset(rows->rows + rows->count, 0, sizeof *rows->rows); /* padding too */
    return rows->rows + rows->count++;
}

static void copy_word(char *into, struct plx_word word)
{
    if (word.text)
        memcpy(into, word.text, word.length);
}

static enum plx_status collect(void *user, const struct plx_token_score *tokens, size_t count,
                               struct plx_error *error)
{
    struct rows *rows = user;
    assert_true(count > 0);
    rows->largest_call = count > rows->largest_call ? count : rows->largest_call;
    for (size_t i = 0; i < count; i++) {
        if (rows->count == rows->fail_at)
            return plx_error_set(error, PLX_IO, "the disk is full at row %zu", rows->count);
        struct row *row = new_row(rows);
        row->unit = tokens[i].unit;
        row->position = tokens[i].position;
        row->id = tokens[i].id;
        row->flags = tokens[i].flags;
        row->order = tokens[i].order;
        row->nats = tokens[i].nats;
        row->has_token = tokens[i].token.text != NULL;
        row->has_document = tokens[i].document.text != NULL;
        assert_true(tokens[i].token.length < sizeof row->token);
        assert_true(tokens[i].document.length < sizeof row->document);
        copy_word(row->token, tokens[i].token);
        copy_word(row->document, tokens[i].document);
    }
    return PLX_OK;
}

/* The corpus: lines of words in documents. */

struct line {
    unsigned char words[6]; /* of WORDS */
    size_t count;
    bool begins_document;
};

struct text {
    struct line *lines;
    size_t count;
};

static struct text random_text(struct random *random, size_t lines, size_t words, bool documents)
{
    struct text text = {calloc(lines, sizeof *text.lines), lines};
    if (!text.lines)
        abort();
    for (size_t i = 0; i < lines; i++) {
        text.lines[i].count = random_below(random, LENGTH(text.lines[i].words) + 1);
        text.lines[i].begins_document = i == 0 || (documents && random_chance(random, 5));
        for (size_t k = 0; k < text.lines[i].count; k++)
            text.lines[i].words[k] = (unsigned char)random_below(random, words);
    }
    return text;
}

/* Two of three documents have an id. */
static bool document_id(size_t document, char id[16])
{
    snprintf(id, 16, "doc%zu", document);
    return document % 3 != 1;
}

enum shape { PLAIN, JSON_TEXT, JSON_STRINGS, JSON_IDS };

static void print_line(FILE *out, const struct line *line, enum shape shape, bool ends, bool first)
{
    for (size_t k = 0; k < line->count; k++) {
        const char *word = WORDS[line->words[k]];
        if (shape <= JSON_TEXT)
            fprintf(out, "%s%s", k ? " " : "", word);
        else if (shape == JSON_STRINGS)
            fprintf(out, "%s\"%s\"", first && k == 0 ? "" : ",", word);
        else
            fprintf(out, "%s%u", first && k == 0 ? "" : ",", (unsigned)IDS[line->words[k]]);
    }
    if (shape <= JSON_TEXT)
        fprintf(out, shape == PLAIN ? "\n" : "\\n");
    else if (ends)
        fprintf(out, "%s%s", first && line->count == 0 ? "" : ",", shape == JSON_IDS ? "2" : "\"</s>\"");
}

/* The text as a file; of tokens, with end symbols or without. To be freed. */
static char *file_of(const struct text *text, enum shape shape, bool ends, size_t *size)
{
    static const char *const members[] = {"", "\"text\":\"", "\"tokens\":[", "\"input_ids\":["};
    static const char *const closes[] = {"", "\"}\n", "]}\n", "]}\n"};
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, size);
    size_t documents = 0;
    bool first = true; /* nothing of the document has been written */
    if (!out)
        abort();
    for (size_t i = 0; i < text->count; i++) {
        const struct line *line = text->lines + i;
        if (line->begins_document && shape != PLAIN) {
            char id[16];
            const bool named = document_id(documents, id);
            fprintf(out, "%s{", i ? closes[shape] : "");
            if (named)
                fprintf(out, "\"id\":\"%s\",", id);
            fprintf(out, "%s", members[shape]);
            documents++;
            first = true;
        }
        print_line(out, line, shape, ends, first);
        first &= line->count == 0 && !(ends && shape > JSON_TEXT);
    }
    fprintf(out, "%s", closes[shape]);
    fclose(out);
    return bytes;
}

/* The reference. */

/* What the tokens of a corpus become. */
struct rule {
    const char *protocol;
    enum shape shape;
    enum plx_unit unit;
    bool line_ends;     /* every line's end is a token */
    bool document_ends; /* every document's is */
    bool start;         /* <s> before every unit and, in a stream, for every end */
    bool skip_unknown, skip_blank, join;
    size_t words; /* of WORDS in the text */
    uint64_t limit;
    bool subset; /* not all are scored: see the windows' own tests for which */
};

static struct plx_session *open_session(const struct plx_model *model)
{
    struct plx_error error;
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    return session;
}

static void score(struct plx_session *session, struct row *row, uint32_t before)
{
    const uint32_t ids[] = {before, row->id};
    const bool context = before != PLX_NO_TOKEN;
    const struct plx_window window = {
        .ids = context ? ids : ids + 1, .first = context, .end = (size_t)context + 1};
    uint8_t order;
    const struct plx_scores scores = {.nats = &row->nats, .orders = &order};
    struct plx_error error;
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
    row->order = order;
}

struct walk {
    const struct rule *rule;
    struct rows rows;
    uint64_t unit, position;
    uint32_t before;
    bool due;    /* the next token begins a unit */
    bool filled; /* the unit has tokens */
    char document[16];
    bool has_document;
};

static void begin_unit(struct walk *walk)
{
    walk->unit++;
    walk->due = false;
    walk->position = 0;
    walk->filled = false;
    walk->before = walk->rule->start ? START : PLX_NO_TOKEN;
}

static void add(struct walk *walk, struct plx_session *session, const char *token, uint32_t id,
                unsigned flags)
{
    if (walk->due)
        begin_unit(walk);
    struct row *row = new_row(&walk->rows);
    row->unit = walk->unit;
    row->position = walk->position++;
    row->has_token = true;
    snprintf(row->token, sizeof row->token, "%s", token);
    row->has_document = walk->has_document;
    if (walk->has_document)
        memcpy(row->document, walk->document, sizeof walk->document);
    row->id = id;
    row->flags = flags;
    row->scored = !(walk->rule->skip_unknown && (flags & PLX_TOKEN_UNKNOWN));
    score(session, row, walk->before);
    /* In the stream of an n-gram model the start symbol stands for an end. */
    walk->before = (flags & PLX_TOKEN_END) && walk->rule->unit == PLX_UNIT_STREAM ? START : id;
    walk->filled = true;
}

static void end_document(struct walk *walk, struct plx_session *session)
{
    if (walk->rule->document_ends && walk->filled && !walk->due)
        add(walk, session, "</s>", END, PLX_TOKEN_END);
}

static void add_line(struct walk *walk, struct plx_session *session, const struct line *line, bool last)
{
    const struct rule *rule = walk->rule;
    for (size_t k = 0; k < line->count; k++) {
        const unsigned word = line->words[k];
        const bool literal = word == 4 || (word == 3 && rule->shape == JSON_IDS);
        const char *token = word == 3 && rule->shape == JSON_IDS ? "<unk>" : WORDS[word];
        add(walk, session, token, IDS[word],
            (word >= 3 ? PLX_TOKEN_UNKNOWN : 0) | (literal ? PLX_TOKEN_LITERAL : 0));
    }
    if (rule->join && !last)
        add(walk, session, "<nl>", NL, line->count == 0 ? PLX_TOKEN_BLANK : 0);
    else if (rule->line_ends && !(rule->skip_blank && line->count == 0))
        add(walk, session, "</s>", END, PLX_TOKEN_END | (line->count == 0 ? PLX_TOKEN_BLANK : 0));
}

/* Every token that is kept. */
static struct rows list_tokens(const struct text *text, const struct rule *rule,
                               const struct plx_model *model)
{
    struct plx_session *session = open_session(model);
    struct walk walk = {.rule = rule, .unit = UINT64_MAX};
    size_t documents = 0;
    for (size_t i = 0; i < text->count; i++) {
        const struct line *line = text->lines + i;
        if (line->begins_document && rule->shape != PLAIN)
            end_document(&walk, session);
        const bool document = line->begins_document && rule->shape != PLAIN;
        if (document)
            walk.has_document = document_id(documents++, walk.document);
        walk.due |= i == 0 || rule->unit == PLX_UNIT_LINE || (rule->unit == PLX_UNIT_DOCUMENT && document);
        if (rule->skip_blank && walk.due && rule->unit == PLX_UNIT_LINE)
            begin_unit(&walk); /* its end is seen, though it is left out */
        add_line(&walk, session, line, i + 1 == text->count);
    }
    end_document(&walk, session);
    plx_session_free(session);
    return walk.rows;
}

/* The evaluations. */

static struct plx_corpus *open_corpus(const char *bytes, size_t size, enum shape shape)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    const struct plx_corpus_options options = {.format = shape == PLAIN ? "text" : "jsonl",
                                               .tokens = PLX_TOKENS_WORD};
    struct plx_source *source;
    struct plx_corpus *corpus;
    struct plx_error error;
    assert_int_equal(plx_source_open_memory(bytes, size, "corpus", &source_options, &source, &error), PLX_OK);
    if (plx_corpus_open_source(source, &options, &corpus, &error))
        fail_msg("%s", error.message);
    return corpus;
}

struct manner {
    unsigned threads;
    size_t batch;
};

static struct plx_result *evaluate(const struct plx_model *model, const char *bytes, size_t size,
                                   const struct rule *rule, struct manner manner, struct rows *rows,
                                   struct plx_error *error)
{
    struct plx_protocol protocol = inputs_protocol(rule->protocol);
    protocol.limit = rule->limit;
    const struct plx_evaluate_options options = {
        .protocol = &protocol,
        .threads = manner.threads,
        .batch = manner.batch,
        .tokens = rows ? collect : NULL,
        .tokens_user = rows,
    };
    struct plx_corpus *corpus = open_corpus(bytes, size, rule->shape);
    struct plx_result *result;
    const enum plx_status status = plx_evaluate(model, corpus, &options, &result, error);
    assert_int_equal(status == PLX_OK, result != NULL);
    plx_corpus_close(corpus);
    return result;
}

static bool same(const struct row *a, const struct row *b)
{
    return a->unit == b->unit && a->position == b->position && a->has_token == b->has_token &&
           strcmp(a->token, b->token) == 0 && a->has_document == b->has_document &&
           strcmp(a->document, b->document) == 0 && a->id == b->id && a->flags == b->flags;
}

static void print_row(const char *what, const struct row *row)
{
    print_message("%s unit %llu, position %llu, \"%s\" of \"%s\", id %d, flags %x, order %u, %.17g nats\n",
                  what, (unsigned long long)row->unit, (unsigned long long)row->position, row->token,
                  row->document, (int)row->id, row->flags, row->order, row->nats);
}

/* The rows are the scored ones of the tokens, all of them or some, in their order. */
static void assert_rows(const struct rows *rows, const struct rows *tokens, const struct rule *rule)
{
    size_t at = 0;
    for (size_t i = 0; i < rows->count; i++) {
        while (at < tokens->count &&
               (!tokens->rows[at].scored || (rule->subset && !same(rows->rows + i, tokens->rows + at))))
            at++;
        if (at == tokens->count) {
            fail_msg("%s: row %zu is no token", rule->protocol, i);
            return;
        }
        const struct row *found = rows->rows + i, *expected = tokens->rows + at++;
        if (!same(found, expected) ||
            (!rule->subset && (found->nats != expected->nats || found->order != expected->order))) {
            print_row("found", found);
            print_row("expected", expected);
            fail_msg("%s: row %zu", rule->protocol, i);
        }
    }
    while (at < tokens->count && !tokens->rows[at].scored)
        at++;
    if (!rule->subset && !rule->limit && at < tokens->count)
        fail_msg("%s: %zu rows, a token is missing", rule->protocol, rows->count);
    if (rule->limit)
        assert_int_equal(rows->count, rule->limit);
}

/* The result says the same as its rows. */
static void assert_sum(const struct rows *rows, const struct plx_result *result)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    struct plx_exact sum = {0};
    for (size_t i = 0; i < rows->count; i++)
        plx_exact_add(&sum, rows->rows[i].nats);
    assert_int_equal(sum.count, total.count);
    assert_int_equal(sum.infinite, total.infinite);
    assert_true(sum.sum == total.sum);
    assert_true(sum.squares == total.squares);
}

static void check(const struct rule *rule, size_t lines, const struct manner *manners, size_t count)
{
    struct random random = {lines + rule->words};
    struct plx_model *model = inputs_model(MODEL);
    struct text text = random_text(&random, lines, rule->words, rule->shape != PLAIN);
    size_t size;
    char *bytes = file_of(&text, rule->shape, rule->line_ends, &size);
    struct rows first = {.fail_at = SIZE_MAX};
    struct plx_error error;
    for (size_t i = 0; i < count; i++) {
        struct rows rows = {.fail_at = SIZE_MAX};
        struct plx_result *result = evaluate(model, bytes, size, rule, manners[i], &rows, &error);
        if (!result)
            fail_msg("%s: %s", rule->protocol, error.message);
        assert_sum(&rows, result);
        plx_result_free(result);
        if (i == 0) {
            struct rows tokens = list_tokens(&text, rule, model);
            assert_rows(&rows, &tokens, rule);
            free(tokens.rows);
            first = rows;
            continue;
        }
        assert_int_equal(rows.count, first.count);
        assert_memory_equal(rows.rows, first.rows, rows.count * sizeof *rows.rows);
        free(rows.rows);
    }
    assert_true(first.count > 0);
    free(first.rows);
    free(bytes);
    free(text.lines);
    plx_model_close(model);
}

static const struct rule RULES[] = {
    {.protocol = "sentence", .unit = PLX_UNIT_LINE, .line_ends = true, .start = true, .words = 5},
    {.protocol = "srilm",
     .unit = PLX_UNIT_LINE,
     .line_ends = true,
     .start = true,
     .words = 5,
     .skip_blank = true},
    {.protocol = "wikitext-eos", .unit = PLX_UNIT_STREAM, .line_ends = true, .start = true, .words = 5},
    {.protocol = "wikitext-eos unknown=skip blank=skip",
     .unit = PLX_UNIT_STREAM,
     .line_ends = true,
     .start = true,
     .words = 5,
     .skip_unknown = true,
     .skip_blank = true},
    {.protocol = "exact unit=document start=none", .unit = PLX_UNIT_DOCUMENT, .words = 5},
    {.protocol = "exact unit=document end=scored",
     .unit = PLX_UNIT_DOCUMENT,
     .document_ends = true,
     .start = true,
     .words = 5},
    {.protocol = "sentence end=none", .unit = PLX_UNIT_LINE, .start = true, .words = 4},
    {.protocol = "exact join=<nl>", .unit = PLX_UNIT_STREAM, .start = true, .join = true, .words = 5},
    {.protocol = "sentence",
     .unit = PLX_UNIT_LINE,
     .line_ends = true,
     .start = true,
     .words = 5,
     .limit = 777},
    {.protocol = "hf-stride window=7 stride=3",
     .unit = PLX_UNIT_STREAM,
     .line_ends = true,
     .start = true,
     .words = 5,
     .subset = true},
    {.protocol = "exact window=9 stride=4 score=last:2 tail=drop unknown=skip",
     .unit = PLX_UNIT_STREAM,
     .line_ends = true,
     .start = true,
     .words = 5,
     .skip_unknown = true,
     .subset = true},
};

static const struct manner MANNERS[] = {{1, 4096}, {1, 1}, {1, 7}, {3, 4096}, {3, 1}, {3, 7}};

static void plx_token_feed_batch__texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(RULES); i++)
        check(RULES + i, LINES, MANNERS, LENGTH(MANNERS));
}

static void plx_token_feed_batch__texts_in_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(RULES); i++) {
        struct rule rule = RULES[i];
        rule.shape = JSON_TEXT;
        check(&rule, LINES, MANNERS, LENGTH(MANNERS));
    }
}

static void plx_token_feed_batch__tokens_in_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(RULES); i++) {
        struct rule rule = RULES[i];
        /* Lines of tokens are those that an end symbol ends. */
        if (rule.join || (rule.unit == PLX_UNIT_LINE && !rule.line_ends))
            continue;
        rule.shape = JSON_STRINGS;
        check(&rule, LINES, MANNERS, LENGTH(MANNERS));
        rule.shape = JSON_IDS;
        check(&rule, LINES, MANNERS, LENGTH(MANNERS));
    }
}

/* More than 200,000 tokens. */
static void plx_token_feed_batch__long_streams(void **state)
{
    static const struct manner manners[] = {{1, 4096}, {3, 100}};
    (void)state;
    check(RULES + 2, LONG_LINES, manners, 2);
    check(RULES + 3, LONG_LINES, manners, 2);
    check(RULES + 8, LONG_LINES, manners, 2); /* of which nearly nothing is scored */
}

/* The sink's failure is the evaluation's. */
static void plx_token_feed_batch__failure(void **state)
{
    static const size_t rows_before[] = {0, 1, 511, 512, 513, 3000};
    const struct rule *rule = RULES;
    struct random random = {7};
    struct plx_model *model = inputs_model(MODEL);
    struct text text = random_text(&random, LONG_LINES / 10, rule->words, false);
    size_t size;
    char *bytes = file_of(&text, PLAIN, true, &size);
    (void)state;
    for (size_t i = 0; i < LENGTH(rows_before) * LENGTH(MANNERS); i++) {
        struct rows rows = {.fail_at = rows_before[i / LENGTH(MANNERS)]};
        struct plx_error error = {0};
        char message[64];
        assert_null(evaluate(model, bytes, size, rule, MANNERS[i % LENGTH(MANNERS)], &rows, &error));
        snprintf(message, sizeof message, "the disk is full at row %zu", rows.fail_at);
        assert_int_equal(error.status, PLX_IO);
        assert_string_equal(error.message, message);
        assert_int_equal(rows.count, rows.fail_at); /* and nobody asks it again */
        free(rows.rows);
    }
    free(bytes);
    free(text.lines);
    plx_model_close(model);
}

/* A document that begins with a piece of nothing but blanks is another document none the less. */
static void plx_token_feed_batch__document_of_blanks(void **state)
{
    static const struct rule rule = {.protocol = "exact unit=document", .shape = JSON_TEXT};
    struct plx_model *model = inputs_model(MODEL);
    struct rows rows = {.fail_at = SIZE_MAX};
    struct plx_error error;
    const size_t blanks = 300000;
    size_t size;
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, &size);
    (void)state;
    assert_non_null(out);
    fprintf(out, "{\"id\":\"one\",\"text\":\"a a\"}\n{\"id\":\"two\",\"text\":\"");
    for (size_t i = 0; i < blanks; i++)
        fprintf(out, i % 80 == 79 ? "\\n" : " ");
    fprintf(out, "bb a\"}\n{\"id\":\"three\",\"text\":\"\"}\n{\"id\":\"four\",\"text\":\"ccc\"}\n");
    fclose(out);
    struct plx_result *result = evaluate(model, bytes, size, &rule, MANNERS[0], &rows, &error);
    if (!result)
        fail_msg("%s", error.message);
    assert_int_equal(rows.count, 5);
    assert_int_equal(rows.rows[1].unit, 0);
    assert_string_equal(rows.rows[1].document, "one");
    assert_int_equal(rows.rows[2].unit, 1);
    assert_int_equal(rows.rows[2].position, 0);
    assert_string_equal(rows.rows[2].document, "two");
    assert_string_equal(rows.rows[3].document, "two");
    assert_string_equal(rows.rows[4].document, "four");
    assert_int_equal(rows.rows[4].unit, 2);
    plx_result_free(result);
    free(rows.rows);
    free(bytes);
    plx_model_close(model);
}

/* Ids of a model that has no strings. */
static void plx_token_feed_batch__bare_ids(void **state)
{
    static const char bytes[] = "{\"input_ids\":[3,1,4]}\n{\"input_ids\":[2,6]}\n";
    static const struct rule rule = {.protocol = "exact unit=document", .shape = JSON_IDS};
    struct plx_model *model = inputs_bare_model(7);
    struct rows rows = {.fail_at = SIZE_MAX};
    struct plx_error error;
    (void)state;
    struct plx_result *result = evaluate(model, bytes, strlen(bytes), &rule, MANNERS[0], &rows, &error);
    if (!result)
        fail_msg("%s", error.message);
    assert_int_equal(rows.count, 3); /* the first of a document has no context */
    assert_int_equal(rows.rows[0].id, 1);
    assert_int_equal(rows.rows[1].position, 2);
    assert_int_equal(rows.rows[2].id, 6);
    assert_int_equal(rows.rows[2].unit, 1);
    for (size_t i = 0; i < 3; i++) {
        assert_false(rows.rows[i].has_token);
        assert_true(fabs(rows.rows[i].nats - log(7)) < 1e-15);
    }
    plx_result_free(result);
    free(rows.rows);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_token_feed_batch__texts),
        cmocka_unit_test(plx_token_feed_batch__texts_in_documents),
        cmocka_unit_test(plx_token_feed_batch__tokens_in_documents),
        cmocka_unit_test(plx_token_feed_batch__long_streams),
        cmocka_unit_test(plx_token_feed_batch__failure),
        cmocka_unit_test(plx_token_feed_batch__document_of_blanks),
        cmocka_unit_test(plx_token_feed_batch__bare_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
