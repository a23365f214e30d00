/* SPDX-License-Identifier: MIT */
#include "function_signature.h"

#include <errno.h>

/*
 * Accepts the signature if its size cannot be computed because a type is not described, or if the function
 * table gives no size (some assembly functions).
 */
static int check_size(const struct binary *binary, const struct function *function,
		      const struct signature *signature, struct error *err)
{
	int64_t size = 0;

	if (function->stack_size < 0 ||
	    convention_stack_size(binary->convention, binary->types, signature, &size, NULL) < 0 ||
	    size == function->stack_size)
		return 0;
	error_fail(
		err, -EINVAL,
		"the signature of %s is wrong: its parameters and results take %lld bytes, those of the function in the binary %d",
		function->name, (long long)size, function->stack_size);
	error_hint(err, "compare it with the source of this build");
	return -EINVAL;
}

int function_signature(const struct binary *binary, const struct function *function,
		       const struct signature **ret_signature, enum type_source *ret_source,
		       struct error *err)
{
	enum type_source source = TYPE_SOURCE_TABLE;
	int r = types_signature(binary->types, function, ret_signature, &source, err);

	if (r == 0 && source == TYPE_SOURCE_DECLARED)
		r = check_size(binary, function, *ret_signature, err);
	if (r == 0 && ret_source)
		*ret_source = source;
	return r;
}
