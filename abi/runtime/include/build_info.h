/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BUILD_INFO_H
#define GOHTTPSNOOP_ABI_BUILD_INFO_H

#include "image.h"

/*
 * What `go version -m` shows. Source: the "\xff Go buildinf:" blob (Go 1.13 and later, both forms,
 * found by section or by scanning every writable segment), else runtime.buildVersion, found by its symbol or by the
 * version that it holds.
 */
struct build_info {
	char *version; /* "go1.22.7"; NULL when not found */
	char *modinfo; /* lines "path\t…", "mod\t…", "dep\t…", "build\t…", without the sentinels; or NULL */
};

/* -ENOENT when the image has neither; other errors when it is damaged. */
int build_info_read(const struct image *image, struct build_info *ret_info, struct error *err);
void build_info_release(struct build_info *info);

/*
 * The value of a "build\tKEY=VALUE" line, as a view that lives as long as `info`; its length in
 * `*ret_length`. NULL when there is no such line.
 */
const char *build_info_setting(const struct build_info *info, const char *key, size_t *ret_length);

#endif
