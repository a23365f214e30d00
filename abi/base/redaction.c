/* SPDX-License-Identifier: MIT */
#include "redaction.h"

#include <errno.h>
#include <string.h>

/*
 * The letters and digits of each name, in lower case, sorted by the first letter. Names with `of_keys_only`
 * are common in queries (signed URLs of Amazon S3, Azure, Google Cloud Storage), but say little as names of
 * fields: a parameter `sig` is usually an os.Signal.
 */
static const struct listed_name {
	char name[19];
	bool of_keys_only;
} listed_names[] = {
	{ "accesstoken", false },   { "apikey", false },
	{ "authorization", false }, { "awsaccesskeyid", true },
	{ "cookie", false },	    { "passwd", false },
	{ "password", false },	    { "proxyauthorization", false },
	{ "secret", false },	    { "session", false },
	{ "setcookie", false },	    { "sig", true },
	{ "signature", true },	    { "token", false },
	{ "xamzcredential", true }, { "xamzsecuritytoken", true },
	{ "xamzsignature", true },  { "xgoogcredential", true },
	{ "xgoogsignature", true },
};

/* Iterates over the bytes of a name that are compared. */
struct cursor {
	const char *at, *end;
	bool is_encoded; /* percent-encoded */
	bool is_exact;	 /* compare all bytes, not only letters and digits */
};

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Takes the next byte, decoded if `is_encoded`; an invalid escape is not decoded. */
static int take_byte(struct cursor *cursor)
{
	const char *at = cursor->at++;

	if (*at == '%' && cursor->is_encoded && cursor->end - at > 2) {
		int high = hex_digit(at[1]), low = hex_digit(at[2]);

		if (high >= 0 && low >= 0) {
			cursor->at = at + 3;
			return high << 4 | low;
		}
	}
	return (unsigned char)*at;
}

static int lower(int byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static bool counts(int byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte >= 0x80;
}

/* Returns the next byte to compare in lower case, or -1 at the end. */
static int next_byte(struct cursor *cursor)
{
	while (cursor->at < cursor->end) {
		int byte = lower(take_byte(cursor));

		if (cursor->is_exact || counts(byte))
			return byte;
	}
	return -1;
}

/* ---- the list ---- */

/* The second letters of the listed names, by first letter. */
#define LETTER(letter) (1u << ((letter) - 'a'))
static const uint32_t second_letters[26] = {
	['a' - 'a'] = LETTER('c') | LETTER('p') | LETTER('u') | LETTER('w'),
	['c' - 'a'] = LETTER('o'),
	['p' - 'a'] = LETTER('a') | LETTER('r'),
	['s' - 'a'] = LETTER('e') | LETTER('i'),
	['t' - 'a'] = LETTER('o'),
	['x' - 'a'] = LETTER('a') | LETTER('g'),
};

/* Two letters are enough to rule out most names that are not on the list. */
static bool begins_like_a_listed_name(struct cursor name)
{
	unsigned int first, second;

	if (name.end - name.at < 2)
		return true;
	first = ((unsigned char)name.at[0] | 0x20u) - 'a';
	second = ((unsigned char)name.at[1] | 0x20u) - 'a';
	return first >= 26 || second >= 26 || second_letters[first] >> second & 1;
}

/* `is_cut`: only the begin of the name is known; `length` is the length of the whole name. */
static bool is_listed_as(const struct listed_name *listed, struct cursor name, bool is_cut,
			 uint64_t length)
{
	const char *at = listed->name;

	for (int byte; (byte = next_byte(&name)) >= 0; at++) {
		if ((unsigned char)*at != byte)
			return false;
	}
	return !*at || (is_cut && strlen(listed->name) <= length);
}

static bool is_listed_secret(struct cursor name, bool is_key, bool is_cut, uint64_t length)
{
	struct cursor rest = name;
	int first = next_byte(&rest);

	for (size_t i = 0; i < sizeof(listed_names) / sizeof(listed_names[0]); i++) {
		const struct listed_name *listed = &listed_names[i];

		if (first >= 0 && first < listed->name[0])
			return false;
		if ((first == listed->name[0] || first < 0) && (is_key || !listed->of_keys_only) &&
		    is_listed_as(listed, name, is_cut, length))
			return true;
	}
	return false;
}

/* ---- globs ---- */

/* Skips the characters of a glob that are not compared. */
static const char *next_of_glob(const char *glob, bool is_exact)
{
	while (!is_exact && *glob && *glob != '*' && *glob != '?' &&
	       !counts(lower((unsigned char)*glob)))
		glob++;
	return glob;
}

static bool matches(const char *glob, struct cursor name, bool is_cut)
{
	const char *after_star = NULL;
	struct cursor retry = name;

	for (;;) {
		struct cursor rest = name;
		int byte = next_byte(&rest);

		glob = next_of_glob(glob, name.is_exact);
		if (*glob == '*') {
			after_star = ++glob;
			retry = name;
		} else if (byte < 0) {
			return is_cut || !*glob;
		} else if (*glob && (*glob == '?' || lower((unsigned char)*glob) == byte)) {
			glob++;
			name = rest;
		} else if (after_star && next_byte(&retry) >= 0) {
			glob = after_star;
			name = retry;
		} else {
			return false;
		}
	}
}

static bool matches_glob(const char *glob, struct cursor name, bool is_cut)
{
	struct cursor exact = name;

	exact.is_exact = true;
	return matches(glob, exact, is_cut) ||
	       (*next_of_glob(glob, false) && matches(glob, name, is_cut));
}

/* ---- names ---- */

/* Skips "X-" or "X_" at the begin of the name; returns false if the name does not begin so. */
static bool pass_over_x(struct cursor *cursor)
{
	struct cursor rest = *cursor;
	int first = rest.at < rest.end ? lower(take_byte(&rest)) : -1;
	int second = rest.at < rest.end ? take_byte(&rest) : -1;

	if (first != 'x' || (second != '-' && second != '_'))
		return false;
	*cursor = rest;
	return true;
}

static bool is_secret(const struct redaction *redaction, struct cursor name, bool is_key,
		      bool is_cut, uint64_t length)
{
	if (is_listed_secret(name, is_key, is_cut, length))
		return true;
	for (size_t i = 0; i < redaction->glob_count; i++) {
		if (matches_glob(redaction->globs[i], name, is_cut))
			return true;
	}
	return false;
}

static bool hides(const struct redaction *redaction, struct cursor name, bool is_key, bool is_cut,
		  uint64_t length)
{
	/* A name that begins with "X-" or "X_" passes this check: its second byte is no letter. */
	if (!redaction->glob_count && !begins_like_a_listed_name(name))
		return false;
	return is_secret(redaction, name, is_key, is_cut, length) ||
	       (pass_over_x(&name) && is_secret(redaction, name, is_key, is_cut, length));
}

/* An empty name may have no address, to which nothing can be added. */
static struct cursor begin_of_name(const char *name, size_t size)
{
	return (struct cursor){ .at = name, .end = size ? name + size : name };
}

bool redaction_hides_field(const struct redaction *redaction, const char *name)
{
	size_t size = strlen(name);

	return redaction && hides(redaction, begin_of_name(name, size), false, false, size);
}

bool redaction_hides_key(const struct redaction *redaction, const char *key, size_t size,
			 uint64_t length)
{
	return redaction && hides(redaction, begin_of_name(key, size), true, size < length, length);
}

bool redaction_hides_parameter(const struct redaction *redaction, const char *name, size_t size)
{
	struct cursor cursor = begin_of_name(name, size);

	cursor.is_encoded = true;
	return redaction && hides(redaction, cursor, true, false, size);
}

int redaction_check(const struct redaction *redaction, struct error *err)
{
	if (redaction->glob_count > REDACTION_MAX_GLOBS)
		return error_fail(err, -E2BIG, "--redact can be given %d times at most",
				  REDACTION_MAX_GLOBS);
	for (size_t i = 0; i < redaction->glob_count; i++) {
		size_t size = strlen(redaction->globs[i]);

		if (size == 0 || size > REDACTION_MAX_GLOB)
			return error_fail(
				err, -EINVAL,
				"--redact %.16s: a name or glob of 1 to %d bytes is expected",
				redaction->globs[i], REDACTION_MAX_GLOB);
	}
	return 0;
}
