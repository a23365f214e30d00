/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_METHOD_SIGNATURE_H
#define GOHTTPSNOOP_ABI_METHOD_SIGNATURE_H

#include "type_sources.h"

/*
 * The signature of a method by the descriptor of its receiver's type. There are no names: the receiver is called p0, the
 * parameters p1, p2 and so on. -ENODATA if the function is no method, or the linker has not kept what it takes.
 */
int method_signature_find(struct types *types, const struct function *function,
			  const struct signature **ret_signature, struct error *err);

#endif
