/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H
#define GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H

#include "type.h"

/*
 * A function as Go declares it, types with their import paths: "func (s *main.Shop) Checkout(order
 * *main.Order, n int) (main.Receipt, error)". `function` is its name in the pclntab. Cut where the
 * text is full; safe to print only once escaped.
 */
void signature_format(const char *function, const struct signature *signature, char *text,
		      size_t size);

#endif
