/* Comparisons as JUnit XML, which systems of continuous integration show: a suite for each NEW with a test
   for each condition. It is what Jenkins's and windyroad's schemas have in common, with elements in the order
   of the latter and all that either demands. */
#include "base/number.h"
#include "base/utf8.h"
#include "report/compare/gate.h"
#include "report/result/result_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What stands for a character that XML 1.0 has no way to write, and for a byte that is no character. */
#define REPLACEMENT "\xEF\xBF\xBD"

/* How the character stands in an attribute; NULL: as it is. */
static const char *escape_of(const uint8_t *text, size_t length)
{
    if (length == 0)
        return REPLACEMENT;
    switch (*text) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\t': return "&#9;";
    case '\n': return "&#10;";
    case '\r': return "&#13;";
    default: break;
    }
    const uint32_t code_point = plx_utf8_code_point(text, length);
    return code_point < 0x20 || code_point == 0xFFFE || code_point == 0xFFFF ? REPLACEMENT : NULL;
}

/* name="value", a space before it. */
static enum plx_status put_attribute(struct plx_buffer *out, const char *name, const char *value,
                                     struct plx_error *error)
{
    const uint8_t *at = (const uint8_t *)value;
    size_t left = strlen(value);
    enum plx_status status = plx_buffer_printf(out, error, " %s=\"", name);
    while (left > 0 && status == PLX_OK) {
        const size_t length = plx_utf8_sequence(at, left), step = length ? length : 1;
        const char *escape = escape_of(at, length);
        status =
            escape ? plx_buffer_append_text(out, escape, error) : plx_buffer_append(out, at, step, error);
        at += step;
        left -= step;
    }
    return status ? status : plx_buffer_append_text(out, "\"", error);
}

static enum plx_status put_count(struct plx_buffer *out, const char *name, size_t count,
                                 struct plx_error *error)
{
    return plx_buffer_printf(out, error, " %s=\"%zu\"", name, count);
}

static enum plx_status put_property(struct plx_buffer *out, const char *name, const char *value,
                                    struct plx_error *error)
{
    enum plx_status status = plx_buffer_append_text(out, "      <property", error);
    if (status == PLX_OK)
        status = put_attribute(out, "name", name, error);
    if (status == PLX_OK)
        status = put_attribute(out, "value", value, error);
    return status ? status : plx_buffer_append_text(out, "/>\n", error);
}

static enum plx_status put_properties_of(struct plx_buffer *out, const struct plx_compared *side,
                                         const char *prefix, struct plx_error *error)
{
    char perplexity[PLX_NUMBER_TEXT], name[32];
    plx_format_double(side->figures[PLX_FIGURE_PERPLEXITY], perplexity);
    const char *const properties[][2] = {{"file", side->file},
                                         {"model", side->model},
                                         {"corpus", side->corpus},
                                         {"protocol", side->protocol},
                                         {"perplexity", perplexity}};
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < sizeof properties / sizeof *properties && status == PLX_OK; i++) {
        snprintf(name, sizeof name, "%s.%s", prefix, properties[i][0]);
        status = put_property(out, name, properties[i][1], error);
    }
    return status;
}

static enum plx_status put_properties(struct plx_buffer *out, const struct plx_comparison *comparison,
                                      const struct plx_pair *pair, struct plx_error *error)
{
    enum plx_status status = plx_buffer_append_text(out, "    <properties>\n", error);
    if (status == PLX_OK)
        status = put_properties_of(out, &comparison->base, "base", error);
    if (status == PLX_OK)
        status = put_properties_of(out, &pair->other, "new", error);
    if (status == PLX_OK)
        status = put_property(out, "verdict", plx_verdict_name(pair->verdict), error);
    return status ? status : plx_buffer_append_text(out, "    </properties>\n", error);
}

/* A condition that fails is a failure; one that cannot be judged is an error. */
static enum plx_status put_problem(struct plx_buffer *out, const struct plx_outcome *outcome,
                                   struct plx_error *error)
{
    enum plx_status status = plx_buffer_printf(out, error, "      <%s",
                                               outcome->state == PLX_OUTCOME_FAILED ? "failure" : "error");
    if (status == PLX_OK)
        status = put_attribute(out, "message", outcome->reason, error);
    if (status == PLX_OK)
        status = put_attribute(out, "type", plx_outcome_name(outcome->state), error);
    return status ? status : plx_buffer_append_text(out, "/>\n", error);
}

static enum plx_status put_test(struct plx_buffer *out, const struct plx_pair *pair,
                                const struct plx_outcome *outcome, struct plx_error *error)
{
    enum plx_status status = plx_buffer_append_text(out, "    <testcase", error);
    if (status == PLX_OK)
        status = put_attribute(out, "name", outcome->condition, error);
    if (status == PLX_OK)
        status = put_attribute(out, "classname", pair->other.file, error);
    if (status == PLX_OK)
        status = plx_buffer_append_text(out, " time=\"0\"", error);
    if (outcome->state == PLX_OUTCOME_PASSED)
        return status ? status : plx_buffer_append_text(out, "/>\n", error);
    if (status == PLX_OK)
        status = plx_buffer_append_text(out, ">\n", error);
    if (status == PLX_OK)
        status = put_problem(out, outcome, error);
    return status ? status : plx_buffer_append_text(out, "    </testcase>\n", error);
}

/* How long the evaluation took, in the decimal digits that XML's schemas take. */
static void format_seconds(const struct plx_pair *pair, char text[PLX_FIXED_TEXT])
{
    const cJSON *seconds = plx_result_member(plx_result_member(pair->other.json, "runtime"), "seconds");
    const bool known = cJSON_IsNumber(seconds) && isfinite(seconds->valuedouble) && seconds->valuedouble >= 0;
    plx_format_fixed(known ? seconds->valuedouble : 0, 3, text);
}

static enum plx_status put_head(struct plx_buffer *out, const struct plx_pair *pair, size_t number,
                                const char *now, struct plx_error *error)
{
    size_t failures = 0, errors = 0;
    char seconds[PLX_FIXED_TEXT];
    for (size_t i = 0; i < pair->outcome_count; i++) {
        const enum plx_outcome_state state = pair->outcomes[i].state;
        failures += state == PLX_OUTCOME_FAILED;
        errors += state == PLX_OUTCOME_UNKNOWN || state == PLX_OUTCOME_REFUSED;
    }
    format_seconds(pair, seconds);
    enum plx_status status = plx_buffer_append_text(out, "  <testsuite package=\"perplex\"", error);
    if (status == PLX_OK)
        status = put_count(out, "id", number, error);
    if (status == PLX_OK)
        status = put_attribute(out, "name", pair->other.file, error);
    if (status == PLX_OK)
        status = plx_buffer_printf(out, error, " timestamp=\"%s\" hostname=\"localhost\"", now);
    if (status == PLX_OK)
        status = put_count(out, "tests", pair->outcome_count, error);
    if (status == PLX_OK)
        status = put_count(out, "failures", failures, error);
    if (status == PLX_OK)
        status = put_count(out, "errors", errors, error);
    return status ? status : plx_buffer_printf(out, error, " time=\"%s\">\n", seconds);
}

static enum plx_status put_suite(struct plx_buffer *out, const struct plx_comparison *comparison,
                                 size_t number, const char *now, struct plx_error *error)
{
    const struct plx_pair *pair = comparison->pairs + number;
    enum plx_status status = put_head(out, pair, number, now, error);
    if (status == PLX_OK)
        status = put_properties(out, comparison, pair, error);
    for (size_t i = 0; i < pair->outcome_count && status == PLX_OK; i++)
        status = put_test(out, pair, pair->outcomes + i, error);
    return status
               ? status
               : plx_buffer_append_text(out, "    <system-out/>\n    <system-err/>\n  </testsuite>\n", error);
}

enum plx_status plx_comparison_junit(const struct plx_comparison *comparison, struct plx_buffer *out,
                                     struct plx_error *error)
{
    const time_t seconds = time(NULL);
    struct tm parts;
    char now[32] = "1970-01-01T00:00:00";
    if (gmtime_r(&seconds, &parts))
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", &parts);
    enum plx_status status =
        plx_buffer_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", error);
    for (size_t i = 0; i < comparison->pair_count && status == PLX_OK; i++)
        status = put_suite(out, comparison, i, now, error);
    return status ? status : plx_buffer_append_text(out, "</testsuites>\n", error);
}
