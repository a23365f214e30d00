/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BYTES_NOTATION_H
#define GOHTTPSNOOP_ABI_BYTES_NOTATION_H

/* The output format of bytes that are not text. */
enum bytes_notation { BYTES_HEX, BYTES_BASE64 };

#endif
