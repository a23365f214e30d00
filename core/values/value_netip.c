/* SPDX-License-Identifier: MIT */
/* The types of net/netip. */
#include "value_text_part.h"

#include "address_text.h"
#include "bytes_json.h"

enum address_kind {
	ADDRESS_UNKNOWN,   /* could not be read */
	ADDRESS_AMBIGUOUS, /* an IPv4 address, or the same address mapped into IPv6 */
	ADDRESS_NONE,	   /* the zero netip.Addr */
	ADDRESS_V4,
	ADDRESS_V6,
};

struct address {
	enum address_kind kind;
	uint8_t bytes[16];
	const struct hit_value *zone; /* or NULL */
};

static void read_bytes(const struct hit_value *high, const struct hit_value *low,
		       struct address *address)
{
	for (size_t i = 0; i < 8; i++) {
		address->bytes[i] = (uint8_t)((uint64_t)high->integer >> (56 - 8 * i));
		address->bytes[8 + i] = (uint8_t)((uint64_t)low->integer >> (56 - 8 * i));
	}
}

static enum address_kind kind_by_detail(const struct value_printer *printer,
					const struct shape_node *node, struct address *address)
{
	const struct hit_value *is_v6 = text_cell(printer, node, 3);

	if (!is_v6)
		return ADDRESS_UNKNOWN;
	if (!is_v6->integer)
		return ADDRESS_V4;
	address->zone = text_cell(printer, node, 4);
	return address->zone ? ADDRESS_V6 : ADDRESS_UNKNOWN;
}

static enum address_kind kind_by_pointer(const struct value_printer *printer,
					 const struct shape_node *node, int64_t pointer,
					 struct address *address)
{
	const struct hit_value *of_v4 = text_cell(printer, node, 3);
	const struct hit_value *zone_type = text_cell(printer, node, 4);

	if (of_v4 && of_v4->integer == pointer)
		return ADDRESS_V4;
	if (!zone_type)
		return ADDRESS_UNKNOWN;
	address->zone = text_cell(printer, node, 5);
	if (zone_type->integer)
		return address->zone ? ADDRESS_V6 : ADDRESS_UNKNOWN;
	address->zone = NULL;
	return of_v4 || !address_is_mapped(address->bytes) ? ADDRESS_V6 : ADDRESS_AMBIGUOUS;
}

static struct address read_address(const struct value_printer *printer,
				   const struct shape_node *node)
{
	struct address address = { .kind = ADDRESS_UNKNOWN };
	const struct hit_value *high, *low, *pointer;

	if (!node || node->kind != SHAPE_TEXT ||
	    (node->count != TEXT_ADDRESS && node->count != TEXT_ADDRESS_INTERN))
		return address;
	high = text_cell(printer, node, 0);
	low = text_cell(printer, node, 1);
	pointer = text_cell(printer, node, 2);
	if (!high || !low || !pointer)
		return address;
	read_bytes(high, low, &address);
	if (!pointer->integer)
		address.kind = ADDRESS_NONE;
	else if (node->count == TEXT_ADDRESS)
		address.kind = kind_by_detail(printer, node, &address);
	else
		address.kind = kind_by_pointer(printer, node, pointer->integer, &address);
	return address;
}

static void put_zone(struct value_printer *printer, const struct hit_value *zone,
		     struct text_buffer *text)
{
	if (!zone || !zone->data || zone->length == 0)
		return;
	text_buffer_print(text, "%%");
	text_buffer_add(text, zone->data, zone->size);
	if (zone->size < zone->length)
		value_note_cut(printer);
}

static void put_address(struct value_printer *printer, const struct address *address,
			struct text_buffer *text)
{
	if (address->kind == ADDRESS_V4) {
		address_text_v4(text, address->bytes + 12);
	} else {
		address_text_v6(text, address->bytes);
		put_zone(printer, address->zone, text);
	}
}

static void put_port(struct value_printer *printer, const struct address *address, int64_t port,
		     struct text_buffer *text)
{
	bool is_v6 = address->kind == ADDRESS_V6;

	text_buffer_print(text, "%s", is_v6 ? "[" : "");
	put_address(printer, address, text);
	text_buffer_print(text, "%s:%u", is_v6 ? "]" : "", (unsigned int)port);
}

static void put_prefix(struct value_printer *printer, const struct address *address,
		       enum text_form form, int64_t number, struct text_buffer *text)
{
	int64_t least = form == TEXT_PREFIX_PLUS_ONE;
	int64_t bits = number < least ? -1 : number - least;

	if (bits < 0 || bits > (address->kind == ADDRESS_V4 ? 32 : 128)) {
		text_buffer_print(text, "invalid Prefix");
		return;
	}
	put_address(printer, address, text);
	text_buffer_print(text, "/%d", (int)bits);
}

static const char *invalid_text(enum text_form form)
{
	switch (form) {
	case TEXT_ADDRESS_PORT:
		return "invalid AddrPort";
	case TEXT_PREFIX:
	case TEXT_PREFIX_PLUS_ONE:
		return "invalid Prefix";
	default:
		return "invalid IP";
	}
}

enum value_text text_put_netip(struct value_printer *printer, const struct shape_node *node,
			       struct text_buffer *text)
{
	enum text_form form = (enum text_form)node->count;
	bool is_address = form == TEXT_ADDRESS || form == TEXT_ADDRESS_INTERN;
	struct address address = read_address(printer, is_address ? node : text_part(node, 0));
	const struct hit_value *number = is_address ? NULL : text_cell(printer, node, 1);

	if (address.kind == ADDRESS_UNKNOWN || (!is_address && !number))
		return VALUE_TEXT_NULL;
	if (address.kind == ADDRESS_AMBIGUOUS)
		return VALUE_TEXT_PARTS;
	if (address.kind == ADDRESS_NONE)
		text_buffer_print(text, "%s", invalid_text(form));
	else if (is_address)
		put_address(printer, &address, text);
	else if (form == TEXT_ADDRESS_PORT)
		put_port(printer, &address, number->integer, text);
	else
		put_prefix(printer, &address, form, number->integer, text);
	return VALUE_TEXT_MADE;
}

void netip_print_bytes(struct value_printer *printer, const struct shape_node *node)
{
	struct address address = read_address(printer, node);
	struct byte_string bytes = { (const char *)address.bytes, 16, 16 };

	bytes_json_value(printer->writer, &bytes, printer->arguments->shape->spec->notation);
}
