/* perplex eval: score one corpus with one model. */
#include "cli.h"
#include "eval_outputs.h"
#include "evaluation.h"

#include <limits.h>
#include <math.h>

static const char DETAILS[] =
    "MODEL is a path, an http(s):// URL, \"-\" for standard input, or the name of a model that is no file "
    "(uniform:50257). A CORPUS is a path, a URL, \"-\", a public corpus by its name (corpus:wikitext-2/test, "
    "see "
    "`perplex fetch`), or a pattern of paths that perplex expands itself (quote it: 'shard-*.txt'). Several "
    "are read one after the other as one corpus; they must be of one "
    "format, and each file begins a document. gzip is undone. `perplex formats` lists what can be read."
    "\n\n"
    "The file of `--config` is a JSON object, whose keys are the names of options with \"_\" for \"-\"; "
    "numbers "
    "are numbers, and true gives an option that takes no argument. `protocol` names the preset to begin "
    "from, "
    "and so does `name`, so that the member `protocol` of a result is such a file. Options on the command "
    "line "
    "win. Paths are relative to the working directory, not to the file. `output`, `per_token` and "
    "`per_document` are for the command line alone, and so is `mix`."
    "\n\n"
    "`--mix` makes the weighted mean of models' probabilities, token by token, of models whose vocabularies "
    "are "
    "the same, whatever start, end and unknown symbol are called. The protocol is the first model's. "
    "`--mix-tune` takes 8 bytes of memory for each model and token of its corpus; the weights that it finds "
    "stand in the result. `--model-format`, `--vocab`, `--logprob-base`, `--allow-positive` and "
    "`--allow-count-mismatch` are about the first model's file only."
    "\n\n"
    "Modified losses stand beside the cross-entropy in the member `losses` of the result, each by itself "
    "and, "
    "where several are asked for, all together; `--distributions` adds the member `distribution`. "
    "`--distributions`, `--temperature` and `--label-smoothing` need a model that gives the probabilities of "
    "all tokens: logprobs do not. `--focal` and `--label-smoothing` exclude each other."
    "\n\n"
    "`--explain` prints a table of the numbers under all presets on stderr, and adds it as the member "
    "`explain` to the result: those that the one pass gives, with what makes them differ from the first, "
    "and why it does not give the others. Symbols named by `--start` and `--end` hold for all."
    "\n\n"
    "`--breakdown` adds the member `breakdown`, `--worst` and `--best` members of their names. `frequency` "
    "needs `--counts`; `order` needs an n-gram model; `all` is all that model and options allow. Positions "
    "are "
    "counted in the window or, without windows, in the unit."
    "\n\n"
    "`--shard` reads the whole corpus, so that its counts and its fingerprint are those of all of it, and "
    "scores "
    "every N-th of the parts that it is cut into; `perplex merge` makes of the N results what one evaluation "
    "would have given. What cannot be put together is refused: `--summary`, `--explain`, `--worst`, "
    "`--best`, "
    "`--per-document` and the breakdown by document. The file of `--per-token` has the tokens of the share."
    "\n\n"
    "`--resume` keeps what the model says in FILE.journal beside the FILE of `-o`, batch by batch. The same "
    "command, "
    "after it was interrupted or killed, at whatever moment, goes on from there and comes to the same bytes; "
    "the "
    "journal is removed when the result is there. It is for one model, protocol, corpus, share, `--batch` "
    "and "
    "version, and for machines that round alike: for others it is refused, with what differs. What "
    "`--mix-tune` and `--counts` do is done again."
    "\n\n"
    "A model behind an endpoint is openai:MODEL@URL, or vllm:, tgi: or sglang:, with its key in a file or in "
    "PERPLEX_API_KEY or OPENAI_API_KEY of the environment. A corpus is ids, or a text of which the server "
    "makes tokens: of "
    "a document, of a piece of one of more than 64 KiB, or of a line where units are lines or their ends are "
    "tokens. "
    "`--resume` keeps every window that is answered. `--dry-run` writes nothing; -o only says where the "
    "journal lies."
    "\n\n"
    "The result is JSON on standard output (schema perplex.result/1). `--summary` prints there what another "
    "tool would, in its layout and with its digits, for scripts that parse it; `-o` writes the JSON all the "
    "same, "
    "and what is asked for of the result needs it. Without `--protocol` it is that tool's own; what it has "
    "no number for is refused.";

static const struct cli_example EXAMPLES[] = {
    {"perplex eval model.arpa test.txt", "an n-gram model on a text, under the protocol that suits both"},
    {"perplex eval model.arpa.gz 'shard-*.txt' -o result.json", "several files as one corpus"},
    {"perplex eval model.safetensors test.txt -p hf-stride --window 64 --stride 8",
     "a preset of the protocol, two of its fields changed"},
    {"perplex eval model.safetensors test.txt --config hf-stride-256.json", "a protocol out of a file"},
    {"perplex eval uniform:50257 val.bin --token-bytes encoder.json",
     "ids, and the bytes that they stand for"},
    {"perplex eval uniform:256 book.txt --tokens byte", "what a byte costs whoever knows nothing"},
    {"perplex eval model.safetensors test.txt --distributions",
     "and entropy, ranks, calibration and the best temperature"},
    {"perplex eval model.safetensors test.txt --label-smoothing 0.1 --ignore-id 0",
     "and the loss that a training script reports"},
    {"perplex eval model.arpa test.txt -o result.json --per-token tokens.jsonl.gz",
     "and every token with what it cost"},
    {"perplex eval model.arpa test.txt --summary kenlm", "what KenLM's `query -v summary` prints"},
    {"perplex eval model.arpa test.txt --breakdown all --counts train.txt",
     "and where the loss is: by position, frequency, document and more"},
    {"perplex eval model.arpa test.txt --worst 20", "and what it was least prepared for"},
    {"zcat test.txt.gz | perplex eval model.arpa - --unknown skip", "a corpus from a pipe"},
    {"perplex eval model.arpa test.txt --mix 0.3:other.arpa", "two models' probabilities, mixed 7 to 3"},
    {"perplex eval model.arpa test.txt --mix 0.5:other.arpa --mix-tune valid.txt",
     "the same, with the weights under which another text is most probable"},
    {"perplex eval model.arpa test.txt --shard 1/2 -o shard-1.json", "the first half of the work"},
    {"perplex eval model.arpa test.txt --resume -o result.json", "go on where the last time has ended"},
    {"perplex eval model.arpa https://example.org/test.txt", "a corpus from the web"},
    {"perplex eval model.arpa corpus:wikitext-2/test", "a public one, by its name"},
    {NULL, NULL},
};

static bool check_standard_input(const struct cli_arguments *arguments)
{
    return cli_check_standard_input(arguments, 1);
}

/* What was asked for beside the plain figures. */
static void print_extra(const struct plx_result *result)
{
    struct plx_distribution_metrics metrics;
    const char *name;
    double loss;
    if (plx_result_distribution(result, &metrics))
        fprintf(stderr,
                "entropy %.6f nats   accuracy %.4g %% (of 5: %.4g %%, of 10: %.4g %%)   "
                "calibration error %.4g   best temperature %.5g: %.6f nats\n",
                metrics.entropy_nats, 100 * metrics.accuracy_at_1, 100 * metrics.accuracy_at_5,
                100 * metrics.accuracy_at_10, metrics.calibration_error, metrics.best_temperature,
                metrics.best_temperature_nats);
    for (size_t i = 0; plx_result_loss(result, i, &name, &loss); i++)
        fprintf(stderr, "%s%s %.6f", i == 0 ? "loss by: " : "   ", name, loss);
    if (plx_result_loss(result, 0, &name, &loss))
        fputc('\n', stderr);
}

static void print_summary(const struct plx_result *result, const struct plx_metrics *metrics)
{
    fprintf(stderr, "perplexity %.6g ± %.2g   %.6f nats   %.6f bits per token   %.6f bits per byte\n",
            metrics->perplexity, metrics->perplexity * metrics->standard_error_nats, metrics->nats_per_token,
            metrics->bits_per_token, metrics->bits_per_byte);
    fprintf(stderr, "%llu of %llu tokens scored (%s), %llu unknown; %.2f s, %.3g M tokens/s\n",
            (unsigned long long)metrics->scored, (unsigned long long)metrics->tokens,
            plx_result_protocol(result), (unsigned long long)metrics->unknown, metrics->seconds,
            metrics->tokens_per_second * 1e-6);
}

void cli_not_finite_reason(uint64_t infinite, double nats, char *text, size_t capacity)
{
    static const char WHAT[] = "the perplexity is not finite";
    if (infinite)
        snprintf(text, capacity, "%s: %llu %s zero probability", WHAT, (unsigned long long)infinite,
                 infinite == 1 ? "token has" : "tokens have");
    else if (isfinite(nats))
        snprintf(text, capacity, "%s: it overflows a double, though the cross-entropy (%.6g nats) is finite",
                 WHAT, nats);
    else
        snprintf(text, capacity, "%s: the mean of the cross-entropies is out of range", WHAT);
}

int cli_not_finite(const struct plx_metrics *metrics)
{
    char reason[160];
    cli_not_finite_reason(metrics->infinite, metrics->nats_per_token, reason, sizeof reason);
    fprintf(stderr, "perplex: %s\n", reason);
    return plx_status_exit_code(PLX_NOT_FINITE);
}

static int report(const struct cli_arguments *arguments, const struct plx_result *result,
                  const struct cli_outputs *outputs)
{
    const bool quiet = arguments->values[CLI_QUIET] != NULL;
    struct plx_metrics metrics;
    plx_result_metrics(result, &metrics);
    size_t count;
    const struct plx_warning *warnings = plx_result_warnings(result, &count);
    if (!quiet)
        cli_print_warnings(warnings, count);
    const int code = cli_deliver(arguments, result, outputs);
    if (code == CLI_OK && !quiet && arguments->values[CLI_EXPLAIN])
        cli_print_explained(result);
    if (code == CLI_OK && !quiet && cli_is_terminal(stderr)) {
        if (!arguments->values[CLI_EXPLAIN])
            print_summary(result, &metrics);
        print_extra(result);
        cli_print_breakdown(result);
    }
    const bool whole = !arguments->values[CLI_SHARD]; /* what a share comes to is no matter */
    return code == CLI_OK && whole && !isfinite(metrics.perplexity) ? cli_not_finite(&metrics) : code;
}

/* What it would take. Nothing is written: -o says where the journal lies. */
static int run_dry(const struct cli_arguments *arguments, struct cli_evaluation *settings,
                   struct cli_progress *progress)
{
    struct cli_arguments journal_alone = *arguments;
    struct cli_outputs outputs;
    struct plx_estimate estimate;
    struct plx_error error;
    char *text = NULL;
    size_t length;
    journal_alone.values[CLI_PER_TOKEN] = journal_alone.values[CLI_PER_DOCUMENT] =
        journal_alone.values[CLI_SUMMARY] = NULL;
    if (cli_open_outputs(&journal_alone, &outputs, &error))
        return cli_fail(&error);
    cli_connect_outputs(settings, &outputs);
    enum plx_status status = cli_estimate(arguments, settings, &estimate, &error);
    cli_progress_clear(progress);
    cli_discard_outputs(&outputs);
    if (status == PLX_OK)
        status = plx_estimate_json(&estimate, &text, &length, &error);
    const int code = status ? cli_fail(&error) : cli_write(NULL, text, length);
    plx_text_free(text);
    return code;
}

/* With all that the user has said. */
static int run_settled(const struct cli_arguments *arguments)
{
    struct cli_progress progress;
    struct cli_evaluation settings;
    struct cli_outputs outputs;
    struct plx_result *result;
    struct plx_error error;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!cli_read_evaluation(arguments, &progress, &settings))
        return CLI_USAGE;
    if (arguments->values[CLI_DRY_RUN])
        return run_dry(arguments, &settings, &progress);
    int code = cli_check_output(arguments->values[CLI_OUTPUT]);
    if (code == CLI_OK && arguments->values[CLI_SUMMARY])
        code = cli_check_output(NULL);
    if (code != CLI_OK)
        return code;
    if (cli_open_outputs(arguments, &outputs, &error))
        return cli_fail(&error);
    cli_connect_outputs(&settings, &outputs);
    const enum plx_status status = cli_evaluate(arguments, &settings, &result, &error);
    cli_progress_clear(&progress);
    if (status) {
        cli_discard_outputs(&outputs);
        return cli_fail_output(outputs.summary ? NULL : cli_side_path(arguments), &error);
    }
    if (cli_note_outputs(arguments, result, &error)) {
        plx_result_free(result);
        cli_discard_outputs(&outputs);
        return cli_fail(&error);
    }
    code = report(arguments, result, &outputs);
    plx_result_free(result);
    return code;
}

static int run(struct cli_arguments *arguments)
{
    return cli_run_configured(&cli_command_eval, arguments, check_standard_input, run_settled);
}

const struct cli_command cli_command_eval = {
    .name = "eval",
    .operands = "MODEL CORPUS... [options]",
    .needs = "needs a model and a corpus",
    .summary = "Score a corpus with a model: cross-entropy and perplexity as JSON.",
    .details = DETAILS,
    .mask = CLI_EVAL,
    .least = 2,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
