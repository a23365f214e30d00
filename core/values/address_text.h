/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ADDRESS_TEXT_H
#define GOHTTPSNOOP_CORE_ADDRESS_TEXT_H

#include <stdint.h>

#include "text_buffer.h"

/* Addresses as Go prints them: 4 bytes of IPv4; 16 of IPv6 (RFC 5952), the last four of a mapped one as IPv4. */
void address_text_v4(struct text_buffer *text, const uint8_t bytes[static 4]);
void address_text_v6(struct text_buffer *text, const uint8_t bytes[static 16]);

/* Bytes as pairs of digits, with what stands between them. */
void address_text_hex(struct text_buffer *text, const uint8_t *bytes, size_t size,
		      const char *between);

/* Whether 16 bytes are an IPv4 address mapped into IPv6: ::ffff:0:0/96. */
bool address_is_mapped(const uint8_t bytes[static 16]);

#endif
