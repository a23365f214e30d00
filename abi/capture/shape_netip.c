/* SPDX-License-Identifier: MIT */
/* The types of net/netip. */
#include "shape_text.h"

#include <errno.h>

/* Since Go 1.23: z is a unique.Handle[addrDetail], a pointer to addrDetail{isV6 bool, zoneV6 string}. */
static int add_detail(struct shape_maker *maker, const struct walk *address)
{
	struct walk z = *address, detail;
	int r;

	if (!text_enter(&z, "z", TYPE_STRUCT, SHAPE_WORD))
		return -ENOENT;
	detail = z;
	r = text_enter_pointer(maker, &detail, "value");
	if (r == 0)
		r = maker_set_cells(maker,
				    maker_open(maker, SHAPE_CELL,
					       (struct shape_position){ .name = "z" }),
				    maker_add_part(maker, &z, 0, CELL_POINTER, SHAPE_WORD), 0);
	if (r == 0)
		r = text_add_part(maker, &detail, "isV6", TYPE_BOOL, 1);
	return r < 0 ? r : text_add_part(maker, &detail, "zoneV6", TYPE_STRING, 0);
}

/* Adds the first word of a variable of the program; null if the variable cannot be found. */
static int add_variable(struct shape_maker *maker, const struct walk *walk, const char *name)
{
	struct shape_position position = { .name = "" };
	struct plan_place place;
	int r = walk_to_variable(walk, name, &place, maker->err);

	if (r == -ENODATA)
		return value_add_null(maker, position);
	if (r < 0)
		return r;
	return maker_set_cells(maker, maker_open(maker, SHAPE_CELL, position),
			       maker_add_cell(maker, place, CELL_POINTER, SHAPE_WORD), 0);
}

/* Up to Go 1.22: z is an *intern.Value. It is equal to the variable z4, or has a string in cmpVal. */
static int add_intern(struct shape_maker *maker, const struct walk *address)
{
	struct walk z = *address, value = *address;
	const struct type *string;
	int r = types_named(address->scope->types, "string", &string, maker->err);

	if (r < 0 || !text_enter(&z, "z", TYPE_POINTER, SHAPE_WORD))
		return r < 0 ? r : -ENOENT;
	r = text_enter_pointer(maker, &value, "z");
	if (r < 0 || !text_enter(&value, "cmpVal", TYPE_INTERFACE, 0))
		return r < 0 ? r : -ENOENT;
	r = maker_set_cells(maker,
			    maker_open(maker, SHAPE_CELL, (struct shape_position){ .name = "z" }),
			    maker_add_part(maker, &z, 0, CELL_POINTER, SHAPE_WORD), 0);
	if (r == 0)
		r = add_variable(maker, address, "net/netip.z4");
	if (r == 0)
		r = maker_set_cells(
			maker, maker_open(maker, SHAPE_CELL, (struct shape_position){ .name = "" }),
			maker_add_part(maker, &value, 0, CELL_POINTER, SHAPE_WORD), 0);
	if (r == 0)
		r = walk_to_held(&value, string, maker->err);
	return r < 0 ? r : value_add(maker, &value, (struct shape_position){ .name = "" });
}

static int add_address_parts(struct shape_maker *maker, const struct walk *walk,
			     enum text_form *ret_form)
{
	struct walk bits = *walk, z = *walk;
	int r;

	if (!text_enter(&bits, "addr", TYPE_STRUCT, 2 * SHAPE_WORD))
		return -ENOENT;
	r = text_add_part(maker, &bits, "hi", TYPE_UINT, SHAPE_WORD);
	if (r == 0)
		r = text_add_part(maker, &bits, "lo", TYPE_UINT, SHAPE_WORD);
	if (r < 0)
		return r;
	*ret_form = text_enter(&z, "z", TYPE_STRUCT, 0) ? TEXT_ADDRESS : TEXT_ADDRESS_INTERN;
	return (*ret_form == TEXT_ADDRESS ? add_detail : add_intern)(maker, walk);
}

int netip_add_address(struct shape_maker *maker, const struct walk *walk,
		      struct shape_position position)
{
	enum text_form form = TEXT_ADDRESS;
	int node = text_open(maker, form, position);
	int r = node < 0 ? node : add_address_parts(maker, walk, &form);

	if (r == 0)
		maker_node(maker, node)->count = form;
	return text_close(maker, node, r);
}

static int add_address_with(struct shape_maker *maker, const struct walk *walk, const char *name,
			    enum type_kind kind, uint64_t size, enum text_form form,
			    struct shape_position position)
{
	struct walk address = *walk;
	int node, r;

	if (!text_enter(&address, "ip", TYPE_STRUCT, 0))
		return -ENOENT;
	node = text_open(maker, form, position);
	r = node < 0 ? node :
		       netip_add_address(maker, &address, (struct shape_position){ .name = "ip" });
	if (r == 0)
		r = text_add_part(maker, walk, name, kind, size);
	return text_close(maker, node, r);
}

int netip_add_port(struct shape_maker *maker, const struct walk *walk,
		   struct shape_position position)
{
	return add_address_with(maker, walk, "port", TYPE_UINT, 2, TEXT_ADDRESS_PORT, position);
}

/* Up to Go 1.20, a prefix has its number of bits in an int16; later, the number plus one in a byte. */
int netip_add_prefix(struct shape_maker *maker, const struct walk *walk,
		     struct shape_position position)
{
	struct walk bits = *walk;

	if (text_enter(&bits, "bits", TYPE_INT, 2))
		return add_address_with(maker, walk, "bits", TYPE_INT, 2, TEXT_PREFIX, position);
	return add_address_with(maker, walk, "bitsPlusOne", TYPE_UINT, 1, TEXT_PREFIX_PLUS_ONE,
				position);
}
