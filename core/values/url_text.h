/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_URL_TEXT_H
#define GOHTTPSNOOP_CORE_URL_TEXT_H

#include "text_buffer.h"

struct url_part {
	const char *data;
	size_t size;
	bool hidden; /* written as it is, it stands for something that is not to be shown */
};

/* The fields of Go's url.URL. */
struct url {
	struct url_part scheme, opaque, username, password, host, path, raw_path, raw_query,
		fragment, raw_fragment;
	bool has_user, has_password, force_query, omit_host;
};

/* As its String() has it. */
void url_text(struct text_buffer *text, const struct url *url);

#endif
