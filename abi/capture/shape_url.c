/* SPDX-License-Identifier: MIT */
/* The fields of a url.URL from which its text is made. */
#include "shape_text.h"

#include <errno.h>

/* Adds a part, or hides it if --redact names it. */
static int add_url_part(struct shape_maker *maker, const struct walk *owner, const char *name,
			enum type_kind kind)
{
	struct walk part = *owner;

	if (!text_enter(&part, name, kind, 0))
		return -ENOENT;
	return (secret_is_field(maker->bounds.spec->redaction, owner->type, name) ?
			secret_add :
			value_add)(maker, &part, (struct shape_position){ .name = name });
}

static int add_user_parts(struct shape_maker *maker, const struct walk *url)
{
	struct walk user = *url;
	int r = text_enter_pointer(maker, &user, "User");

	if (r == 0)
		r = add_url_part(maker, &user, "username", TYPE_STRING);
	if (r == 0 && !maker->bounds.spec->redaction)
		r = text_add_part(maker, &user, "password", TYPE_STRING, 0);
	return r < 0 ? r : text_add_part(maker, &user, "passwordSet", TYPE_BOOL, 1);
}

static int add_user(struct shape_maker *maker, const struct walk *url)
{
	struct walk pointer = *url;
	struct maker_mark before;
	int r;

	if (!text_enter(&pointer, "User", TYPE_POINTER, SHAPE_WORD))
		return -ENOENT;
	r = maker_set_cells(
		maker, maker_open(maker, SHAPE_CELL, (struct shape_position){ .name = "User" }),
		maker_add_part(maker, &pointer, 0, CELL_POINTER, SHAPE_WORD), 0);
	if (r < 0)
		return r;
	before = maker_mark(maker);
	r = add_user_parts(maker, url);
	if (r == 0 || r == -E2BIG || r == -ENOMEM)
		return r;
	/* The URL of a request has no user, so its text can be made without the layout of Userinfo. */
	maker_rewind(maker, before);
	return 0;
}

int url_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position)
{
	static const char *const texts[] = { "Scheme",	"Opaque",   "Host",	"Path",
					     "RawPath", "RawQuery", "Fragment", "RawFragment" };
	struct walk omits = *walk;
	int node = text_open(maker, TEXT_URL, position);
	int r = node < 0 ? node : add_user(maker, walk);

	for (size_t i = 0; r == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		r = add_url_part(maker, walk, texts[i], TYPE_STRING);
	if (r == 0)
		r = text_add_part(maker, walk, "ForceQuery", TYPE_BOOL, 1);
	/* Since Go 1.19. */
	if (r == 0 && text_enter(&omits, "OmitHost", TYPE_BOOL, 1))
		r = text_add_part(maker, walk, "OmitHost", TYPE_BOOL, 1);
	return text_close(maker, node, r);
}
