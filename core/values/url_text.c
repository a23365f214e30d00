/* SPDX-License-Identifier: MIT */
/* Follows golang/go src/net/url/url.go: URL.String, EscapedPath, shouldEscape, validEncoded. */
#include "url_text.h"

#include <string.h>

/* Characters that are not escaped in each part, in addition to letters, digits and "-_.~". */
static const char in_host[] = "!$&'()*+,;=:[]<>\"";
static const char in_path[] = "$&+,/:;=@";
static const char in_user[] = "$&+,;=";
static const char in_fragment[] = "$&+,/:;=?@!()*";

/* Further characters that are valid in RawPath and RawFragment, which the program may have set itself. */
static const char in_encoded[] = "!$&'()*+,;=:@[]%";

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-_.~", c));
}

static bool is_allowed(char c, const char *allowed)
{
	return is_plain(c) || (c && strchr(allowed, c));
}

static void put_part(struct text_buffer *text, const struct url_part *part)
{
	text_buffer_add(text, part->data, part->size);
}

static void put_escaped(struct text_buffer *text, const struct url_part *part, const char *allowed)
{
	for (size_t i = 0; i < part->size; i++) {
		char c = part->data[i];

		if (part->hidden || is_allowed(c, allowed))
			text_buffer_add(text, &c, 1);
		else
			text_buffer_print(text, "%%%02X", (unsigned char)c);
	}
}

static int url_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Returns whether decoding `raw` gives `plain`. */
static bool decodes_to(const struct url_part *raw, const struct url_part *plain)
{
	size_t used = 0;

	for (size_t i = 0; i < raw->size; i++, used++) {
		int c = (unsigned char)raw->data[i];

		if (c == '%') {
			if (raw->size - i < 3 || url_digit(raw->data[i + 1]) < 0 ||
			    url_digit(raw->data[i + 2]) < 0)
				return false;
			c = url_digit(raw->data[i + 1]) << 4 | url_digit(raw->data[i + 2]);
			i += 2;
		}
		if (used == plain->size || (unsigned char)plain->data[used] != c)
			return false;
	}
	return used == plain->size;
}

static bool is_encoding(const struct url_part *raw, const struct url_part *plain,
			const char *allowed)
{
	if (raw->size == 0)
		return false;
	for (size_t i = 0; i < raw->size; i++) {
		char c = raw->data[i];

		if (!is_allowed(c, allowed) && !(c && strchr(in_encoded, c)))
			return false;
	}
	return decodes_to(raw, plain);
}

static void put_encoded(struct text_buffer *text, const struct url_part *raw,
			const struct url_part *plain, const char *allowed)
{
	if (is_encoding(raw, plain, allowed))
		put_part(text, raw);
	else
		put_escaped(text, plain, allowed);
}

static void put_authority(struct text_buffer *text, const struct url *url)
{
	if (url->omit_host && url->host.size == 0 && !url->has_user)
		return;
	if (url->host.size || url->path.size || url->has_user)
		text_buffer_print(text, "//");
	if (url->has_user) {
		put_escaped(text, &url->username, in_user);
		if (url->has_password) {
			text_buffer_print(text, ":");
			put_escaped(text, &url->password, in_user);
		}
		text_buffer_print(text, "@");
	}
	put_escaped(text, &url->host, in_host);
}

/* Returns whether the first segment has a colon: the path would then be parsed as a scheme. */
static bool begins_with_colon_segment(const struct text_buffer *path)
{
	for (size_t i = 0; i < path->size && path->data[i] != '/'; i++) {
		if (path->data[i] == ':')
			return true;
	}
	return false;
}

static void put_path(struct text_buffer *text, const struct url *url)
{
	bool no_authority = url->omit_host && url->host.size == 0 && !url->has_user;
	bool is_star = url->path.size == 1 && url->path.data[0] == '*';
	struct text_buffer path = { 0 };
	size_t begin = 0;

	put_encoded(&path, &url->raw_path, &url->path, is_star ? "*" : in_path);
	/* The text after "//" would be parsed as a host. */
	if (no_authority && path.size > 1 && memcmp(path.data, "//", 2) == 0) {
		text_buffer_print(text, "%%2F");
		begin = 1;
	}
	if (path.size && path.data[0] != '/' && url->host.size)
		text_buffer_print(text, "/");
	if (text->size == 0 && begins_with_colon_segment(&path))
		text_buffer_print(text, "./");
	if (path.size)
		text_buffer_add(text, path.data + begin, path.size - begin);
	text->failed |= path.failed;
	text_buffer_release(&path);
}

void url_text(struct text_buffer *text, const struct url *url)
{
	if (url->scheme.size) {
		put_part(text, &url->scheme);
		text_buffer_print(text, ":");
	}
	if (url->opaque.size) {
		put_part(text, &url->opaque);
	} else {
		if (url->scheme.size || url->host.size || url->has_user)
			put_authority(text, url);
		put_path(text, url);
	}
	if (url->force_query || url->raw_query.size) {
		text_buffer_print(text, "?");
		put_part(text, &url->raw_query);
	}
	if (url->fragment.size) {
		text_buffer_print(text, "#");
		put_encoded(text, &url->raw_fragment, &url->fragment, in_fragment);
	}
}
