/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

enum { INTERRUPT, TERMINATE, HANGUP, TELL, HANDLE_COUNT };

struct signals {
	struct signals_callbacks callbacks;
	uv_signal_t handles[HANDLE_COUNT];
	int open_handles;
};

static void signals_on_end(uv_signal_t *handle, int number)
{
	struct signals *signals = handle->data;

	signals->callbacks.end(signals->callbacks.user);
}

static void on_tell(uv_signal_t *handle, int number)
{
	struct signals *signals = handle->data;

	signals->callbacks.tell(signals->callbacks.user);
}

/* With this handler the signal does not end the process, whatever else handles it. */
static void on_nothing(uv_signal_t *handle, int number)
{
}

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int signals_open(struct uv_loop_s *loop, bool reopens, const struct signals_callbacks *callbacks,
		 struct signals **ret_signals, struct error *err)
{
	bool hangs_up = !reopens && !is_ignored(SIGHUP);
	const struct {
		int number;
		uv_signal_cb callback;
	} wanted[HANDLE_COUNT] = {
		[INTERRUPT] = { SIGINT, signals_on_end },
		[TERMINATE] = { SIGTERM, signals_on_end },
		[HANGUP] = { SIGHUP, hangs_up ? signals_on_end : on_nothing },
		[TELL] = { SIGUSR1, on_tell },
	};
	struct signals *signals = calloc(1, sizeof(*signals));

	if (!signals)
		return error_fail(err, -ENOMEM, "out of memory");
	signals->callbacks = *callbacks;
	for (int i = 0; i < HANDLE_COUNT; i++) {
		uv_signal_init(loop, &signals->handles[i]);
		signals->handles[i].data = signals;
		uv_signal_start(&signals->handles[i], wanted[i].callback, wanted[i].number);
	}
	signals->open_handles = HANDLE_COUNT;
	/* A reader that disconnects causes an error of write(), not a signal, and so does the limit on file sizes. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	*ret_signals = signals;
	return 0;
}

static void signals_on_handle_closed(uv_handle_t *handle)
{
	struct signals *signals = handle->data;

	if (--signals->open_handles == 0)
		free(signals);
}

void signals_close(struct signals *signals)
{
	for (int i = 0; signals && i < HANDLE_COUNT; i++)
		uv_close((uv_handle_t *)&signals->handles[i], signals_on_handle_closed);
}
