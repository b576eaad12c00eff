/* Commands of GitHub's workflows. The escapes are those of actions/toolkit, packages/core/src/command.ts:
   %25 %0D %0A in a message, and %3A %2C in a property. */
#include "support/gated.h"

#include <perplex/result.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIDES "%0ABASE base.json: a.arpa on t.txt%0ANEW  new.json: a.arpa on t.txt\n"

static void plx_comparison_github__whole(void **state)
{
    struct gated gated;
    (void)state;
    gated_make(&gated, "{\"perplexity\": 200}", "{\"perplexity\": 250}");
    strcpy(gated.pair.warnings[0].message, "100 %: a, b\r\nc");
    gated.pair.warnings[0].code = "x:y,z%";
    gated.pair.warning_count = 1;
    gated_judge(&gated, "ppl > +0.5%; ppl > 300; accuracy < -1%");
    char *text = gated_write(&gated, PLX_COMPARISON_GITHUB);
    assert_string_equal(
        text, "::error title=ppl > +0.5%25::ppl rose by 25 %25 (200 → 250), more than +0.5 %25" SIDES
              "::notice title=ppl > 300::ppl is 250, not more than 300" SIDES
              "::error title=accuracy < -1%25::accuracy cannot be judged: new.json has no such "
              "number, which --distributions gives" SIDES
              "::warning title=x%3Ay%2Cz%25::100 %25: a, b%0D%0Ac" SIDES);
    plx_text_free(text);
    gated_release(&gated);
}

/* A name cannot end the command and begin another one. */
static void plx_comparison_github__hostile_names(void **state)
{
    struct gated gated;
    (void)state;
    gated_make(&gated, "{\"perplexity\": 200}", "{\"perplexity\": 250}");
    gated.pair.other.model = "x\n::stop-commands::y\r%0A\x1B[31m";
    gated_judge(&gated, "ppl > 300");
    char *text = gated_write(&gated, PLX_COMPARISON_GITHUB);
    assert_string_equal(text,
                        "::notice title=ppl > 300::ppl is 250, not more than 300%0ABASE base.json: a.arpa on "
                        "t.txt%0ANEW  new.json: x\\x0a::stop-commands::y\\x0d%250A\\x1b[31m on t.txt\n");
    plx_text_free(text);
    gated_release(&gated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_comparison_github__whole),
        cmocka_unit_test(plx_comparison_github__hostile_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
