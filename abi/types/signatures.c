/* SPDX-License-Identifier: MIT */
/* Signatures of functions, see types.h. */
#include "types.h"

#include <errno.h>
#include <string.h>

#include "debug_signature.h"
#include "declared_signature.h"
#include "method_signature.h"
#include "type_sources.h"

void types_set_declarations(struct types *types, const struct declarations *declarations)
{
	types->declarations = declarations;
}

bool types_have_declaration(const struct types *types, const char *function)
{
	return declarations_find(types->declarations, function);
}

static int signature_from_dwarf(struct types *types, const struct function *function,
				const struct signature **ret_signature, struct error *err)
{
	int r = type_sources_dwarf(types, err);

	return r < 0 ? r : debug_signature_read(types->dwarf, function->entry, ret_signature, err);
}

/* A declaration needs no DWARF. If DWARF describes the function, the two have to agree. */
static int signature_from_declaration(struct types *types, const struct function *function,
				      const struct declaration *declaration,
				      const struct signature **ret_signature,
				      enum type_source *ret_source, struct error *err)
{
	const struct signature *found = NULL;
	struct error why = { 0 };
	int r;

	if (strstr(function->name, "[go.shape."))
		return error_fail(
			err, -ENOTSUP,
			"the signature of %s cannot be used: its instances share code that takes a dictionary as well",
			function->name);
	r = types->has_dwarf ? signature_from_dwarf(types, function, &found, &why) : -ENODATA;
	if (r < 0 && r != -ENODATA)
		return error_adopt(err, &why);
	r = declared_signature(types, declaration, found, ret_signature, err);
	if (r == 0 && ret_source)
		*ret_source = found ? TYPE_SOURCE_DWARF : TYPE_SOURCE_DECLARED;
	return r;
}

int types_signature(struct types *types, const struct function *function,
		    const struct signature **ret_signature, enum type_source *ret_source,
		    struct error *err)
{
	const struct declaration *declaration =
		declarations_find(types->declarations, function->name);
	enum type_source of_table = types->verified ? TYPE_SOURCE_TABLE : TYPE_SOURCE_ASSUMED;
	enum type_source source = of_table;
	struct error why = { 0 }, why_not_table = { 0 };
	int r = -ENODATA;

	if (declaration)
		return signature_from_declaration(types, function, declaration, ret_signature,
						  ret_source, err);
	if (types->verified && !types->trusts_dwarf)
		r = layout_signature(types->layout, function->name, ret_signature, NULL);
	if (r < 0) {
		source = TYPE_SOURCE_DWARF;
		r = signature_from_dwarf(types, function, ret_signature, &why);
	}
	if (r < 0) {
		source = of_table;
		r = layout_signature(types->layout, function->name, ret_signature, &why_not_table);
	}
	if (r == -ENODATA && method_signature_find(types, function, ret_signature, NULL) == 0) {
		source = TYPE_SOURCE_DESCRIPTORS;
		r = 0;
	}
	/* If the table does not have the function, the error from DWARF says more. */
	if (r < 0)
		return error_adopt(err, r == -ENODATA ? &why : &why_not_table);
	if (ret_source)
		*ret_source = source;
	return 0;
}
