/* Text of anybody stays text. Expected values are by HTML's own rules (the five characters that mean
   something in content and attributes) and by hand. */
#include "report/html/html.h"

#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef void writer(struct plx_html *html, const char *text, size_t length);

/* What becomes of text[0..length). */
static void expect(writer *write, const char *text, size_t length, const char *expected)
{
    struct plx_error error = {0};
    struct plx_html html = {.error = &error};
    if (plx_output_open(folder_path("page"), &html.output, &error))
        fail_msg("%s", error.message);
    write(&html, text, length);
    assert_int_equal(html.status, PLX_OK);
    if (plx_output_commit(html.output, &error))
        fail_msg("%s", error.message);
    folder_file_is("page", expected, strlen(expected));
}

static void plx_html_text__what_means_something(void **state)
{
    static const char text[] = "<script src='a'>\"x\" && y</script>";
    static const char expected[] = "&lt;script src=&#39;a&#39;&gt;&quot;x&quot; &amp;&amp; y&lt;/script&gt;";
    (void)state;
    expect(plx_html_text, text, strlen(text), expected);
    expect(plx_html_visible, text, strlen(text), expected);
    expect(plx_html_text, "&lt;", 4, "&amp;lt;");
    expect(plx_html_text, "", 0, "");
}

static void plx_html_text__other_scripts(void **state)
{
    static const char text[] = "façade שלום 日本 \U0001F469\u200D\U0001F680 می\u200Cخواهم ⟨↵⟩";
    (void)state;
    expect(plx_html_text, text, strlen(text), text);
    expect(plx_html_visible, text, strlen(text), text);
}

/* By what Unicode calls them: C0 and C1 controls, soft hyphen, direction marks, embeddings and isolates, line
   separators, the byte order mark, tags, and what is no character. */
static void plx_html_text__what_cannot_be_seen(void **state)
{
    static const struct {
        const char *text, *plain, *marked;
    } CASES[] = {
        {"\n", "↵", "<span class=\"hidden\" title=\"U+000A\">↵</span>"},
        {"\t", "⇥", "<span class=\"hidden\" title=\"U+0009\">⇥</span>"},
        {"\x01", "⟨U+0001⟩", "<span class=\"hidden\" title=\"U+0001\">U+0001</span>"},
        {"\x7F", "⟨U+007F⟩", "<span class=\"hidden\" title=\"U+007F\">U+007F</span>"},
        {"\xC2\x85", "⟨U+0085⟩", "<span class=\"hidden\" title=\"U+0085\">U+0085</span>"},
        {"\u00AD", "⟨U+00AD⟩", "<span class=\"hidden\" title=\"U+00AD\">U+00AD</span>"},
        {"\u061C", "⟨U+061C⟩", "<span class=\"hidden\" title=\"U+061C\">U+061C</span>"},
        {"\u200B", "⟨U+200B⟩", "<span class=\"hidden\" title=\"U+200B\">U+200B</span>"},
        {"\u200F", "⟨U+200F⟩", "<span class=\"hidden\" title=\"U+200F\">U+200F</span>"},
        {"\u2028", "⟨U+2028⟩", "<span class=\"hidden\" title=\"U+2028\">U+2028</span>"},
        {"\u202A", "⟨U+202A⟩", "<span class=\"hidden\" title=\"U+202A\">U+202A</span>"},
        {"\u202E", "⟨U+202E⟩", "<span class=\"hidden\" title=\"U+202E\">U+202E</span>"},
        {"\u2066", "⟨U+2066⟩", "<span class=\"hidden\" title=\"U+2066\">U+2066</span>"},
        {"\u2069", "⟨U+2069⟩", "<span class=\"hidden\" title=\"U+2069\">U+2069</span>"},
        {"\uFEFF", "⟨U+FEFF⟩", "<span class=\"hidden\" title=\"U+FEFF\">U+FEFF</span>"},
        {"\U000E0041", "⟨U+E0041⟩", "<span class=\"hidden\" title=\"U+E0041\">U+E0041</span>"},
        {"\xEF\xBF\xBF", "⟨U+FFFF⟩", "<span class=\"hidden\" title=\"U+FFFF\">U+FFFF</span>"},
        {"\xF4\x8F\xBF\xBE", "⟨U+10FFFE⟩", "<span class=\"hidden\" title=\"U+10FFFE\">U+10FFFE</span>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        expect(plx_html_text, CASES[i].text, strlen(CASES[i].text), CASES[i].plain);
        expect(plx_html_visible, CASES[i].text, strlen(CASES[i].text), CASES[i].marked);
    }
    expect(plx_html_text, "a\0b", 3, "a⟨U+0000⟩b");
}

/* A byte that belongs to no character is one of its own; overlong forms and halves of pairs are none. */
static void plx_html_text__not_utf8(void **state)
{
    (void)state;
    expect(plx_html_text, "a\xFF<\xC3", 4, "a\uFFFD&lt;\uFFFD");
    expect(plx_html_text, "\xC0\xBC", 2, "\uFFFD\uFFFD");           /* '<', overlong */
    expect(plx_html_text, "\xED\xA0\x80", 3, "\uFFFD\uFFFD\uFFFD"); /* half of a pair */
    expect(plx_html_text, "\xE2\x80", 2, "\uFFFD\uFFFD");           /* cut off */
    expect(plx_html_visible, "\xE2\x80<", 3, "\uFFFD\uFFFD&lt;");
}

static void write_all(struct plx_html *html, const char *text, size_t length)
{
    (void)length;
    plx_html_markup(html, "<p title=\"");
    plx_html_string(html, text);
    plx_html_markupf(html, "\">%d", 7);
    plx_html_bdi(html, text);
    plx_html_textf(html, " %s & %d ", text, 8);
    plx_html_fixed(html, 1234.5, 2);
    plx_html_markup(html, "</p>");
}

static void plx_html_markup__as_it_is(void **state)
{
    (void)state;
    expect(write_all, "\">", 2,
           "<p title=\"&quot;&gt;\">7<bdi>&quot;&gt;</bdi> &quot;&gt; &amp; 8 1234.50</p>");
}

static void write_numbers(struct plx_html *html, const char *text, size_t length)
{
    (void)text;
    (void)length;
    plx_html_fixed(html, -0.5, 2);
    plx_html_markup(html, " ");
    plx_html_fixed(html, -0.001, 2);
    plx_html_markup(html, " ");
    plx_html_numeral(html, "-inf");
    plx_html_markup(html, " ");
    plx_html_coordinate(html, -0.5, 1);
}

/* People read a minus sign (U+2212), browsers a hyphen. */
static void plx_html_fixed__below_zero(void **state)
{
    (void)state;
    expect(write_numbers, "", 0, "\u22120.50 0.00 \u2212inf -0.5");
}

static void plx_html_markup__the_first_failure_stays(void **state)
{
    struct plx_error error = {0};
    struct plx_html html = {.status = PLX_MALFORMED, .error = &error};
    (void)state;
    plx_html_markup(&html, "<p>"); /* there is no output */
    plx_html_string(&html, "text");
    assert_int_equal(html.status, PLX_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_html_text__what_means_something, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_html_text__other_scripts, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_html_text__what_cannot_be_seen, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_html_text__not_utf8, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_html_markup__as_it_is, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_html_fixed__below_zero, folder_make, folder_remove),
        cmocka_unit_test(plx_html_markup__the_first_failure_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
