/* SPDX-License-Identifier: MIT */
#include "go_version.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Parses a decimal number below `limit` and moves `*text` past it; false if there is none. */
static bool number_parse(const char **text, uint32_t limit, uint32_t *ret_number)
{
	const char *digit = *text;
	uint32_t number = 0;

	if (!isdigit((unsigned char)*digit))
		return false;
	for (; isdigit((unsigned char)*digit); digit++) {
		number = number * 10 + (uint32_t)(*digit - '0');
		if (number >= limit)
			return false;
	}
	*text = digit;
	*ret_number = number;
	return true;
}

/* Parses an upstream release: "1", "1.22", "1.22.7", "1.27rc1" or "1.27beta1"; moves `*text` past it. */
static bool release_parse(const char **text, uint32_t *ret_number)
{
	uint32_t minor = 0, patch = 0, ignored;
	const char *rest = *text;

	if (rest[0] != '1' || isdigit((unsigned char)rest[1]))
		return false;
	rest++;
	if (rest[0] == '.') {
		rest++;
		if (!number_parse(&rest, 10000, &minor))
			return false;
	}
	if (rest[0] == '.') {
		rest++;
		if (!number_parse(&rest, 1000, &patch))
			return false;
	} else if (strncmp(rest, "rc", 2) == 0 || strncmp(rest, "beta", 4) == 0) {
		rest += rest[0] == 'r' ? 2 : 4;
		if (!number_parse(&rest, 10000, &ignored))
			return false;
	}
	*text = rest;
	*ret_number = GO_VERSION(minor, patch);
	return true;
}

/*
 * Finds the list of experiments that differ from the default of the release: " X:a,b" or, since 1.26,
 * "-X:a,b" (golang/go#75953). Returns a pointer to the separator; NULL if there is no list.
 */
static const char *experiments_find(const char *suffix)
{
	const char *space = strstr(suffix, " X:");
	const char *dash = strstr(suffix, "-X:");

	if (!space || !dash)
		return space ? space : dash;
	return space < dash ? space : dash;
}

static bool experiments_have(const char *experiments, const char *name)
{
	size_t length = strlen(name);

	for (const char *item = experiments + strlen(" X:"); *item;) {
		size_t size = strcspn(item, ", ");

		if (size == length && memcmp(item, name, length) == 0)
			return true;
		item += size;
		if (*item != ',')
			return false;
		item++;
	}
	return false;
}

int go_version_parse(const char *text, struct go_version *ret_version, struct error *err)
{
	struct go_version version = { 0 };
	const char *rest = text, *experiments;

	if (strncmp(rest, "devel ", 6) == 0) {
		version.development = true;
		rest += 6;
	}
	if (strncmp(rest, "go", 2) != 0)
		goto unknown;
	rest += 2;
	if (!release_parse(&rest, &version.number))
		goto unknown;
	/* A further number is invalid, but a sign or a vendor's letter may follow ("go1.16.7b7"). */
	if (*rest == '.')
		goto unknown;

	/* "devel go1.23-abcdef Thu…" up to 1.24, then "go1.25-devel_abcdef Thu…". */
	if (strncmp(rest, "-devel", 6) == 0)
		version.development = true;
	experiments = experiments_find(rest);
	if (experiments) {
		version.no_register_abi = experiments_have(experiments, "noregabiargs") ||
					  experiments_have(experiments, "noregabi");
		version.no_swiss_map = experiments_have(experiments, "noswissmap");
		version.map_split_group = experiments_have(experiments, "mapsplitgroup");
	}
	version.vendor = !version.development && *rest && rest != experiments;
	snprintf(version.text, sizeof(version.text), "%s", text);
	*ret_version = version;
	return 0;

unknown:
	return error_fail(err, -EINVAL, "Go version \"%s\" does not name a release", text);
}
