/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BUILD_FLAGS_H
#define GOHTTPSNOOP_CORE_BUILD_FLAGS_H

#include "redaction.h"
#include "text_buffer.h"

/*
 * Adds the flags of a build to the text, without the secrets that -ldflags assigned to variables: `-X
 * main.token=VALUE`, `-X 'main.token=VALUE'`.
 */
void build_flags_add(struct text_buffer *text, const struct redaction *redaction, const char *flags,
		     size_t size);

#endif
