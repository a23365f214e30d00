/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_CHECK_H
#define GOHTTPSNOOP_CMD_CHECK_H

/*
 * gohttpsnoop check: what works on the running kernel with the rights of this process, and what to do about the rest.
 * argv[0] is the word "check". Returns the exit status, which depends on how much works.
 */
int check(int argc, char **argv);

#endif
