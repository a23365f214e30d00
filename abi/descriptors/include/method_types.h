/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_METHOD_TYPES_H
#define GOHTTPSNOOP_ABI_METHOD_TYPES_H

#include "descriptors.h"

/*
 * What the descriptor of a type says about a method: the types of its parameters, without the receiver, and of its results.
 * The linker keeps this of methods that may be called through an interface or by reflection.
 */
enum { METHOD_MAX_TYPES = 64 };

struct method_types {
	const struct type *types[METHOD_MAX_TYPES]; /* parameters first */
	size_t parameter_count, result_count;
};

/*
 * The method `name` of a type that these descriptors made, whose code is `code` bytes behind the begin of the text. -ENODATA
 * if the program has not kept it, -EBADMSG if its description is damaged, -E2BIG if it has too many parameters.
 */
int method_types_find(struct descriptors *descriptors, const struct type *receiver,
		      const char *name, uint64_t code, struct method_types *ret_types,
		      struct error *err);

#endif
