/* CRC-32 of IEEE 802.3: reflected polynomial 0xEDB88320, as in zlib. */
#ifndef HG_CRC32_H
#define HG_CRC32_H

#include <stdint.h>

/* Returns the checksum of what came before (0 at the start) followed by size bytes of data. */
uint32_t hg_crc32(uint32_t crc, const uint8_t *data, uint32_t size);

#endif
