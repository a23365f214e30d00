/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CAPTURE_H
#define GOHTTPSNOOP_ABI_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "type_source.h"

/* What to capture at a function: a row of a protocol's table, or a user's request. */
struct capture {
	const char *expression;
	uint8_t field; /* the caller's number of the value; not interpreted here */
	bool required; /* without this value, the probe is not compiled */
	/* The value exists even if the binary has no such field; it is then marked as unknown. */
	bool elsewhere;
	uint32_t lookahead; /* see plan_add() */
	/*
	 * Not 0: the value is an interface. Two cells are captured of it, the hash of its dynamic type and its data word,
	 * and of the interface of the same type to which that word points, and so on: of so many interfaces.
	 */
	uint8_t chain;
	/*
	 * Not NULL: an expression for a signed integer in memory. Where it is negative, the last pointer on the way to the
	 * value is not followed, and the value is marked as unreadable. This saves a read.
	 */
	const char *unless_negative;
	uint8_t extra;	/* not 0: a bit; only captured if the probe request wants this extra */
	bool unchecked; /* see unchecked_elements of struct scope */
};

enum { PROBE_MAX_EXPRESSION = 96, PROBE_MAX_WAY = 96, PROBE_MAX_REASON = 160 };

/* The result of a capture: the location of its value, or why it cannot be captured. */
struct probe_capture {
	char expression[PROBE_MAX_EXPRESSION];
	uint8_t field;
	int result;		    /* 0, or a negative errno */
	char why[PROBE_MAX_REASON]; /* the reason if `result` is negative */
	/*
	 * If `result` is 0: the type, and the path to the value. "rdi +16 +56": a pointer in a register, the
	 * offset of the next pointer in the memory behind it, and the offset of the value in the memory
	 * behind that.
	 */
	char type[PROBE_MAX_WAY];
	char way[PROBE_MAX_WAY];
	enum type_source source; /* the least trusted description that the location depends on */
};

#endif
