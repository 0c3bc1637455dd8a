/* Text for a person at a terminal. */
#ifndef HG_SAY_H
#define HG_SAY_H

#include <stdint.h>

/* Bytes of a text before its end, limit at most. */
uint32_t hg_text_size(const char *text, uint32_t limit);

void hg_say(const char *text);
void hg_say_hex(const uint8_t *bytes, uint32_t size);
void hg_say_number(uint32_t value);

/* value / 10^places, with so many digits behind the point: 26042 and 3 is 26.042. */
void hg_say_decimal(uint32_t value, uint32_t places);

/* A real number with two digits behind the point; beyond a million its sign and `large`. */
void hg_say_real(float value);

#endif
