#define _GNU_SOURCE
#include "determinism.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Thread_local bool isOn;
static _Thread_local uint64_t state;
static _Thread_local int64_t running;
static _Thread_local int64_t wall;

void determinism_begin(uint64_t seed, int64_t wallNanoseconds) {
  isOn = true;
  state = seed;
  running = 1000000000000;
  wall = wallNanoseconds - running;
}

void determinism_end(void) { isOn = false; }
bool determinism_is_on(void) { return isOn; }
void determinism_advance(int64_t nanoseconds) { running += nanoseconds; }
void determinism_set_wall_clock(int64_t by) { wall += by; }

// Takes the place of the C library's, for this program and the libraries that it loads.
int clock_gettime(clockid_t clock, struct timespec *time) {
  bool isWall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  bool isRunning = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE ||
                   clock == CLOCK_BOOTTIME;
  if (!isOn || !(isWall || isRunning)) return (int)syscall(SYS_clock_gettime, clock, time);
  // No two looks at a clock show the same.
  running += 1000;
  int64_t now = isWall ? wall + running : running;
  time->tv_sec = now / 1000000000;
  time->tv_nsec = now % 1000000000;
  return 0;
}

// Takes the place of the Swift runtime's. SplitMix64.
void swift_stdlib_random(void *buffer, size_t count) {
  unsigned char *bytes = buffer;
  while (count > 0) {
    size_t part = count < 8 ? count : 8;
    if (isOn) {
      uint64_t z = state += 0x9E3779B97F4A7C15;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
      z ^= z >> 31;
      memcpy(bytes, &z, part);
    } else {
      ssize_t got = getrandom(bytes, count < 256 ? count : 256, 0);
      if (got < 0) {
        if (errno == EINTR) continue;
        abort();
      }
      part = (size_t)got;
    }
    bytes += part;
    count -= part;
  }
}

static uint64_t watched;

static void takesTooLong(int signal) {
  char text[128];
  int count = snprintf(text, sizeof text, "FAILED: seed %llu does not end\nTests/Simulation/run --replay %llu\n",
                       (unsigned long long)watched, (unsigned long long)watched);
  ssize_t written = write(STDOUT_FILENO, text, (size_t)count);
  _exit(written < 0 ? 2 : 1);
}

void determinism_watch(uint64_t seed, int seconds) {
  watched = seed;
  signal(SIGVTALRM, takesTooLong);
  struct itimerval timer = {.it_value = {.tv_sec = seconds}};
  setitimer(ITIMER_VIRTUAL, &timer, NULL);
}
