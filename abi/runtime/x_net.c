/* SPDX-License-Identifier: MIT */
#include "x_net.h"

#include <stdio.h>
#include <string.h>

#include "vendored.h"

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

static uint32_t release_by_build_info(const struct build_info *info)
{
	static const char dependency[] = "\ndep\t" MODULE;
	const char *line = info->modinfo ? strstr(info->modinfo, dependency) : NULL;

	return line ? linked_version(line + strlen(dependency)) : 0;
}

static bool names_module(const struct build_info *info)
{
	return info->modinfo && strstr(info->modinfo, "\ndep\t" MODULE);
}

static uint32_t release_by_functions(const struct pclntab *table, const char *prefix)
{
	char name[X_NET_MAX_PREFIX + 64];
	struct function function;

	/* Came with support for "Upgrade: h2c" late in 2022 (golang/net commit 06994584, v0.4.0). */
	snprintf(name, sizeof(name), "%s" X_NET_PATH "http2.(*serverConn).upgradeRequest", prefix);
	return pclntab_find(table, name, &function) ? X_NET_VERSION(4, 0) : 0;
}

static bool has_copy(const struct x_net *x_net, const char *name, size_t prefix_size)
{
	for (size_t i = 0; i < x_net->count; i++) {
		if (strlen(x_net->copies[i].prefix) == prefix_size &&
		    memcmp(x_net->copies[i].prefix, name, prefix_size) == 0)
			return true;
	}
	return false;
}

/* Modules have no prefixes, so the build information knows nothing of such a copy. */
static void add_copy(struct x_net *x_net, const struct pclntab *table, const char *name,
		     size_t prefix_size)
{
	struct x_net_copy *copy = &x_net->copies[x_net->count];

	if (x_net->count == X_NET_MAX_COPIES || prefix_size >= sizeof(copy->prefix)) {
		x_net->left_out++;
		return;
	}
	memcpy(copy->prefix, name, prefix_size);
	copy->release = release_by_functions(table, copy->prefix);
	x_net->count++;
}

/* Of the functions of a copy that serves one is there, whatever the compiler inlined. */
static bool is_landmark(const char *rest)
{
	return strcmp(rest, X_NET_PATH "http2.(*serverConn).runHandler") == 0 ||
	       strcmp(rest, X_NET_PATH "http2.(*Server).serveConn") == 0;
}

static void find_vendored(const struct pclntab *table, struct x_net *x_net)
{
	static const char part[] = "vendor/" X_NET_PATH "http2.(*";
	const struct bytes needle = { (const uint8_t *)part, sizeof(part) - 1 };
	struct function function;

	/* The most common answer, and a quick one. */
	if (bytes_find(pclntab_names(table), 0, needle, 1) == SIZE_MAX)
		return;
	for (size_t i = 0; i < pclntab_count(table); i++) {
		const char *rest;

		if (!pclntab_at(table, i, &function))
			continue;
		rest = vendored_skip_prefix(function.name);
		if (rest != function.name && is_landmark(rest) &&
		    !has_copy(x_net, function.name, (size_t)(rest - function.name)))
			add_copy(x_net, table, function.name, (size_t)(rest - function.name));
	}
}

void x_net_find(const struct build_info *info, const struct pclntab *table, struct x_net *ret_x_net)
{
	*ret_x_net = (struct x_net){ .count = 1 };
	ret_x_net->copies[0].release = names_module(info) ? release_by_build_info(info) :
							    release_by_functions(table, "");
	find_vendored(table, ret_x_net);
}

bool x_net_has(const char *name)
{
	return strncmp(vendored_skip_prefix(name), X_NET_PATH, strlen(X_NET_PATH)) == 0;
}

uint32_t x_net_release_of(const struct x_net *x_net, const char *name)
{
	size_t prefix_size = (size_t)(vendored_skip_prefix(name) - name);

	for (size_t i = 0; x_net_has(name) && i < x_net->count; i++) {
		const struct x_net_copy *copy = &x_net->copies[i];

		if (strlen(copy->prefix) == prefix_size &&
		    memcmp(copy->prefix, name, prefix_size) == 0)
			return copy->release;
	}
	return 0;
}
