/* SPDX-License-Identifier: MIT */
#include "module_version.h"

#include <stdio.h>
#include <string.h>

/* The date 0001-01-01, which the version of a module has if the module was taken from a folder. */
#define NO_COMMIT 10101u

/*
 * Parses "v0.7.0", or "v0.0.0-20210119194325-5f4716e94777", in which the digits after the dash begin with the
 * date of the commit. Returns 0 for other versions.
 */
static uint32_t parse_version(const char *text)
{
	enum { LIMIT = 1000 };
	unsigned int major, minor, patch, date;

	if (sscanf(text, "v0.0.0-%8u", &date) == 1)
		return date > NO_COMMIT ? MODULE_COMMIT(date) : 0;
	if (sscanf(text, "v%3u.%3u.%3u", &major, &minor, &patch) == 3 && major < LIMIT &&
	    minor < LIMIT && patch < LIMIT)
		return MODULE_VERSION(major, minor, patch);
	return 0;
}

/* Returns the text after `prefix`, `module` and a tab; NULL if `text` does not begin with these. */
static const char *version_behind(const char *text, const char *prefix, const char *module)
{
	size_t prefix_length = strlen(prefix), length = strlen(module);

	if (strncmp(text, prefix, prefix_length) != 0)
		return NULL;
	text += prefix_length;
	return strncmp(text, module, length) == 0 && text[length] == '\t' ? text + length + 1 :
									    NULL;
}

/*
 * Returns the version that was linked. If the module was replaced, the next line contains the replacement.
 * Returns NULL if that is a folder or another module: the version of a fork says nothing about the module's
 * own release.
 */
static const char *linked_version(const char *required, const char *module)
{
	static const char replacement[] = "\n=>\t";
	const char *next = strchr(required, '\n');

	if (!next || strncmp(next, replacement, strlen(replacement)) != 0)
		return required;
	return version_behind(next, replacement, module);
}

static const char *required_version(const struct build_info *info, const char *module)
{
	static const char dependency[] = "\ndep\t";
	const char *line = info->modinfo, *version = NULL;

	while (line && !version && (line = strstr(line, dependency))) {
		version = version_behind(line, dependency, module);
		line++;
	}
	return version;
}

bool module_version_find(const struct build_info *info, const char *module, uint32_t *ret_release)
{
	const char *required = required_version(info, module);
	const char *version = required ? linked_version(required, module) : NULL;

	if (required)
		*ret_release = version ? parse_version(version) : 0;
	return required;
}
