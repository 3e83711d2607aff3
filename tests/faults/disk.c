/* A disk that fails once: loaded before the C library into a program under test, it stands between SQLite and the
 * kernel. One chosen write, truncation or fsync of a database fails or ends the process, done or not done; or the power
 * fails, and whatever was written since the last fsync is gone.
 *
 * COUNTERSIGN_DISK_FOLDER  only databases below this folder count
 * COUNTERSIGN_DISK_NTH     which of their operations, from 1
 * COUNTERSIGN_DISK_FAULT   fails | fails-stored | killed-before | killed-after | power-fails
 * COUNTERSIGN_DISK_STRUCK  a file that is made when it happens
 * COUNTERSIGN_DISK_LIES    fsync keeps nothing: what no program survives, and who looks after it has to notice
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* What a write or a truncation replaced, kept until an fsync makes the new bytes stay. */
struct change {
  struct change *earlier;
  char path[4096];
  off64_t size;
  off64_t at;
  ssize_t length;
  char before[];
};

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static struct change *latest;
static long done;

#define REAL(name, type, ...) static type (*name)(__VA_ARGS__)
REAL(real_pwrite, ssize_t, int, const void *, size_t, off64_t);
REAL(real_truncate, int, int, off64_t);
REAL(real_fsync, int, int);
REAL(real_fdatasync, int, int);

__attribute__((constructor)) static void look_up(void) {
  *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  *(void **)&real_truncate = dlsym(RTLD_NEXT, "ftruncate64");
  *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
  *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
}

static int database(int fd, char path[4096]) {
  const char *folder = getenv("COUNTERSIGN_DISK_FOLDER");
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 4095);
  if (folder == NULL || length < 0) return 0;
  path[length] = '\0';
  /* The shared memory beside a write-ahead log is no disk: it is made anew after a crash. */
  return strncmp(path, folder, strlen(folder)) == 0 && strstr(path, ".db") != NULL && strstr(path, "-shm") == NULL;
}

/* Remembers what is about to be replaced. */
static void remember(int fd, const char *path, off64_t at, size_t length) {
  struct stat64 file;
  struct change *change = malloc(sizeof *change + length);
  if (change == NULL || fstat64(fd, &file) != 0) abort();
  change->earlier = latest;
  strcpy(change->path, path);
  change->size = file.st_size;
  change->at = at;
  change->length = pread64(fd, change->before, length, at);
  latest = change;
}

/* What was written to a file stays. */
static void settle(const char *path) {
  if (getenv("COUNTERSIGN_DISK_LIES") != NULL) return;
  for (struct change **change = &latest; *change != NULL;) {
    if (strcmp((*change)->path, path) == 0) {
      struct change *settled = *change;
      *change = settled->earlier;
      free(settled);
    } else {
      change = &(*change)->earlier;
    }
  }
}

/* Whatever no fsync kept is as it was before. */
static void power_fails(void) {
  for (struct change *change = latest; change != NULL; change = change->earlier) {
    int fd = open(change->path, O_RDWR);
    if (fd < 0) continue;
    if (change->length > 0) real_pwrite(fd, change->before, change->length, change->at);
    real_truncate(fd, change->size);
    close(fd);
  }
  raise(SIGKILL);
}

static int is(const char *fault, const char *name) { return fault != NULL && strcmp(fault, name) == 0; }

/* What is to happen to this operation, or NULL. What comes before it happens here. */
static const char *fault(void) {
  const char *nth = getenv("COUNTERSIGN_DISK_NTH");
  if (nth == NULL || ++done != atol(nth)) return NULL;
  const char *struck = getenv("COUNTERSIGN_DISK_STRUCK");
  if (struck != NULL) close(open(struck, O_CREAT | O_WRONLY, 0600));
  const char *what = getenv("COUNTERSIGN_DISK_FAULT");
  if (is(what, "killed-before")) raise(SIGKILL);
  if (is(what, "power-fails")) power_fails();
  return what;
}

/* An operation on a database: what it replaces is remembered by `before`, and `after` is done when it was done. */
#define OPERATION(type, operation, before, after)                     \
  char path[4096];                                                    \
  if (!database(fd, path)) return operation;                          \
  pthread_mutex_lock(&one);                                           \
  const char *what = fault();                                         \
  type result = -1;                                                   \
  if (!is(what, "fails")) {                                           \
    before;                                                           \
    result = operation;                                               \
    after;                                                            \
  }                                                                   \
  if (is(what, "killed-after")) raise(SIGKILL);                       \
  pthread_mutex_unlock(&one);                                         \
  if (is(what, "fails") || is(what, "fails-stored")) {                \
    errno = EIO;                                                      \
    return -1;                                                        \
  }                                                                   \
  return result

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  OPERATION(ssize_t, real_pwrite(fd, bytes, length, at), remember(fd, path, at, length), );
}

int ftruncate64(int fd, off64_t length) {
  struct stat64 file;
  size_t lost = fstat64(fd, &file) == 0 && file.st_size > length ? (size_t)(file.st_size - length) : 0;
  OPERATION(int, real_truncate(fd, length), remember(fd, path, length, lost), );
}

int fsync(int fd) { OPERATION(int, real_fsync(fd), , settle(path)); }

int fdatasync(int fd) { OPERATION(int, real_fdatasync(fd), , settle(path)); }
