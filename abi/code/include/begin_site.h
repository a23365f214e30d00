/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BEGIN_SITE_H
#define GOHTTPSNOOP_ABI_BEGIN_SITE_H

#include "site.h"

/*
 * Chooses the site of `function` by disassembling its prologue: the stack check, or the entry if there is none.
 * -EBADMSG if the first instruction cannot be decoded or is in no segment. -ENOTSUP if the site is the first
 * instruction and either the kernel accepts no probe on it or the function jumps back to it.
 */
int begin_site_find(const struct image *image, const struct convention *convention,
		    const struct function *function, struct site *ret_site, struct error *err);

#endif
