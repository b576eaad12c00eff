/* Corpora converted: which ids and bytes come out of which text, worked out by hand, and what is refused. */
#include <perplex/perplex.h>

#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VOCABULARY "<unk>\n<eos>\nthe\ncat\n"

/* The path of a file, valid to the end of the test. */
static const char *kept(const char *name)
{
    static char paths[16][512];
    static size_t next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof *paths, "%s", folder_path(name));
    return path;
}

static void make_file(const char *name, const char *text)
{
    file_write(folder_path(name), text, strlen(text));
}

static enum plx_status convert(const char *input, enum plx_token_kind tokens, const char *output,
                               const struct plx_convert_options *options, struct plx_conversion *conversion,
                               struct plx_error *error)
{
    const char *const names[] = {folder_path(input)};
    const struct plx_corpus_options corpus_options = {.tokens = tokens};
    struct plx_corpus *corpus;
    *error = (struct plx_error){0};
    enum plx_status status = plx_corpus_open(names, 1, &corpus_options, &corpus, error);
    if (status)
        return status;
    status = plx_convert_corpus(corpus, folder_path(output), options, conversion, error);
    plx_corpus_close(corpus);
    return status;
}

/* Text in the file "in" into JSON Lines, with these options. */
static struct plx_conversion check(const char *text, enum plx_token_kind tokens,
                                   const struct plx_convert_options *options, const char *expected)
{
    struct plx_conversion conversion;
    struct plx_error error;
    make_file("in", text);
    if (convert("in", tokens, "out.jsonl", options, &conversion, &error))
        fail_msg("%s", error.message);
    folder_file_is("out.jsonl", expected, strlen(expected));
    return conversion;
}

static void refuses(const char *input, enum plx_token_kind tokens, const char *output,
                    const struct plx_convert_options *options, enum plx_status expected, const char *message)
{
    struct plx_error error;
    char text[1024];
    assert_int_equal(convert(input, tokens, output, options, NULL, &error), expected);
    plx_error_format(&error, text, sizeof text);
    if (!strstr(text, message))
        fail_msg("says \"%s\"", text);
}

/* The end symbol owns blanks and the newline, a token the separators before it; an unknown word its own
 * bytes. */
static void words__end_lines_and_own_separators(void **state)
{
    (void)state;
    make_file("vocab.txt", VOCABULARY);
    const struct plx_convert_options options = {.vocabulary = kept("vocab.txt")};
    const struct plx_conversion conversion =
        check(" the \t cat  \n \nzebra <unk>\nthe", PLX_TOKENS_WORD, &options,
              "{\"input_ids\":[2,3,1,1,0,0,1,2,1],\"bytes\":[4,6,3,2,5,6,1,3,0]}\n");
    assert_int_equal(conversion.tokens, 9);
    assert_int_equal(conversion.bytes, 30);
    assert_int_equal(conversion.unknown, 1);
    assert_int_equal(conversion.documents, 1);
    assert_string_equal(conversion.unknown_symbol, "<unk>");
    assert_true(conversion.parted);
}

/* Nothing follows the last blanks, which go to the last token all the same: the sum is the file's size. */
static void words__own_the_end_of_the_corpus(void **state)
{
    (void)state;
    make_file("vocab.txt", VOCABULARY);
    const struct plx_protocol protocol = {.unit = PLX_UNIT_STREAM, .end = PLX_END_NONE};
    const struct plx_convert_options options = {.vocabulary = kept("vocab.txt"), .protocol = &protocol};
    check("the\n cat \n\n", PLX_TOKENS_WORD, &options, "{\"input_ids\":[2,3],\"bytes\":[3,8]}\n");
}

/* A document has its own; without a token they go to the next one, and behind the last to that. */
static void documents__keep_their_bytes(void **state)
{
    (void)state;
    make_file("vocab.txt", VOCABULARY);
    const struct plx_protocol protocol = {.unit = PLX_UNIT_STREAM, .end = PLX_END_NONE};
    const struct plx_convert_options options = {.vocabulary = kept("vocab.txt"), .protocol = &protocol};
    const struct plx_conversion conversion =
        check("{\"text\":\" \"}\n{\"id\":\"x\",\"text\":\"\"}\n{\"id\":\"\",\"text\":\" the \"}\n"
              "{\"id\":\"y\",\"text\":\" \"}\n{\"text\":\"\\t\"}\n{\"text\":\"cat cat  \"}\n"
              "{\"text\":\" \"}\n{\"id\":\"z\",\"text\":\"\\n\\n\"}\n",
              PLX_TOKENS_AUTO, &options,
              "{\"input_ids\":[],\"bytes\":[]}\n{\"id\":\"x\",\"input_ids\":[],\"bytes\":[]}\n"
              "{\"id\":\"\",\"input_ids\":[2],\"bytes\":[6]}\n"
              "{\"id\":\"y\",\"input_ids\":[],\"bytes\":[]}\n{\"input_ids\":[],\"bytes\":[]}\n"
              "{\"input_ids\":[3,3],\"bytes\":[5,9]}\n"
              "{\"input_ids\":[],\"bytes\":[]}\n{\"id\":\"z\",\"input_ids\":[],\"bytes\":[]}\n");
    assert_int_equal(conversion.bytes, 1 + 5 + 1 + 1 + 9 + 1 + 2);
    assert_int_equal(conversion.documents, 8);
}

static void bytes__are_their_own_ids(void **state)
{
    (void)state;
    const struct plx_convert_options none = {.threads = 1};
    check("a\xC3\n", PLX_TOKENS_BYTE, &none, "{\"input_ids\":[97,195,10],\"bytes\":[1,1,1]}\n");
}

/* Empty documents too, and what they are called. */
static void documents__stay(void **state)
{
    (void)state;
    make_file("vocab.txt", VOCABULARY);
    const struct plx_convert_options options = {.vocabulary = kept("vocab.txt")};
    check("{\"id\":\"x\",\"text\":\"the\"}\n{\"text\":\"\"}\n{\"text\":\"cat \\n the\\n\"}\n",
          PLX_TOKENS_AUTO, &options,
          "{\"id\":\"x\",\"input_ids\":[2,1],\"bytes\":[3,0]}\n"
          "{\"input_ids\":[1],\"bytes\":[0]}\n"
          "{\"input_ids\":[3,1,2,1],\"bytes\":[3,2,4,1]}\n");
    check("{\"input_ids\":[]}\n{\"input_ids\":[7,70000]}\n{\"input_ids\":[]}\n", PLX_TOKENS_AUTO, NULL,
          "{\"input_ids\":[]}\n{\"input_ids\":[7,70000]}\n{\"input_ids\":[]}\n");
}

/* u16 beyond which one token has more. */
static void sidecar__is_as_narrow_as_it_can_be(void **state)
{
    (void)state;
    char *text = calloc(1, 70001);
    assert_non_null(text);
    memset(text, ' ', 70000);
    memcpy(text + 69997, "the", 3);
    make_file("vocab.txt", VOCABULARY);
    make_file("narrow", "the cat\n");
    make_file("wide", text);
    free(text);
    struct plx_error error;
    struct plx_convert_options options = {.vocabulary = kept("vocab.txt"), .bytes = kept("narrow.npy")};
    assert_int_equal(convert("narrow", PLX_TOKENS_AUTO, "out.u16", &options, NULL, &error), PLX_OK);
    struct file_bytes sidecar = file_read(folder_path("narrow.npy"));
    assert_int_equal(sidecar.size, 128 + 6);
    assert_memory_equal(sidecar.bytes + 10, "{'descr': '<u2', ", 17);
    assert_memory_equal(sidecar.bytes + 128, "\3\0\4\0\1\0", 6);
    free(sidecar.bytes);
    options.bytes = kept("wide.npy");
    assert_int_equal(convert("wide", PLX_TOKENS_AUTO, "out.u16", &options, NULL, &error), PLX_OK);
    sidecar = file_read(folder_path("wide.npy"));
    assert_int_equal(sidecar.size, 128 + 8);
    assert_memory_equal(sidecar.bytes + 10, "{'descr': '<u4', ", 17);
    assert_memory_equal(sidecar.bytes + 128, "\x70\x11\1\0\0\0\0\0", 8); /* 70000 = 0x11170 */
    free(sidecar.bytes);
}

static void make_vocabulary__counts_in_the_order_of_appearance(void **state)
{
    (void)state;
    const struct plx_convert_options lines = {.make_vocabulary = kept("vocab.txt")},
                                     json = {.make_vocabulary = kept("vocab.json")};
    check("b a b\n\nc\n", PLX_TOKENS_WORD, &lines,
          "{\"input_ids\":[0,1,0,2,2,3,2],\"bytes\":[1,2,2,1,1,1,1]}\n");
    folder_file_is("vocab.txt", "b\na\n<eos>\nc\n", 12);
    check("b\"\xC3\xA9\nb", PLX_TOKENS_CHARACTER, &json,
          "{\"input_ids\":[0,1,2,3,0],\"bytes\":[1,1,2,1,1]}\n");
    static const char members[] = "{\n\"b\": 0,\n\"\\\"\": 1,\n\"\xC3\xA9\": 2,\n\"\\n\": 3\n}\n";
    folder_file_is("vocab.json", members, sizeof members - 1);
    /* What was made gives the same once more. */
    const struct plx_convert_options again = {.vocabulary = kept("vocab.json")};
    check("b\"\xC3\xA9\nb", PLX_TOKENS_CHARACTER, &again,
          "{\"input_ids\":[0,1,2,3,0],\"bytes\":[1,1,2,1,1]}\n");
}

static void make_vocabulary__refuses_what_cannot_be_told_apart(void **state)
{
    (void)state;
    const struct plx_convert_options options = {.make_vocabulary = kept("vocab.txt")},
                                     fairseq = {.make_vocabulary = kept("dict.txt")},
                                     both = {.make_vocabulary = kept("vocab.txt"), .vocabulary = kept("in")};
    make_file("in", "a\nb <eos>\n");
    refuses("in", PLX_TOKENS_WORD, "out.u16", &options, PLX_MISMATCH, "in:2:3: \"<eos>\" stands in the text");
    refuses("in", PLX_TOKENS_CHARACTER, "out.u16", &options, PLX_MISMATCH,
            "in:1:2: \"\\x0a\" cannot be written");
    refuses("in", PLX_TOKENS_BYTE, "out.u16", &options, PLX_USAGE, "bytes are their own ids");
    refuses("in", PLX_TOKENS_WORD, "out.u16", &fairseq, PLX_USAGE, "fairseq dictionary");
    refuses("in", PLX_TOKENS_WORD, "out.u16", &both, PLX_USAGE, "either given or made");
    struct plx_protocol protocol = {.unit = PLX_UNIT_STREAM, .end = PLX_END_AUTO};
    protocol.control_words = PLX_CONTROL_WORD;
    const struct plx_convert_options word = {.make_vocabulary = kept("vocab.txt"), .protocol = &protocol};
    check("a\nb <eos>\n", PLX_TOKENS_WORD, &word, "{\"input_ids\":[0,1,2,1,1],\"bytes\":[1,1,1,6,1]}\n");
    make_file("strings", "{\"tokens\":[\"a\"]}\n{\"tokens\":[\"b\",\"\"]}\n");
    refuses("strings", PLX_TOKENS_AUTO, "out.u16", &options, PLX_MISMATCH, "strings:2: an empty token");
    const struct plx_convert_options json = {.make_vocabulary = kept("vocab.json")};
    refuses("strings", PLX_TOKENS_AUTO, "out.u16", &json, PLX_MISMATCH, "strings:2: an empty token");
    make_file("strings", "{\"tokens\":[\"a\",\"\\u0000\"]}\n");
    refuses("strings", PLX_TOKENS_AUTO, "out.u16", &json, PLX_MISMATCH,
            "a name that does not end in .json gives a token a line");
    remove(folder_path("strings"));
    make_file("ids.jsonl", "{\"input_ids\":[1]}\n");
    refuses("ids.jsonl", PLX_TOKENS_AUTO, "out.u16", &options, PLX_USAGE, "ids have no words");
    folder_holds("ids.jsonl in out.jsonl vocab.txt");
}

static bool now(void *user)
{
    (void)user;
    return true;
}

/* At its place; and nothing is left. */
static void convert__refuses_what_does_not_fit(void **state)
{
    (void)state;
    make_file("vocab.txt", VOCABULARY);
    make_file("known.txt", "the\ncat\n");
    make_file("in", "the\n the dog\n");
    make_file("ids.jsonl", "{\"input_ids\":[1]}\n{\"input_ids\":[5,70000]}\n");
    make_file("none", "");
    struct plx_protocol protocol = {.unit = PLX_UNIT_STREAM, .unknown = PLX_UNKNOWN_ERROR};
    const struct plx_convert_options plain = {.threads = 2}, known = {.vocabulary = kept("known.txt")},
                                     vocabulary = {.vocabulary = kept("vocab.txt")},
                                     strict = {.vocabulary = kept("vocab.txt"), .protocol = &protocol},
                                     sidecar = {.bytes = kept("bytes.npy")},
                                     full = {.vocabulary = kept("vocab.txt"), .bytes = "/dev/full"},
                                     interrupted = {.vocabulary = kept("vocab.txt"), .interrupted = now},
                                     unnamed = {.format = "text"};
    refuses("in", PLX_TOKENS_WORD, "out.u16", &plain, PLX_USAGE,
            "words of a text become ids of a vocabulary");
    refuses("in", PLX_TOKENS_CHARACTER, "out.u16", &plain, PLX_USAGE, "characters of a text become ids");
    refuses("in", PLX_TOKENS_WORD, "out.u16", &known, PLX_MISMATCH,
            "in:2:6: the vocabulary does not know \"dog\"");
    refuses("in", PLX_TOKENS_WORD, "out.u16", &strict, PLX_MISMATCH,
            "in:2:6: the model does not know \"dog\"");
    refuses("ids.jsonl", PLX_TOKENS_AUTO, "out.u16", &plain, PLX_MISMATCH,
            "ids.jsonl:2: the id 70000 of token 3 does not fit u16, which ends at 65535");
    refuses("ids.jsonl", PLX_TOKENS_AUTO, "out.u32", &vocabulary, PLX_MISMATCH, "ids.jsonl:2: token 1");
    refuses("ids.jsonl", PLX_TOKENS_AUTO, "out.u32", &sidecar, PLX_MISMATCH, "is not known");
    refuses("in", PLX_TOKENS_WORD, "out.u16", &full, PLX_IO, "/dev/full");
    refuses("in", PLX_TOKENS_WORD, "out.u16", &interrupted, PLX_INTERRUPTED, "interrupted");
    refuses("in", PLX_TOKENS_BYTE, "out.bin", &plain, PLX_USAGE, "does not say which format");
    refuses("in", PLX_TOKENS_BYTE, "out.u16", &unnamed, PLX_USAGE, "not written as \"text\"");
    refuses("none", PLX_TOKENS_BYTE, "out.u16", &plain, PLX_MALFORMED, "the corpus is empty");
    protocol.unknown = PLX_UNKNOWN_SKIP;
    refuses("in", PLX_TOKENS_WORD, "out.u16", &strict, PLX_USAGE, "unknown tokens become");
    folder_holds("ids.jsonl in known.txt none vocab.txt");
}

/* A model's words are a vocabulary; one of bare ids has none. */
static void vocabulary__may_be_a_model(void **state)
{
    (void)state;
    const struct plx_convert_options words = {.vocabulary = kept("model.arpa")};
    make_file("model.arpa",
              "\\data\\\nngram 1=4\n\n\\1-grams:\n-1\t<s>\n-1\t</s>\n-1\t<unk>\n-1\tcat\n\n\\end\\\n");
    const struct plx_conversion conversion =
        check("cat dog\n", PLX_TOKENS_WORD, &words, "{\"input_ids\":[3,2,1],\"bytes\":[3,4,1]}\n");
    assert_int_equal(conversion.unknown, 1);
    const struct plx_convert_options uniform = {.vocabulary = "uniform:7"};
    refuses("in", PLX_TOKENS_WORD, "out.u16", &uniform, PLX_IO, "uniform:7");
}

/* Many pieces, one thread or four. */
static void convert__does_not_depend_on_threads(void **state)
{
    (void)state;
    const size_t lines = 40000;
    static const char line[] = "the cat  sat on a mat\n";
    char *text = malloc(lines * (sizeof line - 1) + 1);
    assert_non_null(text);
    for (size_t i = 0; i < lines; i++)
        memcpy(text + i * (sizeof line - 1), line, sizeof line);
    make_file("in", text);
    free(text);
    struct file_bytes files[2];
    for (unsigned i = 0; i < 2; i++) {
        struct plx_conversion conversion;
        struct plx_error error;
        const struct plx_convert_options options = {.make_vocabulary = kept("vocab.txt"),
                                                    .threads = i ? 4 : 1};
        assert_int_equal(convert("in", PLX_TOKENS_WORD, "out.u16", &options, &conversion, &error), PLX_OK);
        assert_int_equal(conversion.tokens, lines * 7);
        assert_int_equal(conversion.bytes, lines * (sizeof line - 1));
        files[i] = file_read(folder_path("out.u16"));
        assert_int_equal(files[i].size, 2 * lines * 7);
    }
    assert_memory_equal(files[0].bytes, files[1].bytes, files[0].size);
    free(files[0].bytes);
    free(files[1].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words__end_lines_and_own_separators, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(words__own_the_end_of_the_corpus, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(documents__keep_their_bytes, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(bytes__are_their_own_ids, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(documents__stay, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(sidecar__is_as_narrow_as_it_can_be, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(make_vocabulary__counts_in_the_order_of_appearance, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(make_vocabulary__refuses_what_cannot_be_told_apart, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(convert__refuses_what_does_not_fit, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(vocabulary__may_be_a_model, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(convert__does_not_depend_on_threads, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
