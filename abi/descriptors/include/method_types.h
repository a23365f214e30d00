/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_METHOD_TYPES_H
#define GOHTTPSNOOP_ABI_METHOD_TYPES_H

#include "descriptors.h"

/*
 * The types of a method's parameters, without the receiver, and of its results, from the descriptor of the
 * receiver's type. The linker keeps them for methods that may be called through an interface or by
 * reflection.
 */
enum { METHOD_MAX_TYPES = 64 };

struct method_types {
	const struct type *types[METHOD_MAX_TYPES]; /* parameters first */
	size_t parameter_count, result_count;
};

/*
 * Finds the method `name` with the code at offset `code` from the start of the text. `receiver` is a type
 * that `descriptors` returned, and `descriptors` owns the returned types. Returns -ENODATA if the linker
 * dropped the method, -EBADMSG if its descriptor is damaged, -E2BIG if it has more than METHOD_MAX_TYPES
 * parameters and results.
 */
int method_types_find(struct descriptors *descriptors, const struct type *receiver,
		      const char *name, uint64_t code, struct method_types *ret_types,
		      struct error *err);

#endif
