/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_TOP_SCREEN_H
#define GOHTTPSNOOP_CMD_TOP_SCREEN_H

#include <stdbool.h>

#include "top_frame.h"

/* A screen that shows a model, and obeys keys. Without a terminal it prints frames. */
struct top_screen {
	struct top_model *model;
	struct top_view view;
	char filter[64]; /* that `view` refers to */
	bool is_quit;	 /* by a key */
	bool is_terminal;
	bool has_failed; /* a frame could not be printed: the message was shown */
	int diagnostics,
		standard_error; /* while the terminal is taken over: what is kept of it, and itself */
};

/*
 * Takes the terminal over, if standard input and output are one. Until top_screen_close() gives it back, messages on standard
 * error are kept; then they are shown, and, unless the user quit, the last frame. Returns -1, after a message, if the terminal
 * cannot be used.
 */
int top_screen_open(struct top_screen *screen, struct top_model *model);
void top_screen_close(struct top_screen *screen);

/* Draws or prints a frame; returns false if it cannot be written. */
bool top_screen_draw(struct top_screen *screen);

/* Obeys the keys that were typed; returns false if the user wants to quit. */
bool top_screen_obey(struct top_screen *screen);

#endif
