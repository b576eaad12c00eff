/* perplex convert: an n-gram model into a file that is open at once; corpora are in convert_corpus.c. */
#include "cli.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char DETAILS[] =
    "A model, an ARPA file, gzip or not, or a KenLM binary that has its words, becomes a file of the format "
    "\"plx\", which gives the same results and is used where it lies: it is open at once, however large, and "
    "programs that use it share its memory. It is for machines of the same byte order. A name that ends in "
    ".gz gives a compressed file, which has to be read into memory. OUTPUT carries checksums of its own, and "
    "so its fingerprint: `perplex eval` need not read it for that; --verify checks them all. It notes the "
    "input's SHA-256, unless by --fingerprint none, and what was odd about it.\n\n"
    "A corpus, of one INPUT or several, becomes token ids, as `perplex formats` lists them, encoded as "
    "`perplex eval` does it: words of --vocab, unknown ones as its unknown symbol, an end symbol behind "
    "every "
    "line where the vocabulary has one (--end); --tokens byte needs no vocabulary, and ids stay what they "
    "are. --make-vocab makes one of the corpus, in which \"<eos>\", or the symbol of --end, ends the lines. "
    "Of the formats megatron and fairseq OUTPUT is the name before .bin and .idx.\n\n"
    "INPUT is a path, an http(s):// URL, or \"-\" for standard input, where a model is expected unless "
    "options or the name of OUTPUT speak of a corpus.";

static const struct cli_example EXAMPLES[] = {
    {"perplex convert model.arpa.gz model.plx", "once; from then on, eval with model.plx"},
    {"perplex convert - model.plx <model.arpa", "what another program writes"},
    {"perplex convert test.txt test.jsonl --make-vocab words.txt",
     "words as ids, documents as records, and the vocabulary of both"},
    {"perplex convert -q test.txt test.bin --to u16 --vocab model.arpa",
     "the ids of a model's words in one stream, as nanoGPT reads them"},
    {"perplex convert -q test.txt t.npy --vocab model.arpa --write-bytes b.npy",
     "and how many bytes of the text each id stands for"},
    {"perplex convert 'shard-*.txt' train --to megatron --tokens byte", "bytes as train.bin and train.idx"},
    {NULL, NULL},
};

static bool read_options(const struct cli_arguments *arguments, struct cli_progress *progress,
                         struct plx_model_options *options)
{
    const char *const *values = arguments->values;
    unsigned long long threads = plx_processors();
    size_t fingerprint = PLX_FINGERPRINT_FULL;
    *options = (struct plx_model_options){
        .format = values[CLI_MODEL_FORMAT],
        .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
        .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
        .network = cli_network(),
        .interrupted = cli_interrupted,
        .progress = cli_progress_model,
        .user = progress,
    };
    if (!cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_choice(arguments, CLI_FINGERPRINT, &fingerprint))
        return false;
    options->threads = (unsigned)threads;
    options->fingerprint = (enum plx_fingerprint)fingerprint;
    return true;
}

static int convert_model(const struct cli_arguments *arguments)
{
    const char *input = arguments->operands[0], *output = arguments->operands[1];
    struct cli_progress progress;
    struct plx_model_options options;
    struct plx_error error;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_options(arguments, &progress, &options) || !cli_check_overwritten(output, input))
        return CLI_USAGE;
    if (strcmp(output, "-") == 0 && cli_is_terminal(stdout)) {
        fprintf(stderr,
                "perplex: the converted model is binary, which a terminal cannot show: name a file\n");
        return CLI_USAGE;
    }
    const int code = cli_check_output(output);
    if (code != CLI_OK)
        return code;
    cli_catch_signals();
    cli_ignore_limits();
    const enum plx_status status = plx_convert_model(input, output, &options, &error);
    cli_progress_clear(&progress);
    return status ? cli_fail_output(output, &error) : CLI_OK;
}

static int run(struct cli_arguments *arguments)
{
    bool corpus;
    const int code = cli_convert_kind(arguments, &corpus);
    if (code != CLI_OK)
        return code;
    if (corpus)
        return cli_convert_corpus(arguments);
    if (arguments->operand_count == 2)
        return convert_model(arguments);
    fprintf(stderr, "perplex: only one model can be converted at a time\n");
    return CLI_USAGE;
}

const struct cli_command cli_command_convert = {
    .name = "convert",
    .operands = "INPUT... OUTPUT [options]",
    .needs = "takes a model or a corpus, and the file to write",
    .summary = "Convert an n-gram model into a file that is open at once, or a corpus into ids.",
    .details = DETAILS,
    .mask = CLI_CONVERT,
    .least = 2,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
