/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_FUNCTION_SIGNATURE_H
#define GOHTTPSNOOP_ABI_FUNCTION_SIGNATURE_H

#include "binary.h"

/*
 * As types_signature(), but also checks a signature that the user declared: -EINVAL if its parameters and
 * results take more or fewer bytes than the function table says.
 */
int function_signature(const struct binary *binary, const struct function *function,
		       const struct signature **ret_signature, enum type_source *ret_source,
		       struct error *err);

#endif
