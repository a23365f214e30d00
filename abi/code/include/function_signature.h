/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_FUNCTION_SIGNATURE_H
#define GOHTTPSNOOP_ABI_FUNCTION_SIGNATURE_H

#include "binary.h"

/*
 * types_signature(), and a check of what the user declared: -EINVAL if parameters and results of the declared types take
 * more or fewer bytes than the function table says of the function.
 */
int function_signature(const struct binary *binary, const struct function *function,
		       const struct signature **ret_signature, enum type_source *ret_source,
		       struct error *err);

#endif
