/* A cell in a process of its own, so that whatever happens to it does not happen to the others. */
#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* This program, even where its file has been replaced meanwhile. */
#define PROGRAM "/proc/self/exe"

/* A command line that grows. */
struct command {
    char **words; /* [count] and a NULL */
    size_t count;
};

static void add(struct command *command, char *word)
{
    char **more = cli_allocate(command->count + 2, sizeof *more);
    if (command->count > 0)
        memcpy(more, command->words, command->count * sizeof *more);
    free(command->words);
    command->words = more;
    more[command->count++] = word;
}

static void add_output(struct command *command, const struct plan_folder *folder,
                       const struct plan_cell *cell, const char *option, const char *middle,
                       const char *ending)
{
    char *suffix = cli_text("%s%s", middle, ending), *path = cli_folder_path(folder, cell->stem, suffix);
    add(command, cli_text("--%s=%s", option, path));
    free(path);
    free(suffix);
}

char **cli_cell_command(const struct cli_plan *plan, const struct plan_folder *folder,
                        const struct plan_cell *cell, unsigned threads)
{
    const struct cli_arguments *arguments = &cell->arguments;
    struct command command = {NULL, 0};
    add(&command, cli_text("perplex"));
    add(&command, cli_text("eval"));
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        const char *value = arguments->values[i], *name = cli_option_row((enum cli_option)i)->name;
        if (value && i != CLI_MIX)
            add(&command, *value ? cli_text("--%s=%s", name, value) : cli_text("--%s", name));
    }
    for (int i = 0; i < arguments->mixed_count; i++)
        add(&command, cli_text("--mix=%s", arguments->mixed[i]));
    if (threads > 0 && !arguments->values[CLI_THREADS])
        add(&command, cli_text("--threads=%u", threads));
    if (plan->per_token)
        add_output(&command, folder, cell, "per-token", PLAN_TOKENS, plan->per_token);
    if (plan->per_document)
        add_output(&command, folder, cell, "per-document", PLAN_DOCUMENTS, plan->per_document);
    add_output(&command, folder, cell, "output", ".", "json");
    if (cell->resumes)
        add(&command, cli_text("--resume"));
    add(&command, cli_text("--quiet"));
    add(&command, cli_text("--"));
    for (int i = 0; i < arguments->operand_count; i++)
        add(&command, cli_text("%s", arguments->operands[i]));
    return command.words;
}

void cli_release_command(char **command)
{
    for (size_t i = 0; command[i]; i++)
        free(command[i]);
    free(command);
}

/* In the new process; returns only if it could not be made. */
static void become(char **command, int messages, pid_t parent)
{
    const int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
        dup2(messages, STDERR_FILENO) < 0)
        return;
#ifdef __linux__
    /* Whoever kills the parent means the cells too. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        return;
#else
    (void)parent;
#endif
    execv(PROGRAM, command);
}

bool cli_start_cell(char **command, struct plan_cell *cell, struct plan_process *process)
{
    static const char FAILED[] = "cannot start a process";
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        cli_fail_cell(cell, plx_status_exit_code(PLX_MEMORY), "%s: %s", FAILED, strerror(errno));
        return false;
    }
    const pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        become(command, pipes[1], parent);
        _exit(127);
    }
    const int number = errno;
    close(pipes[1]);
    if (pid < 0) {
        close(pipes[0]);
        cli_fail_cell(cell, plx_status_exit_code(PLX_MEMORY), "%s: %s", FAILED, strerror(number));
        return false;
    }
    *process =
        (struct plan_process){.pid = pid, .messages = pipes[0], .started = cli_seconds(), .cell = cell};
    cell->state = PLX_CELL_RUNNING;
    return true;
}

/* What it said, without the name of the program before each line. */
static void take_messages(struct plan_process *process, char *out, size_t capacity)
{
    static const char PREFIX[] = "perplex: ";
    size_t size = 0;
    char *rest = process->text;
    process->text[process->used] = '\0';
    *out = '\0';
    for (char *line; (line = strtok_r(rest, "\n", &rest)) != NULL && size < capacity;) {
        if (strncmp(line, PREFIX, sizeof PREFIX - 1) == 0)
            line += sizeof PREFIX - 1;
        size += (size_t)snprintf(out + size, capacity - size, "%s%s", size > 0 ? "; " : "", line);
    }
}

static int end(struct plan_process *process)
{
    char said[sizeof process->text];
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(process->messages);
    take_messages(process, said, sizeof said);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : plx_status_exit_code(PLX_INTERNAL);
    process->killed = WIFSIGNALED(status);
    if (process->killed)
        cli_fail_cell(process->cell, code, "the process was ended by signal %d (%s)%s%s", WTERMSIG(status),
                      strsignal(WTERMSIG(status)), *said ? ": " : "", said);
    else if (code != CLI_OK)
        cli_fail_cell(process->cell, code, "%s", *said ? said : "no reason was given");
    process->pid = 0;
    return code;
}

bool cli_hear_cell(struct plan_process *process, int *code)
{
    char more[1024];
    const ssize_t size = read(process->messages, more, sizeof more);
    const size_t room = sizeof process->text - 1 - process->used;
    if (size < 0 && errno == EINTR)
        return false;
    if (size > 0) { /* of much that it says, the beginning */
        const size_t taken = (size_t)size < room ? (size_t)size : room;
        memcpy(process->text + process->used, more, taken);
        process->used += taken;
        return false;
    }
    *code = end(process);
    return true;
}
