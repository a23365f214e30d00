/* SPDX-License-Identifier: MIT */
#include "alignment.h"

#include <errno.h>

/* A small hostile DWARF can describe types that contain each other many times. */
enum { MAX_DEPTH = 64 };

struct alignment_search {
	struct types *types;
	uint32_t *steps;
	struct error *err;
};

static int find_alignment(struct alignment_search *search, const struct type *type, int depth,
			  uint64_t *ret_alignment);

uint64_t alignment_up(uint64_t offset, uint64_t alignment)
{
	return (offset + alignment - 1) / alignment * alignment;
}

static int visit_struct(struct alignment_search *search, const struct type *type, int depth,
			uint64_t *ret_alignment)
{
	uint64_t greatest = 1, end = 0;

	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		uint64_t alignment = 1;
		int r = find_alignment(search, field->type, depth + 1, &alignment);

		if (r < 0)
			return r;
		if (field->offset < end || field->offset - end >= alignment ||
		    __builtin_add_overflow(field->offset, field->type->size, &end))
			return error_fail(search->err, -ENODATA, "not all fields of %s are known",
					  type->name);
		if (alignment > greatest)
			greatest = alignment;
	}
	/* Go adds a byte behind a last field of size 0, so that its address stays within the struct. */
	if (type->size < end || type->size - end > greatest)
		return error_fail(search->err, -ENODATA, "not all fields of %s are known",
				  type->name);
	*ret_alignment = greatest;
	return 0;
}

static int check_alignment(const struct alignment_search *search, const struct type *type,
			   uint64_t alignment)
{
	if (alignment == 1 || alignment == 2 || alignment == 4 || alignment == 8)
		return 0;
	return error_fail(search->err, -EBADMSG, "the type %s has an impossible size", type->name);
}

/* If a signature only names a type, the kind comes from the source that describes the type. */
static int find_kind(struct alignment_search *search, const struct type *type)
{
	struct error why = { 0 };
	int r = types_complete(search->types, type, &why);

	if (r < 0 && r != -ENODATA)
		return error_adopt(search->err, &why);
	if (r < 0 || type->kind == TYPE_UNKNOWN)
		return error_fail(search->err, -ENODATA, "the layout of %s is not known",
				  type->name);
	return 0;
}

static int find_alignment(struct alignment_search *search, const struct type *type, int depth,
			  uint64_t *ret_alignment)
{
	int r;

	if (++*search->steps > ALIGNMENT_MAX_STEPS || depth > MAX_DEPTH)
		return error_fail(search->err, -E2BIG, "the type %s is too large to be an argument",
				  type->name);
	switch (type->kind) {
	case TYPE_UNKNOWN:
		r = find_kind(search, type);
		return r < 0 ? r : find_alignment(search, type, depth + 1, ret_alignment);
	case TYPE_STRUCT:
		r = types_complete(search->types, type, search->err);
		return r < 0 ? r : visit_struct(search, type, depth, ret_alignment);
	case TYPE_ARRAY:
		r = types_complete(search->types, type, search->err);
		return r < 0 ? r : find_alignment(search, type->element, depth + 1, ret_alignment);
	case TYPE_BOOL:
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_FLOAT:
		*ret_alignment = type->size;
		break;
	case TYPE_COMPLEX:
		*ret_alignment = type->size / 2;
		break;
	default:
		*ret_alignment = 8;
	}
	return check_alignment(search, type, *ret_alignment);
}

int alignment_within(struct types *types, const struct type *type, uint32_t *steps,
		     uint64_t *ret_alignment, struct error *err)
{
	struct alignment_search search = { types, steps, err };

	return find_alignment(&search, type, 0, ret_alignment);
}

int alignment_of(struct types *types, const struct type *type, uint64_t *ret_alignment,
		 struct error *err)
{
	uint32_t steps = 0;

	return alignment_within(types, type, &steps, ret_alignment, err);
}
