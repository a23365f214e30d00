/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BUILD_INFO_H
#define GOHTTPSNOOP_ABI_BUILD_INFO_H

#include "image.h"

/*
 * The build information that `go version -m` prints. The source is the "\xff Go buildinf:" blob of Go 1.13
 * and later, in both of its formats. It is found by its section, or by a scan of all writable segments.
 * Without the blob, the source is the variable runtime.buildVersion, found by its symbol or by its value.
 */
struct build_info {
	char *version; /* "go1.22.7"; NULL only if the structure was not filled */
	char *modinfo; /* lines "path\t…", "mod\t…", "dep\t…", "build\t…", without sentinels; NULL: unknown */
};

/*
 * Returns -ENOENT if the image contains no Go version, -EBADMSG or an error of image_load() if its build
 * information is damaged. The caller releases `ret_info`.
 */
int build_info_read(const struct image *image, struct build_info *ret_info, struct error *err);
void build_info_release(struct build_info *info);

/*
 * Returns the value of the line "build\tKEY=VALUE", and writes its length to `*ret_length`. The value has no
 * terminating NUL and is owned by `info`. Returns NULL if there is no such line.
 */
const char *build_info_setting(const struct build_info *info, const char *key, size_t *ret_length);

#endif
