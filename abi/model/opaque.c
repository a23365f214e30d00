/* SPDX-License-Identifier: MIT */
#include "opaque.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/*
 * bufio, encoding/json, net/textproto	buffers of data read ahead, whose `len` covers stale bytes
 * compress/...				windows that Reset() does not clear
 * crypto/...				keys, and decrypted records
 * fmt, sync				pools and their contents
 */
static const struct opaque_rule basic[] = {
	{ "bufio", OPAQUE_ALL, { NULL } },
	{ "compress/", OPAQUE_ALL, { NULL } },
	{ "crypto", OPAQUE_ALL, { NULL } },
	{ "crypto/tls", OPAQUE_ALL, { "ConnectionState" } },
	{ "crypto/x509", OPAQUE_UNEXPORTED, { NULL } },
	{ "crypto/x509/", OPAQUE_UNEXPORTED, { NULL } },
	{ "crypto/", OPAQUE_ALL, { NULL } },
	{ "encoding/json", OPAQUE_UNEXPORTED, { "Decoder", "Encoder" } },
	{ "fmt", OPAQUE_NAMED, { "pp", "ss" } },
	{ "net/textproto", OPAQUE_UNEXPORTED, { "Conn", "Reader", "Writer" } },
	{ "sync", OPAQUE_NAMED, { "Pool" } },
};

static const struct opaque_rules basic_rules = { basic, sizeof(basic) / sizeof(basic[0]) };

/* Skips the prefix of a vendored package, up to and including "vendor/": the rest is the original path. */
static const char *without_vendor(const char *name, const char *end)
{
	static const char vendor[] = "vendor/";
	const size_t size = sizeof(vendor) - 1;
	const char *begin = name;

	for (const char *at = name; at + size <= end; at++) {
		if ((at == name || at[-1] == '/') && strncmp(at, vendor, size) == 0)
			begin = at + size;
	}
	return begin;
}

/* Returns whether the rule is for the package path of `size` bytes. */
static bool is_of_package(const struct opaque_rule *rule, const char *path, size_t size)
{
	size_t wanted = strlen(rule->package);

	if (rule->package[wanted - 1] == '/')
		return size > wanted && strncmp(path, rule->package, wanted) == 0;
	return size == wanted && strncmp(path, rule->package, wanted) == 0;
}

static bool names_type(const struct opaque_rule *rule, const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(rule->names) / sizeof(rule->names[0]) && rule->names[i];
	     i++) {
		if (strlen(rule->names[i]) == size && strncmp(rule->names[i], name, size) == 0)
			return true;
	}
	return false;
}

static bool decide(const struct opaque_rule *rule, const char *name, size_t size)
{
	bool is_named = names_type(rule, name, size);

	if (rule->extent == OPAQUE_ALL)
		return !is_named;
	return is_named || (rule->extent == OPAQUE_UNEXPORTED && !isupper((unsigned char)*name));
}

static const struct opaque_rule *rule_find(const struct opaque_rules *rules, const char *path,
					   size_t size)
{
	for (size_t i = 0; rules && i < rules->count; i++) {
		if (is_of_package(&rules->rules[i], path, size))
			return &rules->rules[i];
	}
	return NULL;
}

bool type_name_is_opaque(const char *name, const struct opaque_rules *others)
{
	/* These characters end the name: type arguments, or the syntax of an unnamed type, follow. */
	const char *end = name + strcspn(name, "[]{}()*<> "), *slash = name, *dot;
	const struct opaque_rule *rule;

	for (const char *at = name; at < end; at++)
		slash = *at == '/' ? at : slash;
	dot = memchr(slash, '.', (size_t)(end - slash));
	if (!dot || dot + 1 == end)
		return false;
	name = without_vendor(name, dot);
	rule = rule_find(&basic_rules, name, (size_t)(dot - name));
	if (!rule)
		rule = rule_find(others, name, (size_t)(dot - name));
	return rule && decide(rule, dot + 1, (size_t)(end - dot - 1));
}
