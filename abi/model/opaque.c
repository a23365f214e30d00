/* SPDX-License-Identifier: MIT */
#include "opaque.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* Which types of a package are opaque, beside those that its rule names. */
enum extent { NAMED_TYPES, UNEXPORTED_TYPES, ALL_TYPES };

/*
 * The first rule for a package decides. A package whose name ends in "/" stands for those below it.
 *
 *	bufio, encoding/json, net/textproto	read ahead into buffers whose `len` covers stale bytes
 *	compress/...				windows that outlive Reset()
 *	crypto/..., golang.org/x/crypto/...	keys, and decrypted records
 *	fmt, sync				pools, and what is kept in them
 *	net/http, x/net/http2, hpack, grpc	pooled readers and writers, header tables of connections
 */
static const struct rule {
	const char *package;
	enum extent extent;
	const char
		*names[4]; /* of types that are opaque too; with ALL_TYPES: of those that are not */
} rules[] = {
	{ "bufio", ALL_TYPES, { NULL } },
	{ "compress/", ALL_TYPES, { NULL } },
	{ "crypto", ALL_TYPES, { NULL } },
	{ "crypto/tls", ALL_TYPES, { "ConnectionState" } },
	{ "crypto/x509", UNEXPORTED_TYPES, { NULL } },
	{ "crypto/x509/", UNEXPORTED_TYPES, { NULL } },
	{ "crypto/", ALL_TYPES, { NULL } },
	{ "encoding/json", UNEXPORTED_TYPES, { "Decoder", "Encoder" } },
	{ "fmt", NAMED_TYPES, { "pp", "ss" } },
	{ "golang.org/x/crypto/", ALL_TYPES, { NULL } },
	{ "golang.org/x/net/http2", UNEXPORTED_TYPES, { "Framer" } },
	{ "golang.org/x/net/http2/hpack", UNEXPORTED_TYPES, { "Decoder", "Encoder" } },
	{ "google.golang.org/grpc/internal/", ALL_TYPES, { NULL } },
	{ "google.golang.org/grpc/mem", ALL_TYPES, { NULL } },
	{ "net/http", UNEXPORTED_TYPES, { NULL } },
	{ "net/http/internal", ALL_TYPES, { NULL } },
	{ "net/http/internal/", ALL_TYPES, { NULL } },
	{ "net/http/", UNEXPORTED_TYPES, { NULL } },
	{ "net/textproto", UNEXPORTED_TYPES, { "Conn", "Reader", "Writer" } },
	{ "sync", NAMED_TYPES, { "Pool" } },
};

/* The path of a copy below a vendor directory is that of the original, with something before it. */
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

/* Whether the package path, of `size` bytes, is the rule's. */
static bool is_of_package(const struct rule *rule, const char *path, size_t size)
{
	size_t wanted = strlen(rule->package);

	if (rule->package[wanted - 1] == '/')
		return size > wanted && strncmp(path, rule->package, wanted) == 0;
	return size == wanted && strncmp(path, rule->package, wanted) == 0;
}

static bool names_type(const struct rule *rule, const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(rule->names) / sizeof(rule->names[0]) && rule->names[i];
	     i++) {
		if (strlen(rule->names[i]) == size && strncmp(rule->names[i], name, size) == 0)
			return true;
	}
	return false;
}

static bool decide(const struct rule *rule, const char *name, size_t size)
{
	bool is_named = names_type(rule, name, size);

	if (rule->extent == ALL_TYPES)
		return !is_named;
	return is_named || (rule->extent == UNEXPORTED_TYPES && !isupper((unsigned char)*name));
}

bool type_name_is_opaque(const char *name)
{
	/* What follows are a generic type's arguments, or an unnamed type's own syntax. */
	const char *end = name + strcspn(name, "[]{}()*<> "), *slash = name, *dot;

	for (const char *at = name; at < end; at++)
		slash = *at == '/' ? at : slash;
	dot = memchr(slash, '.', (size_t)(end - slash));
	if (!dot || dot + 1 == end)
		return false;
	name = without_vendor(name, dot);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (is_of_package(&rules[i], name, (size_t)(dot - name)))
			return decide(&rules[i], dot + 1, (size_t)(end - dot - 1));
	}
	return false;
}
