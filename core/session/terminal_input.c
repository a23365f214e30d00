/* SPDX-License-Identifier: MIT */
#include "terminal_input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

struct terminal_input {
	struct terminal_input_callbacks callbacks;
	uv_poll_t keys;
};

static void on_keys(uv_poll_t *keys, int status, int events)
{
	struct terminal_input *input = keys->data;

	input->callbacks.ready(input->callbacks.user, status < 0);
}

/* libuv makes the descriptor non-blocking, for other programs on the terminal, too. */
static int poll_blocking(uv_loop_t *loop, uv_poll_t *keys)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	int r = uv_poll_init(loop, keys, STDIN_FILENO);

	if (flags >= 0)
		fcntl(STDIN_FILENO, F_SETFL, flags);
	return r;
}

struct terminal_input *terminal_input_open(struct uv_loop_s *loop,
					   const struct terminal_input_callbacks *callbacks)
{
	struct terminal_input *input = calloc(1, sizeof(*input));

	if (!input)
		return NULL;
	input->callbacks = *callbacks;
	input->keys.data = input;
	if (poll_blocking(loop, &input->keys) < 0) {
		free(input);
		return NULL;
	}
	uv_poll_start(&input->keys, UV_READABLE, on_keys);
	return input;
}

static void on_input_closed(uv_handle_t *keys)
{
	free(keys->data);
}

void terminal_input_close(struct terminal_input *input)
{
	if (input)
		uv_close((uv_handle_t *)&input->keys, on_input_closed);
}
