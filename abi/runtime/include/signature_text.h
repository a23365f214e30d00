/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H
#define GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H

#include "type.h"

/*
 * Writes a function as Go declares it, types with their import paths: "func (s *main.Shop)
 * Checkout(order *main.Order, n int) (main.Receipt, error)". `function` is its name in the pclntab.
 * The text is cut at `size`; it must be escaped before it is printed.
 */
void signature_format(const char *function, const struct signature *signature, char *text,
		      size_t size);

#endif
