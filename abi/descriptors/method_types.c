/* SPDX-License-Identifier: MIT */
#include "method_types.h"

#include <errno.h>
#include <string.h>

#include "descriptors_table.h"
#include "type_record.h"

static bool name_is(struct bytes name, const char *wanted)
{
	return name.size == strlen(wanted) && memcmp(name.data, wanted, name.size) == 0;
}

/*
 * Finds a method by name and code, because the name may not be unique: two methods that are not exported may
 * have the same name if they are from different packages.
 */
static bool method_find(const struct descriptor_table *table, const struct descriptor *owner,
			const char *name, uint64_t code, uint64_t *ret_function)
{
	uint16_t count = descriptor_method_count(table, owner);

	for (uint16_t i = 0; i < count; i++) {
		struct bytes found;
		uint64_t found_code = 0;

		if (descriptor_method_read(table, owner, i, &found, ret_function) &&
		    name_is(found, name) && descriptor_method_code(table, owner, i, &found_code) &&
		    found_code == code)
			return true;
	}
	return false;
}

static int function_types(struct descriptors *descriptors, const struct descriptor_parts *parts,
			  struct method_types *found, struct error *err)
{
	const struct descriptor_table *table = descriptors_table(descriptors);
	int r = 0;

	if (parts->count > METHOD_MAX_TYPES)
		return error_fail(err, -E2BIG, "more than %d parameters and results",
				  METHOD_MAX_TYPES);
	for (uint64_t i = 0; r == 0 && i < parts->count; i++) {
		uint64_t type = 0;

		if (!descriptor_parameter_read(table, parts, i, &type))
			return error_fail(err, -EBADMSG, "the descriptor of a method is damaged");
		r = descriptors_at(descriptors, type, &found->types[i], err);
	}
	found->result_count = parts->result_count;
	found->parameter_count = parts->count - parts->result_count;
	return r;
}

int method_types_find(struct descriptors *descriptors, const struct type *receiver,
		      const char *name, uint64_t code, struct method_types *ret_types,
		      struct error *err)
{
	const struct descriptor_table *table = descriptors_table(descriptors);
	struct descriptor owner, function;
	struct descriptor_parts parts;
	uint64_t offset = 0;

	if (type_record_of(receiver)->owner != TYPE_OWNER_DESCRIPTOR ||
	    !type_record_of(receiver)->entry ||
	    !descriptor_read(table, type_record_of(receiver)->entry, &owner) ||
	    !method_find(table, &owner, name, code, &offset))
		return error_fail(err, -ENODATA, "the type descriptor of %s has no method %s",
				  receiver->name, name);
	if (!descriptor_read(table, offset, &function) || function.kind != DESCRIPTOR_FUNC ||
	    !descriptor_parts_read(table, &function, &parts))
		return error_fail(err, -EBADMSG, "the descriptor of a method is damaged");
	return function_types(descriptors, &parts, ret_types, err);
}
