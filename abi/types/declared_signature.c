/* SPDX-License-Identifier: MIT */
#include "declared_signature.h"

#include <errno.h>
#include <string.h>

#include "declaration_check.h"
#include "declared_types.h"

static int declared_fail_memory(struct error *err)
{
	return error_fail(err, -ENOMEM, "no memory for the types of the binary");
}

/* Makes parameters or results. Their types come from `found` or, if it is NULL, from the declaration. */
static int list_find(struct types *types, const struct declaration *declaration,
		     const struct declared_list *declared, const struct parameter *found,
		     const struct parameter **ret_parameters, struct error *err)
{
	struct parameter *parameters =
		arena_alloc(&types->declared, declared->count + 1, sizeof(*parameters));
	int r = parameters ? 0 : declared_fail_memory(err);

	for (size_t i = 0; r == 0 && i < declared->count; i++) {
		const struct declared_field *field = &declared->fields[i];

		if (found) {
			parameters[i] = found[i];
		} else {
			r = declared_type_find(types, declaration, field->type, &parameters[i].type,
					       err);
			parameters[i].name = "";
		}
		if (field->name[0])
			parameters[i].name =
				arena_string(&types->declared, field->name, strlen(field->name));
		if (r == 0 && !parameters[i].name)
			r = declared_fail_memory(err);
	}
	*ret_parameters = parameters;
	return r;
}

int declared_signature(struct types *types, const struct declaration *declaration,
		       const struct signature *found, const struct signature **ret_signature,
		       struct error *err)
{
	struct signature *signature = arena_alloc(&types->declared, 1, sizeof(*signature));
	bool is_whole = false;
	int r = 0;

	if (!signature)
		return declared_fail_memory(err);
	if (found)
		r = declaration_check(types, declaration, found, &is_whole, err);
	/* If DWARF leaves out parameters, its list does not match the declared one: do not use its types. */
	if (!is_whole)
		found = NULL;
	signature->parameter_count = declaration->parameters.count;
	signature->result_count = declaration->results.count;
	if (r == 0)
		r = list_find(types, declaration, &declaration->parameters,
			      found ? found->parameters : NULL, &signature->parameters, err);
	if (r == 0)
		r = list_find(types, declaration, &declaration->results,
			      found ? found->results : NULL, &signature->results, err);
	if (r == 0)
		*ret_signature = signature;
	return r;
}
