/* SPDX-License-Identifier: MIT */
#include "bytes_json.h"

#include <stdint.h>

#include <linux/types.h>

#include "contract.h"
#include "escape.h"

enum { DIGITS_MAX = 2 * STRING_MAX_SIZE };

size_t bytes_text_size(const struct byte_string *bytes)
{
	return bytes->size < bytes->length ? escape_trim_cut(bytes->data, bytes->size) :
					     bytes->size;
}

bool bytes_are_text(const struct byte_string *bytes)
{
	return escape_is_utf8(bytes->data, bytes_text_size(bytes));
}

static bool is_control(char byte)
{
	return ((unsigned char)byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') ||
	       byte == 0x7f;
}

bool bytes_of_array_are_text(const struct byte_string *bytes)
{
	for (size_t i = 0; i < bytes->size; i++) {
		if (is_control(bytes->data[i]))
			return false;
	}
	return bytes_are_text(bytes);
}

static size_t put_hex(const struct byte_string *bytes, char digits[static DIGITS_MAX])
{
	static const char alphabet[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes->size; i++) {
		uint8_t byte = (uint8_t)bytes->data[i];

		digits[2 * i] = alphabet[byte >> 4];
		digits[2 * i + 1] = alphabet[byte & 15];
	}
	return 2 * bytes->size;
}

/* The standard alphabet, with padding (RFC 4648, section 4). */
static size_t put_base64(const struct byte_string *bytes, char digits[static DIGITS_MAX])
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t used = 0;

	for (size_t at = 0; at < bytes->size; at += 3) {
		size_t count = bytes->size - at < 3 ? bytes->size - at : 3;
		uint32_t group = 0;

		for (size_t i = 0; i < 3; i++)
			group = group << 8 | (i < count ? (uint8_t)bytes->data[at + i] : 0);
		for (size_t i = 0; i < 4; i++)
			digits[used++] = i <= count ? alphabet[group >> (18 - 6 * i) & 63] : '=';
	}
	return used;
}

void bytes_json_key(struct json_writer *writer, const struct byte_string *bytes,
		    enum bytes_notation notation)
{
	char digits[DIGITS_MAX];
	struct byte_string part = *bytes;

	if (part.size > STRING_MAX_SIZE)
		part.size = STRING_MAX_SIZE;
	json_plain(writer, digits,
		   notation == BYTES_BASE64 ? put_base64(&part, digits) : put_hex(&part, digits));
}

void bytes_json_value(struct json_writer *writer, const struct byte_string *bytes,
		      enum bytes_notation notation)
{
	json_open_object(writer);
	if (notation == BYTES_BASE64)
		json_key(writer, "base64");
	else
		json_key(writer, "hex");
	bytes_json_key(writer, bytes, notation);
	json_close_object(writer);
}
