/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_INSPECT_H
#define GOHTTPSNOOP_CMD_INSPECT_H

/*
 * gohttpsnoop inspect BINARY|PID: facts about a binary and what can be traced in it. argv[0] is the word "inspect".
 * Returns the exit status.
 */
int inspect(int argc, char **argv);

#endif
