/* USART1 on PA9 and PA10: the ST-LINK's virtual COM port.
 *
 * Received bytes come by interrupt, six at a time or when the line falls idle, into a ring; at
 * 921600 baud the FIFO then has 20 us of room. Sending fills the FIFO whenever it is empty.
 */
#ifndef HG_UART_H
#define HG_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_port.h"

void hg_uart_init(uint8_t *ring, uint32_t ring_size, uint32_t baud);

/* See hg_port.h, whose functions these are. */
uint32_t hg_uart_receive(uint8_t *data, uint32_t capacity);
void hg_uart_send(const uint8_t *data, uint32_t size);
uint32_t hg_uart_actual_baud(uint32_t baud);
void hg_uart_set_baud(uint32_t baud);
hg_port_counters_t hg_uart_counters(void);

/* The interrupt's work. */
void hg_uart_poll(void);

bool hg_uart_is_empty(void);

/* Waits until the last bit is on the wire. */
void hg_uart_flush(void);

#endif
