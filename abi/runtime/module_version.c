/* SPDX-License-Identifier: MIT */
#include "module_version.h"

#include <stdio.h>
#include <string.h>

/* The date in the version of a module that is taken from a folder. It is not a commit. */
#define NO_COMMIT 10101u

/* "v0.7.0", or "v0.0.0-20210119194325-5f4716e94777": the digits after the dash begin with the commit's date. */
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

/* The text behind "PREFIX MODULE\t", or NULL if `text` does not begin so. */
static const char *version_behind(const char *text, const char *prefix, const char *module)
{
	size_t prefix_length = strlen(prefix), length = strlen(module);

	if (strncmp(text, prefix, prefix_length) != 0)
		return NULL;
	text += prefix_length;
	return strncmp(text, module, length) == 0 && text[length] == '\t' ? text + length + 1 :
									    NULL;
}

/* A replacement is on the line after the required version. The version of a fork means nothing here. */
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
