/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ADDRESS_TEXT_H
#define GOHTTPSNOOP_CORE_ADDRESS_TEXT_H

#include <stdint.h>

#include "text_buffer.h"

/*
 * Append an address as Go prints it: 4 bytes of an IPv4 address, or 16 bytes of an IPv6 address (RFC 5952). A
 * mapped IPv4 address is written as "::ffff:192.0.2.1".
 */
void address_text_v4(struct text_buffer *text, const uint8_t bytes[static 4]);
void address_text_v6(struct text_buffer *text, const uint8_t bytes[static 16]);

/* Appends each byte as two hexadecimal digits, separated by `between`. */
void address_text_hex(struct text_buffer *text, const uint8_t *bytes, size_t size,
		      const char *between);

/* Returns whether 16 bytes are an IPv4 address that is mapped into IPv6 (::ffff:0:0/96). */
bool address_is_mapped(const uint8_t bytes[static 16]);

#endif
