/* SPDX-License-Identifier: MIT */
#include "x_net.h"

#include <stdio.h>
#include <string.h>

#define MODULE "golang.org/x/net\t"

/* What stands for the version of a module that is taken from a folder: a commit that is none. */
#define NO_COMMIT 10101u

/* "v0.7.0", or "v0.0.0-20210119194325-5f4716e94777": the commit's date leads what follows the dash. */
static uint32_t parse_version(const char *text)
{
	unsigned int minor, patch, date;

	if (sscanf(text, "v0.0.0-%8u", &date) == 1)
		return date > NO_COMMIT ? X_NET_COMMIT(date) : 0;
	if (sscanf(text, "v0.%3u.%3u", &minor, &patch) == 2)
		return X_NET_VERSION(minor, patch);
	return 0;
}

static const char *skip(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text && strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* What was linked in place of the version that was required is on the next line; of a fork nothing is known. */
static uint32_t linked_version(const char *required)
{
	const char *replacement = skip(strchr(required, '\n'), "\n=>\t");
	const char *version = replacement ? skip(replacement, MODULE) : required;

	return version ? parse_version(version) : 0;
}

uint32_t x_net_release(const struct build_info *info, const struct pclntab *table)
{
	static const char dependency[] = "\ndep\t" MODULE;
	const char *line = info->modinfo ? strstr(info->modinfo, dependency) : NULL;
	struct function function;

	if (line)
		return linked_version(line + strlen(dependency));
	/* Came with support for "Upgrade: h2c" late in 2022 (golang/net commit 06994584, v0.4.0). */
	if (pclntab_find(table, "golang.org/x/net/http2.(*serverConn).upgradeRequest", &function))
		return X_NET_VERSION(4, 0);
	return 0;
}
