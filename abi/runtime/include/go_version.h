/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_GO_VERSION_H
#define GOHTTPSNOOP_ABI_GO_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

/* A Go release as one ordered number: 1.27.3 is GO_VERSION(27, 3). Go 1 is understood. */
#define GO_VERSION(minor, patch) ((uint32_t)(minor)*1000u + (uint32_t)(patch))
#define GO_VERSION_ANY_LATER UINT32_MAX

struct go_version {
	char text[256];	      /* as found, NUL terminated, e.g. "go1.22.7 (Red Hat 1.22.7-1.el9)" */
	uint32_t number;      /* GO_VERSION(22, 7); release candidates count as patch 0 */
	bool development;     /* "devel go1.23-abcdef …" */
	bool vendor;	      /* carries a suffix that upstream does not write */
	bool no_register_abi; /* an experiment switches the register ABI off (Go 1.17 only) */
	bool no_swiss_map;    /* GOEXPERIMENT=noswissmap (Go 1.24 and 1.25) */
	bool map_split_group; /* GOEXPERIMENT=mapsplitgroup (since Go 1.27) */
	bool from_pclntab; /* not written in the binary: the least release its pclntab format implies */
};

/*
 * Understands go1.N, go1.N.P, go1.NrcM, go1.NbetaM, "devel go1.N-hash …", " X:experiments",
 * "-X:experiments" and vendor suffixes. -EINVAL for anything else ("devel +hash" among it).
 */
int go_version_parse(const char *text, struct go_version *ret_version, struct error *err);

#endif
