/* Plans: models × corpora × protocols, as `perplex run` carries them out. */
#ifndef PLX_CLI_PLAN_H
#define PLX_CLI_PLAN_H

#include "cli.h"

/* How many digits of a key stand in names of files: 64 bits. */
#define PLAN_KEY_DIGITS 16

/* Beside STEM.json: STEM.tokens.jsonl.gz, STEM.documents.csv. */
#define PLAN_TOKENS    ".tokens."
#define PLAN_DOCUMENTS ".documents."
#define PLAN_JOURNAL   ".json.journal"

/* In the folder too, where "*.json" shall be the results alone. */
#define PLAN_INDEX ".index.json"
#define PLAN_LOCK  ".lock"

/* What a plan multiplies. */
enum plan_axis { PLAN_MODEL, PLAN_CORPUS, PLAN_PROTOCOL, PLAN_AXES };

/* A model, corpus or protocol. Strings belong to the plan's file but those that are said to be owned. */
struct plan_entry {
    char *name;         /* owned */
    char *file_name;    /* owned: the same as a part of names of files; no two of an axis have the same */
    const char *place;  /* in the plan: "$.models[0]" */
    const char **files; /* [file_count] owned: the model, or the files of the corpus; of a protocol none */
    int file_count;
    struct cli_arguments options; /* what is said of it alone */
};

struct cli_plan {
    struct plx_config *config;
    char sha256[65];     /* of the file */
    const char *results; /* the folder */
    struct plan_entry *entries[PLAN_AXES];
    size_t counts[PLAN_AXES];
    struct cli_arguments options;          /* for all, where these say nothing */
    const char *per_token, *per_document;  /* what the names of these files end with; NULL: not wanted */
    const struct plx_setting *only, *skip; /* arrays; NULL: not given */
    struct cli_arguments table;            /* of `perplex table` */
};

/* One evaluation. */
struct plan_cell {
    const struct plan_entry *of[PLAN_AXES];
    struct cli_arguments arguments; /* of `perplex eval`, but for the names of its outputs */
    const char **operands;          /* owned: what arguments.operands is */
    char key[65];                   /* the hash of what determines the result; "": not known */
    struct plx_inputs inputs;       /* that went into the key */
    char *stem;                     /* owned: of the names of its files; NULL while the key is not known */
    bool has_result;                /* it is there */
    struct plx_headline headline;   /* of the result that is there */
    bool resumes;                   /* a journal is kept */
    bool started_afresh;            /* its journal was of no use */
    enum plx_cell_state state;
    int exit_code;
    char *error; /* owned; NULL: none */
};

/* plan.c: reads the plan; on a mistake says so and returns the exit code. Released in any case. */
int cli_read_plan(const char *name, struct cli_plan *plan);
void cli_release_plan(struct cli_plan *plan);

/* What is called that among the entries of an axis; NULL if nothing is. */
const struct plan_entry *cli_plan_entry(const struct cli_plan *plan, enum plan_axis axis, const char *name);

/* The member of `skip` and `only` that chooses by that axis: "model". */
const char *cli_axis_name(enum plan_axis axis);

/* plan_cells.c: the cells of the plan, all that each takes settled and checked as far as it can be without
   its files. On a mistake says so and returns the exit code. Released in any case. */
int cli_make_cells(const struct cli_plan *plan, struct plan_cell **cells, size_t *count);
void cli_release_cells(struct plan_cell *cells, size_t count);

/* The cell's error, a printf format, and its exit code. */
void cli_fail_cell(struct plan_cell *cell, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "kn5, wt2-test, sentence", as much as fits, visible. */
void cli_cell_title(const struct plan_cell *cell, char *title, size_t capacity);

/* plan_keys.c: hashes what each cell is made of, each file once, and names the cells by it. A cell whose
   files cannot be read fails. `terminal`: stderr is one, and shows what is read. PLX_INTERRUPTED; PLX_OK
   otherwise. */
enum plx_status cli_make_keys(struct plan_cell *cells, size_t count, bool terminal, struct plx_error *error);

/* plan_folder.c: the folder of results. */
struct plan_folder {
    const char *path;
    int lock;         /* descriptor; -1: not locked */
    int refused;      /* why nothing can be written in it, as errno; 0: it can */
    size_t strangers; /* results in it that belong to no cell */
    bool left_over;   /* a process was killed, and may have left something for the next run to remove */
};

/* Makes the folder, waits a moment for who else works in it, and removes what a run that was killed has left
   of outputs. One that is there and may not be written is opened all the same, for what is in it. Returns the
   exit code, having said what failed; to be closed in any case. */
int cli_open_folder(const char *path, struct plan_folder *folder);

/* Says that nothing can be written in the folder; returns the exit code. */
int cli_fail_folder(const struct plan_folder *folder);
void cli_close_folder(struct plan_folder *folder);

/* Finds the results that are there: of these cells, and of none. */
void cli_find_results(const struct cli_plan *plan, struct plan_folder *folder, struct plan_cell *cells,
                      size_t count);

/* Marks cells without a result that the last run has tried in vain, as the index says. */
void cli_recall_failures(const struct plan_folder *folder, struct plan_cell *cells, size_t count);

/* The result of a cell that has just been carried out: it is done, or has failed. A result that was made from
   other files than those the cell is named by is removed. */
void cli_take_result(const struct cli_plan *plan, const struct plan_folder *folder, struct plan_cell *cell);

/* Whether there is a journal of the cell; and removes it. */
bool cli_has_journal(const struct plan_folder *folder, const struct plan_cell *cell);
void cli_remove_journal(const struct plan_folder *folder, const struct plan_cell *cell);

/* Writes the index. Returns the exit code, having said what failed. */
int cli_write_index(const struct cli_plan *plan, const struct plan_folder *folder,
                    const struct plan_cell *cells, size_t count);

/* "FOLDER/NAME" and the suffix, to be freed. */
char *cli_folder_path(const struct plan_folder *folder, const char *name, const char *suffix);

/* plan_process.c: `perplex eval` in a process of its own. Zero-initialised is none. */
struct plan_process {
    int pid;
    int messages; /* what it writes to stderr comes out of there */
    char text[2048];
    size_t used;
    double started;   /* seconds */
    bool had_journal; /* there was one to go on from */
    bool killed;      /* a signal has ended it */
    struct plan_cell *cell;
};

/* The command line that a cell is carried out by, with a NULL behind it; all of it is to be freed. `threads`
   is for cells that say nothing, 0: nothing. */
char **cli_cell_command(const struct cli_plan *plan, const struct plan_folder *folder,
                        const struct plan_cell *cell, unsigned threads);
void cli_release_command(char **command);

/* plan_words.c: shows it, in a line; without the secrets of URLs. */
void cli_print_command(char **command);

/* plan_process.c: starts it; false, with the cell failed, where that cannot be. */
bool cli_start_cell(char **command, struct plan_cell *cell, struct plan_process *process);

/* Reads what it says, which waits to be read; true where it has ended: *code is its exit code then, and the
   cell has its error, if it said one. */
bool cli_hear_cell(struct plan_process *process, int *code);

/* plan.c: memory of zeros, and a text, without which the program ends. */
void *cli_allocate(size_t count, size_t size);
char *cli_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
