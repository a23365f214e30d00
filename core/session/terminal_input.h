/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TERMINAL_INPUT_H
#define GOHTTPSNOOP_CORE_TERMINAL_INPUT_H

#include <stdbool.h>

/* Says when standard input has keys to read. */
struct terminal_input;
struct uv_loop_s;

struct terminal_input_callbacks {
	void (*ready)(void *user, bool is_gone); /* `is_gone`: there will be no more keys */
	void *user;
};

/*
 * Returns NULL if standard input cannot be polled, as a file cannot, or without memory: then no keys are read. The flags of the
 * terminal stay as they are.
 */
struct terminal_input *terminal_input_open(struct uv_loop_s *loop,
					   const struct terminal_input_callbacks *callbacks);

/* Frees it once the loop has closed its handle; run the loop after this. Accepts NULL. */
void terminal_input_close(struct terminal_input *input);

#endif
