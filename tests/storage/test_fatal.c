/* A failed fsync ends the process and is never an acknowledgement: a layer over the file system
 * that fails on demand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/support.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file of the layer: SQLite's own file lies behind it. */
struct layer_file {
    sqlite3_file base;
    sqlite3_io_methods methods;
    sqlite3_file *inner;
};

static atomic_int sync_code;  /* what the next fsync says; 0: what is true */
static atomic_int write_code; /* the same of writes */
static sqlite3_vfs layer;

static sqlite3_file *inner(sqlite3_file *file)
{
    return ((struct layer_file *)file)->inner;
}

static int layer_sync(sqlite3_file *file, int flags)
{
    return sync_code ? sync_code : inner(file)->pMethods->xSync(inner(file), flags);
}

static int layer_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
    return write_code ? write_code : inner(file)->pMethods->xWrite(inner(file), data, size, at);
}

static int layer_close(sqlite3_file *file)
{
    return inner(file)->pMethods->xClose(inner(file));
}

static int layer_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
    return inner(file)->pMethods->xRead(inner(file), data, size, at);
}

static int layer_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return inner(file)->pMethods->xTruncate(inner(file), size);
}

static int layer_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return inner(file)->pMethods->xFileSize(inner(file), size);
}

static int layer_lock(sqlite3_file *file, int lock)
{
    return inner(file)->pMethods->xLock(inner(file), lock);
}

static int layer_unlock(sqlite3_file *file, int lock)
{
    return inner(file)->pMethods->xUnlock(inner(file), lock);
}

static int layer_reserved(sqlite3_file *file, int *result)
{
    return inner(file)->pMethods->xCheckReservedLock(inner(file), result);
}

static int layer_control(sqlite3_file *file, int operation, void *argument)
{
    return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
}

static int layer_sector(sqlite3_file *file)
{
    return inner(file)->pMethods->xSectorSize(inner(file));
}

static int layer_traits(sqlite3_file *file)
{
    return inner(file)->pMethods->xDeviceCharacteristics(inner(file));
}

static int layer_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return inner(file)->pMethods->xShmMap(inner(file), page, size, extend, memory);
}

static int layer_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags);
}

static void layer_shm_barrier(sqlite3_file *file)
{
    inner(file)->pMethods->xShmBarrier(inner(file));
}

static int layer_shm_unmap(sqlite3_file *file, int remove)
{
    return inner(file)->pMethods->xShmUnmap(inner(file), remove);
}

static const sqlite3_io_methods layer_methods = {
    .iVersion = 2,
    .xClose = layer_close,
    .xRead = layer_read,
    .xWrite = layer_write,
    .xTruncate = layer_truncate,
    .xSync = layer_sync,
    .xFileSize = layer_size,
    .xLock = layer_lock,
    .xUnlock = layer_unlock,
    .xCheckReservedLock = layer_reserved,
    .xFileControl = layer_control,
    .xSectorSize = layer_sector,
    .xDeviceCharacteristics = layer_traits,
    .xShmMap = layer_shm_map,
    .xShmLock = layer_shm_lock,
    .xShmBarrier = layer_shm_barrier,
    .xShmUnmap = layer_shm_unmap,
};

static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *flags_out)
{
    sqlite3_vfs *system = vfs->pAppData;
    struct layer_file *opened = (struct layer_file *)file;
    opened->inner = (sqlite3_file *)(opened + 1);
    int code = system->xOpen(system, name, opened->inner, flags, flags_out);
    opened->base.pMethods = opened->inner->pMethods ? &layer_methods : NULL;
    return code;
}

static void layer_install(void)
{
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    layer = *system;
    layer.zName = "layer";
    layer.pAppData = system;
    layer.szOsFile += (int)sizeof(struct layer_file);
    layer.xOpen = layer_open;
    ck_assert_int_eq(sqlite3_vfs_register(&layer, 1), SQLITE_OK);
}

static int child_wait(pid_t child)
{
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(a_failed_fsync_ends_the_process_without_an_acknowledgement)
{
    static const int codes[] = {SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC, SQLITE_CORRUPT};
    char line[256] = "";
    int output[2];
    ck_assert_int_eq(pipe(output), 0);
    pid_t child = fork();
    if (child == 0) {
        char dataset[ID_SIZE], job[ID_SIZE];
        dup2(output[1], STDERR_FILENO);
        layer_install();
        struct store *store = store_reopen();
        dataset_make(store, "iris", "bytes", dataset);
        sync_code = codes[_i];
        job_make(store, "job", dataset, job);
        _exit(0);
    }
    close(output[1]);
    ck_assert_int_eq(child_wait(child), 70);
    ck_assert_int_gt(read(output[0], line, sizeof(line) - 1), 0);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    close(output[0]);
    store_close(store_reopen());
    ck_assert_int_eq(database_number("SELECT count(*) FROM datasets"), 1);
}
END_TEST

START_TEST(a_failed_write_is_an_error_and_heals)
{
    static const int codes[] = {SQLITE_IOERR_WRITE, SQLITE_FULL, SQLITE_IOERR_NOMEM};
    static const enum error_code errors[] = {ERROR_IO, ERROR_STORAGE_FULL, ERROR_MEMORY};
    char dataset[ID_SIZE], job[ID_SIZE];
    layer_install();
    struct store *store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    struct job_change change = {.id = job, .to = "running"};
    write_code = codes[_i];
    ck_assert_fails(store_job_change(store, &change, NULL, &failure), errors[_i]);
    struct job_record record;
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_str_eq(record.state, "queued");
    job_record_clear(&record);
    write_code = 0;
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_str_eq(record.state, "running");
    job_record_clear(&record);
    store_close(store);
    sqlite3_vfs_unregister(&layer);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_loop_test(tests, a_failed_fsync_ends_the_process_without_an_acknowledgement, 0, 3);
    tcase_add_loop_test(tests, a_failed_write_is_an_error_and_heals, 0, 3);
}

int main(void)
{
    return suite_run("fatal", folder_setup, folder_teardown, tests_add);
}
