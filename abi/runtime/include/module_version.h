/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_MODULE_VERSION_H
#define GOHTTPSNOOP_ABI_MODULE_VERSION_H

#include <stdbool.h>

#include "build_info.h"

/*
 * Releases of a module as numbers that order them: the date of the commit (20220524) before the module's
 * first tag, then the version, whose numbers are larger than all dates.
 */
#define MODULE_COMMIT(date) ((uint32_t)(date))
#define MODULE_VERSION(major, minor, patch) \
	(100000000u + (uint32_t)(major)*1000000u + (uint32_t)(minor)*1000u + (uint32_t)(patch))

/*
 * Reads the release of a module ("golang.org/x/net") from the build information. Returns false if the build
 * information does not list the module. In GOPATH mode, as in Debian's builds, it lists no modules. The
 * release is 0 if it is unknown, for example because the module was replaced by a folder or a fork.
 */
bool module_version_find(const struct build_info *info, const char *module, uint32_t *ret_release);

#endif
