/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_URL_TEXT_H
#define GOHTTPSNOOP_CORE_URL_TEXT_H

#include "text_buffer.h"

struct url_part {
	const char *data;
	size_t size;
	bool hidden; /* a placeholder for a secret: not escaped */
};

/* The fields of Go's url.URL. The parts are views. */
struct url {
	struct url_part scheme, opaque, username, password, host, path, raw_path, raw_query,
		fragment, raw_fragment;
	bool has_user, has_password, force_query, omit_host;
};

/* Appends the URL as its method String writes it. */
void url_text(struct text_buffer *text, const struct url *url);

#endif
