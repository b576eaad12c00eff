#include "support/small_result.h"

#include "base/exact.h"
#include "base/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *either(const char *given, const char *usual)
{
    return given ? given : usual;
}

static struct plx_exact add_up(const double *nats, size_t count)
{
    struct plx_exact sum = {0};
    for (size_t i = 0; i < count; i++)
        plx_exact_add(&sum, nats[i]);
    return sum;
}

/* Scored tokens of the block that begins at `begin`. */
static size_t block_size(const struct small_result *result, size_t begin)
{
    const size_t left = result->count - begin;
    const size_t size = begin == 0 && result->first_block ? result->first_block : result->block;
    return left < size ? left : size;
}

static void write_blocks(FILE *file, const struct small_result *result)
{
    char sum[PLX_EXACT_TEXT];
    fprintf(file, ", \"blocks\": {\"targets\": %zu, \"counts\": [", result->block);
    for (size_t i = 0; i < result->count; i += block_size(result, i))
        fprintf(file, "%s%zu", i ? ", " : "", block_size(result, i));
    fprintf(file, "], \"sums\": [");
    for (size_t i = 0; i < result->count; i += block_size(result, i)) {
        const struct plx_exact block = add_up(result->nats + i, block_size(result, i));
        plx_exact_format(block.sum, sum);
        fprintf(file, "%s\"%s\"", i ? ", " : "", sum);
    }
    fprintf(file, "]}");
}

static void write_sums(FILE *file, const struct small_result *result)
{
    const struct plx_exact all = add_up(result->nats, result->count);
    char sum[PLX_EXACT_TEXT], squares[PLX_EXACT_TEXT];
    plx_exact_format(all.sum, sum);
    plx_exact_format_unsigned(all.squares, squares);
    fprintf(file,
            " \"accumulators\": {\"nats\": {\"sum\": \"%s\", \"squares\": \"%s\", \"count\": %zu,"
            " \"infinite\": %u}",
            sum, squares, result->count, (unsigned)all.infinite);
    if (result->block)
        write_blocks(file, result);
    fprintf(file, "}}\n");
}

static FILE *create(char path[SMALL_PATH])
{
    if (*path)
        return fopen(path, "wb");
    strcpy(path, "/tmp/perplex-compare-XXXXXX");
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    return fdopen(descriptor, "wb");
}

void small_result_write(const struct small_result *r, char path[SMALL_PATH])
{
    const struct plx_exact all = add_up(r->nats, r->count);
    const double mean = plx_exact_mean(&all);
    char text[PLX_NUMBER_TEXT], nats[PLX_NUMBER_TEXT + 2];
    FILE *file = create(path);
    assert_non_null(file);
    plx_format_double(mean, text);
    snprintf(nats, sizeof nats, all.infinite ? "\"%s\"" : "%s", text);
    fprintf(file,
            "{\"schema\": \"perplex.result/1\", \"complete\": true, \"nats_per_token\": %s,"
            " \"bits_per_token\": %s, \"perplexity\": %s,"
            " \"normalized\": {\"bits_per_byte\": 0.5, \"bits_per_character\": 0.5, \"bits_per_word\": 3},",
            either(r->nats_per_token, nats), either(r->nats_per_token, nats),
            either(r->nats_per_token, nats));
    fprintf(file,
            " \"counts\": {\"tokens\": %zu, \"scored\": %zu, \"scored_bytes\": %zu, \"infinite\": %u,"
            " \"skipped\": {%s}}, \"unknown\": {\"tokens\": %zu},",
            r->tokens ? r->tokens : r->count, r->count, r->bytes ? r->bytes : 900, (unsigned)all.infinite,
            either(r->skipped, ""), r->unknown);
    fprintf(file,
            " \"protocol\": {\"name\": \"n\", %s}, \"corpus\": {\"format\": \"text\","
            " \"tokenization\": \"word\", \"text\": \"%s\", \"sha256\": \"%s\"},"
            " \"model\": {\"vocabulary_sha256\": \"%s\", \"fingerprint\": \"full\"},"
            " \"runtime\": {\"inputs\": {\"model\": \"m/a.arpa\", \"corpus\": \"c/t.txt\"}, \"outputs\": {",
            either(r->protocol, "\"unit\": \"line\", \"average\": \"token\""), either(r->text, "original"),
            either(r->sha256, "ab"), either(r->vocabulary, "cd"));
    if (r->per_token)
        fprintf(file, "\"per_token\": \"%s\"", r->per_token);
    fprintf(file, "}},");
    write_sums(file, r);
    assert_int_equal(fclose(file), 0);
}
