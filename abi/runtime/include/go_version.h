/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_GO_VERSION_H
#define GOHTTPSNOOP_ABI_GO_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

/* A release of Go 1 as one number that orders releases: 1.27.3 is GO_VERSION(27, 3). */
#define GO_VERSION(minor, patch) ((uint32_t)(minor)*1000u + (uint32_t)(patch))
#define GO_VERSION_ANY_LATER UINT32_MAX

struct go_version {
	char text[256];	      /* as found, NUL terminated: "go1.22.7 (Red Hat 1.22.7-1.el9)" */
	uint32_t number;      /* GO_VERSION(22, 7); release candidates count as patch 0 */
	bool development;     /* "devel go1.23-abcdef …" */
	bool vendor;	      /* `text` has a suffix that upstream releases do not have */
	bool no_register_abi; /* an experiment disables the register ABI (Go 1.17 only) */
	bool no_swiss_map;    /* GOEXPERIMENT=noswissmap (Go 1.24 and 1.25) */
	bool map_split_group; /* GOEXPERIMENT=mapsplitgroup (since Go 1.27) */
	/* No release was found: `number` is the oldest release with this format of the pclntab. */
	bool from_pclntab;
};

/*
 * Parses go1.N, go1.N.P, go1.NrcM, go1.NbetaM, "devel go1.N-hash …", " X:experiments", "-X:experiments" and
 * vendor suffixes. Returns -EINVAL for anything else, such as "devel +hash".
 */
int go_version_parse(const char *text, struct go_version *ret_version, struct error *err);

#endif
