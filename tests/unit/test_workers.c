/* The queue in front of the threads. The work here lasts as long as the test wants. */
#include "serve/workers.h"
#include "support/served.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static sem_t begun, released, ended;

static bool last(const struct plx_served *served, struct plx_session *session, struct plx_interest *interest,
                 const void *body, size_t size, struct plx_reply *reply)
{
    struct plx_error error;
    (void)interest;
    assert_non_null(session);
    assert_string_equal(served->name, "m");
    sem_post(&begun);
    sem_wait(&released);
    return plx_buffer_append(&reply->text, body, size, &error) == PLX_OK;
}

static void done(struct plx_work *work)
{
    (void)work;
    sem_post(&ended);
}

static const struct plx_route ROUTE = {.work = last};

/* Three pieces of work, of which the first is under way. */
struct works {
    struct plx_served served;
    struct plx_model *model;
    struct plx_workers *workers;
    struct plx_reply replies[3];
    struct plx_work each[3];
};

static void begin(struct works *works)
{
    struct plx_error error;
    sem_init(&begun, 0, 0);
    sem_init(&released, 0, 0);
    sem_init(&ended, 0, 0);
    works->model = served_open(served_arpa, PLX_TOKENS_WORD, &works->served);
    works->workers = plx_workers_new(&works->served, 1, 1, &error);
    assert_non_null(works->workers);
    for (size_t i = 0; i < 3; i++) {
        plx_reply_init(works->replies + i);
        works->each[i] = (struct plx_work){
            .route = &ROUTE, .body = "123" + i, .size = 1, .answer = works->replies + i, .done = done};
    }
    assert_true(plx_workers_push(works->workers, works->each));
    sem_wait(&begun);
}

static void end(struct works *works)
{
    plx_workers_free(works->workers);
    for (size_t i = 0; i < 3; i++)
        plx_reply_release(works->replies + i);
    served_close(works->model, &works->served);
}

static void plx_workers_push__too_many(void **state)
{
    struct works works;
    (void)state;
    begin(&works);
    assert_true(plx_workers_push(works.workers, works.each + 1));
    assert_false(plx_workers_push(works.workers, works.each + 2));
    sem_post(&released);
    sem_wait(&ended);
    sem_wait(&begun); /* the second is out of the queue */
    assert_true(plx_workers_push(works.workers, works.each + 2));
    sem_post(&released);
    sem_post(&released);
    sem_wait(&ended);
    sem_wait(&ended);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(works.replies[i].code, 200);
        assert_memory_equal(works.replies[i].text.data, "123" + i, 1);
    }
    end(&works);
}

/* What waits is answered, what is under way finished, and nothing more is taken. */
static void plx_workers_stop__with_work(void **state)
{
    struct works works;
    (void)state;
    begin(&works);
    assert_true(plx_workers_push(works.workers, works.each + 1));
    sem_post(&released);
    plx_workers_stop(works.workers);
    assert_int_equal(works.replies[0].code, 200);
    assert_false(plx_workers_push(works.workers, works.each + 2));
    assert_int_equal(works.replies[2].code, 0);
    end(&works);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_workers_push__too_many),
        cmocka_unit_test(plx_workers_stop__with_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
