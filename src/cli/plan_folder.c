/* The folder of results: who works in it, what is there, and its index. */
#include "plan.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Processes of a run that was killed need a moment to end. */
#define LOCK_TRIES    200
#define LOCK_WAIT_NS  50000000L
#define RANDOM_DIGITS 6

static int fail_path(const char *what, const char *path, int number)
{
    char shown[512];
    plx_text_visible(path, shown, sizeof shown);
    fprintf(stderr, "perplex: %s %s: %s\n", what, shown, strerror(number));
    return plx_status_exit_code(PLX_IO);
}

char *cli_folder_path(const struct plan_folder *folder, const char *name, const char *suffix)
{
    const size_t length = strlen(folder->path);
    return cli_text("%s%s%s%s", folder->path, length > 0 && folder->path[length - 1] == '/' ? "" : "/", name,
                    suffix);
}

/* False with errno. */
static bool make_one(const char *path)
{
    struct stat facts;
    if (mkdir(path, 0777) == 0)
        return true;
    const int number = errno;
    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
        return true;
    errno = number == EEXIST ? ENOTDIR : number;
    return false;
}

/* With the folders that it is in. */
static int make_folder(const char *path)
{
    char *name = cli_text("%s", path);
    int code = CLI_OK;
    for (size_t i = 1; code == CLI_OK && path[i - 1]; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        name[i] = '\0';
        if (!make_one(name))
            code = fail_path("cannot make the folder", name, errno);
        name[i] = path[i];
    }
    free(name);
    return code;
}

/* The process that has locked the folder; 0 where it is not known. */
static pid_t find_holder(const struct plan_folder *folder)
{
    char text[32] = "";
    const ssize_t size = pread(folder->lock, text, sizeof text - 1, 0);
    return size > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* A run that was killed is gone, but the processes that it started may still be ending. */
static bool is_worth_waiting(const struct plan_folder *folder)
{
    const pid_t holder = find_holder(folder);
    return holder <= 0 || (kill(holder, 0) != 0 && errno == ESRCH);
}

static int refuse_locked(const struct plan_folder *folder)
{
    char shown[512];
    plx_text_visible(folder->path, shown, sizeof shown);
    fprintf(stderr, "perplex: another `perplex run` works in %s (process %ld)\n", shown,
            (long)find_holder(folder));
    return plx_status_exit_code(PLX_IO);
}

/* The lock is that of this process and of those that it starts: it ends with the last of them. */
static int lock_folder(struct plan_folder *folder)
{
    const struct timespec wait = {.tv_nsec = LOCK_WAIT_NS};
    char *path = cli_folder_path(folder, PLAN_LOCK, "");
    int code = CLI_OK;
    folder->lock = open(path, O_RDWR | O_CREAT, 0666); /* without O_CLOEXEC */
    if (folder->lock < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
        folder->refused = errno;
    else if (folder->lock < 0)
        code = fail_path("cannot write", path, errno);
    free(path);
    if (folder->refused)
        return CLI_OK;
    for (int tries = 0; code == CLI_OK && flock(folder->lock, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail_path("cannot lock", folder->path, errno);
        if (tries == LOCK_TRIES || !is_worth_waiting(folder))
            return refuse_locked(folder);
        nanosleep(&wait, NULL);
    }
    return code;
}

/* How the output "a.json" is called until it is whole: "a.json.x7Ab2Q". One name of six letters is somebody's
   own. */
static bool is_temporary(const char *name, const char *output, size_t length)
{
    const char *letters = name + length + 1;
    if (strncmp(name, output, length) != 0 || name[length] != '.' || strlen(letters) != RANDOM_DIGITS)
        return false;
    for (const char *at = letters; *at; at++) {
        if (!isalnum((unsigned char)*at))
            return false;
    }
    return strcmp(letters, "backup") != 0;
}

/* The key's digits in "STEM.json", STEM being "model.corpus.protocol.KEY"; NULL for any other name. */
static const char *find_key(const char *name)
{
    static const char DIGITS[] = "0123456789abcdef";
    const size_t length = strlen(name), ending = strlen(".json");
    if (length < PLAN_KEY_DIGITS + ending + 1 || strcmp(name + length - ending, ".json") != 0)
        return NULL;
    const char *key = name + length - ending - PLAN_KEY_DIGITS;
    return key[-1] == '.' && strspn(key, DIGITS) == PLAN_KEY_DIGITS ? key : NULL;
}

/* Of a run that was killed: temporary files of cells and of the index. */
static bool is_left_over(const char *name)
{
    const char *dot = strrchr(name, '.');
    const size_t length = dot ? (size_t)(dot - name) : 0;
    char *output = cli_text("%.*s", (int)length, name), *cell = NULL;
    for (char *at = strchr(output, '.'); at && !cell; at = strchr(at + 1, '.')) {
        /* of the result, or of what stands beside it */
        char *result = cli_text("%.*s.json", (int)(at - output), output);
        if (find_key(result))
            cell = result;
        else
            free(result);
    }
    const bool ours = (cell || strcmp(output, PLAN_INDEX) == 0) && is_temporary(name, output, length);
    free(output);
    free(cell);
    return ours;
}

/* Those that are not older than the run that was killed. */
static void remove_left_over(const struct plan_folder *folder, const struct timespec *since)
{
    DIR *directory = opendir(folder->path);
    const struct dirent *entry;
    struct stat facts;
    while (directory && (entry = readdir(directory)) != NULL) {
        if (is_left_over(entry->d_name) && fstatat(dirfd(directory), entry->d_name, &facts, 0) == 0 &&
            (facts.st_mtim.tv_sec > since->tv_sec ||
             (facts.st_mtim.tv_sec == since->tv_sec && facts.st_mtim.tv_nsec >= since->tv_nsec)))
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
    }
    if (directory)
        closedir(directory);
}

/* Says who works here, which the next run finds if this one is killed; what that has left behind goes. */
static int sign_lock(const struct plan_folder *folder)
{
    char text[32];
    struct stat facts;
    const int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (fstat(folder->lock, &facts) == 0 && facts.st_size > 0)
        remove_left_over(folder, &facts.st_mtim);
    if (ftruncate(folder->lock, 0) != 0 || pwrite(folder->lock, text, (size_t)length, 0) != length)
        return fail_path("cannot write a file in", folder->path, errno);
    return CLI_OK;
}

int cli_open_folder(const char *path, struct plan_folder *folder)
{
    *folder = (struct plan_folder){.path = path, .lock = -1};
    int code = make_folder(path);
    if (code == CLI_OK)
        code = lock_folder(folder);
    if (code == CLI_OK && !folder->refused)
        code = sign_lock(folder);
    return code;
}

int cli_fail_folder(const struct plan_folder *folder)
{
    return fail_path("cannot write a file in", folder->path, folder->refused);
}

void cli_close_folder(struct plan_folder *folder)
{
    if (folder->lock < 0)
        return;
    if (!folder->left_over && ftruncate(folder->lock, 0) != 0)
        (void)fail_path("cannot write a file in", folder->path, errno);
    close(folder->lock);
}

static bool is_there(const struct plan_folder *folder, const struct plan_cell *cell, const char *middle,
                     const char *ending)
{
    char *suffix = cli_text("%s%s", middle, ending), *path = cli_folder_path(folder, cell->stem, suffix);
    struct stat facts;
    const bool there = stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
    free(suffix);
    free(path);
    return there;
}

bool cli_has_journal(const struct plan_folder *folder, const struct plan_cell *cell)
{
    return is_there(folder, cell, PLAN_JOURNAL, "");
}

void cli_remove_journal(const struct plan_folder *folder, const struct plan_cell *cell)
{
    char *path = cli_folder_path(folder, cell->stem, PLAN_JOURNAL);
    (void)unlink(path);
    free(path);
}

/* With what the plan wants beside it. */
static bool has_files(const struct cli_plan *plan, const struct plan_folder *folder,
                      const struct plan_cell *cell)
{
    return is_there(folder, cell, "", ".json") &&
           (!plan->per_token || is_there(folder, cell, PLAN_TOKENS, plan->per_token)) &&
           (!plan->per_document || is_there(folder, cell, PLAN_DOCUMENTS, plan->per_document));
}

/* What is to be found in the result of a cell: it is done, or has failed. */
static void look_at_result(const struct plan_folder *folder, struct plan_cell *cell)
{
    char *path = cli_folder_path(folder, cell->stem, ".json"), message[1536];
    struct plx_error error;
    if (plx_result_headline(path, &cell->headline, &error)) {
        plx_error_format(&error, message, sizeof message);
        cli_fail_cell(cell, plx_status_exit_code(error.status), "%s", message);
    } else if (!isfinite(cell->headline.perplexity)) {
        cli_not_finite_reason(cell->headline.infinite, cell->headline.nats_per_token, message,
                              sizeof message);
        cli_fail_cell(cell, plx_status_exit_code(PLX_NOT_FINITE), "%s", message);
        cell->has_result = true;
    } else {
        cell->state = PLX_CELL_DONE;
        cell->exit_code = CLI_OK;
        cell->has_result = true;
    }
    free(path);
}

/* Whether the two are not the same; "" is not known. */
static bool differs(const char *a, const char *b)
{
    return *a && *b && strcmp(a, b) != 0;
}

/* What of the files is not what went into the cell's key; NULL: all is. */
static const char *find_changed(const struct plan_cell *cell)
{
    static const char *const NAMES[] = {
        [PLX_INPUT_MODEL] = "model",
        [PLX_INPUT_VOCABULARY] = "model's vocabulary",
        [PLX_INPUT_CORPUS] = "corpus",
        [PLX_INPUT_TUNING] = "corpus of mix_tune",
        [PLX_INPUT_COUNTS] = "corpus of counts",
        [PLX_INPUT_TOKEN_BYTES] = "file of token_bytes",
    };
    const struct plx_inputs *ours = &cell->inputs, *read = &cell->headline.inputs;
    for (size_t i = 0; i < PLX_INPUT_COUNT; i++) {
        if (differs(ours->sha256[i], read->sha256[i]))
            return NAMES[i];
    }
    for (size_t i = 0; i < PLX_MIXTURE_MOST; i++) {
        if (differs(ours->components[i], read->components[i]))
            return i == 0 ? "model" : "model that is mixed in";
    }
    return NULL;
}

/* The result and what stands beside it. */
static void remove_result(const struct cli_plan *plan, const struct plan_folder *folder,
                          const struct plan_cell *cell)
{
    char *names[] = {cli_text(".json"), plan->per_token ? cli_text(PLAN_TOKENS "%s", plan->per_token) : NULL,
                     plan->per_document ? cli_text(PLAN_DOCUMENTS "%s", plan->per_document) : NULL};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = names[i] ? cli_folder_path(folder, cell->stem, names[i]) : NULL;
        if (path)
            (void)unlink(path);
        free(path);
        free(names[i]);
    }
}

void cli_take_result(const struct cli_plan *plan, const struct plan_folder *folder, struct plan_cell *cell)
{
    look_at_result(folder, cell);
    const char *changed = cell->has_result ? find_changed(cell) : NULL;
    if (!changed)
        return;
    remove_result(plan, folder, cell);
    cell->has_result = false;
    cli_fail_cell(cell, plx_status_exit_code(PLX_MISMATCH),
                  "the %s has changed since the run began: its result would stand under a wrong name",
                  changed);
}

/* A file that is no result, or not a whole one, or made from other files than its name says, is as if it were
   not there. */
static void look_at_cell(const struct cli_plan *plan, const struct plan_folder *folder,
                         struct plan_cell *cell)
{
    if (!cell->stem || !has_files(plan, folder, cell))
        return;
    look_at_result(folder, cell);
    if (cell->has_result && find_changed(cell))
        cell->has_result = false;
    if (cell->has_result && folder->lock >= 0)
        cli_remove_journal(folder, cell); /* killed when it had served */
    if (cell->has_result)
        return;
    free(cell->error);
    cell->error = NULL;
    cell->state = PLX_CELL_TO_DO;
    cell->exit_code = CLI_OK;
}

static bool is_taken(const char *stem, const struct plan_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cells[i].stem && strcmp(cells[i].stem, stem) == 0)
            return true;
    }
    return false;
}

/* The result with that stem is that of a cell of its key, whatever the plan called it when it was made; false
   if it is of none. */
static bool adopt(const struct plan_folder *folder, const char *stem, const char *key,
                  struct plan_cell *cells, size_t count)
{
    bool ours = is_taken(stem, cells, count);
    for (size_t i = 0; i < count && !ours; i++) {
        if (strncmp(cells[i].key, key, PLAN_KEY_DIGITS) != 0)
            continue;
        ours = true;
        if (is_there(folder, cells + i, "", ".json"))
            continue;
        free(cells[i].stem);
        cells[i].stem = cli_text("%s", stem);
    }
    return ours;
}

void cli_find_results(const struct cli_plan *plan, struct plan_folder *folder, struct plan_cell *cells,
                      size_t count)
{
    DIR *directory = opendir(folder->path);
    const struct dirent *entry;
    while (directory && (entry = readdir(directory)) != NULL) {
        const char *key = find_key(entry->d_name);
        char *stem =
            key ? cli_text("%.*s", (int)(key + PLAN_KEY_DIGITS - entry->d_name), entry->d_name) : NULL;
        if (key && !adopt(folder, stem, key, cells, count))
            folder->strangers++;
        free(stem);
    }
    if (directory)
        closedir(directory);
    for (size_t i = 0; i < count; i++)
        look_at_cell(plan, folder, cells + i);
}

/* What the index said of a cell that failed and has been tried by nobody since. */
static void recall_failure(const struct plx_setting *entry, struct plan_cell *cells, size_t count)
{
    const struct plx_setting *key = plx_setting_member(entry, "key"),
                             *code = plx_setting_member(entry, "exit_code"),
                             *error = plx_setting_member(entry, "error");
    for (size_t i = 0; key && code && error && key->value && code->value && error->value && i < count; i++) {
        if (cells[i].state == PLX_CELL_TO_DO && strcmp(cells[i].key, key->value) == 0)
            cli_fail_cell(cells + i, (int)strtol(code->value, NULL, 10), "%s", error->value);
    }
}

void cli_recall_failures(const struct plan_folder *folder, struct plan_cell *cells, size_t count)
{
    char *path = cli_folder_path(folder, PLAN_INDEX, "");
    struct plx_config *index;
    struct plx_error error;
    if (plx_config_open_tree(path, NULL, &index, &error) == PLX_OK) {
        const struct plx_setting *list = plx_setting_member(plx_config_root(index), "cells");
        for (size_t i = 0; list && i < list->member_count; i++)
            recall_failure(list->members + i, cells, count);
        plx_config_close(index);
    }
    free(path);
}

int cli_write_index(const struct cli_plan *plan, const struct plan_folder *folder,
                    const struct plan_cell *cells, size_t count)
{
    struct plx_cell *shown = cli_allocate(count, sizeof *shown);
    char **files = cli_allocate(count, sizeof *files), *path = cli_folder_path(folder, PLAN_INDEX, ""), *text;
    struct plx_error error;
    size_t length;
    int code = CLI_OK;
    for (size_t i = 0; i < count; i++) {
        files[i] = cells[i].has_result ? cli_text("%s.json", cells[i].stem) : NULL;
        shown[i] = (struct plx_cell){.model = cells[i].of[PLAN_MODEL]->name,
                                     .corpus = cells[i].of[PLAN_CORPUS]->name,
                                     .protocol = cells[i].of[PLAN_PROTOCOL]->name,
                                     .key = *cells[i].key ? cells[i].key : NULL,
                                     .file = files[i],
                                     .state = cells[i].state,
                                     .exit_code = cells[i].exit_code,
                                     .error = cells[i].error};
    }
    if (plx_cells_json(plx_config_name(plan->config), plan->sha256, shown, count, &text, &length, &error) ||
        cli_write_status(path, text, length, &error))
        code = cli_fail(&error);
    plx_text_free(text);
    for (size_t i = 0; i < count; i++)
        free(files[i]);
    free(files);
    free(shown);
    free(path);
    return code;
}
