/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H
#define GOHTTPSNOOP_ABI_SIGNATURE_TEXT_H

#include "type.h"

/*
 * Writes a function as a Go declaration, its types with their import paths: "func (s *main.Shop)
 * Checkout(order *main.Order, n int) (main.Receipt, error)". `function` is the function's name in the
 * pclntab. The text is NUL terminated and truncated to `size` bytes; escape it before printing. If the type
 * of a parameter depends on type arguments, the type arguments in `signature->shared` are replaced by type
 * parameters: "func main.Map[T1, T2](in []T1, f func(T1) T2) []T2".
 */
void signature_format(const char *function, const struct signature *signature, char *text,
		      size_t size);

/*
 * Returns whether two type arguments have the same text, so that their type parameters cannot be told apart.
 */
bool signature_is_ambiguous(const struct signature *signature);

#endif
