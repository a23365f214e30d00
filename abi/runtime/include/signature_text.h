/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H
#define GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H

#include "type.h"

/*
 * Writes a function as Go declares it, types with their import paths: "func (s *main.Shop)
 * Checkout(order *main.Order, n int) (main.Receipt, error)". `function` is its name in the pclntab.
 * The text is cut at `size`; it must be escaped before it is printed. The type arguments that `shared` has are written as
 * type parameters, where the types of parameters depend on them: "func main.Map[T1, T2](in []T1, f func(T1) T2) []T2".
 */
void signature_format(const char *function, const struct signature *signature, char *text,
		      size_t size);

/* Whether two type arguments have one text, so that not all type parameters can be told apart. */
bool signature_is_ambiguous(const struct signature *signature);

#endif
