/* SPDX-License-Identifier: MIT */
/* Values that are shown as text. */
#include "value_text.h"

#include <stdlib.h>
#include <string.h>

#include "address_text.h"
#include "go_text.h"
#include "go_time.h"
#include "integer_text.h"

/* ---- the parts of a text ---- */

const struct shape_node *text_part(const struct shape_node *node, size_t index)
{
	const struct shape_node *end = node + node->size;

	for (const struct shape_node *part = node + 1; part < end; part += part->size) {
		if (index-- == 0)
			return part;
	}
	return NULL;
}

const struct hit_value *text_cell(const struct value_printer *printer,
				  const struct shape_node *node, size_t index)
{
	const struct shape_node *part = text_part(node, index);

	return part && part->kind == SHAPE_CELL ? value_of_cell(printer, part->cell) : NULL;
}

/* ---- times ---- */

/* Returns the offset from UTC of the time's location at that second, in seconds; 0 if it is not known. */
static int64_t offset_at(const struct value_printer *printer, const struct shape_node *node,
			 int64_t second)
{
	const struct hit_value *start = text_cell(printer, node, 0);
	const struct hit_value *end = text_cell(printer, node, 1);
	const struct hit_value *offset = text_cell(printer, node, 2);

	if (!start || !end || !offset || second < start->integer || second >= end->integer)
		return 0;
	return offset->integer;
}

static enum value_text put_time(const struct value_printer *printer, const struct shape_node *node,
				struct text_buffer *text)
{
	const struct hit_value *wall = value_of_cell(printer, node->cell);
	const struct hit_value *ext = value_of_cell(printer, node->second);
	char time[GO_TEXT_SIZE];
	int64_t second;

	if (!wall || !ext)
		return VALUE_TEXT_NULL;
	second = go_time_unix((uint64_t)wall->integer, ext->integer);
	text_buffer_add(text, time,
			go_time_zoned_text((uint64_t)wall->integer, ext->integer,
					   offset_at(printer, node, second), time));
	return VALUE_TEXT_MADE;
}

static enum value_text value_text_put_duration(const struct value_printer *printer,
					       const struct shape_node *node,
					       struct text_buffer *text)
{
	const struct hit_value *value = value_of_cell(printer, node->cell);
	char duration[GO_TEXT_SIZE];

	if (!value)
		return VALUE_TEXT_NULL;
	text_buffer_add(text, duration, go_duration_text(value->integer, duration));
	return VALUE_TEXT_MADE;
}

/* ---- bytes ---- */

static enum value_text put_uuid(const struct value_printer *printer, const struct shape_node *node,
				struct text_buffer *text)
{
	static const uint8_t sizes[] = { 4, 2, 2, 2, 6 };
	const struct shape_node *part = text_part(node, 0);
	const uint8_t *at;
	struct node_bytes bytes;

	if (!part || part->kind != SHAPE_BYTE_ARRAY || !value_bytes(printer, part, &bytes))
		return VALUE_TEXT_NULL;
	if (bytes.bytes.size != 16 || bytes.bytes.length != 16)
		return VALUE_TEXT_PARTS;
	at = (const uint8_t *)bytes.bytes.data;
	for (size_t i = 0; i < sizeof(sizes); at += sizes[i++]) {
		text_buffer_print(text, "%s", i ? "-" : "");
		address_text_hex(text, at, sizes[i], "");
	}
	return VALUE_TEXT_MADE;
}

static void put_ip(const uint8_t *bytes, size_t size, struct text_buffer *text)
{
	if (size == 4)
		address_text_v4(text, bytes);
	else if (size == 16 && address_is_mapped(bytes))
		address_text_v4(text, bytes + 12);
	else if (size == 16)
		address_text_v6(text, bytes);
}

/*
 * Appends an IP address, an IP mask or a hardware address. A slice that is nil or could not be read has no
 * text. A slice that was truncated, or that has no valid length for an IP address, is shown by its bytes.
 */
static enum value_text value_text_put_slice(const struct value_printer *printer,
					    const struct shape_node *node, struct text_buffer *text)
{
	const struct shape_node *part = text_part(node, 0);
	const struct hit_value *pointer =
		part && part->kind == SHAPE_BYTES ? value_of_cell(printer, part->cell) : NULL;
	struct node_bytes bytes;
	const uint8_t *data;
	size_t size;

	if (!pointer || !pointer->integer || !value_bytes(printer, part, &bytes))
		return VALUE_TEXT_NULL;
	data = (const uint8_t *)bytes.bytes.data;
	size = bytes.bytes.size;
	if (size < bytes.bytes.length ||
	    (node->count == TEXT_IP && size != 0 && size != 4 && size != 16))
		return VALUE_TEXT_PARTS;
	if (node->count == TEXT_IP)
		put_ip(data, size, text);
	else
		address_text_hex(text, data, size, node->count == TEXT_IP_MASK ? "" : ":");
	return VALUE_TEXT_MADE;
}

/* ---- big.Int ---- */

/* Copies the first words of a slice; returns false if a word was not captured or could not be read. */
static bool read_words(const struct value_printer *printer, const struct shape_node *slice,
		       size_t count, uint64_t *words)
{
	for (size_t i = 0; i < count; i++) {
		const struct hit_value *word = text_cell(printer, slice, i);

		if (!word)
			return false;
		words[i] = (uint64_t)word->integer;
	}
	return true;
}

static enum value_text put_integer(struct value_printer *printer, const struct shape_node *node,
				   struct text_buffer *text)
{
	const struct hit_value *negative = text_cell(printer, node, 0), *length;
	const struct shape_node *slice = text_part(node, 1);
	uint64_t *words;
	size_t count;
	bool whole;

	if (!negative || !slice || slice->kind != SHAPE_SLICE)
		return VALUE_TEXT_NULL;
	length = value_of_cell(printer, slice->second);
	if (!length || length->integer < 0)
		return VALUE_TEXT_NULL;
	/* Each captured word is one node below the slice: here the slice has more words. */
	if (length->integer >= slice->size) {
		value_note_cut(printer);
		return VALUE_TEXT_NULL;
	}
	count = (size_t)length->integer;
	words = malloc((count + 1) * sizeof(*words));
	whole = words && read_words(printer, slice, count, words);
	if (whole)
		integer_text(text, negative->integer, words, count);
	free(words);
	return whole ? VALUE_TEXT_MADE : VALUE_TEXT_NULL;
}

/* ---- all texts ---- */

enum value_text value_text(struct value_printer *printer, const struct shape_node *node,
			   struct text_buffer *text)
{
	if (node->kind == SHAPE_TIME)
		return put_time(printer, node, text);
	if (node->kind == SHAPE_DURATION)
		return value_text_put_duration(printer, node, text);
	switch ((enum text_form)node->count) {
	case TEXT_UUID:
		return put_uuid(printer, node, text);
	case TEXT_IP:
	case TEXT_IP_MASK:
	case TEXT_HARDWARE_ADDRESS:
		return value_text_put_slice(printer, node, text);
	case TEXT_INTEGER:
		return put_integer(printer, node, text);
	case TEXT_URL:
		return text_put_url(printer, node, text);
	case TEXT_FORMS:
		return VALUE_TEXT_NULL;
	default:
		return text_put_netip(printer, node, text);
	}
}

void value_print_parts(struct value_printer *printer, const struct shape_node *node)
{
	switch ((enum text_form)node->count) {
	case TEXT_ADDRESS_INTERN:
		netip_print_bytes(printer, node);
		break;
	case TEXT_ADDRESS_PORT:
	case TEXT_PREFIX:
	case TEXT_PREFIX_PLUS_ONE:
		json_open_object(printer->writer);
		value_print_members(printer, node);
		json_close_object(printer->writer);
		break;
	default:
		value_print(printer, text_part(node, 0));
	}
}
