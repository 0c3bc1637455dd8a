#include "hg_say.h"

#include "hg_port.h"

#define HG_SAY_LIMIT \
  1024u /* no text of ours is longer: one without an end does not go on for ever */
#define HG_SAY_LARGE 1e6f

uint32_t hg_text_size(const char *text, uint32_t limit) {
  uint32_t size = 0;
  while (size < limit && text[size] != '\0') {
    size++;
  }
  return size;
}

void hg_say(const char *text) {
  hg_port_send((const uint8_t *)text, hg_text_size(text, HG_SAY_LIMIT));
}

void hg_say_hex(const uint8_t *bytes, uint32_t size) {
  static const char digits[] = "0123456789abcdef";
  for (uint32_t i = 0; i < size; i++) {
    const uint8_t pair[2] = {(uint8_t)digits[bytes[i] >> 4], (uint8_t)digits[bytes[i] & 15u]};
    hg_port_send(pair, sizeof pair);
  }
}

/* So many digits at least, zeros in front. */
static void hg_say_digits(uint32_t value, uint32_t least) {
  uint8_t digits[10];
  uint32_t first = sizeof digits;
  do {
    digits[--first] = (uint8_t)('0' + value % 10u);
    value /= 10u;
  } while (value > 0u || sizeof digits - first < least);
  hg_port_send(digits + first, (uint32_t)sizeof digits - first);
}

void hg_say_number(uint32_t value) {
  hg_say_digits(value, 1u);
}

void hg_say_decimal(uint32_t value, uint32_t places) {
  uint32_t unit = 1;
  for (uint32_t i = 0; i < places; i++) {
    unit *= 10u;
  }
  hg_say_digits(value / unit, 1u);
  hg_say(".");
  hg_say_digits(value % unit, places);
}

void hg_say_real(float value) {
  const float size = value < 0.0f ? -value : value;
  if (!(size < HG_SAY_LARGE)) {
    hg_say(value < 0.0f ? "-large" : value > 0.0f ? "large" : "not a number");
    return;
  }
  const uint32_t hundredths = (uint32_t)(size * 100.0f + 0.5f);
  if (value < 0.0f && hundredths > 0u) {
    hg_say("-");
  }
  hg_say_decimal(hundredths, 2u);
}
