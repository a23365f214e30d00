/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PCLNTAB_FORMAT_H
#define GOHTTPSNOOP_ABI_PCLNTAB_FORMAT_H

/* The formats of the function table, each named after the first release that used it. */
enum pclntab_format {
	PCLNTAB_GO_1_2,
	PCLNTAB_GO_1_16,
	PCLNTAB_GO_1_18,
	PCLNTAB_GO_1_20,
};

#endif
