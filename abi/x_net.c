/* SPDX-License-Identifier: MIT */
#include "x_net.h"

#include <stdio.h>
#include <string.h>

/* "v0.7.0", or "v0.0.0-20210119194325-5f4716e94777": the commit's date leads what follows the dash. */
static uint32_t parse_version(const char *text)
{
	unsigned int minor, patch, date;

	if (sscanf(text, "v0.0.0-%8u", &date) == 1)
		return X_NET_COMMIT(date);
	if (sscanf(text, "v0.%3u.%3u", &minor, &patch) == 2)
		return X_NET_VERSION(minor, patch);
	return 0;
}

uint32_t x_net_release(const struct build_info *info, const struct pclntab *table)
{
	static const char dependency[] = "\ndep\tgolang.org/x/net\t";
	const char *line = info->modinfo ? strstr(info->modinfo, dependency) : NULL;
	struct function function;

	if (line)
		return parse_version(line + strlen(dependency));
	/* Came with support for "Upgrade: h2c" late in 2022 (golang/net commit 06994584, v0.4.0). */
	if (pclntab_find(table, "golang.org/x/net/http2.(*serverConn).upgradeRequest", &function))
		return X_NET_VERSION(4, 0);
	return 0;
}
