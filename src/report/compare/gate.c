/* Reads the conditions of a gate. */
#include "report/compare/gate.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX 4096

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static const struct {
    const char *text;
    enum plx_relation relation;
} RELATIONS[] = {{">=", PLX_RELATION_AT_LEAST}, {"<=", PLX_RELATION_AT_MOST}, {"==", PLX_RELATION_EQUAL},
                 {"!=", PLX_RELATION_OTHER},    {">", PLX_RELATION_ABOVE},    {"<", PLX_RELATION_BELOW}};

/* What is written elsewhere. */
static const struct {
    const char *given, *meant;
} RELATION_SLIPS[] = {{"=>", ">="}, {"=<", "<="}, {"<>", "!="}, {"=", "=="}, {"≥", ">="},
                      {"≤", "<="},  {"≠", "!="},  {"＞", ">"},  {"＜", "<"}, {"!", "!="}},
  SIGN_SLIPS[] = {{"−", "-"}, {"–", "-"}, {"＋", "+"}, {"±", "+"}};

struct parser {
    const char *text;
    size_t at;
    size_t line; /* the number of the text */
    struct plx_error *error;
};

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->text + parser->at, " \t\n\r\v\f");
}

static bool begins(const struct parser *parser, const char *word)
{
    return strncmp(parser->text + parser->at, word, strlen(word)) == 0;
}

/* At byte `place` of the text. */
static enum plx_status refuse(const struct parser *parser, size_t place, const char *message)
{
    plx_error_set(parser->error, PLX_USAGE, "%s", message);
    return plx_error_at_line(parser->error, parser->line, place + 1);
}

/* What stands there instead: a word, a number, a character or the end. */
static enum plx_status expect(const struct parser *parser, const char *expected)
{
    const char *at = parser->text + parser->at;
    char message[256];
    size_t length = strspn(at, LETTERS DIGITS ".");
    if (length == 0)
        length = strspn(at, "<>=!");
    if (length == 0 && *at)
        length = plx_utf8_sequence((const uint8_t *)at, strlen(at));
    if (length == 0) /* of no character */
        length = 1;
    if (*at)
        snprintf(message, sizeof message, "expected %s, found \"%.*s\"", expected,
                 (int)(length < 40 ? length : 40), at);
    else
        snprintf(message, sizeof message, "expected %s, found the end", expected);
    return refuse(parser, parser->at, message);
}

static enum plx_status read_metric(struct parser *parser, struct plx_condition *condition)
{
    const char *at = parser->text + parser->at;
    const size_t length = strspn(at, LETTERS DIGITS ".");
    if (length > 0 && !strchr(DIGITS ".", *at)) {
        condition->line = parser->line;
        condition->column = parser->at + 1;
        condition->name = length;
        parser->at += length;
        return PLX_OK;
    }
    const bool decimal = parser->at > 1 && length > 0 && at[-1] == ',' && strchr(DIGITS, at[-2]);
    expect(parser, "the name of a metric");
    if (decimal)
        plx_error_hint(parser->error, "a comma begins another condition; numbers have a point, as 0.5");
    return PLX_USAGE;
}

static enum plx_status read_relation(struct parser *parser, struct plx_condition *condition)
{
    for (size_t i = 0; i < sizeof RELATIONS / sizeof *RELATIONS; i++) {
        if (!begins(parser, RELATIONS[i].text) || begins(parser, "<>"))
            continue;
        condition->relation = RELATIONS[i].relation;
        parser->at += strlen(RELATIONS[i].text);
        return PLX_OK;
    }
    expect(parser, ">, >=, <, <=, == or !=");
    for (size_t i = 0; i < sizeof RELATION_SLIPS / sizeof *RELATION_SLIPS; i++) {
        if (begins(parser, RELATION_SLIPS[i].given))
            return plx_error_hint(parser->error, "did you mean %s?", RELATION_SLIPS[i].meant);
    }
    return PLX_USAGE;
}

/* Digits with a point and an exponent; *value has no sign. */
static enum plx_status read_number(struct parser *parser, double *value)
{
    const char *at = parser->text + parser->at;
    size_t length = strspn(at, LETTERS DIGITS ".");
    if (length > 0 && strchr("eE", at[length - 1]) && at[length] && strchr("+-", at[length]))
        length += 1 + strspn(at + length + 1, LETTERS DIGITS ".");
    if (length > 0 && strchr(DIGITS ".", *at) && plx_parse_double(at, length, value)) {
        if (!isfinite(*value))
            return refuse(parser, parser->at, "the number is too large");
        parser->at += length;
        return PLX_OK;
    }
    expect(parser, "a number");
    for (size_t i = 0; i < sizeof SIGN_SLIPS / sizeof *SIGN_SLIPS; i++) {
        if (begins(parser, SIGN_SLIPS[i].given))
            return plx_error_hint(parser->error, "did you mean %s?", SIGN_SLIPS[i].meant);
    }
    return PLX_USAGE;
}

/* [+-] number [%]; *spelled is the length without what follows the number. */
static enum plx_status read_bound(struct parser *parser, struct plx_condition *condition, size_t *spelled)
{
    const size_t start = parser->at;
    const bool negative = begins(parser, "-");
    condition->of_change = negative || begins(parser, "+");
    parser->at += condition->of_change;
    const enum plx_status status = read_number(parser, &condition->bound);
    if (status)
        return status;
    if (negative)
        condition->bound = -condition->bound;
    *spelled = parser->at - start;
    skip_blanks(parser);
    condition->percent = begins(parser, "%");
    parser->at += condition->percent;
    if (!condition->percent || condition->of_change)
        return PLX_OK;
    refuse(parser, start, "a percentage is a change from the baseline, and begins with + or -");
    return plx_error_hint(parser->error, "did you mean +%.*s%%?", (int)*spelled, parser->text + start);
}

/* ["significant"] */
static enum plx_status read_significance(struct parser *parser, struct plx_condition *condition)
{
    static const char word[] = "significant";
    const char *at = parser->text + parser->at;
    const size_t length = strspn(at, LETTERS DIGITS);
    if (*at == '\0' || *at == ',' || *at == ';')
        return PLX_OK;
    if (length == sizeof word - 1 && begins(parser, word)) {
        condition->significance = parser->at + 1;
        if (!condition->of_change)
            return refuse(parser, parser->at,
                          "only a change is significant or not, and its bound begins with + or -");
        parser->at += length;
        return PLX_OK;
    }
    expect(parser, "\"significant\", \",\", \";\" or the end");
    if (length > 0 && plx_text_slips(at, length, word) < SIZE_MAX)
        return plx_error_hint(parser->error, "did you mean significant?");
    if (begins(parser, "and ") || begins(parser, "or ") || begins(parser, "&") || begins(parser, "|"))
        return plx_error_hint(parser->error,
                              "conditions have \",\" between them, and one that holds is enough to fail");
    return PLX_USAGE;
}

/* The condition in its plain form: one blank between its parts. */
static enum plx_status spell(struct plx_condition *condition, const char *metric, const char *bound,
                             size_t length, struct plx_error *error)
{
    struct plx_buffer text;
    size_t i = 0;
    while (RELATIONS[i].relation != condition->relation)
        i++;
    plx_buffer_init(&text, TEXT_BYTES_MAX + 64);
    const enum plx_status status = plx_buffer_printf(
        &text, error, "%.*s %s %.*s%s%s", (int)condition->name, metric, RELATIONS[i].text, (int)length, bound,
        condition->percent ? "%" : "", condition->significance ? " significant" : "");
    return plx_buffer_finish(&text, status, &condition->text, &length, error);
}

static enum plx_status read_condition(struct parser *parser, struct plx_condition *condition)
{
    size_t length = 0;
    skip_blanks(parser);
    const char *metric = parser->text + parser->at;
    enum plx_status status = read_metric(parser, condition);
    skip_blanks(parser);
    if (status == PLX_OK)
        status = read_relation(parser, condition);
    skip_blanks(parser);
    const char *bound = parser->text + parser->at;
    if (status == PLX_OK)
        status = read_bound(parser, condition, &length);
    skip_blanks(parser);
    if (status == PLX_OK)
        status = read_significance(parser, condition);
    skip_blanks(parser);
    if (status == PLX_OK && parser->text[parser->at] && !strchr(",;", parser->text[parser->at]))
        status = expect(parser, "\",\", \";\" or the end");
    return status ? status : spell(condition, metric, bound, length, parser->error);
}

/* All conditions of one text. */
static enum plx_status read_text(struct parser *parser, struct plx_gate *gate)
{
    if (strlen(parser->text) > TEXT_BYTES_MAX)
        return refuse(parser, TEXT_BYTES_MAX, "the conditions are too long");
    for (;;) {
        enum plx_status status = plx_reserve_array(&gate->conditions, &gate->capacity, gate->count + 1,
                                                   sizeof *gate->conditions, parser->error);
        if (status)
            return status;
        struct plx_condition *condition = gate->conditions + gate->count;
        *condition = (struct plx_condition){0};
        if ((status = read_condition(parser, condition)) != PLX_OK)
            return status;
        gate->count++;
        if (!parser->text[parser->at])
            return PLX_OK;
        parser->at++;
    }
}

enum plx_status plx_gate_parse(const char *const *conditions, size_t count, struct plx_gate **gate,
                               struct plx_error *error)
{
    struct plx_gate *made = plx_new_array(1, sizeof *made, error);
    enum plx_status status = made ? PLX_OK : PLX_MEMORY;
    *gate = NULL;
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        struct parser parser = {.text = conditions[i], .line = i + 1, .error = error};
        status = read_text(&parser, made);
    }
    if (status)
        plx_gate_free(made);
    else
        *gate = made;
    return status;
}

void plx_gate_free(struct plx_gate *gate)
{
    if (!gate)
        return;
    for (size_t i = 0; i < gate->count; i++)
        free(gate->conditions[i].text);
    free(gate->conditions);
    free(gate);
}

/* The first of the results that has one. */
static enum plx_status find_metric(const struct plx_condition *condition, const cJSON *const *results,
                                   size_t count, struct plx_metric *metric, char path[PLX_METRIC_PATH],
                                   struct plx_error *error)
{
    struct plx_error later;
    enum plx_status status =
        plx_metric_find(condition->text, condition->name, results[0], metric, path, error);
    for (size_t i = 1; i < count && status; i++)
        status = plx_metric_find(condition->text, condition->name, results[i], metric, path, &later);
    return status;
}

enum plx_status plx_condition_metric(const struct plx_condition *condition, const cJSON *const *results,
                                     size_t count, struct plx_metric *metric, char path[PLX_METRIC_PATH],
                                     struct plx_error *error)
{
    if (find_metric(condition, results, count, metric, path, error))
        return plx_error_at_line(error, condition->line, condition->column);
    if (!condition->significance || metric->scale != PLX_METRIC_OTHER)
        return PLX_OK;
    plx_error_set(error, PLX_USAGE,
                  "only what follows from the cross-entropy is significant or not, which %.*s does not",
                  (int)condition->name, condition->text);
    plx_error_hint(error, "perplexities, nats and bits do");
    return plx_error_at_line(error, condition->line, condition->significance);
}
