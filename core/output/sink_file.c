/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "outbox.h"
#include "rotation.h"
#include "sink_type.h"

/* Milliseconds until writing a file is tried again after a failure. */
enum { RETRY_INTERVAL = 500 };

struct file_sink {
	struct sink sink;
	struct sink_options options;
	struct sink_file_options file;
	struct outbox outbox;
	uint64_t begin;	    /* bytes of the hello line, 0 if there is none */
	uint64_t rotate_at; /* bytes; with `most_size` */
	int trouble;	    /* the error if the file cannot be written; otherwise 0 */
	bool reopen;	    /* reopen the file as soon as no line is incomplete */
	uv_signal_t hangup;
	uv_timer_t retry;
	int open_handles;
};

static void file_sink_notify(const struct file_sink *file, int code, const char *what)
{
	const struct notifier *notifier = &file->options.notifier;

	if (code < 0)
		notice_news(notifier, NOTICE_ERROR, file->file.path, "%s: %s", what,
			    strerror(-code));
	else
		notice_news(notifier, NOTICE_INFO, file->file.path, "%s", what);
}

/* ---- opening ---- */

static int open_path(const char *path, struct stat *ret_status)
{
	/* Non-blocking, so that a FIFO without a reader is an error and does not block. */
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int descriptor = open(path, flags, 0666);

	if (descriptor < 0)
		return -errno;
	if (fstat(descriptor, ret_status) < 0 || S_ISBLK(ret_status->st_mode)) {
		close(descriptor);
		return -EINVAL;
	}
	return descriptor;
}

static void note_result(struct file_sink *file, int r);

/* Continues with this file, which begins with hello if it is new. */
static void file_sink_use(struct file_sink *file, int descriptor, const struct stat *status)
{
	struct batch *hello = NULL;

	outbox_disconnect(&file->outbox, 0);
	if (file->file.most_size && status->st_size == 0)
		hello = file->options.hello(file->options.user);
	/* Without memory it has no hello. */
	if (!hello || outbox_connect(&file->outbox, descriptor, hello) < 0)
		file->outbox.options.descriptor = descriptor;
	file->begin = hello ? hello->size : 0;
	file->rotate_at = file->file.most_size;
	note_result(file, outbox_write(&file->outbox));
}

/* Returns an error if the old file is kept. */
static int file_sink_replace(struct file_sink *file)
{
	int old = file->outbox.options.descriptor;
	struct stat status;
	int descriptor = open_path(file->file.path, &status);

	if (descriptor < 0)
		return descriptor;
	file_sink_use(file, descriptor, &status);
	close(old);
	return 0;
}

static void file_sink_reopen(struct file_sink *file)
{
	int r = file_sink_replace(file);

	file->reopen = false;
	if (r < 0)
		file_sink_notify(file, r, "cannot be reopened, so the old file is kept");
}

/* ---- rotating ---- */

/* Returns whether the file would be too large with these bytes, and has lines that another file need not have. */
static bool is_too_large(const struct file_sink *file, size_t more)
{
	struct stat status;

	if (!file->file.most_size || fstat(file->outbox.options.descriptor, &status) < 0)
		return false;
	return (uint64_t)status.st_size > file->begin &&
	       (uint64_t)status.st_size + more > file->rotate_at;
}

/* After a failure the file may grow once more by as much. */
static void rotate(struct file_sink *file)
{
	int r = rotation_rename(file->file.path, file->file.old_files);

	if (r == 0)
		r = file_sink_replace(file);
	if (r < 0) {
		file_sink_notify(file, r, "cannot be rotated, so it grows");
		file->rotate_at += file->file.most_size;
	}
}

/* Rotates the file before `more` bytes are written, if no line would be split. */
static void rotate_if_large(struct file_sink *file, size_t more)
{
	if (outbox_between_lines(&file->outbox) && is_too_large(file, more))
		rotate(file);
}

/* ---- writing ---- */

static void file_sink_on_retry(uv_timer_t *timer);

/* Stores and reports the result of writing. */
static void note_result(struct file_sink *file, int r)
{
	if (r < 0 && !file->trouble) {
		file_sink_notify(
			file, r,
			"cannot be written; lines are queued, and lost when the queue is full");
		uv_timer_start(&file->retry, file_sink_on_retry, RETRY_INTERVAL, RETRY_INTERVAL);
	} else if (r == 0 && file->trouble) {
		file_sink_notify(file, 0, "can be written again");
		uv_timer_stop(&file->retry);
	}
	file->trouble = r;
}

static void file_sink_write_waiting(struct file_sink *file)
{
	rotate_if_large(file, file->outbox.waiting);
	note_result(file, outbox_write(&file->outbox));
	if (!file->reopen || !outbox_between_lines(&file->outbox))
		return;
	file_sink_reopen(file);
	note_result(file, outbox_write(&file->outbox));
}

static void file_sink_on_retry(uv_timer_t *timer)
{
	file_sink_write_waiting(timer->data);
}

static void on_hangup(uv_signal_t *signal, int number)
{
	struct file_sink *file = signal->data;

	file->reopen = true;
	file_sink_write_waiting(file);
}

static int file_write(struct sink *sink, struct batch *batch)
{
	struct file_sink *file = (struct file_sink *)sink;
	int r;

	if (!file->trouble)
		rotate_if_large(file, file->outbox.waiting + batch->size);
	r = outbox_put(&file->outbox, batch);
	/* After a failure lines are only queued, so a result of 0 means nothing. */
	if (!file->trouble)
		note_result(file, r);
	return 0;
}

/* A full disk stays full: no waiting. */
static size_t file_end(struct sink *sink)
{
	struct file_sink *file = (struct file_sink *)sink;

	note_result(file, outbox_end(&file->outbox));
	return 0;
}

static int file_conclude(struct sink *sink, struct error *err)
{
	struct file_sink *file = (struct file_sink *)sink;
	unsigned long long lost = outbox_lost(&file->outbox);

	if (file->trouble) {
		error_subject(err, "%s", file->file.path);
		return error_fail(err, file->trouble,
				  "%llu lines lost: the file cannot be written: %s", lost,
				  strerror(-file->trouble));
	}
	if (lost > 0)
		notice_news(&file->options.notifier, NOTICE_INFO, file->file.path,
			    "%llu lines lost while the file could not be written", lost);
	return 0;
}

/* ---- lifetime ---- */

static void file_sink_on_handle_closed(uv_handle_t *handle)
{
	struct file_sink *file = handle->data;

	if (--file->open_handles > 0)
		return;
	close(file->outbox.options.descriptor);
	outbox_finish(&file->outbox);
	free(file);
}

static void file_close(struct sink *sink)
{
	struct file_sink *file = (struct file_sink *)sink;

	uv_close((uv_handle_t *)&file->hangup, file_sink_on_handle_closed);
	uv_close((uv_handle_t *)&file->retry, file_sink_on_handle_closed);
}

static void file_sink_open_handles(struct file_sink *file)
{
	/* Neither call needs resources that could be missing. */
	uv_timer_init(file->options.loop, &file->retry);
	uv_signal_init(file->options.loop, &file->hangup);
	file->open_handles = 2;
	file->retry.data = file->hangup.data = file;
	uv_signal_start(&file->hangup, on_hangup, SIGHUP);
}

static int file_sink_create(const struct sink_options *options,
			    const struct sink_file_options *file_options, int descriptor,
			    const struct stat *status, struct sink **ret_sink, struct error *err)
{
	struct file_sink *file = calloc(1, sizeof(*file));
	struct outbox_options outbox = {
		.descriptor = -1,
		.limit = options->limit,
		.lost_format = options->lost_format,
		.where = "file",
	};

	if (!file) {
		close(descriptor);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	file->sink = (struct sink){
		.write = file_write,
		.end = file_end,
		.conclude = file_conclude,
		.close = file_close,
	};
	file->options = *options;
	file->file = *file_options;
	outbox_init(&file->outbox, &outbox);
	file_sink_open_handles(file);
	file_sink_use(file, descriptor, status);
	*ret_sink = &file->sink;
	return 0;
}

static int open_sink(const struct sink_options *options,
		     const struct sink_file_options *file_options, struct sink **ret_sink,
		     struct error *err)
{
	struct stat status;
	int descriptor = open_path(file_options->path, &status);

	if (descriptor < 0)
		return error_fail(err, descriptor, "cannot be opened for writing: %s",
				  strerror(-descriptor));
	if (file_options->most_size && !S_ISREG(status.st_mode)) {
		close(descriptor);
		return error_fail(err, -EINVAL,
				  "not a regular file, so --output-size cannot rename it");
	}
	if (S_ISFIFO(status.st_mode) || isatty(descriptor))
		return sink_create_pipe(options, descriptor, ret_sink, err);
	return file_sink_create(options, file_options, descriptor, &status, ret_sink, err);
}

int sink_create_file(const struct sink_options *options,
		     const struct sink_file_options *file_options, struct sink **ret_sink,
		     struct error *err)
{
	int r = open_sink(options, file_options, ret_sink, err);

	if (r < 0)
		error_subject(err, "%s", file_options->path);
	return r;
}
