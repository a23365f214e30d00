/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_METHOD_SIGNATURE_H
#define GOHTTPSNOOP_ABI_METHOD_SIGNATURE_H

#include "type_sources.h"

/*
 * Makes the signature of a method from the descriptor of its receiver's type. `types` owns the signature.
 * Descriptors contain no names of parameters: the receiver is called p0, the parameters p1, p2 and so on.
 * -ENODATA if the function is not a method, or if the linker did not keep the types of its parameters.
 */
int method_signature_find(struct types *types, const struct function *function,
			  const struct signature **ret_signature, struct error *err);

#endif
