/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_TOP_H
#define GOHTTPSNOOP_CMD_TOP_H

/* Shows what targets, or a file that was recorded, do; returns the exit status. `argv[0]` is the name of the subcommand. */
int top(int argc, char **argv);

#endif
