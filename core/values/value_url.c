/* SPDX-License-Identifier: MIT */
/* The text of a url.URL. */
#include "value_text_part.h"

#include <string.h>

#include "url_text.h"

/*
 * Reads the field with this name into `part`, as a placeholder if it is secret; returns false if it could not
 * be read.
 */
static bool read_part(struct value_printer *printer, const struct shape_node *url, const char *name,
		      struct url_part *part)
{
	const struct shape_node *end = url + url->size;
	const struct hit_value *value;

	for (const struct shape_node *node = url + 1; node < end; node += node->size) {
		if (strcmp(value_name(printer, node), name) != 0)
			continue;
		if (node->kind == SHAPE_SECRET) {
			*part = (struct url_part){ REDACTED, strlen(REDACTED), true };
			return true;
		}
		value = node->kind == SHAPE_CELL ? value_of_cell(printer, node->cell) : NULL;
		if (!value || !value->data)
			return false;
		*part = (struct url_part){ value->data, value->size, false };
		if (value->size < value->length)
			value_note_cut(printer);
		return true;
	}
	return false;
}

/*
 * Reads whether the field with this name is set: a bool that is true, or a pointer that is not nil. Returns
 * false if the field could not be read.
 */
static bool is_set(struct value_printer *printer, const struct shape_node *url, const char *name,
		   bool *ret_set)
{
	const struct shape_node *end = url + url->size;
	const struct hit_value *value = NULL;

	for (const struct shape_node *node = url + 1; node < end; node += node->size) {
		if (node->kind == SHAPE_CELL && strcmp(value_name(printer, node), name) == 0)
			value = value_of_cell(printer, node->cell);
	}
	*ret_set = value && value->integer;
	return value;
}

static bool read_user(struct value_printer *printer, const struct shape_node *node, struct url *url)
{
	if (!is_set(printer, node, "User", &url->has_user))
		return false;
	if (!url->has_user)
		return true;
	if (!read_part(printer, node, "username", &url->username) ||
	    !is_set(printer, node, "passwordSet", &url->has_password))
		return false;
	if (printer->arguments->shape->spec->redaction) {
		url->password = (struct url_part){ REDACTED, strlen(REDACTED), true };
		return true;
	}
	return !url->has_password || read_part(printer, node, "password", &url->password);
}

enum value_text text_put_url(struct value_printer *printer, const struct shape_node *node,
			     struct text_buffer *text)
{
	struct url url = { 0 };

	is_set(printer, node, "OmitHost", &url.omit_host);
	if (!read_user(printer, node, &url) ||
	    !is_set(printer, node, "ForceQuery", &url.force_query) ||
	    !read_part(printer, node, "Scheme", &url.scheme) ||
	    !read_part(printer, node, "Opaque", &url.opaque) ||
	    !read_part(printer, node, "Host", &url.host) ||
	    !read_part(printer, node, "Path", &url.path) ||
	    !read_part(printer, node, "RawPath", &url.raw_path) ||
	    !read_part(printer, node, "RawQuery", &url.raw_query) ||
	    !read_part(printer, node, "Fragment", &url.fragment) ||
	    !read_part(printer, node, "RawFragment", &url.raw_fragment))
		return VALUE_TEXT_NULL;
	url_text(text, &url);
	return VALUE_TEXT_MADE;
}
