/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_RECORDING_H
#define GOHTTPSNOOP_CMD_RECORDING_H

#include <stdint.h>
#include <stdio.h>

#include "error.h"
#include "summary_input.h"

/* Events that gohttpsnoop wrote as JSON, in a file or on standard input. */
struct recording {
	const char *name; /* for messages */
	FILE *file;
	/* Lines that are no events, of the last reading; the number of the first of them. */
	uint64_t refused, first_refused;
	uint64_t lost; /* requests and calls that are missing in it, as it says itself; of the last reading */
};

/* "-" is standard input. The errno of open(), negative. */
int recording_open(const char *path, struct recording *ret_recording, struct error *err);

/* As recording_open(), for more than one reading: what comes from a pipe is copied to a temporary file. */
int recording_open_repeatable(const char *path, struct recording *ret_recording, struct error *err);

/* Reports the lines that are no events, and what was lost. */
void recording_close(struct recording *recording);

/* Hands all requests to `take`. Returns how many they were, or an error: -ENOMEM, or one of reading. */
int64_t recording_read(struct recording *recording, summary_taker *take, void *user,
		       struct error *err);

/* Goes back to the beginning. */
int recording_rewind(struct recording *recording, struct error *err);

#endif
