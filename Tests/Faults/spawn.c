// SPDX-License-Identifier: Apache-2.0
//
// A program that waits before its `main` and forks whenever it is told to: what a fault is made in is then a process of its
// own as ever, and the dynamic linker has done its work once. With FAULT_SPAWNER, the number of a socket, the process is such
// a spawner.
//
// A request is one packet: strings, each with its NUL: the plan's path, and the program's arguments. The descriptors for
// its standard input, output and errors come with it. The answers are two packets, 4 bytes each: the process, and its status
// as waitpid gives it. The socket's end ends the spawner.

#include "plan.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { MOST_ARGUMENTS = 64, LARGEST_REQUEST = 1 << 16 };

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

static char request[LARGEST_REQUEST];

/// Receives a request; answers its size, 0 at the end.
static ssize_t receive(int socket, int fds[3]) {
  char control[CMSG_SPACE(3 * sizeof(int))];
  struct iovec part = {request, sizeof request};
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t size = recvmsg(socket, &message, 0);
  struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(3 * sizeof(int))) return 0;
  memcpy(fds, CMSG_DATA(header), 3 * sizeof(int));
  return size;
}

/// Forks for each request. Returns in the children alone, with their arguments.
static int spawn(int socket, char **arguments) {
  int fds[3];
  ssize_t size;
  while ((size = receive(socket, fds)) > 0) {
    pid_t child = fork();
    if (child == 0) {
      syscall(SYS_close, socket);
      for (int index = 0; index < 3; index++) dup2(fds[index], index);
      for (int index = 0; index < 3; index++)
        if (fds[index] > 2) syscall(SYS_close, fds[index]);
      setenv("FAULT_PLAN", request, 1);
      unsetenv("FAULT_SPAWNER");
      map_plan(request);
      int count = 0;
      char *next = request + strlen(request) + 1;
      for (; next < request + size && count < MOST_ARGUMENTS; next += strlen(next) + 1) arguments[count++] = next;
      arguments[count] = NULL;
      return count;
    }
    for (int index = 0; index < 3; index++) syscall(SYS_close, fds[index]);
    int status = 0;
    if (send(socket, &child, sizeof child, MSG_NOSIGNAL) < 0 || child < 0) break;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (send(socket, &status, sizeof status, MSG_NOSIGNAL) < 0) break;
  }
  _exit(0);
}

__attribute__((visibility("default"))) int __libc_start_main(
  main_function *main, int count, char **arguments, void (*init)(void), void (*fini)(void), void (*linker)(void),
  void *stack) {
  static char *own[MOST_ARGUMENTS + 1];
  start_function *real = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
  const char *number = getenv("FAULT_SPAWNER");
  if (number) {
    count = spawn(atoi(number), own);
    arguments = own;
    // Swift's runtime took note of the spawner's arguments when it was loaded.
    void (*override)(char **, int) =
      (void (*)(char **, int))dlsym(RTLD_DEFAULT, "_swift_stdlib_overrideUnsafeArgvArgc");
    if (!override) {
      static const char said[] = "Swift's runtime is in the program: build it without --static-swift-stdlib.\n";
      (void)!write(2, said, sizeof said - 1);
      _exit(1);
    }
    override(own, count);
  }
  return real(main, count, arguments, init, fini, linker, stack);
}
