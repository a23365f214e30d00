/* SPDX-License-Identifier: MIT */
#include "recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "diagnostic.h"

static int recording_fail(const struct recording *recording, int r, struct error *err)
{
	error_subject(err, "%s", recording->name);
	return error_fail(err, r, "%s", strerror(-r));
}

static bool file_is(FILE *file, mode_t type)
{
	struct stat facts;

	return fstat(fileno(file), &facts) == 0 && (facts.st_mode & S_IFMT) == type;
}

int recording_open(const char *path, struct recording *ret_recording, struct error *err)
{
	struct recording recording = { .name = path };

	if (strcmp(path, "-") == 0) {
		recording.name = "standard input";
		recording.file = stdin;
	} else {
		recording.file = fopen(path, "re");
	}
	if (!recording.file)
		return recording_fail(&recording, -errno, err);
	if (file_is(recording.file, S_IFDIR)) {
		recording_close(&recording);
		recording.name = path;
		return recording_fail(&recording, -EISDIR, err);
	}
	*ret_recording = recording;
	return 0;
}

/* Returns 0 or a negative errno. */
static int copy_stream(FILE *from, FILE *to)
{
	char part[1 << 16];
	size_t size;

	errno = 0;
	while ((size = fread(part, 1, sizeof(part), from)) > 0) {
		if (fwrite(part, 1, size, to) != size)
			return -errno;
	}
	return ferror(from) || fflush(to) != 0 ? -errno : 0;
}

/* Puts a temporary file in the place of what can be read once only. */
static int make_repeatable(struct recording *recording, struct error *err)
{
	FILE *copy = tmpfile();
	int r = copy ? copy_stream(recording->file, copy) : -errno;

	if (r < 0) {
		if (copy)
			fclose(copy);
		error_subject(err, "%s", recording->name);
		return error_fail(err, r, "cannot be copied to a temporary file: %s", strerror(-r));
	}
	if (recording->file != stdin)
		fclose(recording->file);
	recording->file = copy;
	rewind(copy);
	return 0;
}

int recording_open_repeatable(const char *path, struct recording *ret_recording, struct error *err)
{
	int r = recording_open(path, ret_recording, err);

	if (r < 0 || file_is(ret_recording->file, S_IFREG))
		return r;
	r = make_repeatable(ret_recording, err);
	if (r < 0)
		recording_close(ret_recording);
	return r;
}

static void report_refused(const struct recording *recording)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "%s: lines that are no events of gohttpsnoop: %llu, the first is line %llu",
		 recording->name, (unsigned long long)recording->refused,
		 (unsigned long long)recording->first_refused);
	diagnostic_text(text);
}

static void report_lost(const struct recording *recording)
{
	char text[512];

	snprintf(text, sizeof(text), "%s: lost while it was recorded: %llu", recording->name,
		 (unsigned long long)recording->lost);
	diagnostic_text(text);
}

void recording_close(struct recording *recording)
{
	if (recording->refused)
		report_refused(recording);
	if (recording->lost)
		report_lost(recording);
	if (recording->file && recording->file != stdin)
		fclose(recording->file);
	*recording = (struct recording){ 0 };
}

int64_t recording_read(struct recording *recording, summary_taker *take, void *user,
		       struct error *err)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;
	int64_t count = 0;
	int r = 0;

	recording->refused = recording->lost = 0;
	errno = 0;
	for (uint64_t number = 1;
	     r != -ENOMEM && (size = getline(&line, &capacity, recording->file)) > 0; number++) {
		r = summary_take_line((struct bytes){ (const uint8_t *)line, (size_t)size }, take,
				      user);
		if (r == -EINVAL && recording->refused++ == 0)
			recording->first_refused = number;
		if (r == 0)
			recording->lost += summary_line_lost(
				(struct bytes){ (const uint8_t *)line, (size_t)size });
		count += r > 0;
	}
	if (r != -ENOMEM)
		r = ferror(recording->file) ? -errno : 0;
	free(line);
	return r < 0 ? recording_fail(recording, r, err) : count;
}

int recording_rewind(struct recording *recording, struct error *err)
{
	if (fseek(recording->file, 0, SEEK_SET) < 0)
		return recording_fail(recording, -errno, err);
	return 0;
}
