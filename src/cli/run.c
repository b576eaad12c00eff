/* perplex run: carry out a plan. */
#include "plan.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_MOST 256

/* How often the line on the terminal changes, and a signal that came at the wrong moment is seen. */
#define PERIOD_MS 500

/* How often the index is written at most. */
#define INDEX_SECONDS 0.5

static const char DETAILS[] =
    "PLAN is a JSON file: the models, the corpora and the protocols that are multiplied, options for all or "
    "for some, and the table that is printed at the end. Values are those of `--config`; its JSON Schema is "
    "configs/schema/plan-1.schema.json. Paths are relative to the working directory, as everywhere."
    "\n\n"
    "Each cell is an evaluation by `perplex eval` in a process of its own. Its result is a file of the "
    "folder, named by model, corpus and protocol, and by the hash of what determines it: the content of all "
    "files that it is made from, the options, and the version of perplex. What is there is not done again, "
    "what is not is; so a run that was stopped, or killed, goes on where it was. A cell that fails does not "
    "stop the others: it is marked with its error and tried again by the next run, unless its result is "
    "there and not finite. .index.json (schema perplex.run/1) says how all cells stand."
    "\n\n"
    "The exit code is that of the first cell of the plan that has failed.";

static const struct cli_example EXAMPLES[] = {
    {"perplex run plan.json", "all cells of a plan that are not done yet, and their table"},
    {"perplex run plan.json --dry-run", "what there is to do, and by which commands"},
    {"perplex run plan.json --jobs 2 --results out", "two cells at a time, results in another folder"},
    {NULL, NULL},
};

/* A plan that is being carried out. */
struct running {
    const struct cli_arguments *arguments;
    struct cli_plan plan;
    struct plan_folder folder;
    struct plan_cell *cells; /* [count] */
    size_t count, next, finished;
    struct plan_process processes[JOBS_MOST]; /* [jobs]; pid 0: free */
    size_t jobs, active;
    unsigned threads; /* for each cell; 0: as it likes */
    bool quiet, terminal, shown, stopping;
    bool changed;   /* the index is behind */
    double written; /* seconds: when it was not */
    int code;       /* of what goes wrong beside the cells */
};

static size_t count_state(const struct running *run, enum plx_cell_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < run->count; i++)
        count += run->cells[i].state == state;
    return count;
}

static void clear_line(struct running *run)
{
    if (run->shown)
        fprintf(stderr, "\r\033[K");
    run->shown = false;
}

/* The line on the terminal: how many, and which are at work. */
static void show(struct running *run)
{
    char line[1024], title[256];
    if (run->quiet || !run->terminal)
        return;
    const size_t failed = count_state(run, PLX_CELL_FAILED);
    int size = snprintf(line, sizeof line, "%zu of %zu cells", run->finished, run->count);
    if (failed)
        size += snprintf(line + size, sizeof line - (size_t)size, " (%zu failed)", failed);
    for (size_t i = 0; i < run->jobs && size < 200; i++) {
        const struct plan_process *process = run->processes + i;
        if (process->pid == 0)
            continue;
        cli_cell_title(process->cell, title, sizeof title);
        size += snprintf(line + size, sizeof line - (size_t)size, " | %s: %.0f s", title,
                         cli_seconds() - process->started);
    }
    if (size > 78) { /* not in the middle of a character */
        for (size = 75; ((unsigned char)line[size] & 0xC0) == 0x80;)
            size--;
        memcpy(line + size, "...", 4);
    }
    fprintf(stderr, "\r\033[K%s", line);
    run->shown = true;
}

/* Of a cell that has ended; on a terminal the failures alone. */
static void say_finished(struct running *run, const struct plan_cell *cell, double seconds)
{
    char title[512];
    if (run->quiet || run->terminal)
        return;
    cli_cell_title(cell, title, sizeof title);
    fprintf(stderr, "perplex: %zu of %zu: %s: ", run->finished, run->count, title);
    if (cell->state == PLX_CELL_DONE)
        fprintf(stderr, "perplexity %.6g (%.1f s)\n", cell->headline.perplexity, seconds);
    else
        fprintf(stderr, "%s\n", plx_cell_state_name(cell->state));
}

/* Starts no more, and asks those that are at work to end, by a signal that may come twice. */
static void stop(struct running *run)
{
    run->stopping = true;
    for (size_t i = 0; i < run->jobs; i++) {
        if (run->processes[i].pid > 0)
            kill(run->processes[i].pid, SIGTERM);
    }
}

static void write_index(struct running *run)
{
    if (run->code != CLI_OK)
        return;
    run->changed = false;
    run->written = cli_seconds();
    run->code = cli_write_index(&run->plan, &run->folder, run->cells, run->count);
    if (run->code != CLI_OK && !run->stopping)
        stop(run);
}

/* What has changed, not too often: each time all of the index goes to the disk. */
static void keep_index(struct running *run)
{
    if (run->changed && cli_seconds() - run->written >= INDEX_SECONDS)
        write_index(run);
}

static void start_cell(struct running *run, struct plan_cell *cell)
{
    struct plan_process *process = run->processes;
    while (process->pid != 0)
        process++;
    char **command = cli_cell_command(&run->plan, &run->folder, cell, run->threads);
    const bool had_journal = cell->resumes && cli_has_journal(&run->folder, cell);
    if (cli_start_cell(command, cell, process)) {
        process->had_journal = had_journal;
        run->active++;
    } else {
        run->finished++;
    }
    cli_release_command(command);
}

/* As many as there are places for. */
static void start_cells(struct running *run)
{
    for (; run->next < run->count && run->active < run->jobs && !run->stopping; run->next++) {
        if (run->cells[run->next].state != PLX_CELL_TO_DO)
            continue;
        start_cell(run, run->cells + run->next);
        run->changed = true;
    }
}

static void forget_error(struct plan_cell *cell)
{
    free(cell->error);
    cell->error = NULL;
    cell->exit_code = CLI_OK;
    cell->state = PLX_CELL_TO_DO;
}

/* A journal of another machine, or of other batches, is refused rather than overwritten; here it is in
   nobody's way. */
static bool starts_afresh(const struct plan_process *process, int code)
{
    return process->had_journal && !process->cell->started_afresh &&
           (code == plx_status_exit_code(PLX_MISMATCH) || code == plx_status_exit_code(PLX_MALFORMED));
}

/* The process has ended. */
static void finish_cell(struct running *run, const struct plan_process *process, int code)
{
    struct plan_cell *cell = process->cell;
    run->active--;
    run->folder.left_over = run->folder.left_over || process->killed;
    if ((run->stopping || cli_interrupted(NULL)) && code != CLI_OK) { /* it is not its fault */
        forget_error(cell);
    } else if (starts_afresh(process, code)) {
        cli_remove_journal(&run->folder, cell);
        cell->started_afresh = true;
        forget_error(cell);
        run->next = 0;
    } else {
        run->finished++;
        if (code == CLI_OK || code == plx_status_exit_code(PLX_NOT_FINITE))
            cli_take_result(&run->plan, &run->folder, cell);
        say_finished(run, cell, cli_seconds() - process->started);
    }
    run->changed = true;
}

static void hear_cells(struct running *run)
{
    struct pollfd waiting[JOBS_MOST];
    struct plan_process *heard[JOBS_MOST];
    nfds_t count = 0;
    for (size_t i = 0; i < run->jobs; i++) {
        if (run->processes[i].pid == 0)
            continue;
        heard[count] = run->processes + i;
        waiting[count++] = (struct pollfd){.fd = run->processes[i].messages, .events = POLLIN};
    }
    if (poll(waiting, count, PERIOD_MS) <= 0)
        return;
    for (nfds_t i = 0; i < count; i++) {
        int code;
        if (waiting[i].revents && cli_hear_cell(heard[i], &code))
            finish_cell(run, heard[i], code);
    }
}

static void carry_out(struct running *run)
{
    write_index(run);
    start_cells(run);
    while (run->active > 0) {
        show(run);
        keep_index(run);
        hear_cells(run);
        if (cli_interrupted(NULL) && !run->stopping)
            stop(run);
        start_cells(run);
    }
    write_index(run);
    clear_line(run);
}

/* Models × corpora, and protocols where there are several, unless the plan says otherwise. */
static void settle_table(struct cli_plan *plan)
{
    const char **values = plan->table.values;
    if (values[CLI_ROWS] || values[CLI_COLUMNS] || values[CLI_METRIC])
        return;
    values[CLI_ROWS] = "model";
    values[CLI_COLUMNS] = plan->counts[PLAN_PROTOCOL] > 1 ? "corpus,protocol" : "corpus";
}

/* The table of the results that are there. */
static int print_table(const struct running *run)
{
    struct plx_table_names *names = cli_allocate(run->count, sizeof *names);
    char **paths = cli_allocate(run->count, sizeof *paths), *text = NULL;
    const char *output = run->arguments->values[CLI_OUTPUT];
    size_t count = 0, length = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct plan_cell *cell = run->cells + i;
        if (!cell->has_result)
            continue;
        names[count] = (struct plx_table_names){cell->of[PLAN_MODEL]->name, cell->of[PLAN_CORPUS]->name,
                                                cell->of[PLAN_PROTOCOL]->name};
        paths[count++] = cli_folder_path(&run->folder, cell->stem, ".json");
    }
    int code = CLI_OK;
    for (size_t i = 0; i < count && code == CLI_OK; i++)
        code = output && !cli_check_overwritten(output, paths[i]) ? CLI_USAGE : CLI_OK;
    if (count > 0 && code == CLI_OK)
        code = cli_make_table(&run->plan.table, (const char *const *)paths, names, count, &text, &length);
    if (text)
        code = cli_write(output, text, length);
    plx_text_free(text);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    free(names);
    return code;
}

/* Those that failed, each with its error; returns the code of the first. */
static int print_failures(const struct running *run)
{
    int code = CLI_OK;
    for (size_t i = 0; i < run->count; i++) {
        const struct plan_cell *cell = run->cells + i;
        char title[512], message[4096];
        if (cell->state != PLX_CELL_FAILED)
            continue;
        cli_cell_title(cell, title, sizeof title);
        plx_text_visible(cell->error, message, sizeof message);
        fprintf(stderr, "perplex: %s: %s\n", title, message);
        code = code == CLI_OK ? cell->exit_code : code;
    }
    return code;
}

static void print_strangers(const struct running *run)
{
    char shown[512];
    if (run->quiet || run->folder.strangers == 0)
        return;
    plx_text_visible(run->folder.path, shown, sizeof shown);
    fprintf(stderr, "perplex: %zu %s in %s belong%s to no cell of this plan\n", run->folder.strangers,
            run->folder.strangers == 1 ? "result" : "results", shown, run->folder.strangers == 1 ? "s" : "");
}

static int conclude(struct running *run, size_t before)
{
    int code = run->code;
    if (!run->quiet)
        fprintf(stderr, "perplex: %zu %s: %zu done, %zu of them before; %zu failed, %zu to do\n", run->count,
                run->count == 1 ? "cell" : "cells", count_state(run, PLX_CELL_DONE), before,
                count_state(run, PLX_CELL_FAILED), count_state(run, PLX_CELL_TO_DO));
    print_strangers(run);
    const int failed = print_failures(run);
    if (cli_interrupted(NULL))
        return plx_status_exit_code(PLX_INTERRUPTED);
    if (code == CLI_OK)
        code = print_table(run);
    return code == CLI_OK ? failed : code;
}

/* What there is to do. */
static int list(const struct running *run)
{
    for (size_t i = 0; i < run->count; i++) {
        const struct plan_cell *cell = run->cells + i;
        char title[512];
        cli_cell_title(cell, title, sizeof title);
        printf("%-6s  %s\n", plx_cell_state_name(cell->state), title);
        if (cell->has_result || !cell->stem || run->quiet)
            continue;
        char **command = cli_cell_command(&run->plan, &run->folder, cell, run->threads);
        cli_print_command(command);
        cli_release_command(command);
    }
    print_strangers(run);
    return print_failures(run);
}

/* Those that are there count for nothing, and nor does what others have begun. */
static void forget_results(struct running *run)
{
    for (size_t i = 0; i < run->count; i++) {
        struct plan_cell *cell = run->cells + i;
        if (cell->stem && run->folder.lock >= 0)
            cli_remove_journal(&run->folder, cell);
        if (cell->has_result)
            forget_error(cell);
        cell->has_result = false;
    }
}

/* False, with a message, if the output is the plan, or what one of its cells reads. */
static bool keeps_inputs(const struct running *run, const char *output)
{
    if (!cli_check_inputs_kept(output, run->arguments))
        return false;
    for (size_t i = 0; i < run->count; i++) {
        if (!cli_check_inputs_kept(output, &run->cells[i].arguments))
            return false;
    }
    return true;
}

/* Neither the table nor what the folder has beside results may take the place of what is read, nor the table
   that of the others. */
static bool check_overwritten(const struct running *run)
{
    static const char *const OURS[] = {PLAN_INDEX, PLAN_LOCK};
    const char *output = run->arguments->values[CLI_OUTPUT];
    bool fine = !output || keeps_inputs(run, output);
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS && fine; i++) {
        char *ours = cli_folder_path(&run->folder, OURS[i], "");
        fine = keeps_inputs(run, ours) && (!output || cli_check_overwritten(output, ours));
        free(ours);
    }
    return fine;
}

static int run_cells(struct running *run)
{
    const char *const *values = run->arguments->values;
    const bool dry = values[CLI_DRY_RUN] != NULL;
    const char *path = values[CLI_RESULTS_FOLDER] ? values[CLI_RESULTS_FOLDER] : run->plan.results;
    struct plx_error error;
    run->folder = (struct plan_folder){.path = path, .lock = -1};
    if (!check_overwritten(run))
        return CLI_USAGE;
    const int code = dry ? CLI_OK : cli_open_folder(path, &run->folder);
    if (code != CLI_OK)
        return code;
    if (cli_make_keys(run->cells, run->count, run->terminal && !run->quiet, &error))
        return cli_fail(&error);
    cli_find_results(&run->plan, &run->folder, run->cells, run->count);
    if (values[CLI_FORCE])
        forget_results(run);
    if (dry) {
        cli_recall_failures(&run->folder, run->cells, run->count);
        return list(run);
    }
    const size_t before = count_state(run, PLX_CELL_DONE);
    run->finished = run->count - count_state(run, PLX_CELL_TO_DO);
    if (run->folder.refused && run->finished < run->count)
        return cli_fail_folder(&run->folder);
    if (!run->folder.refused)
        carry_out(run);
    return conclude(run, before);
}

static int run(struct cli_arguments *arguments)
{
    unsigned long long jobs = 1;
    if (!cli_number(arguments, CLI_JOBS, 1, JOBS_MOST, &jobs))
        return CLI_USAGE;
    struct running *running = cli_allocate(1, sizeof *running);
    running->arguments = arguments;
    running->folder.lock = -1;
    running->jobs = (size_t)jobs;
    running->threads = jobs > 1 ? (plx_processors() + (unsigned)jobs - 1) / (unsigned)jobs : 0;
    running->quiet = arguments->values[CLI_QUIET] != NULL;
    running->terminal = cli_is_terminal(stderr);
    cli_catch_signals();
    int code = cli_read_plan(arguments->operands[0], &running->plan);
    if (code == CLI_OK && arguments->values[CLI_FORMAT]) {
        running->plan.table.values[CLI_FORMAT] = arguments->values[CLI_FORMAT];
        running->plan.table.paths[CLI_FORMAT] = NULL;
    }
    settle_table(&running->plan);
    if (code == CLI_OK)
        code = cli_check_table(&running->plan.table);
    if (code == CLI_OK)
        code = cli_check_output(arguments->values[CLI_OUTPUT]);
    if (code == CLI_OK)
        code = cli_make_cells(&running->plan, &running->cells, &running->count);
    if (code == CLI_OK)
        code = run_cells(running);
    cli_close_folder(&running->folder);
    cli_release_cells(running->cells, running->count);
    cli_release_plan(&running->plan);
    free(running);
    return code;
}

const struct cli_command cli_command_run = {
    .name = "run",
    .operands = "PLAN [options]",
    .needs = "needs a plan",
    .summary = "Carry out a plan of evaluations, as far as it is not done yet, and print its table.",
    .details = DETAILS,
    .mask = CLI_RUN,
    .least = 1,
    .most = 1,
    .run = run,
    .first = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
