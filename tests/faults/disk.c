/* A disk that fails once: loaded before the C library into a program under test, it stands between SQLite and the
 * kernel. One chosen write, truncation or fsync of a database fails or ends the process, done or not done.
 *
 * COUNTERSIGN_DISK_FOLDER  only databases below this folder count
 * COUNTERSIGN_DISK_NTH     which of their operations, from 1
 * COUNTERSIGN_DISK_FAULT   fails | fails-stored | killed-before | killed-after
 * COUNTERSIGN_DISK_STRUCK  a file that is made when it happens
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long done;

static int counts(int fd) {
  const char *folder = getenv("COUNTERSIGN_DISK_FOLDER");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (folder == NULL || length < 0) return 0;
  path[length] = '\0';
  /* The shared memory beside a write-ahead log is no disk: it is made anew after a crash. */
  return strncmp(path, folder, strlen(folder)) == 0 && strstr(path, ".db") != NULL && strstr(path, "-shm") == NULL;
}

/* What is to happen to this operation, or NULL. */
static const char *fault(int fd) {
  const char *nth = getenv("COUNTERSIGN_DISK_NTH");
  if (nth == NULL || !counts(fd) || atomic_fetch_add(&done, 1) + 1 != atol(nth)) return NULL;
  const char *struck = getenv("COUNTERSIGN_DISK_STRUCK");
  if (struck != NULL) close(open(struck, O_CREAT | O_WRONLY, 0600));
  return getenv("COUNTERSIGN_DISK_FAULT");
}

static int is(const char *fault, const char *name) { return fault != NULL && strcmp(fault, name) == 0; }

/* Does an operation, or not, and gives what the program is to see of it. */
#define STRUCK(fd, type, operation)                 \
  const char *what = fault(fd);                     \
  if (is(what, "killed-before")) raise(SIGKILL);    \
  type result = is(what, "fails") ? -1 : operation; \
  if (is(what, "killed-after")) raise(SIGKILL);     \
  if (is(what, "fails") || is(what, "fails-stored")) { \
    errno = EIO;                                    \
    return -1;                                      \
  }                                                 \
  return result

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (real == NULL) real = dlsym(RTLD_NEXT, "pwrite64");
  STRUCK(fd, ssize_t, real(fd, bytes, length, at));
}

int ftruncate64(int fd, off64_t length) {
  static int (*real)(int, off64_t);
  if (real == NULL) real = dlsym(RTLD_NEXT, "ftruncate64");
  STRUCK(fd, int, real(fd, length));
}

int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fsync");
  STRUCK(fd, int, real(fd));
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fdatasync");
  STRUCK(fd, int, real(fd));
}
