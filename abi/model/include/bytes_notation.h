/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BYTES_NOTATION_H
#define GOHTTPSNOOP_ABI_BYTES_NOTATION_H

/* How bytes that are no text are written. */
enum bytes_notation { BYTES_HEX, BYTES_BASE64 };

#endif
