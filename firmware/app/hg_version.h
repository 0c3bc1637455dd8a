/* The firmware's version, as HELLO tells it; that of the hargen it came with. */
#ifndef HG_VERSION_H
#define HG_VERSION_H

#define HG_FIRMWARE_VERSION "0.1.0"

#endif
