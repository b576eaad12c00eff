#include "inspect/findings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void plx_occurrence_add(struct plx_occurrence *occurrence, uint64_t count, const struct plx_chunk *chunk,
                        size_t at)
{
    struct plx_error place; /* only for its place */
    occurrence->count += count;
    if (occurrence->count > count)
        return;
    plx_error_set(&place, PLX_MALFORMED, " ");
    plx_chunk_place(chunk, at, &place);
    occurrence->line = place.line == PLX_NOWHERE ? 0 : place.line;
    occurrence->at = (struct plx_found_at){place.offset, place.column, PLX_NOWHERE, PLX_NOWHERE};
    if (chunk->content != PLX_CONTENT_TEXT) {
        occurrence->at.document = chunk->document_index;
        occurrence->at.token = chunk->first_token + at;
    }
    memcpy(occurrence->input, place.input, sizeof occurrence->input);
}

static void PLX_PRINTF(6, 0)
    add(struct plx_findings *findings, bool note, const char *code, const struct plx_occurrence *occurrence,
        uint64_t count, const char *format, va_list arguments)
{
    assert(findings->count < PLX_FINDINGS_MOST);
    if (findings->count == PLX_FINDINGS_MOST)
        return;
    struct plx_finding *finding = findings->items + findings->count++;
    *finding = (struct plx_finding){.note = note, .at = PLX_FOUND_NOWHERE};
    snprintf(finding->warning.code, sizeof finding->warning.code, "%s", code);
    vsnprintf(finding->warning.message, sizeof finding->warning.message, format, arguments);
    finding->warning.count = count;
    if (!occurrence)
        return;
    finding->warning.line = occurrence->line;
    finding->at = occurrence->at;
    memcpy(finding->input, occurrence->input, sizeof finding->input);
}

void plx_findings_add(struct plx_findings *findings, bool note, const char *code, uint64_t count,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(findings, note, code, NULL, count, format, arguments);
    va_end(arguments);
}

void plx_findings_add_occurrence(struct plx_findings *findings, bool note, const char *code,
                                 const struct plx_occurrence *occurrence, const char *format, ...)
{
    va_list arguments;
    if (occurrence->count == 0)
        return;
    va_start(arguments, format);
    add(findings, note, code, occurrence, occurrence->count, format, arguments);
    va_end(arguments);
}

void plx_findings_forget_inputs(struct plx_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        findings->items[i].input[0] = '\0';
}
