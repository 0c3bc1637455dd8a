#include "hg_app.h"

/* The startup code comes here with the machine ready; hg_app_init does the rest. */
int main(void) {
  hg_app_init();
  for (;;) {
    hg_app_poll();
  }
}
