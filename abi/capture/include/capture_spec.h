/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CAPTURE_SPEC_H
#define GOHTTPSNOOP_ABI_CAPTURE_SPEC_H

#include <stdint.h>

#include "bytes_notation.h"
#include "opaque.h"
#include "redaction.h"

/* How values are captured and shown, the same for all probes. It outlives what is made by it. */
struct capture_spec {
	const struct redaction *redaction; /* of what is not to be shown; NULL: all is */
	const struct opaque_rules *opaque; /* beside the built-in ones; may be NULL */
	enum bytes_notation notation;
	uint32_t max_string; /* bytes */
	uint16_t max_elements; /* of an array, a slice or a map, where a plan has room for them; 0: 8 */
};

#endif
