/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CAPTURE_SPEC_H
#define GOHTTPSNOOP_ABI_CAPTURE_SPEC_H

#include <stdint.h>

#include "bytes_notation.h"
#include "opaque.h"
#include "redaction.h"

/*
 * How values are captured and shown; the same for all probes. It must outlive everything that is made with
 * it.
 */
struct capture_spec {
	const struct redaction *redaction; /* which values are hidden; NULL: none */
	const struct opaque_rules *opaque; /* rules besides the built-in ones; may be NULL */
	enum bytes_notation notation;
	uint32_t max_string; /* bytes */
	/* Elements of an array, slice or map that are captured if a plan has room for them; 0: 8. */
	uint16_t max_elements;
};

#endif
