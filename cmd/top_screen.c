/* SPDX-License-Identifier: MIT */
#include "top_screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diagnostic.h"

enum { KEY_ESCAPE = 27, KEY_DELETE = 127, SHOWN_DIAGNOSTICS = 64 << 10 /* bytes, the last ones */ };

/* ncurses writes other characters than ASCII only where the locale has them. */
static void set_locale(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* Messages would be written across the screen. */
static void keep_diagnostics(struct top_screen *screen)
{
	screen->diagnostics = memfd_create("diagnostics", MFD_CLOEXEC);
	screen->standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	if (screen->diagnostics >= 0 && screen->standard_error >= 0)
		dup2(screen->diagnostics, STDERR_FILENO);
}

static void show_diagnostics(struct top_screen *screen)
{
	char part[4096];
	ssize_t size;

	if (screen->standard_error >= 0)
		dup2(screen->standard_error, STDERR_FILENO);
	if (screen->diagnostics >= 0 &&
	    lseek(screen->diagnostics, -SHOWN_DIAGNOSTICS, SEEK_END) < 0)
		lseek(screen->diagnostics, 0, SEEK_SET);
	while (screen->diagnostics >= 0 &&
	       (size = read(screen->diagnostics, part, sizeof(part))) > 0)
		fwrite(part, 1, (size_t)size, stderr);
	close(screen->diagnostics);
	close(screen->standard_error);
}

static int refuse_terminal(struct top_screen *screen)
{
	diagnostic_text(
		"top: the terminal is not known, or cannot place text: set TERM, or pipe the output to get plain text");
	screen->is_terminal = false;
	return -1;
}

int top_screen_open(struct top_screen *screen, struct top_model *model)
{
	*screen = (struct top_screen){ .model = model };
	screen->view.filter = screen->filter;
	screen->is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!screen->is_terminal)
		return 0;
	set_locale();
	/* initscr() would end the program where the terminal is not known. */
	if (!newterm(NULL, stdout, stdin))
		return refuse_terminal(screen);
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		endwin();
		return refuse_terminal(screen);
	}
	keep_diagnostics(screen);
	cbreak();
	noecho();
	nodelay(stdscr, true);
	keypad(stdscr, true);
	set_escdelay(25);
	curs_set(0);
	return 0;
}

void top_screen_close(struct top_screen *screen)
{
	if (!screen->is_terminal)
		return;
	endwin();
	show_diagnostics(screen);
	screen->is_terminal = false;
	/* What was seen last stays to be read, as when a service has crashed. */
	if (!screen->is_quit)
		top_screen_draw(screen);
}

/* ---- drawing ---- */

static void draw_line(size_t line, const char *text, size_t size, bool is_highlighted)
{
	if (is_highlighted)
		attron(A_REVERSE);
	mvaddnstr((int)line, 0, text, (int)size);
	if (is_highlighted)
		attroff(A_REVERSE);
}

static void draw_frame(const struct top_frame *frame)
{
	const char *at = frame->text.data, *end = at + frame->text.size;

	erase();
	for (size_t line = 0; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		draw_line(line, at, (size_t)(newline - at), line == frame->highlighted);
		at = newline + 1;
	}
	refresh();
}

/* Returns false if nobody reads it any more, or after a message. */
static bool print_frame(struct top_screen *screen, const struct top_frame *frame)
{
	bool written = fwrite(frame->text.data, 1, frame->text.size, stdout) == frame->text.size &&
		       putchar('\n') != EOF && fflush(stdout) == 0;
	char text[256];

	if (!written && errno != EPIPE) {
		snprintf(text, sizeof(text), "standard output cannot be written: %s",
			 strerror(errno));
		diagnostic_text(text);
		screen->has_failed = true;
	}
	return written;
}

bool top_screen_draw(struct top_screen *screen)
{
	struct top_frame frame;
	bool drawn = true;

	if (screen->is_terminal) {
		screen->view.width = (size_t)COLS;
		screen->view.height = (size_t)LINES;
	}
	top_frame_write(screen->model, &screen->view, &frame);
	if (frame.text.failed)
		diagnostic_text("out of memory");
	else if (screen->is_terminal)
		draw_frame(&frame);
	else
		drawn = print_frame(screen, &frame);
	text_buffer_release(&frame.text);
	return drawn;
}

/* ---- keys ---- */

/* Selects the row that stands so many places below the selected one. */
static void move_selection(struct top_screen *screen, int by)
{
	struct top_view *view = &screen->view;
	size_t count, at;
	const struct top_row *const *rows =
		top_rows(screen->model, view->order, screen->filter, &count);

	if (!rows || !count)
		return;
	at = top_place_of(rows, count, view->selected);
	if (by < 0 && at)
		at--;
	else if (by > 0 && at + 1 < count)
		at++;
	view->selected = rows[at]->number;
}

/* Removes the last character. */
static void shorten_filter(struct top_screen *screen)
{
	size_t size = strlen(screen->filter);

	while (size && ((uint8_t)screen->filter[--size] & 0xc0) == 0x80)
		;
	screen->filter[size] = '\0';
}

/* Characters that are not ASCII come byte by byte. */
static bool is_part_of_text(int key)
{
	return key >= ' ' && key != KEY_DELETE && key <= UINT8_MAX;
}

static void type_filter(struct top_screen *screen, int key)
{
	size_t size = strlen(screen->filter);

	if (key == KEY_ESCAPE)
		screen->filter[0] = '\0';
	if (key == KEY_ESCAPE || key == '\n' || key == KEY_ENTER) {
		screen->view.typing = false;
	} else if (key == KEY_BACKSPACE || key == KEY_DELETE || key == '\b') {
		shorten_filter(screen);
	} else if (is_part_of_text(key) && size + 1 < sizeof(screen->filter)) {
		screen->filter[size] = (char)key;
		screen->filter[size + 1] = '\0';
	}
	screen->view.selected = 0;
}

/* Returns false for the key that ends. */
static bool obey_key(struct top_screen *screen, int key)
{
	struct top_view *view = &screen->view;

	switch (key) {
	case 'q':
		screen->is_quit = true;
		return false;
	case 's':
		view->order = (view->order + 1) % TOP_ORDERS;
		break;
	case 'S':
		view->order = (view->order + TOP_ORDERS - 1) % TOP_ORDERS;
		break;
	case '/':
		view->typing = true;
		view->shows_requests = false;
		break;
	case 'p':
		view->paused = !view->paused;
		break;
	case '\n':
	case KEY_ENTER:
		move_selection(screen, 0);
		view->shows_requests = !view->shows_requests;
		break;
	case KEY_ESCAPE:
		view->shows_requests = false;
		break;
	case KEY_UP:
	case 'k':
		move_selection(screen, -1);
		break;
	case KEY_DOWN:
	case 'j':
		move_selection(screen, 1);
		break;
	default:
		break;
	}
	return true;
}

bool top_screen_obey(struct top_screen *screen)
{
	int key;

	if (!screen->is_terminal)
		return true;
	while ((key = getch()) != ERR) {
		if (screen->view.typing)
			type_filter(screen, key);
		else if (!obey_key(screen, key))
			return false;
	}
	top_screen_draw(screen);
	return true;
}
