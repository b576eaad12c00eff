/* JUnit XML as text; tests/cli/junit.sh has a schema read it. */
#include "support/gated.h"

#include <perplex/result.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text with the time of the day replaced. */
static char *write_junit(const struct gated *gated)
{
    char *text = gated_write(gated, PLX_COMPARISON_JUNIT), *at = strstr(text, "timestamp=\"");
    assert_non_null(at);
    for (at += strlen("timestamp=\""); *at != '"'; at++) {
        assert_non_null(strchr("0123456789-T:", *at));
        if (strchr("0123456789", *at))
            *at = '0';
    }
    return text;
}

static void plx_comparison_junit__whole(void **state)
{
    struct gated gated;
    (void)state;
    gated_make(&gated, "{\"perplexity\": 200}",
               "{\"perplexity\": 201, \"runtime\": {\"seconds\": 12.34567}}");
    gated.comparison.base.figures[PLX_FIGURE_PERPLEXITY] = 200;
    gated.pair.other.figures[PLX_FIGURE_PERPLEXITY] = 201;
    gated.pair.verdict = PLX_VERDICT_WORSE;
    gated_judge(&gated, "ppl > +1%, ppl > 200, accuracy < -1%");
    char *text = write_junit(&gated);
    assert_string_equal(
        text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
              "<testsuites>\n"
              "  <testsuite package=\"perplex\" id=\"0\" name=\"new.json\" timestamp=\"0000-00-00T00:00:00\" "
              "hostname=\"localhost\" tests=\"3\" failures=\"1\" errors=\"1\" time=\"12.346\">\n"
              "    <properties>\n"
              "      <property name=\"base.file\" value=\"base.json\"/>\n"
              "      <property name=\"base.model\" value=\"models/a.arpa\"/>\n"
              "      <property name=\"base.corpus\" value=\"texts/t.txt\"/>\n"
              "      <property name=\"base.protocol\" value=\"sentence\"/>\n"
              "      <property name=\"base.perplexity\" value=\"200\"/>\n"
              "      <property name=\"new.file\" value=\"new.json\"/>\n"
              "      <property name=\"new.model\" value=\"models/a.arpa\"/>\n"
              "      <property name=\"new.corpus\" value=\"texts/t.txt\"/>\n"
              "      <property name=\"new.protocol\" value=\"sentence\"/>\n"
              "      <property name=\"new.perplexity\" value=\"201\"/>\n"
              "      <property name=\"verdict\" value=\"worse\"/>\n"
              "    </properties>\n"
              "    <testcase name=\"ppl &gt; +1%\" classname=\"new.json\" time=\"0\"/>\n"
              "    <testcase name=\"ppl &gt; 200\" classname=\"new.json\" time=\"0\">\n"
              "      <failure message=\"ppl is 201, more than 200\" type=\"failed\"/>\n"
              "    </testcase>\n"
              "    <testcase name=\"accuracy &lt; -1%\" classname=\"new.json\" time=\"0\">\n"
              "      <error message=\"accuracy cannot be judged: new.json has no such number, which "
              "--distributions "
              "gives\" type=\"unknown\"/>\n"
              "    </testcase>\n"
              "    <system-out/>\n"
              "    <system-err/>\n"
              "  </testsuite>\n"
              "</testsuites>\n");
    plx_text_free(text);
    gated_release(&gated);
}

/* Every byte and every character that XML 1.0 does not allow: a parser of XML reads back what was written, or
   U+FFFD for it. */
static void plx_comparison_junit__escapes(void **state)
{
    static const struct {
        const char *name, *written;
    } cases[] = {
        {"<script>", "&lt;script&gt;"},
        {"a&b\"c'd", "a&amp;b&quot;c'd"},
        {"a\tb\nc\rd", "a&#9;b&#10;c&#13;d"},
        {"\x01\x08\x0B\x1F", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\x7F\xC2\x85", "\x7F\xC2\x85"},                         /* allowed, if discouraged */
        {"\xEF\xBF\xBE\xEF\xBF\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD"}, /* U+FFFE, U+FFFF */
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* half of a surrogate pair */
        {"\xFFz\xC3", "\xEF\xBF\xBDz\xEF\xBF\xBD"},               /* no UTF-8 */
        {"\xF0\x9F\x98\x80\xE2\x80\xAE\xE2\x80\xAC", "\xF0\x9F\x98\x80\xE2\x80\xAE\xE2\x80\xAC"},
        {"]]>", "]]&gt;"},
    };
    char expected[256];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gated gated;
        gated_make(&gated, "{\"perplexity\": 1}", "{\"perplexity\": 1}");
        gated.pair.other.model = cases[i].name;
        gated_judge(&gated, "ppl > 2");
        char *text = write_junit(&gated);
        snprintf(expected, sizeof expected, "name=\"new.model\" value=\"%s\"/>\n", cases[i].written);
        if (!strstr(text, expected))
            fail_msg("%s: %s", expected, text);
        plx_text_free(text);
        gated_release(&gated);
    }
}

/* No tests at all would be taken for all of them passed. */
static void plx_comparison_write__not_judged(void **state)
{
    static const enum plx_comparison_format formats[] = {PLX_COMPARISON_JUNIT, PLX_COMPARISON_GITHUB};
    struct plx_error error;
    struct gated gated;
    size_t length;
    (void)state;
    gated_make(&gated, "{\"perplexity\": 1}", "{\"perplexity\": 1}");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = (char *)&error;
        assert_int_equal(plx_comparison_write(&gated.comparison, formats[i], &text, &length, &error),
                         PLX_USAGE);
        assert_null(text);
    }
    gated_release(&gated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_comparison_junit__whole),
        cmocka_unit_test(plx_comparison_junit__escapes),
        cmocka_unit_test(plx_comparison_write__not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
