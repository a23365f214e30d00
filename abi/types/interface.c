/* SPDX-License-Identifier: MIT */
#include "interface.h"

#include <errno.h>
#include <string.h>

int interface_has_table(struct types *types, const struct type *type, bool *ret_has_table,
			struct error *err)
{
	int r = types_complete(types, type, err);

	if (r < 0)
		return r;
	if (type->field_count == 0)
		return error_fail(err, -ENODATA, "the memory layout of %s is not known",
				  type->name);
	*ret_has_table = strcmp(type->fields[0].name, "tab") == 0;
	return 0;
}
