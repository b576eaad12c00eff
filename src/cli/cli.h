/* The program: commands, their options, and what they share. It uses the public library alone. */
#ifndef PLX_CLI_CLI_H
#define PLX_CLI_CLI_H

#include <perplex/perplex.h>

#include <stdio.h>

/* Exit codes beside those of plx_status_exit_code. */
#define CLI_OK    0
#define CLI_WORSE 1
#define CLI_USAGE 2

/* What a command may take of the list of options; CLI_ALL is all of them. */
#define CLI_EVAL       1u
#define CLI_TABLE      2u
#define CLI_FORMATS    4u
#define CLI_INSPECT    8u
#define CLI_COMPARE    16u
#define CLI_HELPS      32u
#define CLI_CONVERT    64u
#define CLI_DIVERGENCE 128u
#define CLI_PROTOCOLS  256u
#define CLI_CHECK      512u
#define CLI_RUN        1024u
#define CLI_REPORT     2048u
#define CLI_MERGE      4096u
#define CLI_FETCH      8192u
#define CLI_CACHE      16384u
#define CLI_SERVE      32768u
#define CLI_ALL        ~0u

/* Who carries out a protocol. */
#define CLI_SCORING (CLI_EVAL | CLI_DIVERGENCE)

/* Who writes results. */
#define CLI_RESULTS (CLI_EVAL | CLI_MERGE)

/* Who writes one thing, to standard output or elsewhere. */
#define CLI_WRITING \
    (CLI_SCORING | CLI_TABLE | CLI_COMPARE | CLI_INSPECT | CLI_MERGE | CLI_REPORT | CLI_CHECK | CLI_RUN)

/* Who knows the fields of a protocol. */
#define CLI_FIELDS (CLI_SCORING | CLI_PROTOCOLS)

/* X(code, commands, meaning). What the program ends with. */
#define CLI_EXIT_LIST(X)                                                                           \
    X(0, CLI_ALL, "fine")                                                                          \
    X(1, CLI_CHECK | CLI_COMPARE, "the gate fails: a condition holds, or cannot be judged")        \
    X(1, CLI_COMPARE, "without a gate: NEW is worse, by more than noise")                          \
    X(2, CLI_ALL, "wrong usage; or inputs do not fit each other, or results are not comparable")   \
    X(3, CLI_ALL & ~(CLI_FORMATS | CLI_HELPS | CLI_PROTOCOLS),                                     \
      "a malformed or unsupported model, corpus or other file")                                    \
    X(4, CLI_ALL, "a file or the network failed")                                                  \
    X(5, CLI_RESULTS, "the perplexity is not finite (the result is written all the same)")         \
    X(5, CLI_DIVERGENCE, "the divergence is not finite (the result is written all the same)")      \
    X(5, CLI_COMPARE, "the difference is no number: both are infinite, or one says nothing")       \
    X(5, CLI_RUN, "the perplexity of a cell is not finite")                                        \
    X(6, CLI_ALL & ~(CLI_FORMATS | CLI_HELPS), "memory is exhausted, or an internal check failed") \
    X(130, CLI_ALL & ~(CLI_FORMATS | CLI_HELPS | CLI_PROTOCOLS), "interrupted")

/* What an argument is. */
enum cli_takes {
    CLI_TAKES_NOTHING,
    CLI_TAKES_TEXT,
    CLI_TAKES_NUMBER,
    CLI_TAKES_COUNT, /* a number, or a word for one */
    CLI_TAKES_BASE,  /* of logarithms: a number or "e" */
    CLI_TAKES_IDS,   /* of tokens: a number, or several with commas between them */
    CLI_TAKES_FILE,
    /* One of the words that cli_word lists. */
    CLI_TAKES_FIELD, /* of the field of the protocol that the option is named after */
    CLI_TAKES_PRESET,
    CLI_TAKES_TOKEN_KIND,
    CLI_TAKES_TEXT_KIND, /* one that texts are cut into */
    CLI_TAKES_MODEL_FORMAT,
    CLI_TAKES_CORPUS_FORMAT,
    CLI_TAKES_TABLE_FORMAT,
    CLI_TAKES_COMPARISON_FORMAT,
    CLI_TAKES_DIMENSION, /* of a table, or several, with commas between them */
    CLI_TAKES_IDS_FORMAT,
    CLI_TAKES_LOAD,
    CLI_TAKES_FINGERPRINT,
    CLI_TAKES_INSPECTED,
    CLI_TAKES_BREAKDOWN, /* or several, with commas between them */
    CLI_TAKES_SUMMARY,
    CLI_TAKES_PROMPTS,
    CLI_TAKES_RESAMPLING,
    CLI_TAKES_COMMAND,
    CLI_TAKES_CORPUS, /* of the library's own that has a name; or a file */
    CLI_TAKES_CACHE_ACTION,
    /* Files, and more. */
    CLI_TAKES_MODEL, /* or one of the words, with something behind it */
    CLI_TAKES_RESULT /* *.json */
};

/* X(ID, long name, letter or 0, argument or NULL, what that is (CLI_TAKES_…), commands, help). The one list
   of options: parsing, help, manual and completions are made from it. "%s" in the help stands for the words
   that the argument can be, or for what cli_help says. */
#define CLI_OPTION_LIST(X)                                                                                   \
    X(PROTOCOL, "protocol", 'p', "NAME", PRESET, CLI_SCORING, "preset: %s (default: by model and tokens)")   \
    X(UNIT, "unit", 0, "UNIT", FIELD, CLI_FIELDS, "context starts afresh at every: %s")                      \
    X(START, "start", 0, "START", FIELD, CLI_FIELDS, "begin symbol: %s; or the symbol itself")               \
    X(END, "end", 0, "END", FIELD, CLI_FIELDS | CLI_CONVERT, "end symbol: %s; or the symbol itself")         \
    X(JOIN, "join", 0, "TOKEN", TEXT, CLI_FIELDS,                                                            \
      "token that stands between the lines of a stream of words")                                            \
    X(WINDOW, "window", 0, "N", NUMBER, CLI_FIELDS,                                                          \
      "most tokens that one scoring sees, context included; 0: no limit")                                    \
    X(STRIDE, "stride", 0, "N", COUNT, CLI_FIELDS,                                                           \
      "how far the window moves, or window-1 (default: the window)")                                         \
    X(SCORE, "score", 0, "WHICH", FIELD, CLI_FIELDS, "targets of a window that count: %s")                   \
    X(FIRST_WINDOW, "first-window", 0, "N", COUNT, CLI_FIELDS,                                               \
      "targets of the first window, or stride, where that differs")                                          \
    X(TAIL, "tail", 0, "HOW", FIELD, CLI_FIELDS, "partial last window: %s")                                  \
    X(FIRST, "first", 0, "HOW", FIELD, CLI_FIELDS, "a target without context: %s")                           \
    X(UNKNOWN, "unknown", 0, "COST", FIELD, CLI_FIELDS | CLI_CONVERT, "unknown tokens: %s")                  \
    X(CONTROL_WORDS, "control-words", 0, "WHAT", FIELD, CLI_FIELDS | CLI_CONVERT,                            \
      "start and end symbols in the text: %s")                                                               \
    X(BLANK, "blank", 0, "HOW", FIELD, CLI_FIELDS, "end symbols of blank lines: %s")                         \
    X(PAGES, "pages", 0, "WHERE", FIELD, CLI_FIELDS | CLI_CONVERT, "where documents of a text begin: %s")    \
    X(AVERAGE, "average", 0, "OVER", FIELD, CLI_EVAL | CLI_PROTOCOLS, "mean over: %s")                       \
    X(LIMIT, "limit", 0, "N", NUMBER, CLI_FIELDS, "score at most N tokens; 0: all")                          \
    X(TOKENS, "tokens", 't', "KIND", TOKEN_KIND, CLI_SCORING | CLI_INSPECT | CLI_CONVERT,                    \
      "what tokens are: %s (default: words of a text)")                                                      \
    X(CORPUS_FORMAT, "corpus-format", 0, "NAME", CORPUS_FORMAT,                                              \
      CLI_SCORING | CLI_CHECK | CLI_INSPECT | CLI_CONVERT, "format of the corpus: %s (default: recognised)") \
    X(MEMBER, "member", 0, "NAME", TEXT, CLI_SCORING | CLI_CHECK | CLI_INSPECT | CLI_CONVERT,                \
      "corpora in zip or tar: the file in it, by its name or a pattern (default: the only one)")             \
    X(DOCUMENTS, "documents", 0, "A:B", TEXT, CLI_SCORING | CLI_INSPECT | CLI_CONVERT,                       \
      "documents A to B - 1 of the corpus, counted from 0; A: and :B are open")                              \
    X(TOKEN_BYTES, "token-bytes", 0, "FILE", FILE, CLI_EVAL | CLI_CHECK | CLI_INSPECT | CLI_CONVERT,         \
      "what tokens stand for: a .npy with a count of bytes for each, or a vocabulary that gives each id "    \
      "its bytes")                                                                                           \
    X(ORIGINAL_BYTES, "original-bytes", 0, "N", NUMBER, CLI_EVAL | CLI_CHECK | CLI_INSPECT | CLI_CONVERT,    \
      "size of the text that was tokenized: a warning if the tokens stand for more or less")                 \
    X(MODEL_FORMAT, "model-format", 0, "NAME", MODEL_FORMAT,                                                 \
      CLI_EVAL | CLI_CHECK | CLI_INSPECT | CLI_CONVERT | CLI_SERVE,                                          \
      "format of the model: %s (default: recognised)")                                                       \
    X(VOCAB, "vocab", 0, "FILE", FILE, CLI_EVAL | CLI_CHECK | CLI_INSPECT | CLI_CONVERT | CLI_SERVE,         \
      "vocabulary of %s")                                                                                    \
    X(ALLOW_POSITIVE, "allow-positive", 0, NULL, NOTHING,                                                    \
      CLI_EVAL | CLI_CHECK | CLI_INSPECT | CLI_CONVERT | CLI_SERVE,                                          \
      "ARPA: clamp positive log-probabilities to 0")                                                         \
    X(ALLOW_COUNT_MISMATCH, "allow-count-mismatch", 0, NULL, NOTHING,                                        \
      CLI_EVAL | CLI_CHECK | CLI_INSPECT | CLI_CONVERT | CLI_SERVE,                                          \
      "ARPA: believe the sections rather than the header's counts")                                          \
    X(LOGPROB_BASE, "logprob-base", 0, "BASE", BASE, CLI_EVAL | CLI_CHECK | CLI_INSPECT,                     \
      "logprobs: base of the logarithms, e, 2, 10 or any number > 1 (default: e)")                           \
    X(LOAD, "load", 0, "HOW", LOAD, CLI_SCORING | CLI_CHECK | CLI_INSPECT | CLI_SERVE,                       \
      "formats that are used in place: %s (default: map); others are always read into memory")               \
    X(FINGERPRINT, "fingerprint", 0, "OF", FINGERPRINT,                                                      \
      CLI_SCORING | CLI_CHECK | CLI_INSPECT | CLI_CONVERT | CLI_SERVE,                                       \
      "SHA-256 of the model: %s (default: full); quick samples formats that are used in place, and is full " \
      "for others; a file of the format plx carries its own")                                                \
    X(VERIFY, "verify", 0, NULL, NOTHING, CLI_EVAL | CLI_CHECK | CLI_INSPECT | CLI_SERVE,                    \
      "check the model's checksums; refused where the format has none")                                      \
    X(MIX, "mix", 0, "WEIGHT:MODEL", TEXT, CLI_EVAL | CLI_CHECK | CLI_SERVE,                                 \
      "mix that model's probabilities in, token by token (may be repeated); the first model has the rest "   \
      "of the weight")                                                                                       \
    X(MIX_TUNE, "mix-tune", 0, "CORPUS", FILE, CLI_EVAL | CLI_CHECK,                                         \
      "find the weights under which that corpus is most probable, from those given on")                      \
    X(THREADS, "threads", 'j', "N", NUMBER, CLI_SCORING | CLI_CHECK | CLI_CONVERT | CLI_COMPARE,             \
      "threads in all (default: one for each processor)")                                                    \
    X(BATCH, "batch", 0, "N", NUMBER, CLI_SCORING | CLI_CHECK,                                               \
      "targets scored together (default: as suits the model); does not change the result")                   \
    X(SHARD, "shard", 0, "I/N", TEXT, CLI_EVAL,                                                              \
      "score the I-th of N shares of the corpus only; `perplex merge` puts the results together")            \
    X(RESUME, "resume", 0, NULL, NOTHING, CLI_EVAL,                                                          \
      "keep a journal beside the file of -o, and go on from the one that is there")                          \
    X(API_KEY_FILE, "api-key-file", 0, "FILE", FILE, CLI_EVAL | CLI_CHECK | CLI_INSPECT,                     \
      "endpoints: file with the key in one line (default: the environment's PERPLEX_API_KEY, or "            \
      "OPENAI_API_KEY)")                                                                                     \
    X(PROMPTS, "prompts", 0, "AS", PROMPTS, CLI_EVAL | CLI_CHECK,                                            \
      "endpoints: what prompts are sent as: %s (default: auto, ids where the server takes them)")            \
    X(CONCURRENCY, "concurrency", 0, "N", NUMBER, CLI_EVAL | CLI_CHECK,                                      \
      "endpoints: the most requests under way at a time (default 64)")                                       \
    X(PROMPTS_PER_REQUEST, "prompts-per-request", 0, "N", NUMBER, CLI_EVAL | CLI_CHECK,                      \
      "endpoints: the most prompts of a request (default: as suits the server)")                             \
    X(CONTEXT, "context", 0, "N", NUMBER, CLI_EVAL | CLI_CHECK,                                              \
      "endpoints: the most tokens of a prompt (default: what the server says)")                              \
    X(MAX_REQUESTS, "max-requests", 0, "N", NUMBER, CLI_EVAL | CLI_CHECK,                                    \
      "endpoints: no more requests than that, tries again included")                                         \
    X(MAX_TOKENS, "max-tokens", 0, "N", NUMBER, CLI_EVAL | CLI_CHECK,                                        \
      "endpoints: no more tokens in their prompts than that, all together")                                  \
    X(OUTPUT, "output", 'o', "FILE", FILE, CLI_WRITING,                                                      \
      "write there, whole or not at all (default: stdout)")                                                  \
    X(PER_TOKEN, "per-token", 0, "FILE", FILE, CLI_EVAL | CLI_CHECK,                                         \
      "write every scored token and its nats there too: .jsonl or .npy, .gz may follow")                     \
    X(SUMMARY, "summary", 0, "TOOL", SUMMARY, CLI_EVAL,                                                      \
      "print what that tool prints, by its protocol, in place of the JSON, which goes to -o FILE: %s")       \
    X(DISTRIBUTIONS, "distributions", 0, NULL, NOTHING, CLI_EVAL | CLI_CHECK,                                \
      "metrics of full distributions too: entropy, rank, accuracy, calibration, best temperature")           \
    X(EXPLAIN, "explain", 0, NULL, NOTHING, CLI_EVAL,                                                        \
      "the number under every other preset too that the same pass gives, and what makes it differ")          \
    X(TEMPERATURE, "temperature", 0, "T", NUMBER, CLI_EVAL | CLI_CHECK,                                      \
      "also the loss of softmax(logits / T)")                                                                \
    X(LABEL_SMOOTHING, "label-smoothing", 0, "E", NUMBER, CLI_EVAL | CLI_CHECK,                              \
      "also the loss with smoothed labels: 1 - E for the target, E for all tokens alike")                    \
    X(IGNORE_ID, "ignore-id", 0, "IDS", IDS, CLI_EVAL | CLI_CHECK,                                           \
      "also the loss without targets of these ids: 3, or 3,7")                                               \
    X(CLASS_WEIGHTS, "class-weights", 0, "FILE", FILE, CLI_EVAL | CLI_CHECK,                                 \
      "also the loss weighted by target: for every token a number, one a line or in .npy")                   \
    X(FOCAL, "focal", 0, "GAMMA", NUMBER, CLI_EVAL | CLI_CHECK,                                              \
      "also the focal loss: each target times (1-p)^GAMMA")                                                  \
    X(BREAKDOWN, "breakdown", 0, "WHAT", BREAKDOWN, CLI_EVAL,                                                \
      "also the cross-entropy in parts, by %s, or by several with commas between them")                      \
    X(COUNTS, "counts", 0, "CORPUS", FILE, CLI_EVAL,                                                         \
      "training corpus in which tokens are counted, for the breakdown by frequency")                         \
    X(WORST, "worst", 0, "N", NUMBER, CLI_EVAL,                                                              \
      "also the N tokens that cost most, with what is around them")                                          \
    X(BEST, "best", 0, "N", NUMBER, CLI_EVAL, "also the N tokens that cost least")                           \
    X(PER_DOCUMENT, "per-document", 0, "FILE", FILE, CLI_EVAL | CLI_CHECK,                                   \
      "write every document and what it costs there too: .jsonl or .csv, .gz may follow")                    \
    X(FORMAT, "format", 'f', "NAME", TABLE_FORMAT, CLI_TABLE | CLI_RUN,                                      \
      "format of the table: %s (default: markdown)")                                                         \
    X(COMPARISON_FORMAT, "format", 'f', "NAME", COMPARISON_FORMAT, CLI_COMPARE | CLI_CHECK,                  \
      "format of the comparison: %s (default: text)")                                                        \
    X(BASE_TOKENS, "base-tokens", 0, "FILE", FILE, CLI_COMPARE,                                              \
      "per-token file of BASE (default: the one that its result notes, if it is there)")                     \
    X(NEW_TOKENS, "new-tokens", 0, "FILE", FILE, CLI_COMPARE,                                                \
      "per-token file of NEW likewise; given once for each NEW, in their order, if at all")                  \
    X(RESAMPLE, "resample", 0, "WHAT", RESAMPLING, CLI_COMPARE,                                              \
      "what intervals are drawn from: %s (default: auto, documents where there are 30, else blocks)")        \
    X(RESAMPLES, "resamples", 0, "N", NUMBER, CLI_COMPARE, "draw N times (default 10000)")                   \
    X(DRAWING_SEED, "seed", 0, "N", NUMBER, CLI_COMPARE, "of the drawing (default 0)")                       \
    X(MOVED, "moved", 0, "N", NUMBER, CLI_COMPARE,                                                           \
      "list N tokens and documents that moved most, in each direction (default 5)")                          \
    X(FAIL_IF, "fail-if", 0, "CONDITION", TEXT, CLI_COMPARE | CLI_CHECK,                                     \
      "fail where it holds, such as 'ppl > +0.5%' (may be repeated)")                                        \
    X(TOKEN_FILE, "per-token", 0, "FILE", FILE, CLI_REPORT,                                                  \
      "per-token file of the result (default: the one that the result notes); may be repeated, for one "     \
      "result after the other")                                                                              \
    X(TITLE, "title", 0, "TEXT", TEXT, CLI_REPORT, "title of the page (default: names of model and corpus)") \
    X(ROWS, "rows", 0, "WHAT", DIMENSION, CLI_TABLE,                                                         \
      "what is a row: %s, or several with commas between them")                                              \
    X(COLUMNS, "columns", 0, "WHAT", DIMENSION, CLI_TABLE, "what is a column: the same words")               \
    X(METRIC, "metric", 0, "NAMES", TEXT, CLI_TABLE,                                                         \
      "which numbers, with commas between them: ppl, nats, bits, bpb, or any number of a result by its "     \
      "name")                                                                                                \
    X(INTERVAL, "interval", 0, NULL, NOTHING, CLI_TABLE, "the 95 % interval of each number that has one")    \
    X(DIFFERENCE, "difference", 0, "ROW", TEXT, CLI_TABLE,                                                   \
      "how far the others are from the row of that name")                                                    \
    X(SORT, "sort", 0, "METRIC", TEXT, CLI_TABLE, "rows by that number, best first (default: as given)")     \
    X(DIGITS, "digits", 0, "N", NUMBER, CLI_TABLE,                                                           \
      "digits behind the point (default: as many as the uncertainty warrants)")                              \
    X(CAPTION, "caption", 0, "TEXT", TEXT, CLI_TABLE, "in place of the first sentence of the caption")       \
    X(BASELINE, "baseline", 0, "FILE", RESULT, CLI_CHECK, "the result that the model is measured by")        \
    X(UPDATE_BASELINE, "update-baseline", 0, NULL, NOTHING, CLI_CHECK,                                       \
      "put the new result in its place, whatever the gate says; make it where it is missing")                \
    X(QUIET, "quiet", 'q', NULL, NOTHING,                                                                    \
      CLI_SCORING | CLI_CHECK | CLI_INSPECT | CLI_CONVERT | CLI_COMPARE | CLI_RUN | CLI_MERGE | CLI_FETCH |  \
          CLI_SERVE,                                                                                         \
      "no progress, summary or warnings on stderr")                                                          \
    X(CONFIG, "config", 0, "FILE", FILE, CLI_SCORING, "options out of a JSON file")                          \
    X(TO, "to", 0, "FORMAT", IDS_FORMAT, CLI_CONVERT,                                                        \
      "what the ids of a corpus are written as: %s (default: by the name of the output)")                    \
    X(MAKE_VOCAB, "make-vocab", 0, "FILE", FILE, CLI_CONVERT,                                                \
      "make a vocabulary of the corpus, in the order of first appearance: *.json {token: id}, else a "       \
      "token a line")                                                                                        \
    X(WRITE_BYTES, "write-bytes", 0, "FILE", FILE, CLI_CONVERT,                                              \
      "write how many bytes of the original each id stands for there too, as .npy")                          \
    X(AS, "as", 0, "KIND", INSPECTED, CLI_INSPECT | CLI_CONVERT,                                             \
      "what the first file is: %s (default: recognised)")                                                    \
    X(TOP, "top", 0, "N", NUMBER, CLI_INSPECT, "list the N most frequent unknown tokens (default 20)")       \
    X(DEEP, "deep", 0, NULL, NOTHING, CLI_INSPECT,                                                           \
      "n-gram models: every check, sums of p after a sample of contexts, what is stored in figures")         \
    X(SEED, "seed", 0, "N", NUMBER, CLI_INSPECT, "of the sample of contexts that --deep draws (default 0)")  \
    X(JSON, "json", 0, NULL, NOTHING, CLI_COMPARE | CLI_INSPECT | CLI_PROTOCOLS | CLI_FETCH | CLI_CACHE,     \
      "as JSON: %s")                                                                                         \
    X(LIST, "list", 0, NULL, NOTHING, CLI_FETCH,                                                             \
      "list corpora and what of them is there, or all that is known of NAME")                                \
    X(OLDER_THAN, "older-than", 0, "DAYS", NUMBER, CLI_CACHE,                                                \
      "prune: also what has not been used for so many days")                                                 \
    X(ALL_CONTENTS, "all", 0, NULL, NOTHING, CLI_CACHE, "prune: everything")                                 \
    X(JOBS, "jobs", 0, "N", NUMBER, CLI_RUN, "cells at a time (default 1), which share the processors")      \
    X(RESULTS_FOLDER, "results", 0, "FOLDER", FILE, CLI_RUN,                                                 \
      "folder of the results (default: as the plan says)")                                                   \
    X(FORCE, "force", 0, NULL, NOTHING, CLI_RUN, "do cells again that are done")                             \
    X(DRY_RUN, "dry-run", 0, NULL, NOTHING, CLI_RUN | CLI_EVAL,                                              \
      "do nothing: list the cells, what is done, and the commands for the others")                           \
    X(SERVE_TOKENS, "tokens", 't', "KIND", TEXT_KIND, CLI_SERVE,                                             \
      "what texts are cut into: %s (default: characters or bytes where the vocabulary has nothing longer, "  \
      "else words)")                                                                                         \
    X(SERVE_THREADS, "threads", 'j', "N", NUMBER, CLI_SERVE,                                                 \
      "threads that score (default: one for each processor); two more look after the connections")           \
    X(HOST, "host", 0, "ADDRESS", TEXT, CLI_SERVE, "address to listen on (default 127.0.0.1)")               \
    X(PORT, "port", 0, "N", NUMBER, CLI_SERVE, "port to listen on; 0: any that is free (default 8000)")      \
    X(NAME, "name", 0, "NAME", TEXT, CLI_SERVE, "of the model, in requests (default: its file's)")           \
    X(SERVER_KEY_FILE, "api-key-file", 0, "FILE", FILE, CLI_SERVE,                                           \
      "requests must bear the key in that file")                                                             \
    X(MAX_BODY, "max-body", 0, "BYTES", NUMBER, CLI_SERVE, "the largest request (default 4194304)")          \
    X(MAX_QUEUE, "max-queue", 0, "N", NUMBER, CLI_SERVE,                                                     \
      "requests that may wait for a thread, before others are refused (default 256)")                        \
    X(TIMEOUT, "timeout", 0, "SECONDS", NUMBER, CLI_SERVE,                                                   \
      "for a request to arrive, a connection to be silent, and what is under way when the server stops "     \
      "(default 30)")                                                                                        \
    X(MAX_TIME, "max-time", 0, "SECONDS", NUMBER, CLI_SERVE,                                                 \
      "for an answer, from its request on, before it is broken off with code 503 (default 600)")             \
    X(HELP, "help", 'h', NULL, NOTHING, CLI_ALL, "this help")

#define CLI_OPTION_ENUM(id, name, letter, argument, takes, commands, help) CLI_##id,
enum cli_option { CLI_OPTION_LIST(CLI_OPTION_ENUM) CLI_OPTION_COUNT };
#undef CLI_OPTION_ENUM

struct cli_option_row {
    const char *name;     /* without "--" */
    char letter;          /* 0: none */
    const char *argument; /* NULL: none */
    enum cli_takes takes;
    unsigned commands;
    const char *help;
};

#define CLI_CONDITIONS_MOST  64
#define CLI_TOKEN_FILES_MOST 64

/* How many per-token files can be named. */
#define CLI_NEW_TOKENS_MOST 64

struct cli_arguments {
    const char *values[CLI_OPTION_COUNT]; /* NULL: not given; "" for an option without argument */
    const char
        *paths[CLI_OPTION_COUNT]; /* where in the file of --config the value stands; NULL: it does not */
    const char *config;           /* that file's name */
    const char *mixed[PLX_MIXTURE_MOST]; /* [mixed_count] all that --mix has been given */
    int mixed_count;
    const char *new_tokens[CLI_NEW_TOKENS_MOST]; /* [new_tokens_count] all that --new-tokens has been given */
    int new_tokens_count;
    const char *conditions[CLI_CONDITIONS_MOST]; /* [condition_count] all that --fail-if has been given */
    int condition_count;
    const char *token_files[CLI_TOKEN_FILES_MOST]; /* [token_file_count] likewise */
    int token_file_count;
    const char *const *operands;
    int operand_count;
};

/* A line of shell that works, given the files that it names. */
struct cli_example {
    const char *command;
    const char *does;
};

struct cli_command {
    const char *name;
    const char *operands; /* for the usage line */
    const char *needs;    /* the same in words: "needs a model and a corpus" */
    const char *schema;   /* of what --json prints; NULL without that option */
    const char *summary;  /* one line */
    const char *details;  /* what else there is to say, "\n" between paragraphs; may be NULL */
    unsigned mask;        /* which options it takes */
    int least, most;      /* operands */
    int (*run)(struct cli_arguments *arguments); /* returns the exit code */
    enum cli_takes first, others;                /* what the operands are */
    const struct cli_example *examples;          /* ended by one without command; NULL: none */
};

extern const struct cli_command cli_command_fetch, cli_command_divergence, cli_command_eval,
    cli_command_compare, cli_command_table, cli_command_merge, cli_command_formats, cli_command_inspect,
    cli_command_convert, cli_command_protocols, cli_command_report, cli_command_run, cli_command_check,
    cli_command_cache, cli_command_serve, cli_command_help;

/* eval.c: says why the perplexity is not finite; returns the exit code. */
int cli_not_finite(const struct plx_metrics *metrics);

/* Why it is not, where so many tokens have zero probability and the mean is so many nats. As much as fits. */
void cli_not_finite_reason(uint64_t infinite, double nats, char *text, size_t capacity);

/* commands.c: command `index`, NULL past the end; the one of that name, NULL if there is none. */
const struct cli_command *cli_command(size_t index);
const struct cli_command *cli_find_command(const char *name);

/* Says that there is no such command, and which may be meant; returns CLI_USAGE. */
int cli_no_command(const char *name);

/* help.c: the option's help, as it is for that command. As much as fits. */
void cli_help(const struct cli_command *command, enum cli_option option, char *text, size_t capacity);

/* The text from where the line has come to, broken at its spaces; further lines, and those behind "\n", begin
   at `indent`. */
void cli_print_wrapped(FILE *stream, const char *text, unsigned column, unsigned indent);

/* What `perplex --help` and `perplex COMMAND --help` print, in 80 columns. */
void cli_print_usage(FILE *stream);
void cli_print_help(const struct cli_command *command, FILE *stream);

/* options.c: fills *arguments; on a mistake says so on stderr and returns CLI_USAGE. */
int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_arguments *arguments);

const struct cli_option_row *cli_option_row(enum cli_option option);

/* The option of that name, in which "_" may stand for "-"; CLI_OPTION_COUNT if there is none. */
enum cli_option cli_find_option(const char *name);

/* config.c: carries the command out with what the file of --config says, where the command line is silent.
   `check`, false after a message, looks at the command line alone; `settled` has all that the user has said.
   Returns the exit code. */
int cli_run_configured(const struct cli_command *command, struct cli_arguments *arguments,
                       bool (*check)(const struct cli_arguments *),
                       int (*settled)(const struct cli_arguments *));

/* Takes one of the settings of an object as the command's option of that name, where the arguments have none
   yet. False, with a message, where it is none or not usable; `others`, ended by NULL, are names that may be
   meant as well, or NULL. */
bool cli_take_setting(const struct cli_command *command, const struct plx_config *config,
                      const struct plx_setting *object, const struct plx_setting *setting,
                      const char *const *others, struct cli_arguments *arguments);

/* Says "FILE: PLACE" and the message; returns false. */
bool cli_refuse_setting(const struct plx_config *config, const struct plx_setting *setting,
                        const char *message);

/* Where the option's value has been given: "--window", or "file.json: $.window". As much as fits, visible. */
void cli_origin(const struct cli_arguments *arguments, enum cli_option option, char *out, size_t capacity);

/* A number given to an option: false, with a message, if it is none within the bounds. */
bool cli_number(const struct cli_arguments *arguments, enum cli_option option, unsigned long long least,
                unsigned long long most, unsigned long long *value);

/* The base given to --logprob-base; false, with a message, if it is none. */
bool cli_logprob_base(const struct cli_arguments *arguments, double *base);

/* A number above 0 and at most `most` (infinity: any that is finite); `takes` says so in words. False, with a
   message, if it is none. Where the option has not been given, *value stays as it is. */
bool cli_positive(const struct cli_arguments *arguments, enum cli_option option, double most,
                  const char *takes, double *value);

/* The part of the corpus that --documents gives; false, with a message, if it gives none. */
bool cli_documents(const struct cli_arguments *arguments, struct plx_corpus_options *corpus);

/* The share of it that --shard gives; likewise. */
bool cli_shard(const struct cli_arguments *arguments, struct plx_shard *shard);

/* The ids given to --ignore-id: [*count], at most PLX_IGNORED_MAX; false, with a message, if they are none.
 */
bool cli_ids(const struct cli_arguments *arguments, uint32_t ids[PLX_IGNORED_MAX], size_t *count);

/* Which of the option's words has been given; false, with a message, if it is none of them. Where the option
   has not been given, *index stays as it is. */
bool cli_choice(const struct cli_arguments *arguments, enum cli_option option, size_t *index);

/* Says "--option takes …, not …", or the place in the file instead; returns false. */
bool cli_refuse(const struct cli_arguments *arguments, enum cli_option option, const char *takes);

/* words.c: word `index` of what an argument can be, NULL past the end. In capitals behind a colon stands what
   the user puts there ("last:K"). `option` tells of which field, for CLI_TAKES_FIELD alone. */
const char *cli_word(enum cli_takes takes, enum cli_option option, size_t index);

/* All of them: "a, b, c", or "a, b or c" with the last separator " or ". As much as fits. */
void cli_list_words(enum cli_takes takes, enum cli_option option, const char *last, char *text,
                    size_t capacity);

/* protocol.c: false, with a message, if --protocol names no preset. */
bool cli_check_preset(const struct cli_arguments *arguments);

/* What tokens are: `chosen` of the words for --tokens, else what the preset of --protocol is for. */
enum plx_token_kind cli_token_kind(const struct cli_arguments *arguments, size_t chosen);

/* What can be wrong with the protocol whatever the model is, before that is read, which may take minutes. */
enum plx_status cli_check_protocol(const struct cli_arguments *arguments, struct plx_error *error);

/* The protocol for this model and corpus. */
enum plx_status cli_choose_protocol(const struct cli_arguments *arguments, const struct plx_model_info *model,
                                    const struct plx_corpus *corpus, struct plx_protocol *protocol,
                                    struct plx_error *error);

/* Sets those fields of the protocol that are given as options. */
enum plx_status cli_set_protocol(const struct cli_arguments *arguments, struct plx_protocol *protocol,
                                 struct plx_error *error);

/* convert_corpus.c: whether it is a corpus that is to be converted. Returns the exit code, having said what
   is wrong. */
int cli_convert_kind(const struct cli_arguments *arguments, bool *corpus);

/* Converts the corpus; returns the exit code. */
int cli_convert_corpus(const struct cli_arguments *arguments);

/* mixture.c: the models to be evaluated: one, or the mixture of several. Zero-initialised is none. */
struct cli_mixture {
    size_t count;
    const char *names[PLX_MIXTURE_MOST];
    double weights[PLX_MIXTURE_MOST];
    struct plx_model *models[PLX_MIXTURE_MOST];
    struct plx_model *mixed; /* NULL for one */
};

/* What the command line says; false, with a message, where that cannot be. */
bool cli_read_mixture(const struct cli_arguments *arguments, struct cli_mixture *mixture);

/* Opens the models, the first by these options; all is to be closed in any case. */
enum plx_status cli_open_mixture(struct cli_mixture *mixture, const struct plx_model_options *first,
                                 struct plx_error *error);

/* Finds the weights of several models anew. */
enum plx_status cli_tune_mixture(struct cli_mixture *mixture, struct plx_corpus *corpus,
                                 const struct plx_evaluate_options *options, struct plx_error *error);

const struct plx_model *cli_mixture_model(const struct cli_mixture *mixture);
void cli_close_mixture(struct cli_mixture *mixture);

/* breakdown.c: what --breakdown, --worst and --best say; false, with a message, where that cannot be. */
bool cli_read_breakdown(const struct cli_arguments *arguments, struct plx_breakdown_options *options);

/* Whether anything of it is asked for. */
bool cli_wants_breakdown(const struct plx_breakdown_options *options);

/* Prints what was asked for on stderr, for people. */
void cli_print_breakdown(const struct plx_result *result);

/* Looks for the one candidate that resembles `given` most, as a slip of the finger would. Begins as {given};
   `best` is NULL where nothing does. */
struct cli_nearest {
    const char *given;
    const char *best;
    size_t distance;
};
void cli_nearest_try(struct cli_nearest *nearest, const char *candidate);

/* standard_input.c: false, with a message, if more than one input is "-". The first `models` operands are
   models, the others corpora. */
bool cli_check_standard_input(const struct cli_arguments *arguments, int models);

/* output.c: false, with a message, if an output is one of the inputs, which would be lost then. */
bool cli_check_inputs(const struct cli_arguments *arguments);

/* The same of an output that is an operand. */
bool cli_check_overwritten(const char *output, const char *input);

/* The same of an output that is not among the arguments. */
bool cli_check_inputs_kept(const char *output, const struct cli_arguments *arguments);

/* Says so and returns the exit code if a file there could surely not be written, before the work is
   done. */
int cli_check_output(const char *path);

/* Writes text to the file, or to stdout where path is NULL. Returns the exit code, having said what
   failed. */
int cli_write(const char *path, const char *text, size_t length);

/* The same for who has to clean up before anything is said: a failure is given to cli_fail_output. */
enum plx_status cli_write_status(const char *path, const char *text, size_t length, struct plx_error *error);

/* Says "perplex: warning: …" of each. */
void cli_print_warnings(const struct plx_warning *warnings, size_t count);

/* Says "perplex: …" on stderr, visibly; returns the exit code of the status. */
int cli_fail(const struct plx_error *error);

/* The same where writing to `path` (NULL: stdout) may have failed: ends the program as SIGPIPE does where
   nobody reads any more. Nothing may be left to clean up then. */
int cli_fail_output(const char *path, const struct plx_error *error);

/* table.c: what can be wrong with the options of a table; and the table of these results, under names[count]
   or, for NULL, their own, by the options, to be freed with plx_text_free. Both return the exit code, having
   said what is wrong. */
int cli_check_table(const struct cli_arguments *options);
int cli_make_table(const struct cli_arguments *options, const char *const *paths,
                   const struct plx_table_names *names, size_t count, char **text, size_t *length);

/* explain.c: the table of --explain on stderr. */
void cli_print_explained(const struct plx_result *result);

/* What --help says of --fail-if. */
#define CLI_CONDITIONS                                                                                       \
    "A condition of `--fail-if` is METRIC OPERATOR BOUND: `ppl > +0.5%`, `nats > +0.01 significant`, "       \
    "`bits_per_byte > 1.02`. METRIC is any number of a result by its name or path; OPERATOR is >, >=, <, "   \
    "<=, == or !=. A BOUND with + or - is a change from the baseline, with % in hundredths of its value; "   \
    "one without is what the number itself is held against. `significant`, for perplexities, nats and bits " \
    "alone: and the change is more than noise, its 95 % interval does not hold 0. Several have , or ; "      \
    "between them; the gate fails where one holds, and where one cannot be judged: a number is missing or "  \
    "no number. Results of other tokens may be held against figures per byte, character and word."

/* gate.c: the format that --format or --json asks for; false, with a message, where that cannot be. */
bool cli_comparison_format(const struct cli_arguments *arguments, enum plx_comparison_format *format);

/* The conditions of --fail-if; *gate is to be freed with plx_gate_free, and is NULL where there are none.
   Returns the exit code, having pointed at the mistake. */
int cli_read_gate(const struct cli_arguments *arguments, struct plx_gate **gate);

/* Says what is wrong, and shows the condition if the error is about one. Returns the exit code. */
int cli_fail_condition(const struct cli_arguments *arguments, const struct plx_error *error);

/* The exit code of a comparison that has been judged, having said in a line why it fails. */
int cli_gate_code(const struct plx_comparison *comparison);

/* Writes the comparison to the file, or to stdout where path is NULL; returns the exit code. */
int cli_write_comparison(const char *path, enum plx_comparison_format format,
                         const struct plx_comparison *comparison);

/* endpoint.c: how a model behind an endpoint is asked, with the key, which has to be forgotten as soon as the
   model is open; false, with a message, where an option is not usable. */
bool cli_read_endpoint(const struct cli_arguments *arguments, struct plx_endpoint_options *endpoint);
void cli_forget_key(void);

/* The key in a file, which is there until it is forgotten; false, with a message, if it holds none. */
bool cli_read_key_file(const char *path, const char **found);

/* Whether a model's name is that of one behind an endpoint: what they are named by goes before a URL. */
bool cli_names_endpoint(const char *model);

/* PLX_USAGE where options that are about endpoints are given for a model that is not `remote`. */
enum plx_status cli_check_endpoint(const struct cli_arguments *arguments, bool remote,
                                   struct plx_error *error);

#define CLI_NOT_MIXED "a model behind an endpoint cannot be mixed"

/* PLX_UNSUPPORTED, with the message, where the model is behind an endpoint: before its server is asked, which
   may want a key that is for another. */
enum plx_status cli_refuse_endpoint(const char *model, const char *message, struct plx_error *error);

/* PLX_USAGE where it takes more than is allowed. */
enum plx_status cli_check_budget(const struct plx_endpoint_options *endpoint,
                                 const struct plx_estimate *estimate, struct plx_error *error);

/* fetch_list.c: what --list lists; returns the exit code, having said what is wrong. */
int cli_list_corpora(const struct cli_arguments *arguments);

/* cache.c: what `perplex cache` does, NULL past the end. */
const char *cli_cache_action(size_t index);

/* network.c: as the environment asks for it; static. Called first by the main thread. */
const struct plx_network *cli_network(void);

/* terminal.c: interruption and progress. */

/* Ends nothing any more at the first signal that asks for it: cli_interrupted is true then. */
void cli_catch_signals(void);

/* Makes a file that may not grow any further an error of writing rather than the end. */
void cli_ignore_limits(void);

bool cli_interrupted(void *user);

/* Which signal it was; 0: none. */
int cli_interrupting_signal(void);

bool cli_is_terminal(FILE *stream);

/* Since some moment in the past. */
double cli_seconds(void);

/* A line on stderr that is overwritten; nothing where stderr is no terminal or `quiet`. */
struct cli_progress {
    bool shown; /* a line stands there */
    bool enabled;
    double last; /* when it was written */
};

void cli_progress_init(struct cli_progress *progress, bool quiet);
void cli_progress_model(void *user, uint64_t done, uint64_t size);
void cli_progress_corpus(void *user, const struct plx_progress *state);
void cli_progress_reading(void *user, uint64_t done, uint64_t size);
void cli_progress_tokens(void *user, uint64_t done, uint64_t size);
/* user: NULL, or progress that is shown. */
void cli_progress_download(void *user, const char *name, uint64_t done, uint64_t size);
void cli_progress_clear(struct cli_progress *progress);

#endif
