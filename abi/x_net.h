/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_X_NET_H
#define GOHTTPSNOOP_ABI_X_NET_H

#include "build_info.h"
#include "pclntab.h"

/*
 * Releases of the module golang.org/x/net as ordered numbers: before its first tag, v0.1.0, by the
 * date of the commit (20220524), after it by version.
 */
#define X_NET_COMMIT(date) ((uint32_t)(date))
#define X_NET_VERSION(minor, patch) (100000000u + (uint32_t)(minor) * 1000u + (uint32_t)(patch))

/*
 * The release in a binary: from its build information, or, where that names no modules (GOPATH mode,
 * as Debian builds), from functions that came or went; 0 when neither tells, or the module was replaced by
 * what is no release of it.
 */
uint32_t x_net_release(const struct build_info *info, const struct pclntab *table);

#endif
