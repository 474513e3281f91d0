/* Group commit: a lone operation commits at once; what queues up during a commit shares the next
 * one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/writer.h"
#include "base/clock.h"
#include "storage/checkpointer.h"
#include "storage/statement.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct operation_list {
    struct operation *first, *last;
    int count, patient_count;
};

struct writer {
    struct connection *connection;
    struct checkpointer checkpointer;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t arrived;
    struct operation_list queue;
    uint64_t patient_until_ns; /* the first patient operation of the queue is */
    bool stopping;
    void (*notify)(void *context, int64_t seq);
    void *notify_context;
    uint64_t commits, operations;
    struct timing timing; /* of commits, from their begin on */
};

static void list_append(struct operation_list *list, struct operation *operation)
{
    operation->next = NULL;
    if (list->last)
        list->last->next = operation;
    else
        list->first = operation;
    list->last = operation;
    list->count++;
    list->patient_count += operation->is_patient;
}

static struct operation *list_take(struct operation_list *list)
{
    struct operation *operation = list->first;
    if (!operation)
        return NULL;
    list->first = operation->next;
    if (!list->first)
        list->last = NULL;
    list->count--;
    list->patient_count -= operation->is_patient;
    return operation;
}

static int connection_run(struct connection *connection, const char *sql, struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement run = statement_start(connection, sql);
    return statement_run(&run, error);
}

/* One operation within its savepoint. Its own refusal undoes it alone; a spoiled transaction is
 * left for group_end(). */
static void operation_run(struct connection *connection, struct operation *operation)
{
    int64_t newest_event = connection->newest_event;
    struct error *error = &operation->error;
    operation->result = connection_run(connection, "SAVEPOINT operation", error);
    if (operation->result != 0)
        return;
    operation->result = operation->run(connection, operation->context, error);
    assert(operation->result == 0 || error->code != ERROR_NONE);
    if (connection->spoiled)
        return;
    if (operation->result != 0) {
        connection->newest_event = newest_event;
        if (connection_run(connection, "ROLLBACK TO operation", error) != 0)
            connection->spoiled = SQLITE_ABORT;
    }
    if (connection_run(connection, "RELEASE operation", error) != 0)
        connection->spoiled = SQLITE_ABORT;
}

static bool queue_can_wait(const struct writer *writer)
{
    const struct operation_list *queue = &writer->queue;
    return !writer->stopping && queue->count == queue->patient_count &&
           (queue->count == 0 || clock_now_ns() < writer->patient_until_ns);
}

/* With the mutex held. */
static struct operation *queue_take(struct writer *writer)
{
    struct operation *operation = list_take(&writer->queue);
    if (operation)
        operation->queued = false;
    return operation;
}

/* Waits for the next operation; NULL: the queue is empty and the writer stops. */
static struct operation *queue_wait(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    while (queue_can_wait(writer)) {
        uint64_t until = writer->patient_until_ns;
        const struct timespec time = {.tv_sec = (time_t)(until / 1000000000u),
                                      .tv_nsec = (long)(until % 1000000000u)};
        if (writer->queue.count == 0)
            pthread_cond_wait(&writer->arrived, &writer->mutex);
        else
            pthread_cond_timedwait(&writer->arrived, &writer->mutex, &time);
    }
    struct operation *operation = queue_take(writer);
    pthread_mutex_unlock(&writer->mutex);
    return operation;
}

/* The next operation if it is there already and the group may still grow. */
static struct operation *queue_more(struct writer *writer, const struct operation_list *group,
                                    uint64_t start_ns)
{
    if (group->count >= WRITER_GROUP_MAX || clock_now_ns() - start_ns >= WRITER_GROUP_MS * 1000000u)
        return NULL;
    pthread_mutex_lock(&writer->mutex);
    struct operation *operation = queue_take(writer);
    pthread_mutex_unlock(&writer->mutex);
    return operation;
}

/* Nothing of a spoiled transaction is acknowledged; SQLite may have rolled it back by itself. */
static void group_undo(struct writer *writer, struct operation_list *group,
                       const struct error *cause)
{
    struct connection *connection = writer->connection;
    if (!sqlite3_get_autocommit(connection->database))
        sqlite3_exec(connection->database, "ROLLBACK", NULL, NULL, NULL);
    connection->newest_event = 0;
    for (struct operation *each = group->first; each; each = each->next) {
        each->result = -1;
        if (each->error.code == ERROR_NONE)
            each->error = *cause;
    }
}

static void group_finish(struct writer *writer, struct operation_list *group, bool committed)
{
    pthread_mutex_lock(&writer->mutex);
    if (committed) {
        writer->commits++;
        writer->operations += group->count;
    }
    struct operation *operation;
    while ((operation = list_take(group))) {
        operation->done = true;
        /* Under the mutex, since the operation is gone as soon as its caller can run. */
        pthread_cond_signal(&operation->finished);
    }
    /* Under the mutex, so that nobody is called any more once store_on_events(NULL) has returned.
     */
    if (writer->notify && writer->connection->newest_event > 0)
        writer->notify(writer->notify_context, writer->connection->newest_event);
    pthread_mutex_unlock(&writer->mutex);
}

/* One transaction: the first operation and what came meanwhile. */
static void group_run(struct writer *writer, struct operation *first)
{
    struct connection *connection = writer->connection;
    struct operation_list group = {0};
    struct error error = {0};
    uint64_t start_ns = clock_now_ns();
    connection->spoiled = 0;
    connection->newest_event = 0;
    int result = connection_run(connection, "BEGIN IMMEDIATE", &error);
    for (struct operation *next = first; next; next = queue_more(writer, &group, start_ns)) {
        list_append(&group, next);
        if (result != 0)
            break;
        operation_run(connection, next);
        if (connection->spoiled) {
            error = next->error;
            result = -1;
            break;
        }
    }
    if (result == 0)
        result = connection_run(connection, "COMMIT", &error);
    if (result == 0)
        timing_add(&writer->timing, clock_now_ns() - start_ns, 1);
    else
        group_undo(writer, &group, &error);
    connection_changes_end(connection); /* before anybody is told that it is done */
    group_finish(writer, &group, result == 0);
}

static void *writer_main(void *argument)
{
    struct writer *writer = argument;
    struct operation *first;
    while ((first = queue_wait(writer))) {
        group_run(writer, first);
        checkpointer_run(&writer->checkpointer, writer->connection);
    }
    return NULL;
}

/* Signals are for the threads of the daemon. */
static int thread_start(struct writer *writer)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(&writer->thread, NULL, writer_main, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

struct writer *writer_start(struct connection *connection_taken, struct error *error)
{
    struct writer *writer = calloc(1, sizeof(*writer));
    if (!writer) {
        connection_close(connection_taken);
        error_set(error, ERROR_MEMORY, "no memory for the writer");
        return NULL;
    }
    writer->connection = connection_taken;
    connection_taken->opening = false;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->arrived, &steady);
    pthread_condattr_destroy(&steady);
    if (thread_start(writer) != 0) {
        connection_close(connection_taken);
        free(writer);
        error_set(error, ERROR_MEMORY, "the writer thread cannot be started");
        return NULL;
    }
    return writer;
}

void writer_stop(struct writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    pthread_cond_signal(&writer->arrived);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    checkpointer_truncate(writer->connection);
    connection_close(writer->connection);
    pthread_cond_destroy(&writer->arrived);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}

void writer_begin(struct writer *writer, struct operation *operation)
{
    operation->result = -1;
    operation->error.code = ERROR_NONE;
    operation->done = false;
    operation->queued = true;
    pthread_cond_init(&operation->finished, NULL);
    pthread_mutex_lock(&writer->mutex);
    assert(!writer->stopping);
    struct operation_list *queue = &writer->queue;
    if (operation->is_patient && queue->patient_count == 0)
        writer->patient_until_ns = clock_now_ns() + WRITER_PATIENCE_MS * UINT64_C(1000000);
    list_append(queue, operation);
    bool is_first_to_hurry = !operation->is_patient && queue->count == queue->patient_count + 1;
    if (queue->count == 1 || is_first_to_hurry)
        pthread_cond_signal(&writer->arrived);
    pthread_mutex_unlock(&writer->mutex);
}

/* With the mutex held. */
static void operation_hurry(struct writer *writer, struct operation *operation)
{
    if (!operation->queued || !operation->is_patient)
        return;
    operation->is_patient = false;
    writer->queue.patient_count--;
    pthread_cond_signal(&writer->arrived);
}

bool writer_is_done(struct writer *writer, const struct operation *operation)
{
    pthread_mutex_lock(&writer->mutex);
    bool done = operation->done;
    pthread_mutex_unlock(&writer->mutex);
    return done;
}

int writer_end(struct writer *writer, struct operation *operation, struct error *error)
{
    pthread_mutex_lock(&writer->mutex);
    operation_hurry(writer, operation);
    while (!operation->done)
        pthread_cond_wait(&operation->finished, &writer->mutex);
    pthread_mutex_unlock(&writer->mutex);
    pthread_cond_destroy(&operation->finished);
    if (operation->result != 0 && error && error->code == ERROR_NONE)
        *error = operation->error;
    return operation->result;
}

int writer_run(struct writer *writer, connection_fn run, void *context, struct error *error)
{
    struct operation operation = {.run = run, .context = context};
    writer_begin(writer, &operation);
    return writer_end(writer, &operation, error);
}

void writer_on_events(struct writer *writer, void (*notify)(void *context, int64_t seq),
                      void *context)
{
    pthread_mutex_lock(&writer->mutex);
    writer->notify = notify;
    writer->notify_context = context;
    pthread_mutex_unlock(&writer->mutex);
}

void writer_count(struct writer *writer, uint64_t *commits, uint64_t *operations)
{
    pthread_mutex_lock(&writer->mutex);
    *commits = writer->commits;
    *operations = writer->operations;
    pthread_mutex_unlock(&writer->mutex);
}

const struct timing *writer_timing(const struct writer *writer)
{
    return &writer->timing;
}
