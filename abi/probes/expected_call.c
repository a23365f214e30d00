/* SPDX-License-Identifier: MIT */
#include "expected_call.h"
#include "call_site.h"

#include <stddef.h>

bool expected_call_is_inlined(const struct binary *binary, const struct expected_call *call)
{
	struct function caller, callee;

	return pclntab_find(binary->pclntab, call->caller, &caller) &&
	       pclntab_find(binary->pclntab, call->callee, &callee) &&
	       call_site_count(binary->image, &caller, &callee, NULL) == 0;
}
