/* Preloaded by crash.py: counts the calls that change files and makes the n-th one kill the process or fail.
   SQLite, FAISS and Python all go through these. Armed in a forked child by fault_arm(n, mode). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { OFF, KILL_BEFORE, KILL_AFTER, KILL_TORN, NO_SPACE, IO_ERROR, SHORT, NO_FILES };
static long count, at;
static int mode, paused, ignored = -1;

void fault_arm(long n, int how) { count = 0; at = n; mode = how; }
void fault_pause(int is_paused) { paused = is_paused; }
void fault_ignore(int fd) { ignored = fd; }
long fault_count(void) { return count; }

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

/* 1: fail with errno set; 2: do half of it, then die; 3: do half of it; 4: do it, then die; 0: do it. */
static int strike(int is_write, int takes_space) {
    if (mode == OFF || mode == NO_FILES || paused) return 0;
    count++;
    if (mode == NO_SPACE) { if (count >= at && takes_space) { errno = ENOSPC; return 1; } return 0; }
    if (count != at) return 0;
    if (mode == KILL_BEFORE) die();
    if (mode == KILL_TORN) { if (is_write) return 2; die(); }
    if (mode == SHORT) return is_write ? 3 : 0;
    if (mode == IO_ERROR) { errno = EIO; return 1; }
    return 4;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define PLAIN(name, call, space) REAL(name); int s = strike(0, space); if (s == 1) return -1; \
    __typeof__(real call) r = real call; if (s == 4) die(); return r

ssize_t write(int fd, const void *b, size_t n) {
    REAL(write);
    if (fd <= 2 || fd == ignored) return real(fd, b, n);
    int s = strike(1, 1);
    if (s == 1) return -1;
    ssize_t r = real(fd, b, s == 2 || s == 3 ? (n + 1) / 2 : n);
    if (s == 2 || s == 4) die();
    return r;
}
static ssize_t at_offset(ssize_t (*real)(int, const void *, size_t, off_t), int fd, const void *b, size_t n, off_t o) {
    int s = strike(1, 1);
    if (s == 1) return -1;
    ssize_t r = real(fd, b, s == 2 || s == 3 ? (n + 1) / 2 : n, o);
    if (s == 2 || s == 4) die();
    return r;
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { REAL(pwrite); return at_offset(real, fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { REAL(pwrite64); return at_offset((void *)real, fd, b, n, o); }
int fsync(int fd) { PLAIN(fsync, (fd), 0); }
int fdatasync(int fd) { PLAIN(fdatasync, (fd), 0); }
int rename(const char *a, const char *b) { PLAIN(rename, (a, b), 0); }
int link(const char *a, const char *b) { PLAIN(link, (a, b), 1); }
int linkat(int d, const char *a, int e, const char *b, int f) { PLAIN(linkat, (d, a, e, b, f), 1); }
int unlink(const char *a) { PLAIN(unlink, (a), 0); }
int unlinkat(int d, const char *a, int f) { PLAIN(unlinkat, (d, a, f), 0); }
int rmdir(const char *a) { PLAIN(rmdir, (a), 0); }
int mkdir(const char *a, mode_t m) { PLAIN(mkdir, (a, m), 1); }
int ftruncate(int fd, off_t n) { PLAIN(ftruncate, (fd, n), 0); }
int ftruncate64(int fd, off64_t n) { PLAIN(ftruncate64, (fd, n), 0); }

/* No file descriptors left, from the n-th opening of a file of the trial on (its folder's name begins with kmcrash-). */
static int refused(const char *path) {
    if (mode != NO_FILES || paused || !strstr(path, "kmcrash-")) return 0;
    if (++count < at) return 0;
    errno = EMFILE;
    return 1;
}
#define MODE(flags, last) mode_t m = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list list; va_start(list, last); m = va_arg(list, mode_t); va_end(list); }
int open(const char *p, int f, ...) { MODE(f, f); REAL(open); return refused(p) ? -1 : real(p, f, m); }
int open64(const char *p, int f, ...) { MODE(f, f); REAL(open64); return refused(p) ? -1 : real(p, f, m); }
int openat(int d, const char *p, int f, ...) { MODE(f, f); REAL(openat); return refused(p) ? -1 : real(d, p, f, m); }
int openat64(int d, const char *p, int f, ...) { MODE(f, f); REAL(openat64); return refused(p) ? -1 : real(d, p, f, m); }
