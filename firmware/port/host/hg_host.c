/* The app as a native process: `hg_host` opens a pseudo-terminal and prints its name, `hg_host
 * --stdio` speaks over its standard input and output. A reset executes the program again. */
#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700

#include "hg_host.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "hg_app.h"

#define HG_ARGUMENT_PTY "--pty-master" /* its descriptor as one character: '0' + fd */
#define HG_ARGUMENT_STDIO "--stdio"
#define HG_ARGUMENT_RESET "--after-reset"

static _Noreturn void hg_host_fail(const char *message) {
  (void)!write(STDERR_FILENO, message, strlen(message));
  _exit(1);
}

/* Keeps one end of the client's side open, so that the wire survives clients that come and go. */
static int hg_host_open_terminal(void) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || master > 9 || grantpt(master) != 0 || unlockpt(master) != 0) {
    hg_host_fail("hg_host: cannot open a pseudo-terminal\n");
  }
  const char *name = ptsname(master);
  const int slave = open(name, O_RDWR | O_NOCTTY);
  struct termios settings;
  if (slave < 0 || tcgetattr(slave, &settings) != 0) {
    hg_host_fail("hg_host: cannot open the pseudo-terminal's other side\n");
  }
  cfmakeraw(&settings);
  (void)tcsetattr(slave, TCSANOW, &settings);
  (void)!write(STDOUT_FILENO, name, strlen(name));
  (void)!write(STDOUT_FILENO, "\n", 1);
  return master;
}

_Noreturn void hg_host_restart(hg_wire_t wire) {
  char program[] = "hg_host";
  char pty[] = HG_ARGUMENT_PTY "=0";
  char stdio[] = HG_ARGUMENT_STDIO;
  char reset[] = HG_ARGUMENT_RESET;
  pty[sizeof pty - 2u] = (char)('0' + wire.in);
  char *const arguments[] = {program, wire.is_terminal ? pty : stdio, reset, NULL};
  execv("/proc/self/exe", arguments);
  hg_host_fail("hg_host: cannot start again\n");
}

static void hg_host_trap(int signal_number) {
  const hg_fault_t fault = {.exception = (uint32_t)signal_number};
  hg_app_crash(&fault);
}

static void hg_host_catch_traps(void) {
  static const int traps[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = hg_host_trap;
  /* Not blocked meanwhile: the mask would outlive the restart. */
  action.sa_flags = SA_NODEFER;
  for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
    (void)sigaction(traps[i], &action, NULL);
  }
}

int main(int argc, char **argv) {
  const size_t prefix = strlen(HG_ARGUMENT_PTY "=");
  const char *mode = argc > 1 ? argv[1] : "";
  hg_wire_t wire = {STDIN_FILENO, STDOUT_FILENO, false};
  if (strncmp(mode, HG_ARGUMENT_PTY "=", prefix) == 0) {
    wire.in = wire.out = mode[prefix] - '0';
    wire.is_terminal = true;
  } else if (strcmp(mode, HG_ARGUMENT_STDIO) != 0) {
    wire.in = wire.out = hg_host_open_terminal();
    wire.is_terminal = true;
  }
  const bool after_reset = argc > 2 && strcmp(argv[2], HG_ARGUMENT_RESET) == 0;
  hg_host_attach(wire, after_reset ? HG_RESET_SOFTWARE : HG_RESET_POWER);
  hg_host_catch_traps();
  hg_app_init();
  for (;;) {
    hg_app_poll();
  }
}
