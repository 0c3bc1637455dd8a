/* Serves the two reads that a receiving interrupt handler makes for every byte: status and data.
 *
 * Only while nothing else happens: before quiet_until no byte arrives or leaves, so that the status
 * follows from what the structure holds and a byte can be taken from the FIFO. Everything else goes
 * on to the board's process, which does the same in Python (peripherals/usart_front.py).
 */
#include <stdint.h>

enum { HG_FIFO_DEPTH = 8 };

typedef uint64_t (*hg_read_t)(void *engine, uint64_t offset, unsigned size, void *user);

typedef struct {
  uint64_t quiet_until;
  const uint64_t *now; /* when the block that runs began */
  uint64_t base;       /* address of offset 0 */
  uint64_t status_address;
  uint64_t data_address;
  hg_read_t read; /* serves every other read */
  uint32_t clocked;
  uint32_t latched; /* status bits that stay until they are cleared */
  uint32_t steady;  /* status bits that follow from the configuration and from the wire */
  uint32_t last_status;
  uint32_t polls;   /* how often in a row the same status was read again */
  uint32_t sending; /* bytes */
  uint32_t received;
  uint32_t first; /* index of the oldest byte received */
  uint32_t receive_status[HG_FIFO_DEPTH + 1];
  uint32_t send_status[HG_FIFO_DEPTH + 2];
  uint32_t fifo[HG_FIFO_DEPTH];
} hg_usart_t;

uint32_t hg_usart_size(void);
uint64_t hg_usart_read(void *engine, uint64_t offset, unsigned size, void *user);

uint32_t hg_usart_size(void) {
  return (uint32_t)sizeof(hg_usart_t);
}

uint64_t hg_usart_read(void *engine, uint64_t offset, unsigned size, void *user) {
  hg_usart_t *usart = user;
  const uint64_t address = usart->base + offset;
  if (size == 4u && usart->clocked && *usart->now < usart->quiet_until) {
    if (address == usart->data_address && usart->received > 0u) {
      const uint32_t byte = usart->fifo[usart->first] & 0xFFu;
      usart->first = (usart->first + 1u) % HG_FIFO_DEPTH;
      usart->received--;
      usart->last_status = 0;
      return byte;
    }
    if (address == usart->status_address) {
      const uint32_t status = usart->latched | usart->steady |
                              usart->receive_status[usart->received] |
                              usart->send_status[usart->sending];
      if (status != usart->last_status) { /* the same again may be a wait for it to change */
        usart->last_status = status;
        usart->polls = 0;
        return status;
      }
    }
  }
  return usart->read(engine, offset, size, user);
}
