/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_SUMMARIZE_H
#define GOHTTPSNOOP_CMD_SUMMARIZE_H

/* Sums up the requests of files that were recorded; returns the exit status. `argv[0]` is the name of the subcommand. */
int summarize(int argc, char **argv);

#endif
